"""The rule that a ruling or an appeal rests on, in words: what was typed may be its id, a clause of the pack, or its article. Reads only.

The words are those of the decision that was stamped on the case; of a rule that it never asked the rules of that day know the article.
"""

from __future__ import annotations

from typing import NamedTuple

from amends.cases.models import Case
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.policy.queries import stack_on
from amends.policy.rules.answers import Reason, reason_in


class Cited(NamedTuple):
    """A rule as people read it: its article, and what it said of this very claim, '' where it was not asked."""

    article: Text | str
    text: Text | str = ""

    @property
    def chip(self) -> dict[str, Text | str]:
        """As pages show a clause: the article, with the words behind it."""
        return {"key": self.article, "text": self.text, "url": ""}

    @property
    def whole(self) -> Text | str:
        """Words and article in a sentence."""
        return say("{text}（{article}）", "{text} ({article})", text=self.text, article=self.article) if self.text else self.article


def cited(case: Case, named: str) -> Cited:
    """The rule that is cited so; just what was typed where nobody knows it."""
    wanted = named.strip()
    reason = _asked(case, wanted) if wanted else None
    if reason is not None:
        return Cited(reason.article, reason.text)
    return Cited((_of_that_day(case, wanted) if wanted else None) or named)


def _asked(case: Case, wanted: str) -> Reason | None:
    """Of the stamped decision, that of the claim's own remedy first, and there what spoke for the answer; behind all, who has to prove."""
    answers = [answer for line in case.decision.answer["lines"] for answer in line["answer"]["remedies"]]
    for answer in sorted(answers, key=lambda one: bool(one["remedy"] != case.remedy)):
        found = [reason for reason in map(reason_in, answer["reasons"]) if wanted in _names(reason.rule_id, reason.clause, reason.article)]
        if found:
            return min(found, key=lambda one: one.holds is not answer["open"])
    proofs = (reason_in(line["answer"]["proof"]) for line in case.decision.answer["lines"])
    return next((reason for reason in proofs if wanted in _names(reason.rule_id, reason.clause, reason.article)), None)


def _of_that_day(case: Case, wanted: str) -> Text | None:
    try:
        clauses = stack_on(case.opened_at.date(), merchant=case.merchant_id).clauses
    except NotFound:
        return None
    return next((said.article for name, said in clauses.items() if wanted in _names(said.rule, name, said.article)), None)


def _names(rule: str, clause: str, article: Text) -> tuple[str, ...]:
    return rule, clause, article.into("zh"), article.into("en")
