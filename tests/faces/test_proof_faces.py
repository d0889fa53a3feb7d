"""Proof files in the three faces, by API and command, and the page where anybody checks one."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from amends.cases.models import Case
from amends.faces.proving import public
from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.people.rules import Actor
from amends.sealing.exporting import SCRIPT, make_file
from amends.sealing.models import ProofFile
from tests.api_client import programs
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.objects.get(pk=claims(an_order(cast.bolts, cast.annas), by=cast.anna).pk)


@pytest.fixture(autouse=True)
def nobody_asked() -> Iterator[None]:
    public.LIMIT.forget()
    yield
    public.LIMIT.forget()


def page_of(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


@pytest.mark.parametrize(("face", "who"), [("portal", "anna"), ("console", "bolt"), ("desk", "judge")])
@pytest.mark.parametrize(("language", "said"), [("en", "Make a proof file"), ("zh-hans", "生成举证包")])
def test_each_face_makes_a_file_and_fetches_it(cast: Cast, case: Case, face: str, who: str, language: str, said: str) -> None:
    client = page_of(getattr(cast, who), language)
    assert f"/{face}/cases/{case.ref}/seal" in client.get(f"/{face}/cases/{case.ref}").content.decode()
    assert said in client.get(f"/{face}/cases/{case.ref}/seal").content.decode()
    done = client.post(f"/{face}/cases/{case.ref}/proof-files", {"idempotency_key": uuid4().hex, "purpose": "own"}, follow=True)
    row = ProofFile.objects.get()
    assert done.redirect_chain == [(f"/{face}/cases/{case.ref}/seal", 303)] and row.ref in done.content.decode()
    answer = client.get(f"/{face}/proof-files/{row.ref}")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(content).hexdigest() == row.digest
    assert answer["Content-Disposition"] == f'attachment; filename="{row.ref}.zip"'
    assert answer["Cache-Control"] == "private, no-store"


def test_a_form_sent_twice_makes_one_file(cast: Cast, case: Case) -> None:
    client, form = page_of(cast.anna), {"idempotency_key": uuid4().hex, "purpose": "arbitration"}
    for _ in range(2):
        assert client.post(f"/portal/cases/{case.ref}/proof-files", form).status_code == 303
    assert ProofFile.objects.count() == 1


def test_a_side_is_not_offered_what_is_the_platforms_and_is_refused_it(cast: Cast, case: Case) -> None:
    assert 'value="audit"' not in page_of(cast.bolt).get(f"/console/cases/{case.ref}/seal").content.decode()
    assert 'value="audit"' in page_of(cast.judge).get(f"/desk/cases/{case.ref}/seal").content.decode()
    forged = page_of(cast.bolt).post(f"/console/cases/{case.ref}/proof-files", {"idempotency_key": "k", "purpose": "audit"})
    assert forged.status_code == 403
    unknown = page_of(cast.anna).post(f"/portal/cases/{case.ref}/proof-files", {"idempotency_key": "k", "purpose": "x"})
    assert unknown.status_code == 422 and not ProofFile.objects.exists()


def test_what_is_not_yours_does_not_exist_on_pages_and_by_api(cast: Cast, case: Case) -> None:
    mine = make_file(case.ref, "own", cast.anna)
    for actor, face in ((cast.berta, "portal"), (cast.rival, "console"), (cast.bolt, "console")):
        assert page_of(actor).get(f"/{face}/proof-files/{mine.ref}").status_code == 404
    for actor, face in ((cast.berta, "portal"), (cast.rival, "console")):
        assert page_of(actor).get(f"/{face}/cases/{case.ref}/seal").status_code == 404
    by = programs(cast)
    for name in ("berta", "rival"):
        assert by[name].get(f"/cases/{case.ref}/seal").status_code == 404
        assert by[name].post(f"/cases/{case.ref}/proof-files", {"purpose": "own"}).status_code == 404
        assert by[name].get(f"/proof-files/{mine.ref}").status_code == 404
    assert by["bolt"].get(f"/proof-files/{mine.ref}").status_code == 404


def test_a_program_makes_a_file_once_and_fetches_it(cast: Cast, case: Case) -> None:
    bolt = programs(cast)["bolt"]
    first = bolt.post(f"/cases/{case.ref}/proof-files", {"purpose": "arbitration"}, once="k")
    again = bolt.post(f"/cases/{case.ref}/proof-files", {"purpose": "arbitration"}, once="k")
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    told = bolt.get(f"/cases/{case.ref}/seal").json()
    assert (told["head"], told["entries"], [one["ref"] for one in told["files"]]) == (case.head, case.entries_count, [first.json()["ref"]])
    content = b"".join(bolt.get(first.json()["url"]).streaming_content)
    assert hashlib.sha256(content).hexdigest() == first.json()["sha256"]
    assert bolt.post(f"/cases/{case.ref}/proof-files", {"purpose": "audit"}).status_code == 403


# ── the page for anybody ─────────────────────────────────────────────────────────────────────────────────────────────────────

YES, NO = "Yes: it is what we keep", "No: the number is another one"


def asked(client: Client | None = None, **form: Any) -> tuple[int, str]:
    answer = (client or Client(headers={"accept-language": "en"})).post("/proofs/", form)
    return answer.status_code, answer.content.decode()


def test_anybody_checks_a_file_without_signing_in(cast: Cast, case: Case) -> None:
    row = make_file(case.ref, "own", cast.anna)
    content = b"".join(page_of(cast.anna).get(f"/portal/proof-files/{row.ref}").streaming_content)  # type: ignore[attr-defined]
    assert Client().get("/proofs/").status_code == 200
    assert YES in asked(number=row.ref, file=SimpleUploadedFile("a.zip", content))[1]
    assert NO in asked(number=row.ref, file=SimpleUploadedFile("a.zip", content + b"\0"))[1]
    assert NO in asked(number="PF-0000-0000-0000", file=SimpleUploadedFile("a.zip", content))[1]


def test_a_hash_is_in_a_timeline_or_it_is_not(cast: Cast, case: Case) -> None:
    assert YES in asked(number=case.ref, hash=case.head)[1]
    assert NO in asked(number=case.ref, hash="0" * 64)[1]
    assert NO in asked(number="AS-0000-0000-0000", hash=case.head)[1]


def test_it_shows_nothing_else(cast: Cast, case: Case) -> None:
    told = asked(number=case.ref, hash=case.head)[1]
    for secret in (case.head, str(case.title), case.merchant.name_en, case.consumer.name_en, case.order.ref):
        assert secret not in told


@pytest.mark.parametrize("form", [{}, {"number": "AS"}, {"number": "AS", "hash": "x"}, {"hash": "0" * 64}])
def test_what_says_too_little_is_told_so(db: None, form: dict[str, str]) -> None:
    status, told = asked(**form)
    assert status == 422 and "Give a number" in told


def test_whoever_asks_too_often_waits(cast: Cast, case: Case) -> None:
    statuses = [asked(number=case.ref, hash=case.head)[0] for _ in range(public.LIMIT.most + 1)]
    assert statuses == [200] * public.LIMIT.most + [429]
    answer = Client(REMOTE_ADDR="10.0.0.9").post("/proofs/", {"number": case.ref, "hash": case.head})
    assert answer.status_code == 200


class Unread(io.BytesIO):
    """What was sent, and whether anybody looked."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("it was read before it was refused")


@pytest.mark.parametrize(("length", "before", "status"), [(1 << 31, 0, 413), (100, public.LIMIT.most, 429)])
def test_what_is_too_much_is_refused_before_it_is_read(db: None, length: int, before: int, status: int) -> None:
    for _ in range(before):
        public.LIMIT.allows("127.0.0.1")
    sent: dict[str, Any] = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = Client().post("/proofs/", **sent)
    assert answer.status_code == status


def test_the_script_is_published_as_it_is_in_every_file(cast: Cast, case: Case) -> None:
    answer = Client().get("/proofs/verify.py")
    assert answer.content == SCRIPT.read_bytes()
    row = make_file(case.ref, "own", cast.anna)
    content = b"".join(page_of(cast.anna).get(f"/portal/proof-files/{row.ref}").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert zipped.read("verify.py") == answer.content
    assert hashlib.sha256(answer.content).hexdigest() in Client().get("/proofs/").content.decode()


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_makes_a_file_and_checks_it(cast: Cast, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.zip"
    call_command("proof", "make", case.ref, "--as", "bolt@example.com", "--purpose", "arbitration", "--to", str(path), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() and told["head"] == case.head
    call_command("proof", "verify", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["good"] is True
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SystemExit):
        call_command("proof", "verify", str(path))
    assert "不成立" in capsys.readouterr().out


def test_the_command_says_which_authority_there_is_and_that_there_is_none(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AMENDS_HOME", str(tmp_path))
    out = StringIO()
    call_command("proof", "authority", stdout=out)
    assert "AMENDS_TSA_URL" in out.getvalue()
    with pytest.raises(CommandError, match="AMENDS_TSA_URL"):
        call_command("proof", "stamp", case.ref)
    with pytest.raises(CommandError, match="no such case"):
        call_command("proof", "stamp", "AS-0000")
    with pytest.raises(CommandError):
        call_command("proof", "make", case.ref, "--as", "rival@example.com")
