"""What no text column and no number can hold, in addresses and forms of every face: refused in words, never a fault of ours."""

from __future__ import annotations

import pytest
from django.test import Client

from amends.cases.rules.facts import INNER
from amends.cases.verbs.answering import call_platform
from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.people.rules import Role
from amends.rulings.models import Review
from amends.rulings.verbs import reassign
from tests.api_client import programs
from tests.cast import Cast, an_order, claims, person, settled, the_cast

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")
LONG = "9" * 4400


@pytest.fixture
def cast() -> Cast:
    cast = the_cast()
    person("alan", Role.ANALYST)
    return cast


def as_(name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


@pytest.mark.parametrize(("who", "address"), [
    ("anna", "/portal/?q=%00a"), ("bolt", "/console/find?q=%00ab"), ("bolt", "/console/parcels?scan=%00"), ("agent", "/desk/find?q=%00ab"),
    ("alan", "/office/?merchant=%00"), ("alan", "/office/cases/?stage=%00"), ("alan", "/office/messages/?q=%00&state=%00&channel=%00"),
    ("alan", "/office/cases.csv?goods=%00"), ("alan", "/office/cases/?by=ended&party=%00"),
])  # fmt: skip
def test_a_zero_byte_in_an_address_is_refused_in_words(cast: Cast, who: str, address: str) -> None:
    answer = as_(who).get(address)
    assert answer.status_code == 422 and "cannot be kept" in answer.content.decode()


def test_a_zero_byte_in_a_form_is_refused_in_words(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answer = as_("bolt").post(f"/console/cases/{case.ref}/approval", {"idempotency_key": "a\0b"})
    assert answer.status_code == 422


@pytest.mark.parametrize("screen", ["claim", "claim/remedies"])
def test_a_line_of_thousands_of_digits_is_no_line(cast: Cast, screen: str) -> None:
    order = an_order(cast.bolts, cast.annas)
    answer = as_("anna").get(f"/portal/orders/{order.ref}/{screen}?n-{LONG}=1&n-1={LONG}&issue=quality")
    assert answer.status_code in (200, 422)


def test_the_timeline_tells_no_key_of_the_arbiter_s_row(cast: Cast, stepped_clock: Stepped) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    call_platform(case.ref, by=cast.agent)
    settled()
    Review.objects.filter(case_id=case.pk).update(stage="deciding")
    reassign(Review.objects.get(case_id=case.pk).ref, to="judge@example.com", by=cast.agent)
    told = programs(cast)["anna"].get(f"/cases/{case.ref}/timeline").json()["items"]
    assert "reassign" in {row["verb"] for row in told}
    assert INNER.isdisjoint({name for row in told for name in row["facts"]}) and "arbiter" in INNER
