"""An exchange with a difference, and a resend, in Chromium: at the width of a telephone and of a desk, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from amends.compensation.captures import take_capture
from amends.compensation.models import Supplement
from amends.replacements import verbs
from tests.browser.test_journey import Speaker, Walk
from tests.cast import an_order, settled, the_cast
from tests.verbs.replacing import a_lamp, accepted, bought, piece_of, resent

pytestmark = pytest.mark.browser
Visitors = Callable[[str, int, str], Page]


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_an_exchange_with_a_difference_and_a_resend(visitors: Visitors, language: str, width: int) -> None:
    cast = the_cast()
    order = bought(cast)
    large = a_lamp(cast, "大号", "L", 10900)
    case, other = accepted(cast, order), resent(cast, bought(cast))
    speak = Speaker(language)

    bolt = Walk(visitors("bolt", width, language), speak)
    bolt.page.goto("/console/pieces")
    expect(bolt.page.locator(f"a[href='/console/cases/{case.ref}']").first).to_be_visible()
    bolt.fits()
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.page.locator("summary", has_text=speak("没有货", "There is none")).click()
    bolt.page.locator("[name=instead]").fill(large.key)
    bolt.press("告诉消费者没有货", "Tell the consumer that there is none")
    bolt.fits()

    anna = Walk(visitors("anna", width, language), speak)
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.get_by_text("¥10.00").first).to_be_visible()
    anna.fits()
    anna.press("换这一件", "Take this one")
    bolt.page.goto(f"/console/cases/{case.ref}")
    bolt.press("留一件", "Keep a piece")
    anna.page.goto(f"/portal/cases/{case.ref}")
    expect(anna.page.get_by_role("button", name=speak("去付差价", "Pay the difference"))).to_be_visible()
    anna.fits()
    asked_for = Supplement.objects.get(case=case)
    take_capture("house", {"key": asked_for.ref, "amount": 1000, "currency": "CNY", "payment_ref": "P-1"})
    settled()
    _shipped_and_confirmed(bolt, anna, case.ref, piece_of(case).ref, "SF1234567001")

    bolt.page.goto(f"/console/cases/{other.ref}")
    bolt.press("留一件", "Keep a piece")
    _shipped_and_confirmed(bolt, anna, other.ref, piece_of(other).ref, "SF1234567002")
    assert {piece_of(one).stage for one in (case, other)} == {"confirmed"}


def _shipped_and_confirmed(bolt: Walk, anna: Walk, case: str, piece: str, waybill: str) -> None:
    bolt.page.goto(f"/console/cases/{case}")
    card = bolt.page.locator(f"#piece-{piece}")
    card.locator("[name=carrier]").fill("SF")
    card.locator("[name=waybill]").fill(waybill)
    bolt.press("已发货，登记运单", "Shipped: record the waybill")
    expect(bolt.page.get_by_text(waybill).first).to_be_visible()
    verbs.carrier_says(piece, "deliver")
    anna.page.goto(f"/portal/cases/{case}")
    anna.fits()
    anna.press("收到了，没有问题", "It came and is right")


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en-GB", 1440)])
def test_what_a_part_of_a_bundle_forfeits_is_shown_before_the_claim(visitors: Visitors, language: str, width: int) -> None:
    cast, speak = the_cast(), Speaker(language)
    kit = {"kind": "discount", "name": {"zh": "组合价：套机", "en": "bundle: kit"}, "min_spend_minor": 150000, "saved_minor": 30000,
           "lines": [1, 2]}  # fmt: skip
    order = an_order(cast.bolts, cast.annas, quantities=(1, 1), prices=(100000, 50000), discounts=(20000, 10000), promotions=[kit])
    anna = Walk(visitors("anna", width, language), speak)
    for whole, parts in ((False, "n-1=1"), (True, "n-1=1&n-2=1")):
        anna.page.goto(f"/portal/orders/{order.ref}/claim/remedies?{parts}&issue=no_reason&remedy=return_refund")
        option = anna.page.locator(".opt", has=anna.page.locator("#opt_return_refund"))
        ways = option.locator("summary", has_text=speak("两种算法", "Two ways to count it"))
        expect(ways).to_have_count(0 if whole else 1)
        if not whole:
            ways.click()
            expect(option.get_by_text(speak("不再满足优惠门槛", "no longer reaches the discount threshold")).first).to_be_visible()
            expect(option.get_by_text("¥700.00").first).to_be_visible()
            expect(option.get_by_text("¥800.00").first).to_be_visible()
            anna.fits()


def test_a_piece_is_sent_elsewhere_on_a_telephone(visitors: Visitors) -> None:
    cast = the_cast()
    case = resent(cast, bought(cast))
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    anna = Walk(visitors("anna", 390, "zh-CN"), Speaker("zh-CN"))
    anna.page.goto(f"/portal/cases/{case.ref}")
    card = anna.page.locator(f"#act-{piece.ref}")
    card.locator("summary", has_text="寄到别的地址").click()
    card.locator("[name=address]").fill("上海市静安区南京西路 1 号，李安，13800000000")
    anna.fits()
    anna.press("寄到这里", "")
    expect(anna.page.locator(f"#act-{piece.ref} .address")).to_contain_text("南京西路 1 号")
    bolt = Walk(visitors("bolt", 1440, "zh-CN"), Speaker("zh-CN"))
    bolt.page.goto(f"/console/cases/{case.ref}")
    expect(bolt.page.locator(f"#goes-{piece.ref}")).to_contain_text("南京西路 1 号")
    bolt.fits()
    _shipped_and_confirmed(bolt, anna, case.ref, piece.ref, "SF1234567003")
