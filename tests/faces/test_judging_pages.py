"""Reviews on pages: the ruling part by part with its live cost, a proof asked for and given, a laboratory's link, who judges."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.kernel import clock
from amends.people.rules import Role
from amends.rulings import verbs
from amends.rulings.models import ArbiterProfile, ProofRequest, Relation, Review, TestingBody, TestOrder
from amends.rulings.report_links import make_test_link
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.faces.test_desk import enters, posts

pytestmark = pytest.mark.django_db
REASONS = "照片显示运输途中破损。"


@pytest.fixture
def cast(stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def a_review(cast: Cast, *, quantity: int = 1, price: int = 9900) -> Review:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(quantity,), prices=(price * quantity,)), by=cast.anna, quantity=quantity)
    refuse(case.ref, reason="not_intact", words="the base is scratched", by=cast.bolt)
    call_platform(case.ref, words="it was never opened", by=cast.anna)
    return Review.objects.get(case=case)


def closed(cast: Cast, review: Review) -> str:
    verbs.close_round(review.ref, by=cast.judge)
    verbs.close_replies(review.ref, by=cast.judge)
    return f"/desk/reviews/{review.ref}"


def units(review: Review) -> list[int]:
    return sorted(review.case.claimed.values_list("unit_id", flat=True))


def test_an_arbiter_rules_part_by_part_and_sees_the_cost(cast: Cast) -> None:
    review = a_review(cast, quantity=2)
    url, judge = closed(cast, review), enters("judge@example.com")
    first, second = units(review)
    page = judge.get(url).content.decode()
    assert "Part by part" in page and f'name="remedy-{first}"' in page and "Issues and burden of proof" in page
    typed = {
        "outcome": "parts", f"remedy-{first}": "refund_only", f"amount-{first}": "50.00", f"remedy-{second}": "none",
        "share-carrier": "60", "share-merchant": "40", "clause": "CN-QUAL-01", "words": REASONS, "words_en": "Damaged on the way.",
        "blocks": "on_the_way", "found-matter": "proven",
    }  # fmt: skip
    costs = posts(judge, f"{url}/costs", **typed).content.decode()
    assert "¥30.00" in costs and "¥20.00" in costs and "¥148.00" in costs
    assert "whole number" in posts(judge, f"{url}/costs", **{**typed, "share-carrier": "600"}).content.decode()
    refused = posts(judge, f"{url}/ruling", **{**typed, f"amount-{first}": "9,900"})
    assert refused.status_code == 422 and REASONS in refused.content.decode()
    assert posts(judge, f"{url}/ruling", **typed).status_code == 303
    review.refresh_from_db()
    assert (review.outcome, review.bears, review.parts[0]["amount_minor"]) == ("partly", {"merchant": 4000, "carrier": 6000}, 5000)
    anna, bolt = enters("anna@example.com"), enters("bolt@example.com")
    seen = anna.get(f"/portal/cases/{review.case.ref}").content.decode()
    assert "Damaged on the way." in seen and "¥50.00" in seen and "¥30.00" not in seen
    assert "¥30.00" in bolt.get(f"/console/cases/{review.case.ref}").content.decode()
    assert posts(bolt, f"/console/cases/{review.case.ref}/acceptance").status_code == 303
    assert "waits for the other side" in bolt.get(f"/console/cases/{review.case.ref}").content.decode()
    assert posts(anna, f"/portal/cases/{review.case.ref}/ruling-acceptance").status_code == 303
    assert Case.objects.get().stage == "executing"


def test_freight_and_sums_beside_are_given_on_the_page_and_wrong_ones_refused(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, freight=600), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="the base is scratched", by=cast.bolt)
    call_platform(case.ref, words="it was never opened", by=cast.anna)
    review = Review.objects.get(case=case)
    url, judge = closed(cast, review), enters("judge@example.com")
    (unit,) = units(review)
    page = judge.get(url).content.decode()
    assert 'name="freight-1"' in page and "¥6.00 at most" in page and "{issue}" not in page
    typed = {
        "outcome": "parts", f"remedy-{unit}": "price_adjustment", f"amount-{unit}": "20.00", "freight-1": "6", "goodwill": "5",
        "voucher": "10", "voucher_by": "platform", "points": "300", "liable": "merchant", "clause": "CN-QUAL-01", "words": REASONS,
    }  # fmt: skip
    costs = posts(judge, f"{url}/costs", **typed).content.decode()
    assert "¥31.00" in costs and "300 points" in costs and "¥10.00" in costs
    for wrong, said in (
        ({"points": "many"}, "whole number"), ({"freight-1": "7"}, "is left at most"), ({f"amount-{unit}": ""}, "needs its sum"),
        ({"voucher": "x"}, "not an amount"), ({"goodwill_by": "carrier"}, "merchant or the platform"),
        ({"share-carrier": "1e2"}, "like 70"),
    ):  # fmt: skip
        assert said in posts(judge, f"{url}/costs", **{**typed, **wrong}).content.decode(), wrong
        assert posts(judge, f"{url}/ruling", **{**typed, **wrong}).status_code == 422, wrong
    assert posts(judge, f"{url}/ruling", **typed).status_code == 303
    given = {part["remedy"]: part.get("amount_minor") for part in Review.objects.get().parts}
    assert given == {"price_adjustment": 2000, "extra": 600, "goodwill": 500, "voucher": 1000, "points": 300}
    seen = enters("anna@example.com").get(f"/portal/cases/{case.ref}").content.decode()
    assert "300 points" in seen and "given by the platform" in seen and "Freight back" in seen


def test_a_draft_is_signed_by_another_on_the_page(cast: Cast) -> None:
    review = a_review(cast, price=900_000)
    person("reader", Role.ARBITER)
    url, judge, reader = closed(cast, review), enters("judge@example.com"), enters("reader@example.com")
    typed = {"outcome": "for", "liable": "merchant", "clause": "CN-QUAL-01", "words": REASONS}
    assert "second person" in posts(judge, f"{url}/costs", **typed).content.decode()
    assert posts(judge, f"{url}/ruling", **typed).status_code == 303
    assert REASONS in reader.get(url).content.decode() and "Sign it" in reader.get(url).content.decode()
    assert REASONS not in enters("bolt@example.com").get(f"/console/cases/{review.case.ref}").content.decode()
    assert posts(judge, f"{url}/signature").status_code == 403
    assert posts(reader, f"{url}/draft-return", words="say more").status_code == 303
    assert "say more" in judge.get(url).content.decode()
    assert posts(judge, f"{url}/ruling", **typed).status_code == 303 and posts(reader, f"{url}/signature").status_code == 303
    assert Review.objects.get().stage == "ruled"


def test_a_proof_is_asked_for_and_given_on_the_pages(cast: Cast) -> None:
    review = a_review(cast)
    judge, bolt, url = enters("judge@example.com"), enters("bolt@example.com"), f"/desk/reviews/{review.ref}"
    assert posts(judge, f"{url}/taking").status_code == 303
    assert posts(judge, f"{url}/proof-request", party="merchant", issue="refusal", words="the weighing slip").status_code == 303
    case = f"/console/cases/{review.case.ref}"
    wanted = ProofRequest.objects.get()
    assert "the weighing slip" in bolt.get(case).content.decode() and wanted.ref in bolt.get(case).content.decode()
    assert wanted.ref not in enters("anna@example.com").get(f"/portal/cases/{review.case.ref}").content.decode()
    assert posts(bolt, f"{case}/statement", words="1.2 kg", request=wanted.ref).status_code == 303
    assert ProofRequest.objects.get().state == "given"
    assert "1.2 kg" in judge.get(url).content.decode()


def test_a_laboratory_reports_by_its_link_once(cast: Cast) -> None:
    head = person("head", Role.SUPERVISOR)
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    review = a_review(cast)
    url, judge = closed(cast, review), enters("judge@example.com")
    typed = {"body": "lab", "question": "Was it used?", "cost": "80.00", "pays_first": "merchant"}
    assert posts(judge, f"{url}/test", **typed).status_code == 303
    assert posts(enters("agent@example.com"), f"{url}/link").status_code == 303
    _, address = make_test_link(review.ref, by=cast.agent)
    path, lab = "/counter/tests/" + address.rsplit("/", 1)[1], Client()
    assert "waits for your report" in lab.get(path, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Was it used?" not in lab.get(path).content.decode(), "looking opens nothing"
    assert lab.post(f"{path}/opening").status_code == 303 and "Was it used?" in lab.get(path).content.decode()
    assert lab.post(path, {"finding": "perhaps"}).status_code == 422
    answer = lab.post(path, {"finding": "no_fault", "words": "report 77"})
    assert answer.status_code == 303 and answer["Referrer-Policy"] == "no-referrer"
    assert lab.post(path, {"finding": "fault"}).status_code == 409
    assert (TestOrder.objects.get().bears, Review.objects.get().stage) == ("consumer", "deciding")
    assert lab.get("/counter/tests/" + "0" * 64).status_code == 404
    assert lab.get(path.replace("/tests/", "/answers/")).status_code == 404, "a link answers for its own matter only"
    assert "report 77" in enters("anna@example.com").get(f"/portal/cases/{review.case.ref}").content.decode()


def test_the_office_keeps_the_record_and_arbiters_say_where_they_stand(cast: Cast) -> None:
    person("head", Role.SUPERVISOR)
    head, judge = enters("head@example.com"), enters("judge@example.com")
    at = "/office/arbiters/"
    typed = {"email": "judge@example.com", "skills": "general, damaged", "rank": "2", "load_most": "5"}
    assert posts(head, f"{at}profile/", **typed).status_code == 303
    row = ArbiterProfile.objects.get()
    assert (row.skills, row.rank, row.load_most) == (["damaged", "general"], 2, 5)
    assert posts(head, f"{at}profile/", **{**typed, "rank": "12"}).status_code == 422
    assert posts(head, f"{at}body/", key="lab", name_zh="检测所", name_en="Laboratory", skills="electronics").status_code == 303
    assert posts(judge, "/desk/arbiters/relations", merchant=cast.bolts.ref, why="a cousin").status_code == 303
    assert posts(judge, "/desk/arbiters/absence", days="3").status_code == 303
    assert "a cousin" in judge.get("/desk/arbiters").content.decode()
    page = head.get(at).content.decode()
    assert "a cousin" in page and "Laboratory" in page and "away" in page
    ArbiterProfile.objects.update(away_until=clock.now())
    for page in (head.get(at), judge.get("/desk/arbiters")):
        assert ">away" not in page.content.decode(), "back again once the day has come"
    assert posts(head, f"{at}relation-end/", relation=str(Relation.objects.get().pk)).status_code == 303
    assert posts(head, f"{at}body-end/", body=TestingBody.objects.get().ref).status_code == 303
    person("owner", Role.POLICY_OWNER)
    assert posts(enters("owner@example.com"), f"{at}profile/", **typed).status_code in (403, 404)


def test_the_command_tells_and_rules(cast: Cast) -> None:
    review = a_review(cast)
    closed(cast, review)

    def said(*words: str) -> object:
        out = StringIO()
        call_command("reviews", *words, "--as", "judge@example.com", "--json", stdout=out)
        return json.loads(out.getvalue())

    (row,) = said("list")  # type: ignore[misc]
    assert row["review"] == review.ref
    shown = said("show", review.ref)
    assert isinstance(shown, dict) and shown["heard"][0]["id"] == units(review)[0]
    parts = json.dumps([{"remedy": "refund_only", "units": units(review)}])
    words = ("--parts", parts, "--bears", "merchant=100", "--clause", "CN-QUAL-01", "--words", REASONS)
    told = said("cost", review.ref, *words)
    assert isinstance(told, dict) and told["costs"][1] == {"party": "merchant", "amount": {"amount_minor": 9900, "currency": "CNY"}}, told
    ruled = said("rule", review.ref, *words)
    assert isinstance(ruled, dict) and (ruled["stage"], ruled["outcome"]) == ("ruled", "for")
