"""Order 116 art. 27: a platform may not force refunds without return on merchants (CN-PLAT-08), by no row of rights and by no silence.

What the law itself gives a platform may repeat; a shop may promise more of its own will. Not about kindness (kinder.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from amends.kernel.texts import Text, say
from amends.policy.rules.cells import Counted
from amends.policy.rules.coherence import issues_of, silence_row
from amends.policy.rules.facts import Remedy, State
from amends.policy.rules.kinder import length
from amends.policy.rules.places import Path
from amends.policy.rules.schema import PackCells, Right, Window

ARTICLE = say("《网络交易平台规则监督管理办法》第二十七条（L7 27）", "Measures for Supervising Platform Rules, art. 27 (L7 27)")
SPOKEN = "no_forced_refund"

Found = Iterator[tuple[Path, Text]]


def forced_refunds(upper: PackCells, law: PackCells, own: PackCells) -> Found:
    """Every row of a platform's pack that would refund shipped goods without their return where the law does not."""
    windows = {**upper.windows, **own.windows}
    for number, row in enumerate(own.rights.rows):
        shipped = [state for state in row.states if state is not State.UNSHIPPED]
        if row.remedy is not Remedy.REFUND_ONLY or not shipped:
            continue
        for issue in sorted(issues_of(row)):
            if not all(any(_gives(given, row, issue, state, windows) for given in law.rights.rows) for state in shipped):
                yield ("rights", "rows", number), _forced(upper, own, row.clause, f"{issue.value}, {', '.join(shipped)}")
                break
    rows = own.silence.rows
    for limit in dict.fromkeys(row.limit for row in rows):
        for received in (False, True):
            decides = silence_row(rows, limit, Remedy.REFUND_ONLY, True, received)
            if decides is not None and rows[decides].verb == "approve" and not _approved(upper, limit, received):
                yield ("silence", "rows", decides, "verb"), _forced(upper, own, rows[decides].clause, f"{limit}, verb = approve")
                break


def _approved(upper: PackCells, limit: str, received: bool) -> bool:
    number = silence_row(upper.silence.rows, limit, Remedy.REFUND_ONLY, True, received)
    return number is not None and upper.silence.rows[number].verb == "approve"


def _gives(given: Right, row: Right, issue: object, state: State, windows: dict[str, Window]) -> bool:
    """Does a row of the law open a refund without return to whatever `row` opens it to?"""
    if given.remedy is not Remedy.REFUND_ONLY or state not in given.states or issue not in issues_of(given):
        return False
    if given.regime not in ("any", row.regime) or given.fresh not in (None, row.fresh) or given.when not in (None, row.when):
        return False
    return all(need in row.needs or _shorter(need, row, windows) for need in given.needs)


def _shorter(need: str, row: Right, windows: dict[str, Window]) -> bool:
    """Is a window that the law asks for met by a shorter one of the row?"""
    kind, _, name = need.partition(":")
    own = [each.partition(":")[2] for each in row.needs if each.startswith("within:")]
    known = [windows[each] for each in (name, *own) if each in windows]
    if kind != "within" or len(known) < 2:
        return False
    law, *others = [length(window.length) for window in known]
    return min(others) <= law


def _forced(upper: PackCells, own: PackCells, clause: str, what: str) -> Text:
    here = own.clauses.get(clause) or upper.clauses.get(clause)
    above = upper.clauses.get(SPOKEN)
    return say(
        "平台不得强制不退货退款：{article}。上层：“{above}”。这里：{what}，“{here}”。"
        "请改为 call_platform 或退货退款，或由商家在自己的包里承诺。",
        "A platform cannot force a refund without return: {article}. Above: “{above}”. Here: {what}, “{here}”. "
        "Use call_platform or a return; a merchant may promise it in a pack of their own.",
        article=ARTICLE, what=what, above=_bare(above.no) if above else ARTICLE, here=_bare(here.yes) if here else clause,
    )  # fmt: skip


def _bare(said: Counted) -> Text:
    """A sentence without its full stop, for quoting it inside another."""
    return say(said.zh.rstrip("。"), said.en.rstrip("."))
