"""What the result of a first look rests on, as its notice says it: the problem as understood, the standard, the steps taken, and the way to
have it looked at again (product E5). Codes stand in the notice; the words are put together when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amends.cases.models import Case, Entry
from amends.kernel.texts import Text, say
from amends.policy.rules.answers import reason_in
from amends.policy.rules.facts import ISSUE_NAMES, REMEDY_NAMES, IssueType, Remedy
from amends.rulings.citing import Cited, cited

STEPS: dict[str, Text] = {
    "case.apply": say("核对申请和凭证", "claim and evidence read"),
    "case.prove": say("看了补充的凭证", "further proof read"),
    "review.close_round": say("双方举证", "evidence of both sides"),
    "review.close_replies": say("双方回应", "replies of both sides"),
    "review.report_test": say("第三方检测", "a test by a testing body"),
    "review.draft_ruling": say("第二人复核", "a second reader"),
}
AGAIN: dict[str, Text] = {
    "case.approve": say("有不明白的，可以在售后单页面、电话或邮件找人工。",
                        "Anything unclear? Ask a person: on the case's page, by telephone or mail."),
    "case.refuse": say("不同意的，可以在售后单页面、电话或邮件申请平台介入。",
                       "To have it looked at again, call the platform in: on the case's page, by telephone or mail."),
    "case.ask_proof": say("不清楚要什么的，可以在售后单页面、电话或邮件找人工。",
                          "Not sure what is wanted? Ask a person: on the case's page, by telephone or mail."),
    "case.rule": say("不服的，可以在售后单页面、电话或邮件申诉，由另一位级别更高的人来看。",
                     "To appeal: on the case's page, by telephone or mail; another person of higher rank looks at it."),
    "review.rule_by_default": say("不同意的，可以在售后单页面、电话或邮件要求由人来裁决。",
                   "To have a person look at it, ask for one: on the case's page, by telephone or mail."),
    "final": say("这是终局裁决，不能再申诉。", "This ruling is final: it can't be appealed."),
}  # fmt: skip
NO_STANDARD = say("平台规则", "the platform's rules")


def basis_of(case: Case, entry: Entry) -> dict[str, Any]:
    """What this result rests on, as codes: of the claim, the decision that was stamped, and the lines of the timeline up to it."""
    rows = Entry.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, number__lte=entry.number).order_by("number")
    done = dict.fromkeys(f"{life}.{verb}" for life, verb in rows.values_list("life", "verb"))
    when, named = f"{entry.life}.{entry.verb}", str(entry.facts.get("clause") or "")
    clause, standard = _standard(case, named)
    return {
        "issue": case.issue, "remedy": case.remedy, "clause": clause, "standard": standard,
        "steps": [name for name in STEPS if name in done],
        "again": "final" if entry.facts.get("final") else when,
    }  # fmt: skip


def basis_words(basis: Mapping[str, Any] | None) -> Text | str:
    """In words, after a sentence; '' for a notice that has none."""
    if not basis:
        return ""
    steps = [STEPS[name] for name in basis["steps"] if name in STEPS]
    return say(
        "我们理解的问题：{issue}，申请{remedy}。标准：{clause}。做过的核查：{steps}。{again}",
        "The problem as understood: {issue}; asked for: {remedy}. The standard: {clause}. Steps taken: {steps}. {again}",
        issue=ISSUE_NAMES[IssueType(basis["issue"])], remedy=REMEDY_NAMES[Remedy(basis["remedy"])],
        clause=_in_words(basis), again=AGAIN[basis["again"]],
        steps=Text("、".join(one.zh for one in steps) or "-", ", ".join(one.en for one in steps) or "-"),
    )  # fmt: skip


def _in_words(basis: Mapping[str, Any]) -> Text | str:
    """The rule itself where the stamped decision has its words, behind it what it is cited as."""
    if basis.get("standard"):
        return Text(*basis["standard"])
    return str(basis["clause"]) or NO_STANDARD


def _standard(case: Case, named: str) -> tuple[str, list[str]]:
    """The clause, and its words and article in both languages: the one that was named, or by which the stamped decision opened the claim's
    remedy or kept it closed. No words where nobody knows such a clause."""
    if named:
        return named, _both(cited(case, named))
    for line in case.decision.answer["lines"]:
        for answer in line["answer"]["remedies"]:
            for raw in answer["reasons"]:
                reason = reason_in(raw)
                if answer["remedy"] == case.remedy and reason.holds is answer["open"]:
                    return reason.clause, _both(Cited(reason.article, reason.text))
    return "", []


def _both(rule: Cited) -> list[str]:
    said = rule.whole
    return [said.into("zh"), said.into("en")] if isinstance(said, Text) else []
