"""A decision in plain sentences with the article behind each; nothing is decided here."""

from __future__ import annotations

from amends.kernel.parties import NAMES
from amends.kernel.texts import Text, say
from amends.policy.rules.decision import Decision, Reason
from amends.policy.rules.facts import Remedy

FIRST_ASKED = say("先被要求的一方先赔，再向责任方追偿。", "Whoever is asked first pays first and recovers it from who is liable.")


def explain(decision: Decision, remedy: Remedy) -> list[Text]:
    """Why `remedy` is open or not, a sentence each: the rules that spoke, what would open it, who pays the way back."""
    answer = decision.answer(remedy)
    spoken = answer.reasons if answer.open else [reason for reason in answer.reasons if not reason.holds]
    sentences = [_with_article(reason) for reason in spoken]
    if answer.opens_by:
        sentences.append(answer.opens_by)
    if answer.return_freight and (article := decision.articles.get(answer.freight_clause)):
        payer = NAMES[answer.return_freight]
        sentences.append(
            say("退回运费由{payer}付。（{article}）", "The {payer} pays the way back. ({article})", payer=payer, article=article)
        )
    return sentences


def explain_claim(decision: Decision, name: str) -> list[Text]:
    """Why the claim `name` is open or not, a sentence each: the rules that spoke, what opens it, who pays first. KeyError without it."""
    claim = decision.claim(name)
    sentences = [_with_article(reason) for reason in claim.reasons if claim.open or not reason.holds]
    if claim.opens_by and not claim.open:
        sentences.append(claim.opens_by)
    if claim.open and claim.first_asked:
        sentences.append(FIRST_ASKED)
    return sentences


def _with_article(reason: Reason) -> Text:
    return say("{said}（{article}）", "{said} ({article})", said=reason.text, article=reason.article)
