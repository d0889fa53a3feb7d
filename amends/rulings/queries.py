"""Reads of platform reviews: what holds a case open, which units a ruling may bind, whom it burdens, and its reasons in words."""

from __future__ import annotations

from amends.cases.left import answers_claim
from amends.cases.models import Case, Grant
from amends.cases.verbs.ending import is_something_open
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH
from amends.kernel.texts import Text, say
from amends.market.models import Unit
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
    """The review that holds the case open (S3), as `life.stage`; one that could rule on nothing any more holds nothing open."""
    rows = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, stage__in=REVIEW.open_stages)
    stages = list(rows.values_list("stage", flat=True))
    return [] if stages and hears_nothing(case) else [f"review.{stage}" for stage in stages]


def hears_nothing(case: Case) -> bool:
    """Whether the review of this case could rule on nothing now, because all that it is about was granted and nothing is contested (S5).
    Where a side asked that a person decides (S21), a person answers all the same."""
    in_review = case.LIFE.becomes(case.stage, "rule", Party.ARBITER) is not None
    return in_review and case.person_asked_at is None and not heard_units(case)


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


def undecided_units(case: Case, *, but: Review | None = None) -> list[Unit]:
    """The claimed units of which the claim was never answered in this case, in order: neither by a grant that is owed, given or void, nor
    by a ruling that binds and gave nothing for them (`but` that one, which is being carried out). What was given beside the claim
    (goodwill, a voucher, freight) answers it for none. Those that stay with the case that it follows are that one's."""
    # Grants of sums have no unit: among those compared with, they would make the comparison unknown for every unit.
    mine = Grant.objects.filter(answers_claim(case), merchant_id=case.merchant_id, case_id=case.pk, unit_id__isnull=False)
    decided = mine.values("unit_id")
    rows = case.claimed.filter(is_open=True).exclude(unit_id__in=decided).select_related("unit").order_by("line_id", "unit__number")
    left = [row.unit for row in rows]
    ruled = _bound(case, but) if left else set()
    return [unit for unit in left if unit.pk not in ruled]


def denied_units(case: Case) -> set[int]:
    """The units for which a ruling that binds gave nothing, by id: they are finished, and no later mix has to speak of them."""
    if not (ruled := _bound(case, None)):
        return ruled
    mine = Grant.objects.filter(answers_claim(case), merchant_id=case.merchant_id, case_id=case.pk, unit_id__in=ruled)
    return ruled - {pk for pk in mine.order_by("pk").values_list("unit_id", flat=True) if pk is not None}


def _bound(case: Case, but: Review | None) -> set[int]:
    """The units that rulings which bind have heard, by id."""
    bound = Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, bound_at__isnull=False)
    bound = bound.exclude(pk=but.pk) if but is not None else bound
    return {pk for heard in bound.order_by("pk").values_list("heard", flat=True) for pk in heard}


def heard_units(case: Case) -> list[int]:
    """The units that a ruling given now would bind (S5), by id: those without a grant, and those contested."""
    return sorted({unit.pk for unit in undecided_units(case)} | {row.unit_id for row in contested(case)})


def may_be_reviewed(case: Case) -> bool:
    """Whether there is something open that no arbiter heard: a contested finding always, anything else once."""
    if not is_something_open(case):
        return False
    return bool(contested(case)) or not Review.objects.filter(merchant_id=case.merchant_id, case_id=case.pk).exists()


def reasons_of(row: Review) -> Text:
    """The reasons in both languages; in the one that was written, where no other was."""
    if row.reasons is None:
        return BY_DEFAULT
    if not row.reasons.body:
        return ERASED
    also = row.reasons_also.body if row.reasons_also and row.reasons_also.body else row.reasons.body
    return Text(row.reasons.body, also)


ERASED = say("文字已按要求删除。", "These words were erased on request.")
