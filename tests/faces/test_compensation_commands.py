"""Compensation on the command line: the same verbs, a line or JSON, refusals as sentences."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.compensation.models import Voucher
from amends.kernel.clock import Stepped
from amends.market.models import PriceMark
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_voucher_is_given_shown_redeemed_and_listed(case: Case) -> None:
    bolt = ("--as", "bolt@example.com", "--json")
    given = json.loads(printed("compensate", case.ref, "--kind", "voucher", "--amount", "2000", *bolt))
    assert given == {"given": True, "came": Voucher.objects.get().ref, "approval": None}
    ref = given["came"]
    assert json.loads(printed("vouchers", "show", ref, *bolt))["state"] == "issued"
    redeemed = json.loads(printed("vouchers", "redeem", ref, "--order", "B-1", "--total", "9000", *bolt))
    assert (redeemed["state"], redeemed["redeemed_minor"], redeemed["order_number"]) == ("redeemed", 2000, "B-1")
    assert ref in printed("vouchers", "list", "--as", "anna@example.com")
    assert json.loads(printed("compensate", case.ref, *bolt))["worth_minor"] == 1800
    with pytest.raises(CommandError):
        printed("vouchers", "revoke", ref, "--reason", "oops", *bolt)
    assert json.loads(printed("vouchers", "expire", "--json")) == {"changed": 0}


def test_limits_and_refusals_are_said(case: Case, cast: Cast) -> None:
    agent = ("--as", "agent@example.com")
    asked = printed("compensate", case.ref, "--kind", "goodwill", "--amount", "6000", "--why", "three weeks late", *agent)
    assert "AP-" in asked
    with pytest.raises(CommandError):
        printed("compensate", case.ref, "--kind", "points", "--amount", "5", "--as", "bolt@example.com")
    printed("compensate", case.ref, "--kind", "points", "--amount", "5", *agent)
    assert json.loads(printed("vouchers", "purse", cast.annas.ref, "--as", "anna@example.com", "--json"))["balance_minor"] == 5
    assert "supplement" in printed("compensate", case.ref, "--supplement", "100", "--as", "bolt@example.com", "--json")


def test_people_read_money_and_words_and_not_the_names_of_columns(case: Case, cast: Cast) -> None:
    bolt, agent = ("--as", "bolt@example.com"), ("--as", "agent@example.com")
    printed("compensate", case.ref, "--kind", "points", "--amount", "1200", *agent)
    assert printed("vouchers", "purse", cast.annas.ref, "--as", "anna@example.com").split() in (
        ["积分", "1,200", "积分"],
        ["points", "1,200", "points"],
    )
    large = ("vouchers", "give", cast.annas.ref, "--amount", "30000", *bolt)
    with pytest.raises(CommandError):
        printed(*large)
    asked = printed(*large, "--why", "she waited for weeks")
    assert Approval.objects.get().ref in asked
    assert "given" not in asked and "False" not in asked
    assert "¥12.00" in printed("vouchers", "show", voucher_of(case), *bolt)


def voucher_of(case: Case) -> str:
    return str(
        json.loads(printed("compensate", case.ref, "--kind", "voucher", "--amount", "1200", "--as", "bolt@example.com", "--json"))["came"]
    )


def test_in_an_emergency_the_command_breaks_the_glass_too(case: Case) -> None:
    agent = ("--as", "agent@example.com", "--json")
    given = json.loads(
        printed("compensate", case.ref, "--kind", "goodwill", "--amount", "6000", "--why", "she is stranded", "--glass", *agent)
    )
    assert (given["given"], Approval.objects.get().state) == (True, "broken")


def test_prices_come_from_a_file_or_not_at_all(case: Case, tmp_path: Path) -> None:
    key = case.order.lines.get(position=1).product.key
    shop = case.merchant.ref
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text(f"product,price,since\n{key},9.90,2026-03-01\n{key},dear,2026-03-02\n")
    right.write_text(f"product,price,since\n{key},9.90,2026-03-01\n")
    with pytest.raises(CommandError):
        printed("prices", str(wrong), "--merchant", shop)
    assert not PriceMark.objects.exists()
    with pytest.raises(CommandError):
        printed("prices", str(right), "--merchant", shop, "--zone", "Beijing/Nowhere")
    assert "1" in printed("prices", str(right), "--merchant", shop, "--dry-run")
    assert not PriceMark.objects.exists()
    assert json.loads(printed("prices", str(right), "--merchant", shop, "--json"))["marked"] == {"new": 1, "already": 0}
    assert json.loads(printed("prices", str(right), "--merchant", shop, "--json"))["marked"] == {"new": 0, "already": 1}
