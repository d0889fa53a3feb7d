"""A scanner of links changes nothing: whoever opens every address of every message and of the lists of notices, by GET or by HEAD, with
or without a session, leaves every row of every table as it was.

Mail gateways, chat programs and browsers open links before a person has read them (B24). What they may leave is a line in the log of
who looked, and a session.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client

from amends.cases.verbs.answering import accept_refusal, approve, call_platform, refuse
from amends.kernel import clock
from amends.notices.models import Contact, Message, Recipient
from amends.notices.unsubscribing import unsubscribe_path
from amends.people.models import User
from amends.people.rules import Role
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.messages_at_hand import Services, delivered, services
from tests.verbs.test_contacts import BROWSER, KEYS, PHONE

pytestmark = pytest.mark.usefixtures("db")
LOOKING = {"people_access_log", "django_session"}
LINK = re.compile(r"https?://[^\s<>\"'）)，。]+")
HREF = re.compile(r"""<a\b[^>]*\bhref="([^"]+)\"""")
# A mail gateway asks what there is and then reads it; a browser reads ahead.
GATEWAY, BROWSING = {"User-Agent": "Mozilla/5.0 (compatible; LinkScanner/1.0)"}, {"Purpose": "prefetch", "Sec-Purpose": "prefetch"}
LISTS = {"anna": "/portal/notices/", "bolt": "/console/notices", "agent": "/desk/notices", "judge": "/desk/notices"}


@pytest.fixture
def cast(stepped_clock: clock.Stepped) -> Cast:
    cast = the_cast()
    person("sue", Role.SUPERVISOR)
    keys = {"p256dh": KEYS[0], "auth": KEYS[1]}
    Contact.objects.create(user_id=cast.bolt.user_id, channel="push", address=BROWSER, keys=keys, confirmed_at=clock.now())
    Contact.objects.create(user_id=cast.anna.user_id, channel="sms", address=PHONE, confirmed_at=clock.now())
    Recipient.objects.create(user_id=cast.judge.user_id, choices={"act": ["mail"], "result": ["mail"], "news": ["mail"]})
    return cast


@pytest.fixture
def post() -> Iterator[Services]:
    with services() as there:
        yield there


def told_much(cast: Cast, stepped_clock: clock.Stepped) -> None:
    """One case for each way it can go at first, and all that is told of them has gone out."""
    order = an_order(cast.bolts, cast.annas, quantities=(4,), prices=(39600,))
    waiting, refused, going, called = (claims(order, by=cast.anna) for _ in range(4))
    refuse(refused.ref, reason="other", words="No.", by=cast.bolt)
    accept_refusal(refused.ref, by=cast.anna)
    approve(going.ref, by=cast.bolt)
    call_platform(called.ref, by=cast.agent)
    settled()
    delivered(stepped_clock, timedelta(minutes=20), timedelta(minutes=5))
    assert waiting.ref


def every_row() -> dict[str, str]:
    """A digest of each table's rows but of those that looking may write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(name for (name,) in cursor.fetchall() if name not in LOOKING)
        read = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t" for name in names
        )
        cursor.execute(read)
        return dict(cursor.fetchall())


def links_of_messages(post: Services) -> set[str]:
    """Every address that stands anywhere in what went out: text, page to open, headers."""
    found: set[str] = set()
    for out in (out for service in post.all for out in service.book):
        found |= {link for part in (out.text, out.url, out.unsubscribe, *out.headers.values()) for link in LINK.findall(part)}
    return found


def links_of_page(client: Client, path: str) -> set[str]:
    page = client.get(path)
    assert page.status_code == 200
    return {
        urljoin(path, html.unescape(link)) for link in HREF.findall(page.content.decode()) if not link.startswith(("#", "mailto:", "tel:"))
    }


def entered(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def opens(client: Client, link: str) -> None:
    parts = urlsplit(link)
    address = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    for answer in (client.head(address, headers=GATEWAY), client.get(address, headers=BROWSING)):
        assert answer.status_code in (200, 302, 404, 405), f"{address}: {answer.status_code}"


def test_a_scanner_that_opens_every_link_changes_no_row(cast: Cast, post: Services, stepped_clock: clock.Stepped) -> None:
    told_much(cast, stepped_clock)
    people = {name: entered(name) for name in LISTS}
    mailed = links_of_messages(post) | {unsubscribe_path(cast.anna.user_id or 0), "/sw.js"}
    listed = {name: links_of_page(people[name], path) | {path} for name, path in LISTS.items()}
    every = mailed.union(*listed.values())
    assert set(Message.objects.values_list("channel", flat=True)) == {"mail", "push", "sms"}
    assert any("/portal/cases/AS-" in link for link in mailed) and any("/settings/" in link for link in every)

    before = every_row()
    assert len(before) > 40
    for link in sorted(every):
        opens(Client(), link)
    for name, client in people.items():
        for link in sorted(mailed | listed[name]):
            opens(client, link)
    changed = {name for name, digest in every_row().items() if digest != before.get(name)}
    assert changed == set()


def test_the_proof_would_see_a_row_that_changed(cast: Cast) -> None:
    before = every_row()
    Client().post(unsubscribe_path(cast.anna.user_id or 0), {"List-Unsubscribe": "One-Click"})
    assert {name for name, digest in every_row().items() if digest != before[name]} == {"notices_recipient"}
