"""An expert on call: pulled into a case by an agent or arbiter, joins by notes, video or screen, and advises.

Invariants
 1. No session with the consumer without their yes: the link is shown to them only after it, and a yes can be taken back until the advice.
 2. The platform's own people see why the expert was called and what they advised; the sides see neither (a ruling gives its reasons).
 3. An expert belongs to no party of the case (check_hand asks it of every move), and one that was named can only be replaced by passing on.
Nothing of a session is recorded by Amends; what counts of it are the notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet

from amends.cases.carrying_on import written_to
from amends.cases.hands import STAFF, is_party
from amends.cases.life import LifeRow
from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take_carrier, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import Membership, User
from amends.people.rules import PLATFORM, ROLES, Actor
from amends.repairs.models import Consultation
from amends.repairs.rules import CONSULTATION

NOTES, VIDEO, SCREEN = "notes", "video", "screen"
KINDS: Mapping[str, Text] = {
    NOTES: say("看材料，写意见", "by the file, in notes"),
    VIDEO: say("视频通话", "by video"),
    SCREEN: say("屏幕共享", "by shared screen"),
}
WITH_CONSUMER = "consumer,platform"
LONGEST_LINK, LONGEST_SKILL = 300, 40
STAFF_ROLES = tuple(role.value for role, row in ROLES.items() if row.party in STAFF and "desk" in row.faces)
NOT_NAMED = say("这次请的是另一位专家；要换人请转给别人。", "Another expert was called; pass it on to change that.")


@verb("consultation", "call_expert")
def call_expert(ref: str, *, skill: str, why: str, kind: str = NOTES, expert: str = "", by: Actor) -> Consultation:
    """An expert is called into the case `ref` or the one that carries it on: whoever has the skill, or who has the address `expert`.

    Raises NotFound, NotYourMove for anybody but the platform's people, NoSuchMove for a case that is over, Unprocessable.
    """
    case, named = take_carrier(ref, by)
    if case.is_over:
        raise NoSuchMove(say("售后单已结束。", "The case is over."))
    if kind not in KINDS:
        wrong = say("方式可选：{all}。", "Choose the kind from {all}.", all=", ".join(KINDS))
        raise Unprocessable.field("kind", wrong, code="unknown_kind")
    what = clean_words(skill, field="skill", required=True, longest=LONGEST_SKILL)
    words = clean_words(why, field="why", required=True)
    person = _expert(case, expert) if expert.strip() else None
    text = keep_text(case, "expert_asked", words, by)
    return Consultation.born(
        "call_expert", by, merchant_id=case.merchant_id, case=case, ref=new_ref("CN"), skill=what, kind=kind, expert=person, why=text,
        called_by_id=by.user_id, facts=written_to(case, named, {"kind": kind, **told(text)}),
    )  # fmt: skip


@verb("consultation", "join")
def join(ref: str, *, starts_at: datetime | None = None, link: str = "", by: Actor) -> Consultation:
    """The expert takes it: for video or screen with the time and the link (https) of the session, for which the consumer is asked."""
    _, row = take_life(Consultation, ref, by)
    if row.expert_id is not None and row.expert_id != by.user_id:
        raise NotYourMove(NOT_NAMED, code="another_expert")
    row.expert_id = by.user_id
    fields = ["expert_id"]
    if row.kind != NOTES:
        row.link, row.starts_at = _link(link), _time(starts_at)
        row.consented_at = row.declined_at = None
        fields += ["link", "starts_at", "consented_at", "declined_at"]
    row.save(update_fields=fields)
    row.move("join", by, facts={"kind": row.kind, **({"starts_at": row.starts_at.isoformat()} if row.starts_at else {})})
    if row.kind != NOTES:
        row.tell("ask_consent", PLATFORM, facts={"kind": row.kind}, audience=WITH_CONSUMER)
    return row


@verb("consultation", "pass_to")
def pass_to(ref: str, *, expert: str, why: str = "", by: Actor) -> Consultation:
    """Another expert is called instead; a session that was arranged is off. So often as the case's terms allow."""
    case, row = take_life(Consultation, ref, by)
    words = clean_words(why, field="why")
    text = keep_text(case, "expert_passed", words, by) if words else None
    row.expert, row.link, row.starts_at, row.consented_at, row.declined_at = _expert(case, expert), "", None, None, None
    row.save(update_fields=["expert", "link", "starts_at", "consented_at", "declined_at"])
    row.move("pass_to", by, facts={"kind": row.kind, **told(text)})
    return row


@verb("consultation", "advise")
def advise(ref: str, *, words: str, by: Actor) -> Consultation:
    """What the expert found is on the file. Raises NotYourMove for anybody but the expert who was called or joined."""
    case, row = take_life(Consultation, ref, by)
    if row.expert_id is not None and row.expert_id != by.user_id:
        raise NotYourMove(NOT_NAMED, code="another_expert")
    text = keep_text(case, "expert_advice", clean_words(words, field="words", required=True), by)
    row.expert_id, row.advice, row.link = by.user_id, text, ""
    row.save(update_fields=["expert_id", "advice", "link"])
    row.move("advise", by, facts={"kind": row.kind, "agreed": row.consented_at is not None, **told(text)})
    return row


@verb("consultation", "drop")
def drop_consultation(ref: str, *, by: Actor) -> Consultation:
    """The expert is not needed any more."""
    _, row = take_life(Consultation, ref, by)
    return _drop(row, by)


@an_act
def consent(ref: str, *, yes: bool, by: Actor) -> Consultation:
    """The consumer agrees to the session and sees its link, or does not, and the expert goes by the file; either until the advice."""
    _, row = take_life(Consultation, ref, by)
    if by.party is not Party.CONSUMER:
        raise NotYourMove(say("只有消费者本人可以同意或者拒绝。", "Only the consumer can agree to it or not."))
    if not row.link or row.is_over:
        raise NoSuchMove(say("现在没有要你同意的会诊。", "No session waits for your yes."), code="no_session")
    if (row.consented_at if yes else row.declined_at) is not None:
        return row
    row.consented_at, row.declined_at = (clock.now(), None) if yes else (None, clock.now())
    row.save(update_fields=["consented_at", "declined_at"])
    row.tell("give_consent" if yes else "refuse_consent", by, facts={"kind": row.kind}, audience=WITH_CONSUMER)
    return row


def drop_with_case(life: LifeRow, by: Actor, facts: Mapping[str, Any]) -> None:
    """FOLLOWS the end of a case: nobody needs its experts any more."""
    assert isinstance(life, Case)  # noqa: S101 - wired to cases alone
    rows = Consultation.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=CONSULTATION.open_stages)
    for row in rows.order_by("pk"):
        _drop(row, PLATFORM)


def nobody_is_asked(life: LifeRow, by: Actor) -> None:
    """Guard of `merge`: what an expert is to say would be said to a number that goes on no more (B23)."""
    assert isinstance(life, Case)  # noqa: S101 - wired to cases alone
    if Consultation.objects.filter(merchant_id=life.merchant_id, case_id=life.pk, stage__in=CONSULTATION.open_stages).exists():
        wrong = say("还有请来的专家没有答复，请先等答复或转回。", "An expert who was called has not answered yet; merge it after that.")
        raise NoSuchMove(wrong, code="expert_open")


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Session:
    """A session that a consumer is asked about: `link` is empty until they have said yes."""

    ref: str
    kind: str
    kind_name: Text
    expert: str
    starts_at: datetime
    agreed: bool
    declined: bool
    link: str


def consultations(by: Actor, *, ref: str = "", mine: bool = False) -> QuerySet[Consultation]:
    """The consultations that `by` may read whole: the platform's own people alone, of one case where `ref` is given; `mine`: those that
    wait for this very person or for anybody, the first to be answered first."""
    rows = Consultation.objects.select_related("case", "expert", "called_by", "why", "advice").order_by("-pk")
    if by.party not in STAFF or by.is_stranger:
        return rows.none()
    if ref:
        rows = rows.filter(case__ref=ref)
    if mine:
        rows = rows.filter(Q(expert_id=by.user_id) | Q(expert__isnull=True), stage__in=CONSULTATION.open_stages).order_by("since", "pk")
    return rows


def sessions_for(case: Case, by: Actor) -> list[Session]:
    """The sessions of this case that its consumer is asked about, or has answered, and that are still ahead."""
    if by.party is not Party.CONSUMER or by.consumer_id != case.consumer_id:
        return []
    rows = Consultation.objects.select_related("expert").filter(
        merchant_id=case.merchant_id, case_id=case.pk, stage__in=CONSULTATION.open_stages, starts_at__isnull=False
    )
    return [
        Session(
            row.ref, row.kind, KINDS[row.kind], row.expert.name if row.expert else "", row.starts_at, row.consented_at is not None,
            row.declined_at is not None, row.link if row.consented_at else "",
        )
        for row in rows.order_by("starts_at", "pk")
        if row.starts_at
    ]  # fmt: skip


def experts() -> list[User]:
    """Whom an agent can call: everybody who works at the platform's desk."""
    return list(User.objects.filter(is_active=True, memberships__role__in=STAFF_ROLES).distinct().order_by("name", "pk")[:200])


def _drop(row: Consultation, by: Actor) -> Consultation:
    row.link = ""
    row.save(update_fields=["link"])
    row.move("drop", by, facts={"kind": row.kind})
    return row


def _expert(case: Case, email: str) -> User:
    """The person of the platform with this address, who is no party of the case. Raises Unprocessable."""
    found = User.objects.filter(email=email.strip(), is_active=True).first()
    if found is None or not Membership.objects.filter(user=found, role__in=STAFF_ROLES).exists():
        wrong = say("平台没有这个人。", "Nobody of the platform has this address.")
        raise Unprocessable.field("expert", wrong, code="unknown_expert")
    if is_party(case, found.pk):
        wrong = say("这位与这份售后单的一方有关，请换一位。", "They belong to a party of this case. Call somebody else.")
        raise Unprocessable.field("expert", wrong, code="conflict_of_interest")
    return found


def _link(link: str) -> str:
    """An address that a browser opens safely. Raises Unprocessable."""
    clean = link.strip()
    try:
        parts = urlsplit(clean)
        sound = parts.scheme == "https" and bool(parts.hostname) and not parts.username and len(clean) <= LONGEST_LINK
    except ValueError:
        sound = False
    if not sound or any(c.isspace() for c in clean):
        wrong = say("会诊链接要以 https:// 开头。", "The link of the session begins with https://.")
        raise Unprocessable.field("link", wrong, code="wrong_link")
    return clean


def _time(starts_at: datetime | None) -> datetime:
    if starts_at is None or starts_at.tzinfo is None or starts_at <= clock.now():
        wrong = say("请写明以后的一个开始时间。", "Say when it begins, in the future.")
        raise Unprocessable.field("starts_at", wrong, code="wrong_time")
    return starts_at
