"""Webhooks on the pages of console and office, in the API and on the command line: the same verbs, the same words, the same walls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from amends.kernel.refusals import NotFound
from amends.management.person import actor_named
from amends.notices.webhooks import queries, verbs
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing import jobs
from tests.api_client import program, programs
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.receivers import Receiver, receiver

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("AMENDS_WEBHOOKS_PRIVATE", "1")
    with receiver() as found:
        yield found


@pytest.fixture
def cast() -> Cast:
    cast = the_cast()
    person("sue", Role.SUPERVISOR)
    person("alan", Role.ANALYST)
    return cast


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def posted(client: Client, address: str, **form: Any) -> Any:
    return client.post(address, {"idempotency_key": f"{address}{form}", **form}, follow=True)


def test_a_merchant_adds_tests_pauses_and_removes_on_the_page(cast: Cast, shop: Receiver) -> None:
    bolt = as_("bolt")
    added = posted(bolt, "/console/webhooks/new", url=shop.url, label="ERP", events="case.*, refund.pay")
    endpoint = Endpoint.objects.get()
    home = f"/console/webhooks/{endpoint.ref}"
    assert added.redirect_chain[-1][0] == home and "Give its signing secret to your program" in added.content.decode()
    assert endpoint.events[0]["types"] == ["case.*", "refund.pay"] and "whsec_" not in added.content.decode()
    secret = bolt.get(f"{home}/secret")
    assert queries.secret(endpoint.ref, cast.bolt) in secret.content.decode() and secret["Cache-Control"] == "no-store"
    assert "hx-trigger" in posted(bolt, f"{home}/tests").content.decode(), "the page looks again by itself while it goes out"
    jobs.drain()
    page = bolt.get(home).content.decode()
    assert "Test event" in page and "delivered" in page and "hx-trigger" not in page.split('id="deliveries"')[1].split(">")[0]
    assert "Resume" in posted(bolt, f"{home}/pause").content.decode()
    posted(bolt, f"{home}/resumption")
    posted(bolt, f"{home}/secret-rotation")
    assert "The old secret signs too until" in bolt.get(home).content.decode()
    posted(bolt, f"{home}/changes", url=shop.url, label="Cash desk", events="*")
    assert "Cash desk" in bolt.get("/console/webhooks").content.decode()
    posted(bolt, f"{home}/removal")
    assert bolt.get(home).status_code == 404 and "no endpoint yet" in bolt.get("/console/webhooks").content.decode()


def test_what_cannot_be_is_said_at_its_field_and_kept_as_typed(cast: Cast) -> None:
    for language, said in (("en", "The address begins with https://"), ("zh-hans", "网址要以 https:// 开头")):
        page = posted(as_("bolt", language), "/console/webhooks/new", url="http://shop.example.com/h", events="case.fly", label="ERP")
        told = page.content.decode()
        assert page.status_code == 422 and said in told and "case.fly" in told and 'value="ERP"' in told
    assert not Endpoint.objects.exists()
    back = as_("bolt").get("/console/webhooks/new", follow=True)
    assert (back.status_code, back.redirect_chain[-1][0]) == (200, "/console/webhooks")


def test_a_delivery_shows_its_body_and_its_attempts_and_goes_again(cast: Cast, shop: Receiver) -> None:
    endpoint = verbs.add(url=shop.url, by=cast.bolt)
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    row, bolt = Delivery.objects.order_by("number")[0], as_("bolt", "zh-hans")
    address = f"/console/webhooks/{endpoint.ref}/deliveries/{row.ref}"
    page = bolt.get(address).content.decode()
    assert case.ref in page and "&quot;type&quot;: &quot;case.apply&quot;" in page and "再发一次" in page
    posted(bolt, f"{address}/replay")
    jobs.drain()
    assert shop.heard[-1].id == row.ref and Delivery.objects.get(pk=row.pk).replays == 1
    since = posted(bolt, f"/console/webhooks/{endpoint.ref}/replays", since="2026-03-10T00:00").content.decode()
    assert "条事件会按顺序再发一次" in since
    assert posted(bolt, f"/console/webhooks/{endpoint.ref}/replays", since="soon").status_code == 422


def test_the_office_sees_every_shop_and_goes_on_for_it_but_never_its_secret(cast: Cast, shop: Receiver) -> None:
    endpoint = verbs.add(url=shop.url, by=cast.bolt)
    Endpoint.objects.update(state="alarmed", why="silent")
    sue, home = as_("sue"), f"/office/webhooks/{endpoint.ref}/"
    assert "Bolt Hardware" in sue.get("/office/webhooks/").content.decode()
    page = sue.get(home).content.decode()
    assert "Not answering, held back" in page and "secret" not in page.lower()
    posted(sue, f"{home}resumption/")
    assert Endpoint.objects.get().state == "on"
    assert as_("alan").get("/office/webhooks/").status_code == 403 and as_("alan").get(home).status_code == 404


def test_rival_finds_nothing_of_it(cast: Cast, shop: Receiver) -> None:
    endpoint = verbs.add(url=shop.url, by=cast.bolt)
    row, rival = verbs.send_test(endpoint.ref, by=cast.bolt), as_("rival")
    home = f"/console/webhooks/{endpoint.ref}"
    assert shop.url not in rival.get("/console/webhooks").content.decode()
    for address in (home, f"{home}/secret", f"{home}/deliveries/{row.ref}"):
        assert rival.get(address).status_code == 404
    for noun in ("changes", "pause", "resumption", "removal", "secret-rotation", "tests", "replays", f"deliveries/{row.ref}/replay"):
        form = {"url": shop.url, "events": "*", "since": "2026-03-10T00:00"}
        assert posted(rival, f"{home}/{noun}", **form).status_code == 404, noun


def test_a_program_does_all_of_it(cast: Cast, shop: Receiver) -> None:
    by = programs(cast)
    bolt = by["bolt"]
    made = bolt.post("/webhooks", {"url": shop.url, "events": ["*.apply"]}, once="add")
    assert made.status_code == 201 and made.content == bolt.post("/webhooks", {"url": shop.url, "events": ["*.apply"]}, once="add").content
    ref = made.json()["ref"]
    secret = bolt.get(f"/webhooks/{ref}/secret").json()["secret"]
    assert secret not in made.content.decode() and bolt.get(f"/webhooks/{ref}").json()["events"] == ["*.apply"]
    claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    jobs.drain()
    sent = bolt.get(f"/webhooks/{ref}/deliveries", state="delivered").json()["items"]
    whole = bolt.get(f"/webhooks/{ref}/deliveries/{sent[0]['ref']}").json()
    assert json.loads(whole["body"]) == shop.heard[0].verified_with(secret) and whole["log"][0]["status"] == 204
    assert bolt.post(f"/webhooks/{ref}/replays", {"since": "2026-03-10T00:00:00Z"}).json() == {"replayed": 1}
    assert bolt.post(f"/webhooks/{ref}/pause").json()["state"] == "paused" and bolt.post(f"/webhooks/{ref}/pause").status_code == 409
    assert by["anna"].post("/webhooks", {"url": shop.url}).status_code == 403
    refused = bolt.post("/webhooks", {"url": "ftp://shop.example.com"})
    assert refused.status_code == 422 and set(refused.json()["fields"]) == {"url"}
    assert any("refund.pay" in life["types"] for life in bolt.get("/webhooks/events").json()["items"])
    sue = program(actor_named("sue@example.com"))
    assert sue.get("/webhooks").json()["items"][0]["ref"] == ref and sue.get(f"/webhooks/{ref}/secret").status_code == 404
    assert sue.post(f"/webhooks/{ref}/removal").status_code == 403


def test_the_command_line_does_the_same(cast: Cast, shop: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> Any:
        call_command("webhooks", *words, "--as", "bolt@example.com", "--json")
        return json.loads(capsys.readouterr().out)

    ref = said("add", "--url", shop.url, "--event", "case.*", "--label", "ERP")["ref"]
    assert said("secret", ref)["secret"] == queries.secret(ref, cast.bolt)
    test = said("test", ref)
    jobs.drain()
    assert said("deliveries", ref)[0]["ref"] == test["ref"] and said("show", ref)["state"] == "on"
    assert said("pause", ref)["state"] == "paused" and said("resume", ref)["state"] == "on"
    assert said("replay", ref, "--since", "2026-03-10T00:00:00Z")["replayed"] == 0
    assert said("change", ref, "--event", "*")["events"] == ["*"] and said("rotate", ref)["old_secret_until"]
    assert [one["ref"] for one in said("list")] == [ref] and said("remove", ref)["state"] == "ended"
    with pytest.raises(NotFound):
        said("show", ref)


@pytest.mark.parametrize("address", ["/console/webhooks", "/office/webhooks/"])
def test_a_list_costs_the_same_for_one_as_for_many(cast: Cast, shop: Receiver, address: str, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        verbs.add(url=f"{shop.url}/{number}", by=cast.bolt)
    client = as_("bolt" if "console" in address else "sue")
    client.get(address)
    with django_assert_max_num_queries(14):
        client.get(address)
