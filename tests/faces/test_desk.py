"""The platform's desk: queues over all merchants, reviews with both sides, rulings, the simulated carrier, refunds held up."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Case, Entry
from amends.cases.verbs.answering import approve, call_platform, refuse
from amends.kernel import clock
from amends.people.models import User
from amends.plumbing import jobs
from amends.plumbing.payments.port import Answer
from amends.refunds.models import Refund
from amends.refunds.verbs import take_answer
from amends.returns.models import ReturnShipment
from amends.returns.verbs import accept, give_address, receive, ship
from amends.rulings.models import Review
from tests.cast import Cast, an_order, claims, the_cast

pytestmark = pytest.mark.django_db
REASONS = "The goods came back whole, so the money goes back."


def enters(email: str, language: str = "en") -> Client:
    """A browser in which this person is signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=email))
    return client


def posts(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


def a_review(cast: Cast) -> Review:
    """Refused by the shop, and the platform called in."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="the base is scratched", by=cast.bolt)
    call_platform(case.ref, words="it was never opened", by=cast.anna)
    return Review.objects.get(case=case)


def a_parcel(cast: Cast) -> ReturnShipment:
    """On its way to the shop."""
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = ReturnShipment.objects.get(case=case)
    give_address(parcel.ref, by=cast.bolt)
    ship(parcel.ref, carrier="SF", waybill=f"SF{parcel.pk:010d}", by=cast.anna)
    return parcel


def test_the_queue_shows_what_waits_for_a_ruling_over_all_merchants(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    review = a_review(cast)
    judge = enters("judge@example.com")
    for url in (f"/desk/reviews/{review.ref}/round-end", f"/desk/reviews/{review.ref}/replies-end"):
        assert posts(judge, url)["Location"] == f"/desk/reviews/{review.ref}"
    page = judge.get("/desk/").content.decode()
    assert review.case.ref in page and "Bolt Hardware" in page and "Another arbiter takes over" in page
    assert "螺栓五金" in enters("agent@example.com", "zh-CN").get("/desk/?view=arbiter").content.decode()
    assert judge.get("/desk/?view=platform").status_code == judge.get("/desk/?view=alarms").status_code == 200
    rows = judge.get("/desk/?part=rows").content.decode()
    assert review.case.ref in rows and "<html" not in rows


def test_the_queue_costs_under_four_queries_beside_session_and_user(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    a_review(cast)
    judge = enters("judge@example.com")
    judge.get("/desk/")
    with CaptureQueriesContext(connection) as seen:
        assert judge.get("/desk/?view=arbiter").status_code == 200
    own = [q["sql"] for q in seen if "django_session" not in q["sql"] and '"people_' not in q["sql"]]
    assert len(own) < 4, own


def test_a_review_shows_both_sides_and_takes_a_ruling_with_reasons(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    review = a_review(cast)
    judge, url = enters("judge@example.com"), f"/desk/reviews/{review.ref}"
    posts(judge, f"{url}/round-end")
    posts(judge, f"{url}/replies-end")
    for client in (judge, enters("judge@example.com", "zh-CN")):
        page = client.get(url).content.decode()
        assert "the base is scratched" in page and "it was never opened" in page
    again = posts(judge, f"{url}/ruling", outcome="for", liable="merchant", clause="art. 25", words="short")
    assert again.status_code == 422 and "short" in again.content.decode() and "at least 10 characters" in again.content.decode()
    assert Review.objects.get().outcome == ""
    assert posts(judge, f"{url}/ruling", outcome="for", liable="merchant", clause="art. 25", words=REASONS).status_code == 303
    assert Case.objects.get().stage == "ruled"
    assert REASONS in judge.get(url).content.decode()
    assert REASONS in judge.get(f"/desk/cases/{review.case.ref}").content.decode()


def test_an_agent_reassigns_but_does_not_rule(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    review = a_review(cast)
    judge, agent, url = enters("judge@example.com"), enters("agent@example.com"), f"/desk/reviews/{review.ref}"
    posts(judge, f"{url}/round-end")
    posts(judge, f"{url}/replies-end")
    assert "Give the ruling" not in agent.get(url).content.decode()
    assert posts(agent, f"{url}/ruling", outcome="for", liable="merchant", clause="art. 25", words=REASONS).status_code == 403
    assert posts(agent, f"{url}/reassignment", to="nobody@example.com").status_code == 422
    assert posts(agent, f"{url}/reassignment", to="").status_code == 303
    assert Review.objects.get().stage == "reassigned"


def test_the_platform_steps_in_by_itself(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    agent = enters("agent@example.com")
    assert "Step in" in agent.get(f"/desk/cases/{case.ref}").content.decode()
    assert posts(agent, f"/desk/cases/{case.ref}/review", words="a hazard").status_code == 303
    assert Case.objects.get().stage == "in_review"


def test_the_simulated_carrier_delivers_and_says_that_it_is_simulated(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast)
    agent = enters("agent@example.com", "zh-CN")
    page = agent.get("/desk/parcels").content.decode()
    assert parcel.waybill in page and "模拟" in page and "确认送达" in page
    assert posts(agent, f"/desk/parcels/{parcel.ref}/report", report="deliver").status_code == 303
    assert ReturnShipment.objects.get().stage == "delivered"
    assert posts(agent, f"/desk/parcels/{parcel.ref}/report", report="vanish").status_code == 422


def test_a_refund_that_failed_is_listed_and_sent_again(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    parcel = a_parcel(cast)
    receive(parcel.ref, by=cast.bolt)
    accept(parcel.ref, inspection=parcel.case.inspections.get().pk, by=cast.bolt)
    refund = Refund.objects.get()
    Refund.objects.filter(pk=refund.pk).update(stage="sent")
    take_answer(refund.ref, Answer("failed", "P-1", "account closed"), source="webhook")
    agent = enters("agent@example.com")
    page = agent.get("/desk/refunds").content.decode()
    assert refund.ref in page and "account closed" in page and "Check and resend" in page
    assert "Check and resend" not in enters("judge@example.com").get("/desk/refunds").content.decode()
    assert posts(agent, f"/desk/refunds/{refund.ref}/retry").status_code == 303
    assert Entry.objects.filter(case_id=refund.case_id, verb="recheck").count() == 1, "a job looks first"


def test_all_cases_are_listed_and_found(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    agent = enters("agent@example.com")
    assert case.ref in agent.get("/desk/cases?issue=no_reason").content.decode()
    assert [each["url"] for each in agent.get(f"/desk/find?q={case.ref.lower()}").json()] == [f"/desk/cases/{case.ref}"]
    assert agent.get(f"/desk/find?q={case.order.number}").json()


def test_only_the_platforms_people_enter_and_unknown_numbers_are_404(stepped_clock: clock.Stepped) -> None:
    cast = the_cast()
    review, parcel = a_review(cast), a_parcel(cast)
    pages = ("", "cases", "parcels", "refunds", f"cases/{parcel.case.ref}", f"reviews/{review.ref}", "find?q=AS")
    of_review = [f"reviews/{review.ref}/{noun}" for noun in ("ruling", "round-end", "replies-end", "reassignment")]
    acts = [*of_review, f"parcels/{parcel.ref}/report", "refunds/RF-X/retry", f"cases/{parcel.case.ref}/review"]
    for email in ("bolt@example.com", "anna@example.com"):
        client = enters(email)
        assert {client.get(f"/desk/{page}").status_code for page in pages} == {404}
        assert {posts(client, f"/desk/{act}", report="deliver").status_code for act in acts} == {404}
    judge = enters("judge@example.com")
    assert judge.get("/desk/cases/AS-0000-0000").status_code == judge.get("/desk/reviews/RV-0000-0000").status_code == 404
