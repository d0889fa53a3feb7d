"""Simulations by API: started, read, cancelled, resumed, their flips by pages and one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amends.policy.simulation.running import run
from amends.policy.verbs import save_draft
from tests.api_client import Program, program
from tests.policy_at_hand import LAW, Office, fresh_shelf, the_office

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")
LONGER = LAW.replace('no_reason = { length = "7d"', 'no_reason = { length = "30d"')


@pytest.fixture
def office() -> Iterator[Office]:
    with fresh_shelf():
        yield the_office()


@pytest.fixture
def olga(office: Office) -> Program:
    return program(office.olga)


def body(office: Office, **more: object) -> dict[str, object]:
    draft = save_draft(by=office.olga, text=LONGER, name="A month")
    return {"draft": draft.ref, "source": "year", "cases": 600, "seed": 4} | more


def test_a_simulation_is_started_read_to_its_end_and_its_flips_opened(office: Office, olga: Program) -> None:
    begun = olga.post("/policy/simulations", body(office))
    assert begun.status_code == 201, begun.content
    ref = begun.json()["ref"]
    assert begun.json()["stage"] == "queued" and begun.json()["you_may"] == ["cancel"]
    run(ref, processes=0)
    told = olga.get(f"/policy/simulations/{ref}").json()
    assert told["stage"] == "done" and told["done"] == told["total"] == 600 == told["result"]["decisions"]
    page = olga.get(f"/policy/simulations/{ref}/flips", kind="won").json()
    assert len(page["items"]) == told["result"]["won"] > 0 and page["next"] is None
    first = page["items"][0]
    assert not first["before"]["granted"] and first["after"]["granted"] and first["issue"]["zh"] == "不想要了"
    whole = olga.get(f"/policy/simulations/{ref}/flips/{first['case']}/{first['line']}").json()
    assert whole["decision_before"] != whole["decision_after"] and whole["facts"]["issue"] == "no_reason"
    listed = olga.get("/policy/simulations", draft=told["draft"]).json()
    assert [one["ref"] for one in listed["items"]] == [ref]


def test_it_is_cancelled_and_resumed_and_a_move_that_does_not_fit_is_refused(office: Office, olga: Program) -> None:
    ref = olga.post("/policy/simulations", body(office)).json()["ref"]
    assert olga.post(f"/policy/simulations/{ref}/resumption").status_code == 409
    assert olga.post(f"/policy/simulations/{ref}/cancellation").json()["you_may"] == ["resume"]
    assert olga.post(f"/policy/simulations/{ref}/cancellation").status_code == 409
    assert olga.post(f"/policy/simulations/{ref}/resumption").json()["stage"] == "queued"


def test_flips_come_a_page_at_a_time_and_each_once(office: Office, olga: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amends.policy.simulation.queries.PAGE", 4)
    ref = olga.post("/policy/simulations", body(office)).json()["ref"]
    flips = run(ref, processes=0).result["flips"]
    seen, after = [], ""
    while True:
        page = olga.get(f"/policy/simulations/{ref}/flips", after=after).json()
        seen += [(one["case"], one["line"]) for one in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == flips > 4


def test_strangers_see_nothing_and_wrong_words_are_named(office: Office, olga: Program) -> None:
    ref = olga.post("/policy/simulations", body(office)).json()["ref"]
    for stranger in (program(office.cast.anna), program(office.cast.bolt)):
        assert stranger.get(f"/policy/simulations/{ref}").status_code == 404
        assert stranger.get(f"/policy/simulations/{ref}/flips").status_code == 404
        assert stranger.get("/policy/simulations").json()["items"] == []
        # The draft of somebody else does not exist for them; that they may not simulate at all is said first.
        assert stranger.post("/policy/simulations", body(office)).status_code == 403
    assert olga.get(f"/policy/simulations/{ref}/flips", group="colour").status_code == 422
    assert olga.get(f"/policy/simulations/{ref}/flips/AS-0000/1").status_code == 404
    assert list(olga.post("/policy/simulations", body(office, cases=0)).json()["fields"]) == ["cases"]
    assert list(olga.post("/policy/simulations", body(office, since="2026-02-30")).json()["fields"]) == ["since"]
