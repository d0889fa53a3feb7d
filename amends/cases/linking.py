"""Cases that belong together: linked by hand or by what was done to them, ended but never forgotten, shown on each case's page.

A link moves nothing and tells nobody more than they may see: each side reads only those of its own cases. A `related` or `duplicate`
link is made and ended by hand; `reopened`, `split_from` and `merged_into` are made by the verbs of those names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from amends.cases.hands import check_hand, check_not_reader
from amends.cases.models import Case, CaseLink
from amends.cases.record import an_act
from amends.cases.taking import take_known
from amends.cases.texts import clean_words
from amends.cases.words import stage_name
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

BY_HAND = ("related", "duplicate")
LINK, UNLINK = "link_case", "unlink_case"
MOST = 50
KINDS: dict[str, tuple[Text, Text]] = {
    "reopened": (say("重新打开自这一份", "takes this one up again"), say("由这一份重新打开", "taken up again as this one")),
    "split_from": (say("从这一份拆出", "split off from this one"), say("拆出了这一份", "this part was split off")),
    "merged_into": (say("并入这一份", "merged into this one"), say("这一份并入了本单", "this one was merged into it")),
    "duplicate": (say("重复", "the same matter"), say("重复", "the same matter")),
    "related": (say("相关", "related"), say("相关", "related")),
    "follows": (say("接续这一份", "goes on from this one"), say("这一份接续本单", "this one goes on from it")),
}
"""What a link is called on the page of the newer case, and on that of the older one."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One case that belongs to another, as its reader sees it. `ended_at`: since when it does not any more."""

    ref: str
    title: Text
    stage: Text
    is_over: bool
    kind: str
    words: Text
    why: str
    made_at: datetime
    ended_at: datetime | None
    by_hand: bool


@an_act
def link_cases(ref: str, other: str, *, kind: str = "related", why: str = "", by: Actor) -> CaseLink:
    """Two cases of one shop are linked, the newer to the older.

    By the platform and by the shop. Raises NotFound, NotYourMove for others, Unprocessable for a kind that is not made by hand, another
    shop's case or the case itself, Conflict where they are linked so already.
    """
    first, second = _pair(ref, other, by)
    if kind not in BY_HAND:
        wrong = say("关联方式只能是：{all}。", "The kind is one of: {all}.", all=", ".join(BY_HAND))
        raise Unprocessable.field("kind", wrong, code="unknown_kind")
    newer, older = max(first, second, key=_age), min(first, second, key=_age)
    return linked(newer, older, kind=kind, why=clean_words(why, field="why", longest=40), by=by)


def linked(newer: Case, older: Case, *, kind: str, why: str, by: Actor) -> CaseLink:
    """The link of two held cases; both timelines say so. Raises Conflict where there is one."""
    if CaseLink.objects.filter(merchant_id=newer.merchant_id, case=newer, other=older, kind=kind, ended_at__isnull=True).exists():
        raise Conflict(say("这两份售后单已经关联。", "These two cases are linked already."))
    link = CaseLink.objects.create(
        merchant_id=newer.merchant_id, case=newer, other=older, kind=kind, why=why, made_by_id=by.user_id, made_at=clock.now()
    )
    _tell(newer, older, LINK, kind, by)
    return link


@an_act
def unlink_cases(ref: str, other: str, *, kind: str = "related", by: Actor) -> None:
    """The link is ended; that it was stays to be read. Raises NotFound, NotYourMove, Unprocessable for a kind that is not made by hand."""
    first, second = _pair(ref, other, by)
    if kind not in BY_HAND:
        raise Unprocessable.field("kind", say("这种关联不能手工解除。", "A link of this kind is not ended by hand."), code="unknown_kind")
    mine = Q(case=first, other=second) | Q(case=second, other=first)
    link = CaseLink.objects.filter(mine, merchant_id=first.merchant_id, kind=kind, ended_at__isnull=True).first()
    if link is None:
        raise NotFound
    link.ended_at = clock.now()
    link.save(update_fields=["ended_at"])
    _tell(first, second, UNLINK, kind, by)


def linked_to(case: Case, actor: Actor) -> list[Linked]:
    """The cases that belong to this one, as far as `actor` may see them, newest link first; those that follow another count too."""
    rows = CaseLink.objects.filter(Q(case_id=case.pk) | Q(other_id=case.pk), merchant_id=case.merchant_id)
    rows = rows.select_related("case", "other").order_by("-made_at", "-pk")[:MOST]
    there: list[Linked] = []
    seen: set[int] = set()
    for row in rows:
        far, of_newer = (row.other, 0) if row.case_id == case.pk else (row.case, 1)
        if _may_see(far, actor):
            seen.add(far.pk)
            there.append(_linked(far, row.kind, of_newer, row.why, row.made_at, row.ended_at))
    followed = Case.objects.visible_to(actor).filter(Q(pk=case.follows_id or 0) | Q(follows_id=case.pk), merchant_id=case.merchant_id)
    for far in followed.exclude(pk__in=seen).order_by("-opened_at")[:MOST]:
        newer = case if case.follows_id == far.pk else far
        there.append(_linked(far, "follows", 0 if newer is case else 1, "", newer.opened_at, None))
    return there


def _linked(far: Case, kind: str, of_newer: int, why: str, made_at: datetime, ended_at: datetime | None) -> Linked:
    return Linked(
        far.ref, far.title, stage_name("case", far.stage), far.is_over, kind, KINDS[kind][of_newer], why, made_at, ended_at, kind in BY_HAND
    )


def _may_see(case: Case, actor: Actor) -> bool:
    return (
        actor.sees_everything
        or (actor.party is Party.CONSUMER and actor.consumer_id == case.consumer_id)
        or (actor.party is Party.MERCHANT and actor.merchant_id == case.merchant_id)
    )


def _pair(ref: str, other: str, by: Actor) -> tuple[Case, Case]:
    """Both cases, locked in the order of their payments and ids."""
    rows = {case.ref: case for case in Case.objects.visible_to(by).filter(ref__in=[clean_ref(ref) or "", clean_ref(other) or ""])}
    known, far = rows.get(clean_ref(ref) or ""), rows.get(clean_ref(other) or "")
    if known is None:
        raise NotFound
    check_not_reader(by)
    if not (by.sees_everything or by.party is Party.MERCHANT):
        raise NotYourMove(say("关联由平台或商家来做。", "Cases are linked by the platform or the shop."))
    if far is None or far.merchant_id != known.merchant_id:
        raise Unprocessable.field("other", say("没有找到另一份售后单。", "The other case was not found."), code="unknown_case")
    if far.pk == known.pk:
        raise Unprocessable.field("other", say("不能和自己关联。", "A case can't be linked to itself."), code="same_case")
    held = {case.pk: take_known(case.merchant_id, case.order_id, case.pk) for case in sorted((known, far), key=lambda one: one.pk)}
    for case in held.values():
        check_hand(case, by)
    return held[known.pk], held[far.pk]


def _age(case: Case) -> tuple[datetime, int]:
    return case.opened_at, case.pk


def _tell(newer: Case, older: Case, what: str, kind: str, by: Actor) -> None:
    """Whether two cases of a consumer belong together is no news to them; of other people's cases nobody but shop and platform learns."""
    audience = "merchant,platform" if newer.consumer_id != older.consumer_id else "consumer,merchant,platform"
    newer.tell(what, by, facts={"other": older.ref, "kind": kind}, audience=audience)
    older.tell(what, by, facts={"other": newer.ref, "kind": kind}, audience=audience)
