"""Tasks and authorities' complaints on pages, as JSON and on the command line: one road by each face, and what each refuses."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.cases.models import Case
from amends.complaints import verbs as complaints
from amends.complaints.models import Complaint
from amends.people.models import User
from amends.people.rules import Role
from amends.tasks import verbs as tasks
from amends.tasks.departments import give_seat
from amends.tasks.models import Task
from tests.api_client import program
from tests.cast import Cast, an_order, claims, person, the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: object) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


def enters(email: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=email))
    return client


def posts(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_task_by_the_desks_pages_in_both_languages(cast: Cast, case: Case) -> None:
    person("lu", Role.AGENT)
    give_seat("lu@example.com", department="legal", by=person("sun", Role.SUPERVISOR))
    agent, lawyer = enters("agent@example.com"), enters("lu@example.com", "zh-hans")
    assert "Give a task" in body(agent.get(f"/desk/cases/{case.ref}"))
    answer = posts(agent, f"/desk/tasks/of/{case.ref}", department="legal", owner="lu@example.com", words="Does the clause hold?")
    assert answer.status_code == 303
    row = Task.objects.get()
    mine = body(lawyer.get("/desk/tasks"))
    assert "法务部门的任务" in mine and row.ref in mine, "my department is where I have a seat"
    assert row.ref not in body(lawyer.get("/desk/tasks?department=press")) and row.ref in body(lawyer.get("/desk/tasks?department=all"))
    one = body(lawyer.get(f"/desk/tasks/{row.ref}"))
    assert "Does the clause hold?" in one and "再转 2 次，自动交主管" in one
    posts(lawyer, f"/desk/tasks/{row.ref}/passing", department="quality", why="材质")
    assert "这次转交后，自动交主管" in body(lawyer.get(f"/desk/tasks/{row.ref}"))
    assert posts(agent, f"/desk/tasks/{row.ref}/answer", words="It does not.").status_code == 303
    assert "It does not." in body(agent.get(f"/desk/cases/{case.ref}"))
    for side, face in (("anna", "portal"), ("bolt", "console")):
        shown = body(enters(f"{side}@example.com").get(f"/{face}/cases/{case.ref}"))
        assert "It does not." not in shown and row.ref not in shown


def test_who_belongs_where_is_stated_by_a_supervisor_and_read_by_all(cast: Cast, case: Case) -> None:
    person("lu", Role.AGENT), person("sun", Role.SUPERVISOR)
    boss, agent, told = enters("sun@example.com"), enters("agent@example.com"), {"person": "lu@example.com", "department": "legal"}
    assert posts(boss, "/desk/departments/seats", **told, leads="on").status_code == 303
    shown = body(boss.get("/desk/departments"))
    assert "lu@example.com" in shown and "Leader" in shown and 'action="/desk/departments/seats/end"' in shown
    assert "lu@example.com" in body(agent.get("/desk/departments")) and "Supervisors say who" in body(agent.get("/desk/departments"))
    assert posts(agent, "/desk/departments/seats", **told).status_code == 403
    wrong = posts(boss, "/desk/departments/seats", person="anna@example.com", department="legal")
    assert wrong.status_code == 422 and "Nobody at the platform" in body(wrong)
    posts(agent, f"/desk/tasks/of/{case.ref}", department="legal", owner="", words="?")
    assert Task.objects.get().owner == User.objects.get(email="lu@example.com"), "whoever there has least to do"
    assert posts(boss, "/desk/departments/seats/end", **told).status_code == 303
    assert "Nobody is on record here" in body(boss.get("/desk/departments"))


def test_the_side_bar_counts_tasks_and_complaints_and_what_of_them_is_late(cast: Cast, case: Case) -> None:
    agent = enters("agent@example.com")

    def waiting() -> list[tuple[str, str]]:
        found = re.findall(r'href="/desk/(tasks|complaints)"[^>]*>(?:(?!</a>).)*?<span[^>]*>(.*?)</a>', body(agent.get("/desk/")), re.S)
        return [(what, re.sub(r"<.*?>|late:", "", counted).strip()) for what, counted in found]

    assert waiting() == [("tasks", "0"), ("complaints", "0")]
    rows = [tasks.give_task(case.ref, department="legal", words="?", by=cast.agent) for _ in range(2)]
    tasks.raise_task(rows[0].ref, by=cast.agent)
    for number in "123":
        complaint = complaints.file_complaint(case.ref, authority="12315", number=number, words="?", by=cast.agent)
    complaints.raise_complaint(complaint.ref, by=cast.agent)
    assert waiting() == [("tasks", "1/2"), ("complaints", "1/3")]


def test_a_refused_task_keeps_what_was_typed_and_says_where(cast: Cast, case: Case) -> None:
    agent = enters("agent@example.com")
    answer = posts(agent, f"/desk/tasks/of/{case.ref}", department="legal", owner="", words="")
    assert answer.status_code == 422 and 'aria-invalid="true"' in body(answer)
    row = tasks.give_task(case.ref, department="legal", words="?", by=cast.agent)
    answer = posts(agent, f"/desk/tasks/{row.ref}/passing", department="legal", why="kept words")
    assert answer.status_code == 422 and "kept words" in body(answer) and "It is there already" in body(answer)
    assert enters("anna@example.com").get(f"/desk/tasks/{row.ref}").status_code == 404


def test_a_raised_task_offers_an_agent_nothing_but_to_withdraw_it(cast: Cast, case: Case) -> None:
    person("sun", Role.SUPERVISOR)
    row = tasks.raise_task(tasks.give_task(case.ref, department="legal", words="?", by=cast.agent).ref, by=cast.agent)
    at = f"/desk/tasks/{row.ref}"
    assert f"{at}/answer" not in body(enters("agent@example.com").get(at))
    assert posts(enters("agent@example.com"), f"{at}/answer", words="x").status_code == 403
    assert f"{at}/answer" in body(enters("sun@example.com").get(at))
    assert posts(enters("sun@example.com"), f"{at}/owner", owner="agent@example.com").status_code == 303
    assert f"{at}/answer" in body(enters("agent@example.com").get(at))


def test_a_complaint_by_the_desks_pages_with_its_file(cast: Cast, case: Case, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    agent, at = enters("agent@example.com"), f"/desk/complaints/of/{case.ref}"
    told = {"authority": "12315", "number": "HZ-1", "words": "Why no refund?", "answer_by": "2026-03-11T12:00"}
    assert posts(agent, at, **told).status_code == 303
    row = Complaint.objects.get()
    assert row.answer_by is not None and row.answer_by.isoformat() == "2026-03-11T04:00:00+00:00", "the desk's clock is Beijing's"
    again = posts(agent, at, **told)
    assert again.status_code == 409 and row.ref in body(again)
    wrong = posts(agent, at, **{**told, "number": "HZ-2", "received_at": "tomorrow"})
    assert wrong.status_code == 422 and "HZ-2" in body(wrong) and "Give day and time" in body(wrong)
    one = f"/desk/complaints/{row.ref}"
    assert posts(agent, f"{one}/answer", words="All is in the file.").status_code == 303
    assert posts(agent, f"{one}/file").status_code == 303
    assert "/desk/proof-files/PF-" in body(agent.get(one))
    assert posts(agent, f"{one}/settlement", words="99 CNY are paid back.").status_code == 303
    shown = body(enters("agent@example.com", "zh-hans").get(one))
    assert "调解达成一致" in shown and "99 CNY are paid back." in shown
    assert "HZ-1" in body(agent.get("/desk/complaints?q=hz-1")) and "HZ-1" not in body(agent.get("/desk/complaints"))
    for side, face in (("anna", "portal"), ("bolt", "console")):
        assert "HZ-1" not in body(enters(f"{side}@example.com").get(f"/{face}/cases/{case.ref}"))


def test_acceptance_and_testing_are_noted_on_the_page_and_move_the_end(cast: Cast, case: Case) -> None:
    agent = enters("agent@example.com")
    row = complaints.file_complaint(case.ref, authority="12315", number="HZ-3", words="?", by=cast.agent)
    one = f"/desk/complaints/{row.ref}"
    assert "7 working days, CN-CMP-01" in body(agent.get(one))
    assert posts(agent, f"{one}/acceptance", accepted_at="2026-03-09T10:00").status_code == 303
    assert posts(agent, f"{one}/testing", began_at="2026-03-09T12:00", days="10").status_code == 303
    shown = body(agent.get(one))
    assert "CN-CMP-01" not in shown and "10 days" in shown and "60 days from its acceptance" in shown
    when = "2026-03-09T12:00"
    for noun, told in (("testing", {"began_at": "", "days": "3"}), ("testing", {"began_at": when, "days": "some"}), ("acceptance", {})):
        assert posts(agent, f"{one}/{noun}", **told).status_code == 422


def test_the_office_reads_complaints_of_all_shops(cast: Cast, case: Case) -> None:
    person("ada", Role.ANALYST)
    complaints.file_complaint(case.ref, authority="12315", number="HZ-1", words="?", by=cast.agent)
    shown = body(enters("ada@example.com").get("/office/complaints/"))
    assert "HZ-1" in shown and case.ref in shown and '<form method="post" action="/desk' not in shown
    assert enters("bolt@example.com").get("/office/complaints/").status_code == 404


def test_both_by_the_api(cast: Cast, case: Case) -> None:
    agent, anna = program(cast.agent), program(cast.anna)
    made = agent.post(f"/cases/{case.ref}/tasks", {"department": "finance", "words": "Was it paid?"})
    assert made.status_code == 201 and made.json()["due_at"] and made.json()["department_name"]["zh"] == "财务"
    at = f"/tasks/{made.json()['ref']}"
    for _ in range(2):
        passed = agent.post(f"{at}/passing", {"department": "legal" if _ else "press"}).json()
    assert (passed["stage"], passed["passes"], passed["passed"][0]["from_department"]) == ("raised", 2, "finance")
    assert agent.post(f"{at}/answer", {"words": "x"}).json()["code"] == "supervisors_only"
    assert [row["ref"] for row in agent.get("/tasks", state="raised").json()["items"]] == [made.json()["ref"]]
    assert anna.get("/tasks").json()["items"] == [] and anna.get(at).status_code == 404
    person("sun", Role.SUPERVISOR)
    sun_leads = {"person": "sun@example.com", "department": "legal", "leads": True}
    seated = program(person("sue", Role.SUPERVISOR)).post("/departments/seats", sun_leads)
    assert seated.status_code == 201 and seated.json()["people"] == [{"name": "Sun", "email": "sun@example.com", "leads": True}]
    assert (seated.json()["open"], seated.json()["with_supervisor"]) == (1, 1)
    assert agent.post("/departments/seats/end", {"person": "sun@example.com", "department": "legal"}).status_code == 403
    assert [one["department"] for one in agent.get("/departments").json()["items"]] == ["quality", "logistics", "legal", "finance", "press"]
    assert anna.get("/departments").json()["items"] == []
    told = {"authority": "12315", "number": "1", "words": "?", "accepted_at": "2026-03-09T02:00:00Z"}
    complaint = agent.post(f"/cases/{case.ref}/complaints", told).json()
    answered = agent.post(f"/complaints/{complaint['ref']}/answer", {"words": "So it was."}).json()
    assert (answered["stage"], answered["due_at"]) == ("answered", "2026-05-08T16:00:00Z")
    moved = agent.post(f"/complaints/{complaint['ref']}/testing", {"began_at": "2026-03-09T04:00:00Z", "days": 3}).json()
    assert (moved["due_at"], moved["testing_days"], moved["mediation_ends"]) == ("2026-05-11T16:00:00Z", 3, "2026-05-11T16:00:00Z")
    later = agent.post(f"/complaints/{complaint['ref']}/acceptance", {"accepted_at": "2026-03-10T01:00:00Z"}).json()
    assert later["due_at"] > moved["due_at"]
    again = agent.post(f"/cases/{case.ref}/complaints", told)
    assert (again.status_code, again.json()["code"]) == (409, "number_known")
    assert anna.post(f"/complaints/{complaint['ref']}/answer", {"words": "x"}).status_code == 404


def test_both_by_command(cast: Cast, case: Case, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    me = ("--as", "agent@example.com", "--json")

    def run(*words: str) -> dict[str, Any]:
        call_command(*words, *me)
        return dict(json.loads(capsys.readouterr().out.splitlines()[0]))

    row = run("tasks", "give", case.ref, "--department", "legal", "--words", "?")
    assert run("tasks", "list", "--department", "legal")["ref"] == row["ref"]
    assert run("tasks", "own", row["ref"])["owner"] == "agent@example.com"
    assert run("tasks", "pass", row["ref"], "--department", "press")["passes"] == 1
    assert run("tasks", "answer", row["ref"], "--words", "So.")["stage"] == "answered"
    person("sun", Role.SUPERVISOR)
    call_command("tasks", "seat", "agent@example.com", "--department", "legal", "--leads", "--as", "sun@example.com")
    capsys.readouterr()
    assert run("tasks", "departments")["department"] == "quality"
    call_command("tasks", "unseat", "agent@example.com", "--department", "legal", "--as", "sun@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["ended_at"]
    made = run("complaints", "add", case.ref, "--authority", "12315", "--number", "1", "--words", "?",
               "--answer-by", "2026-03-11T12:00:00+08:00")  # fmt: skip
    assert made["due_at"] == "2026-03-11 04:00:00+00:00"
    assert run("complaints", "file", made["ref"])["file"].startswith("PF-")
    assert run("complaints", "answer", made["ref"], "--words", "So.")["stage"] == "answered"
    assert run("complaints", "accepted", made["ref"], "--accepted-at", "2026-03-09T12:00:00+08:00")["accepted_at"]
    assert run("complaints", "testing", made["ref"], "--began-at", "2026-03-09T12:00:00+08:00", "--days", "4")["testing_days"] == 4
    assert run("complaints", "end", made["ref"], "--words", "No agreement.")["stage"] == "unsettled"
    with pytest.raises(CommandError, match="is on file already"):
        call_command("complaints", "add", case.ref, "--authority", "12315", "--number", "1", "--words", "?", *me)
