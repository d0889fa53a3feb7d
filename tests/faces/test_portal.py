"""The consumer's pages: the application in two screens with everything that can be wrong in it, the case with its acts, notices, help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from amends.cases.models import Case, CaseText, Evidence
from amends.cases.verbs.answering import approve, ask_proof, call_platform, refuse
from amends.faces.case_view import case_view
from amends.kernel.clock import Stepped
from amends.market.models import Order
from amends.notices.queries import unread_count
from amends.people.models import User
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.returns import verbs as returns
from amends.returns.models import Inspection, ReturnShipment
from amends.surveys.models import Survey
from tests.cast import Cast, an_order, claims, the_cast
from tests.files_of_evidence import PROGRAM, huge_png, picture

pytestmark = pytest.mark.django_db
KEY = iter(range(10**6))
NO = ["parts_missing", "function_lost", "tag_removed", "soiled", "inner_seal_broken", "activated", "personal_data", "altered"]


@pytest.fixture
def cast(stepped_clock: Stepped) -> Iterator[Cast]:
    return the_cast()  # type: ignore[return-value]


def at_door(actor: Actor, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def said(answer: Any) -> str:
    """The page's words without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def post(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, {"idempotency_key": f"k{next(KEY)}", **data})


def form_of(order: Order, **more: Any) -> dict[str, Any]:
    """A change of mind about one piece with every question answered by no."""
    return {"n-1": "1", "issue": "no_reason", "remedy": "return_refund", **{f"q-1-{flag}": "no" for flag in NO}, **more}


def photo(name: str = "lamp.jpg", body: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body or picture(), "image/jpeg")


def submitted(client: Client, order: Order, **more: Any) -> Any:
    return post(client, f"/portal/orders/{order.ref}/cases", **form_of(order, **more))


# ── home ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_home_shows_orders_with_what_is_free_open_cases_and_unread_notices(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9900,))
    case = claims(order, by=cast.anna, quantity=1)
    jobs.drain()
    page = at_door(cast.anna).get("/portal/")
    words = said(page)
    assert "2 can still be claimed" in words
    assert "Your claim is with the merchant" in words
    assert f"/portal/cases/{case.ref}" in page.content.decode()
    assert f"{unread_count(cast.anna)} unread" in page.content.decode()
    assert "Bolt Hardware" in words


def test_home_says_what_is_simulated_and_searches(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    Order.objects.filter(pk=order.pk).update(simulated=["cents_as_fen", "dates_moved"], source="The Complete Journey, 84.51°: basket 1")
    client = at_door(cast.anna, "zh-CN")
    words = said(client.get("/portal/"))
    assert "美分按一比一显示为人民币分" in words
    assert "The Complete Journey, 84.51°" in words
    assert "basket 1" not in words
    assert order.ref in client.get(f"/portal/?q={order.ref}").content.decode()
    assert "没有找到这样的订单" in said(client.get("/portal/?q=棉花糖"))


def test_home_pages_by_key_and_costs_the_same_for_many_orders(cast: Cast) -> None:
    for _ in range(3):
        an_order(cast.bolts, cast.annas)
    client = at_door(cast.anna)
    with CaptureQueriesContext(connection) as few:
        client.get("/portal/")
    for _ in range(9):
        an_order(cast.bolts, cast.annas)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/portal/")
    assert len(many) <= len(few) <= 16
    following = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
    assert following
    rest = client.get("/portal/" + following[1].replace("&amp;", "&"))
    assert rest.content.decode().count("Make a claim") >= 2
    assert client.get("/portal/?after=nonsense").status_code == 404


# ── the application ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_screen_knows_the_order(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(1, 3), prices=(9900, 3069))
    page = at_door(cast.anna, "zh-CN").get(f"/portal/orders/{order.ref}/claim")
    words, html = said(page), page.content.decode()
    assert "买 3 件，实付 ¥30.69" in words
    assert "前可无理由退货" in words
    assert 'max="3"' in html
    assert html.count('name="issue"') == 15


def test_a_claim_is_made_in_two_screens_and_its_page_says_what_follows(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9900,), coupons=(300,))
    client = at_door(cast.anna)
    second = client.get(f"/portal/orders/{order.ref}/claim/remedies?n-1=2&issue=no_reason")
    words = said(second)
    assert "The merchant has until" in words
    assert "Return and refund" in words or "return and refund" in words
    assert "¥64.00" in words
    assert words.count("Wallet") == 1
    answer = submitted(client, order, **{"n-1": "2", "words": "不想要了 😀"})
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/portal/cases/{case.ref}")
    assert (case.units_count, case.claimed_minor, case.channel) == (2, 6400, "portal")
    receipt = said(client.get(answer["Location"]))
    assert "Your claim is with the merchant" in receipt
    assert "Without an answer: approved by itself, ¥64.00 after the return" in receipt
    assert "不想要了 😀" in receipt


def test_what_the_second_screen_promises_is_what_the_case_owes(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(3, 2), prices=(1000, 777), discounts=(100, 0), coupons=(50, 0))
    url = f"/portal/orders/{order.ref}/claim/remedies?n-1=2&n-2=1&issue=no_reason"
    option = next(one for one in at_door(cast.anna).get(url).context["options"] if one.value == "return_refund")
    answers = {f"q-2-{flag}": "no" for flag in NO}
    submitted(at_door(cast.anna), order, **{"n-1": "2", "n-2": "1", **answers})
    view = case_view(Case.objects.get().ref, cast.anna)
    assert [(str(row.label).lower(), row.minor) for row in option.tenders] == [(str(row.label).lower(), row.minor) for row in view.tenders]
    assert option.total.minor == view.total.minor == sum(row.minor for row in option.rows)


def test_a_changed_question_renders_the_remedies_anew(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    client = at_door(cast.anna)
    url = f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=no_reason"
    whole = client.get(url)
    flag = whole.context["questions"][0].name
    part = client.get(f"{url}&{flag}=yes", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'hx-swap-oob="true"' in part.content.decode()
    assert whole.context["choices"] == 1
    assert part.context["choices"] == 0


def test_what_goes_out_again_or_is_repaired_may_be_chosen_like_money(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, goods_class="appliance")
    page = at_door(cast.anna, "zh-CN").get(f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=quality")
    assert {"return_refund", "exchange", "repair"} <= {option.value for option in page.context["options"] if option.open}


def test_shares_and_weights_are_asked_in_their_own_fields(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, goods_class="fresh", signed_ago=timedelta(hours=3))
    client = at_door(cast.anna)
    base = f"/portal/orders/{order.ref}/claim/remedies?n-1=1"
    whole = client.get(f"{base}&issue=spoiled&remedy=refund_only").context
    part = client.get(f"{base}&issue=spoiled&remedy=refund_only&q-1-bad_share=30").context
    assert [one.kind for one in whole["questions"]] == ["bad_share"]
    assert (whole["chosen"].amount_minor, part["chosen"].amount_minor) == (9900, 2970)
    wrong = client.get(f"{base}&issue=spoiled&q-1-bad_share=140").context["questions"][0]
    assert wrong.error and "1 to 100" in str(wrong.error)
    weighed = client.get(f"{base}&issue=short_weight&q-1-weighed_again=1000&q-1-weighed_again-2=600&remedy=refund_only").context
    assert (weighed["chosen"].value, weighed["chosen"].amount_minor) == ("refund_only", 3960)


def test_the_same_form_twice_makes_one_case(cast: Cast) -> None:
    order, client = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(9900,)), at_door(cast.anna)
    form = {"idempotency_key": "twice", **form_of(order)}
    first, second = (client.post(f"/portal/orders/{order.ref}/cases", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        ("n-1=9&issue=quality", "买了 2 件，还能申请 2 件", "2 were bought; 2 can still be claimed"),
        ("n-1=-1&issue=quality", "件数至少是 1", "at least 1"),
        ("n-1=zwei&issue=quality", "请填写件数", "Please give the number of pieces"),
        ("n-7=1&issue=quality", "没有第 7 行", "no line 7"),
        ("issue=quality", "请至少选择一件商品", "Choose at least one article"),
        ("n-1=1", "请选择遇到了什么问题", "Choose what is wrong"),
        ("n-1=1&issue=stolen", "请选择遇到了什么问题", "Choose what is wrong"),
    ],
)
def test_wrong_pieces_come_back_to_the_first_screen_with_what_would_be_right(cast: Cast, query: str, zh: str, en: str) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,), prices=(9900,))
    for language, words in (("zh-CN", zh), ("en", en)):
        page = at_door(cast.anna, language).get(f"/portal/orders/{order.ref}/claim/remedies?{query}")
        assert page.status_code == 422
        assert words in said(page)
    assert not Case.objects.exists()


def test_a_closed_window_says_why_and_since_when(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, signed_ago=timedelta(days=12))
    answer = submitted(at_door(cast.anna), order)
    assert answer.status_code == 422
    assert "12 days" in said(answer)
    assert not Case.objects.exists()


def test_unanswered_questions_are_pointed_at_and_nothing_typed_is_lost(cast: Cast) -> None:
    order, client = an_order(cast.bolts, cast.annas), at_door(cast.anna)
    asked = client.get(f"/portal/orders/{order.ref}/claim/remedies?n-1=1&issue=no_reason").context["questions"]
    form = {"n-1": "1", "issue": "no_reason", "remedy": "return_refund", "words": "灯罩有划痕 😀", asked[0].name: "no"}
    answer = client.post(f"/portal/orders/{order.ref}/cases", {"idempotency_key": "q", **form})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "灯罩有划痕 😀" in html
    assert re.search(rf'name="{asked[0].name}"[^>]*value="no" checked', html)
    assert f'href="#id_{asked[1].name}"' in html and f'id="id_{asked[1].name}"' in html


def test_words_that_are_too_long_stay_in_their_field_and_files_stay_uploaded(cast: Cast) -> None:
    order, client = an_order(cast.bolts, cast.annas), at_door(cast.anna, "zh-CN")
    answer = submitted(client, order, words="长" * 10_000, files=[photo()])
    assert answer.status_code == 422
    assert "写了 10000 个字，最多 4000 个字" in said(answer)
    assert "长" * 10_000 in answer.content.decode()
    kept = Evidence.objects.get()
    assert re.search(rf'name="evidence" value="{kept.ref}" checked', answer.content.decode())
    again = submitted(client, order, words="短", evidence=[kept.ref])
    assert again.status_code == 303
    kept.refresh_from_db()
    assert kept.case_id == Case.objects.get().pk


@pytest.mark.parametrize(("name", "body"), [("photo.jpg", PROGRAM), ("huge.png", huge_png())])
def test_files_that_are_no_photos_are_named_and_the_good_ones_kept(cast: Cast, name: str, body: bytes) -> None:
    order, client = an_order(cast.bolts, cast.annas), at_door(cast.anna)
    answer = submitted(client, order, files=[photo("good.jpg"), photo(name, body)])
    assert answer.status_code == 422
    assert f"{name}:" in said(answer)
    assert "good.jpg:" not in said(answer)
    assert Evidence.objects.get().case_id is None
    assert not Case.objects.exists()


def test_too_little_evidence_says_how_much_is_needed(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, goods_class="fresh", signed_ago=timedelta(hours=3))
    form = {"n-1": "1", "issue": "spoiled", "q-1-bad_share": "100", "remedy": "refund_only"}
    answer = post(at_door(cast.anna), f"/portal/orders/{order.ref}/cases", **form, files=[photo()])
    assert answer.status_code == 422
    assert "at least 2 pieces of evidence; there are 1" in said(answer)
    assert Evidence.objects.count() == 1


def test_evidence_of_another_person_is_not_found(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    answer = submitted(at_door(cast.anna), order, evidence=["EV-0000-0000-0000"])
    assert answer.status_code == 422
    assert "not found" in said(answer)


# ── foreign tenants ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_of_another_consumer_does_not_exist(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas)
    case = claims(order, by=cast.anna)
    berta = at_door(cast.berta)
    pages = [f"/portal/orders/{order.ref}/claim{more}" for more in ("", "/remedies?n-1=1&issue=quality")] + [f"/portal/cases/{case.ref}"]
    acts = ["withdrawal", "platform-call", "refusal-acceptance", "ruling-acceptance", "proof", "statements/RV-0", "rating"]
    acts += ["parcels/RT-0/dispatch", "parcels/RT-0/pickup", "parcels/RT-0/pickup/cancellation", "parcels/RT-0/collection"]
    acts += ["findings/1/acceptance", "findings/1/objection"]
    assert [berta.get(url).status_code for url in pages] == [404] * 3
    assert post(berta, f"/portal/orders/{order.ref}/cases", **form_of(order)).status_code == 404
    for act in acts:
        answer = post(berta, f"/portal/cases/{case.ref}/{act}", words="x", score="5", carrier="SF", waybill="SF1234567890")
        assert answer.status_code == 404, act
    case.refresh_from_db()
    assert case.closed_at is None
    assert at_door(cast.bolt).get("/portal/").status_code == 404
    assert Client().get("/portal/").status_code == 302


# ── the case ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_claim_is_withdrawn_once(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna)
    assert post(client, f"/portal/cases/{case.ref}/withdrawal").status_code == 303
    case.refresh_from_db()
    assert case.ended_by == "withdraw"
    assert "Withdrawn" in said(client.get(f"/portal/cases/{case.ref}"))
    assert post(client, f"/portal/cases/{case.ref}/withdrawal").status_code == 409


def test_a_refusal_is_shown_with_its_reason_and_the_platform_is_called_in(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna, "zh-CN")
    refuse(case.ref, reason="not_intact", words="底座有划痕", by=cast.bolt)
    words = said(client.get(f"/portal/cases/{case.ref}"))
    assert "商家没有同意，你可以申请平台介入" in words
    assert "商品不完好" in words and "底座有划痕" in words
    answer = post(client, f"/portal/cases/{case.ref}/platform-call", words="字" * 5000)
    assert answer.status_code == 422 and "字" * 5000 in answer.content.decode()
    assert post(client, f"/portal/cases/{case.ref}/platform-call", words="我没有拆过").status_code == 303
    page = client.get(f"/portal/cases/{case.ref}")
    assert "请提交凭证" in said(page) and "我没有拆过" in said(page)
    review = case_view(case.ref, cast.anna).review
    assert review is not None
    assert post(client, f"/portal/cases/{case.ref}/statements/{review.ref}").status_code == 422
    assert post(client, f"/portal/cases/{case.ref}/statements/{review.ref}", words="见照片", files=[photo()]).status_code == 303
    assert Evidence.objects.get().case_id == case.pk


def test_a_refusal_can_be_accepted_and_the_case_is_rated(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna)
    refuse(case.ref, reason="other", words="see the photo", by=cast.bolt)
    assert post(client, f"/portal/cases/{case.ref}/refusal-acceptance").status_code == 303
    jobs.drain()
    answer = post(client, f"/portal/cases/{case.ref}/rating", words="slow but fair")
    assert answer.status_code == 422
    assert "The score is 1 to 5" in said(answer) and "slow but fair" in answer.content.decode()
    assert post(client, f"/portal/cases/{case.ref}/rating", score="4", words="slow but fair").status_code == 303
    assert Survey.objects.get().score == 4
    assert "You rated it 4 of 5" in said(client.get(f"/portal/cases/{case.ref}"))


def test_proof_is_given_with_words_or_files(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna)
    ask_proof(case.ref, words="a photo of the label", by=cast.bolt)
    assert "a photo of the label" in said(client.get(f"/portal/cases/{case.ref}"))
    nothing = post(client, f"/portal/cases/{case.ref}/proof")
    assert nothing.status_code == 422 and "at least one piece of evidence" in said(nothing)
    assert post(client, f"/portal/cases/{case.ref}/proof", files=[photo()]).status_code == 303
    assert "answer" in case_view(case.ref, cast.anna).steps[1].key


def approved(cast: Cast) -> tuple[Case, ReturnShipment]:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(case.ref, by=cast.bolt)
    jobs.drain()
    parcel = ReturnShipment.objects.get(case_id=case.pk)
    returns.give_address(parcel.ref, by=cast.bolt)
    return case, parcel


def test_goods_go_back_under_a_waybill_that_no_other_parcel_has(cast: Cast) -> None:
    (case, parcel), client = approved(cast), at_door(cast.anna)
    url = f"/portal/cases/{case.ref}/parcels/{parcel.ref}/dispatch"
    page = said(client.get(f"/portal/cases/{case.ref}"))
    assert "杭州市余杭区仓前街道 1 号" in page
    assert "Please send the goods back" in page
    for sent, wrong in (
        ({"carrier": "SF Express", "waybill": "12"}, "8 to 30 letters and digits"),
        ({"carrier": "", "waybill": "SF1234567890"}, "name the carrier"),
    ):
        answer = post(client, url, **sent)
        assert answer.status_code == 422 and wrong in said(answer)
        assert f'value="{sent["waybill"]}"' in answer.content.decode()
    assert post(client, url, carrier="SF Express", waybill="sf 1234-567890").status_code == 303
    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.waybill) == ("SF Express", "SF1234567890")
    other, second = approved(cast)
    twice = post(client, f"/portal/cases/{other.ref}/parcels/{second.ref}/dispatch", carrier="SF Express", waybill="SF1234567890")
    assert twice.status_code == 422 and "Another parcel has this waybill" in said(twice)


def test_a_pick_up_is_booked_and_cancelled(cast: Cast) -> None:
    (case, parcel), client = approved(cast), at_door(cast.anna, "zh-CN")
    url = f"/portal/cases/{case.ref}/parcels/{parcel.ref}/pickup"
    assert post(client, url).status_code == 422
    assert post(client, url, address="杭州市西湖区 1 号").status_code == 303
    words = said(client.get(f"/portal/cases/{case.ref}"))
    assert "取消取件" in words and "预约上门取件" not in words
    assert post(client, f"{url}/cancellation").status_code == 303
    assert "上门取件等其他寄法" in said(client.get(f"/portal/cases/{case.ref}"))
    assert "预约上门取件" in said(client.get(f"/portal/cases/{case.ref}/parcels/{parcel.ref}"))


def test_a_finding_is_contested_with_words_and_files(cast: Cast) -> None:
    (case, parcel), client = approved(cast), at_door(cast.anna)
    returns.ship(parcel.ref, carrier="SF", waybill="SF1234567890", by=cast.anna)
    returns.deliver(parcel.ref)
    returns.receive(parcel.ref, by=cast.bolt)
    finding = Inspection.objects.get(case_id=case.pk)
    returns.reject(case.ref, inspection=finding.pk, words="scratched", by=cast.bolt)
    words = said(client.get(f"/portal/cases/{case.ref}"))
    assert "scratched" in words and "Contest the finding" in words and "Accept the finding" in words
    answer = post(client, f"/portal/cases/{case.ref}/findings/{finding.pk}/objection", words="it was not", files=[photo("x.jpg", PROGRAM)])
    assert answer.status_code == 422 and "x.jpg:" in said(answer) and "it was not" in answer.content.decode()
    assert post(client, f"/portal/cases/{case.ref}/findings/{finding.pk}/objection", words="it was not", files=[photo()]).status_code == 303
    assert CaseText.objects.filter(case_id=case.pk, kind="contest").exists()
    assert post(client, f"/portal/cases/{case.ref}/findings/{finding.pk}/acceptance").status_code == 409


def test_only_legal_acts_stand_on_the_page(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna)
    html = client.get(f"/portal/cases/{case.ref}").content.decode()
    assert f"/portal/cases/{case.ref}/withdrawal" in html
    assert "/platform-call" not in html and "/rating" not in html and "/proof" not in html


def test_one_case_costs_few_queries(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(3,), prices=(9900,)), by=cast.anna, quantity=3)
    refuse(case.ref, reason="other", words="no", by=cast.bolt)
    call_platform(case.ref, words="yes", by=cast.anna)
    client = at_door(cast.anna)
    with CaptureQueriesContext(connection) as found:
        assert client.get(f"/portal/cases/{case.ref}").status_code == 200
    assert len(found) <= 24  # of these three for the review: itself, the proofs asked for, its tests


# ── around ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_notices_lead_to_their_case_and_are_read_once(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna, "zh-CN")
    jobs.drain()
    assert unread_count(cast.anna) == 1
    page = client.get("/portal/notices/")
    assert f"/portal/cases/{case.ref}" in page.content.decode() and "已收到你的售后申请" in said(page)
    assert post(client, "/portal/notices/reading").status_code == 303
    assert unread_count(cast.anna) == 0


def test_help_is_honest_about_what_there_is(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    page = at_door(cast.anna).get("/portal/help/")
    assert "Telephone and chat: not there yet" in said(page)
    assert f"/portal/cases/{case.ref}" in page.content.decode()


def test_lists_show_open_and_closed_cases_apart(cast: Cast) -> None:
    case, client = claims(an_order(cast.bolts, cast.annas), by=cast.anna), at_door(cast.anna)
    assert case.ref in client.get("/portal/cases/").content.decode()
    assert case.ref not in client.get("/portal/cases/?show=closed").content.decode()
    post(client, f"/portal/cases/{case.ref}/withdrawal")
    assert case.ref in client.get("/portal/cases/?show=closed").content.decode()
    assert client.get("/portal/cases/?after=nonsense").status_code == 404


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_speaks_one_language(cast: Cast, language: str) -> None:
    order = an_order(cast.bolts, cast.annas)
    case, client = claims(order, by=cast.anna), at_door(cast.anna, language)
    other = an_order(cast.bolts, cast.annas)
    urls = ["/portal/", "/portal/cases/", "/portal/notices/", "/portal/help/", f"/portal/cases/{case.ref}"]
    urls += [f"/portal/orders/{other.ref}/claim{more}" for more in ("", "/remedies?n-1=1&issue=no_reason")]
    for url in urls:
        page: HttpResponse = client.get(url)  # type: ignore[assignment]
        words = said(page)
        assert page.status_code == 200
        if language == "en":
            assert not re.search(r"[\u4e00-\u9fff]{3,}", words.replace("中", "")), (url, re.findall(r"[\u4e00-\u9fff]{3,}", words))
        assert BytesIO(page.content).read(15) == b"<!doctype html>"
