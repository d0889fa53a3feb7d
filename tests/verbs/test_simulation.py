"""Simulations with the database: past facts replayed under a draft, in parts, cancelled, resumed, by a job and by child processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.people.rules import PLATFORM
from amends.plumbing import jobs
from amends.policy.models import Flip, PastFacts, Simulation, SimulationPart
from amends.policy.queries import calendar
from amends.policy.rules.packs import PackRefused
from amends.policy.rules.stack import stack_for
from amends.policy.simulation import queries, reading, running
from amends.policy.simulation.judging import read_side
from amends.policy.simulation.past import written
from amends.policy.simulation.running import run
from amends.policy.simulation.verbs import cancel_simulation, resume_simulation, start_simulation
from amends.policy.simulation.year import Asked, Year
from amends.policy.verbs import save_draft
from tests.cast import an_order, claims
from tests.policy_at_hand import LAW, Office, fresh_shelf, the_office

pytestmark = pytest.mark.usefixtures("stepped_clock")
SEVEN, THIRTY = 'no_reason = { length = "7d"', 'no_reason = { length = "30d"'
ROWS = 400


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    with fresh_shelf():
        yield the_office()


def longer() -> str:
    """The law with a month instead of a week to change one's mind."""
    assert SEVEN in LAW
    return LAW.replace(SEVEN, THIRTY)


def past_of(office: Office, rows: int = ROWS, *, seed: int = 5) -> None:
    """So many decisions of the past, drawn from a seed and shared out among the lines of one case of each shop."""
    cast, days = office.cast, calendar("cn")
    year = Year(seed, date(2025, 1, 1), days, Asked.of(stack_for("CN", None, date(2026, 3, 10))))
    cases = [claims(an_order(shop, cast.annas), by=cast.anna) for shop in (cast.bolts, cast.rivals)]
    PastFacts.objects.all().delete()  # what applying has kept of them itself
    PastFacts.objects.bulk_create(
        PastFacts(
            merchant_id=cases[number % 2].merchant_id, case_id=cases[number % 2].pk, line=1 + number, day=past.facts.asked_at.date(),
            issue=past.keys.issue, goods_class=past.keys.goods_class, region=past.keys.region, tier=past.keys.tier,
            remedy=past.remedy.value, facts=written(past.facts),
        )
        for number, past in enumerate(year.claims(0, rows))
    )  # fmt: skip


def started(office: Office, **more: Any) -> Simulation:
    draft = save_draft(by=office.olga, text=longer(), name="A month")
    return start_simulation(office.olga, draft=draft.ref, **{"source": "history", **more})


def counts_and_flips(simulation: Simulation) -> tuple[Any, list[Any]]:
    """All that must be alike between two runs."""
    names = ("case_ref", "line", "kind", "seller", "goods_class", "region", "tier", "issue", "lane", "before", "after", "delta_minor")
    return simulation.result, sorted(Flip.objects.filter(simulation=simulation).values_list("rank", *names))


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Simulation, Office], None]:
    """Somebody cancels once so many batches have gone by, as from another process."""

    def at(batches: int, simulation: Simulation, office: Office) -> None:
        seen, real = [0], running._goes_on

        def goes_on(simulation_id: int, rows: int) -> bool:
            seen[0] += 1
            if seen[0] == batches:
                cancel_simulation(simulation.ref, office.olga)
            return real(simulation_id, rows)

        monkeypatch.setattr(running, "_goes_on", goes_on)

    return at


# ── what a simulation finds ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_history_under_a_longer_window_lets_consumers_win_and_says_where(office: Office) -> None:
    past_of(office)
    simulation = run(started(office).ref, processes=0)
    result = simulation.result
    assert (simulation.stage, simulation.total, simulation.done) == ("done", ROWS, ROWS)
    assert result["whole"] and result["decisions"] == ROWS and result["won"] > 0 == result["lost"]
    assert result["kept"] == result["flips"] == Flip.objects.filter(simulation=simulation).count()
    assert {row["key"] for row in result["groups"]["merchant"]} == {office.cast.bolts.ref, office.cast.rivals.ref}
    assert {row["zh"] for row in result["groups"]["merchant"]} == {"螺栓五金", "对手百货"}
    for group, rows in result["groups"].items():
        assert sum(row["decisions"] for row in rows) == ROWS, group
        assert sum(row["won"] for row in rows) == result["won"], group


def test_a_flip_opens_to_both_decisions_made_anew(office: Office) -> None:
    past_of(office)
    simulation = run(started(office).ref, processes=0)
    for row in queries.flips(simulation, kind="won", limit=10):
        opened = queries.sides(row)
        assert opened.facts.issue == row.issue == "no_reason"
        past = PastFacts.objects.get(merchant_id=row.merchant_id, case_id=row.case_id, line=row.line)
        remedy = reading.REMEDIES[past.remedy]
        assert not opened.before.answer(remedy).open and opened.after.answer(remedy).open
        before, after = read_side(opened.before, remedy), read_side(opened.after, remedy)
        assert row.delta_minor == after.worth - before.worth
        assert row.after["amount_minor"] == after.minor and row.after["clauses"] and row.before["clauses"]


def test_a_generated_year_needs_no_past_and_its_flips_open_too(office: Office) -> None:
    simulation = run(started(office, source="year", params={"cases": 400, "seed": 3}).ref, processes=0)
    assert simulation.result["decisions"] == 400 and simulation.result["won"] > 0
    row = queries.flips(simulation, kind="won")[0]
    opened = queries.sides(row)
    assert row.seller.startswith("S-") and opened.facts.region == row.region and opened.before != opened.after


def test_flips_are_told_by_group_a_page_at_a_time(office: Office) -> None:
    past_of(office)
    simulation = run(started(office).ref, processes=0)
    bolts = queries.flips(simulation, group="merchant", key=office.cast.bolts.ref)
    assert bolts and {row.merchant_id for row in bolts} == {office.cast.bolts.pk}
    pages, after = [], None
    while page := queries.flips(simulation, after=after, limit=3):
        pages += page
        after = page[-1].pk
    assert len(pages) == len({row.pk for row in pages}) == simulation.result["flips"]
    with pytest.raises(Unprocessable):
        queries.flips(simulation, group="colour", key="red")


def test_a_period_and_a_shop_narrow_what_is_replayed(office: Office) -> None:
    past_of(office)
    inside = PastFacts.objects.filter(day__range=("2025-06-01", "2025-06-30")).count()
    simulation = run(started(office, params={"since": "2025-06-01", "until": "2025-06-30"}).ref, processes=0)
    assert simulation.result["decisions"] == inside > 0
    assert {row["month"] for row in simulation.result["months"]} == {"2025-06"}


def test_of_many_flips_an_even_choice_is_kept_and_all_are_counted(office: Office) -> None:
    past_of(office)
    simulation = started(office)
    simulation.params["most"] = 5
    simulation.save()
    ended = run(simulation.ref, processes=0)
    whole = run(started(office).ref, processes=0)
    kept = Flip.objects.filter(simulation=ended)
    assert kept.count() == ended.result["kept"] == 5 < ended.result["flips"] == whole.result["flips"]
    lowest = Flip.objects.filter(simulation=whole).order_by("rank").values_list("rank", flat=True)[:5]
    assert sorted(kept.values_list("rank", flat=True)) == list(lowest)


# ── cancel and resume ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_cancelled_run_that_is_resumed_ends_as_one_that_never_stopped(office: Office, stop_after: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "BATCH", 50)
    past_of(office)
    whole = run(started(office).ref, processes=0)
    simulation = started(office)
    stop_after(6, simulation, office)
    stopped = run(simulation.ref, processes=0)
    assert stopped.stage == "cancelled" and 0 < stopped.done < ROWS and not stopped.result["whole"]
    assert stopped.result["decisions"] == stopped.done  # a part that was not ended counts for nothing
    resume_simulation(simulation.ref, office.ana)
    resumed = run(simulation.ref, processes=0)
    assert resumed.stage == "done" and resumed.done == ROWS
    assert counts_and_flips(resumed) == counts_and_flips(whole)


def test_a_run_whose_leader_died_goes_on_with_the_parts_that_are_left(office: Office) -> None:
    past_of(office)
    simulation = started(office)
    running._begin(simulation)
    assert running.run_part(simulation.pk, 0)
    assert SimulationPart.objects.filter(simulation=simulation, stage="done").count() == 1
    ended = run(simulation.ref, processes=0)
    assert (ended.stage, ended.done) == ("done", ROWS)
    assert counts_and_flips(ended)[0] == run(started(office).ref, processes=0).result


def test_a_part_that_two_hands_end_is_counted_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    past_of(office)
    simulation = started(office)
    running._begin(simulation)
    real = running.write_part

    def late(part: SimulationPart, *rest: Any) -> bool:
        first, second = real(part, *rest), real(part, *rest)
        assert first and not second
        return first

    monkeypatch.setattr(running, "write_part", late)
    ended = run(simulation.ref, processes=0)
    assert Flip.objects.filter(simulation=simulation).count() == ended.result["flips"]


def test_what_comes_later_stays_out_of_a_run_that_was_planned(office: Office) -> None:
    past_of(office, 300)
    simulation = started(office)
    running._begin(simulation)
    past_of_more = PastFacts.objects.first()
    assert past_of_more is not None
    past_of_more.pk, past_of_more.line = None, 5000
    past_of_more.save()
    assert run(simulation.ref, processes=0).result["decisions"] == 300


def test_a_fault_in_a_part_leaves_a_failed_run_that_can_be_resumed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    past_of(office, 300)
    simulation = started(office)
    PastFacts.objects.filter(pk=PastFacts.objects.order_by("-pk").values("pk")[:1]).update(facts="not JSON")
    broken = run(simulation.ref, processes=0)
    assert broken.stage == "failed" and broken.result["decisions"] < 300
    PastFacts.objects.filter(facts="not JSON").delete()
    resume_simulation(simulation.ref, office.olga)
    assert run(simulation.ref, processes=0).stage == "done"


def test_moves_that_do_not_fit_the_stage_are_refused(office: Office) -> None:
    past_of(office, 50)
    simulation = started(office)
    with pytest.raises(NoSuchMove):
        resume_simulation(simulation.ref, office.olga)
    cancel_simulation(simulation.ref, office.olga)
    with pytest.raises(NoSuchMove):
        cancel_simulation(simulation.ref, office.olga)
    assert run(simulation.ref, processes=0).stage == "cancelled"
    resume_simulation(simulation.ref, office.olga)
    run(simulation.ref, processes=0)
    for move in (cancel_simulation, resume_simulation):
        with pytest.raises(NoSuchMove):
            move(simulation.ref, office.olga)


# ── who, and what is refused ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_people_of_the_policy_simulate_and_only_the_office_sees_it(office: Office) -> None:
    simulation = started(office)
    assert start_simulation(office.ana, source="history", text=longer()).made_by_id == office.ana.user_id
    for stranger in (office.cast.anna, office.cast.bolt, office.cast.agent):
        with pytest.raises(NotYourMove):
            start_simulation(stranger, source="history", text=longer())
        with pytest.raises(NotFound):
            queries.simulation(simulation.ref, stranger)
        with pytest.raises(NotFound):
            cancel_simulation(simulation.ref, stranger)
        assert queries.simulations(stranger) == []
    assert [row.ref for row in queries.simulations(office.ana, draft=simulation.draft.ref)] == [simulation.ref]
    assert queries.simulation(simulation.ref, PLATFORM) == simulation


def test_a_draft_that_is_no_pack_is_refused_with_its_place_and_wrong_parameters_by_name(office: Office) -> None:
    with pytest.raises(PackRefused) as refused:
        start_simulation(office.olga, source="history", text=LAW.replace(SEVEN, 'no_reason = { length = "-7d"'))
    assert refused.value.problems[0].place.row == LAW[: LAW.index(SEVEN)].count("\n") + 1
    for source, params, field in (
        ("history", {"since": "2025-02-30"}, "since"), ("history", {"since": "2025-03-01", "until": "2025-02-01"}, "until"),
        ("year", {"cases": 0}, "cases"), ("year", {"cases": "many"}, "cases"), ("year", {"seed": -1}, "seed"), ("dream", {}, "source"),
    ):  # fmt: skip
        with pytest.raises(Unprocessable) as wrong:
            start_simulation(office.olga, source=source, text=longer(), params=params)
        assert list(wrong.value.fields) == [field]
    assert not Simulation.objects.exists()


def test_both_sides_stay_as_they_were_when_the_draft_is_rewritten_meanwhile(office: Office) -> None:
    past_of(office, 300)
    simulation = started(office)
    assert simulation.draft is not None
    save_draft(by=office.olga, ref=simulation.draft.ref, text=LAW)
    assert run(simulation.ref, processes=0).result["won"] > 0


def test_the_job_runs_it_once_its_transaction_has_committed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.run, "__kwdefaults__", {**(running.run.__kwdefaults__ or {}), "processes": 0})
    past_of(office, 100)
    with transaction.atomic():
        simulation = started(office)
    jobs.drain()
    simulation.refresh_from_db()
    assert (simulation.stage, simulation.result["decisions"]) == ("done", 100)


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_replays_a_file_prints_json_and_resumes_what_was_cancelled(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], stop_after: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "draft.toml"
    file.write_text(longer(), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("policy", "simulate", "--draft", str(file), "--year", "250", "--seed", "4", "--processes", "0", "--json")
    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0 and told["stage"] == "done" and told["result"]["decisions"] == 250 == told["total"]
    draft = save_draft(by=office.olga, text=longer(), name="A month").ref
    monkeypatch.setattr(running, "run_part", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(SystemExit) as stopped:
        call_command("policy", "simulate", "--draft", draft, "--year", "250", "--seed", "4", "--processes", "0")
    assert stopped.value.code == 130
    ref = Simulation.objects.get(draft__ref=draft).ref
    assert ref in capsys.readouterr().out
    monkeypatch.undo()
    with pytest.raises(SystemExit) as resumed:
        call_command("policy", "simulate", "--resume", ref, "--processes", "0", "--json")
    again = json.loads(capsys.readouterr().out)
    assert resumed.value.code == 0 and again["result"] == told["result"]


def test_the_command_names_a_draft_that_is_not_there(office: Office) -> None:
    with pytest.raises(NotFound):
        call_command("policy", "simulate", "--draft", new_ref("PD"))
    with pytest.raises(Unprocessable):
        call_command("policy", "simulate", "--draft", "nowhere.toml")


# ── processes of their own ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_processes_find_what_one_finds(committed_db: None) -> None:
    with fresh_shelf():
        office = the_office()
        alone = run(started(office, source="year", params={"cases": 800, "seed": 2}).ref, processes=0)
        heard: list[tuple[int, int]] = []
        shared = run(
            started(office, source="year", params={"cases": 800, "seed": 2}).ref, processes=2, heard=lambda *so_far: heard.append(so_far)
        )
    assert (shared.stage, shared.done) == ("done", 800) and heard[-1] == (800, 800)
    assert counts_and_flips(shared) == counts_and_flips(alone)


def test_whoever_comes_second_leaves_a_run_to_its_leader(committed_db: None) -> None:
    with fresh_shelf():
        office = the_office()
        simulation = started(office, source="year", params={"cases": 300, "seed": 2})
        with psycopg.connect(**_where(), autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", [running.LEADERS, simulation.pk])
            assert run(simulation.ref, processes=0).stage == "queued"
        assert run(simulation.ref, processes=0).stage == "done"


def _where() -> dict[str, Any]:
    known = connection.settings_dict
    return {"dbname": known["NAME"], "user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"], "port": known["PORT"]}


def test_instants_of_a_simulation_come_from_the_clock(office: Office) -> None:
    simulation = run(started(office, source="year", params={"cases": 10}).ref, processes=0)
    assert simulation.made_at == simulation.started_at == simulation.ended_at == clock.now() > datetime(2026, 1, 1, tzinfo=UTC)
