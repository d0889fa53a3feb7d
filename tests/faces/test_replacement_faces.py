"""What goes out again in every face: the consumer's and the shop's pages, the API, and the terminal."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.test import Client

from amends.compensation.models import Supplement
from amends.kernel import clock
from amends.people.models import User
from amends.replacements import verbs
from amends.stock.verbs import tell_level
from tests.cast import Cast, an_order, the_cast
from tests.verbs.replacing import a_lamp, accepted, bought, piece_of, resent, shipped
from tests.verbs.test_advance_debts import keeps_both

JSON = {"content_type": "application/json"}


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def signed_in(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": {"zh": "zh-CN"}.get(language, language)})
    user = User.objects.get(email=f"{name}@example.com")
    user.language = language
    user.save(update_fields=["language"])
    client.force_login(user)
    return client


def post(client: Client, path: str, **data: str) -> int:
    return client.post(path, {"idempotency_key": f"{path}{data}"[:60], **data}).status_code


def test_the_whole_way_of_a_piece_by_pages(cast: Cast) -> None:
    order = bought(cast)
    large = a_lamp(cast, "大号", "L", 10900)
    tell_level(large, "", 2)
    case = accepted(cast, order)
    piece = piece_of(case)
    shop, anna = signed_in("bolt"), signed_in("anna", "zh")
    assert "Keep a piece" in shop.get(f"/console/cases/{case.ref}").content.decode()
    assert case.ref in shop.get("/console/pieces").content.decode()
    assert post(shop, f"/console/pieces/{piece.ref}/shortage", instead="no-such-lamp") == 422
    assert post(shop, f"/console/pieces/{piece.ref}/shortage") == 303
    page = anna.get(f"/portal/cases/{case.ref}").content.decode()
    assert "选另一件" in page
    assert "补 ¥10.00" in page
    assert post(anna, f"/portal/cases/{case.ref}/pieces/{piece.ref}/choice", product=large.ref) == 303
    piece.refresh_from_db()
    assert (piece.stage, piece.wanted) == ("reserving", large)
    verbs.reserve(piece.ref, by=cast.bolt)
    assert "去付差价" in anna.get(f"/portal/cases/{case.ref}").content.decode()
    Supplement.objects.update(state="dropped")
    assert post(shop, f"/console/pieces/{piece.ref}/dispatch", carrier="SF", waybill="SF1234567899") == 303
    verbs.carrier_says(piece.ref, "deliver")
    assert post(anna, f"/portal/cases/{case.ref}/pieces/{piece.ref}/wrong", words="") == 422
    assert post(anna, f"/portal/cases/{case.ref}/pieces/{piece.ref}/receipt") == 303
    piece.refresh_from_db()
    assert piece.stage == "confirmed"


def test_another_shop_finds_no_such_piece(cast: Cast) -> None:
    piece = piece_of(accepted(cast, bought(cast)))
    assert post(signed_in("rival"), f"/console/pieces/{piece.ref}/reservation") == 404
    assert post(signed_in("berta"), f"/portal/cases/{piece.case.ref}/pieces/{piece.ref}/receipt") == 404


def test_versions_are_offered_where_an_exchange_is_chosen(cast: Cast) -> None:
    order = bought(cast)
    tell_level(a_lamp(cast, "大号", "L", 12900), "", 0)
    a_lamp(cast, "小号", "S", 7900)
    page = signed_in("anna").get(f"/portal/orders/{order.ref}/claim/remedies", {"n-1": "1", "issue": "quality", "remedy": "exchange"})
    text = page.content.decode()
    assert 'name="wanted-1"' in text
    assert "¥20.00 back each" in text
    assert "(out of stock)" in text


def test_the_terminal_lists_and_moves(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    case = accepted(cast, bought(cast))
    piece = piece_of(case)
    call_command("replacements", "list", "--as", "bolt@example.com", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert (listed["ref"], listed["stage"]) == (piece.ref, "reserving")
    call_command("replacements", "reserve", piece.ref, "--as", "bolt@example.com", "--json")
    assert json.loads(capsys.readouterr().out)["stage"] == "packing"


def test_a_program_reads_and_moves_a_piece(cast: Cast) -> None:
    case = accepted(cast, bought(cast))
    piece = shipped(cast, case)
    verbs.carrier_says(piece.ref, "deliver")
    anna = signed_in("anna")
    found = anna.get(f"/api/v1/cases/{case.ref}/replacements").json()["items"][0]
    assert (found["ref"], found["stage"], sorted(found["may"])) == (piece.ref, "arrived", ["confirm", "report_wrong"])
    answer = anna.post(f"/api/v1/replacements/{piece.ref}/receipt", "{}", headers={"Idempotency-Key": "k-1"}, **JSON)
    assert (answer.status_code, answer.json()["stage"]) == (201, "confirmed")
    refused = anna.post(f"/api/v1/cases/{case.ref}/advances", "{}", headers={"Idempotency-Key": "k-2"}, **JSON)
    assert refused.status_code in (403, 409)


HOME = "上海市静安区南京西路 1 号，李安，13800000000"


def test_the_consumer_has_it_sent_elsewhere_and_the_shop_ships_it_there(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    case = accepted(cast, bought(cast))
    piece = verbs.reserve(piece_of(case).ref, by=cast.bolt)
    shop, anna = signed_in("bolt"), signed_in("anna")
    before = f"/portal/cases/{case.ref}/pieces/{piece.ref}/address"
    refused = anna.post(before, {"idempotency_key": "a-1", "address": "路" * 301})
    assert refused.status_code == 422
    assert "300 is the most" in refused.content.decode()
    assert post(anna, before, address=HOME) == 303
    assert HOME in anna.get(f"/portal/cases/{case.ref}").content.decode()
    page = shop.get(f"/console/cases/{case.ref}").content.decode()
    assert f'id="goes-{piece.ref}">{HOME}' in page
    label = {"carrier": "SF", "waybill": "SF1234567877"}
    assert post(shop, f"/console/pieces/{piece.ref}/dispatch", **label, sent_to="") == 422
    call_command("replacements", "list", "--as", "bolt@example.com", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert (listed["address"], f'value="{listed["sent_to"]}"' in page) == (HOME, True)
    call_command("replacements", "address", piece.ref, "--to", "杭州", "--as", "anna@example.com")
    now = anna.get(f"/api/v1/cases/{case.ref}/replacements").json()["items"][0]
    assert (now["address"], now["sent_to"] != listed["sent_to"]) == ("杭州", True)
    assert post(shop, f"/console/pieces/{piece.ref}/dispatch", **label, sent_to=now["sent_to"]) == 303
    late = anna.post(f"/api/v1/replacements/{piece.ref}/address", '{"address": "x"}', headers={"Idempotency-Key": "a-2"}, **JSON)
    assert (late.status_code, late.json()["code"]) == (409, "has_left")


def test_a_part_is_named_where_a_piece_is_sent_again(cast: Cast) -> None:
    case = resent(cast, bought(cast))
    piece, shop = piece_of(case), signed_in("bolt", "zh")
    assert "只补发部件" in shop.get(f"/console/cases/{case.ref}").content.decode()
    assert post(shop, f"/console/pieces/{piece.ref}/reservation", part="灯罩") == 303
    assert "补发的是：灯罩" in signed_in("anna", "zh").get(f"/portal/cases/{case.ref}").content.decode()


def test_a_debt_is_shown_as_booked_and_not_collected_until_the_shop_settles_it(cast: Cast) -> None:
    case, row = keeps_both(cast)
    shop, anna = signed_in("bolt"), signed_in("anna")
    for page in (shop.get("/console/pieces"), shop.get(f"/console/cases/{case.ref}"), anna.get(f"/portal/cases/{case.ref}")):
        assert "¥99.00" in page.content.decode()
    assert "Nothing is collected automatically" in anna.get(f"/portal/cases/{case.ref}").content.decode()
    assert "nobody collects it for you" in shop.get(f"/console/cases/{case.ref}").content.decode()
    assert post(signed_in("rival"), f"/console/debts/{row.ref}/settlement") == 404
    assert post(shop, f"/console/debts/{row.ref}/settlement") == 303
    assert "Owed by consumers" not in shop.get("/console/pieces").content.decode()
    assert "There is nothing left to pay" in anna.get(f"/portal/cases/{case.ref}").content.decode()


@pytest.mark.parametrize(("remedy", "says"), [("exchange", "another piece is kept for you"), ("resend", "A piece is kept for you")])
def test_a_remedy_that_brings_goods_promises_no_refund(cast: Cast, remedy: str, says: str) -> None:
    order = an_order(cast.bolts, cast.annas, prices=(9900,), coupons=(900,))
    asked_for = {"n-1": "1", "issue": "quality" if remedy == "exchange" else "missing_item", "remedy": remedy}
    page = signed_in("anna").get(f"/portal/orders/{order.ref}/claim/remedies", asked_for).content.decode()
    option = page.split(f'value="{remedy}"')[1].split('<div class="opt-more"')[0]
    assert says in option
    assert "refund" not in option
    assert "coupon" not in option
