"""What must hold of the case as a whole whenever somebody looks (mergers, more time, hints); `amends verify` asks."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from amends.cases.carrying_on import MERGED_INTO, carrier_id
from amends.cases.models import Case, CaseLink, ClaimedUnit, Deadline, Extension
from amends.kernel.findings import finding

MOST = 50


def torn_mergers() -> list[str]:
    """Merged cases that nothing carries on or that claim units themselves, links of mergers whose case is not merged, and circles."""
    way = CaseLink.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk"), kind=MERGED_INTO, ended_at__isnull=True)
    merged = Q(stage="merged") | Q(ended_by="absorb")
    found: list[str] = [
        finding("售后单 {ref} 已并入，但没有哪一份承接", "case {ref} is merged, and nothing carries it on", ref=ref)
        for ref in Case.objects.filter(merged).exclude(Exists(way)).order_by("pk").values_list("ref", flat=True)[:MOST]
    ]
    units = ClaimedUnit.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk"))
    found += [
        finding("售后单 {ref} 已并入，却还有自己的商品", "case {ref} is merged, and claims units itself", ref=ref)
        for ref in Case.objects.filter(merged).filter(Exists(units)).order_by("pk").values_list("ref", flat=True)[:MOST]
    ]
    links = CaseLink.objects.filter(kind=MERGED_INTO, ended_at__isnull=True).exclude(Q(case__stage="merged") | Q(case__ended_by="absorb"))
    found += [
        finding("售后单 {ref} 记着已并入，实际没有", "case {ref} is linked as merged, and is not", ref=ref)
        for ref in links.order_by("pk").values_list("case__ref", flat=True)[:MOST]
    ]
    return found + _circles()


def _circles() -> list[str]:
    """Only where what carries on is merged itself can the way go in a circle: few rows, each walked."""
    mergers = CaseLink.objects.filter(kind=MERGED_INTO, ended_at__isnull=True)
    further = mergers.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("other_id"))
    rows = mergers.filter(Exists(further)).select_related("case").order_by("pk")
    found: list[str] = []
    for row in rows[:MOST]:
        try:
            carrier_id(row.merchant_id, row.case_id)
        except AssertionError:
            found.append(finding("售后单 {ref} 的合并绕成了圈", "case {ref} is merged in a circle", ref=row.case.ref))
    return found


def torn_extensions() -> list[str]:
    """Requests for more time whose turn is over, and granted ones without a new end."""
    turn = Deadline.objects.filter(
        merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), life=OuterRef("turn_life"), life_id=OuterRef("turn_id"),
        generation=OuterRef("turn_generation"), ended_at__isnull=True,
    )  # fmt: skip
    waiting = Extension.objects.filter(stage__in=Extension.LIFE.open_stages).exclude(Exists(turn))
    found: list[str] = [
        finding("延长申请 {ref} 还开着，它的时限已经结束", "request {ref} for more time is open, and its limit is over", ref=ref)
        for ref in waiting.order_by("pk").values_list("ref", flat=True)[:MOST]
    ]
    endless = Extension.objects.filter(stage="granted", until_at__isnull=True)
    return found + [
        finding("延长申请 {ref} 已同意，却没有新的时限", "request {ref} for more time was granted, and no new end is known", ref=ref)
        for ref in endless.order_by("pk").values_list("ref", flat=True)[:MOST]
    ]
