"""Figures count what their lists hold, tell each actor only their own, and cost the same at any number of cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.cases.grants import owe_sum
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.cases.verbs.answering import accept_refusal, approve, refuse, withdraw
from amends.insight.figures import Choice, Figure, Figures, cases_of, figures
from amends.insight.rules import running, share, vital_few, wilson
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, Unprocessable
from amends.office import words as office_words
from amends.people.rules import PLATFORM, Actor
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.intents import intend_for
from amends.refunds.models import Refund
from amends.surveys.verbs import rate
from tests.cast import Cast, an_order, claims, later_by, the_cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    """Bolt is silent once, refuses once, approves once; Anna withdraws once and rates the refusal; Rival has one case of his own."""
    cast = the_cast()
    silent, refused, approved, withdrawn = (claims(an_order(cast.bolts, cast.annas), by=cast.anna) for _ in range(4))
    claims(an_order(cast.rivals, cast.bertas, goods_class="apparel"), by=cast.berta)
    later_by(stepped_clock, 3 * HOUR)
    refuse(refused.ref, reason="no_fault_found", words="It works", by=cast.bolt)
    approve(approved.ref, by=cast.bolt)
    withdraw(withdrawn.ref, by=cast.anna)
    later_by(stepped_clock, 2 * HOUR)
    accept_refusal(refused.ref, by=cast.anna)
    jobs.drain()
    rate(refused.ref, score=2, by=cast.anna)
    later_by(stepped_clock, 45 * HOUR)
    silent.refresh_from_db()
    assert silent.stage == "executing"
    return cast


def every(told: Any) -> Iterator[Figure]:
    """Every figure inside of what was answered."""
    if isinstance(told, Figure):
        yield told
    elif is_dataclass(told) and not isinstance(told, type):
        for field in fields(told):
            yield from every(getattr(told, field.name))
    elif isinstance(told, (list, tuple)):
        for one in told:
            yield from every(one)
    elif isinstance(told, dict):
        for one in told.values():
            yield from every(one)


@pytest.mark.parametrize("who", ["platform", "bolt", "rival"])
def test_every_figure_opens_exactly_its_cases(cast: Cast, who: str) -> None:
    actor: Actor = PLATFORM if who == "platform" else getattr(cast, who)
    found = list(every(figures(actor, Choice())))
    assert len(found) > 60
    for figure in found:
        behind = cases_of(Choice.read(figure.choice.pairs), actor)
        assert behind.count() == figure.cases, figure.choice.query


def test_the_story_is_told_in_numbers(cast: Cast) -> None:
    told: Figures = figures(cast.bolt, Choice())
    assert (told.opened.cases, told.closed.cases, told.backlog.now.cases) == (4, 2, 2)
    assert sum(day.opened.cases for day in told.days) == 4
    assert told.days[-1].open_at_end == told.backlog.now.cases
    assert [(row.issue, row.figure.cases, row.cumulated) for row in told.issues] == [("no_reason", 4, 1.0)]
    assert {(row.verb, row.granted): row.figure.cases for row in told.outcomes} == {("accept_refusal", False): 1, ("withdraw", False): 1}
    (bolts,) = told.merchants
    assert (bolts.opened.value, bolts.refused.value, bolts.enforced.cases, bolts.first_answer.value) == (4, 0.25, 1, 3.0)
    assert told.satisfaction.mean.value == 2.0
    assert (told.satisfaction.csat.value, told.satisfaction.asked) == (0.0, 1)


def test_stage_times_are_those_of_the_timeline(cast: Cast) -> None:
    stages = {row.stage: row for row in figures(cast.bolt, Choice()).stages}
    # Four cases left the merchant's turn: refused, approved and withdrawn after three hours, by rule after the whole limit.
    assert stages["awaiting_merchant"].visits == 4
    assert stages["awaiting_merchant"].median.value == 3.0
    assert stages["awaiting_merchant"].limit_hours == 48
    assert stages["awaiting_merchant"].p90.value == pytest.approx(3 + 0.7 * 45, abs=0.05)
    assert stages["refused"].median.value == 2.0


def test_limits_tell_met_from_handled_by_rule(cast: Cast) -> None:
    told = figures(cast.bolt, Choice()).limits
    parties = {party: {how: n for how, (n, _) in rows.items()} for party, rows in told.parties}
    assert parties["merchant"]["enforced"] == 1
    assert parties["merchant"]["met"] >= 2
    assert told.on_time.value == pytest.approx(told.met / (told.met + told.enforced + told.lapsed))


def test_a_merchant_counts_only_its_own_and_a_stranger_nothing(cast: Cast) -> None:
    assert figures(PLATFORM, Choice()).opened.cases == 5
    assert figures(cast.rival, Choice()).opened.cases == 1
    assert [side.key for side in figures(cast.rival, Choice()).merchants] == [cast.rivals.ref]
    assert figures(cast.rival, Choice(merchant=cast.bolts.ref)).opened.cases == 0
    with pytest.raises(NotFound):
        figures(Actor(Party.SUPPLIER), Choice())


def test_an_empty_period_has_no_numbers_but_says_so(cast: Cast) -> None:
    told = figures(PLATFORM, Choice.read({"since": "2020-01-01", "until": "2020-01-07"}))
    assert (told.opened.cases, told.closed.cases, told.through.value, told.limits.on_time.value) == (0, 0, None, None)
    assert told.satisfaction.mean.value is None
    assert len(told.days) == 7


def test_more_cases_cost_no_more_queries(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        figures(PLATFORM, Choice())
    for _ in range(5):
        claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    with CaptureQueriesContext(connection) as many:
        figures(PLATFORM, Choice())
    assert len(many) == len(few) <= 24


@pytest.mark.parametrize("given", [{"since": "yesterday"}, {"by": "magic"}, {"score": "6"}, {"since": "2026-03-02", "until": "2026-03-01"}])
def test_a_choice_that_is_none_is_refused_with_its_field(given: dict[str, str]) -> None:
    with pytest.raises(Unprocessable) as refused:
        Choice.read(given)
    assert set(refused.value.fields) <= set(given)


def test_a_choice_survives_its_address() -> None:
    choice = Choice.read({"by": "ended", "since": "2026-03-01", "until": "2026-03-31", "deadline": "met", "party": "consumer,merchant"})
    assert Choice.read(choice.pairs) == choice
    assert choice.before.until is not None
    assert (choice.days, choice.before.days) == (31, 31)


def test_the_command_prints_the_same_figures(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("figures", json=True, stdout=StringIO())
    told = json.loads(capsys.readouterr().out)
    assert told["opened"]["value"] == 5
    assert told["opened"]["cases_url"].startswith("/office/cases/?by=opened&since=")
    call_command("figures", stdout=StringIO())
    assert "5" in capsys.readouterr().out


def test_wilson_keeps_few_answers_modest() -> None:
    low, high = wilson(7, 7) or (0, 0)
    assert (round(low, 3), high) == (0.646, 1.0)
    low, high = wilson(50, 100) or (0, 0)
    assert (round(low, 3), round(high, 3)) == (0.404, 0.596)
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_shares_and_running_sums() -> None:
    assert share(1, 0) is None
    assert running([5, 3, 2]) == [0.5, 0.8, 1.0]
    assert running([]) == []
    assert (vital_few([5, 3, 2]), vital_few([1])) == (2, 1)


@an_act
def a_gift(case_id: int, minor: int) -> Refund:
    case = take_case_of(case_id)
    gift = owe_sum(case, amount_minor=minor, currency="CNY", remedy="goodwill", basis="sorry", borne_by="platform", by=PLATFORM)
    return intend_for(gift, PLATFORM)[0]


def test_money_beside_the_order_is_told_by_the_way_it_went_and_by_who_bears_it(cast: Cast) -> None:
    """A gift has no tender: the office's first page once could not be drawn for it."""
    case = Case.objects.filter(stage="executing").order_by("pk")[0]
    take_answer(a_gift(case.pk, 500).ref, Answer("paid", "P1"), source="webhook")
    told = figures(PLATFORM, Choice()).money
    assert ("bank", "CNY", 500) in [(row.key, row.unit, row.figure.value) for row in told.by_tender]
    assert ("platform", 500) in [(row.key, row.figure.value) for row in told.by_bearer]
    ours = next(row for row in told.by_tender if row.key == "bank")
    assert list(cases_of(ours.figure.choice, PLATFORM)) == [case]
    assert office_words.tender("bank").en == "bank transfer"
