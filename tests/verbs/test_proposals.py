"""Stories of bearers proposed from the record: asked with one click, dismissed for good, and answered by a link once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from amends.cases.models import Case, Entry
from amends.cases.verbs import answering
from amends.deliveries import verbs as deliveries
from amends.deliveries.models import OutboundDelivery
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.ledger.checks import ledger_check
from amends.liability import linking
from amends.liability.checks import answered_by_nobody
from amends.liability.models import Bearer, ChargeBackTo, Proposal, SignedLink
from amends.liability.proposing import dismiss, propose, take_up
from amends.liability.queries.proposals import proposals, proposals_of
from amends.market.models import Shipment
from amends.people.models import Membership
from amends.people.rules import Role
from amends.plumbing import jobs
from amends.shipping.rules import Told
from amends.shipping.verbs import hear
from tests.bearing_at_hand import asked_of_carrier
from tests.cast import Cast, an_order, claims, later_by, settled, the_cast
from tests.payments_fixture import payments

__all__ = ["payments"]
pytestmark = pytest.mark.usefixtures("db", "payments")
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Iterator[Cast]:
    yield the_cast()
    assert ledger_check() == [], "whatever the story, the books hold"


def lost(cast: Cast) -> Case:
    """Anna's parcel was lost by its carrier and her money is on its way; Bolt bears it until somebody else does."""
    case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    jobs.drain()
    row = deliveries.enquire(case.ref, by=cast.anna)
    hear("SF", row.waybill, [Told("accepted", clock.now() - DAY), Told("lost", clock.now())])
    settled()
    return Case.objects.get(pk=case.pk)


def secret_of(made: linking.Made) -> str:
    return urlsplit(made.url).path.rsplit("/", 1)[-1]


def test_a_lost_parcel_proposes_its_carrier_and_one_click_asks_it(cast: Cast) -> None:
    case = lost(cast)
    (row,) = proposals_of(case, cast.agent)
    assert (row.proposal.party, row.proposal.amount_minor, row.can) == ("carrier", 9900, True)
    assert [one.code for one in row.reasons] == ["told_lost"]
    charge = take_up(row.proposal.ref, by=cast.agent)
    assert (charge.stage, charge.amount_minor, charge.borne_by, charge.bearer and charge.bearer.key) == ("asked", 9900, "merchant", "SF")
    assert charge.why is not None
    assert "丢失" in charge.why.body
    assert "lost" in charge.why.body
    assert Proposal.objects.get().charge_id == charge.pk
    assert propose(case.pk) == [], "what is asked of somebody is not proposed again"
    with pytest.raises(NoSuchMove):
        take_up(row.proposal.ref, by=cast.agent)


def test_what_a_person_dismissed_comes_back_only_for_new_reasons(cast: Cast) -> None:
    case = lost(cast)
    dismiss(Proposal.objects.get().ref, by=cast.agent)
    assert propose(case.pk) == []
    track = OutboundDelivery.objects.get()
    hear("SF", track.waybill, [Told("damaged", clock.now() - DAY / 2)])
    (again,) = propose(case.pk)
    assert {one["code"] for one in again.reasons} == {"told_lost", "told_damaged"}
    assert propose(case.pk) == [again]
    assert Proposal.objects.count() == 2


def test_only_the_platform_knows_of_proposals(cast: Cast) -> None:
    lost(cast)
    ref = Proposal.objects.get().ref
    assert proposals(cast.bolt, {}).rows == []
    for who in (cast.bolt, cast.anna, cast.rival):
        with pytest.raises(NotFound):
            take_up(ref, by=who)
        with pytest.raises(NotFound):
            dismiss(ref, by=who)


def test_nothing_is_proposed_of_a_way_that_nobody_doubts(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    answering.approve(case.ref, by=cast.bolt)
    settled()
    assert propose(case.pk) == []
    assert not Bearer.objects.exists()


def test_a_waybill_of_another_order_is_a_wrong_label(cast: Cast) -> None:
    case = lost(cast)
    other = an_order(cast.bolts, cast.bertas)
    Shipment.objects.filter(order=other).update(waybill=OutboundDelivery.objects.get().waybill)
    (row,) = propose(case.pk)
    assert row.party == "carrier", "the merchant bears it already, so nothing is asked of it"


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_carrier_answers_a_charge_by_its_link_once(cast: Cast) -> None:
    case = lost(cast)
    charge = asked_of_carrier(cast, case, 5000)
    made = linking.make_link(charge=charge.ref, by=cast.agent)
    secret = secret_of(made)
    assert secret not in str(vars(SignedLink.objects.get()))
    seen = linking.matter_of(secret)
    assert (seen.gone, seen.answers, SignedLink.objects.get().opened_at) == ("", ("admit", "deny"), None)
    linking.open_link(secret)
    opened = SignedLink.objects.get().opened_at
    assert opened is not None
    with pytest.raises(Unprocessable):
        linking.answer(secret, answer="deny")
    linking.answer(secret, answer="deny", words="The seal was whole.")
    charge = ChargeBackTo.objects.get(pk=charge.pk)
    assert (charge.stage, charge.answer and charge.answer.body) == ("contested", "The seal was whole.")
    line = Entry.objects.get(life="charge_back_to", verb="deny_liability")
    assert (line.party, line.actor_id, line.facts["link"]) == ("carrier", None, made.link.ref)
    with pytest.raises(NoSuchMove) as no:
        linking.answer(secret, answer="admit")
    assert no.value.code == "link_used"
    assert SignedLink.objects.get().opened_at == opened
    assert answered_by_nobody() == []
    SignedLink.objects.update(life_id=0)
    assert len(answered_by_nobody()) == 1


def test_a_link_ends_by_time_by_hand_and_by_a_newer_one(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = lost(cast)
    charge = asked_of_carrier(cast, case, 5000)
    first, second = (linking.make_link(charge=charge.ref, by=cast.agent) for _ in range(2))
    assert linking.matter_of(secret_of(first)).gone == "ended"
    linking.end_link(second.link.ref, by=cast.agent)
    with pytest.raises(NoSuchMove) as ended:
        linking.answer(secret_of(second), answer="admit")
    assert ended.value.code == "link_ended"
    third = linking.make_link(charge=charge.ref, by=cast.agent)
    stepped_clock.at = third.link.expires_at
    with pytest.raises(NoSuchMove) as late:
        linking.answer(secret_of(third), answer="admit")
    assert late.value.code == "link_expired"
    assert ChargeBackTo.objects.get(pk=charge.pk).stage == "asked"


def test_an_enquiry_is_answered_with_a_date_by_the_carriers_link(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    row = deliveries.enquire(case.ref, by=cast.bolt)
    settled()
    for side in (cast.bolt, cast.anna):
        with pytest.raises(NotFound):
            linking.make_link(delivery=row.ref, by=side)
    secret = secret_of(linking.make_link(delivery=row.ref, by=cast.agent))
    assert linking.matter_of(secret).answers == ("give_date", "deliver", "bring_back", "declare_lost")
    with pytest.raises(Unprocessable):
        linking.answer(secret, answer="give_date", expected_at=clock.now() - DAY)
    linking.answer(secret, answer="give_date", expected_at=clock.now() + 2 * DAY, words="held at the depot")
    row = OutboundDelivery.objects.get(pk=row.pk)
    assert (row.stage, row.answer and row.answer.body) == ("promised", "held at the depot")


def test_who_may_make_and_end_links(cast: Cast) -> None:
    case = lost(cast)
    charge = asked_of_carrier(cast, case, 5000)
    for who in (cast.bolt, cast.rival, cast.anna):
        with pytest.raises((NotFound, NotYourMove)):
            linking.make_link(charge=charge.ref, by=who)
    made = linking.make_link(charge=charge.ref, by=cast.agent)
    for who in (cast.rival, cast.anna, cast.bolt):
        with pytest.raises((NotFound, NotYourMove)):
            linking.end_link(made.link.ref, by=who)
    with pytest.raises(NotFound):
        linking.matter_of("not a secret of ours")
    with pytest.raises(Unprocessable):
        linking.make_link(by=cast.agent)
    open_case = claims(an_order(cast.bolts, cast.annas, signed_ago=None), by=cast.anna, issue="lost", remedy="refund_only")
    row = deliveries.enquire(open_case.ref, by=cast.anna)
    with pytest.raises((NotFound, NotYourMove)):
        linking.make_link(delivery=row.ref, by=cast.anna)


def test_a_link_whose_matter_has_moved_on_answers_nothing(cast: Cast, stepped_clock: clock.Stepped) -> None:
    case = lost(cast)
    charge = asked_of_carrier(cast, case, 5000)
    secret = secret_of(linking.make_link(charge=charge.ref, by=cast.agent))
    later_by(stepped_clock, timedelta(minutes=1))
    ChargeBackTo.objects.filter(pk=charge.pk).update(stage="contested")
    with pytest.raises(NoSuchMove) as moved:
        linking.answer(secret, answer="admit")
    assert moved.value.code == "link_moved"


def test_whoever_belongs_to_a_side_neither_dismisses_nor_reads_addresses(cast: Cast) -> None:
    case = lost(cast)
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.MERCHANT.value, merchant_id=case.merchant_id)
    with pytest.raises(NotYourMove):
        dismiss(Proposal.objects.get().ref, by=cast.agent)
    assert Proposal.objects.get().state == "proposed"
    charge = take_up(Proposal.objects.get().ref, by=cast.judge)
    made = linking.make_link(charge=charge.ref, by=cast.judge)
    assert linking.links_of(charge, cast.agent) == [(made.link, "")], "who reads the address answers for the carrier"
    assert linking.links_of(charge, cast.judge) == [(made.link, made.url)]
    assert (linking.may_make(charge, cast.agent), linking.may_make(charge, cast.judge)) == (False, True)
