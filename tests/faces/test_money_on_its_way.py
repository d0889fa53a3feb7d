"""Pages, API and command of money on its way: where the consumer's money is, refunds in need, another way, chargebacks answered."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from amends.approvals.models import Approval
from amends.cases.models import Case, Entry
from amends.kernel import clock
from amends.market.models import Order, Tender
from amends.people.models import User
from amends.people.rules import Role
from amends.plumbing.payments.port import Answer
from amends.refunds.answers import take_answer
from amends.refunds.asking import mark_sent
from amends.refunds.chargebacks import Opened, decide_chargeback, open_chargeback
from amends.refunds.models import Chargeback, Payee, Refund
from amends.refunds.payees import give_payee
from tests.api_client import program
from tests.cast import Cast, person, the_cast
from tests.refunding import an_unshipped_order, granted, intended

ACCOUNT = {"name": "Anna", "number": "6222020012345678", "bank": "ICBC"}


@pytest.fixture
def cast(db: None, stepped_clock: clock.Stepped) -> Cast:
    return the_cast()


def enters(email: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=email))
    return client


def posts(client: Client, url: str, **fields: Any) -> Any:
    return client.post(url, {"idempotency_key": str(uuid.uuid4()), **fields})


def failed(cast: Cast, order: Order) -> Refund:
    refund = intended(granted(cast, order))[0]
    mark_sent(refund.pk)
    take_answer(refund.ref, Answer("failed", "P0", "account_closed"), source="webhook")
    return Refund.objects.select_related("case").get(pk=refund.pk)


def disputed(order: Order) -> Chargeback:
    tender = Tender.objects.filter(order=order).order_by("position")[0]
    row = open_chargeback(Opened("house", f"DP-{order.pk}", 4000, "CNY", tender=tender.ref, reason="not_received"))
    assert row is not None
    return row


# ── the consumer ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_anna_sees_where_each_tender_is_by_when_and_why(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(9900,), coupons=(900,))
    case = granted(cast, order)
    money, coupon = intended(case)
    mark_sent(money.pk)
    take_answer(coupon.ref, Answer("paid", "P1"), source="look")
    for language, words in (("en", ("Where my money is", "Usually there by", "The payment service has it")),
                            ("zh-CN", ("钱到哪里了", "前到账", "支付渠道已收到"))):  # fmt: skip
        client = enters("anna@example.com", language)
        for url in (f"/portal/cases/{case.ref}", "/portal/money/"):
            page = client.get(url).content.decode()
            assert all(word in page for word in words[1:]), url
        assert words[0] in client.get(f"/portal/cases/{case.ref}").content.decode()
    assert case.ref not in enters("berta@example.com").get("/portal/money/").content.decode()


def test_anna_is_told_of_her_banks_chargeback_and_that_her_refund_waits_for_it(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    intended(case)
    disputed(order)
    page = enters("anna@example.com").get(f"/portal/cases/{case.ref}").content.decode()
    assert "Your bank is deciding a chargeback" in page and "Your bank took back" in page


def test_anna_names_an_account_and_what_she_typed_wrong_is_said_beside_it(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    anna, url = enters("anna@example.com"), f"/portal/cases/{refund.case.ref}/payees"
    page = anna.get(f"/portal/cases/{refund.case.ref}").content.decode()
    assert "Where should it go?" in page
    wrong = posts(anna, url, way="bank", **{**ACCOUNT, "number": "12"}, consents="1")
    assert wrong.status_code == 422
    assert 'aria-describedby="id_number_error"' in wrong.content.decode() and 'id="id_number_error"' in wrong.content.decode()
    assert "8 to 34 digits" in wrong.content.decode() and 'value="ICBC"' in wrong.content.decode()
    assert posts(anna, url, way="bank", **ACCOUNT).status_code == 422
    assert posts(anna, url, way="bank", **ACCOUNT, consents="1").status_code == 303
    page = anna.get(f"/portal/cases/{refund.case.ref}").content.decode()
    assert "You named: bank account ICBC ····5678" in page and "6222020012345678" not in page
    assert posts(enters("berta@example.com"), url, way="credit", consents="1").status_code == 404


def test_anna_is_not_asked_for_an_account_because_of_a_coupon_that_could_not_go_back(cast: Cast) -> None:
    money, coupon = intended(granted(cast, an_unshipped_order(cast, coupons=(900,))))
    page = f"/portal/cases/{money.case.ref}"
    asked = 'id="act-payee"'
    for refund, wanted in ((coupon, False), (money, True)):
        mark_sent(refund.pk)
        take_answer(refund.ref, Answer("failed", f"P{refund.pk}", "account_closed"), source="webhook")
        assert (asked in enters("anna@example.com").get(page).content.decode()) == wanted


def test_anna_finds_all_her_refunds_also_without_an_open_case(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amends.portal.money.MOST", 2)
    cases = [granted(cast, an_unshipped_order(cast)) for _ in range(3)]
    for case in cases:
        intended(case)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(stage="closed")
    anna = enters("anna@example.com")
    assert "/portal/money/" in anna.get("/portal/").content.decode()
    page = anna.get("/portal/money/").content.decode()
    last = Refund.objects.order_by("-pk")[1]
    assert f'href="?after={last.ref}"' in page and cases[0].ref not in page
    earlier = anna.get(f"/portal/money/?after={last.ref}").content.decode()
    assert cases[0].ref in earlier and cases[2].ref not in earlier and "Earlier refunds" not in earlier


def test_what_gateways_say_in_codes_the_desk_reads_in_words(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund, row = failed(cast, order), disputed(an_unshipped_order(cast))
    for language, words in (("en", ("The account or card is closed", "House gateway", "Goods said not to have come")),
                            ("zh-CN", ("收款账户或卡已关闭", "自有支付网关", "称未收到商品"))):  # fmt: skip
        agent = enters("agent@example.com", language)
        page = agent.get(f"/desk/refunds/{refund.ref}").content.decode()
        assert words[0] in page and words[1] in page and "account_closed" in page
        assert words[0] in agent.get("/desk/refunds").content.decode()
        for url in ("/desk/chargebacks", f"/desk/chargebacks/{row.ref}"):
            assert words[2] in agent.get(url).content.decode(), url


# ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_lists_what_needs_a_hand_by_need_and_one_click_mends(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    agent = enters("agent@example.com")
    page = agent.get("/desk/refunds").content.decode()
    assert refund.ref in page and "account_closed" in page and "Check and resend" in page
    assert refund.ref not in agent.get("/desk/refunds?need=unknown").content.decode()
    assert posts(agent, f"/desk/refunds/{refund.ref}/retry").status_code == 303
    assert Entry.objects.filter(case_id=refund.case_id, verb="recheck", actor_id=cast.agent.user_id).count() == 1
    assert posts(agent, f"/desk/refunds/{refund.ref}/taking").status_code == 303
    assert refund.ref in agent.get("/desk/refunds?mine=1").content.decode()
    assert "退款异常" in enters("agent@example.com", "zh-CN").get("/desk/refunds").content.decode()


def test_one_refund_is_given_to_a_colleague_and_sent_another_way_once_approved(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    person("ines", Role.AGENT)
    agent, url = enters("agent@example.com"), f"/desk/refunds/{refund.ref}"
    page = agent.get(url).content.decode()
    assert "Pay it another way" in page and "5678" in page and "6222020012345678" not in page
    assert posts(agent, f"{url}/owner", to="nobody@example.com").status_code == 422
    assert posts(agent, f"{url}/owner", to="ines@example.com").status_code == 303
    give_payee(refund.case.ref, way="credit", by=cast.anna, consents=True)
    wrong = posts(agent, f"{url}/redirection", payee=payee.ref, why="")
    assert wrong.status_code == 422
    assert f'value="{payee.ref}" checked' in wrong.content.decode()
    assert posts(agent, f"{url}/redirection", payee=payee.ref, why="the card is closed").status_code == 303
    page = agent.get(url).content.decode()
    assert "nothing was done yet" in page
    assert f"/desk/approvals/{Approval.objects.get().ref}" in page and 'name="why"' not in page
    assert Refund.objects.get(pk=refund.pk).stage == "failed"
    assert posts(enters("judge@example.com"), f"{url}/redirection", payee=payee.ref, why="let me try").status_code == 403
    assert enters("bolt@example.com").get(url).status_code == 404


def test_only_who_may_do_it_before_it_is_approved_is_offered_to(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    payee = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    person("sue", Role.SUPERVISOR)
    url = f"/desk/refunds/{refund.ref}"
    assert "break_glass" not in enters("agent@example.com").get(url).content.decode()
    sue = enters("sue@example.com")
    assert "break_glass" in sue.get(url).content.decode()
    wrong = posts(sue, f"{url}/redirection", payee=payee.ref, why="", break_glass="1")
    assert wrong.status_code == 422
    assert 'name="break_glass" value="1" checked' in wrong.content.decode()
    assert posts(sue, f"{url}/redirection", payee=payee.ref, why="she leaves today", break_glass="1").status_code == 303
    assert Refund.objects.get(pk=refund.pk).stage == "redirected"
    other = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    give_payee(other.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    page = sue.get(f"/desk/refunds/{other.ref}").content.decode()
    assert "Pay it another way" in page and "break_glass" not in page  # her last one is not reviewed yet


def test_a_refund_on_its_case_tells_its_reason_in_words_and_leads_to_its_page(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast))
    page = enters("agent@example.com").get(f"/desk/cases/{refund.case.ref}").content.decode()
    assert "The account or card is closed" in page and f'href="/desk/refunds/{refund.ref}"' in page


def test_the_bank_is_answered_on_the_desk(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    case = granted(cast, order)
    row = disputed(order)
    agent, url = enters("agent@example.com"), f"/desk/chargebacks/{row.ref}"
    assert row.ref in agent.get("/desk/chargebacks").content.decode()
    assert case.ref in agent.get(url).content.decode()
    assert posts(agent, f"{url}/answer", words="Signed for at the door").status_code == 422
    assert posts(agent, f"{url}/answer", proof=["delivered"], words="Signed for at the door").status_code == 303
    assert "Signed for at the door" in agent.get(url).content.decode()
    decide_chargeback("house", row.provider_ref, "merchant")
    assert row.ref not in agent.get("/desk/chargebacks").content.decode()
    assert row.ref in agent.get("/desk/chargebacks?show=all").content.decode()
    assert posts(agent, f"{url}/answer", proof=["delivered"], words="Too late").status_code == 409


# ── programs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_programs_read_where_money_is_and_each_sees_its_own(cast: Cast) -> None:
    order = an_unshipped_order(cast)
    refund = failed(cast, order)
    row = disputed(order)
    anna, agent, rival = program(cast.anna), program(cast.agent), program(cast.rival)
    told = anna.get(f"/cases/{refund.case.ref}/money").json()
    assert [one["stage"] for one in told["refunds"]] == ["frozen"]
    assert told["chargebacks"][0]["state"] == "open"
    assert rival.get(f"/cases/{refund.case.ref}/money").status_code == 404
    assert rival.get(f"/refunds/{refund.ref}").status_code == 404
    assert [one["need"] for one in agent.get("/refunds").json()["items"]] == ["frozen"]
    assert agent.get("/refunds").json()["counts"] == {"frozen": 1}
    assert rival.get("/chargebacks").json()["items"] == []
    bolt = program(cast.bolt)
    assert bolt.get("/chargebacks", state="open").json()["items"][0]["ref"] == row.ref
    answered = bolt.post(f"/chargebacks/{row.ref}/answer", {"proof": ["delivered"], "words": "Signed for at the door"})
    assert (answered.status_code, answered.json()["proof"]) == (201, ["delivered"])
    assert anna.get(f"/refunds/{refund.ref}").json()["owner"] == ""


def test_an_account_and_what_is_held_against_a_bank_are_told_to_those_whose_they_are(cast: Cast) -> None:
    order = an_unshipped_order(cast, prices=(1900,))
    refund = failed(cast, order)
    to = give_payee(refund.case.ref, way="bank", by=cast.anna, consents=True, **ACCOUNT)
    Refund.objects.filter(pk=refund.pk).update(way="bank", payee=to)
    row = disputed(order)
    program(cast.bolt).post(f"/chargebacks/{row.ref}/answer", {"proof": ["delivered"], "words": "Signed for at the door"})
    anna, bolt, agent = (program(who).get(f"/cases/{refund.case.ref}/money").json() for who in (cast.anna, cast.bolt, cast.agent))
    assert [one["refunds"][0]["to"] is not None for one in (anna, bolt, agent)] == [True, False, True]
    assert [one["chargebacks"][0]["proof"] for one in (anna, bolt, agent)] == [[], ["delivered"], ["delivered"]]
    assert [bool(one["chargebacks"][0]["provider_ref"]) for one in (anna, bolt, agent)] == [False, True, True]
    assert anna["chargebacks"][0]["reason_words"]["en"] == "goods said not to have come"


def test_programs_mend_take_and_redirect_once_for_a_key(cast: Cast) -> None:
    refund = failed(cast, an_unshipped_order(cast, prices=(1900,)))
    anna, agent = program(cast.anna), program(cast.agent)
    made = [
        anna.post(f"/cases/{refund.case.ref}/payees", {"way": "bank", "consents": True, **ACCOUNT}, once="payee-once") for _ in range(2)
    ]  # fmt: skip
    assert [one.status_code for one in made] == [201, 201]
    assert Payee.objects.count() == 1
    assert "6222020012345678" not in made[0].content.decode()
    assert anna.post(f"/cases/{refund.case.ref}/payees", {"way": "bank", "consents": False, **ACCOUNT}).status_code == 422
    assert agent.post(f"/refunds/{refund.ref}/recheck").status_code == 201
    assert anna.post(f"/refunds/{refund.ref}/recheck").status_code == 403
    assert agent.post(f"/refunds/{refund.ref}/owner").json()["owner"] == "Agent"
    asked = agent.post(f"/refunds/{refund.ref}/redirection", {"payee": made[0].json()["ref"], "why": "the card is closed"})
    assert (asked.status_code, asked.json()["refund"]) == (201, None)
    assert asked.json()["approval"]


def test_the_command_lists_mends_and_answers(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    order = an_unshipped_order(cast)
    refund = failed(cast, order)
    call_command("refunds", "list", "--json")
    assert [one["ref"] for one in json.loads(capsys.readouterr().out)] == [refund.ref]
    call_command("refunds", "list")
    assert refund.ref[:6] in capsys.readouterr().out
    call_command("refunds", "show", refund.ref, "--json")
    assert json.loads(capsys.readouterr().out)["need"] == "failed"
    call_command("refunds", "recheck", refund.ref, "--as", "agent@example.com", "--json")
    call_command("refunds", "take", refund.ref, "--as", "agent@example.com")
    assert Refund.objects.get(pk=refund.pk).owner_id == cast.agent.user_id
    row = disputed(order)
    capsys.readouterr()
    call_command("refunds", "chargebacks", "--json")
    assert json.loads(capsys.readouterr().out)["ref"] == row.ref
    call_command("refunds", "answer", row.ref, "--proof", "delivered", "--words", "Signed for", "--as", "bolt@example.com")
    assert Chargeback.objects.get(pk=row.pk).answered_at is not None
    with pytest.raises(CommandError):
        call_command("refunds", "recheck", refund.ref, "--as", "nobody@example.com")
    with pytest.raises(CommandError):
        call_command("refunds", "show", "RF-0000-0000-0000")
    assert Case.objects.get(pk=refund.case_id).stage == "executing"
