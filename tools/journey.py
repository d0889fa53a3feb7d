"""The journey by API against a running Amends: apply, refuse, review, rule, ship back, inspect, refund, rate. Prints a line for each step.

    python -m tools.journey [http://127.0.0.1:8000]

Only the keys are made beside the API, for an order of the demo that nobody has asked anything for; everything else is what any program
would do. Exits with 1 where an answer is not what the step expects.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from typing import Any

import django
import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.settings")
os.environ.setdefault("AMENDS_DB_POOL", "0")
django.setup()

from amends.kernel import clock  # noqa: E402 - Django stands first
from amends.management.demo.market import a_user  # noqa: E402
from amends.market.models import Order  # noqa: E402
from amends.people.models import Membership, User  # noqa: E402
from amends.people.rules import Role  # noqa: E402
from amends.people.verbs import make_key  # noqa: E402
from amends.rulings.models import Review  # noqa: E402


class Side:
    """One side of the case, speaking JSON with its own key."""

    def __init__(self, base: str, membership: Membership) -> None:
        self.name = membership.role
        key = make_key(membership, "journey")
        self.http = httpx.Client(base_url=f"{base}/api/v1", headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"}, timeout=30)

    def get(self, path: str) -> Any:
        return self._answer("GET", path, self.http.get(path))

    def post(self, path: str, **body: Any) -> Any:
        return self._answer("POST", path, self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}))

    def refused(self, path: str, **body: Any) -> str:
        """What the API says to something that it must refuse."""
        answer = self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        if answer.status_code < 400:
            raise SystemExit(f"{self.name}: {path} should have been refused")
        print(f"{self.name:9} {answer.status_code} {path}: {answer.json()['detail']}")
        return str(answer.json()["code"])

    def _answer(self, method: str, path: str, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            print(answer.text, file=sys.stderr)
            raise SystemExit(f"{self.name}: {method} {path} was answered with {answer.status_code}")
        print(f"{self.name:9} {answer.status_code} {method} {path}")
        return answer.json()


def an_order() -> tuple[Order, dict[str, Any], list[Membership]]:
    """An order signed for this week, what to ask for, and the people on both sides of it."""
    from datetime import timedelta  # noqa: PLC0415

    from amends.cases.claims import LineClaim, consider, free_units  # noqa: PLC0415
    from amends.kernel.refusals import Refusal  # noqa: PLC0415
    from amends.policy.rules.facts import Remedy  # noqa: PLC0415

    recent = Order.objects.filter(shipments__signed_at__gte=clock.now() - timedelta(days=5)).select_related("merchant", "consumer")
    for order in recent.order_by("-number", "pk"):
        for line in order.lines.all():
            if not free_units(order).get(line.pk):
                continue
            try:
                asked = consider(order, [LineClaim(line.position, 1)], "no_reason", at=clock.now())
                flags: dict[str, bool | None] = {question.flag: False for question in asked.missing}
                considered = consider(order, [LineClaim(line.position, 1, flags)], "no_reason", at=clock.now())
            except Refusal:
                continue
            if not considered.missing and considered.is_open(Remedy.RETURN_REFUND):
                consumer = a_user(
                    f"{order.consumer.ref.lower()}@example.com", order.consumer.name_en, Role.CONSUMER, consumer=order.consumer
                )
                merchant = a_user(
                    f"{order.merchant.ref.lower()}@example.com", order.merchant.name_en, Role.MERCHANT, merchant=order.merchant
                )
                people = [Membership.objects.filter(user=user).order_by("pk")[0] for user in (consumer, merchant)]
                return order, {"position": line.position, "quantity": 1, "flags": flags}, people
    raise SystemExit("no order of this week can be claimed: make a demo marketplace first")


def the_arbiter(review: str) -> Membership:
    """Whoever was assigned to this review; the demo's judge where nobody was."""
    assigned = Review.objects.filter(ref=review).values_list("arbiter_id", flat=True).first()
    user = User.objects.get(pk=assigned) if assigned else a_user("judge@example.com", "Judge", Role.ARBITER)
    return Membership.objects.filter(user=user, role=Role.ARBITER.value).order_by("pk")[0]


def main(base: str) -> None:
    """The whole journey; ends when the consumer has the money and has rated the case."""
    order, line, people = an_order()
    anna, bolt = (Side(base, membership) for membership in people)
    said = anna.post(f"/orders/{order.ref}/considerations", issue="no_reason", lines=[line])
    chosen = next(r for r in said["remedies"] if r["remedy"] == "return_refund")
    print(f"          open: {chosen['open']}, {chosen['amount']}")
    anna.refused("/cases", order=order.ref, lines=[line | {"quantity": 999}], issue="no_reason", remedy="return_refund")
    anna.refused("/cases", order=order.ref, lines=[line], issue="no_reason", remedy="return_refund", stage="closed")
    case = anna.post("/cases", order=order.ref, lines=[line], issue="no_reason", remedy="return_refund", words="It does not suit me.")
    ref = case["ref"]
    anna.refused(f"/cases/{ref}/approval")
    bolt.post(f"/cases/{ref}/refusal", reason="not_intact", words="Our packing record says otherwise.")
    anna.post(f"/cases/{ref}/review", words="It was never used.")
    review = anna.get(f"/cases/{ref}")["reviews"][0]["ref"]
    judge = Side(base, the_arbiter(review))
    anna.post(f"/reviews/{review}/submissions", words="The tag is still on.")
    bolt.post(f"/reviews/{review}/submissions", words="We saw no tag.")
    judge.post(f"/reviews/{review}/round-closing")
    judge.post(f"/reviews/{review}/reply-closing")
    ruling = {"outcome": "for", "liable": "merchant", "clause": "CN-7D-01", "words": "The goods are intact and were asked back in time."}
    judge.post(f"/reviews/{review}/ruling", **ruling)
    bolt.post(f"/cases/{ref}/standing")
    parcel = awaited(lambda: parcels(anna, ref), "the return shipment")[0]["ref"]
    bolt.post(f"/parcels/{parcel}/address", address="Returns desk, 1 Example Road")
    anna.refused(f"/parcels/{parcel}/dispatch", carrier="SF", waybill="x")
    anna.post(f"/parcels/{parcel}/dispatch", carrier="SF", waybill=f"SF{uuid.uuid4().int % 10**12:012d}")
    bolt.post(f"/parcels/{parcel}/receipt")
    bolt.post(f"/parcels/{parcel}/inspection", findings=[{"verdict": "accept", "line": line["position"], "count": 1}])
    awaited(lambda: anna.http.get(f"/cases/{ref}").json()["closed_at"], "the refund and the end of the case")
    told = anna.get(f"/cases/{ref}")
    print(f"          closed at {told['closed_at']}: {told['tenders']}")
    anna.post(f"/cases/{ref}/rating", score=5, words="Fair in the end.")
    print(f"          {len(anna.get(f'/cases/{ref}/timeline')['items'])} lines of timeline, seen by both sides alike")


def parcels(side: Side, ref: str) -> list[Any]:
    """The parcels of the case, as soon as a job has opened one."""
    found: list[Any] = side.http.get(f"/cases/{ref}").json()["parcels"]
    return found


def awaited(ask: Any, what: str, seconds: float = 60) -> Any:
    """What `ask` answers once it answers something; jobs do their work meanwhile."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if found := ask():
            return found
        time.sleep(0.3)
    raise SystemExit(f"waited {seconds} s for {what}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{os.environ.get('AMENDS_PORT', '8000')}")
