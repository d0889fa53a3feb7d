"""Who judges a review: the record of each arbiter beside the case, and the choice by rules/assigning.py.

An arbiter without a profile is asked by nobody and may take a review that is nobody's; what bars them is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, Subquery

from amends.cases.models import Case, Entry
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NotYourMove
from amends.kernel.texts import Text
from amends.people.models import Membership, User
from amends.people.rules import Role
from amends.rulings.models import Appeal, ArbiterProfile, Relation, Review
from amends.rulings.rules import APPEAL, REVIEW
from amends.rulings.rules.assigning import FOR_GOOD, REFUSED, Bar, Candidate, Fit, Wanted, chosen, ranked

NO_RANK = 1
"""The rank of an arbiter without a profile."""
LOOKED = frozenset({"review", "appeal"})


def why_not(case: Case, user_id: int | None, *, above_rank: int = 0, review: Review | None = None) -> Text | None:
    """Why this person has no part in judging the case, None where they may. What they did in `review` itself bars nobody from it."""
    if user_id is None:
        return None
    bars = [bar for bar in bars_of(case, [user_id], review)[user_id] if bar in FOR_GOOD]
    if above_rank and rank_of(user_id) <= above_rank:
        bars.append(Bar.RANK)
    return REFUSED[bars[0]] if bars else None


def check_may_judge(case: Case, user_id: int | None, review: Review | None = None) -> None:
    """This person may judge the case. Raises NotYourMove with the bar as its code (a party: conflict_of_interest)."""
    if user_id is None:
        return
    for bar in bars_of(case, [user_id], review)[user_id]:
        if bar in FOR_GOOD:
            raise NotYourMove(REFUSED[bar], code="conflict_of_interest" if bar is Bar.PARTY else bar.value)


def choose(case: Case, *, skill: str, language: str, above_rank: int = 0, but: Collection[int] = ()) -> int | None:
    """The user who is asked to judge the case, by skill, language and load; None where nobody with a profile may."""
    fit = chosen(candidates(case), wanted_of(case, skill, language, above_rank), but)
    return fit.candidate.user_id if fit else None


def fits(case: Case, review: Review | None = None, *, above_rank: int = 0) -> list[Fit]:
    """Everybody with a profile, whoever would be asked first standing first, with what bars the others."""
    skill, language = (review.skill, review.language) if review else (case.goods_class, "")
    return ranked(candidates(case, review), wanted_of(case, skill, language, above_rank))


def wanted_of(case: Case, skill: str, language: str, above_rank: int = 0) -> Wanted:
    """What this case asks of its judge."""
    return Wanted(frozenset({skill, case.issue} - {""}), language, above_rank)


def language_of(case: Case) -> str:
    """The language in which the consumer speaks, zh where nobody said."""
    told = User.objects.filter(memberships__consumer_id=case.consumer_id).exclude(language="").order_by("pk")
    return "en" if (told.values_list("language", flat=True).first() or "zh").lower().startswith("en") else "zh"


def candidates(case: Case, review: Review | None = None) -> list[Candidate]:
    """Every active arbiter with a profile, with their load and what bars them here. Eight queries, however many there are."""
    profiles = list(_profiles().order_by("user_id"))
    ids = [one.user_id for one in profiles]
    bars, loads = bars_of(case, ids, review), loads_of(ids)
    return [
        Candidate(
            one.user_id, frozenset(one.skills), frozenset(one.languages), one.rank, loads.get(one.user_id, 0), one.load_most,
            bars[one.user_id],
        )
        for one in profiles
    ]  # fmt: skip


def bars_of(case: Case, ids: Sequence[int], review: Review | None = None) -> dict[int, tuple[Bar, ...]]:
    """For each of these people what bars them from judging the case, the gravest first.

    In `review` itself, and beside it as an arbiter since it was opened (a message to the sides, say), nobody bars themselves from it.
    """
    at = clock.now()
    mine: dict[str, Any] = {"merchant_id": case.merchant_id, "case_id": case.pk}
    relations = Relation.objects.filter(merchant_id=case.merchant_id, user_id__in=ids, ended_at__isnull=True)
    related = set(relations.values_list("user_id", flat=True))
    away = set(ArbiterProfile.objects.filter(user_id__in=ids, away_until__gt=at).values_list("user_id", flat=True))
    sides = Q(merchant_id=case.merchant_id) | Q(consumer_id=case.consumer_id)
    parties = set(Membership.objects.filter(sides, user_id__in=ids).values_list("user_id", flat=True))
    done = Entry.objects.filter(**mine, actor_id__in=ids).exclude(life="offer", party=Party.ARBITER.value)
    if review is not None:
        done = done.exclude(life=REVIEW.name, life_id=review.pk).exclude(party=Party.ARBITER.value, number__gt=_opening(review))
    worked, looked = set[int](), set[int]()
    for user, life, party in done.filter(actor_id__isnull=False).order_by().values_list("actor_id", "life", "party").distinct():
        assert user is not None  # noqa: S101 - asked of the database
        (looked if party == Party.ARBITER.value or life in LOOKED else worked).add(user)
    earlier = Review.objects.filter(**mine).exclude(pk=review.pk if review else 0)
    for row in earlier.exclude(stage="dropped").values_list("arbiter_id", "drafted_by_id", "second_reader_id"):
        looked |= {user for user in row if user}
    sets = {Bar.PARTY: parties, Bar.RELATED: related, Bar.WORKED_ON: worked, Bar.TOOK_PART: looked, Bar.AWAY: away}
    return {user: tuple(bar for bar in Bar if user in sets.get(bar, ())) for user in ids}


def _opening(review: Review) -> Subquery:
    """The number of the line of the timeline that opened the review: what brought the case there stands before it."""
    mine = Entry.objects.filter(merchant_id=review.merchant_id, case_id=review.case_id, life=REVIEW.name, life_id=review.pk)
    return Subquery(mine.order_by("number").values("number")[:1])


def loads_of(ids: Iterable[int]) -> dict[int, int]:
    """How many reviews and appeals each of these people owes now."""
    wanted = list(ids)
    rows: dict[int, int] = {}
    for model, life, name in ((Review, REVIEW, "arbiter_id"), (Appeal, APPEAL, "examiner_id")):
        found = model._default_manager.filter(**{f"{name}__in": wanted}, stage__in=life.open_stages)
        for user, n in found.order_by().values_list(name).annotate(n=Count("pk")):
            rows[user] = rows.get(user, 0) + n
    return rows


def rank_of(user_id: int | None) -> int:
    """The rank of this arbiter."""
    found = ArbiterProfile.objects.filter(user_id=user_id or 0).values_list("rank", flat=True).first()
    return NO_RANK if found is None else found


def is_away(profile: ArbiterProfile) -> bool:
    """Whether this arbiter is on record as away now."""
    return profile.away_until is not None and profile.away_until > clock.now()


def is_arbiter(user_id: int) -> bool:
    """Whether this person may judge at all."""
    return Membership.objects.filter(role=Role.ARBITER.value, user_id=user_id, user__is_active=True).exists()


def is_gone(user_id: int | None) -> bool:
    """Whether nobody need wait for this person: an arbiter no more, or on record as away now. False where nobody is named."""
    if user_id is None:
        return False
    return not is_arbiter(user_id) or ArbiterProfile.objects.filter(user_id=user_id, away_until__gt=clock.now()).exists()


def _profiles() -> Any:
    arbiters = Membership.objects.filter(role=Role.ARBITER.value, user__is_active=True).values("user_id")
    return ArbiterProfile.objects.filter(user_id__in=arbiters)
