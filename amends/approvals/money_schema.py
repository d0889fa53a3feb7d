"""The money rules as a document: limits by role, bounds of goodwill, deposits, insurance, price protection, points, vouchers, due times.

Strict: an unknown key, a sum that is no whole number, a row that contradicts another is refused with its line. Read it into `Rules` by
`read`; who wrote and who signed a version, and from when on it holds, is not told here. Sums are minor units of `currency` (fen); a sum
in another unit is weighed against them by `weights`, and only weighed: nothing is ever booked by a weight.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from amends.approvals.rules import ACTIONS
from amends.kernel.texts import say
from amends.people.rules import ROLES, Role
from amends.policy.rules.cells import CellError

Minor = Annotated[int, Field(ge=0, le=10**13)]
Days = Annotated[int, Field(ge=0, le=3650)]
Hours = Annotated[int, Field(ge=1, le=24 * 366)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
RoleName = Literal["merchant", "agent", "arbiter", "supervisor", "admin"]
NEVER_ASKS = say("{role}不能提出“{action}”，不能给额度。", "No limit for {role}: they never ask for “{action}”.")
NEVER_APPROVES = say("{role}不能批准“{action}”，不能给额度。", "No limit for {role}: they never approve “{action}”.")
TWICE = say("{role}的“{action}”写了两次。", "{role} and “{action}” stand twice.")


class Part(BaseModel):
    """A table of the document: frozen, strict, and nothing in it that is not named here."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Title(Part):
    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]


class Limit(Part):
    """How much one role may decide about some actions. What is left out is nothing.

    `per_day_minor` is the sum over all actions of the row for one person on one day; `approves_per_day_minor` likewise for what this
    person approved of others. `glass_minor`: up to so much may be done at once in an emergency, and be reviewed afterwards.
    """

    role: RoleName
    actions: Annotated[tuple[Name, ...], Field(min_length=1)]
    alone_minor: Minor = 0
    per_day_minor: Minor = 0
    approves_minor: Minor = 0
    approves_per_day_minor: Minor = 0
    glass_minor: Minor = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        unknown = sorted(set(self.actions) - set(ACTIONS))
        if unknown:
            raise CellError(say("没有这种决定：{names}。", "No such action: {names}.", names=", ".join(unknown)))
        if self.per_day_minor < self.alone_minor:
            raise CellError(say("per_day_minor 不能小于 alone_minor。", "per_day_minor is at least alone_minor."))
        if self.approves_per_day_minor < self.approves_minor:
            raise CellError(say("approves_per_day_minor 不能小于 approves_minor。", "approves_per_day_minor is at least approves_minor."))
        for name in self.actions:
            if (self.alone_minor or self.glass_minor) and Role(self.role) not in ACTIONS[name].asks:
                raise CellError(NEVER_ASKS.filled(role=ROLES[Role(self.role)].name, action=ACTIONS[name].words))
            if self.approves_minor and Role(self.role) not in ACTIONS[name].approves:
                raise CellError(NEVER_APPROVES.filled(role=ROLES[Role(self.role)].name, action=ACTIONS[name].words))
        return self


class Approving(Part):
    """How long an approval waits, when it is reminded of, when a broken glass must be reviewed, and who may not break it again."""

    answer_hours: Hours
    remind_hours: Hours
    review_hours: Hours
    glass_open_most: Annotated[int, Field(ge=1, le=100)]
    glass_pause_days: Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.remind_hours >= self.answer_hours:
            raise CellError(say("remind_hours 要小于 answer_hours。", "remind_hours is less than answer_hours."))
        return self


class Goodwill(Part):
    """Bounds of what is given beyond what is owed: above one of them somebody else is asked, whatever the giver's own limit."""

    per_case_minor: Minor
    per_consumer_minor: Minor
    per_consumer_days: Annotated[int, Field(ge=1, le=366)]
    per_merchant_day_minor: Minor


class PriceProtection(Part):
    """Price protection (价格保护): within so many days from the order, up to so much for one order (0: no bound)."""

    days: Days
    most_minor: Minor


class Points(Part):
    """`worth_minor` minor units of the currency for `per_points` points; where no rule says otherwise, one point is one fen."""

    per_points: Annotated[int, Field(ge=1, le=10**6)]
    worth_minor: Annotated[int, Field(ge=1, le=10**9)]
    most_points: Annotated[int, Field(ge=1, le=10**9)]


class Vouchers(Part):
    """How long a voucher is valid unless it says otherwise, how long at most, when its end is told, and what it counts for beside money.

    `worth_bps`: of its face value, in hundredths of a per cent, when remedies are compared by their value.
    """

    valid_days: Annotated[int, Field(ge=1, le=3650)]
    most_days: Annotated[int, Field(ge=1, le=3650)]
    warn_days: Days
    worth_bps: Annotated[int, Field(ge=0, le=10_000)]
    most_minor: Minor

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.warn_days < self.valid_days <= self.most_days:
            raise CellError(say("应满足 warn_days < valid_days <= most_days。", "It should be warn_days < valid_days <= most_days."))
        return self


class Deposits(Part):
    """What a merchant keeps where nothing else was agreed, when it is warned, and how many days a deduction is announced before."""

    required_minor: Minor
    warn_minor: Minor
    notice_days: Annotated[int, Field(ge=1, le=90)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.warn_minor > self.required_minor:
            raise CellError(say("warn_minor 不能大于 required_minor。", "warn_minor is not above required_minor."))
        return self


class Zone(Part):
    """One zone of the insurance: what its premium costs and up to how much of a return's freight it pays."""

    zone: Name
    premium_minor: Minor
    cover_minor: Minor


class Insurance(Part):
    """Return-freight insurance (退货运费险): which reasons it covers (issues of a case), by zone, and within how many days of the order."""

    reasons: Annotated[tuple[Name, ...], Field(min_length=1)]
    within_days: Annotated[int, Field(ge=1, le=366)]
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [row.zone for row in self.zones]
        if len(set(names)) < len(names):
            raise CellError(say("同一个地区写了两次。", "A zone stands twice."))
        return self

    def zone(self, name: str) -> Zone | None:
        """The row of this zone, None where there is none."""
        return next((row for row in self.zones if row.zone == name), None)


class Reconciling(Part):
    """Hours: until a difference must be explained, before that it is reminded of, and until what is missing counts as missing."""

    due_hours: Hours
    warn_hours: Hours
    grace_hours: Hours


class Supplements(Part):
    """How long a consumer has to pay a difference on top."""

    due_hours: Hours
    most_minor: Minor


class Refunding(Part):
    """Hours until a refund that is unknown, failed, frozen or without payee raises an alarm, and days until money should have arrived."""

    unknown_hours: Hours
    failed_hours: Hours
    frozen_hours: Hours
    payee_hours: Hours
    expected_days: Annotated[dict[Name, Days], Field(min_length=1)]

    def expected(self, gateway: str) -> int:
        """Days until money sent by this gateway has arrived; of the slowest where this one is not named."""
        return self.expected_days.get(gateway, max(self.expected_days.values()))


Share = Annotated[int, Field(ge=0, le=10_000)]


class Inspecting(Part):
    """How much of a unit's money may be deducted at most for its grade, in hundredths of a per cent."""

    a_bps: Share = 0
    b_bps: Share = 3_000
    c_bps: Share = 6_000
    d_bps: Share = 10_000

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.a_bps <= self.b_bps <= self.c_bps <= self.d_bps:
            raise CellError(say("品级越差，扣减上限越高。", "A worse grade never has a lower bound than a better one."))
        return self

    def bps(self, grade: str) -> int:
        """The bound of grade A, B, C or D."""
        return {"A": self.a_bps, "B": self.b_bps, "C": self.c_bps, "D": self.d_bps}[grade]


class Tier(Part):
    """What a consumer of this tier may have before it came back: pieces of so much worth together, so many at a time."""

    most_minor: Minor
    most_open: Annotated[int, Field(ge=0, le=100)]


class Advances(Part):
    """Who is trusted with a replacement before the return has come; who is not named leaves a security."""

    tiers: dict[Name, Tier] = {}

    def tier(self, name: str) -> Tier | None:
        """The row of this tier; `other` stands for those that have none of their own."""
        return self.tiers.get(name) or self.tiers.get("other")


class Ruling(Part):
    """From which sum on a ruling of the platform is read and signed by a second person (0: never)."""

    second_reader_minor: Minor = 0


class Appeals(Part):
    """What the platform pays a consumer for an appeal that it left unanswered, by currency, in its minor units; nothing where it is not
    named. A sum is named for each currency, because it is booked and not weighed."""

    unanswered_minor: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Minor] = {}

    def unanswered(self, currency: str) -> int:
        """The sum in this currency."""
        return self.unanswered_minor.get(currency, 0)


class Rules(Part):
    """One whole version of the money rules."""

    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(\.\d{1,3})?$")]
    in_force_from: date
    name: Title
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    weights: dict[Name, Annotated[int, Field(ge=1, le=10**9)]]
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)]
    approvals: Approving
    goodwill: Goodwill
    price_protection: PriceProtection
    points: Points
    vouchers: Vouchers
    deposits: Deposits
    insurance: Insurance
    reconciliation: Reconciling
    supplements: Supplements
    refunds: Refunding
    inspection: Inspecting = Inspecting()
    advances: Advances = Advances()
    appeals: Appeals = Appeals()
    rulings: Ruling = Ruling()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.weights.get(self.currency) != 1000:
            raise CellError(say("weights 里 {unit} 应为 1000。", "weights gives {unit} 1000.", unit=self.currency))
        seen: set[tuple[str, str]] = set()
        for row in self.limits:
            for action in row.actions:
                if (row.role, action) in seen:
                    raise CellError(TWICE.filled(role=ROLES[Role(row.role)].name, action=ACTIONS[action].words))
                seen.add((row.role, action))
        unanswered = [name for name in ACTIONS if not self.most_approved(name)]
        if unanswered:
            raise CellError(say("没有人能批准：{names}。", "Nobody approves: {names}.", names=", ".join(unanswered)))
        return self

    def limit(self, role: Role, action: str) -> Limit | None:
        """The row for this role and action, None where it may decide nothing about it."""
        return next((row for row in self.limits if row.role == role.value and action in row.actions), None)

    def most_approved(self, action: str) -> int:
        """The greatest sum that anybody may approve, in minor units of `currency`."""
        return max((row.approves_minor for row in self.limits if action in row.actions), default=0)

    def weighed(self, amount_minor: int, unit: str) -> int | None:
        """The sum as minor units of `currency`, rounded up, to be held against limits; None for a unit that the rules don't name.

        What is restored in kind (CNY.voucher) weighs as much as its currency, unless it is named itself.
        """
        weight = self.weights.get(unit, self.weights.get(unit.partition(".")[0]))
        return None if weight is None else -(-amount_minor * weight // 1000)
