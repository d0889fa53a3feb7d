"""What is on record about arbiters: what they can judge, how much at once, whether they are there, and to whom they are related.

The office keeps the record; an arbiter says about themselves whether they are away, and declares a relation. Nobody ends their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from amends.cases.hands import check_not_reader
from amends.cases.record import an_act
from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.market.models import Merchant
from amends.people.models import User
from amends.people.rules import Actor, Role
from amends.rulings.assigning import is_arbiter
from amends.rulings.models import ArbiterProfile, Relation
from amends.rulings.rules.assigning import SKILLS

KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
LANGUAGES = ("zh", "en")
MOST_LOAD, MOST_AWAY = 500, timedelta(days=366)


@an_act
def keep_arbiter(
    email: str, *, skills: Sequence[str] = (), languages: Sequence[str] = (), rank: int = 1, load_most: int = 20, by: Actor
) -> ArbiterProfile:
    """This arbiter is asked by skill, language, rank and load from now on. Raises NotFound for whoever may not keep the record or is no
    arbiter, Unprocessable for a rank outside 1 to 9, a load outside 1 to MOST_LOAD, an unknown language or skill."""
    check_keeper(by)
    user = _arbiter(email)
    if not 1 <= rank <= 9:
        raise Unprocessable.field("rank", say("级别为 1 到 9。", "A rank is from 1 to 9."), code="rank_wrong")
    if not 1 <= load_most <= MOST_LOAD:
        raise Unprocessable.field("load_most", say("1 到 {n} 件。", "From 1 to {n}.", n=MOST_LOAD), code="load_wrong")
    tongues = [one.strip().lower() for one in languages if one.strip()]
    if set(tongues) - set(LANGUAGES):
        raise Unprocessable.field("languages", say("语言为 zh 或 en。", "Languages are zh and en."), code="unknown_language")
    wanted = checked_skills(skills)
    row, _ = ArbiterProfile.objects.update_or_create(
        user=user,
        defaults={"skills": wanted, "languages": sorted(set(tongues)), "rank": rank, "load_most": load_most, "changed_at": clock.now()},
    )
    return row


@an_act
def be_away(*, until: datetime | None, email: str = "", by: Actor) -> ArbiterProfile:
    """The arbiter is asked for nothing until then; None: is there again. One's own, or for the office anybody's. Raises NotFound,
    Unprocessable for an absence longer than MOST_AWAY."""
    if email:
        check_keeper(by)
    check_not_reader(by)
    user = _arbiter(email) if email else User.objects.filter(pk=by.user_id or 0).first()
    if user is None or not is_arbiter(user.pk):
        raise NotFound
    if until is not None and until > clock.now() + MOST_AWAY:
        raise Unprocessable.field("until", say("最长 {n} 天。", "{n} days at most.", n=MOST_AWAY.days), code="too_long_away")
    row, _ = ArbiterProfile.objects.get_or_create(user=user, defaults={"changed_at": clock.now()})
    row.away_until, row.changed_at = until, clock.now()
    row.save(update_fields=["away_until", "changed_at"])
    return row


@an_act
def declare_relation(merchant: str, *, why: str, email: str = "", by: Actor) -> Relation:
    """This person has no part in the merchant's cases from now on: declared by themselves, or by the office about anybody of the platform.

    Raises NotFound for an unknown merchant or person, Unprocessable without a reason.
    """
    if not by.sees_everything or by.party not in (Party.PLATFORM, Party.ARBITER):
        raise NotFound
    if email:
        check_keeper(by)
    check_not_reader(by)
    user = User.objects.filter(email__iexact=email.strip()).first() if email else User.objects.filter(pk=by.user_id or 0).first()
    shop = Merchant.objects.filter(ref=clean_ref(merchant) or "").first()
    if user is None or shop is None:
        raise NotFound
    said = clean_words(why, field="why", required=True, longest=200)
    row, _ = Relation.objects.get_or_create(
        user=user, merchant=shop, ended_at=None, defaults={"why": said, "declared_by_id": by.user_id, "made_at": clock.now()}
    )
    return row


@an_act
def end_relation(pk: int, *, by: Actor) -> Relation:
    """The relation is over. By the office; never by the person whom it is about. Raises NotFound, NotYourMove."""
    check_keeper(by)
    row = Relation.objects.filter(pk=pk, ended_at__isnull=True).first()
    if row is None:
        raise NotFound
    if row.user_id == by.user_id:
        raise NotYourMove(say("自己的关联由别人解除。", "Somebody else ends a relation of yours."), code="own_relation")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    return row


def may_keep(by: Actor) -> bool:
    """Whether `by` keeps the record of arbiters."""
    return by.party is Party.PLATFORM and bool(by.roles & KEEPERS)


def check_keeper(by: Actor) -> None:
    """`by` keeps the record of who judges and who tests. Raises NotFound."""
    if not may_keep(by):
        raise NotFound


def checked_skills(skills: Sequence[str]) -> list[str]:
    """The skills, each once: keys of goods classes and of issues, as reviews are given out by. Raises Unprocessable (field `skills`)."""
    wanted = sorted({clean_words(one, field="skills", longest=40) for one in skills} - {""})
    unknown = [one for one in wanted if one not in SKILLS]
    if unknown:
        wrong = say("没有这项专长：{name}。", "There is no such skill: {name}.", name=unknown[0])
        raise Unprocessable.field("skills", wrong, code="unknown_skill")
    return wanted


def _arbiter(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None or not is_arbiter(user.pk):
        raise NotFound
    return user
