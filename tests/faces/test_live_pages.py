"""What open pages carry and fetch: their marks, parts that are drawn once for a whole shop and never for another, messages told once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Case
from amends.faces import shared_parts
from amends.kernel import clock
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing.live import mark_of, read_mark
from tests.cast import Cast, an_order, claims, person, the_cast

ROWS = "/console/?part=rows"
FOLLOWED = ("/portal/cases/{}", "/console/cases/{}", "/desk/cases/{}")


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    shared_parts._drawn.clear()
    yield the_cast()
    shared_parts._drawn.clear()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


def enters(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def fetches(client: Client, mark: str, url: str = ROWS) -> str:
    return client.get(url, headers={"x-live": mark}).content.decode()


def test_a_case_page_names_its_case_its_address_and_since_when_it_must_hear(case: Case) -> None:
    for name, url in zip(("anna", "bolt", "judge"), FOLLOWED, strict=True):
        page = enters(name).get(url.format(case.ref)).content.decode()
        assert f'data-live="case" data-live-from="{url.format(case.ref)}" data-live-case="{case.ref}"' in page
        since = re.search(r'data-live-since="([^"]+)"', page)
        mark = read_mark(since[1]) if since else None
        assert mark is not None and mark.counts


def test_a_page_with_a_refusal_keeps_what_was_typed(case: Case) -> None:
    page = enters("bolt").post(f"/console/cases/{case.ref}/refusal", {"reason": "other", "words": "", "idempotency_key": "one"})
    assert page.status_code == 422 and "data-live-hold" in page.content.decode()


def test_pages_of_nobody_and_of_the_office_follow_nothing(cast: Cast) -> None:
    person("paula", Role.POLICY_OWNER)
    assert "data-live-since" not in Client().get("/accounts/login/").content.decode()
    assert "data-live-since" not in enters("paula").get("/office/").content.decode()


def test_rows_are_drawn_once_for_a_shop_and_a_mark_and_never_for_another_shop(cast: Cast, case: Case) -> None:
    person("bea", Role.MERCHANT, merchant=cast.bolts)
    bolt, bea, rival = enters("bolt"), enters("bea"), enters("rival")
    mark = str(mark_of(7))
    first = fetches(bolt, mark)
    assert case.ref in first and 'id="queue-rows"' in first and 'id="queue-said"' in first
    with CaptureQueriesContext(connection) as seen:
        assert fetches(bea, mark) == first
    assert len(seen.captured_queries) == 3, "session, user, membership"
    assert case.ref not in fetches(rival, mark)
    assert case.ref not in fetches(rival, mark)


def test_a_later_mark_and_a_page_without_one_see_what_is_new(cast: Cast, case: Case) -> None:
    bolt = enters("bolt")
    fetches(bolt, str(mark_of(7)))
    second = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    assert second.ref in fetches(bolt, str(mark_of(8)))
    assert second.ref in fetches(bolt, "poll")
    assert second.ref in bolt.get(ROWS).content.decode()


def test_filters_and_languages_are_not_mixed(cast: Cast, case: Case) -> None:
    mark = str(mark_of(7))
    bolt = enters("bolt")
    assert case.ref in fetches(bolt, mark)
    assert case.ref not in fetches(bolt, mark, f"{ROWS}&issue=damaged")
    assert "Approved by itself" in fetches(bolt, mark)
    chinese = Client(headers={"accept-language": "zh-CN"})
    chinese.force_login(User.objects.get(email="bolt@example.com"))
    assert "自动同意" in fetches(chinese, mark)


def test_the_frame_alone_holds_counters_and_the_bell(case: Case) -> None:
    for name, url in (("bolt", "/console/live"), ("judge", "/desk/live")):
        page = fetches(enters(name), str(mark_of(7)), url)
        assert 'id="nav" data-live="counters"' in page and 'id="bell"' in page


def test_what_is_told_once_is_not_used_up_by_a_part_that_is_fetched_beside_the_page(case: Case) -> None:
    bolt = enters("bolt")
    assert bolt.post(f"/console/cases/{case.ref}/approval", {"idempotency_key": "one"}).status_code == 303
    url = f"/console/cases/{case.ref}"
    words = re.compile(r'<div class="says ok">')
    assert not words.search(fetches(bolt, str(mark_of(7)), url))
    assert words.search(bolt.get(url).content.decode())
