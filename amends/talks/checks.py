"""What must hold of offers and of what was said whenever somebody looks; `amends verify` asks."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef
from django.db.models.fields.json import KeyTextTransform

from amends.cases.models import Entry, Grant
from amends.kernel.findings import finding
from amends.talks.followers import SETTLED
from amends.talks.models import Offer, Said
from amends.talks.rules import ACCEPTED, OPEN

MOST = 50


def torn_offers() -> list[str]:
    """Offers that outlive their case, give less than the law did when they were made, or were accepted without a settlement; and what is
    owed by a settlement that nobody agreed to."""
    orphans = Offer.objects.filter(stage__in=OPEN, case__closed_at__isnull=False).order_by("pk").values_list("ref", "case__ref")
    found: list[str] = [
        finding("方案 {ref} 还开着，售后单 {case} 已经结束", "offer {ref} is open, and its case {case} is over", ref=ref, case=case)
        for ref, case in orphans[:MOST]
    ]
    low = Offer.objects.filter(amount_minor__lt=F("least_minor")).order_by("pk").values_list("ref", flat=True)
    found += [finding("方案 {ref} 低于规则的最低标准", "offer {ref} gives less than the law did", ref=ref) for ref in low[:MOST]]
    accepted = Offer.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), stage=ACCEPTED)
    settles = Entry.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), life="case", verb="settle")
    alone = Offer.objects.filter(stage=ACCEPTED).exclude(Exists(settles)).order_by("pk").values_list("ref", flat=True)
    found += [finding("方案 {ref} 已接受，却没有和解", "offer {ref} was accepted and nothing settled", ref=ref) for ref in alone[:MOST]]
    owed = Grant.objects.filter(basis=SETTLED).exclude(Exists(accepted)).order_by("pk").values_list("pk", flat=True)
    return found + [finding("给付项 {n} 说是和解，却没有接受的方案", "grant {n} rests on no accepted offer", n=pk) for pk in owed[:MOST]]


def unheard_words() -> list[str]:
    """What was said and stands in no timeline, or was read before it was said."""
    lines = Entry.objects.annotate(named=KeyTextTransform("said", "facts"))
    lines = lines.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), verb="say_words", named=OuterRef("ref"))
    silent = Said.objects.exclude(Exists(lines)).order_by("pk").values_list("ref", flat=True)
    found: list[str] = [finding("留言 {ref} 不在时间线上", "message {ref} stands in no timeline", ref=ref) for ref in silent[:MOST]]
    early = Said.objects.filter(read_at__lt=F("made_at")).order_by("pk").values_list("ref", flat=True)
    return found + [finding("留言 {ref} 没发出就被看过", "message {ref} was read before it was said", ref=ref) for ref in early[:MOST]]
