"""How approvals are spoken of: sums of every unit, who asked as what, and why somebody else is asked. For every face."""

from __future__ import annotations

from amends.approvals.models import Approval
from amends.approvals.rules import ACTIONS, REASONS, STATES, Because, State, Verdict
from amends.kernel.money import Money, currencies
from amends.kernel.texts import Text, say
from amends.people.rules import ROLES, Role

IN_KIND = {
    "voucher": say("{sum}（优惠券）", "{sum} as a voucher"),
    "coupon": say("{sum}（券）", "{sum} as a coupon"),
}

FOUND_JUSTIFIED = say("先办，复核：情况紧急", "found justified")
FOUND_UNJUSTIFIED = say("先办，复核：不该先办", "not justified")


def sum_words(amount_minor: int, unit: str) -> Text:
    """`¥50.00`, `300 积分 / 300 points`, `¥20.00（优惠券）`: a sum of any unit that the books know."""
    currency, _, kind = unit.partition(".")
    if currency not in currencies():
        plain = say("{n} 积分", "{n} points") if unit == "points" else say("{n} {unit}", "{n} {unit}")
        return plain.filled(n=f"{amount_minor:,}", unit=unit)
    money = Money(amount_minor, currency)
    plain = Text(money.into("zh"), money.into("en"))
    return IN_KIND[kind].filled(sum=plain) if kind in IN_KIND else plain


def state_words(row: Approval) -> Text:
    """Where it stands, a review included."""
    if row.state == State.BROKEN.value and row.reviewed_at is not None:
        justified = row.reviewed_as == Verdict.JUSTIFIED.value
        return FOUND_JUSTIFIED if justified else FOUND_UNJUSTIFIED
    return STATES[State(row.state)]


def state_kind(row: Approval) -> str:
    """The tag's colour."""
    if row.state == State.BROKEN.value:
        return "bad" if row.reviewed_at is None or row.reviewed_as != Verdict.JUSTIFIED.value else "ok"
    return {"asked": "brand", "granted": "ok", "refused": "warn", "lapsed": "warn"}.get(row.state, "")


def reasons(row: Approval) -> list[Text]:
    """Why the asker could not decide it alone."""
    return [REASONS[Because(name)] for name in row.payload["because"]]


def asked_as(row: Approval) -> Text:
    """The role in which it was asked."""
    return ROLES[Role(row.asked_as)].name


def action_words(row: Approval) -> Text:
    """What is to be decided."""
    return ACTIONS[row.action].words
