"""Reconciliation and bank transfers on pages, for programs and from the terminal: the same verbs, the same walls, both languages."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.grants import owe_sum
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.kernel.refusals import Unprocessable
from amends.liability.models import DepositMove
from amends.people.models import User
from amends.people.rules import PLATFORM, ROLES, Actor, Role
from amends.plumbing import jobs
from amends.reconciliation.models import Difference, Statement
from amends.reconciliation.verbs.comparing import compare_statement
from amends.reconciliation.verbs.taking import take_file
from amends.refunds.bank.batches import make_batch
from amends.refunds.intents import intend_for
from amends.refunds.models import BankBatch, GatewayEvent, Refund
from amends.refunds.payees import give_payee
from tests.api_client import Program, program
from tests.cast import Cast, an_order, claims, person, the_cast

pytestmark = pytest.mark.django_db
HEADER = "kind,provider_ref,key,payment_ref,tender,amount,currency,state,reason,at\n"
ROOT = "/office/money"


@pytest.fixture
def cast(stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    monkeypatch.delenv("AMENDS_PAYMENTS_URL", raising=False)
    cast = the_cast()
    for name, role in (("sue", Role.SUPERVISOR), ("ada", Role.ADMIN), ("lee", Role.ANALYST)):
        person(name, role)
    yield cast


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def bill(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


def a_bill(reason: str = "") -> bytes:
    return bill(f"refund,P-{new_ref('RF')},K1,,,5,CNY,paid,{reason},{clock.now().isoformat()}")


def differing(cast: Cast) -> Difference:
    sue = person(f"s{new_ref('US')[-4:].lower()}", Role.SUPERVISOR)
    compare_statement(take_file("house", name="a.csv", content=a_bill(), by=sue, compare=False).statement, by=sue)
    return Difference.objects.order_by("-pk")[0]


def sent(content: bytes, name: str = "bill.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/csv")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_there_in_both_languages(cast: Cast, language: str) -> None:
    row, client = differing(cast), as_("lee", language)
    statement = Statement.objects.get()
    pages = [
        "reconciliation/",
        f"reconciliation/{row.ref}/",
        "statements/",
        f"statements/{statement.ref}/",
        "bank/",
        "reconciliation/?state=all",
    ]
    for page in pages:
        answer = client.get(f"{ROOT}/{page}")
        assert answer.status_code == 200, page
        body = answer.content.decode()
        assert ("对账" if language == "zh" else "Reconciliation") in body
    listed = client.get(f"{ROOT}/reconciliation/").content.decode()
    assert row.key in listed
    assert ("我方没有" if language == "zh" else "missing here") in listed


def test_the_list_costs_the_same_for_many(cast: Cast) -> None:
    client = as_("sue")
    differing(cast)
    with CaptureQueriesContext(connection) as few:
        client.get(f"{ROOT}/reconciliation/")
    for _ in range(5):
        differing(cast)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{ROOT}/reconciliation/")
    assert len(many) <= len(few) + 1
    assert len(many) < 35


def test_a_file_goes_in_by_the_page_once_and_what_is_wrong_is_said_beside_it(cast: Cast) -> None:
    client, content = as_("sue"), a_bill()
    form = {"gateway": "house", "idempotency_key": "k1"}
    answer = client.post(f"{ROOT}/statements/", {**form, "file": sent(content)}, follow=True)
    assert answer.status_code == 200
    assert "Lines taken: 1" in answer.content.decode()
    jobs.drain()
    assert Difference.objects.count() == 1
    again = client.post(f"{ROOT}/statements/", {**form, "file": sent(content), "idempotency_key": "k2"})
    assert (again.status_code, "was taken before" in again.content.decode()) == (409, True)
    wrong = client.post(
        f"{ROOT}/statements/", {"gateway": "", "idempotency_key": "k3", "file": sent(bill("refund,,K,,,x,CNY,paid,,never"))}
    )
    assert wrong.status_code == 422
    assert "provider_ref" in wrong.content.decode() or "gateway" in wrong.content.decode()
    unknown = client.post(
        f"{ROOT}/statements/", {"gateway": "house", "idempotency_key": "k4", "mapping": "[columns", "file": sent(content)}
    )
    assert (unknown.status_code, "The mapping cannot be read" in unknown.content.decode()) == (422, True)
    assert "[columns" in unknown.content.decode(), "what was typed is kept"
    assert client.post(f"{ROOT}/statements/", {"idempotency_key": "k5"}).status_code == 422


def test_forms_about_money_name_their_whole_address() -> None:
    """A page that comes back with a refusal stands at the address of the act: what is relative there leads nowhere."""
    folder = Path(settings.BASE_DIR) / "templates" / "office" / "money"
    found = {page.name: re.findall(r'action="([a-z][^"]*)"', page.read_text()) for page in folder.glob("*.html")}
    assert found
    assert {name: relative for name, relative in found.items() if relative} == {}


def test_a_difference_is_taken_on_given_away_and_closed_on_its_page(cast: Cast) -> None:
    row, client = differing(cast), as_("ada")
    at = f"{ROOT}/reconciliation/{row.ref}/"
    assert client.post(f"{at}owner/", {"idempotency_key": "a"}).status_code == 303
    row.refresh_from_db()
    assert row.owner is not None and row.owner.email == "ada@example.com"
    assert client.post(f"{at}owner/", {"idempotency_key": "b", "owner": "sue@example.com"}).status_code == 303
    refused = client.post(f"{at}explanation/", {"idempotency_key": "c", "resolution": "theirs", "why": " "})
    assert (refused.status_code, "Say why" in refused.content.decode()) == (422, True)
    assert f'action="{at}explanation/"' in refused.content.decode(), "the page of a refusal stands at another address"
    assert client.post(f"{at}explanation/", {"idempotency_key": "d", "resolution": "theirs", "why": "taken <b>back</b>"}).status_code == 303
    page = client.get(at).content.decode()
    assert "taken &lt;b&gt;back&lt;/b&gt;" in page
    assert "explanation/" not in page


def test_a_cell_that_a_table_program_would_run_is_harmless_in_exports(cast: Cast) -> None:
    sue = person("suzy", Role.SUPERVISOR)
    evil = bill(f'refund,=HYPERLINK("http://x"),"=cmd|\' /c calc\'!A1",,,5,CNY,paid,@SUM(1),{clock.now().isoformat()}')
    taken = take_file("house", name="=evil.csv", content=evil, by=sue, compare=False)
    compare_statement(taken.statement, by=sue)
    for address in (f"{ROOT}/reconciliation.csv", f"{ROOT}/statements/{taken.statement.ref}/lines.csv"):
        text = b"".join(as_("sue").get(address).streaming_content).decode()  # type: ignore[attr-defined]
        cells = [cell.strip('"') for line in text.lstrip("\ufeff").splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        assert "'=HYPERLINK" in text
    back = take_file("bank", name="back.csv", content=b"".join(as_("sue").get(address).streaming_content), by=sue)  # type: ignore[attr-defined]
    assert back.fresh == 1, "an export is read back without a mapping"


def test_nobody_else_finds_any_of_it_and_readers_only_read(cast: Cast) -> None:
    row = differing(cast)
    for page in ("reconciliation/", f"reconciliation/{row.ref}/", "reconciliation.csv", "statements/", "bank/"):
        for name in ("anna", "bolt", "judge", "agent"):
            assert as_(name).get(f"{ROOT}/{page}").status_code == 404, (page, name)
    lee = as_("lee")
    assert lee.post(f"{ROOT}/reconciliation/{row.ref}/owner/", {"idempotency_key": "x"}).status_code == 403
    assert lee.post(f"{ROOT}/bank/batches/", {"idempotency_key": "x"}).status_code == 403
    assert lee.post(f"{ROOT}/statements/", {"idempotency_key": "x", "gateway": "house", "file": sent(a_bill())}).status_code == 403


def keyed(name: str) -> Program:
    user = User.objects.get(email=f"{name}@example.com")
    role = Role(user.memberships.get().role)
    return program(Actor(ROLES[role].party, user.pk, None, None, frozenset({role}), user.name))


def uploaded(who: Program, path: str, content: bytes, once: str, **form: Any) -> Any:
    headers = who.headers | {"Idempotency-Key": once}
    return who.client.post(f"/api/v1{path}", {"file": sent(content), **form}, headers=headers)


def test_a_program_does_all_of_it(cast: Cast) -> None:
    sue, content = keyed("sue"), a_bill()
    taken = uploaded(sue, "/reconciliation/statements", content, "f1", gateway="house")
    assert (taken.status_code, taken.json()["fresh"]) == (201, 1)
    repeated = uploaded(sue, "/reconciliation/statements", content, "f1", gateway="house")
    assert (repeated.status_code, repeated["Idempotent-Replayed"]) == (201, "true")
    again = uploaded(sue, "/reconciliation/statements", content, "f2", gateway="house")
    assert (again.status_code, again.json()["code"]) == (409, "taken_before")
    wrong = uploaded(sue, "/reconciliation/statements", bill("refund,,K,,,1,CNY,paid,,2026-03-09"), "f3", gateway="house")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["row_2"])
    jobs.drain()
    (one,) = sue.get("/reconciliation/differences").json()["items"]
    assert (one["kind"], one["ours"], one["theirs"]) == ("missing_here", None, {"amount_minor": 500, "currency": "CNY"})
    path = f"/reconciliation/differences/{one['ref']}"
    assert len(sue.get(path).json()["lines"]) == 1
    assert sue.post(f"{path}/owner", {"owner": "ada@example.com"}).json()["owner"] == "Ada"
    closed = sue.post(f"{path}/explanation", {"resolution": "accepted", "why": "a trial"})
    assert (closed.status_code, closed.json()["resolution"]) == (201, "accepted")
    assert sue.post(f"{path}/explanation", {"resolution": "accepted", "why": "again"}).status_code == 409
    assert sue.get("/reconciliation/differences", state="closed").json()["items"][0]["why"] == "a trial"
    assert len(sue.get("/reconciliation/trend").json()["days"]) == 30
    assert sue.get("/reconciliation/runs").json()["items"][0]["missing_here"] == 1
    ref = taken.json()["ref"]
    assert sue.get(f"/reconciliation/statements/{ref}/lines").json()["items"][0]["amount"]["amount_minor"] == 500
    asked = sue.post("/reconciliation/runs", {"gateway": "house", "day": "2026-03-09"})
    assert asked.status_code == 201
    assert sue.post("/reconciliation/runs", {"gateway": "house", "day": "2026-03-10"}).json()["code"] == "day_not_over"
    assert sue.post("/reconciliation/runs", {"gateway": "cash", "day": "2026-03-09"}).status_code == 422
    jobs.drain()
    assert sue.get("/reconciliation/runs").json()["items"][0]["failed"], "no gateway is set up here, and the run says so"
    assert sue.get("/bank/waiting").json() == {"items": []}
    assert sue.post("/bank/batches", {}).json()["code"] == "nothing_to_pay"
    assert sue.post("/bank/batches", {"currency": "cny"}).status_code == 422
    bolt = program(cast.bolt)
    for address in ("/reconciliation/differences", path, "/reconciliation/statements", "/bank/batches", "/bank/waiting"):
        assert bolt.get(address).status_code == 404


def test_a_bank_file_is_only_given_out_once_it_is_released(cast: Cast) -> None:
    sue = User.objects.get(email="sue@example.com")
    made = BankBatch.objects.create(ref=new_ref("BB"), currency="CNY", total_minor=0, count=0, digest="", made_by=sue, made_at=clock.now())
    assert as_("ada").get(f"{ROOT}/bank/{made.ref}/").status_code == 200
    assert as_("ada").post(f"{ROOT}/bank/{made.ref}/file/").status_code == 409
    assert as_("sue").post(f"{ROOT}/bank/{made.ref}/release/", {"idempotency_key": "r"}).status_code == 403
    assert "somebody else has to release it" in as_("sue").get(f"{ROOT}/bank/{made.ref}/").content.decode()
    assert keyed("ada").post(f"/bank/batches/{made.ref}/file", {}).json()["code"] == "not_released"
    assert as_("ada").get(f"/api/v1/bank/batches/{made.ref}/file").status_code == 405, (
        "who had it is written down, and a GET writes nothing"
    )


def told(*words: str) -> Any:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_terminal_speaks_the_same(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "bill.csv"
    file.write_bytes(a_bill())
    sue = ("--as", "sue@example.com")
    assert told("reconcile", "take", str(file), "--dry-run", *sue)["lines"] == 1
    assert told("reconcile", "take", str(file), "--gateway", "house", *sue)["run_missing_here"] == 1
    (row,) = told("reconcile", "differences", *sue)
    assert told("reconcile", "show", row["ref"], *sue)["lines"]
    assert told("reconcile", "own", row["ref"], *sue)["owner"] == "Sue"
    assert told("reconcile", "explain", row["ref"], "--resolution", "theirs", "--why", "put right", *sue)["resolution"] == "theirs"
    assert told("reconcile", "export", str(tmp_path / "d.csv"), "--state", "all", *sue)["rows"] == 1
    since = (clock.now() - timedelta(days=2)).date().isoformat()
    assert told("reconcile", "compare", "--gateway", "house", "--since", since, *sue)["missing_here"] == 0
    assert len(told("reconcile", "trend", *sue)) == 30
    assert told("reconcile", "statements", *sue)[0]["lines_count"] == 1
    assert len(told("reconcile", "runs", *sue)) == 2
    assert told("bank", "waiting", *sue) == []
    assert told("bank", "list", *sue) == []
    out = io.StringIO()
    call_command("reconcile", "show", row["ref"], *sue, stdout=out)
    assert re.search(r"^theirs +5\.00$", out.getvalue(), re.MULTILINE) and "_minor" not in out.getvalue(), "people read no minor units"
    for words in (("reconcile", "take", "nowhere.csv"), ("reconcile", "export"), ("reconcile", "compare"), ("bank", "confirm", "BB-1")):
        with pytest.raises(Unprocessable) as refused:
            call_command(*words, *sue)
        assert all(refused.value.text.both().values())


def beside(client: Client, path: str) -> str:
    """The number beside this entry of the office's side bar, with a mark where something is late."""
    page = client.get("/office/money/rules/").content.decode()
    entry = re.search(rf'<a href="{re.escape(path)}"[^>]*>.*?</a>', page, re.DOTALL)
    number = re.search(r'<span( class="hot")?>(\d+)</span></a>$', entry[0]) if entry else None
    return f"{number[2]}{'!' if number[1] else ''}" if number else ""


def test_the_side_bar_says_what_waits_about_money(cast: Cast, stepped_clock: clock.Stepped) -> None:
    sue = as_("sue")
    rooms = {name: f"{ROOT}/{name}/" for name in ("reconciliation", "bank", "gateways", "deposits", "ledger")}
    assert [beside(sue, path) for path in rooms.values()] == [""] * 5
    row = differing(cast)
    assert beside(sue, rooms["reconciliation"]) == "1"
    stepped_clock.until(row.due_at)
    assert beside(sue, rooms["reconciliation"]) == "1!"
    made = {"currency": "CNY", "total_minor": 1, "count": 1, "digest": "0" * 64, "made_by": User.objects.get(email="sue@example.com")}
    for number in range(2):
        BankBatch.objects.create(ref=new_ref("BB"), made_at=clock.now(), **made)
        GatewayEvent.objects.create(gateway="house", event=f"e{number}", told={}, received_at=clock.now(), state="failed")
    GatewayEvent.objects.create(gateway="house", event="fine", told={}, received_at=clock.now(), state="worked")
    DepositMove.objects.create(
        merchant=cast.bolts, ref=new_ref("DM"), kind="deduct", amount_minor=5, currency="CNY", reason="penalty", state="contested",
        made_at=clock.now(), notice_until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    assert [beside(sue, path) for path in rooms.values()] == ["1!", "2", "2", "1", ""]
    with CaptureQueriesContext(connection) as asked:
        sue.get("/office/money/rules/")
    assert sum("reconciliation_difference" in one["sql"] for one in asked.captured_queries) == 1


def test_a_difference_that_is_late_stands_among_the_desks_alarms(cast: Cast, stepped_clock: clock.Stepped) -> None:
    row = differing(cast)
    assert row.ref not in as_("sue").get("/desk/?view=alarms").content.decode()
    stepped_clock.until(row.due_at)
    page = as_("sue").get("/desk/?view=alarms").content.decode()
    assert f"{ROOT}/reconciliation/{row.ref}/" in page and "Explaining a difference (" in page
    assert row.ref not in as_("judge").get("/desk/?view=alarms").content.decode()


@pytest.mark.parametrize(("gateway", "day"), [
    ("house", "soon"), ("house", "2999-01-01"), ("nobody", "2026-03-01"), ("house", "9999-12-31"), ("house", "0001-01-01"),
])  # fmt: skip
def test_a_day_that_cannot_be_asked_for_keeps_what_was_chosen(cast: Cast, gateway: str, day: str) -> None:
    answer = as_("sue").post(f"{ROOT}/statements/asked/", {"gateway": gateway, "day": day, "idempotency_key": "d"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "idempotency key" not in page
    assert 'id="id_day"' in page and (f'value="{day}"' in page) is (day != "soon")
    assert ('<option value="house" selected>' in page) is (gateway == "house")
    assert keyed("sue").post("/reconciliation/runs", {"gateway": gateway, "day": day}).status_code == 422
    assert not jobs.waiting("reconcile_day", "gateway", [gateway])


def test_statements_and_differences_in_coupons_have_their_pages(cast: Cast) -> None:
    sue = person("sid", Role.SUPERVISOR)
    at = clock.now().isoformat()
    content = bill(f"capture,C1,,,T-NOBODY,9.00,CNY.coupon,captured,,{at}", f"refund,P1,K1,,,3.00,CNY.coupon,paid,,{at}")
    statement = take_file("house", name="a.csv", content=content, by=sue, compare=False).statement
    compare_statement(statement, by=sue)
    row = Difference.objects.get(provider_ref="P1")
    for language, words in (("en", "¥3.00 in coupons"), ("zh", "¥3.00 优惠券")):
        for page in (f"statements/{statement.ref}/", f"reconciliation/{row.ref}/", "reconciliation/"):
            answer = as_("lee", language).get(f"{ROOT}/{page}")
            assert answer.status_code == 200 and words in answer.content.decode(), page


def test_whose_account_money_goes_to_is_shown_to_those_who_handle_it(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna, issue="no_reason", remedy="return_refund")
    refund = goodwill(case.pk)
    give_payee(case.ref, way="bank", by=cast.anna, consents=True, name="Anna", number="6222020012345678", bank="ICBC")
    for name, shown in (("sue", True), ("lee", False)):
        assert bool(keyed(name).get("/bank/waiting").json()["items"][0]["account"]) is shown
        assert ("5678" in as_(name).get(f"{ROOT}/bank/").content.decode()) is shown
    made = make_batch(by=person("sid", Role.SUPERVISOR)).batch
    for name, shown in (("sue", True), ("lee", False)):
        (row,) = keyed(name).get(f"/bank/batches/{made.ref}").json()["rows"]
        assert (row["refund"], bool(row["account"])) == (refund.ref, shown)
        assert ("5678" in as_(name).get(f"{ROOT}/bank/{made.ref}/").content.decode()) is shown


@an_act
def goodwill(case_id: int) -> Refund:
    """Five yuan that the platform gives, by whatever account she names."""
    case = take_case_of(case_id)
    grant = owe_sum(case, amount_minor=500, currency="CNY", remedy="goodwill", basis="sorry", borne_by="platform", by=PLATFORM)
    return intend_for(grant, PLATFORM)[0]
