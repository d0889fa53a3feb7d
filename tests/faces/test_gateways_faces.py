"""The payment gateways on the office's page, in the API and on the command line: the same words and walls, and never a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from amends.kernel import clock
from amends.kernel.refusals import NotFound, NotYourMove
from amends.management.person import actor_named
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.plumbing.payments.choosing import gateway
from amends.plumbing.payments.port import GatewayUnreachable
from amends.plumbing.simulators.launch import Running
from amends.refunds import gateways
from amends.refunds.models import GatewayEvent
from tests.api_client import program
from tests.cast import person, the_cast
from tests.payments_fixture import simulator, wired

pytestmark = pytest.mark.usefixtures("db", "stepped_clock", "people")
PAGE = "/office/money/gateways/"
NAMES = ("AMENDS_STRIPE_KEY", "AMENDS_STRIPE_WEBHOOK_SECRET", "AMENDS_STRIPE_URL", "AMENDS_PAYMENTS_URL")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulator(tmp_path_factory.mktemp("gateways")) as one:
        yield one


@pytest.fixture
def at_stripe(running: Running, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    settings = wired(running, "stripe")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


@pytest.fixture
def people(db: None, stepped_clock: clock.Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    the_cast()
    person("sue", Role.SUPERVISOR)
    person("alan", Role.ANALYST)


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def failed_push(event: str = "evt_1") -> GatewayEvent:
    return GatewayEvent.objects.create(
        gateway="stripe", event=event, kind="other", told={"key": "RF-1"}, received_at=clock.now(), state="failed", outcome="ValueError"
    )


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    call_command("gateways", *words, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_how_each_gateway_stands_and_shows_no_secret(language: str, at_stripe: dict[str, str]) -> None:
    page = as_("sue", language).get(PAGE).content.decode()
    assert {"en": "Tried against the simulator only", "zh": "只对着模拟器试过"}[language] in page
    assert {"en": "not set up", "zh": "未设置"}[language] in page, "Alipay and WeChat have no settings here"
    assert "/api/v1/hooks/payments/stripe" in page and at_stripe["AMENDS_STRIPE_URL"] in page
    assert at_stripe["AMENDS_STRIPE_KEY"] not in page and at_stripe["AMENDS_STRIPE_WEBHOOK_SECRET"] not in page


def test_without_anything_no_gateway_pretends(people: None) -> None:
    page = as_("sue").get(PAGE).content.decode()
    assert page.count('class="push tag line"') == 4 and "Ask whether it answers" not in page
    with pytest.raises(GatewayUnreachable, match="AMENDS_STRIPE_KEY"):
        gateway("stripe")
    with pytest.raises(GatewayUnreachable, match="paypal"):
        gateway("paypal")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AMENDS_STRIPE_KEY", "pk_live_1", "begins with sk_"), ("AMENDS_STRIPE_WEBHOOK_SECRET", "abc", "begins with whsec_"),
        ("AMENDS_STRIPE_URL", "http://stripe.example.com", "https address"), ("AMENDS_STRIPE_KEY", "", "AMENDS_STRIPE_KEY"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_right_is_said_and_its_value_is_not(
    at_stripe: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    words = next(one for one in gateways.standings(actor_named("sue@example.com")) if one.name == "stripe").set_up.words.into("en")
    assert said in words and (not value or value not in words)


def test_a_secret_may_stand_in_a_file(at_stripe: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "key").write_text(at_stripe["AMENDS_STRIPE_KEY"] + "\n")
    monkeypatch.delenv("AMENDS_STRIPE_KEY")
    monkeypatch.setenv("AMENDS_STRIPE_KEY_FILE", str(tmp_path / "key"))
    assert gateways.probe("stripe", by=actor_named("sue@example.com")).answers
    monkeypatch.setenv("AMENDS_STRIPE_KEY_FILE", str(tmp_path / "none"))
    assert "cannot be read" in as_("sue").get(PAGE).content.decode()


def test_whether_a_gateway_answers_is_asked_without_changing_anything(at_stripe: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    sue = actor_named("sue@example.com")
    assert gateways.probe("stripe", by=sue).answers and gateways.probe("house", by=sue).answers
    told = as_("sue").post(f"{PAGE}stripe/probe/", {"idempotency_key": "p1"}, follow=True).content.decode()
    assert "It answers, and takes our keys" in told
    monkeypatch.setenv("AMENDS_STRIPE_KEY", "sk_test_wrong")
    assert "http_401" in gateways.probe("stripe", by=sue).words.into("en")
    assert not gateways.probe("alipay", by=sue).answers


def test_a_push_that_failed_is_worked_again_from_the_page(at_stripe: dict[str, str]) -> None:
    failed_push()
    sue = as_("sue")
    assert "Work it again" in sue.get(f"{PAGE}pushes/?state=failed").content.decode()
    told = sue.post(f"{PAGE}stripe/pushes/evt_1/again/", {"idempotency_key": "a1"}, follow=True).content.decode()
    assert "It will be worked once more" in told
    jobs.drain()
    assert GatewayEvent.objects.get().state == "ignored"
    GatewayEvent.objects.update(state="worked", outcome="chargeback open")
    for language, words in (("en", ("chargeback opened", "dispute open")), ("zh", ("银行拒付", "拒付处理中"))):
        GatewayEvent.objects.update(kind="chargeback.opened")
        assert all(word in as_("sue", language).get(f"{PAGE}pushes/").content.decode() for word in words), "in words, not by its code"
    assert "There are no such pushes" in sue.get(f"{PAGE}pushes/?state=failed").content.decode()
    assert sue.post(f"{PAGE}stripe/pushes/evt_1/again/", {"idempotency_key": "a2"}).status_code == 409
    assert sue.get(f"{PAGE}pushes/?state=odd").status_code == 422 and sue.get(f"{PAGE}pushes/?gateway=odd").status_code == 422


def test_programs_and_the_terminal_read_and_do_the_same(at_stripe: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    failed_push()
    sue = program(actor_named("sue@example.com"))
    rows = {row["name"]: row for row in sue.get("/gateways").json()["items"]}
    assert list(rows) == ["house", "stripe", "alipay", "wechat"]
    assert rows["stripe"]["ready"] and rows["stripe"]["offers"] == ["refund", "pay_link", "statement", "webhook"]
    assert rows["stripe"]["pushes"] == {"doubled": 0, "failed": 1} and "AMENDS_ALIPAY_APP_ID" in rows["alipay"]["missing"]
    assert [row["event"] for row in sue.get("/gateways/pushes", state="failed").json()["items"]] == ["evt_1"]
    listed = printed(capsys, "list", "--as", "sue@example.com")
    assert [(row["name"], row["ready"]) for row in listed] == [(name, row["ready"]) for name, row in rows.items()]
    assert at_stripe["AMENDS_STRIPE_KEY"] not in json.dumps([listed, rows])
    assert sue.post("/gateways/stripe/pushes/evt_1/again", {}).json()["state"] == "stored"
    assert [row["state"] for row in printed(capsys, "pushes", "--gateway", "stripe", "--as", "sue@example.com")] == ["stored"]
    assert (
        sue.post("/gateways/stripe/probe", {}).json()["answers"]
        and printed(capsys, "probe", "stripe", "--as", "sue@example.com")[0]["answers"]
    )
    call_command("gateways", "list", "--as", "sue@example.com")
    assert "stripe" in capsys.readouterr().out


def test_only_the_office_sees_them_and_only_keepers_act(at_stripe: dict[str, str]) -> None:
    failed_push()
    assert as_("bolt").get(PAGE).status_code == 404 and as_("alan").get(PAGE).status_code == 200
    assert "Ask whether it answers" not in as_("alan").get(PAGE).content.decode()
    assert as_("alan").post(f"{PAGE}stripe/probe/", {"idempotency_key": "p2"}).status_code == 403
    assert as_("alan").post(f"{PAGE}stripe/pushes/evt_1/again/", {"idempotency_key": "a3"}).status_code == 403
    bolt, alan = actor_named("bolt@example.com"), actor_named("alan@example.com")
    shop = program(bolt)
    assert shop.get("/gateways").status_code == 404 and shop.get("/gateways/pushes").status_code == 404
    with pytest.raises(NotFound):
        gateways.probe("stripe", by=bolt)
    with pytest.raises(NotYourMove):
        gateways.push_again("stripe", "evt_1", by=alan)
    with pytest.raises(NotFound):
        gateways.push_again("stripe", "evt_9", by=actor_named("sue@example.com"))
