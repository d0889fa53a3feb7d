"""Every address of the pages, generated from the router: no form without its token, nothing moved by looking, no word run as code.

B24: mail scanners and prefetching browsers open whatever they find; only a POST with the form's own token is an act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from amends.cases.life import LifeRow
from amends.cases.models import Case, CaseText, Entry, Evidence
from amends.cases.verbs.answering import accept_refusal, approve, call_platform, refuse
from amends.complaints.models import Complaint
from amends.deliveries.models import OutboundDelivery
from amends.incidents.models import Incident
from amends.kernel import clock
from amends.liability.linking import url_of
from amends.liability.models import Proposal, SignedLink
from amends.market.models import Consumer, Merchant, OrderLine
from amends.notices.announcing import verbs as announcing
from amends.notices.announcing.audience import audience_of
from amends.notices.models import Announcement, Message, Notice, Promise, Seen, Wording
from amends.notices.webhooks.models import Delivery, Endpoint
from amends.people.models import ApiKey, Membership, User
from amends.people.rules import Role
from amends.plumbing.models import Idempotency
from amends.policy.models import Comment, Draft, Flip, PackVersion, Simulation
from amends.policy.queries import shelf
from amends.policy.simulation.running import run
from amends.policy.simulation.verbs import start_simulation
from amends.policy.verbs import save_draft
from amends.refunds.chargebacks import Opened, open_chargeback
from amends.repairs.models import Appointment, Loan, Repair, Workshop
from amends.replacements.models import Advance, Replacement
from amends.returns.models import ParcelUnit, ReturnShipment, UnknownParcel
from amends.rulings import verbs as judging
from amends.rulings.models import Appeal, Review, TestingBody
from amends.rulings.report_links import make_test_link
from amends.sealing.models import ProofFile
from amends.stock.models import StockMove
from amends.surveys.models import Survey
from amends.talks.models import Note, QuickReply
from tests.cast import START, Cast, an_order, claims, person, settled, the_cast
from tests.proofs.api_world import a_world
from tests.refunding import an_unshipped_order, granted, intended

FACES = {"portal/": "anna", "console/": "bolt", "desk/": "judge", "office/": "ada", "counter/": "wanda"}
# What `ref` stands for behind these parts of an address; behind any other it is a case.
KINDS = {
    "parcels": "parcels", "appeals": "appeals", "reviews": "reviews", "refunds": "refunds", "chargebacks": "chargebacks",
    "orders": "orders", "drafts": "drafts",
    "simulations": "simulations", "announcements": "announcements", "messages": "messages", "webhooks": "webhooks",
    "approvals": "approvals", "charges": "charges", "moves": "deposit-moves", "reconciliation": "reconciliation", "statements": "statement",
    "bank": "bank", "deliveries": "deliveries", "proposals": "proposals", "experts": "consultations", "pieces": "replacements",
    "repairs": "repairs", "jobs": "repairs", "loans": "loans", "loan-units": "loan-units", "workshops": "workshops",
    "technicians": "technicians", "visits": "visits", "addresses": "return-addresses", "batches": "receiving", "shelf": "shelved",
    "stock": "inspected", "deposits": "merchant", "of": "cases", "extensions": "extensions", "incidents": "incidents", "tasks": "tasks",
    "complaints": "complaints",
}  # fmt: skip
# What the other places stand for, where it is not called so.
PLACES = {
    "repair": "repairs", "piece": "replacements", "one": "advances", "link": "links", "track": "tracks", "voucher": "vouchers",
    "supplement": "supplements", "review": "reviews", "appealed": "appeals", "parcel": "parcels", "loan": "loans", "file": "proof-files",
    "offer": "offers", "reply": "quick-replies",
}  # fmt: skip
AT_A_FACE = {("portal", "delivery"): "deliveries", ("console", "file"): "bolts-file", ("desk", "file"): "judges-file"}
CASES_OF: dict[str, type[LifeRow] | type[Promise]] = {
    "repair": Repair, "parcel": ReturnShipment, "promise": Promise, "review": Review,
    "appealed": Appeal, "piece": Replacement, "one": Advance,
    "delivery": OutboundDelivery, "loan": Loan,
}  # fmt: skip
# Addresses that are rightly not there: the first version of a pack differs from none.
NOTHING_THERE = {"/office/policy/packs/cn/2026-02/difference/"}
EVIL = "</script><img src=x onerror=alert(1)>'\"><b>{{ 7 }}"


@pytest.fixture(scope="module")
def refs(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """One world for all, in a transaction that is never committed."""
    with django_db_blocker.unblock(), clock.stepped(START), transaction.atomic():
        yield _everything()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def as_it_was(refs: dict[str, str]) -> Iterator[None]:
    """What one test leaves behind, the next does not meet."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def as_(name: str, **options: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def templates(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every address below these patterns, with its places."""
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from templates(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield here


def addresses(face: str, refs: dict[str, str]) -> list[str]:
    return ["/" + _filled(one, refs) for one in templates(get_resolver().url_patterns) if one.startswith(face)]


def _filled(template: str, refs: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda place: refs[_about(template, place[1])], template)


def _about(template: str, place: str) -> str:
    inner = re.search(r"/cases/<str:ref>/.*?<\w+:(\w+)>", template)
    if place == "ref" and inner and inner[1] in CASES_OF:
        return f"case of {inner[1]}"
    if "statement.<" in template and place == "kind":
        return "paper"
    if "money/rules/" in template:
        return "rules"
    if "counter/tests/" in template:
        return "laboratory"
    if (template.split("/")[0], place) in AT_A_FACE:
        return AT_A_FACE[template.split("/")[0], place]
    if place != "ref":
        return PLACES.get(place, place)
    before = re.split(r"[/.]", template.split("<str:ref>")[0])
    return next((KINDS[part] for part in reversed(before) if part in KINDS), "cases")


def _everything() -> dict[str, str]:
    """A world in which every act could be made by somebody: one of everything that has an address, and beside it one case to answer,
    one to rate, one under way, one in review."""
    cast = the_cast()
    person("ada", Role.ADMIN)
    User.objects.create_user("wanda@example.com", "wanda keeps a secret", name="Wanda", language="en")
    order = an_order(cast.bolts, cast.annas, quantities=(4,), prices=(39600,))
    waiting, rated, going, called = (claims(order, by=cast.anna) for _ in range(4))
    refuse(rated.ref, reason="other", words="No.", by=cast.bolt)
    accept_refusal(rated.ref, by=cast.anna)
    approve(going.ref, by=cast.bolt)
    call_platform(called.ref, by=cast.agent)
    settled()
    review = Review.objects.get(case_id=called.pk).ref
    unshipped = an_unshipped_order(cast)
    refund = intended(granted(cast, unshipped))[0]
    taken = open_chargeback(Opened("house", "DP2", 100, "CNY", tender=refund.tender.ref))
    assert taken is not None
    owner = person("paula", Role.POLICY_OWNER)
    law = next(pack for pack in shelf().packs if pack.id == "cn")
    draft = save_draft(by=owner, text=law.text.replace('fresh_claim = { length = "1d"', 'fresh_claim = { length = "3d"'))
    simulation = run(start_simulation(owner, source="year", draft=draft.ref, params={"cases": 300}, here=True).ref, processes=0)
    now, told = clock.now(), audience_of(["consumers", "merchants", "platform"])
    news = announcing.Written("service", "题目", "Title", "正文", "Text", told, now, now + timedelta(days=1), outside=True)
    announced = announcing.publish(announcing.draft_announcement(news, by=owner).ref, by=owner)
    message = Message.objects.filter(case_id=waiting.pk).order_by("pk").values_list("ref", flat=True).first()
    world = a_world(cast).refs
    _works_on(world["repairs"], world["workshops"], world["evidence"])
    refs = world | {
        "secret": url_of(SignedLink.objects.get(ref=world["links"])).rsplit("/", 1)[1], "day": "2026-03-11",
        "laboratory": _at_the_laboratory(cast), "inspection": world["inspection"], "finding": world["inspection"],
        "announcements": announced.ref, "messages": str(message), "kind": "case.refuse", "party": "consumer",
        "drafts": draft.ref, "simulations": simulation.ref, "pk": str(Flip.objects.values_list("pk", flat=True).first()),
        "pack_id": "cn", "name": law.cells.version, "event": "evt_1",
        "cases": waiting.ref, "rated": rated.ref, "orders": order.ref, "reviews": review, "refunds": refund.ref,
        "chargebacks": taken.ref, "unit": str(ParcelUnit.objects.filter(parcel__ref=world["parcels"])[0].unit_id),
        "contact": world["contacts"], "promise": world["promise"], "prefix": "0123456789",
        "merchant": cast.bolts.ref, "rules": world["rules"], "paper": "csv",
    }  # fmt: skip
    for place, life in CASES_OF.items():
        named = {"pk" if life is Promise else "ref": refs[AT_A_FACE.get(("portal", place), PLACES.get(place, place))]}
        refs[f"case of {place}"] = life._default_manager.get(**named).case.ref
    return refs


def _at_the_laboratory(cast: Cast) -> str:
    """The secret by which a testing body reports on goods that an arbiter sent it."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, by=cast.agent)
    review = Review.objects.get(case_id=case.pk).ref
    judging.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=person("lora", Role.SUPERVISOR))
    judging.close_round(review, by=cast.judge)
    judging.close_replies(review, by=cast.judge)
    judging.order_test(review, body="lab", question="Was it used?", cost_minor=100, pays_first="platform", by=cast.judge)
    return make_test_link(review, by=cast.agent)[1].rsplit("/", 1)[1]


def _works_on(repair: str, workshop: str, photo: str) -> None:
    """Wanda signs in for this workshop, whose job this repair is."""
    shop = Workshop.objects.get(ref=workshop)
    at = {"merchant_id": shop.merchant_id, "workshop_id": shop.pk}
    Membership.objects.create(user=User.objects.get(email="wanda@example.com"), role=Role.WORKSHOP.value, **at)
    Repair.objects.filter(ref=repair).update(workshop=shop, photos_before=[photo])


def state() -> dict[str, Any]:
    """Everything that an act would leave behind."""
    rules, cases, lives = (Draft, PackVersion, Comment, Simulation), (Entry, Evidence), LifeRow.__subclasses__()
    told = (Announcement, Seen, Wording, Message)
    models = (*cases, *rules, *told, Idempotency, ApiKey, Endpoint, Delivery, Appointment, UnknownParcel, StockMove, Proposal)
    return {
        **{model.__name__: model._default_manager.count() for model in models},
        **{life.__name__: list(life._default_manager.order_by("pk").values_list("stage", "generation")) for life in lives},
        "links": list(SignedLink.objects.order_by("pk").values_list("opened_at", "used_at", "ended_at")),
        "proof files": ProofFile.objects.count(),
        "unread": Notice.objects.filter(read_at__isnull=True).count(),
        "webhooks": list(Endpoint.objects.order_by("pk").values_list("state", "changed_at")),
        "votes": Survey.objects.filter(answered_at__isnull=False).count(),
    }


@pytest.mark.parametrize(("face", "who"), FACES.items())
def test_who_opens_every_address_moves_nothing(refs: dict[str, str], face: str, who: str) -> None:
    before, client = state(), as_(who)
    for address in [*addresses(face, refs), *addresses(face, refs | {"cases": refs["rated"]})]:
        for method in (client.get, client.head):
            answer = method(f"{address}?score=5&words=x&lang=en", headers={"Purpose": "prefetch"})
            assert answer.status_code in (200, 302, 404, 405, 422), address
    assert state() == before and state()["votes"] == 0


@pytest.mark.parametrize(("face", "who"), FACES.items())
def test_every_address_is_there(refs: dict[str, str], face: str, who: str) -> None:
    """Else the other proofs of this file would walk past closed doors."""
    client, there = as_(who), [one for one in addresses(face, refs) if one not in NOTHING_THERE]
    assert [one for one in there if client.get(one).status_code == 404] == []


@pytest.mark.parametrize(("face", "who"), FACES.items())
def test_no_form_is_taken_without_its_token(refs: dict[str, str], face: str, who: str) -> None:
    before, client = state(), as_(who, enforce_csrf_checks=True)
    for address in addresses(face, refs):
        # Who comes by a signed link has no session: its secret is the token, and opening it is all that it does by itself.
        if address.startswith(("/counter/answers/", "/counter/tests/")):
            continue
        answer = client.post(address, {"idempotency_key": "k", "score": "5", "words": "x"})
        assert answer.status_code in (403, 405), address
    assert state() == before


def test_the_api_takes_no_session_without_its_token(refs: dict[str, str]) -> None:
    client = as_("anna", enforce_csrf_checks=True)
    answer = client.post(
        f"/api/v1/cases/{refs['cases']}/withdrawal", "{}", content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]
)
def test_nobody_is_led_to_another_house(elsewhere: str) -> None:
    spoken = Client().post("/language/", {"lang": "en", "next": elsewhere})
    assert spoken["Location"] == "/"
    typed = {"login": "anna@example.com", "password": "anna keeps a secret", "next": elsewhere}
    entered = Client().post(f"/accounts/login/?next={elsewhere}", typed)
    assert entered.status_code == 302 and entered["Location"].startswith("/") and "evil" not in entered["Location"]


def test_signing_in_makes_a_new_session() -> None:
    client = Client()
    client.get("/accounts/login/")
    planted = client.session
    planted["planted"] = "by somebody else"
    planted.save()
    before = planted.session_key
    client.post("/accounts/login/", {"login": "anna@example.com", "password": "anna keeps a secret"})
    assert client.session.session_key != before and "_auth_user_id" in client.session


@pytest.mark.parametrize(("face", "who"), FACES.items())
def test_no_word_of_anybody_is_run(refs: dict[str, str], face: str, who: str) -> None:
    for name in ("zh", "en"):
        OrderLine.objects.update(**{f"name_{name}": EVIL})
        Case.objects.update(**{f"title_{name}": EVIL})
        Merchant.objects.update(**{f"name_{name}": EVIL[:80]})
        Consumer.objects.update(**{f"name_{name}": EVIL[:80]})
    CaseText.objects.update(body=EVIL)
    ReturnShipment.objects.update(carrier=EVIL[:40])
    User.objects.update(name=EVIL[:80])
    Draft.objects.update(name=EVIL, text=EVIL, note=EVIL)
    Announcement.objects.update(title_zh=EVIL[:120], title_en=EVIL[:120], body_zh=EVIL, body_en=EVIL)
    Message.objects.update(subject=EVIL, body=EVIL)
    Flip.objects.update(seller=EVIL, region=EVIL[:40])
    Note.objects.update(body=EVIL)
    QuickReply.objects.update(title_zh=EVIL, title_en=EVIL, body_zh=EVIL, body_en=EVIL)
    Incident.objects.update(title_zh=EVIL, title_en=EVIL, words_zh=EVIL, words_en=EVIL, batch=EVIL, outcome=EVIL)
    Complaint.objects.update(authority=EVIL[:40])
    TestingBody.objects.update(name_zh=EVIL, name_en=EVIL)
    client, told = as_(who), 0
    for address in [*addresses(face, refs), *addresses(face, refs | {"cases": refs["rated"]})]:
        answer = client.get(f"{address}?q={EVIL}&scan={EVIL}&issue={EVIL}&after=&code={EVIL}")
        if answer.headers["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            told += "onerror=alert" in html
            assert "<img src=x" not in html and "'\"><b>" not in html, address
    assert told
