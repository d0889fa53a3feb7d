"""Reads of platform reviews: what holds a case open, which units a ruling may bind, whom it burdens, and the file that an arbiter reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.cases.models import Case, CaseText, Deadline, Evidence, Grant
from amends.cases.verbs.ending import is_something_open
from amends.cases.words import stage_name, verb_name
from amends.kernel.parties import NAMES, Party
from amends.kernel.tables import BIRTH
from amends.kernel.texts import Text, say
from amends.market.models import Unit
from amends.people.rules import Actor
from amends.returns.models import Inspection
from amends.rulings.models import Review
from amends.rulings.rules import REVIEW

FOR, AGAINST, PARTLY = "for", "against", "partly"
OUTCOMES: dict[str, Text] = {
    FOR: say("支持消费者的诉求", "for the claim"),
    AGAINST: say("不支持消费者的诉求", "against the claim"),
    PARTLY: say("部分支持消费者的诉求", "partly for the claim"),
}
# S4: whoever has to pay, or to go without, may say that it stands; where that is both, both have to.
BURDENED: dict[str, tuple[Party, ...]] = {
    FOR: (Party.MERCHANT,), AGAINST: (Party.CONSUMER,), PARTLY: (Party.CONSUMER, Party.MERCHANT),
}  # fmt: skip
BY_DEFAULT = say(
    "两位判责员都没有按时裁决，平台按规则裁决：规则支持的诉求予以支持，规则不支持的不予支持。",
    "Two arbiters did not rule in time, so the policy rules by default: for a claim that it opens as of right, against any other.",
)

FIRST_ROUND = REVIEW.moves[BIRTH, "open_round", Party.PLATFORM]
RULED = REVIEW.moves["deciding", "rule", Party.ARBITER]
CONTESTED = frozenset({"contested", "missing_contested"})


def open_lives(case: Case) -> list[str]:
    """The review that holds the case open (S3), as `life.stage`."""
    rows = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=REVIEW.open_stages)
    return [f"review.{stage}" for stage in rows.values_list("stage", flat=True)]


def open_review(case: Case) -> Review | None:
    """The one review that is going on, if any."""
    return Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=REVIEW.open_stages).first()


def unbound_ruling(case: Case) -> Review | None:
    """The ruling that is given and not carried out yet, if any."""
    rows = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage=RULED, bound_at__isnull=True)
    return rows.order_by("-pk").first()


def by_default(review: Review) -> bool:
    """Whether the policy gave this ruling for want of a person: no arbiter gave reasons."""
    return review.reasons_id is None


def contested(case: Case) -> list[Inspection]:
    """The findings that an arbiter has to judge, in order of their units."""
    rows = Inspection.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=CONTESTED)
    return list(rows.select_related("grant", "unit").order_by("unit_id"))


def undecided_units(case: Case) -> list[Unit]:
    """The claimed units for which nothing was ever granted in this case, in order: neither owed, nor given, nor voided."""
    decided = Grant.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).values("unit_id")
    rows = case.claimed.exclude(unit_id__in=decided).select_related("unit").order_by("line_id", "unit__number")
    return [row.unit for row in rows]


def heard_units(case: Case) -> list[int]:
    """The units that a ruling given now would bind (S5), by id: those without a grant, and those contested."""
    return sorted({unit.pk for unit in undecided_units(case)} | {row.unit_id for row in contested(case)})


def may_be_reviewed(case: Case) -> bool:
    """Whether there is something open that no arbiter heard: a contested finding always, anything else once."""
    if not is_something_open(case):
        return False
    return bool(contested(case)) or not Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exists()


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """What one side wrote, and when. `kind` tells on what occasion; `words` is '' where erased."""

    kind: str
    words: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file of evidence. `late`: given after the first round was closed; kept and marked."""

    ref: str
    kind: str
    made_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that one party gave, oldest first."""

    party: Party
    name: Text
    said: tuple[Said, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The ruling with its reasons. `binds` False until it is carried out; `by_default` where the policy ruled for want of a person."""

    outcome: str
    outcome_name: Text
    liable: Text | None
    clause: str
    reasons: Text
    by_default: bool
    ruled_at: datetime
    bound_at: datetime | None
    burdened: Text


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """One review as both sides and the arbiter read it. `until` and `silence` are None when it is over."""

    ref: str
    stage: str
    stage_name: Text
    called_by: Text
    opened_at: datetime
    until: datetime | None
    silence: Text | None
    sides: tuple[Side, ...]
    ruling: Ruling | None
    choices: tuple[tuple[str, Text], ...]


def reviews_of(case: Case, by: Actor) -> list[ReviewFile]:
    """The reviews of the case, newest first, as `by` may see and move them. Four queries and two for each review."""
    mine = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)
    rows = list(mine.select_related("reasons", "reasons_also").order_by("-pk"))
    if not rows:
        return []
    texts = list(CaseText.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("pk"))
    pieces = list(Evidence.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("made_at", "pk"))
    limits = Deadline.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, life=REVIEW.name, ended_at__isnull=True)
    open_limits = {limit.life_id: limit for limit in limits}
    return [_file(row, texts, pieces, open_limits.get(row.pk), by) for row in rows]


def _file(row: Review, texts: Sequence[CaseText], pieces: Sequence[Evidence], limit: Deadline | None, by: Actor) -> ReviewFile:
    until = row.ruled_at or (row.since if row.is_over else None)
    before = [text for text in texts if until is None or text.made_at <= until]
    given = [piece for piece in pieces if until is None or piece.made_at <= until]
    return ReviewFile(
        ref=row.ref, stage=row.stage, stage_name=stage_name(REVIEW.name, row.stage), called_by=NAMES[Party(row.called_by)],
        opened_at=row.made_at, until=limit.due_at if limit else None, silence=verb_name(REVIEW.name, limit.silence) if limit else None,
        sides=tuple(_side(party, before, given) for party in (Party.CONSUMER, Party.MERCHANT)), ruling=_ruling(row),
        choices=tuple((verb, verb_name(REVIEW.name, verb)) for verb in row.offered(by)),
    )  # fmt: skip


def _side(party: Party, texts: Sequence[CaseText], pieces: Sequence[Evidence]) -> Side:
    return Side(
        party=party,
        name=NAMES[party],
        said=tuple(Said(text.kind, text.body, text.made_at) for text in texts if text.party == party and text.kind != "address"),
        exhibits=tuple(Exhibit(piece.ref, piece.kind, piece.made_at, piece.late) for piece in pieces if piece.party == party),
    )


def _ruling(row: Review) -> Ruling | None:
    if row.ruled_at is None:
        return None
    return Ruling(
        outcome=row.outcome, outcome_name=OUTCOMES[row.outcome], liable=NAMES[Party(row.liable)] if row.liable else None, clause=row.clause,
        reasons=reasons_of(row), by_default=row.reasons_id is None,
        ruled_at=row.ruled_at, bound_at=row.bound_at, burdened=burdened_words(row.outcome),
    )  # fmt: skip


def reasons_of(row: Review) -> Text:
    """The reasons in both languages; in the one that was written, where no other was."""
    if row.reasons is None:
        return BY_DEFAULT
    if not row.reasons.body:
        return ERASED
    also = row.reasons_also.body if row.reasons_also and row.reasons_also.body else row.reasons.body
    return Text(row.reasons.body, also)


def burdened_words(outcome: str) -> Text:
    """Whom a ruling burdens."""
    names = [NAMES[party] for party in BURDENED[outcome]]
    return names[0] if len(names) == 1 else say("双方", "both sides")


ERASED = say("文字已按要求删除。", "These words were erased on request.")
