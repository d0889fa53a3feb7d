"""The books on pages, over the API and by command: the trial balance, T-accounts, checks; the platform's alone, in both languages."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from amends.cases.models import Case
from amends.cases.verbs import answering
from amends.kernel.clock import Stepped
from amends.ledger.models import Posting
from amends.ledger.rules import POSTINGS
from amends.ledger.words import WHAT, sum_words, unnamed
from amends.people.models import User
from amends.people.rules import Role
from tests.api_client import programs
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.refunding import intended

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    cast = the_cast()
    person("ada", Role.ADMIN)
    return cast


@pytest.fixture
def case(cast: Cast) -> Case:
    order = an_order(cast.bolts, cast.annas, shipped=False, signed_ago=None, prices=(9900,), coupons=(900,), commissions=(300,))
    case = answering.approve(claims(order, by=cast.anna, remedy="refund_only").ref, by=cast.bolt)
    intended(case)
    return case


def as_(name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_trial_balance_shows_every_account_and_that_both_sides_are_alike(case: Case, language: str) -> None:
    html = as_("ada", language).get("/office/money/ledger/").content.decode()
    said = words_of(html)
    wanted = (
        ["商家货款", "平台佣金", "优惠券", "平衡"]
        if language == "zh-CN"
        else ["Held for the merchant", "Commission", "in coupons", "balanced"]
    )
    assert all(word in said for word in wanted)
    assert "out of balance" not in said and "不平衡" not in said
    assert "CNY.coupon" not in said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("place", ["/desk/cases/{ref}/ledger", "/office/cases/{ref}/ledger/", "/office/money/ledger/orders/{order}/"])
def test_a_case_and_an_order_are_drawn_as_t_accounts(case: Case, place: str, language: str) -> None:
    who = "agent" if place.startswith("/desk") else "ada"
    answer = as_(who, language).get(place.format(ref=case.ref, order=case.order.ref))
    said = words_of(answer.content.decode())
    assert answer.status_code == 200
    for word in ("退还佣金", "贷方余额", "应退款") if language == "zh-CN" else ("Commission given back", "Credit balance", "Refund owed"):
        assert word in said
    assert "CNY.coupon" not in said
    assert ("优惠券（CNY）" if language == "zh-CN" else "coupons in CNY") in said


def test_a_reference_leads_to_its_accounts_and_a_strange_one_is_said_to_be_none(case: Case) -> None:
    office = as_("ada")
    assert office.get("/office/money/ledger/", {"about": case.ref})["Location"] == f"/office/cases/{case.ref}/ledger/"
    assert office.get("/office/money/ledger/", {"about": case.order.ref})["Location"] == f"/office/money/ledger/orders/{case.order.ref}/"
    answer = office.get("/office/money/ledger/", {"about": "AS-nothing"})
    assert answer.status_code == 404
    assert "There is no such case or order." in answer.content.decode()


@pytest.mark.parametrize("who", ["anna", "bolt", "rival"])
def test_the_books_are_the_platform_s_alone(case: Case, who: str) -> None:
    for place in ("/office/money/ledger/", f"/office/cases/{case.ref}/ledger/", f"/desk/cases/{case.ref}/ledger"):
        assert as_(who).get(place).status_code == 404


def test_the_api_tells_the_same_and_to_nobody_else(cast: Cast, case: Case) -> None:
    speak = programs(cast)
    told = speak["agent"].get(f"/ledger/accounts/{case.ref}").json()
    sums: dict[str, int] = {}
    for account in told["items"]:
        assert account["balance_minor"] == sum(line["amount_minor"] for line in account["lines"])
        sums[account["unit"]] = sums.get(account["unit"], 0) + account["balance_minor"]
    assert sums == {"CNY": 0, "CNY.coupon": 0}
    balances = speak["agent"].get("/ledger/balances", merchant=cast.bolts.ref).json()["items"]
    assert {row["account"] for row in balances} >= {"gateway", "held", "owed", "commission"}
    assert speak["agent"].get("/ledger/checks").json()["sound"] is True
    assert speak["agent"].get("/ledger/balances", merchant="ME-NOBODY").status_code == 404
    for who in ("anna", "bolt", "rival"):
        for path in ("/ledger/balances", "/ledger/checks", f"/ledger/accounts/{case.ref}"):
            assert speak[who].get(path).status_code == 404


def test_the_command_prints_balances_accounts_and_findings(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ledger", "balances", "--json")
    assert sum(row["balance_minor"] for row in json.loads(capsys.readouterr().out) if row["unit"] == "CNY") == 0
    call_command("ledger", "case", case.ref, "--json")
    assert {row["account"] for row in json.loads(capsys.readouterr().out)} == {"gateway", "held", "owed", "commission"}
    call_command("ledger", "order", case.order.ref)
    assert "commission" in capsys.readouterr().out
    call_command("ledger", "verify", "--json")
    assert not any(json.loads(capsys.readouterr().out).values())
    with pytest.raises(CommandError):
        call_command("ledger", "case", "AS-NOBODY")


def test_the_command_fails_where_the_books_are_wrong(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    with transaction.atomic():
        Posting.objects.create(merchant_id=case.merchant_id, what="paid", key="alone", cause="refund:0:pay:nobody", made_at=case.opened_at)
        with pytest.raises(SystemExit):
            call_command("ledger", "verify")
        transaction.set_rollback(True)
    assert "posting alone has no lines" in capsys.readouterr().out


def test_every_posting_and_account_has_its_words() -> None:
    assert unnamed() == []
    assert set(POSTINGS) <= set(WHAT)
    assert [sum_words(1234, unit).into("en") for unit in ("CNY", "JPY", "CNY.coupon", "CNY.voucher", "points")] == [
        "¥12.34", "JP¥1,234", "¥12.34 in coupons", "¥12.34 in vouchers", "1234 points",
    ]  # fmt: skip
