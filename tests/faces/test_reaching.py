"""How people are told, on pages: the lists, the settings in three faces, stopping news from a mail's foot, the service worker."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Contact, Message, Notice, Recipient
from amends.notices.unsubscribing import unsubscribe_path
from amends.people.models import User
from amends.people.rules import Role
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.verbs.test_contacts import BROWSER, KEYS, PHONE, the_code

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")
FACES = [("portal", "anna"), ("console", "bolt"), ("desk", "judge")]
LISTS = {"portal": "/portal/notices/", "console": "/console/notices", "desk": "/desk/notices"}
EVERYTHING = {
    "act": ["mail", "push", "wechat", "sms"], "remind": ["push", "wechat", "sms", "mail"], "result": ["mail", "push", "wechat"],
    "news": ["push", "wechat", "mail"], "start": "22:00", "end": "08:00", "zone": "Asia/Shanghai", "quiet": "on",
}  # fmt: skip


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setenv("AMENDS_SMS_URL", "twilio://sid:token@127.0.0.1:9/?from=%2B15005550006")
    monkeypatch.setenv("AMENDS_SMTP_URL", "smtp://127.0.0.1:9?from=a@example.com")
    monkeypatch.setenv("AMENDS_VAPID_SUBJECT", "mailto:a@example.com")
    return the_cast()


def enters(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def post(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


def user_of(name: str) -> int:
    return User.objects.get(email=f"{name}@example.com").pk


@pytest.mark.parametrize(("face", "name"), FACES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_settings_are_the_same_in_every_face(cast: Cast, face: str, name: str, language: str) -> None:
    page = enters(name, language).get(f"/{face}/settings/").content.decode()
    assert ("For you to act" if language == "en" else "等你处理") in page and f"{name}@example.com" in page
    assert ("WeChat is not set up here yet." if language == "en" else "微信还没有接通。") in page
    # Three channels are set up: four kinds of notices that may be chosen, hazards, and the night.
    assert page.count('type="checkbox"') == 3 + 3 + 3 + 2 + 2 + 1 and page.count('type="hidden" name="act"') == (0 if face == "desk" else 1)


@pytest.mark.parametrize(("face", "name"), FACES)
def test_choices_are_kept(cast: Cast, face: str, name: str) -> None:
    client = enters(name)
    answer = post(client, f"/{face}/settings/preferences", **{**EVERYTHING, "news": [], "start": "23:00"})
    assert (answer.status_code, answer["Location"]) == (303, f"/{face}/settings/")
    kept = Recipient.objects.get(pk=user_of(name))
    assert kept.choices.get("news", []) == [] and kept.quiet_from is not None and kept.quiet_from.hour == 23
    assert "Saved." in client.get(f"/{face}/settings/").content.decode()


def test_what_may_not_be_silenced_is_said_beside_it_and_nothing_typed_is_lost(cast: Cast) -> None:
    client = enters("anna")
    answer = post(client, "/portal/settings/preferences", **{**EVERYTHING, "act": ["sms"], "result": [], "start": "21:15"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="act_wrong"' in page and 'id="result_wrong"' in page and 'value="21:15"' in page
    assert not Recipient.objects.filter(choices__has_key="act").exists()
    assert post(client, "/portal/settings/preferences", **{**EVERYTHING, "start": "late"}).status_code == 422


def test_a_number_is_added_and_proved_on_the_page(cast: Cast) -> None:
    client = enters("anna", "zh-CN")
    assert post(client, "/portal/settings/contacts", channel="sms", address="138 1234 5678").status_code == 303
    row = Contact.objects.get()
    assert "+86 138 1234 5678" in client.get("/portal/settings/").content.decode()
    wrong = post(client, f"/portal/settings/contacts/{row.pk}/confirmation", code="wrong")
    assert wrong.status_code == 422 and "还可以试 4 次" in wrong.content.decode()
    row.refresh_from_db()
    assert row.code_tries == 1  # the refusal undid nothing of that
    again = post(client, f"/portal/settings/contacts/{row.pk}/code")
    assert again.status_code == 409 and "秒后再要" in again.content.decode()
    assert post(client, f"/portal/settings/contacts/{row.pk}/confirmation", code=the_code(row)).status_code == 303
    assert "已确认" in client.get("/portal/settings/").content.decode()
    assert post(client, f"/portal/settings/contacts/{row.pk}/end").status_code == 303
    assert "138 1234" not in client.get("/portal/settings/").content.decode()


@pytest.mark.parametrize(
    ("channel", "address"), [("sms", "123"), ("wechat", "oABCDEFGHIJKLMNOPQRSTUVWX"), ("", ""), ("mail", "anna@example.com")]
)
def test_what_is_no_address_comes_back_with_its_reason(cast: Cast, channel: str, address: str) -> None:
    answer = post(enters("anna"), "/portal/settings/contacts", channel=channel, address=address)
    assert answer.status_code == 422 and f'value="{address}"' in answer.content.decode() and not Message.objects.exists()


def test_a_form_sent_twice_sends_one_code(cast: Cast) -> None:
    client = enters("anna")
    form = {"idempotency_key": "once", "channel": "sms", "address": PHONE}
    first, second = (client.post("/portal/settings/contacts", form) for _ in range(2))
    assert first.status_code == second.status_code == 303 and Message.objects.count() == 1


def test_this_browser_is_subscribed_and_named(cast: Cast) -> None:
    client = enters("anna")
    keys = {"endpoint": BROWSER, "p256dh": KEYS[0], "auth": KEYS[1]}
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"}
    answer = client.post("/portal/settings/devices", {"idempotency_key": "k", **keys}, headers=agent)
    assert answer.status_code == 303 and Contact.objects.get().label == "Edge, Windows"
    assert "Edge, Windows" in client.get("/portal/settings/").content.decode()
    assert post(client, "/portal/settings/devices", endpoint="https://evil.example/", p256dh=KEYS[0], auth=KEYS[1]).status_code == 422


@pytest.mark.parametrize("face", ["portal", "console", "desk"])
def test_settings_of_others_do_not_exist(cast: Cast, face: str) -> None:
    row = Contact.objects.create(user_id=user_of("anna"), channel="sms", address=PHONE)
    stranger = enters({"portal": "berta", "console": "bolt", "desk": "judge"}[face])
    for act in ("code", "confirmation", "end"):
        assert post(stranger, f"/{face}/settings/contacts/{row.pk}/{act}", code="123456").status_code == 404
    assert Client().get(f"/{face}/settings/").status_code == 302


def told(cast: Cast) -> Case:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    settled()
    return case


@pytest.mark.parametrize(("face", "name"), FACES[:2])
def test_one_notice_is_read_or_all_of_them(cast: Cast, face: str, name: str) -> None:
    told(cast)
    told(cast)
    client, side = enters(name), Notice.objects.filter(party="consumer" if face == "portal" else "merchant")
    read_url = {"portal": "/portal/notices/reading", "console": "/console/notices/read"}[face]
    page = client.get(LISTS[face]).content.decode()
    assert page.count("data-read") == side.count() > 1 and 'class="count"' in client.get(f"/{face}/").content.decode()
    post(client, read_url, ids=str(side.order_by("pk")[0].pk))
    assert side.filter(read_at__isnull=True).count() == side.count() - 1
    post(client, read_url, ids="nonsense")
    assert side.filter(read_at__isnull=True).exists()
    post(client, read_url)
    assert not side.filter(read_at__isnull=True).exists()


def test_people_of_the_platform_read_each_for_themselves(cast: Cast) -> None:
    person("sue", Role.SUPERVISOR)
    person("sid", Role.SUPERVISOR)
    case = told(cast)
    Notice.objects.create(
        merchant_id=case.merchant_id, case_id=case.pk, made_at=clock.now(), party="supervisor", kind="review.alarm", urgency="result",
        facts={"case": case.ref}, key="x:supervisor",
    )  # fmt: skip
    sue, sid, agent = enters("sue"), enters("sid"), enters("agent")
    assert case.ref in sue.get("/desk/notices").content.decode() and case.ref not in agent.get("/desk/notices").content.decode()
    assert 'class="count"' in sue.get("/desk/").content.decode()
    assert post(sue, "/desk/notices/read").status_code == 303
    assert 'class="count"' not in sue.get("/desk/").content.decode() and 'class="count"' in sid.get("/desk/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_news_are_stopped_by_a_post_and_by_nothing_else(cast: Cast, language: str) -> None:
    url, anna = unsubscribe_path(user_of("anna")), user_of("anna")
    stranger = Client(headers={"accept-language": language}, enforce_csrf_checks=True)
    asked = stranger.get(url)
    assert asked.status_code == 200 and "anna" not in asked.content.decode() and stranger.head(url).status_code == 200
    assert not Recipient.objects.exists()
    # RFC 8058: no cookie, no token, one field.
    assert stranger.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stranger.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Recipient.objects.get(pk=anna).choices == {"news": ["push", "wechat"]}
    assert stranger.get(url[:-1] + "!").status_code == 404 and stranger.post("/unsubscribe/x").status_code == 404


def test_the_service_worker_serves_the_whole_house_and_is_asked_for_anew(cast: Cast) -> None:
    answer = Client().get("/sw.js")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/javascript")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    assert b"showNotification" in answer.content and Client().post("/sw.js").status_code == 405
