"""What came of it: why cases were opened, how they ended, what consumers thought, what was paid and by whom, which limits were kept."""

from __future__ import annotations

from django.db.models import Count, Sum

from amends.insight.figures.choice import Choice
from amends.insight.figures.choosing import BORNE, GOOD, WENT_TO, cases_of, delivered, ended, granted
from amends.insight.figures.flow import bar
from amends.insight.figures.shapes import Figure, Issue, Limits, Money, Outcome, Satisfaction
from amends.insight.figures.shapes import Sum as Paid
from amends.insight.rules import running, share, wilson
from amends.ledger.models import Line
from amends.people.rules import Actor
from amends.surveys.models import Survey

HOW = ("met", "enforced", "lapsed")


def issues(choice: Choice, actor: Actor) -> list[Issue]:
    """The issue types of what was opened, most frequent first, with their cumulated share (Pareto). One query."""
    opened = choice.but(by="opened")
    rows = cases_of(opened, actor).order_by().values_list("issue").annotate(n=Count("pk"))
    counted = sorted(rows, key=lambda row: (-row[1], row[0]))
    line = running([n for _, n in counted])
    total = sum(n for _, n in counted)
    return [
        Issue(issue, Figure(n, n, opened.but(issue=issue)), share(n, total) or 0.0, reached)
        for (issue, n), reached in zip(counted, line, strict=True)
    ]


def outcomes(choice: Choice, actor: Actor) -> list[Outcome]:
    """The closing verb of what was closed, and whether anything was delivered; most frequent first. One query."""
    closed = choice.but(by="closed")
    rows = cases_of(closed, actor).annotate(delivered=granted()).order_by().values_list("ended_by", "delivered").annotate(n=Count("pk"))
    return [
        Outcome(verb, got, Figure(n, n, closed.but(verb=verb, granted="yes" if got else "no")))
        for verb, got, n in sorted(rows, key=lambda row: (-row[2], row[0], not row[1]))
    ]


def satisfaction(choice: Choice, actor: Actor) -> Satisfaction:
    """What was answered in the period, and how many were asked then. Two queries. CSAT: FACTS 3.2, share of 4 and 5 of 5."""
    rated = choice.but(by="rated")
    mine = cases_of(choice.but(by="alive", since=None, until=None), actor).values("pk")
    asked = Survey.objects.filter(case_id__in=mine, asked_at__gte=choice.begins, asked_at__lt=choice.ends).count()
    answers = Survey.objects.filter(case_id__in=mine, answered_at__gte=choice.begins, answered_at__lt=choice.ends)
    counts = dict(answers.order_by().values_list("score").annotate(n=Count("pk")))
    n, good = sum(counts.values()), sum(counts.get(score, 0) for score in GOOD)
    total = sum((score or 0) * times for score, times in counts.items())
    return Satisfaction(
        asked=asked,
        answered=Figure(n, n, rated),
        mean=Figure(round(total / n, 2) if n else None, n, rated),
        csat=Figure(share(good, n), n, rated),
        interval=wilson(good, n),
        scores=[bar(str(score), counts.get(score, 0), rated.but(score=str(score))) for score in (5, 4, 3, 2, 1)],
    )


def money(choice: Choice, actor: Actor) -> Money:
    """Sums of the refunds paid in the period, by where they went and unit, and by who bears them in the books. Two queries."""
    paid = choice.but(by="paid")
    mine = delivered(choice).filter(case_id__in=cases_of(paid, actor).values("pk"))
    tenders = (
        mine.order_by()
        .annotate(went_to=WENT_TO)
        .values_list("went_to", "unit")
        .annotate(minor=Sum("amount_minor"), n=Count("case_id", distinct=True))
    )
    borne = (
        Line.objects.filter(posting__refund_id__in=mine.values("pk"), posting__what__in=BORNE, amount_minor__gt=0)
        .order_by()
        .values_list("account__party", "unit")
        .annotate(minor=Sum("amount_minor"), n=Count("posting__case_id", distinct=True))
    )
    return Money(
        [
            Paid(kind, unit, Figure(minor, n, paid.but(tender=kind, unit=unit)))
            for kind, unit, minor, n in sorted(tenders, key=lambda r: (r[1], -r[2]))
        ],
        [
            Paid(party, unit, Figure(minor, n, paid.but(bearer=party, unit=unit)))
            for party, unit, minor, n in sorted(borne, key=lambda r: (r[1], -r[2]))
        ],
    )


def limits(choice: Choice, actor: Actor) -> Limits:
    """The deadlines that ended in the period, by how and by who was waited for. Three queries."""
    over = choice.but(by="ended")
    mine = ended(choice).filter(case_id__in=cases_of(over, actor).values("pk"))
    rows = list(mine.order_by().values_list("waits_for", "ended_as").annotate(n=Count("pk"), cases=Count("case_id", distinct=True)))
    cases = dict(mine.order_by().values_list("ended_as").annotate(cases=Count("case_id", distinct=True)))
    total = mine.aggregate(n=Count("case_id", distinct=True))["n"]
    sums = {how: sum(n for _, as_, n, _ in rows if as_ == how) for how in HOW}
    parties: dict[str, dict[str, tuple[int, Figure]]] = {}
    for party, how, n, of in rows:
        parties.setdefault(party, {})[how] = (n, Figure(of, of, over.but(party=party, deadline=how)))
    return Limits(
        on_time=Figure(share(sums["met"], sum(sums.values())), total, over),
        met=sums["met"],
        enforced=sums["enforced"],
        lapsed=sums["lapsed"],
        how=[bar(how, cases.get(how, 0), over.but(deadline=how)) for how in HOW],
        parties=sorted(parties.items(), key=lambda row: -sum(n for n, _ in row[1].values())),
    )
