"""Signed links: somebody without an account answers one charge or one enquiry, once, while the matter waits for them.

Invariants
 1. A link's secret stands in no row: it is a code over the link's reference under the house's key, and only its digest is kept.
 2. Looking changes nothing. A link is opened by a POST, answered once, and answers for its own matter only.
 3. An answer takes the case's lock before the link's row, as every move of the matter does: of two answers one counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from amends.cases.hands import check_hand
from amends.cases.models import Case, Deadline
from amends.cases.record import an_act
from amends.cases.taking import take_case_of, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.words import stage_name
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import DELIVERY
from amends.deliveries.verbs.answering import REPORTS, carrier_says
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.liability.hands import platform_hand
from amends.liability.models import ChargeBackTo, SignedLink
from amends.liability.rules import CHARGE_BACK_TO
from amends.people.rules import Actor, digest_of
from amends.plumbing.addresses import public_url

AT = "/counter/answers/"
LONGEST = timedelta(days=30)
SALT = "amends.liability.linking"
LONGEST_SECRET = 100
CHARGE, SOUGHT = CHARGE_BACK_TO.name, DELIVERY.name
CHARGE_ANSWERS = {"admit": "admit_liability", "deny": "deny_liability"}
GONE: dict[str, Text] = {
    "used": say("这个链接已经答复过。", "This link has been answered already."),
    "ended": say("这个链接已被收回。", "This link was withdrawn."),
    "expired": say("这个链接已过期。", "This link has expired."),
    "moved": say("这件事已经不等你答复。", "This matter does not wait for your answer any more."),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh link and its address."""

    link: SignedLink
    url: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a link is about, for whoever holds it. `gone` says why it can't be answered ('' where it can); `answers` are the choices."""

    link: SignedLink
    case: Case
    gone: str
    answers: tuple[str, ...]
    charge: ChargeBackTo | None
    delivery: OutboundDelivery | None

    @property
    def party(self) -> Party:
        """For whom the link speaks."""
        return Party(self.charge.party) if self.charge else Party.CARRIER


@an_act
def make_link(*, charge: str = "", delivery: str = "", by: Actor) -> Made:
    """A link by which the carrier or supplier answers this charge or this enquiry until its limit ends; the open one before ends.

    Only the platform's people make links and read them: whoever sells or buys in the matter would answer for the carrier.
    Raises NotFound, NotYourMove, NoSuchMove where nobody outside is waited for, Unprocessable unless exactly one matter is named.
    """
    if not by.sees_everything:
        raise NotFound
    if bool(charge) == bool(delivery):
        wrong = say("请指明一笔追偿或一次查件。", "Name one charge or one enquiry.")
        raise Unprocessable(wrong, code="one_matter")
    case, life, row_id, bearer_id = _of_charge(charge, by) if charge else _of_delivery(delivery, by)
    _unanswered(SignedLink.objects.filter(merchant_id=case.merchant_id, life=life, life_id=row_id)).update(ended_at=clock.now())
    due = Deadline.objects.filter(merchant_id=case.merchant_id, life=life, life_id=row_id, ended_at__isnull=True).order_by("pk").first()
    at = clock.now()
    ref = new_ref("LK")
    link = SignedLink.objects.create(
        merchant_id=case.merchant_id, ref=ref, digest=digest_of(_secret(ref)), life=life, life_id=row_id, case=case,
        bearer_id=bearer_id, made_by_id=by.user_id, made_at=at, expires_at=min(due.due_at if due else at + LONGEST, at + LONGEST),
    )  # fmt: skip
    return Made(link, url_of(link))


@an_act
def end_link(ref: str, *, by: Actor) -> SignedLink:
    """Nobody answers by this link any more; one that is over stays as it was. Raises NotFound, NotYourMove."""
    link = link_for(ref, by)
    take_case_of(link.case_id)
    _unanswered(SignedLink.objects.filter(merchant_id=link.merchant_id, pk=link.pk)).update(ended_at=clock.now())
    link.refresh_from_db()
    return link


def url_of(link: SignedLink) -> str:
    """The link's address; '' where it is over, or was made under another key of the house."""
    secret = _secret(link.ref)
    is_open = link.used_at is None and link.ended_at is None and link.expires_at > clock.now()
    return public_url(f"{AT}{secret}") if is_open and digest_of(secret) == link.digest else ""


def link_for(ref: str, by: Actor) -> SignedLink:
    """The link with this reference, for whoever may make such links. Raises NotFound, NotYourMove."""
    link = SignedLink.objects.filter(ref=clean_ref(ref) or "").select_related("case").first()
    if link is None or not by.sees_everything:
        raise NotFound
    _check_maker(link.case, by)
    return link


def links_of(row: ChargeBackTo | OutboundDelivery, by: Actor) -> list[tuple[SignedLink, str]]:
    """The links that were made for this matter, the newest first, each with its address; '' where it is over, and for whoever may make
    no link of it: an address is as good as an answer."""
    rows = SignedLink.objects.filter(merchant_id=row.merchant_id, life=row.LIFE.name, life_id=row.pk).order_by("-pk")
    mine = may_link(row, by)
    return [(link, url_of(link) if mine else "") for link in rows]


def may_link(row: ChargeBackTo | OutboundDelivery, by: Actor) -> bool:
    """Whether `by` makes links of this matter and reads them: the platform's people who are no party of its case."""
    try:
        _check_maker(row.case, by)
    except NotYourMove:
        return False
    return True


def may_make(row: ChargeBackTo | OutboundDelivery, by: Actor) -> bool:
    """Whether `by` could make a link of this matter now: it waits for somebody outside."""
    party = Party(row.party) if isinstance(row, ChargeBackTo) else Party.CARRIER
    return party is not Party.MERCHANT and _waits(row, party) and may_link(row, by)


def matter_of(secret: str) -> Matter:
    """What the link is about. Reads only. Raises NotFound for a secret that was never given out."""
    link = _link(secret)
    return _matter(link, Case.objects.select_related("merchant", "decision").get(merchant_id=link.merchant_id, pk=link.case_id))


def open_link(secret: str) -> Matter:
    """Whoever holds it has opened it: the instant of the first time is kept. Raises NotFound."""
    link = _link(secret)
    SignedLink.objects.filter(merchant_id=link.merchant_id, pk=link.pk, opened_at__isnull=True).update(opened_at=clock.now())
    return matter_of(secret)


@an_act
def answer(secret: str, *, answer: str, words: str = "", expected_at: datetime | None = None) -> Matter:
    """The matter has this answer of whoever holds the link, which is used up by it.

    Of a charge: admit or deny (with words). Of an enquiry: what a carrier reports. Raises NotFound; NoSuchMove with the code of GONE where
    the link is over; Unprocessable for an answer that there is not, words that are missing, a date that is not ahead.
    """
    found = _link(secret)
    case = take_case_of(found.case_id)
    link = SignedLink.objects.select_for_update(of=("self",)).get(merchant_id=found.merchant_id, pk=found.pk)
    matter = _matter(link, case)
    if matter.gone:
        raise NoSuchMove(GONE[matter.gone], code=f"link_{matter.gone}")
    if answer not in matter.answers:
        wrong = say("可选：{all}。", "Choose one of {all}.", all=", ".join(matter.answers))
        raise Unprocessable.field("answer", wrong, code="unknown_answer")
    hand = Actor(matter.party)
    run: Callable[..., Any] = _answer_charge if matter.charge else _answer_delivery
    run(matter, answer, words, expected_at, hand)
    at = clock.now()
    link.opened_at, link.used_at = link.opened_at or at, at
    link.save(update_fields=["opened_at", "used_at"])
    return _matter(link, case)


# ── matters ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_charge(ref: str, by: Actor) -> tuple[Case, str, int, int | None]:
    case, row = take_life(ChargeBackTo, ref, by)
    _check_maker(case, by)
    if not may_make(row, by):
        raise NoSuchMove(GONE["moved"], code="link_moved")
    return case, CHARGE, row.pk, row.bearer_id


def _of_delivery(ref: str, by: Actor) -> tuple[Case, str, int, int | None]:
    case, row = take_life(OutboundDelivery, ref, by)
    _check_maker(case, by)
    if not may_make(row, by):
        raise NoSuchMove(GONE["moved"], code="link_moved")
    return case, SOUGHT, row.pk, None


def _check_maker(case: Case, by: Actor) -> None:
    """Raises NotYourMove for whoever of the platform is a party of the case, or only reads."""
    platform_hand(by)
    check_hand(case, by)


def _waits(row: ChargeBackTo | OutboundDelivery, party: Party) -> bool:
    """Whether the matter waits for an answer of this party: a charge that was asked, a delivery that a carrier has."""
    if isinstance(row, ChargeBackTo):
        return row.LIFE.becomes(row.stage, "admit_liability", party) is not None
    return party in row.where.waits_for


def _unanswered(links: QuerySet[SignedLink]) -> QuerySet[SignedLink]:
    return links.filter(used_at__isnull=True, ended_at__isnull=True)


def _secret(ref: str) -> str:
    return salted_hmac(SALT, ref, algorithm="sha256").hexdigest()


def _link(secret: str) -> SignedLink:
    link = SignedLink.objects.filter(digest=digest_of(secret[:LONGEST_SECRET]), life__in=(CHARGE, SOUGHT)).first()
    if link is None:
        raise NotFound
    return link


def _matter(link: SignedLink, case: Case) -> Matter:
    keys = Q(merchant_id=link.merchant_id, pk=link.life_id)
    charge = ChargeBackTo.objects.filter(keys).select_related("why", "bearer").first() if link.life == CHARGE else None
    row = OutboundDelivery.objects.filter(keys).select_related("why").first() if link.life == SOUGHT else None
    subject = charge or row
    assert subject is not None  # noqa: S101 - rows of lives are never deleted
    party = Party(charge.party) if charge else Party.CARRIER
    gone = _gone(link, subject, party)
    return Matter(link, case, gone, () if gone else _answers(subject, party), charge, row)


def _gone(link: SignedLink, row: ChargeBackTo | OutboundDelivery, party: Party) -> str:
    if link.used_at is not None:
        return "used"
    if link.ended_at is not None:
        return "ended"
    if link.expires_at <= clock.now():
        return "expired"
    return "" if _waits(row, party) else "moved"


def _answers(row: ChargeBackTo | OutboundDelivery, party: Party) -> tuple[str, ...]:
    if isinstance(row, ChargeBackTo):
        return tuple(CHARGE_ANSWERS)
    by = Actor(party)
    return tuple(name for name in REPORTS if row.may(name, by))


def _answer_charge(matter: Matter, answer_: str, words: str, expected_at: datetime | None, hand: Actor) -> None:
    row = matter.charge
    assert row is not None  # noqa: S101 - the caller asked
    said = clean_words(words, field="words", required=answer_ == "deny")
    text = keep_text(matter.case, "charge_answer", said, hand) if said else None
    row.move(CHARGE_ANSWERS[answer_], hand, facts={**told(text), "link": matter.link.ref})
    row.answer = text
    row.save(update_fields=["answer"])


def _answer_delivery(matter: Matter, answer_: str, words: str, expected_at: datetime | None, hand: Actor) -> None:
    row = matter.delivery
    assert row is not None  # noqa: S101 - the caller asked
    carrier_says(row.ref, answer_, expected_at=expected_at, words=words, by=hand)


def stage_of(matter: Matter) -> Text:
    """Where the matter stands, in words."""
    if matter.charge:
        return stage_name(CHARGE, matter.charge.stage)
    assert matter.delivery is not None  # noqa: S101 - it is one or the other
    return stage_name(SOUGHT, matter.delivery.stage)
