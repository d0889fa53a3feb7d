"""The office: who may enter, figures that open their cases, keys shown once, and every page in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.insight.figures import Choice, figures
from amends.insight.verify_words import WORDS
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.market.models import Product
from amends.people.models import ApiKey, Membership, User
from amends.people.queries import actor_of_key
from amends.people.rules import PLATFORM, Role
from amends.stock.models import StockLevel
from tests.cast import Cast, an_order, claims, later_by, person, the_cast

pytestmark = pytest.mark.django_db
PAGES = ["", "cases/", "policy/", "lifecycle/", "verify/", "data/", "people/", "keys/"]


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    cast = the_cast()
    for name, role in (("ada", Role.ADMIN), ("alan", Role.ANALYST), ("susan", Role.SUPERVISOR), ("paula", Role.POLICY_OWNER)):
        person(name, role)
    for _ in range(3):
        claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    later_by(stepped_clock, timedelta(hours=1))
    return cast


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("place", PAGES)
def test_every_page_opens_in_both_languages(cast: Cast, place: str, language: str) -> None:
    answer = as_("ada", language).get(f"/office/{place}")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert f'lang="{language}"' in html
    if language == "en" and place in ("", "cases/", "lifecycle/", "verify/"):
        words = re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL)
        assert not re.findall(r"[\u4e00-\u9fff]{2,}", words.replace("中", ""))


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize("who", ["anna", "bolt", "judge", "agent"])
def test_without_a_role_the_office_does_not_exist(cast: Cast, who: str, place: str) -> None:
    assert as_(who).get(f"/office/{place}").status_code == 404


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    answer = Client().get("/office/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize("who", ["ada", "alan", "susan", "paula"])
def test_every_link_of_the_figures_page_opens_as_many_cases_as_it_says(cast: Cast, who: str) -> None:
    client = as_(who)
    html = client.get("/office/").content.decode()
    links = {unescape(url) for url in re.findall(r'href="(/office/cases/\?[^"]+)"', html)}
    assert len(links) > 8
    for url in links:
        assert client.get(url).status_code == 200, url
    opened = figures(PLATFORM, Choice()).opened
    listed = client.get(f"/office/cases/?{opened.choice.query}").content.decode()
    assert "<h1>3 cases</h1>" in listed
    assert listed.count("data-row") == 3


def test_the_list_says_what_is_filtered_and_lets_go_of_it(cast: Cast) -> None:
    html = as_("alan").get(f"/office/cases/?by=open&merchant={cast.bolts.ref}&waits=merchant").content.decode()
    assert "Bolt Hardware" in html
    assert 'href="?by=open&amp;waits=merchant"' in html
    empty = as_("alan").get("/office/cases/?by=open&issue=hazard").content.decode()
    assert "No case fits these filters." in empty


def test_the_list_goes_on_by_key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amends.office.cases.PAGE", 2)
    client = as_("alan")
    first = client.get("/office/cases/?by=open").content.decode()
    match = re.search(r'rel="next" href="([^"]+)"', first)
    assert match is not None
    second = client.get(f"/office/cases/{unescape(match[1])}").content.decode()
    refs = [set(re.findall(r"/office/cases/(AS-[^/]+)/", page)) for page in (first, second)]
    assert (len(refs[0]), len(refs[1]), refs[0] & refs[1]) == (2, 1, set())
    assert client.get("/office/cases/?by=open&after=rubbish").status_code == 404


def test_a_filter_that_is_none_is_refused_in_words(cast: Cast) -> None:
    answer = as_("alan").get("/office/cases/?by=magic")
    assert answer.status_code == 422
    assert "is one of" in unescape(answer.content.decode())


def test_the_export_holds_the_same_cases_and_no_formula(cast: Cast) -> None:
    answer = as_("alan").get("/office/cases.csv?by=open")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").strip().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("ref,merchant,title")
    assert len(lines) == 4
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))


def test_a_case_can_be_read_and_a_ref_that_is_none_is_not_found(cast: Cast) -> None:
    client = as_("alan")
    ref = re.findall(r"/office/cases/(AS-[^/]+)/", client.get("/office/cases/?by=open").content.decode())[0]
    assert "To read only" in client.get(f"/office/cases/{ref}/").content.decode()
    assert client.get("/office/cases/AS-0000-0000-0000/").status_code == 404
    assert client.get(f"/office/find/?q={ref[:8]}").json()[0]["words"] == ref


def test_a_key_is_shown_once_opens_the_api_and_is_taken_back(cast: Cast) -> None:
    client = as_("ada")
    member = Membership.objects.get(merchant=cast.bolts)
    form = {"membership": str(member.pk), "label": "order system", "idempotency_key": "once-1"}
    html = client.post("/office/keys/new/", form).content.decode()
    secret = re.findall(r"am_[0-9a-f]+_[\w-]+", html)[0]
    actor = actor_of_key(secret)
    assert actor is not None
    assert actor.merchant_id == cast.bolts.pk
    assert secret not in client.get("/office/keys/").content.decode()
    again = client.post("/office/keys/new/", form).content.decode()
    assert ApiKey.objects.count() == 1
    assert "shown once" in again
    prefix = secret.split("_")[1]
    assert client.post(f"/office/keys/{prefix}/revocation/").status_code == 303
    assert actor_of_key(secret) is None
    assert client.post("/office/keys/ffffffffff/revocation/").status_code == 404


def test_only_keepers_handle_keys(cast: Cast) -> None:
    for who in ("alan", "paula"):
        assert as_(who).get("/office/keys/").status_code == 403
        assert as_(who).post("/office/keys/new/", {}).status_code == 403
    assert as_("susan").get("/office/keys/").status_code == 200


def test_the_checks_run_on_demand(cast: Cast) -> None:
    client = as_("paula")
    assert "Not checked yet" in client.get("/office/verify/").content.decode()
    html = client.post("/office/verify/").content.decode()
    assert "All of them hold" in html
    assert html.count("Holds") >= 10


def test_a_broken_check_says_in_the_readers_language_what_is_wrong_and_what_to_do(cast: Cast) -> None:
    product = Product.objects.filter(merchant=cast.bolts).order_by("pk")[0]
    StockLevel.objects.create(merchant=cast.bolts, product=product, on_hand=1, reserved=1, told_at=clock.now())
    shown = as_("paula", "zh-CN").post("/office/verify/").content.decode()
    assert "留着 1 件，预留共 0 件" in shown
    assert WORDS["stock"].mend.zh in shown
    assert "its reservations hold" in as_("paula").post("/office/verify/").content.decode()


def test_the_figures_page_costs_no_more_for_more_cases(cast: Cast) -> None:
    client = as_("alan")
    client.get("/office/")
    with CaptureQueriesContext(connection) as few:
        client.get("/office/")
    for _ in range(4):
        claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    with CaptureQueriesContext(connection) as many:
        client.get("/office/")
    assert len(many) == len(few) <= 30


@pytest.mark.parametrize(("place", "most"), [("cases/?by=open", 8), ("policy/", 5), ("lifecycle/", 5), ("people/", 9), ("keys/", 6)])
def test_other_pages_are_cheap(cast: Cast, place: str, most: int) -> None:
    client = as_("ada")
    client.get(f"/office/{place}")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/office/{place}")
    assert len(asked) <= most
