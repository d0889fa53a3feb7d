"""A merchant's deposit as its reader sees it: what is kept, held, owed, announced, and every move; and all deposits for the platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.texts import Text
from amends.ledger.models import Line
from amends.liability.books import Kept, kept
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
    one its answer, for the platform alone; `late`: it should have had it by now."""

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
    row = Deposit.objects.filter(merchant=merchant).first() or _by_rules(merchant)
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


def deposits(*, low: bool = False, after: int = 0, most: int = 200) -> list[DepositLine]:
    """Every merchant's deposit by the books, by ref; only those below their warning where `low`. Three queries."""
    rules = rules_on(clock.now())
    rows = {row.merchant_id: row for row in Deposit.objects.all()}
    held: dict[int, dict[str, int]] = {}
    lines = Line.objects.filter(account__party="merchant", account__name__in=["deposit", "deposit_held", "receivable"])
    for merchant, name, minor in lines.values_list("account__holder_id", "account__name").annotate(sum=Sum("amount_minor")).order_by():
        held.setdefault(merchant, {})[name] = minor
    waits, late = Counter[int](), Counter[int]()
    for move in DepositMove.objects.filter(kind="deduct", state=CONTESTED):
        waits[move.merchant_id] += 1
        late[move.merchant_id] += is_late(move)
    found = []
    for merchant in Merchant.objects.filter(pk__gt=after).order_by("pk"):
        row, sums = rows.get(merchant.pk), held.get(merchant.pk, {})
        one = DepositLine(
            merchant, row.currency if row else rules.currency, row.required_minor if row else rules.deposits.required_minor,
            row.warn_minor if row else rules.deposits.warn_minor, -sums.get("deposit", 0), -sums.get("deposit_held", 0),
            sums.get("receivable", 0), waits[merchant.pk], late[merchant.pk],
        )  # fmt: skip
        if not low or one.is_low:
            found.append(one)
        if len(found) >= most:
            break
    return found


def attention(merchant_id: int | None = None) -> int:
    """How many deductions are announced or contested, of one merchant or of all: what a counter shows."""
    rows = DepositMove.objects.filter(Q(state=CONTESTED) if merchant_id is None else Q(state__in=PENDING), kind="deduct")
    return (rows if merchant_id is None else rows.filter(merchant_id=merchant_id)).count()


def overdue() -> int:
    """How many contested deductions the platform should have answered by now: what the office's counter shows in red."""
    return DepositMove.objects.filter(kind="deduct", state=CONTESTED, notice_until__lte=clock.now()).count()


def _by_rules(merchant: Merchant) -> Deposit:
    rules = rules_on(clock.now())
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
