"""Offers, messages, notes and quick replies on the pages of three faces: compared, composed, answered, kept apart, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from amends.approvals.answering import approve
from amends.approvals.models import Approval
from amends.cases.models import Case
from amends.cases.verbs.answering import refuse
from amends.kernel.clock import Stepped
from amends.management.person import actor_named
from amends.people.models import User
from amends.people.rules import Role
from amends.talks.conversation import say
from amends.talks.models import Note, Offer, QuickReply
from amends.talks.notes import note
from amends.talks.offering import mediate, offer, retract
from tests.cast import Cast, an_order, claims, person, the_cast

SECRET = "the warehouse lost it"
HOMES = {"anna": "/portal/", "bolt": "/console/", "agent": "/desk/", "judge": "/desk/", "rival": "/console/", "berta": "/portal/"}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(19800,), freight=600), by=cast.anna, quantity=2)
    refuse(made.ref, reason="not_intact", words="It was used.", by=cast.bolt)
    return made


def page(who: str, case: Case, noun: str, *, language: str = "en") -> Any:
    return signed_in(who, language).get(f"{HOMES[who]}cases/{case.ref}/{noun}")


def signed_in(who: str, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    User.objects.filter(email=f"{who}@example.com").update(language="zh-hans" if language == "zh" else "en")
    client.force_login(User.objects.get(email=f"{who}@example.com"))
    return client


def send(who: str, path: str, **form: Any) -> Any:
    return signed_in(who).post(path, {"idempotency_key": f"k-{path}-{len(form)}-{Offer.objects.count()}", **form})


def units(case: Case) -> list[int]:
    return list(case.claimed.order_by("unit_id").values_list("unit_id", flat=True))


def keeps(case: Case, minor: int) -> list[dict[str, Any]]:
    return [{"remedy": "price_adjustment", "units": units(case), "amount_minor": minor}]


def composed(case: Case, remedies: list[str], sums: list[str], **more: str) -> dict[str, str]:
    fields = {f"r-u{pk}": remedy for pk, remedy in zip(units(case), remedies, strict=True)}
    return fields | {f"m-u{pk}": minor for pk, minor in zip(units(case), sums, strict=True)} | more


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("who", ["anna", "bolt", "agent", "judge"])
def test_every_side_has_the_page_in_both_languages(cast: Cast, case: Case, who: str, language: str) -> None:
    offer(case.ref, parts=keeps(case, 3000), words="Keep them.", by=cast.bolt)
    mediate(case.ref, parts=[{"remedy": "repair", "units": units(case)}], by=cast.agent)
    shown = page(who, case, "offers", language=language)
    text = shown.content.decode()
    assert (shown.status_code, text.count('class="') > 0, "30.00" in text, "Keep them." in text) == (200, True, True, True)
    assert ("按规则应得的" if language == "zh" else "What the rules give") in text
    for other in ("berta", "rival"):
        assert page(other, case, "offers").status_code == 404


def test_a_shop_composes_a_mix_and_the_consumer_accepts_it(cast: Cast, case: Case) -> None:
    path = f"/console/cases/{case.ref}/offers"
    form = composed(case, ["return_refund", "price_adjustment"], ["", "20.00"], goodwill="5.00", words="Let us settle.")
    made = send("bolt", path, **form)
    assert made.status_code == 303
    row = Offer.objects.get()
    assert [(part["remedy"], part["amount_minor"]) for part in row.parts] == [
        ("price_adjustment", 2000), ("return_refund", 9900 + row.amount_minor - 2000 - 500 - 9900), ("goodwill", 500),
    ]  # fmt: skip
    assert row.amount_minor >= 2000 + 9900 + 500
    answer = send("anna", f"/portal/cases/{case.ref}/offers/{row.ref}/acceptance")
    assert (answer.status_code, answer["Location"]) == (303, f"/portal/cases/{case.ref}/offers")
    assert Case.objects.get(pk=case.pk).stage == "executing"


def test_what_is_above_the_limit_waits_on_the_page_for_a_colleagues_signature(cast: Cast, case: Case) -> None:
    person("bill", Role.MERCHANT, merchant=cast.bolts)
    path, form = f"/console/cases/{case.ref}/offers", composed(case, ["price_adjustment"] * 2, ["10", "10"], goodwill="300")
    bare = send("bolt", path, **form)
    assert (bare.status_code, "say why it is needed" in bare.content.decode()) == (422, True)
    assert send("bolt", path, **form, why="She waited for weeks.").status_code == 303
    row = Approval.objects.get()
    assert f"/console/approvals/{row.ref}" in page("bolt", case, "offers").content.decode()
    assert row.ref not in page("anna", case, "offers").content.decode()
    shown = signed_in("bill").get(f"/console/approvals/{row.ref}").content.decode()
    assert "make the other side an offer that gives" in shown.lower()
    approve(row.ref, by=actor_named("bill@example.com"))
    assert "320.00" in page("anna", case, "offers").content.decode()


def test_a_yes_above_the_limit_asks_why_beside_the_button(cast: Cast, case: Case) -> None:
    hers = offer(case.ref, parts=[*keeps(case, 2000), {"remedy": "goodwill", "amount_minor": 30_000}], by=cast.anna)
    assert f'id="why-{hers.ref}"' in page("bolt", case, "offers").content.decode()
    at = f"/console/cases/{case.ref}/offers/{hers.ref}/acceptance"
    assert send("bolt", at).status_code == 422
    assert send("bolt", at, why="She is right.").status_code == 303
    assert (Offer.objects.get().stage, Approval.objects.get().state) == ("to_merchant", "asked")


def test_a_consumer_counters_from_the_offer_that_she_has(cast: Cast, case: Case) -> None:
    extras = [{"remedy": "extra", "line": 1, "part": "freight", "amount_minor": 600}, {"remedy": "goodwill", "amount_minor": 777}]
    kind = offer(case.ref, parts=[*keeps(case, 3000), *extras], by=cast.bolt)
    filled = signed_in("anna").get(f"/portal/cases/{case.ref}/offers?answers={kind.ref}").content.decode()
    assert 'value="7.77"' in filled and 'value="6.00"' in filled and '<details class="more" open>' in filled
    retract(kind.ref, by=cast.bolt)
    first = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    shown = signed_in("anna").get(f"/portal/cases/{case.ref}/offers?answers={first.ref}").content.decode()
    assert f'name="answers" value="{first.ref}"' in shown
    answer = send("anna", f"/portal/cases/{case.ref}/offers", answers=first.ref, **composed(case, ["price_adjustment"] * 2, ["25", "25"]))
    assert answer.status_code == 303
    assert [(row.side, row.stage, row.amount_minor) for row in Offer.objects.exclude(pk=kind.pk).order_by("pk")] == [
        ("merchant", "countered", 3000), ("consumer", "to_merchant", 5000),
    ]  # fmt: skip


def test_a_refusal_comes_back_with_what_was_typed(cast: Cast, case: Case) -> None:
    path = f"/console/cases/{case.ref}/offers"
    low = send("bolt", path, **composed(case, ["none", "none"], ["", ""], words="Nothing."))
    assert low.status_code == 422
    assert "as of right" in low.content.decode() and "Nothing." in low.content.decode()
    unread = send("bolt", path, **composed(case, ["price_adjustment"] * 2, ["abc", "1"]))
    assert unread.status_code == 422
    assert not Offer.objects.exists()


def test_the_total_follows_what_is_typed(cast: Cast, case: Case) -> None:
    path = f"/console/cases/{case.ref}/offers/preview"
    good = send("bolt", path, **composed(case, ["price_adjustment"] * 2, ["10", "20"]))
    assert (good.status_code, "30.00" in good.content.decode()) == (200, True)
    assert "left at most" in send("bolt", path, **composed(case, ["price_adjustment"] * 2, ["1000", "1"])).content.decode()
    assert not Offer.objects.exists()


def test_an_offer_that_is_gone_is_said_on_the_page(cast: Cast, case: Case) -> None:
    row = offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    at = f"/portal/cases/{case.ref}/offers/{row.ref}"
    assert send("anna", f"{at}/declining", words="Too little.").status_code == 303
    assert send("anna", f"{at}/acceptance").status_code == 409
    assert send("anna", f"/portal/cases/{case.ref}/offers/OF-0000-0000-0000/acceptance").status_code == 404


def test_the_case_leads_there_and_counts_what_waits(cast: Cast, case: Case) -> None:
    offer(case.ref, parts=keeps(case, 3000), by=cast.bolt)
    say(case.ref, words="Which colour?", by=cast.bolt)
    text = signed_in("anna").get(f"/portal/cases/{case.ref}").content.decode()
    assert f"/portal/cases/{case.ref}/offers" in text and f"/portal/cases/{case.ref}/talk" in text
    assert "There is an offer for you" in text
    for who in ("bolt", "agent"):
        assert f"cases/{case.ref}/offers" in signed_in(who).get(f"{HOMES[who]}cases/{case.ref}").content.decode()


# ── messages and notes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_go_to_and_fro_with_receipts(cast: Cast, case: Case) -> None:
    assert send("bolt", f"/console/cases/{case.ref}/talk", words="Which colour?").status_code == 303
    shown = page("anna", case, "talk").content.decode()
    assert "Which colour?" in shown and f"/portal/cases/{case.ref}/talk/reading" in shown
    assert "read " not in re.sub(r"\s+", " ", page("bolt", case, "talk").content.decode().split("Which colour?")[0][-300:])
    assert send("anna", f"/portal/cases/{case.ref}/talk/reading").status_code == 204
    assert "read 10 Mar" in page("bolt", case, "talk").content.decode()
    assert send("anna", f"/portal/cases/{case.ref}/talk", words=" ").status_code == 422


def test_notes_are_on_no_page_of_the_other_side(cast: Cast, case: Case) -> None:
    assert send("bolt", f"/console/cases/{case.ref}/notes", words=SECRET).status_code == 303
    note(case.ref, words="looks fine to us", by=cast.agent)
    assert SECRET in page("bolt", case, "talk").content.decode()
    for who in ("anna", "agent", "judge"):
        for noun in ("", "/offers", "/talk"):
            text = signed_in(who).get(f"{HOMES[who]}cases/{case.ref}{noun}").content.decode()
            assert SECRET not in text, (who, noun)
    for who in ("anna", "bolt"):
        for noun in ("", "/offers", "/talk"):
            assert "looks fine to us" not in signed_in(who).get(f"{HOMES[who]}cases/{case.ref}{noun}").content.decode(), (who, noun)
    assert signed_in("anna").post(f"/portal/cases/{case.ref}/notes", {"words": "mine"}).status_code == 404
    mine = Note.objects.get(side="merchant")
    assert send("agent", f"/desk/cases/{case.ref}/notes/{mine.pk}/erasure").status_code == 404
    assert send("bolt", f"/console/cases/{case.ref}/notes/{mine.pk}/erasure").status_code == 303
    assert SECRET not in page("bolt", case, "talk").content.decode()


def test_a_quick_reply_is_kept_filled_and_sent(cast: Cast, case: Case) -> None:
    told = {"key": "sorry", "title_zh": "抱歉", "title_en": "Sorry", "body_zh": "{consumer}，抱歉。", "body_en": "Sorry, {consumer}."}
    assert send("bolt", "/console/quick-replies", **told).status_code == 303
    row = QuickReply.objects.get()
    assert "Sorry" in page("bolt", case, "talk").content.decode()
    filled = signed_in("bolt").get(f"/console/cases/{case.ref}/talk?reply={row.ref}").content.decode()
    assert "Sorry, Anna." in filled
    send("bolt", f"/console/cases/{case.ref}/talk", words="Sorry, Anna.", reply=row.ref)
    assert QuickReply.objects.get().used == 1
    wrong = send("bolt", "/console/quick-replies", ref=row.ref, **told | {"body_en": "{nothing}"})
    assert (wrong.status_code, "There is no {nothing}" in wrong.content.decode()) == (422, True)
    assert send("bolt", f"/console/quick-replies/{row.ref}/ending").status_code == 303
    assert send("rival", f"/console/quick-replies/{row.ref}/ending").status_code == 404
    assert signed_in("agent").get("/desk/quick-replies").status_code == 200
