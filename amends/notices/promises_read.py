"""Reading promises: what became of each, read from its deadline, and how many were kept, late or revised, by whoever made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case as Either
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from amends.cases.models import Case, CaseText, Deadline
from amends.cases.waiting_words import LIMITS
from amends.kernel import clock
from amends.kernel.parties import NAMES, Party
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.models import Promise
from amends.notices.promises import may_revise
from amends.notices.rules.promises import REASONS, STATE_NAMES, State
from amends.people.rules import Actor

HERE = ZoneInfo("Asia/Shanghai")
PAGE = 50
BY = ("merchant", "team", "carrier")
TEAMS = tuple(party.value for party in Party if party not in (Party.CONSUMER, Party.MERCHANT, Party.CARRIER))
LIMIT = say("时限", "limit")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which promises are meant; all that is set must hold. Days are Beijing's, both included, and of the telling."""

    since: date | None = None
    until: date | None = None
    merchant: str = ""
    bearer: str = ""
    carrier: str = ""
    state: str = ""
    case: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Chosen:
        """What an address or a command names; unknown names are left alone. Raises Unprocessable for no day, no party and no state."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {name: str(value).strip() for name, value in given.items() if name in known and str(value).strip()}
        for name in ("since", "until"):
            if name in values:
                values[name] = _day(name, values[name])
        for name, allowed in (("state", list(State)), ("bearer", list(Party))):
            if name in values and values[name] not in allowed:
                every = ", ".join(allowed)
                wrong = say("“{name}”只能是：{all}。", "“{name}” is one of: {all}.", name=name, all=every)
                raise Unprocessable.field(name, wrong, code="unknown_value")
        return cls(**values)

    @property
    def pairs(self) -> dict[str, str]:
        """What is set, as an address carries it."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Told:
    """One promise as its reader sees it. `revises`: the time told before, where this one stands in its place, for `reason`."""

    id: int
    case: str
    title: Text
    merchant: str
    merchant_name: Text
    bearer: str
    bearer_name: Text
    carrier: str
    limit: str
    limit_name: Text
    told_at: datetime
    due_at: datetime
    state: State
    ended_at: datetime | None
    revises: datetime | None
    reason: str
    reason_words: Text | None
    words: str
    may_revise: bool

    @property
    def state_name(self) -> Text:
        return STATE_NAMES[self.state]

    @property
    def what(self) -> Text:
        """The limit's name beside the one who was waited for, who is not named twice."""
        return say(self.limit_name.zh.removeprefix(self.bearer_name.zh), self.limit_name.en)


@dataclass(frozen=True, slots=True)
class Page:
    """Some promises, the newest first; `after` is the key of the next page, empty on the last one."""

    rows: list[Told]
    after: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How one merchant, team or carrier kept its promises."""

    key: str
    name: Text
    counts: Mapping[State, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def share(self) -> float | None:
        """Kept among those that were kept or late; None where there is neither."""
        judged = self.counts[State.KEPT] + self.counts[State.LATE]
        return self.counts[State.KEPT] / judged if judged else None


def promises_of(case: Case, by: Actor) -> list[Told]:
    """Every promise of a case that `by` has been given, in the order in which they were told. Two queries, one where there are none."""
    return _told(_judged(Promise.objects.filter(merchant_id=case.merchant_id, case_id=case.pk)).order_by("told_at", "pk"), by)


def promises(by: Actor, chosen: Chosen, *, after: str = "", most: int = PAGE) -> Page:
    """A page of those that `by` may see. `after` is the key that the page before gave. Raises Unprocessable where it is none."""
    rows = _chosen(by, chosen)
    if after:
        told_at, pk = _key_in(after)
        rows = rows.filter(Q(told_at__lt=told_at) | Q(told_at=told_at, pk__lt=pk))
    found = _told(rows.order_by("-told_at", "-pk")[: most + 1], by)
    last = found[most - 1] if len(found) > most else None
    return Page(found[:most], f"{last.told_at.isoformat()}~{last.id}" if last else "")


def kept_by(by: Actor, chosen: Chosen, group: str) -> list[Kept]:
    """The figures of each merchant, team or carrier that `by` may see, the most promises first. `group` is one of BY."""
    rows = _chosen(by, chosen)
    if group == "merchant":
        found = (
            rows.filter(bearer=Party.MERCHANT).order_by().values_list("merchant__ref", "merchant__name_zh", "merchant__name_en", "state")
        )
    elif group == "team":
        found = rows.filter(bearer__in=TEAMS).order_by().values_list("bearer", "bearer", "bearer", "state")
    else:
        found = rows.filter(bearer=Party.CARRIER).exclude(carrier="").order_by().values_list("carrier", "carrier", "carrier", "state")
    names: dict[str, Text] = {}
    counts: dict[str, dict[State, int]] = {}
    for key, zh, en, state, n in found.annotate(n=Count("pk")):
        names[key] = NAMES[Party(key)] if group == "team" else say(zh, en)
        counts.setdefault(key, dict.fromkeys(State, 0))[State(state)] = n
    return sorted((Kept(key, names[key], counts[key]) for key in counts), key=lambda kept: (-kept.total, kept.key))


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _visible(by: Actor) -> QuerySet[Promise]:
    if by.sees_everything:
        return Promise.objects.all()
    if by.party is Party.MERCHANT and by.merchant_id:
        return Promise.objects.filter(merchant_id=by.merchant_id)
    if by.party is Party.CONSUMER and by.consumer_id:
        return Promise.objects.filter(case__consumer_id=by.consumer_id)
    return Promise.objects.none()


def _chosen(by: Actor, chosen: Chosen) -> QuerySet[Any]:
    rows: QuerySet[Any] = _visible(by)
    if chosen.since:
        rows = rows.filter(told_at__gte=_midnight(chosen.since))
    if chosen.until:
        rows = rows.filter(told_at__lt=_midnight(chosen.until + timedelta(days=1)))
    exact = {"merchant__ref": chosen.merchant, "bearer": chosen.bearer, "carrier": chosen.carrier, "case__ref": chosen.case}
    rows = _judged(rows.filter(**{name: value for name, value in exact.items() if value}))
    return rows.filter(state=chosen.state) if chosen.state else rows


def _judged(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with its `state`: revised before its time, open, late, over by another's hand, or kept. The told time judges, not the limit."""
    limit = Deadline.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("deadline_id"))
    revision = Promise.objects.filter(merchant_id=OuterRef("merchant_id"), revises=OuterRef("pk"))
    judged: QuerySet[Any] = rows.annotate(
        ended_at=Subquery(limit.values("ended_at")[:1]),
        ended_as=Subquery(limit.values("ended_as")[:1]),
        revised_at=Subquery(revision.values("told_at")[:1]),
    ).annotate(
        state=Either(
            When(revised_at__lt=F("due_at"), then=Value(State.REVISED.value)),
            When(ended_at__isnull=True, due_at__gte=clock.now(), then=Value(State.OPEN.value)),
            When(Q(ended_at__isnull=True) | Q(ended_at__gt=F("due_at")), then=Value(State.LATE.value)),
            When(ended_as__in=("enforced", "lapsed"), then=Value(State.LATE.value)),
            When(ended_as="dropped", then=Value(State.VOID.value)),
            default=Value(State.KEPT.value),
            output_field=CharField(),
        )
    )
    return judged


def _told(rows: QuerySet[Any], by: Actor) -> list[Told]:
    wanted = (
        "pk", "case__ref", "case__title_zh", "case__title_en", "merchant__ref", "merchant__name_zh", "merchant__name_en", "bearer",
        "carrier", "limit", "told_at", "due_at", "state", "ended_at", "revised_at", "revises__due_at", "reason", "words_id", "merchant_id",
    )  # fmt: skip
    found = list(rows.values(*wanted))
    texts = _words((row["merchant_id"], row["words_id"]) for row in found if row["words_id"])
    return [_row(row, texts, by) for row in found]


def _words(keys: Iterable[tuple[int, int]]) -> dict[int, str]:
    wanted = list(keys)
    if not wanted:
        return {}
    rows = CaseText.objects.filter(merchant_id__in={merchant for merchant, _ in wanted}, pk__in=[pk for _, pk in wanted])
    return dict(rows.values_list("pk", "body"))


def _row(row: Mapping[str, Any], texts: Mapping[int, str], by: Actor) -> Told:
    reason = row["reason"]
    return Told(
        row["pk"], row["case__ref"], say(row["case__title_zh"], row["case__title_en"]), row["merchant__ref"],
        say(row["merchant__name_zh"], row["merchant__name_en"]), row["bearer"], NAMES[Party(row["bearer"])], row["carrier"], row["limit"],
        LIMITS.get(row["limit"]) or LIMIT, row["told_at"], row["due_at"], State(row["state"]), row["ended_at"], row["revises__due_at"],
        reason, REASONS.get(reason), texts.get(row["words_id"], ""),
        row["ended_at"] is None and row["revised_at"] is None and may_revise(row["bearer"], by),
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), HERE).astimezone(UTC)


def _day(name: str, written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = date.min
    if not date(2000, 1, 1) <= day < date(9000, 1, 1):
        raise Unprocessable.field(name, say("日期写成 2026-03-10。", "Write a day as 2026-03-10."), code="not_a_day")
    return day


def _key_in(after: str) -> tuple[datetime, int]:
    told_at, _, pk = after.partition("~")
    try:
        at = datetime.fromisoformat(told_at)
        if at.tzinfo is None or not pk.isdecimal() or len(pk) > 18:
            raise ValueError(after)
    except ValueError:
        raise Unprocessable.field("after", say("没有这一页。", "There is no such page."), code="unknown_page") from None
    return at, int(pk)
