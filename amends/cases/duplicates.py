"""Cases that may be one matter filed twice: found by order line, photo and words after a claim came in; a person decides what they are.

Invariants
 1. A pair stands once, the newer case first, however often it is found; what a person decided about it stays decided.
 2. A hint moves nothing, and consumers never see one: another person's case may be in it.
 3. What is compared is bounded: the consumer's own cases of the last half year, and those whose photo has the same hash or one near it
    among the shop's newest MOST_PHOTOS pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from amends.cases.hands import check_hand, check_not_reader
from amends.cases.linking import linked
from amends.cases.models import Case, CaseLink, CaseText, ClaimedUnit, Entry, Evidence, Likeness
from amends.cases.record import an_act
from amends.cases.rules.alike import LEAST, MOST_BITS, Seen, bits_apart, compared
from amends.cases.taking import take_known
from amends.cases.verbs.merging import CARRIES, merge
from amends.cases.words import stage_name
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.plumbing import jobs

BACK = timedelta(days=180)
MOST_CASES, MOST_PHOTOS, MOST_SHOWN = 200, 2000, 20
REASONS: dict[str, Text] = {
    "line": say("同一行商品", "the same order line"),
    "photo": say("照片相同或很像", "a photo that is the same or nearly"),
    "words": say("写的内容很像", "much the same words"),
}
ACTIONS = ("merge", "link", "dismiss")
DECIDED = say("这条提示已经处理过。", "This hint was decided already.")
ENDS = {"merge": "merged", "link": "linked", "dismiss": "dismissed"}


@dataclass(frozen=True, slots=True)
class Hint:
    """A case that may be the same matter, for shop and platform: how much alike, why, and what was decided about it.

    `may_carry`: it was filed no later, and this one could be merged into it.
    """

    ref: str
    title: Text
    stage: Text
    is_over: bool
    opened_at: datetime
    same_consumer: bool
    same_order: bool
    score_bps: int
    reasons: tuple[Text, ...]
    state: str
    may_carry: bool


def hear_claim(entry: Entry) -> None:
    """Listener: a claim came in, or more evidence; what it is like is looked for."""
    look_for(entry.case_id)


@jobs.task("case.duplicates")
def look_again(case_id: int) -> None:
    """Job: a photo of the case has its hash now."""
    look_for(case_id)


def look_for(case_id: int) -> int:
    """Every case that is like this one stands beside it as an open hint, once; answers how many are new."""
    case = Case.objects.get(pk=case_id)
    others = _candidates(case)
    seen = _seen([case, *others])
    known = {frozenset(pair) for pair in _pairs(case).values_list("case_id", "other_id")}
    linked_already = {frozenset(pair) for pair in _links(case).values_list("case_id", "other_id")}
    fresh = []
    for other in others:
        score, reasons = compared(seen[case.pk], seen[other.pk])
        if score < LEAST or frozenset((case.pk, other.pk)) in known | linked_already:
            continue
        newer, older = sorted((case, other), key=lambda one: (one.opened_at, one.pk), reverse=True)
        fresh.append(Likeness(merchant_id=case.merchant_id, case=newer, other=older, score_bps=score, reasons=reasons, made_at=clock.now()))
    Likeness.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def hints(case: Case, actor: Actor, *, also_decided: bool = False) -> list[Hint]:
    """What this case is like, the most alike first; nothing for consumers. Two queries."""
    if not (actor.sees_everything or (actor.party is Party.MERCHANT and actor.merchant_id == case.merchant_id)):
        return []
    rows = _pairs(case) if also_decided else _pairs(case).filter(state="open")
    found = []
    for row in rows.select_related("case", "other").order_by("-score_bps", "-pk")[:MOST_SHOWN]:
        far = row.other if row.case_id == case.pk else row.case
        found.append(
            Hint(
                far.ref, far.title, stage_name("case", far.stage), far.is_over, far.opened_at, far.consumer_id == case.consumer_id,
                far.order_id == case.order_id, row.score_bps, tuple(REASONS[name] for name in row.reasons), row.state,
                (far.order_id, far.consumer_id) == (case.order_id, case.consumer_id) and far.stage in CARRIES
                and far.opened_at <= case.opened_at,
            )
        )  # fmt: skip
    return found


@an_act
def decide_hint(ref: str, other: str, action: str, *, by: Actor) -> str:
    """What becomes of the hint that these two cases are one: `merge` (this one into the other), `link` as duplicates, or `dismiss`.

    Answers the state of the hint. Merging is the platform's; the shop may link and dismiss. Raises NotFound where there is no such hint,
    Unprocessable for another action, NoSuchMove where it was decided, and what `merge` refuses.
    """
    row = _hint(ref, other, by)
    if action not in ACTIONS:
        raise Unprocessable.field("action", say("只能是：{all}。", "One of: {all}.", all=", ".join(ACTIONS)), code="unknown_action")
    if action == "merge":
        merge(ref, into=other, by=by)
    else:
        pair = sorted((row.case, row.other), key=lambda one: one.pk)
        held = {case.pk: take_known(case.merchant_id, case.order_id, case.pk) for case in pair}
        for case in held.values():
            check_hand(case, by)
        if action == "link":
            linked(held[row.case_id], held[row.other_id], kind="duplicate", why=",".join(row.reasons)[:40], by=by)
    state = ENDS[action]
    still = Likeness.objects.filter(merchant_id=row.merchant_id, pk=row.pk, state="open")
    if not still.update(state=state, decided_by_id=by.user_id, ended_at=clock.now()):
        raise NoSuchMove(DECIDED, code="decided_already")
    return state


def _hint(ref: str, other: str, by: Actor) -> Likeness:
    refs = [clean_ref(ref) or "", clean_ref(other) or ""]
    rows = {case.ref: case for case in Case.objects.visible_to(by).filter(ref__in=refs)}
    if len(rows) != 2:
        raise NotFound
    check_not_reader(by)
    if by.party is Party.CONSUMER:
        raise NotYourMove(say("由平台或商家来处理。", "This is for the platform or the shop."))
    first, second = rows[refs[0]], rows[refs[1]]
    found = _pairs(first).filter(Q(case=second) | Q(other=second)).select_related("case", "other").first()
    if found is None:
        raise NotFound
    if found.state != "open":
        raise NoSuchMove(DECIDED, code="decided_already")
    return found


# ── what is compared ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pairs(case: Case) -> QuerySet[Likeness]:
    return Likeness.objects.filter(Q(case_id=case.pk) | Q(other_id=case.pk), merchant_id=case.merchant_id)


def _links(case: Case) -> QuerySet[CaseLink]:
    return CaseLink.objects.filter(Q(case_id=case.pk) | Q(other_id=case.pk), merchant_id=case.merchant_id, ended_at__isnull=True)


def _candidates(case: Case) -> list[Case]:
    since = case.opened_at - BACK
    mine = Case.objects.filter(merchant_id=case.merchant_id, opened_at__gt=since).exclude(pk=case.pk)
    mine = mine.exclude(pk=case.follows_id or 0).exclude(follows_id=case.pk)
    own = list(mine.filter(consumer_id=case.consumer_id).order_by("-opened_at")[:MOST_CASES])
    known = {one.pk for one in own}
    return own + list(mine.filter(pk__in=_with_photos_like(case, since) - known).order_by("-opened_at")[:MOST_CASES])


def _with_photos_like(case: Case, since: datetime) -> set[int]:
    photos = [one for one in _photos([case.pk], case.merchant_id).get(case.pk, ()) if one]
    if not photos:
        return set()
    rows = Evidence.objects.filter(merchant_id=case.merchant_id, case__isnull=False, made_at__gt=since, party=Party.CONSUMER.value)
    rows = rows.exclude(likeness="").exclude(case_id=case.pk)
    same = set(rows.filter(likeness__in=photos).values_list("case_id", flat=True))
    newest = rows.order_by("-pk").values_list("case_id", "likeness")[:MOST_PHOTOS]
    near = {pk for pk, likeness in newest if any(bits_apart(one, likeness) <= MOST_BITS for one in photos)}
    return {pk for pk in same | near if pk is not None}


def _photos(cases: Iterable[int], merchant_id: int) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Evidence.objects.filter(merchant_id=merchant_id, case_id__in=list(cases), party=Party.CONSUMER.value).exclude(likeness="")
    for case_id, likeness in rows.values_list("case_id", "likeness"):
        if case_id is not None:
            found.setdefault(case_id, []).append(likeness)
    return found


def _seen(cases: Sequence[Case]) -> dict[int, Seen]:
    """Three queries for all of them."""
    keys, merchant = [case.pk for case in cases], cases[0].merchant_id
    lines: dict[int, set[int]] = {}
    for case_id, line_id in ClaimedUnit.objects.filter(merchant_id=merchant, case_id__in=keys).values_list("case_id", "line_id"):
        lines.setdefault(case_id, set()).add(line_id)
    words: dict[int, list[str]] = {}
    texts = CaseText.objects.filter(merchant_id=merchant, case_id__in=keys, kind="claim", party=Party.CONSUMER.value).order_by("pk")
    for case_id, body in texts.values_list("case_id", "body"):
        words.setdefault(case_id, []).append(body)
    photos = _photos(keys, merchant)
    return {pk: Seen(frozenset(lines.get(pk, ())), tuple(photos.get(pk, ())), "\n".join(words.get(pk, ()))) for pk in keys}
