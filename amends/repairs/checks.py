"""What must hold of repairs whenever somebody looks; `amends verify` asks."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

from amends.cases.models import Grant
from amends.kernel.findings import finding
from amends.repairs.models import Part, Repair, Warranty
from amends.repairs.queries import HOLDS

MOST = 50


def torn_repairs() -> list[str]:
    """Repairs that somebody works on for nothing, two attempts of one grant at a time, grants of a repair that nobody does or that are
    done though nothing was handed back, parts that still travel to a repair that is over, and warranties that end before they begin."""
    live = Grant.objects.filter(pk=OuterRef("grant_id"), stage="doing")
    idle = Repair.objects.filter(stage__in=HOLDS).exclude(Exists(live)).order_by("pk").values_list("ref", "stage")
    found: list[str] = [
        finding("维修 {ref}（{stage}）没有正在执行的给付", "repair {ref} in {stage} has no grant that is being done", ref=ref, stage=stage)
        for ref, stage in idle[:MOST]
    ]
    given = Repair.objects.filter(merchant_id=OuterRef("merchant_id"), grant_id=OuterRef("pk"), handed_back_at__isnull=False)
    grants = Grant.objects.filter(remedy="repair", stage="done").exclude(Exists(given)).order_by("pk").values_list("pk", flat=True)
    found += [
        finding("维修的给付 {pk} 已完成，却没有交还记录", "grant {pk} of a repair is done, and nothing was handed back", pk=pk)
        for pk in grants[:MOST]
    ]
    beside = {"merchant_id": OuterRef("merchant_id"), "grant_id": OuterRef("grant_id"), "pk__lt": OuterRef("pk")}
    earlier = Repair.objects.filter(**beside, stage__in=HOLDS)
    twice = Repair.objects.filter(stage__in=HOLDS).filter(Exists(earlier)).order_by("pk").values_list("ref", flat=True)
    found += [
        finding("维修 {ref} 是同一给付的第二次，前一次还没结束", "repair {ref} is a second one for its grant", ref=ref)
        for ref in twice[:MOST]
    ]
    wrong = Warranty.objects.filter(Q(ends_at__lt=F("started_at")) | Q(extended_once=True, ends_at=F("started_at"))).order_by("pk")
    found += [
        finding("质保 {pk} 的结束早于开始", "warranty {pk} ends before it begins", pk=pk)
        for pk in wrong.values_list("pk", flat=True)[:MOST]
    ]
    parts = Part.objects.filter(state="ordered", repair__stage__in=("repairing", "handed_back", "confirmed")).order_by("pk")
    return found + [
        finding("配件 {pk} 还在等，维修已经往前走了", "part {pk} is awaited by a repair that goes on without it", pk=pk)
        for pk in parts.values_list("pk", flat=True)[:MOST]
    ]
