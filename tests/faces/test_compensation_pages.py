"""The pages of compensation: given on console and desk within limits or asked, shown in the consumer's purse; refused words come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from amends.approvals.models import Approval
from amends.cases.models import Case, Grant
from amends.compensation.giving import compensate
from amends.compensation.models import Supplement, Voucher
from amends.compensation.offers import Offer
from amends.compensation.supplements import ask
from amends.compensation.vouchers import revoke
from amends.kernel.clock import Stepped
from amends.people.models import User
from amends.portal import purse
from tests.cast import Cast, an_order, claims, the_cast


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(20000,), freight=600), by=cast.anna)


def client(user_id: int | None, language: str = "en") -> Client:
    found = Client(headers={"accept-language": language})
    found.force_login(User.objects.get(pk=user_id))
    return found


@pytest.fixture
def bolt(cast: Cast) -> Client:
    return client(cast.bolt.user_id)


def posted(by: Client, path: str, key: str = "k1", **fields: str) -> int:
    return by.post(path, {"idempotency_key": key, **fields}).status_code


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["goodwill", "voucher", "price_adjustment", "extra", "points"])
def test_each_kind_has_its_form_in_both_languages(cast: Cast, case: Case, kind: str, language: str) -> None:
    who, face = (cast.agent, "desk") if kind == "points" else (cast.bolt, "console")
    page = client(who.user_id, language).get(f"/{face}/cases/{case.ref}/compensation?kind={kind}")
    assert page.status_code == 200
    assert f'name="kind" value="{kind}"' in page.content.decode()


def test_a_shop_gives_a_voucher_and_takes_it_back(bolt: Client, cast: Cast, case: Case) -> None:
    here = f"/console/cases/{case.ref}/compensation"
    assert posted(bolt, here, kind="voucher", amount="20.00", min_spend="50", days="30", words="sorry") == 303
    assert posted(bolt, here, kind="voucher", amount="20.00", min_spend="50", days="30", words="sorry") == 303, "sent twice, given once"
    (voucher,) = Voucher.objects.filter(case=case)
    assert (voucher.amount_minor, voucher.min_spend_minor) == (2000, 5000)
    assert voucher.ref in bolt.get(here).content.decode()
    purse = client(cast.anna.user_id).get("/portal/purse/").content.decode()
    assert voucher.ref in purse
    assert "sorry" in client(cast.anna.user_id).get(f"/portal/cases/{case.ref}").content.decode()
    assert posted(bolt, f"{here}/vouchers/{voucher.ref}/revocation", "k2", reason="a mistake") == 303
    assert "a mistake" in client(cast.anna.user_id, "zh").get("/portal/purse/").content.decode()


def test_a_refusal_comes_back_with_what_was_typed(bolt: Client, case: Case) -> None:
    here = f"/console/cases/{case.ref}/compensation"
    page = bolt.post(
        here, {"idempotency_key": "k", "kind": "price_adjustment", "line": "1", "quantity": "2", "amount": "500", "words": "soon"}
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "soon" in text
    assert "200.00" in text, "what is left is named"
    assert not Grant.objects.filter(case=case).exists()


def test_an_agent_above_the_limit_asks_and_the_page_says_so(cast: Cast, case: Case) -> None:
    agent, here = client(cast.agent.user_id), f"/desk/cases/{case.ref}/compensation"
    assert posted(agent, here, kind="goodwill", amount="60", why="three weeks late") == 303
    approval = Approval.objects.get(case_id=case.pk)
    page = agent.get(here).content.decode()
    assert approval.ref in page
    assert "goodwill" in page.lower()
    assert not Grant.objects.filter(case=case).exists()


def test_points_show_in_the_purse_with_their_worth(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    page = client(cast.anna.user_id).get("/portal/purse/").content.decode()
    assert "300" in page
    assert "3.00" in page


def test_the_purse_goes_by_the_clock_and_hides_no_usable_voucher(
    cast: Cast, case: Case, stepped_clock: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, short = (compensate(case.ref, Offer("voucher", 100, days=days), by=cast.bolt).came for days in (90, 1))
    newer = [compensate(case.ref, Offer("voucher", 100, days=90), by=cast.bolt).came for _ in range(3)]
    for ref in newer:
        revoke(ref, reason="a mistake", by=cast.bolt)
    ask(case.ref, amount_minor=1500, by=cast.bolt)
    stepped_clock.forward(timedelta(days=4))
    monkeypatch.setattr(purse, "MOST", 2)
    page = client(cast.anna.user_id).get("/portal/purse/").content.decode()
    assert old in page
    assert short not in page
    assert "A difference to pay" not in page, "its time is over, though the clock has not said so"


def test_a_difference_is_asked_for_and_withdrawn(bolt: Client, cast: Cast, case: Case) -> None:
    here = f"/console/cases/{case.ref}/compensation"
    form = f'action="{here}/supplement"'
    assert form in bolt.get(here).content.decode()
    assert posted(bolt, f"{here}/supplement", amount="15") == 303
    assert form not in bolt.get(here).content.decode(), "one difference at a time"
    asked = Supplement.objects.get(case=case)
    assert "15.00" in client(cast.anna.user_id).get("/portal/purse/").content.decode()
    assert posted(client(cast.berta.user_id), f"/portal/purse/supplements/{asked.ref}/payment") == 404
    assert posted(bolt, f"{here}/supplements/{asked.ref}/withdrawal", "k2") == 303
    asked.refresh_from_db()
    assert asked.state == "dropped"


@pytest.mark.parametrize(("amount", "said"), [("abc", "not an amount"), ("99999999999999999999", ""), ("", "")])
def test_what_is_no_amount_is_not_called_nothing(bolt: Client, case: Case, amount: str, said: str) -> None:
    here = f"/console/cases/{case.ref}/compensation"
    for path, more in ((here, {"kind": "goodwill", "words": "typed words"}), (f"{here}/supplement", {"reason": "typed words"})):
        page = bolt.post(path, {"idempotency_key": "k", "amount": amount, **more})
        assert page.status_code == 422
        text = page.content.decode()
        assert "typed words" in text
        assert "more than nothing" not in text
    assert not Grant.objects.filter(case=case).exists()
    assert not Supplement.objects.filter(case=case).exists()


def test_a_refused_difference_comes_back_with_what_was_typed(bolt: Client, case: Case) -> None:
    here = f"/console/cases/{case.ref}/compensation/supplement"
    page = bolt.post(here, {"idempotency_key": "k", "amount": "200000", "reason": "a better one"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "100,000.00 at most" in text
    assert "a better one" in text
    assert "200000" in text or "200,000" in text
    assert posted(bolt, here, "k2", amount="15") == 303
    again = bolt.post(here, {"idempotency_key": "k3", "amount": "16", "reason": "twice"})
    assert again.status_code == 409
    assert "asked already" in again.content.decode()


def test_a_voucher_that_is_not_taken_back_keeps_its_reason(bolt: Client, cast: Cast, case: Case) -> None:
    ref = compensate(case.ref, Offer("voucher", 2000), by=cast.bolt).came
    here = f"/console/cases/{case.ref}/compensation/vouchers/{ref}/revocation"
    page = bolt.post(here, {"idempotency_key": "k", "reason": "x" * 201})
    assert page.status_code == 422
    assert "x" * 201 in page.content.decode()
    assert Voucher.objects.get(ref=ref).state == "issued"


def test_a_difference_is_asked_in_the_orders_currency(cast: Cast) -> None:
    bolt = client(cast.bolt.user_id)
    yen = claims(an_order(cast.bolts, cast.annas, prices=(5000,), currency="JPY"), by=cast.anna)
    assert posted(bolt, f"/console/cases/{yen.ref}/compensation/supplement", amount="1500") == 303
    asked = Supplement.objects.get(case=yen)
    assert (asked.amount_minor, asked.currency) == (1500, "JPY")


def test_a_case_whose_claim_was_taken_back_has_no_form(case: Case, bolt: Client) -> None:
    here = f"cases/{case.ref}/compensation"
    assert f"/console/{here}/supplement" in bolt.get(f"/console/{here}").content.decode()
    Case.objects.filter(pk=case.pk).update(stage="unwinding")
    page = bolt.get(f"/console/{here}").content.decode()
    assert f"/console/{here}/supplement" not in page
    assert 'name="kind"' not in page


def test_strangers_see_nothing(cast: Cast, case: Case) -> None:
    assert client(cast.rival.user_id).get(f"/console/cases/{case.ref}/compensation").status_code == 404
    assert client(cast.anna.user_id).get(f"/console/cases/{case.ref}/compensation").status_code == 404


def test_a_case_with_points_and_goodwill_opens_for_every_side(cast: Cast, case: Case) -> None:
    compensate(case.ref, Offer("points", 300), by=cast.agent)
    compensate(case.ref, Offer("goodwill", 300), by=cast.agent)
    for who, path in ((cast.anna, "/portal/cases/"), (cast.bolt, "/console/cases/"), (cast.agent, "/desk/cases/")):
        for language in ("zh", "en"):
            assert client(who.user_id, language).get(path + case.ref).status_code == 200


def test_in_an_emergency_it_is_given_first_and_reviewed_afterwards(cast: Cast, case: Case) -> None:
    here = f"/desk/cases/{case.ref}/compensation"
    agent = client(cast.agent.user_id)
    assert 'name="glass"' in agent.get(f"{here}?kind=goodwill").content.decode()
    assert posted(agent, here, kind="goodwill", amount="60", why="the consumer is stranded", glass="1") == 303
    assert Grant.objects.get(case=case).amount_minor == 6000
    assert Approval.objects.get(case_id=case.pk).state == "broken"
