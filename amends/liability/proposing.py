"""Proposals of who should bear a case's cost: made by a job from the record, kept once for each party, taken up or dismissed by a person.

Invariants
 1. A proposal moves nothing: its charge is asked by a person, by the same verb as any other (charging.ask_bearer).
 2. One open proposal for each case, party and cost; the record said anew changes it, and dismissed it comes back only for new reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

from amends.cases.hands import check_hand
from amends.cases.models import Case, Entry
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound
from amends.kernel.texts import say
from amends.liability.hands import platform_hand
from amends.liability.models import Bearer, ChargeBackTo, Proposal
from amends.liability.reasons import Reason, Suggestion, reason_words, suggest
from amends.liability.recorded import carriers_of, record_of, suppliers_of
from amends.liability.verbs.charging import ask_bearer, still_borne
from amends.people.rules import Actor
from amends.shipping.couriers import carrier_key, carrier_words

PROPOSED, ASKED, DISMISSED = "proposed", "asked", "dismissed"
REFUND, COMPENSATION = "refund", "compensation"


def hear(entry: Entry) -> None:
    """Listener: something happened that speaks about who should bear the cost."""
    propose(entry.case_id)


@an_act
def propose(case_id: int) -> list[Proposal]:
    """The proposals of this case say what its record says now; answers the open ones. Called again it changes nothing."""
    case = take_case_of(case_id)
    wanted = {one.party: one for one in suggest(record_of(case))}
    kept = [row for party, one in wanted.items() if (row := _put(case, party, one)) is not None]
    stale = Proposal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, state=PROPOSED)
    stale.exclude(pk__in=[row.pk for row in kept]).update(state=DISMISSED, ended_at=clock.now())
    return kept


@an_act
def take_up(ref: str, *, bearer: str = "", amount_minor: int | None = None, words: str = "", clause: str = "", by: Actor) -> ChargeBackTo:
    """The bearer is asked what was proposed, less where `amount_minor` says so, for its reasons unless `words` give others.

    Raises NotFound, NotYourMove, NoSuchMove for a proposal that is not open, Unprocessable as ask_bearer does.
    """
    case, row = _taken(ref, by)
    named = bearer or (row.bearer.ref if row.bearer else _bearer_of(case, row.party))
    charge = ask_bearer(
        case.ref, party=row.party, bearer=named, amount_minor=row.amount_minor if amount_minor is None else amount_minor, what=row.what,
        clause=clause, words=clean_words(words, field="words") or said(row), by=by,
    )  # fmt: skip
    _end(row, ASKED, by, charge)
    return charge


@an_act
def dismiss(ref: str, *, by: Actor) -> Proposal:
    """Nobody is asked for these reasons. Raises NotFound, NotYourMove, NoSuchMove."""
    _, row = _taken(ref, by)
    _end(row, DISMISSED, by, None)
    return row


def said(row: Proposal) -> str:
    """The reasons as whoever is asked reads them, in both languages."""
    words = [reason_words(one["code"], one["facts"]) for one in row.reasons]
    return "".join(text.zh for text in words) + "\n" + " ".join(text.en for text in words)


def is_on_record(case: Case, party: str) -> bool:
    """Whether anybody could be asked to bear a cost of this case as `party`: a carrier that carried, a supplier that the shop named."""
    return _is_known(case, party)


def bearer_on_record(case: Case, party: str) -> str:
    """The reference of whom to ask as `party`, put on record under its own name where it never was; '' for the merchant."""
    return _bearer_of(case, party)


def _taken(ref: str, by: Actor) -> tuple[Case, Proposal]:
    if not by.sees_everything:
        raise NotFound
    keys = Proposal.objects.filter(ref=clean_ref(ref) or "").values("pk", "case_id").first()
    if keys is None:
        raise NotFound
    platform_hand(by)
    case = take_case_of(keys["case_id"])
    check_hand(case, by)
    row = Proposal.objects.select_for_update(of=("self",)).select_related("bearer").get(pk=keys["pk"])
    if row.state != PROPOSED:
        raise NoSuchMove(say("这条建议已经处理过。", "This proposal was dealt with already."), code="proposal_over")
    return case, row


def _end(row: Proposal, state: str, by: Actor, charge: ChargeBackTo | None) -> None:
    row.state, row.ended_at, row.ended_by_id, row.charge = state, clock.now(), by.user_id, charge
    row.save(update_fields=["state", "ended_at", "ended_by", "charge"])


def _put(case: Case, party: str, one: Suggestion) -> Proposal | None:
    """The open proposal of this party; None where there is nothing to ask, nobody to ask it of, or nothing new since it was dismissed."""
    minor = still_borne(case, "platform") if party == Party.MERCHANT.value else _borne(case)
    if not minor or not _is_known(case, party):
        return None
    reasons = [_kept(reason) for reason in one.reasons]
    mine = Proposal.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, party=party)
    if any(_covers(row, reasons) for row in mine.filter(state=DISMISSED, ended_by__isnull=False).order_by("pk")):
        return None
    known = {"amount_minor": minor, "score_bps": one.score_bps, "reasons": reasons, "bearer": _on_record(case, party)}
    row, new = Proposal.objects.get_or_create(
        merchant_id=case.merchant_id, case=case, party=party, what=_what(case), state=PROPOSED,
        defaults={**known, "ref": new_ref("PP"), "unit": case.currency, "made_at": clock.now()},
    )  # fmt: skip
    if not new and any(getattr(row, name) != value for name, value in known.items()):
        for name, value in known.items():
            setattr(row, name, value)
        row.save(update_fields=list(known))
    return row


def _kept(reason: Reason) -> dict[str, object]:
    return {"code": reason.code, "bps": reason.bps, "facts": dict(reason.facts)}


def _covers(row: Proposal, reasons: Sequence[dict[str, object]]) -> bool:
    """Whether a person has dismissed all of these reasons with that proposal."""
    return {one["code"] for one in reasons} <= {one["code"] for one in row.reasons}


def _borne(case: Case) -> int:
    return still_borne(case, "merchant") or still_borne(case, "platform")


def _what(case: Case) -> str:
    paid = case.grants.filter(stage__in=("owed", "doing", "done"), subject="unit").exists()
    return REFUND if paid else COMPENSATION


def _is_known(case: Case, party: str) -> bool:
    """Whether anybody could be asked: a carrier that carried, a supplier that the shop named."""
    return party == Party.MERCHANT.value or bool(_names(case, party))


def _names(case: Case, party: str) -> list[str]:
    return carriers_of(case) if party == Party.CARRIER.value else suppliers_of(case)


def _on_record(case: Case, party: str) -> Bearer | None:
    """The bearer that is on record under the first of these names, however it was spelled."""
    if party == Party.MERCHANT.value:
        return None
    wanted = [_key(party, name) for name in _names(case, party)]
    rows = {_key(party, row.key): row for row in Bearer.objects.filter(kind=party).order_by("-pk")}
    return next((rows[key] for key in wanted if key in rows), None)


def _bearer_of(case: Case, party: str) -> str:
    """The reference of whom to ask: put on record under its own name where it never was asked before; '' for the merchant."""
    if party == Party.MERCHANT.value:
        return ""
    row = _on_record(case, party)
    if row is None:
        name = _names(case, party)[0]
        spoken = carrier_words(name) if party == Party.CARRIER.value else say(name, name)
        row, _ = Bearer.objects.get_or_create(
            kind=party, key=name[:80],
            defaults={"ref": new_ref("BE"), "name_zh": spoken.zh[:120], "name_en": spoken.en[:120], "made_at": clock.now()},
        )  # fmt: skip
    return row.ref


def _key(party: str, name: str) -> str:
    return carrier_key(name) if party == Party.CARRIER.value else name
