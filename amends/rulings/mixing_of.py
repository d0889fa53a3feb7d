"""What a ruling gives, unit by unit: which parts are fit for the units that it hears, what they come to, and who bears that.

The arithmetic of a mix is cases/mixing.py; what stands here is what is a ruling's own: it binds the units that were heard (S5), it may find
that the facts are others than the claim said, and a contested finding is answered in the remedy of its own grant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from amends.approvals.rules_of_money import rules_on
from amends.cases import mixing
from amends.cases.dues import dues_of, in_money
from amends.cases.left import LIVE, money_positions
from amends.cases.models import Case, Grant
from amends.cases.rules.mix import GOODS_FOR_UNIT, MONEY_FOR_UNIT, NONE, POINTS, STAYS, Part, parsed
from amends.compensation.rules import voucher_unit
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.liability.proposing import is_on_record
from amends.market.models import Unit
from amends.people.rules import Actor
from amends.policy.rules.facts import Remedy
from amends.returns.models import Inspection
from amends.rulings.models import Review
from amends.rulings.queries import AGAINST, FOR, PARTLY, contested, heard_units
from amends.rulings.rules.splitting import WHOLE, shares, split

MISSING = "missing_contested"
ASKED = (Party.CARRIER.value, Party.SUPPLIER.value)
"""Bearers of whom a cost can be asked only where the case's record knows them."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is given in another unit than money: a voucher of so many minor units of the case's currency, or points; and who gives it."""

    remedy: str
    minor: int
    party: str


@dataclass(frozen=True, slots=True)
class Costs:
    """What a ruling would cost, in minor units of the case's currency. `goods_minor` is what the goods given in kind are worth.

    `by_party` is what each of them finally bears of the money; the consumer, what of the claim is not given. `besides`: vouchers and
    points, which are borne by whoever gives them, whatever the shares say.
    """

    currency: str
    claimed_minor: int
    money_minor: int
    goods_minor: int
    by_party: tuple[tuple[str, int], ...]
    besides: tuple[Beside, ...]
    second_reader: bool


def parts_for(review: Review, raw: Sequence[Mapping[str, Any]], by: Actor) -> tuple[Part, ...]:
    """The parts that a ruling of this review may give, each with its sum: every unit that is heard has one, and no other unit.

    Raises Unprocessable (field `parts`) as cases.mixing.checked does, and where a contested finding is answered in another remedy.
    """
    case = review.case
    heard = list(review.heard) if review.ruled_at is not None else heard_units(case)
    found = {row.unit_id: row for row in contested(case)}
    told = parsed(raw)
    _check_contested(told, found)
    mix = mixing.checked(case, raw, by, units=heard, floor=False)
    return tuple(_as_granted(case, part, found, named=one.amount_minor is not None) for part, one in zip(mix.parts, told, strict=True))


def short_parts(case: Case, outcome: str, units: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """For the claim: every heard unit as it was asked for; against it: nothing for any of them, but what the merchant's own finding leaves.

    [] where no unit is heard, or the claim is for a sum beyond its units: then what the decision says is owed as it stands.
    """
    heard = list(units) if units is not None else heard_units(case)
    if not heard or case.remedy not in {*MONEY_FOR_UNIT, *GOODS_FOR_UNIT}:
        return []
    found = {row.unit_id: row for row in contested(case) if row.unit_id in heard}
    rows, alike = list[dict[str, Any]](), dict[str, list[int]]()
    for pk in heard:
        row = found.get(pk)
        if row is not None and outcome != FOR and row.reduced_minor:
            left = whole_of(case, row.grant) - row.reduced_minor
            rows.append({"remedy": row.grant.remedy, "units": [pk], "amount_minor": left})
        else:
            asked = row.grant.remedy if row is not None else case.remedy
            alike.setdefault(asked if outcome == FOR else NONE, []).append(pk)
    return [*rows, *({"remedy": remedy, "units": pks} for remedy, pks in alike.items())]


def whole_of(case: Case, grant: Grant) -> int:
    """What a grant of a unit brings in money, before any deduction."""
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    return sum(minor for tender, minor in grant.shares.items() if tender in money)


def bears_of(case: Case, raw: Mapping[str, Any], liable: str = "") -> dict[str, int]:
    """Who bears it, in hundredths of a per cent; where no shares are told, all of it whoever is `liable` beside the two sides, if they can
    be asked. {} leaves it with the merchant, as any case does.

    Raises Unprocessable (field `bears`) as rules.splitting does, and for a carrier or supplier of whom nothing is on record.
    """
    told = shares(raw)
    for party in ASKED:
        if told.get(party) and not is_on_record(case, party):
            wrong = say("记录里没有可以追偿的{who}。", "No {who} is on record whom it could be asked of.", who=_who(party))
            raise Unprocessable.field("bears", wrong, code="bearer_unknown")
    alone = liable == Party.PLATFORM or (liable in ASKED and is_on_record(case, liable))
    return told or ({liable: WHOLE} if alone else {})


def outcome_of(case: Case, parts: Sequence[Part]) -> str:
    """For the claim where every unit has what was asked or all its money, or the sum that was asked; against it where nothing is given;
    else partly."""
    if not any(_brings(case, part) for part in parts):
        return AGAINST
    if case.remedy not in {*MONEY_FOR_UNIT, *GOODS_FOR_UNIT}:
        return FOR if _has_claimed_sum(case, parts) else PARTLY
    about = [part for part in parts if part.units]
    return FOR if about and all(_is_whole(case, part) for part in about) else PARTLY


def cost_of_ruling(
    review: Review, outcome: str, parts: Sequence[Mapping[str, Any]] | None, bears: Mapping[str, Any], by: Actor, *, liable: str = ""
) -> Costs:  # fmt: skip
    """What a ruling as it is told would cost, and whom: of `parts`, or where there are none of the short form. Nothing is written.

    Raises Unprocessable as parts_for and bears_of do.
    """
    case, heard = review.case, list(review.heard) if review.ruled_at is not None else heard_units(review.case)
    raw = short_parts(case, outcome, heard) if parts is None else parts
    given = parts_for(review, raw, by) if raw else as_claimed(case, heard) if parts is None and outcome == FOR else ()
    return cost_of_mix(case, given, bears_of(case, bears, liable), heard=heard)


def as_claimed(case: Case, heard: Sequence[int]) -> tuple[Part, ...]:
    """Of a claim for a sum: what granting it as it was asked gives, for telling what it costs; () of any other claim."""
    if not heard or case.remedy in {*MONEY_FOR_UNIT, *GOODS_FOR_UNIT}:
        return ()
    return (Part(case.remedy, tuple(heard) if case.remedy == STAYS else (), case.claimed_minor),)


def cost_of_mix(
    case: Case, parts: Sequence[Part], bears: Mapping[str, int], *, heard: Sequence[int] = (), since: datetime | None = None
) -> Costs:  # fmt: skip
    """What these parts cost, and whom, by the rules of the ledger: the merchant but for sums that the platform gives, then by shares.

    `since`: of a ruling that was given then; what was granted from that instant on counts as not given, as it was when it ruled.
    """
    units = list(heard) or sorted({pk for part in parts for pk in part.units})
    claimed = _claimed(case, units, _granted_since(case, since))
    ours = sum(part.amount_minor or 0 for part in parts if part.in_money and part.borne_by == Party.PLATFORM)
    money = sum(part.amount_minor or 0 for part in parts if part.in_money)
    goods = sum(_worth(case, part.units) for part in parts if part.in_goods)
    cut = split(money - ours, bears) or {Party.MERCHANT.value: money - ours}
    if ours:
        cut[Party.PLATFORM.value] = cut.get(Party.PLATFORM.value, 0) + ours
    rows = [(Party.CONSUMER.value, max(0, claimed - money - goods)), *cut.items()]
    besides = tuple(
        Beside(part.remedy, part.amount_minor or 0, part.borne_by) for part in parts if part.remedy in (Remedy.VOUCHER.value, POINTS)
    )
    return Costs(case.currency, claimed, money, goods, tuple(rows), besides, needs_second(case, money + goods, besides))


def needs_second(case: Case, minor: int, besides: Sequence[Beside] = ()) -> bool:
    """Whether a ruling about so much, and what it gives beside money, has to be read and signed by a second person, by the rules of money
    of today. What those rules can't weigh needs one."""
    rules = rules_on(clock.now())
    if not rules.rulings.second_reader_minor:
        return False
    weighed = [rules.weighed(minor, case.currency)]
    weighed += [rules.weighed(one.minor, POINTS if one.remedy == POINTS else voucher_unit(case.currency)) for one in besides]
    return any(one is None for one in weighed) or sum(one or 0 for one in weighed) > rules.rulings.second_reader_minor


def _check_contested(parts: Sequence[Part], found: Mapping[int, Inspection]) -> None:
    for part in parts:
        for row in (found[pk] for pk in part.units if pk in found):
            same = part.remedy in (row.grant.remedy, NONE) or {part.remedy, row.grant.remedy} <= MONEY_FOR_UNIT
            if not same or part.remedy == STAYS:
                wrong = say("退回后有争议的商品，只能按原来的方案给、少给或者不给。",
                            "Of goods that came back and are contested, give what was granted, less of it, or nothing.")  # fmt: skip
                raise Unprocessable.field("parts", wrong, code="contested_unit")
            if part.amount_minor is not None and len(part.units) > 1:
                wrong = say("有争议的商品请逐件写明金额。", "Name the sum of each contested article apart.")
                raise Unprocessable.field("parts", wrong, code="contested_apart")
            if row.stage == MISSING and part.amount_minor not in (None, 0, row.grant.amount_minor):
                wrong = say("没有收到的商品，只能全额给或者不给。", "For goods that are said to be missing, give all or nothing.")
                raise Unprocessable.field("parts", wrong, code="missing_whole")


def _as_granted(case: Case, part: Part, found: Mapping[int, Inspection], *, named: bool) -> Part:
    """The part with what its contested goods bring: all of their own grant, which may be less than their price, where no sum is `named`.
    Raises Unprocessable for more than that."""
    mine = [found[pk].grant for pk in part.units if pk in found] if part.remedy in MONEY_FOR_UNIT else []
    if not mine:
        return part
    whole = sum(whole_of(case, grant) for grant in mine)
    if named and (part.amount_minor or 0) > whole:
        wrong = say("有争议的商品，最多给原来应退的金额。", "Of contested goods no more is given than was granted for them.")
        raise Unprocessable.field("parts", wrong, code="contested_more")
    if named:
        return part
    rest = [row for row in Unit.objects.filter(merchant_id=case.merchant_id, pk__in=part.units).order_by("pk") if row.pk not in found]
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    dues = dues_of(case, rest, Remedy(part.remedy), None) if rest else {}
    return replace(part, amount_minor=whole + sum(in_money(due, money) for due in dues.values()))


def _brings(case: Case, part: Part) -> bool:
    """Whether the consumer has anything of this part: goods, money, or what was paid in kind."""
    if part.in_goods or part.amount_minor:
        return True
    units = list(Unit.objects.filter(merchant_id=case.merchant_id, pk__in=part.units).order_by("pk"))
    if part.remedy not in MONEY_FOR_UNIT or not units:
        return False
    return any(due.minor for due in dues_of(case, units, Remedy(part.remedy), part.amount_minor).values())


def _is_whole(case: Case, part: Part) -> bool:
    if part.remedy in MONEY_FOR_UNIT:
        return (part.amount_minor or 0) >= _claimed(case, part.units)
    return part.remedy == case.remedy


def _has_claimed_sum(case: Case, parts: Sequence[Part]) -> bool:
    """Of a claim for a sum (a price adjustment): whether these parts give as much in that very form."""
    return sum(part.amount_minor or 0 for part in parts if part.remedy == case.remedy) >= case.claimed_minor


def _granted_since(case: Case, since: datetime | None) -> list[Grant]:
    if since is None:
        return []
    return list(Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=LIVE, made_at__gte=since).order_by("pk"))


def _claimed(case: Case, units: Sequence[int], void: Sequence[Grant] = ()) -> int:
    """What the claim asks for these units in money; what goods in kind are worth where it asks for those."""
    rows = list(Unit.objects.filter(merchant_id=case.merchant_id, pk__in=units).order_by("pk"))
    if not rows:
        return 0
    if case.remedy not in MONEY_FOR_UNIT:
        return sum(row.paid_minor for row in rows) if case.remedy in GOODS_FOR_UNIT else case.claimed_minor
    money = money_positions(case.merchant_id, case.order_id, case.currency)
    return sum(in_money(due, money) for due in dues_of(case, rows, Remedy(case.remedy), None, void).values())


def _worth(case: Case, units: Sequence[int]) -> int:
    return sum(Unit.objects.filter(merchant_id=case.merchant_id, pk__in=list(units)).values_list("paid_minor", flat=True))


def _who(party: str) -> Text:
    return say("承运商", "carrier") if party == Party.CARRIER.value else say("供应商", "supplier")
