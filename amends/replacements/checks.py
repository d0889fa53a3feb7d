"""What must hold of replacements and of what is kept for them, asked of the whole database; for `amends verify`."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from amends.cases.models import Grant
from amends.kernel.findings import finding
from amends.replacements.models import Advance, Replacement
from amends.replacements.rules import ADVANCE, LIFE, PACKING, REPLACEMENT, RESERVING
from amends.stock.models import Reservation
from amends.stock.rules import HELD

MOST = 50
GOES_OUT = ("exchange", "resend")


def torn_replacements() -> list[str]:
    """Exchanges and resends done without a piece that the consumer has; pieces that go out for what is owed no longer; pieces kept for
    nothing."""
    return [*_done_without(), *_out_without_grant(), *_kept_for_nothing(), *_let_off()]


def _done_without() -> list[str]:
    had = Replacement.objects.filter(merchant_id=OuterRef("merchant_id"), grant_id=OuterRef("pk"), stage="confirmed")
    done = Grant.objects.filter(stage="done", remedy__in=GOES_OUT, subject="unit").exclude(Exists(had))
    return [
        finding(
            "给付 {pk}（{remedy}）已完成，却没有确认收到", "grant {pk} of {remedy} is done and nothing was confirmed", pk=pk, remedy=remedy
        )
        for pk, remedy in done.values_list("pk", "remedy")[:MOST]
    ]


def _out_without_grant() -> list[str]:
    out = Replacement.objects.filter(stage__in=REPLACEMENT.open_stages).exclude(grant__stage__in=["owed", "doing"])
    ahead = Advance.objects.filter(stage__in=ADVANCE.open_stages).exclude(grant__stage__in=["owed", "doing"])
    found: list[str] = [
        finding("换货 {ref}（{stage}）没有应给付的给付", "replacement {ref} in {stage} has no grant that owes it", ref=ref, stage=stage)
        for ref, stage in out.values_list("ref", "stage")[:MOST]
    ]
    return found + [
        finding("先换后退 {ref}（{stage}）没有应给付的给付", "advance {ref} in {stage} has no grant that owes it", ref=ref, stage=stage)
        for ref, stage in ahead.values_list("ref", "stage")[:MOST]
    ]


def _kept_for_nothing() -> list[str]:
    alive = Replacement.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("life_id"), stage__in=[RESERVING, PACKING])
    rows = Reservation.objects.filter(life=LIFE, state=HELD).exclude(Exists(alive))
    return [
        finding("预留 {pk} 为换货 {piece} 留着，已经不需要", "reservation {pk} is held for replacement {piece}, which needs none",
                pk=pk, piece=life_id)
        for pk, life_id in rows.values_list("pk", "life_id")[:MOST]
    ]  # fmt: skip


def _let_off() -> list[str]:
    """Advances dropped or declined although their piece is with the consumer and the old one did not come back as it should."""
    out = Replacement.objects.filter(
        merchant_id=OuterRef("merchant_id"), grant_id=OuterRef("grant_id"), before_return=True, stage="confirmed"
    )
    rows = Advance.objects.filter(stage__in=["dropped", "declined"]).filter(Exists(out))
    return [
        finding("先换后退 {ref} 已免除（{stage}），先发的货却在消费者手里", "advance {ref} is {stage}, and its piece is with the consumer",
                ref=ref, stage=stage)
        for ref, stage in rows.values_list("ref", "stage")[:MOST]
    ]  # fmt: skip
