"""What is in dispute in a review, and who has to prove it: plain values. Who proves the matter itself is the policy's word (proof_by).

An issue is a row of Review.issues: `key`, `by` (whose burden), `clause` and `source` where the policy names one, `found` once an arbiter
has found. Whoever has the burden and proves nothing is not believed in this point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say

MATTER, REFUSAL, CONDITION, ARRIVAL = "matter", "refusal", "condition", "arrival"
ISSUES: dict[str, Text] = {
    MATTER: say("问题是否如消费者所说", "whether it is as the consumer says"),
    REFUSAL: say("拒绝的理由是否成立", "whether the reason of the refusal holds"),
    CONDITION: say("退回的商品是否如商家所说", "whether the goods came back in the state that the merchant says"),
    ARRIVAL: say("商品是否没有到", "whether the goods did not arrive"),
}
FOUND: dict[str, Text] = {
    "proven": say("已证明", "proven"),
    "not_proven": say("没有证明", "not proven"),
    "disproven": say("已推翻", "disproven"),
}
Issue = dict[str, Any]


def issue(key: str, by: Party, *, clause: str = "", source: str = "", units: Sequence[int] = ()) -> Issue:
    """One point, nothing found yet."""
    row: Issue = {"key": key, "by": by.value, "clause": clause, "source": source, "found": ""}
    return {**row, "units": sorted(units)} if units else row


def issues_of(proofs: Sequence[tuple[Party, str, str]], *, refused: bool, worse: Sequence[int], missing: Sequence[int]) -> list[Issue]:
    """What is in dispute: the matter once for each burden that the policy names (party, clause, source), the refusal, and what the bench
    found of these units. Whoever says that goods came back worse, or not at all, has to prove it."""
    rows = [issue(MATTER, by, clause=clause, source=source) for by, clause, source in dict.fromkeys(proofs)]
    if refused:
        rows.append(issue(REFUSAL, Party.MERCHANT))
    if worse:
        rows.append(issue(CONDITION, Party.MERCHANT, units=worse))
    if missing:
        rows.append(issue(ARRIVAL, Party.MERCHANT, units=missing))
    return rows


def with_found(issues: Sequence[Mapping[str, Any]], found: Mapping[str, str]) -> list[Issue]:
    """The issues with what an arbiter found of each, by key. Raises Unprocessable (field `issues`) for an unknown one or finding."""
    unknown = set(found) - {one["key"] for one in issues}
    if unknown or set(found.values()) - {*FOUND, ""}:
        wrong = say("争点或结论不对：{all}。", "No such issue or finding: {all}.", all=", ".join(sorted(unknown or set(found.values()))))
        raise Unprocessable.field("issues", wrong, code="unknown_issue")
    return [{**one, "found": found.get(one["key"], one.get("found", ""))} for one in issues]
