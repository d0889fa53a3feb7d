"""Order 116 art. 27: nobody may force refunds without return on merchants (CN-PLAT-08), by no row of rights, by no silence, and under no
other name: whatever pays while the goods stay with the consumer counts, and so does every cell that such rows hang on.

What the law itself gives a platform may repeat; a merchant may promise more of their own will. Not about kindness (kinder.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amends.kernel.calendars import Roll
from amends.kernel.limits import Limit, Unit
from amends.kernel.texts import Text, say
from amends.policy.rules.cells import Counted
from amends.policy.rules.coherence import issues_of, silence_row
from amends.policy.rules.facts import Remedy, State
from amends.policy.rules.kinder_clocks import ROLLS
from amends.policy.rules.lengths import surely_no_longer
from amends.policy.rules.places import Path
from amends.policy.rules.schema import Clause, PackCells, Right, Settlement, Window

ARTICLE = say("《网络交易平台规则监督管理办法》第二十七条（L7 27）", "Measures for Supervising Platform Rules, art. 27 (L7 27)")
SPOKEN = "no_forced_refund"
# What pays, or may pay, while the goods stay where they are.
WITHOUT_RETURN = (Remedy.REFUND_ONLY, Remedy.PRICE_ADJUSTMENT, Remedy.VOUCHER, Remedy.GOODWILL)

Found = Iterator[tuple[Path, Text]]


def forced_refunds(upper: PackCells, law: PackCells, own: PackCells) -> Found:
    """Every cell of a pack that is no merchant's own which would pay for shipped goods without their return where the law does not."""
    yield from _rows(upper, law, own)
    yield from _silences(upper, own)
    yield from _windows(upper, law, own)
    yield from _sums(upper, law, own)
    for section in ("goods", "traits"):
        for name, cell in getattr(own, section).items():
            above = getattr(law, section).get(name)
            if cell.fresh and not (above and above.fresh):
                told = f"{section}.{name}.fresh = true"
                yield (section, name, "fresh"), _forced(upper, own, cell.exclusion_clause, told)


def _rows(upper: PackCells, law: PackCells, own: PackCells) -> Found:
    windows, usual = {**own.windows, **upper.windows, **law.windows}, _usual(law)
    for number, row in enumerate(own.rights.rows):
        shipped = [state for state in row.states if state is not State.UNSHIPPED]
        if not _pays(row) or not shipped:
            continue
        for issue in sorted(issues_of(row)):
            if not all(any(_gives(given, row, issue, state, windows, usual) for given in law.rights.rows) for state in shipped):
                told = f"{row.remedy.value}, amount = {row.amount}, {issue.value}, {', '.join(shipped)}"
                yield ("rights", "rows", number), _forced(upper, own, row.clause, told)
                break


def _silences(upper: PackCells, own: PackCells) -> Found:
    rows, told = own.silence.rows, set[int]()
    for limit in dict.fromkeys(row.limit for row in rows):
        for remedy in WITHOUT_RETURN:
            for received in (False, True):
                decides = silence_row(rows, limit, remedy, True, received)
                if decides is None or decides in told or rows[decides].verb != "approve" or _approved(upper, limit, remedy, received):
                    continue
                told.add(decides)
                what = f"{limit}, {remedy.value}, verb = approve"
                yield ("silence", "rows", decides, "verb"), _forced(upper, own, rows[decides].clause, what)


def _windows(upper: PackCells, law: PackCells, own: PackCells) -> Found:
    """A longer window makes every row that asks for it last longer."""
    hang = {need.partition(":")[2] for row in law.rights.rows if _pays(row) for need in row.needs if need.startswith("within:")}
    for name in sorted(hang & set(own.windows)):
        here, given = own.windows[name], law.windows[name]
        if not _inside(here, given, _usual(law)):
            told = f"windows.{name} = {here.length} (> {given.length})"
            yield ("windows", name), _forced(upper, own, here.clause, told)


def _sums(upper: PackCells, law: PackCells, own: PackCells) -> Found:
    here, given = own.settlement, law.settlement
    if here is None or given is None:
        return
    more = {
        "bad_share_is_all_from_bps": here.bad_share_is_all_from_bps < given.bad_share_is_all_from_bps,
        "adjustment_ceiling_bps": here.adjustment_ceiling_bps > given.adjustment_ceiling_bps,
    }
    for field in (field for field, is_more in more.items() if is_more):
        clause = "bad_share" if field.startswith("bad_share") else "ceiling"
        yield ("settlement", field), _forced(upper, own, clause, _both(field, given, here))


def _both(field: str, given: Settlement, here: Settlement) -> str:
    return f"settlement.{field} = {getattr(here, field)} ({getattr(given, field)}, {given.source})"


def _usual(law: PackCells) -> Roll:
    return law.day_counting.consumer if law.day_counting else Roll.CONSUMER


def _pays(row: Right) -> bool:
    return row.remedy in WITHOUT_RETURN and row.amount != "none"


def _approved(upper: PackCells, limit: str, remedy: Remedy, received: bool) -> bool:
    number = silence_row(upper.silence.rows, limit, remedy, True, received)
    return number is not None and upper.silence.rows[number].verb == "approve"


def _gives(given: Right, row: Right, issue: Any, state: State, windows: dict[str, Window], usual: Roll) -> bool:
    """Does a row of the law pay as much without return, under whatever name, to whoever `row` pays?"""
    if not _pays(given) or given.amount not in ("paid", row.amount) or state not in given.states or issue not in issues_of(given):
        return False
    if given.regime not in ("any", row.regime) or given.fresh not in (None, row.fresh) or given.when not in (None, row.when):
        return False
    return all(need in row.needs or _shorter(need, row, windows, usual) for need in given.needs)


def _shorter(need: str, row: Right, windows: dict[str, Window], usual: Roll) -> bool:
    """Is a window that the law asks for met by a shorter one of the row?"""
    kind, _, name = need.partition(":")
    own = [each.partition(":")[2] for each in row.needs if each.startswith("within:")]
    if kind != "within" or name not in windows:
        return False
    return any(_inside(windows[each], windows[name], usual) for each in own if each in windows)


def _inside(here: Window, given: Window, usual: Roll) -> bool:
    """Does a window surely end no later than the law's? Hours roll off no day."""
    rolls = Limit.parse(here.length).unit in (Unit.DAYS, Unit.MONTHS)
    later = rolls and ROLLS[here.roll or usual] > ROLLS[given.roll or usual]
    counts_later = (given.counts_from, here.counts_from) == ("signed", "installed")
    return surely_no_longer(here.length, given.length) and not later and not counts_later


def _forced(upper: PackCells, own: PackCells, clause: str, what: str) -> Text:
    here = own.clauses.get(clause) or upper.clauses.get(clause)
    above = upper.clauses.get(SPOKEN)
    return say(
        "平台不得强制不退货退款，换个说法也不行：{article}。上层：“{above}”。这里：{what}，“{here}”。"
        "请改为 call_platform 或退货退款，或由商家在自己的包里承诺。",
        "A platform cannot force a refund without return, under no other name either: {article}. Above: “{above}”. Here: {what}, “{here}”. "
        "Use call_platform or a return; a merchant may promise it in a pack of their own.",
        article=ARTICLE, what=what, above=_bare(above.no) if above else ARTICLE, here=_said(here) if here else clause,
    )  # fmt: skip


def _said(clause: Clause) -> Text:
    """What a clause says, or where it stands if its sentence counts days."""
    return clause.article.text if "{" in f"{clause.yes}" else _bare(clause.yes)


def _bare(said: Counted) -> Text:
    """A sentence without its full stop, for quoting it inside another."""
    return say(said.zh.rstrip("。"), said.en.rstrip("."))
