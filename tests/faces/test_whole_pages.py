"""The pages, API and commands of a case as a whole, and of incidents at the desk."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.cases.models import Case, CaseLink, Deadline, Extension, Likeness
from amends.cases.verbs import answering
from amends.incidents.models import Incident
from amends.kernel import clock
from amends.people.models import User
from amends.people.rules import Actor
from amends.plumbing import jobs
from tests.api_client import program
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def page_of(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def sent(**fields: object) -> dict[str, object]:
    return {"idempotency_key": uuid4().hex, **fields}


def due(case: Case) -> object:
    return Deadline.objects.get(case_id=case.pk, limit="merchant_answers", ended_at__isnull=True).due_at


@pytest.mark.parametrize(("language", "words"), [("en", "Ask for more time"), ("zh", "请求多一些时间")])
def test_more_time_is_asked_on_the_console_and_agreed_to_in_the_portal(cast: Cast, language: str, words: str) -> None:
    case, bolt, anna = claims(an_order(cast.bolts, cast.annas), by=cast.anna), page_of(cast.bolt, language), page_of(cast.anna, language)
    at, was = f"/console/cases/{case.ref}/whole", due(case)
    assert at in bolt.get(f"/console/cases/{case.ref}").content.decode()
    assert words in bolt.get(at).content.decode()
    wrong = bolt.post(f"{at}/extension", sent(limit="merchant_answers", hours="x", words="counting"))
    assert wrong.status_code == 422
    assert "counting" in wrong.content.decode()
    assert bolt.post(f"{at}/extension", sent(limit="merchant_answers", hours="24", words="the shelf is counted")).status_code == 303
    row = Extension.objects.get()
    shown = anna.get(f"/portal/cases/{case.ref}/whole").content.decode()
    assert "the shelf is counted" in shown
    assert f"/portal/extensions/{row.ref}/consent" in shown
    assert anna.get(f"/portal/cases/{case.ref}").status_code == 200
    assert bolt.post(f"/console/extensions/{row.ref}/consent", sent()).status_code == 403
    assert anna.post(f"/portal/extensions/{row.ref}/consent", sent()).status_code == 303
    assert due(case) == was + timedelta(hours=24)  # type: ignore[operator]
    assert anna.get(f"/portal/cases/{case.ref}/whole").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_closed_case_is_taken_up_again_in_the_portal(cast: Cast, language: str) -> None:
    case, anna = claims(an_order(cast.bolts, cast.annas), by=cast.anna), page_of(cast.anna, language)
    answering.withdraw(case.ref, by=cast.anna)
    at = f"/portal/cases/{case.ref}/whole"
    assert f"{at}/reopening" in anna.get(at).content.decode()
    assert anna.post(f"{at}/reopening", sent(words="", remedy="return_refund")).status_code == 422
    answer = anna.post(f"{at}/reopening", sent(words="it broke", remedy="return_refund"))
    fresh = Case.objects.get(follows=case)
    assert answer.headers["Location"] == f"/portal/cases/{fresh.ref}"
    assert case.ref in anna.get(f"/portal/cases/{fresh.ref}/whole").content.decode()
    assert anna.post(f"{at}/reopening", sent(words="again", remedy="return_refund")).status_code == 409
    assert page_of(cast.berta).get(at).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_desk_splits_merges_undoes_links_and_decides_hints(cast: Cast, language: str) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))
    first, second = (claims(order, by=cast.anna) for _ in range(2))
    jobs.drain()
    desk, bolt = page_of(cast.agent, language), page_of(cast.bolt, language)
    at = f"/desk/cases/{second.ref}/whole"
    assert f"{at}/hint" in desk.get(at).content.decode()
    assert 'value="merge"' not in bolt.get(f"/console/cases/{second.ref}/whole").content.decode()
    assert desk.post(f"{at}/merger", sent(into="AS-0000-0000-0000")).status_code == 422
    answer = desk.post(f"{at}/hint", sent(other=first.ref, action="merge"))
    assert answer.headers["Location"] == f"/desk/cases/{first.ref}"
    shown = desk.get(at).content.decode()
    assert f"{at}/undoing" in shown
    assert first.ref in shown
    for page in (f"/portal/cases/{second.ref}", f"/portal/cases/{second.ref}/whole"):
        assert page_of(cast.anna, language).get(page).status_code == 200
    assert desk.get(f"/desk/cases/{second.ref}").status_code == 200
    whole = f"/desk/cases/{first.ref}/whole"
    assert desk.post(f"{whole}/splitting", sent(n_1="0", words="x")).status_code == 422
    assert desk.post(f"{at}/undoing", sent()).status_code == 303
    assert Likeness.objects.get().state == "merged"
    two = claims(order, by=cast.anna)
    assert desk.post(f"/desk/cases/{two.ref}/whole/merger", sent(into=first.ref)).status_code == 303
    split = desk.post(f"{whole}/splitting", sent(n_1="1", words="another model"))
    part = Case.objects.get(follows=first)
    assert split.headers["Location"] == f"/desk/cases/{part.ref}"
    assert bolt.post(f"/console/cases/{part.ref}/whole/link", sent(other=second.ref, kind="related")).status_code == 303
    assert bolt.post(f"/console/cases/{part.ref}/whole/unlinking", sent(other=second.ref, kind="related")).status_code == 303
    assert CaseLink.objects.get(kind="related").ended_at is not None
    assert bolt.post(f"/console/cases/{part.ref}/whole/splitting", sent(n_1="1", words="x")).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_incident_is_opened_filled_told_and_closed_at_the_desk(cast: Cast, language: str) -> None:
    case, desk = claims(an_order(cast.bolts, cast.annas), by=cast.anna), page_of(cast.agent, language)
    assert desk.get("/desk/incidents").status_code == 200
    assert desk.post("/desk/incidents/new", sent(cause="batch", title_zh="灯", title_en="")).status_code == 422
    assert desk.post("/desk/incidents/new", sent(cause="batch", title_zh="灯闪", title_en="Lamps flicker")).status_code == 303
    row = Incident.objects.get()
    at = f"/desk/incidents/{row.ref}"
    assert f"{at}/found" in desk.get(f"{at}?issue=no_reason").content.decode()
    assert desk.post(f"{at}/found", sent(issue="no_reason", days="30")).status_code == 303
    assert case.ref in desk.get(at).content.decode()
    assert desk.post(f"{at}/news", sent(words_zh="正在查明。", words_en="")).status_code == 422
    assert desk.post(f"{at}/news", sent(words_zh="正在查明。", words_en="Being looked into.")).status_code == 303
    told = page_of(cast.anna, language).get(f"/portal/cases/{case.ref}/whole").content.decode()
    assert ("Being looked into." if language == "en" else "正在查明。") in told
    assert desk.post(f"{at}/letting-off", sent(case=case.ref)).status_code == 303
    assert desk.post(f"{at}/cases", sent(case=case.ref)).status_code == 303
    end = {"outcome": "recalled", "words_zh": "已召回。", "words_en": "Recalled."}
    assert desk.post(f"{at}/end", sent(**end)).status_code == 303
    assert desk.get("/desk/incidents?state=closed").content.decode().count(row.ref) >= 1
    assert page_of(cast.bolt).get("/desk/incidents").status_code in (403, 404)


def test_programs_do_the_same(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))
    first, second = (claims(order, by=cast.anna) for _ in range(2))
    jobs.drain()
    anna, bolt, agent = (program(actor) for actor in (cast.anna, cast.bolt, cast.agent))
    asked = bolt.post(f"/cases/{second.ref}/extensions", {"limit": "merchant_answers", "hours": 12, "words": "please"})
    assert asked.status_code == 201
    assert anna.post(f"/extensions/{asked.json()['ref']}/consent", {}).json()["stage"] == "granted"
    assert [one["ref"] for one in agent.get(f"/cases/{second.ref}/whole").json()["alike"]] == [first.ref]
    assert anna.get(f"/cases/{second.ref}/whole").json()["alike"] == []
    assert bolt.post(f"/cases/{second.ref}/merger", {"into": first.ref}).status_code == 403
    merged = agent.post(f"/cases/{second.ref}/merger", {"into": first.ref, "words": "one matter"})
    assert (merged.status_code, merged.json()["ref"], merged.json()["units"]) == (201, first.ref, 2)
    assert anna.get(f"/cases/{second.ref}/whole").json()["carrier"] == first.ref
    assert agent.post(f"/cases/{second.ref}/merger-undoing", {}).json()["units"] == 1
    assert agent.post(f"/cases/{second.ref}/hint", {"other": first.ref, "action": "dismiss"}).json()["alike"][0]["state"] == "dismissed"
    linked = agent.post(f"/cases/{second.ref}/links", {"other": first.ref}).json()["links"]
    assert ("related", first.ref) in {(one["kind"], one["ref"]) for one in linked}
    assert agent.post(f"/cases/{second.ref}/unlinking", {"other": first.ref}).status_code == 201
    answering.withdraw(second.ref, by=cast.anna)
    fresh = anna.post(f"/cases/{second.ref}/reopening", {"words": "again"})
    assert (fresh.status_code, fresh.json()["follows"]) == (201, second.ref)
    assert agent.post(f"/cases/{first.ref}/splitting", {"parts": [{"position": 1, "quantity": 1}], "words": "x"}).status_code == 409
    row = agent.post("/incidents", {"cause": "batch", "title_zh": "灯", "title_en": "Lamps"}).json()
    assert agent.post(f"/incidents/{row['ref']}/found", {"issue": "no_reason"}).json()["touched"] == 2
    assert agent.post(f"/incidents/{row['ref']}/news", {"words_zh": "查", "words_en": "Looking"}).json()["touched"] == 2
    assert anna.get(f"/cases/{first.ref}/whole").json()["incidents"][0]["words"]["en"] == "Looking"
    assert agent.post(f"/incidents/{row['ref']}/letting-off", {"case": first.ref}).status_code == 201
    assert agent.post(f"/incidents/{row['ref']}/cases", {"case": first.ref}).json()["touched"] == 1
    end = {"outcome": "done", "words_zh": "完", "words_en": "Done"}
    assert agent.post(f"/incidents/{row['ref']}/end", end).json()["state"] == "closed"
    assert len(agent.get("/incidents").json()["items"]) == 1
    assert agent.get(f"/incidents/{row['ref']}").json()["outcome"] == "done"
    for stranger in (anna, bolt):
        assert stranger.get("/incidents").status_code == 404


def test_commands_do_the_same(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9000,))
    first, second = (claims(order, by=cast.anna) for _ in range(2))
    jobs.drain()

    def run(*words: str, who: str = "agent") -> list[dict[str, object]]:
        capsys.readouterr()
        call_command(*words, "--as", f"{who}@example.com", "--json")
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    asked = run("cases", "ask-time", second.ref, "--limit", "merchant_answers", "--hours", "6", "--words", "please", who="bolt")[0]
    assert run("cases", "agree-time", str(asked["ref"]), who="anna")[0]["stage"] == "granted"
    assert run("cases", "hints", second.ref)[0]["ref"] == first.ref
    assert run("cases", "merge", second.ref, "--into", first.ref)[0]["units"] == 2
    assert run("cases", "unmerge", second.ref)[0]["units"] == 1
    assert run("cases", "decide", second.ref, "--other", first.ref, "--action", "link")[0]["state"] == "linked"
    assert {one["kind"] for one in run("cases", "links", second.ref)} == {"duplicate", "merged_into"}
    answering.withdraw(second.ref, by=cast.anna)
    assert run("cases", "reopen", second.ref, "--words", "again", who="anna")[0]["stage"] == "triage"
    with pytest.raises(CommandError):
        run("cases", "split", first.ref, "--part", "one", "--words", "x")
    row = run("incidents", "open", "--cause", "batch", "--title-zh", "灯", "--title-en", "Lamps")[0]
    assert run("incidents", "find", str(row["ref"]), "--issue", "no_reason")[0]["touched"] == 2
    assert run("incidents", "tell", str(row["ref"]), "--words-zh", "查", "--words-en", "Looking")[0]["touched"] == 2
    assert run("incidents", "let-off", str(row["ref"]), "--case", first.ref)
    assert run("incidents", "close", str(row["ref"]), "--outcome", "done", "--words-zh", "完", "--words-en", "Done")[0]["state"] == "closed"
    assert run("incidents", "list")[0]["ref"] == row["ref"]
