"""A merchant's deposit as its reader sees it: what is kept, held, owed, announced, and every move; and all deposits for the platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from amends.approvals.money_schema import Rules
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.texts import Text
from amends.ledger.models import Line
from amends.liability.books import KEPT, Kept, kept
from amends.liability.deducting import is_late, owner_of
from amends.liability.models import Deposit, DepositMove
from amends.liability.rules import ANNOUNCED, CONTESTED, DONE, MOVES, PENDING, REASONS, STATES
from amends.liability.verbs.deposit_row import may_leave
from amends.liability.verbs.holds import freed_of
from amends.market.models import Merchant
from amends.people.rules import Actor

MOST = 100


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move in words. `lacks`: what a deduction has not found yet; `left`: what of a hold is still held; `owner`: who owes a contested
    one its answer, for the platform alone; `late`: it should have had it by now. `taken_at`: when an announced one is taken; `answer_by`:
    until when a contested one is answered."""

    move: DepositMove
    kind: Text
    reason: Text
    state: Text
    case: str
    lacks: int
    left: int
    can: tuple[str, ...]
    owner: str
    late: bool
    taken_at: datetime | None
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class DepositView:
    """A deposit: terms, what the books hold, and its moves, newest first. `missing` is what lacks to the required sum."""

    merchant: Merchant
    currency: str
    required: int
    warn: int
    warned_at: datetime | None
    kept: Kept
    announced: int
    may_leave: int
    moves: tuple[MoveRow, ...]

    @property
    def missing(self) -> int:
        return max(0, self.required - self.kept.whole)

    @property
    def is_low(self) -> bool:
        return self.kept.whole < self.warn


def deposit(merchant: Merchant, actor: Actor, *, most: int = MOST) -> DepositView:
    """The deposit of a merchant whom the caller has found visible (hands.seen_merchant); by the money rules where no row exists yet."""
    row = Deposit.objects.filter(merchant=merchant).first() or _by_rules(merchant, rules_on(clock.now()))
    moves = list(DepositMove.objects.filter(merchant=merchant).select_related("of_hold").order_by("-pk")[:most])
    waiting = DepositMove.objects.filter(merchant=merchant, kind="deduct", state__in=PENDING)
    spoken = waiting.aggregate(sum=Sum("amount_minor", default=0))["sum"]
    return DepositView(
        merchant, row.currency, row.required_minor, row.warn_minor, row.warned_at, kept(merchant.pk, row.currency), spoken,
        may_leave(row, ""), tuple(_rows(moves, actor)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DepositLine:
    """One merchant in the platform's list."""

    merchant: Merchant
    currency: str
    required: int
    warn: int
    free: int
    held: int
    owes: int
    waiting: int
    late: int

    @property
    def is_low(self) -> bool:
        return self.free + self.held < self.warn


@dataclass(frozen=True, slots=True)
class DepositPage:
    """A page of the platform's list; `after` (a merchant's ref) leads on."""

    rows: list[DepositLine]
    after: str


def deposits(*, low: bool = False, after: str = "", most: int = 200) -> DepositPage:
    """Every merchant's deposit by the books, the oldest first; only those below their warning where `low`. Few queries for any number."""
    rules, rows, held = rules_on(clock.now()), {row.merchant_id: row for row in Deposit.objects.order_by("pk")}, _kept_by_all()
    waits, late = Counter[int](), Counter[int]()
    for move in DepositMove.objects.filter(kind="deduct", state=CONTESTED):
        waits[move.merchant_id] += 1
        late[move.merchant_id] += is_late(move)
    found: list[DepositLine] = []
    last = Merchant.objects.filter(ref=clean_ref(after) or "").values_list("pk", flat=True).first() or 0
    for merchant in Merchant.objects.filter(pk__gt=last).order_by("pk"):
        row = rows.get(merchant.pk) or _by_rules(merchant, rules)
        sums = {name: minor for name in KEPT if (minor := held.get((merchant.pk, name, row.currency)))}
        one = DepositLine(
            merchant, row.currency, row.required_minor, row.warn_minor, -sums.get("deposit", 0), -sums.get("deposit_held", 0),
            sums.get("receivable", 0), waits[merchant.pk], late[merchant.pk],
        )  # fmt: skip
        if one.is_low or not low:
            found.append(one)
        if len(found) > most:
            return DepositPage(found[:most], found[most - 1].merchant.ref)
    return DepositPage(found, "")


def _kept_by_all() -> dict[tuple[int, str, str], int]:
    """What stands in the accounts of every merchant's deposit, by merchant, account and unit: a sum in yen is no sum in yuan."""
    lines = Line.objects.filter(account__party="merchant", account__name__in=KEPT).order_by()
    rows = lines.values_list("account__holder_id", "account__name", "unit").annotate(sum=Sum("amount_minor"))
    return {(merchant, name, unit): minor for merchant, name, unit, minor in rows}


def attention(merchant_id: int | None = None) -> int:
    """How many deductions are announced or contested, of one merchant or of all: what a counter shows."""
    rows = DepositMove.objects.filter(Q(state=CONTESTED) if merchant_id is None else Q(state__in=PENDING), kind="deduct")
    return (rows if merchant_id is None else rows.filter(merchant_id=merchant_id)).count()


def overdue() -> int:
    """How many contested deductions the platform should have answered by now: what the office's counter shows in red."""
    return DepositMove.objects.filter(kind="deduct", state=CONTESTED, notice_until__lte=clock.now()).count()


def _by_rules(merchant: Merchant, rules: Rules) -> Deposit:
    return Deposit(
        merchant=merchant, currency=rules.currency, required_minor=rules.deposits.required_minor, warn_minor=rules.deposits.warn_minor,
        made_at=clock.now(),
    )  # fmt: skip


def _rows(moves: list[DepositMove], actor: Actor) -> Iterable[MoveRow]:
    cases = dict(Case.objects.filter(pk__in=[m.case_id for m in moves if m.case_id]).values_list("pk", "ref"))
    freed = freed_of([move for move in moves if move.kind == "hold"])
    for move in moves:
        lacks = move.amount_minor - move.taken_minor if move.kind == "deduct" and move.state == DONE else 0
        left = move.amount_minor - freed.get(move.pk, 0) if move.kind == "hold" else 0
        yield MoveRow(
            move, MOVES[move.kind], REASONS.get(move.reason, REASONS["other"]), STATES[move.state],
            cases.get(move.case_id or 0, ""), lacks, left, _may(move, actor, left), _owner(move, actor), is_late(move),
            move.notice_until if move.state == ANNOUNCED else None, move.notice_until if move.state == CONTESTED else None,
        )  # fmt: skip


def _owner(move: DepositMove, actor: Actor) -> str:
    owner = owner_of(move) if move.state == CONTESTED and actor.sees_everything else None
    return owner.name if owner else ""


def _may(move: DepositMove, actor: Actor, left: int) -> tuple[str, ...]:
    """What this reader may do with a move now."""
    if actor.only_reads:
        return ()
    if actor.party is Party.MERCHANT:
        return ("contest",) if move.kind == "deduct" and move.state == ANNOUNCED else ()
    if move.kind == "hold" and left:
        return ("release",)
    if move.kind != "deduct" or move.state not in PENDING:
        return ()
    own = actor.user_id is not None and actor.user_id == move.asked_by_id
    return ("uphold", "withdraw") if move.state == CONTESTED and not own else ("withdraw",)
