"""Drafts by API and on the command line: the same verbs, with their refusals as problems and as exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.kernel.clock import Stepped
from amends.kernel.refusals import Unprocessable
from amends.people.models import User
from amends.policy.queries import forget_shelf
from amends.policy.rules.stack import SHIPPED
from tests.api_client import Program, program
from tests.policy_at_hand import LAW, Office, fresh_shelf, law, promise, the_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(stepped_clock: Stepped) -> Iterator[Office]:
    with fresh_shelf():
        yield the_office()


PAUSE = (
    '{ name = { zh = "停", en = "Halt" }, limits = ["merchant_answers"], first = 9999-12-01, last = 9999-12-31, source = "J2", tag = "S", '
    'clause = "allowed" }'
)


@pytest.fixture
def olga(office: Office) -> Program:
    return program(office.olga)


def written(by: Program, text: str) -> str:
    answer = by.post("/policy/drafts", {"text": text, "name": "A day to answer"})
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["ref"])


def test_the_whole_road_by_api(office: Office, olga: Program) -> None:
    omar, anna = program(office.omar), program(office.cast.anna)
    ref = written(olga, law(answers="48"))
    wrong = olga.post(f"/policy/drafts/{ref}/check").json()
    assert wrong["stage"] == "draft" and wrong["problems"][0]["row"] > 1 and wrong["problems"][0]["text"]["zh"]
    whole = olga.get(f"/policy/drafts/{ref}").json()
    assert whole["text"] == law(answers="48") and whole["you_may"] == ["save", "check", "withdraw"]
    assert olga.post(f"/policy/drafts/{ref}/text", {"text": law(), "edits": whole["edits"]}).status_code == 201
    assert olga.post(f"/policy/drafts/{ref}/text", {"text": "x", "edits": whole["edits"]}).json()["code"] == "draft_changed"
    assert olga.post(f"/policy/drafts/{ref}/check").json()["stage"] == "checked"
    own = olga.post(f"/policy/drafts/{ref}/signature")
    assert (own.status_code, own.json()["code"]) == (403, "own_work")
    assert omar.post(f"/policy/drafts/{ref}/signature").json()["signed_by"] == "Omar"
    published = olga.post(f"/policy/drafts/{ref}/publication").json()
    assert (published["stage"], published["version"]) == ("published", "cn@2026-04")
    assert anna.post(f"/policy/drafts/{ref}/comments", {"words": "Good."}).status_code == 201
    said = anna.get(f"/policy/drafts/{ref}/comments").json()
    assert said["open"] and [(one["party"], one["words"]) for one in said["items"]] == [("consumer", "Good.")]
    forget_shelf()
    assert [one["version"] for one in anna.get("/policy/versions", pack_id="cn").json()["items"]] == ["2026-04", "2026-02"]
    assert anna.get("/policy/versions/cn/2026-04").json()["text"] == law()
    assert anna.get("/policy/versions/cn/2026-02").json()["text"] == LAW
    assert olga.post(f"/policy/drafts/{ref}/withdrawal").json()["stage"] == "withdrawn"


def test_a_shop_works_on_its_own_drafts_and_finds_no_others(office: Office, olga: Program) -> None:
    bolt, rival = program(office.cast.bolt), program(office.cast.rival)
    mine, platforms = written(bolt, promise()), written(olga, law())
    assert [one["ref"] for one in bolt.get("/policy/drafts").json()["items"]] == [mine]
    assert rival.get("/policy/drafts").json()["items"] == []
    for by, ref in ((rival, mine), (rival, platforms), (bolt, platforms), (program(office.cast.anna), mine)):
        assert by.get(f"/policy/drafts/{ref}").status_code == 404
        for act in ("check", "signature", "publication", "withdrawal"):
            assert by.post(f"/policy/drafts/{ref}/{act}").status_code == 404
        assert by.post(f"/policy/drafts/{ref}/text", {"text": "x"}).status_code == 404
        assert by.post(f"/policy/drafts/{ref}/comments", {"words": "x"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 1},
        {"text": "a\0b", "name": "x"},
        {"text": "", "name": "x"},
        {"text": "x", "stage": "signed"},
        {"text": "x", "signed_by": 1},
    ],
)
def test_what_cannot_be_taken_is_named(olga: Program, body: dict[str, Any]) -> None:
    answer = olga.post("/policy/drafts", body)
    assert answer.status_code == 422
    assert answer.json()["fields"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x = 0x" + "f" * 3900, "x"),
        (law() + f"\n[pauses]\nrows = [{PAUSE}]\n", "pauses.rows.0.first"),
    ],
    ids=["digits", "the end of the calendar"],
)
def test_a_draft_that_would_break_a_reader_or_a_clock_is_kept_and_told_where(olga: Program, text: str, cell: str) -> None:
    told = olga.post(f"/policy/drafts/{written(olga, text)}/check").json()
    assert told["stage"] == "draft"
    assert told["problems"][0]["cell"] == cell and told["problems"][0]["row"] >= 1 and told["problems"][0]["text"]["zh"]


def test_a_list_of_drafts_costs_the_same_at_any_length(office: Office, olga: Program) -> None:
    written(olga, law())
    olga.get("/policy/drafts")
    with CaptureQueriesContext(connection) as few:
        olga.get("/policy/drafts")
    for _ in range(5):
        written(olga, law())
    with CaptureQueriesContext(connection) as many:
        assert len(olga.get("/policy/drafts").json()["items"]) == 6
    assert len(many) == len(few)


# ── the command line ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def policy(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    call_command("policy", *words)
    return capsys.readouterr().out


def test_the_whole_road_by_command(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    olga, omar = (User.objects.get(pk=who.user_id).email for who in (office.olga, office.omar))
    file = tmp_path / "cn.toml"
    file.write_text(law(), encoding="utf-8")
    draft = json.loads(policy(capsys, "drafts", "--as", olga, "--save", str(file), "--name", "A day", "--json"))
    ref = draft["ref"]
    assert "mend" in policy(capsys, "check", ref, "--as", olga)
    policy(capsys, "sign", ref, "--as", omar)
    assert "cn@2026-04" in policy(capsys, "publish", ref, "--as", olga)
    forget_shelf()
    listed = policy(capsys, "versions", "cn")
    assert listed.index("cn@2026-04") < listed.index("cn@2026-02")
    assert policy(capsys, "versions", "--text", "cn@2026-04") == law()
    assert policy(capsys, "drafts", ref, "--as", olga, "--text") == law()


def test_a_file_is_checked_as_it_lies_there(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "mend" in policy(capsys, "check", str(SHIPPED / "cn" / "2026-02.toml"))
    broken = tmp_path / "broken.toml"
    broken.write_text(law(answers="48"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        policy(capsys, "check", str(broken))
    assert ended.value.code == 1
    assert f"{broken}:" in capsys.readouterr().out


def test_all_packs_are_checked_and_a_broken_file_is_named(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "cn@2026-02" in policy(capsys, "check")
    (tmp_path / "mine.toml").write_text("id = 1\n", encoding="utf-8")
    monkeypatch.setenv("AMENDS_PACKS", str(tmp_path))
    forget_shelf()
    with pytest.raises(SystemExit):
        policy(capsys, "check")
    assert "mine.toml" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_refused_in_words(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "pack.toml"
    picture.write_bytes(b"\xff\xd8\xff")
    for file in (picture, tmp_path / "nothing.toml"):
        with pytest.raises(Unprocessable) as no:
            policy(capsys, "check", str(file))
        assert file.name in str(no.value.text)
    picture.write_text("a = " + "[" * 500, encoding="utf-8")
    with pytest.raises(SystemExit):
        policy(capsys, "check", str(picture))
    assert "nested" in capsys.readouterr().out
