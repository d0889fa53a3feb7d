"""Charges as a reader may see them: the platform sees all, a merchant those asked of it or for it; with clock, words and next acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from amends.cases.hands import STAFF
from amends.cases.models import Case, Deadline
from amends.cases.waiting_words import SILENCE
from amends.cases.words import stage_name
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text, say
from amends.liability.deducting import currency_of, deducted_among
from amends.liability.models import Bearer, ChargeBackTo
from amends.liability.overpaid import to_give_back
from amends.liability.rules import CHARGE_BACK_TO, COLLECTED, PARTY_WORDS, WHAT, awaiting
from amends.liability.verbs.charging import still_borne
from amends.people.rules import Actor

PAGE = 50
OPEN = CHARGE_BACK_TO.open_stages


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """One charge in words. `can` names what the reader may do now; `too_much`: what was paid of it beyond what the case costs."""

    charge: ChargeBackTo
    case: Case
    shop: Text
    party: Text
    bearer: Text
    borne_by: Text
    what: Text
    stage: Text
    due_at: datetime | None
    silence_words: Text | None
    can: tuple[str, ...]
    too_much: int
    asked_words: str
    answer_words: str
    decision_words: str


@dataclass(frozen=True, slots=True)
class ChargePage:
    """A page of charges, newest first; `after` leads on."""

    rows: list[ChargeRow]
    after: str


def visible(actor: Actor) -> QuerySet[ChargeBackTo]:
    """The charges that `actor` may know of; everything else does not exist."""
    rows = ChargeBackTo.objects.all()
    if actor.sees_everything:
        return rows
    if actor.party is Party.MERCHANT and actor.merchant_id:
        return rows.filter(Q(party="merchant") | Q(borne_by="merchant"), merchant_id=actor.merchant_id)
    return rows.none()


def charges(actor: Actor, asked: Mapping[str, str], *, after: str = "", most: int = PAGE) -> ChargePage:
    """Charges by `stage`, `party`, `bearer` (ref), `case` (ref) and `open` (any word), the newest first."""
    rows = visible(actor)
    for name in ("stage", "party"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("bearer"):
        rows = rows.filter(bearer__ref=clean_ref(asked["bearer"]) or "")
    if asked.get("case"):
        rows = rows.filter(case__ref=clean_ref(asked["case"]) or "")
    if asked.get("open"):
        rows = rows.filter(stage__in=OPEN)
    if after:
        last = visible(actor).filter(ref=clean_ref(after) or "").values_list("pk", flat=True).first()
        rows = rows.filter(pk__lt=last or 0)
    found = list(rows.select_related("case__merchant", "bearer", "why", "answer", "decision").order_by("-pk")[: most + 1])
    return ChargePage(_told(found[:most], actor), found[most - 1].ref if len(found) > most else "")


def charge(ref: str, actor: Actor) -> ChargeRow:
    """One charge. Raises NotFound."""
    found = visible(actor).filter(ref=clean_ref(ref) or "").select_related("case__merchant", "bearer", "why", "answer", "decision").first()
    if found is None:
        raise NotFound
    return _told([found], actor)[0]


def charges_of(case: Case, actor: Actor) -> list[ChargeRow]:
    """The charges of one case, the oldest first."""
    rows = visible(actor).filter(merchant_id=case.merchant_id, case_id=case.pk)
    return _told(list(rows.select_related("case__merchant", "bearer", "why", "answer", "decision").order_by("pk")), actor)


def waiting_for(actor: Actor) -> QuerySet[ChargeBackTo]:
    """The charges that wait for this reader: a merchant's answer or payment, or the platform's decision."""
    if actor.party is Party.MERCHANT:
        return visible(actor).filter(party="merchant", stage__in=awaiting(Party.MERCHANT))
    return visible(actor).filter(stage__in=awaiting(Party.PLATFORM))


@dataclass(frozen=True, slots=True)
class Borne:
    """What a case still costs each side, and may be asked of another."""

    merchant: int
    platform: int
    currency: str


def borne(case: Case) -> Borne:
    """What merchant and platform still bear of this case and was asked of nobody."""
    return Borne(still_borne(case, "merchant"), still_borne(case, "platform"), case.currency)


def bearers(kind: str = "") -> list[Bearer]:
    """Carriers, suppliers and insurers by name."""
    return list((Bearer.objects.filter(kind=kind) if kind else Bearer.objects.all()).order_by("kind", "name_en", "pk"))


def bearer_name(row: Bearer) -> Text:
    """A bearer's name in both languages."""
    return say(row.name_zh, row.name_en)


def _told(found: list[ChargeBackTo], actor: Actor) -> list[ChargeRow]:
    clocks, known = _clocks(found), known_of(found)
    return [_row(one, actor, clocks.get(one.pk), known) for one in found]


def _clocks(found: Iterable[ChargeBackTo]) -> dict[int, Deadline]:
    ids = [one.pk for one in found]
    rows = Deadline.objects.filter(life=CHARGE_BACK_TO.name, life_id__in=ids, ended_at__isnull=True)
    return {row.life_id: row for row in rows.order_by("pk")}


def _row(one: ChargeBackTo, actor: Actor, clock: Deadline | None, known: Known) -> ChargeRow:
    shop = say(one.case.merchant.name_zh, one.case.merchant.name_en)
    return ChargeRow(
        one, one.case, shop, PARTY_WORDS[one.party], bearer_name(one.bearer) if one.bearer else shop, PARTY_WORDS[one.borne_by],
        WHAT[one.what], stage_name(CHARGE_BACK_TO.name, one.stage), clock.due_at if clock else None,
        SILENCE.get(clock.silence) if clock else None, may(one, actor, known), known.too_much.get(one.pk, 0),
        *(text.body if text else "" for text in (one.why, one.answer, one.decision)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What decides about acts and stands in no row of a charge, by the charges' keys: which a deduction takes, which the desk may announce
    one of, and what of which was paid for nothing."""

    deducted: frozenset[int]
    announceable: frozenset[int]
    too_much: Mapping[int, int]


def known_of(found: Sequence[ChargeBackTo]) -> Known:
    """The same for all of these charges, in a few queries for any number."""
    deducted = deducted_among(found)
    waiting = [one for one in found if one.party == "merchant" and one.stage in COLLECTED and one.pk not in deducted]
    currencies = {merchant: currency_of(merchant) for merchant in {one.merchant_id for one in waiting}}
    announceable = {one.pk for one in waiting if one.unit == currencies[one.merchant_id]}
    return Known(frozenset(deducted), frozenset(announceable), to_give_back(found))


def may(one: ChargeBackTo, actor: Actor, known: Known | None = None) -> tuple[str, ...]:
    """What this reader may do with a charge now: a merchant for itself, the desk for the platform and for whoever stands outside."""
    if actor.only_reads:
        return ()
    if actor.party is Party.MERCHANT:
        return one.LIFE.verbs(one.stage, Party.MERCHANT) if one.party == "merchant" else ()
    if actor.party not in STAFF:
        return ()
    known = known or known_of([one])
    outside = one.LIFE.verbs(one.stage, Party(one.party)) if one.party != "merchant" else ()
    ours = tuple(verb for verb in one.LIFE.verbs(one.stage, Party.PLATFORM) if verb != "bear" or one.pk not in known.deducted)
    first = ("announce_deduction",) if one.pk in known.announceable else ()
    last = ("give_back",) if one.pk in known.too_much else ()
    return (*first, *outside, *ours, *last)
