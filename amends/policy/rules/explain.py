"""A decision in plain sentences with the article behind each; nothing is decided here."""

from __future__ import annotations

from amends.kernel.parties import NAMES
from amends.kernel.texts import Text, say
from amends.policy.rules.decision import Decision, Reason
from amends.policy.rules.facts import Remedy


def explain(decision: Decision, remedy: Remedy) -> list[Text]:
    """Why `remedy` is open or not, a sentence each: the rules that spoke, what would open it, who pays the way back."""
    answer = decision.answer(remedy)
    spoken = answer.reasons if answer.open else [reason for reason in answer.reasons if not reason.holds]
    sentences = [_with_article(reason) for reason in spoken]
    if answer.opens_by:
        sentences.append(answer.opens_by)
    if answer.return_freight:
        article = decision.articles[answer.freight_clause]
        payer = NAMES[answer.return_freight]
        sentences.append(
            say("退回运费由{payer}付。（{article}）", "The {payer} pays the way back. ({article})", payer=payer, article=article)
        )
    return sentences


def _with_article(reason: Reason) -> Text:
    return say("{said}（{article}）", "{said} ({article})", said=reason.text, article=reason.article)
