"""One of everything that has an address: Anna's matters at Bolt's, in each of the lives; and a program for each of the cast."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from amends.approvals.asking import decide
from amends.approvals.rules_of_money import shipped_text
from amends.approvals.versions import write
from amends.cases.models import Case
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer
from amends.compensation.supplements import ask
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.liability.verbs.bearers import add_bearer
from amends.liability.verbs.charging import ask_bearer
from amends.liability.verbs.deductions import announced
from amends.liability.verbs.deposit_row import deposit_of
from amends.market.models import Order, Tender
from amends.notices.models import Contact, Message, Promise
from amends.notices.webhooks import verbs as webhooks
from amends.notices.webhooks.models import Delivery
from amends.people.rules import PLATFORM, Actor, Role
from amends.plumbing.payments.port import GatewayUnreachable
from amends.policy.golden import facts_of, golden_checks
from amends.policy.models import Flip, PastFacts
from amends.policy.simulation.verbs import start_simulation
from amends.policy.verbs import save_draft
from amends.reconciliation.models import Difference
from amends.reconciliation.verbs.comparing import compare_statement
from amends.reconciliation.verbs.taking import take_file
from amends.refunds.chargebacks import Opened, open_chargeback
from amends.refunds.models import BankBatch, Refund
from amends.returns.models import Inspection, ReturnShipment
from amends.rulings.models import Review
from amends.sealing.exporting import make_file
from amends.shipping.verbs import watch
from tests import files_of_evidence as made
from tests.api_client import Program, program, programs
from tests.cast import Cast, an_order, claims, person, settled, the_cast
from tests.policy_at_hand import law, promise
from tests.proofs.api_appeals import appeals_in
from tests.proofs.api_beside import a_talk, beside_the_case
from tests.proofs.api_bodies import BODIES, body_of
from tests.proofs.api_goods import a_delivery, a_desk, a_way_back, a_workshop_for, pieces_again, repairs_of, workers
from tests.proofs.api_whole import a_whole

# Whose these are, besides the four of the cast who have cases.
OWNERS = ("anna", "bolt", "judge", "agent", "olga")


@dataclass
class World:
    """Anna's matters at Bolt's, one in each of the lives that have an address; and a program for each of the cast."""

    cast: Cast
    by: dict[str, Program]
    refs: dict[str, str]

    def path(self, template: str) -> str:
        """The address of Anna's own thing."""
        kind = template.split("/")[4] if "/policy/" in template else template.split("/")[3]
        ref = self.refs[kind] if "inspections" not in template else self.refs["inspected"]
        ref = self.refs["shelved"] if "/receiving/shelf/" in template else ref
        ref = self.refs.get(f"{kind}/{template.rsplit('/', 1)[1]}", ref)  # one at the stage that this one needs
        ref = self.refs["statement"] if "/reconciliation/statements/" in template else ref
        filled = template.replace("statement/{kind}", "statement/csv").replace("{ref}", ref)
        filled = filled.replace("{case}", self.refs["flip"]).replace("{line}", "1")
        filled = filled.replace("{evidence}", self.refs["evidence"]).replace("{inspection}", self.refs["inspection"])
        filled = filled.replace("{contact}", self.refs["contacts"]).replace("{kind}", "case.refuse").replace("{to}", "consumer")
        filled = filled.replace("{delivery}", self.refs["delivery"]).replace("{promise}", self.refs["promise"])
        filled = filled.replace("{version}", self.refs["rules"]).replace("{merchant}", self.cast.bolts.ref)
        filled = filled.replace("{number}", self.refs["note"])
        filled = filled.replace("{technician}", self.refs["technicians"])
        filled = filled.replace("{consumer}", self.cast.annas.ref)
        filled = filled.replace("{name}", "house").replace("{event}", "evt_1").replace("{track}", self.refs["tracks"])
        assert "{" not in filled, f"nothing fills {template}"
        return filled


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is undone, so that every endpoint meets the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def a_world(cast: Cast | None = None) -> World:
    """The cast, and one of everything that has an address."""
    cast = cast or the_cast()
    by = programs(cast) | {"olga": program(person("olga", Role.POLICY_OWNER))}
    by |= workers(cast)
    order = an_order(cast.bolts, cast.annas, quantities=(3,))
    piece = by["anna"].send(order.ref, io.BytesIO(made.picture())).json()["ref"]
    case = claims(order, by=cast.anna, evidence=[piece])
    other, parcel = _received(cast, by, order)
    third = _in_review(cast, by, order)
    unsent = an_order(cast.bolts, cast.annas, shipped=False)
    by["bolt"].post(f"/cases/{claims(unsent, by=cast.anna, remedy='refund_only').ref}/approval")
    with suppress(GatewayUnreachable):  # the intent is enough: nothing here is paid
        settled()
    refs = {
        "orders": order.ref,
        "cases": case.ref,
        "ledger": case.ref,
        "parcels": parcel.ref,
        "reviews": Review.objects.get(case=third).ref,
        "refunds": Refund.objects.get(case__order=unsent).ref,
        "chargebacks": a_chargeback(unsent),
        "evidence": piece,
        "inspection": str(Inspection.objects.get(case=other).pk),
        "inspected": other.ref,
        "promise": str(Promise.objects.get(case=case, bearer="merchant").pk),
        "contacts": str(Contact.objects.create(user_id=cast.anna.user_id or 0, channel="sms", address="+8613812345678").pk),
        "messages": str(Message.objects.filter(case_id=case.pk).order_by("pk").values_list("ref", flat=True).first()),
        "announcements": by["olga"].post("/announcements", BODIES["AnnouncementIn"]).json()["ref"],
        "wordings": "case.refuse",
        "gateways": "house",
        "carriers": "house",
        "tracks": str(watch(cast.bolts.pk, "SF", "SF0000000001").pk),
        "drafts": save_draft(by=cast.bolt, text=promise(), name="Ten days").ref,
        **a_way_back(cast, parcel),
        **a_desk(cast),
        **a_gift(cast, case),
        **a_cost(cast, unsent),
        **a_delivery(cast, case, unsent),
        **beside_the_case(cast, case),
        **a_talk(cast, case),
        **a_whole(cast),
        **a_workshop_for(cast, repairs_of(other)),
        **pieces_again(cast),
        **a_wish(cast, by["olga"].actor),
        **a_statement(cast),
        **a_simulation(case),
        **an_endpoint(cast),
        **a_file_each(cast, case),
        **appeals_in(cast),
    }
    by["olga"].post(f"/announcements/{refs['announcements']}/publication")
    return World(cast, by, refs)


def _received(cast: Cast, by: dict[str, Program], order: Order) -> tuple[Case, ReturnShipment]:
    """A case whose parcel is at the merchant's, to be looked at."""
    case = claims(order, by=cast.anna)
    by["bolt"].post(f"/cases/{case.ref}/approval")
    settled()
    parcel = ReturnShipment.objects.get(case=case)
    by["bolt"].post(f"/parcels/{parcel.ref}/address")
    by["anna"].post(f"/parcels/{parcel.ref}/dispatch", BODIES["DispatchIn"] | {"waybill": "SF0000000001"})
    by["bolt"].post(f"/parcels/{parcel.ref}/receipt")
    return case, parcel


def _in_review(cast: Cast, by: dict[str, Program], order: Order) -> Case:
    """A case that was refused, and the platform called in."""
    case = claims(order, by=cast.anna)
    by["bolt"].post(f"/cases/{case.ref}/refusal", BODIES["RefusalIn"])
    by["anna"].post(f"/cases/{case.ref}/review")
    return case


def a_file_each(cast: Cast, case: Case) -> dict[str, str]:
    """A proof file of Anna's own, one of Bolt's and one of the platform's."""
    makers = {"proof-files": cast.anna, "bolts-file": cast.bolt, "judges-file": cast.judge}
    return {name: make_file(case.ref, "own", by).ref for name, by in makers.items()}


def a_chargeback(order: Order) -> str:
    """What Anna's bank has taken back of that payment."""
    tender = Tender.objects.filter(order=order).order_by("position")[0]
    row = open_chargeback(Opened("house", "DP1", 100, "CNY", tender=tender.ref))
    assert row is not None
    return row.ref


def a_gift(cast: Cast, case: Case) -> dict[str, str]:
    """A voucher of Bolt's for Anna, what she is asked to pay on top, and her purse with points in it."""
    compensate(case.ref, Offer("points", 10), by=cast.agent)
    given = compensate(case.ref, Offer("voucher", 1000), by=cast.bolt)
    asked = ask(case.ref, amount_minor=100, by=cast.bolt)
    BODIES["CorrectionIn"] |= {"merchant": cast.bolts.ref}
    return {"vouchers": given.came, "supplements": asked.ref, "purses": cast.annas.ref}


def a_cost(cast: Cast, order: Order) -> dict[str, str]:
    """What a carrier is asked to bear for Bolt, and a deduction from Bolt's deposit that is announced."""
    case = Case.objects.get(order=order)
    carrier = add_bearer(kind="carrier", key="QN", name_zh="青鸟", name_en="Bluebird", by=cast.agent)
    charge = ask_bearer(case.ref, party="carrier", bearer=carrier.ref, amount_minor=1, what="refund", words="crushed", by=cast.agent)
    move = announced(deposit_of(cast.bolts), 1, "breach", "twice", PLATFORM)
    return {"charges": charge.ref, "deposits": "", "deposit-moves": move.ref, "merchants": ""}


def a_wish(cast: Cast, olga: Actor) -> dict[str, str]:
    """What Bolt asks its colleagues to approve, and a version of the money rules that waits for a signature."""
    asked = decide(
        "goodwill", by=cast.bolt, merchant_id=cast.bolts.pk, amount_minor=30_000, unit="CNY", payload={}, key="walls",
        consumer_id=cast.annas.pk, why="she waited for weeks",
    )  # fmt: skip
    assert asked is not None
    rules = write(shipped_text().replace('version = "2026-11"', 'version = "2026-12"'), why="the year ends", by=olga)
    return {"approvals": asked.ref, "money-rules": "", "rules": rules.version}


def a_statement(cast: Cast) -> dict[str, str]:
    """A statement that knows a refund which nobody here does, and a file of bank transfers."""
    line = b"kind,provider_ref,at,amount,currency\nrefund,R1,2026-03-09,1,CNY\n"
    taken = take_file("house", name="a.csv", content=line, by=PLATFORM, compare=False)
    compare_statement(taken.statement)
    batch = BankBatch.objects.create(ref=new_ref("BB"), currency="CNY", total_minor=0, count=0, digest="", made_at=clock.now())
    return {"statement": taken.statement.ref, "reconciliation": Difference.objects.get().ref, "bank": batch.ref}


def a_simulation(case: Case) -> dict[str, str]:
    """What the office simulated, with one flip: Anna's case."""
    facts = facts_of(next(check for check in golden_checks() if "facts" in check.raw)).to_json()
    same = {"issue": case.issue, "goods_class": case.goods_class, "remedy": case.remedy}
    known = {"day": case.opened_at.date(), "facts": json.dumps(facts), **same}
    PastFacts.objects.get_or_create(merchant_id=case.merchant_id, case=case, line=1, defaults=known)
    found = start_simulation(PLATFORM, source="history", text=law())
    side = {"open": [], "granted": False, "amount_minor": 0, "lane": "", "clauses": []}
    whose = {"merchant_id": case.merchant_id, "case": case, "case_ref": case.ref, "goods_class": case.goods_class, "issue": case.issue}
    Flip.objects.create(simulation=found, kind="won", before=side, after=side, **whose)
    return {"simulations": found.ref, "flip": case.ref}


def an_endpoint(cast: Cast) -> dict[str, str]:
    """Where Bolt's own program listens, with one event that arrived there."""
    endpoint = webhooks.add(url="https://bolt.example.com/hooks", by=cast.bolt)
    test = webhooks.send_test(endpoint.ref, by=cast.bolt)
    Delivery.objects.filter(pk=test.pk).update(state="delivered", next_at=None)
    return {"webhooks": endpoint.ref, "delivery": test.ref}


def asks(program: Program, method: str, template: str, path: str, once: str | None = None) -> Any:
    if method == "get":
        return program.get(path)
    if template.endswith("/evidence"):
        return program.send(path.split("/")[-2], io.BytesIO(made.picture()), once=once)
    return program.post(path, body_of(template), once=once)
