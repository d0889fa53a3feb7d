"""From a choice to its cases: the one place that says what `opened`, `enforced`, `silent` mean in rows.

Every figure counts what is chosen here, so that its number and the list behind it cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Case as Switch
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from amends.cases.models import Case, Deadline, Entry, Grant, Turn
from amends.insight.figures.choice import Choice
from amends.kernel import clock
from amends.ledger.models import Line
from amends.people.rules import Actor
from amends.refunds.books import DELIVERED
from amends.refunds.models import Refund, Way
from amends.surveys.models import Survey

Rows = QuerySet[Case]
MINE = {"merchant_id": OuterRef("merchant_id"), "case_id": OuterRef("pk")}
GOOD = (4, 5)
WINDOWS = frozenset(
    {"appeal_window", "consumer_contests", "consumer_escalates", "evidence_reply", "evidence_round", "merge_undo", "reversal_window"}
)
"""Times in which somebody may act and nobody must: that they run out is nobody's lateness, so figures about limits leave them out."""


def cases_of(choice: Choice, actor: Actor) -> Rows:
    """The cases that are meant, as far as this actor may see; in no order."""
    found = PERIODS[choice.by](in_scope(choice, actor), choice)
    if choice.stage and choice.by != "moved":
        found = found.filter(stage=choice.stage)
    for name, narrow in NARROWER.items():
        if getattr(choice, name):
            found = narrow(found, getattr(choice, name))
    return found


def in_scope(choice: Choice, actor: Actor) -> Rows:
    """The cases of the chosen merchant, goods and issue, whatever their time."""
    wanted = {"merchant__ref": choice.merchant, "goods_class": choice.goods, "issue": choice.issue}
    return Case.objects.visible_to(actor).filter(**{name: value for name, value in wanted.items() if value})


def began_open(rows: Rows, at: datetime) -> Rows:
    """Those that were open at an instant."""
    return rows.filter(opened_at__lt=at).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=at))


BORNE = ("owed", "owed_by_us", "owed_insured")
"""The postings that say who bears a refund: its merchant, the platform, an insurer."""
WENT_TO = Switch(When(way=Way.TENDER, then=F("tender__kind")), default=F("way"), output_field=CharField())
"""Where a refund went: the kind of the tender that was paid with, or the other way that it took."""


def delivered(choice: Choice) -> QuerySet[Refund]:
    """The refunds that were paid in the period, to the chosen tender and at the chosen bearer's cost."""
    found = Refund.objects.filter(stage__in=DELIVERED, paid_at__gte=choice.begins, paid_at__lt=choice.ends)
    if choice.unit:
        found = found.filter(unit=choice.unit)
    if choice.tender:
        found = found.annotate(went_to=WENT_TO).filter(went_to=choice.tender)
    if choice.bearer:
        borne = Line.objects.filter(
            merchant_id=OuterRef("merchant_id"),
            posting__refund_id=OuterRef("pk"),
            posting__what__in=BORNE,
            amount_minor__gt=0,
            account__party=choice.bearer,
        )
        found = found.filter(Exists(borne))
    return found


def ended(choice: Choice) -> QuerySet[Deadline]:
    """The deadlines, windows apart, that ended in the period by somebody's act, by rule, or with an alarm."""
    found = Deadline.objects.filter(
        ended_at__gte=choice.begins, ended_at__lt=choice.ends, ended_as__in=["met", "enforced", "lapsed"]
    ).exclude(limit__in=WINDOWS)
    if choice.deadline:
        found = found.filter(ended_as=choice.deadline)
    return found.filter(waits_for=choice.party) if choice.party else found


def _moved(rows: Rows, choice: Choice) -> Rows:
    left = Entry.objects.filter(**MINE, life="case", made_at__gte=choice.begins, made_at__lt=choice.ends).exclude(came_from=F("went_to"))
    if choice.stage:
        left = left.filter(came_from=choice.stage)
    return rows.filter(Exists(left))


def _alive(rows: Rows, choice: Choice) -> Rows:
    return rows.filter(opened_at__lt=choice.ends).filter(Q(closed_at__isnull=True) | Q(closed_at__gte=choice.begins))


PERIODS: dict[str, Callable[[Rows, Choice], Rows]] = {
    "opened": lambda rows, c: rows.filter(opened_at__gte=c.begins, opened_at__lt=c.ends),
    "closed": lambda rows, c: rows.filter(closed_at__gte=c.begins, closed_at__lt=c.ends),
    "open": lambda rows, c: rows.filter(closed_at__isnull=True),
    "began_open": lambda rows, c: began_open(rows, c.begins),
    "alive": _alive,
    "moved": _moved,
    "ended": lambda rows, c: rows.filter(Exists(ended(c).filter(**MINE))),
    "rated": lambda rows, c: rows.filter(Exists(Survey.objects.filter(**MINE, answered_at__gte=c.begins, answered_at__lt=c.ends))),
    "paid": lambda rows, c: rows.filter(Exists(delivered(c).filter(**MINE))),
}


def with_time_left(rows: Rows) -> Rows:
    """Each with `due` and `held`: until when its nearest turn runs, and whether that one stands still."""
    nearest = Turn.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk")).order_by("paused", "due_at")
    return rows.annotate(due=Subquery(nearest.values("due_at")[:1]), held=Subquery(nearest.values("paused")[:1]))


def time_left(left: str, now: datetime) -> Q:
    """Which rows of `with_time_left` have so much time left."""
    if left == "paused":
        return Q(held=True)
    hours = {"overdue": (None, 0), "4h": (0, 4), "24h": (4, 24), "3d": (24, 72), "later": (72, None)}
    least, most = hours[left]
    found = Q(held=False)
    if least is not None:
        found &= Q(due__gte=now + timedelta(hours=least))
    return found & Q(due__lt=now + timedelta(hours=most)) if most is not None else found


def _scored(rows: Rows, score: str) -> Rows:
    answers = Survey.objects.filter(**MINE, score__isnull=False)
    if score == "good":
        answers = answers.filter(score__in=GOOD)
    elif score != "any":
        answers = answers.filter(score=int(score))
    return rows.filter(Exists(answers))


def granted() -> Exists:
    """Whether at least one unit of the case was delivered what it was owed."""
    return Exists(Grant.objects.filter(**MINE, stage="done"))


def refused() -> Exists:
    """Whether the merchant refused the claim at some time."""
    return Exists(Entry.objects.filter(**MINE, life="case", verb="refuse", party="merchant"))


def silent(party: str) -> Exists:
    """Whether a limit of this party ran out and the rule acted in its place."""
    return Exists(Deadline.objects.filter(**MINE, ended_as="enforced", waits_for=party).exclude(limit__in=WINDOWS))


def answered() -> Exists:
    """Whether the merchant itself answered: approved, refused, asked for proof or called the platform in; a word on the way is none."""
    said = Entry.objects.filter(**MINE, life="case", came_from="awaiting_merchant", party="merchant")
    return Exists(said.exclude(went_to="awaiting_merchant"))


NARROWER: dict[str, Callable[[Rows, str], Rows]] = {
    "waits": lambda rows, party: rows.filter(Exists(Turn.objects.filter(**MINE, party=party))),
    "left": lambda rows, left: with_time_left(rows).filter(time_left(left, clock.now())),
    "verb": lambda rows, verb: rows.filter(ended_by=verb),
    "granted": lambda rows, yes: rows.filter(granted() if yes == "yes" else ~granted()),
    "refused": lambda rows, _: rows.filter(refused()),
    "silent": lambda rows, party: rows.filter(silent(party)),
    "answered": lambda rows, _: rows.filter(answered()),
    "score": _scored,
}
