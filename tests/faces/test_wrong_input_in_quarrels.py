"""Wrong input on the pages, programs and commands of a quarrel is refused in words, and what is a key inside is read in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from amends.cases.models import Case
from amends.cases.verbs.answering import refuse
from amends.incidents.verbs import open_incident
from amends.kernel.clock import Stepped
from amends.kernel.texts import Text
from amends.management.person import actor_named
from amends.people.models import Membership
from amends.people.rules import Role
from amends.rulings import verbs
from amends.rulings.appealing import appeal
from amends.rulings.citing import cited
from amends.rulings.examining import admit
from amends.rulings.models import TestingBody
from amends.rulings.report_links import make_test_link
from amends.talks.replies import save_reply
from tests.api_client import program, programs
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.faces.test_desk import enters, posts
from tests.verbs.appeals_at_hand import GROUNDS, REASONS, in_review, of_rank, review_of, ruled

pytestmark = pytest.mark.django_db
WRONG_PARTS = ('[{"remedy": "refund_only", "units": 7}]', '[{"remedy": "none", "units": ["x"]}]', '["none"]', "[7]", "7", "{")


@pytest.fixture
def cast(stepped_clock: Stepped) -> Cast:
    return the_cast()


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("parts", WRONG_PARTS)
def test_parts_of_a_wrong_kind_are_refused_by_every_command(cast: Cast, parts: str) -> None:
    of_rank("head", 2)
    case, other = ruled(cast), in_review(cast)
    row = appeal(case.ref, words=GROUNDS, by=cast.anna)
    admit(row.ref, by=actor_named("head@example.com"))
    say = ("--clause", "X", "--words", REASONS)
    for words in (
        ("appeals", "change", row.ref, *say, "--parts", parts, "--as", "head@example.com"),
        ("reviews", "rule", review_of(other).ref, *say, "--liable", "merchant", "--parts", parts, "--as", "judge@example.com"),
        ("reviews", "cost", review_of(other).ref, "--parts", parts, "--as", "judge@example.com"),
        ("offers", "make", other.ref, "--parts", parts, "--as", "bolt@example.com"),
    ):
        with pytest.raises(CommandError):
            call_command(*words)


def test_numbers_beyond_measure_are_refused_by_the_commands(cast: Cast, tmp_path: Path) -> None:
    case = in_review(cast)
    judge = ("--as", "judge@example.com")
    for share in ("carrier=inf", "carrier=nan", "carrier=1e400", "carrier=many"):
        with pytest.raises(CommandError):
            call_command("reviews", "cost", review_of(case).ref, "--outcome", "for", "--bears", share, *judge)
    for days in ("999999999999", "-1"):
        for word in ("unanswered", "breaches"):
            with pytest.raises(CommandError):
                call_command("appeals", word, "--days", days, "--as", "agent@example.com")
    with pytest.raises(CommandError, match="not written"):
        call_command("proof", "make", case.ref, "--to", str(tmp_path / "nowhere" / "x.zip"), "--as", "anna@example.com")


def test_commands_speak_the_language_of_their_terminal(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_review(cast)
    told = {"title_zh": "抱歉", "title_en": "Sorry", "body_zh": "抱歉", "body_en": "Sorry", "key": "sorry"}
    save_reply(told, by=cast.bolt)
    open_incident(cause="batch", title_zh="一批灯漏电", title_en="A batch of lamps leaks", by=cast.agent)
    for language, words in (("zh", ("抱歉", "一批灯漏电", "退货退款")), ("en", ("Sorry", "A batch of lamps", "return and"))):
        monkeypatch.setenv("AMENDS_LANG", language)
        for command in (
            ("talk", "replies", "--as", "bolt@example.com"), ("talk", "replies", "--case", case.ref, "--as", "bolt@example.com"),
            ("incidents", "list", "--as", "agent@example.com"), ("offers", "composition", case.ref, "--as", "bolt@example.com"),
        ):  # fmt: skip
            capsys.readouterr()
            call_command(*command)
            out = capsys.readouterr().out
            assert any(word in out for word in words), (language, command)


# ── programs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_no_column_can_hold_is_refused_by_the_api(cast: Cast) -> None:
    person("head", Role.SUPERVISOR)
    head, by = program(actor_named("head@example.com")), programs(cast)
    body = {"key": "lab", "name_zh": "检测所", "name_en": "Laboratory"}
    for wrong in ({"skills": ["a\0b"]}, {"skills": ["\ud800"]}, {"address": "a\0b"}, {"skills": ["telepathy"]}):
        assert head.post("/testing-bodies", {**body, **wrong}).status_code == 422, wrong
    assert by["agent"].post("/testing-bodies", body).status_code == 404
    assert not TestingBody.objects.exists()
    case = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(case.ref, reason="not_intact", words="It was used.", by=cast.bolt)
    (unit,) = case.claimed.values_list("unit_id", flat=True)
    parts = [{"remedy": "return_refund", "units": [unit]}, {"remedy": "goodwill", "amount_minor": 30_000}]
    for why in ("because of \0 her", "because of \ud800 her"):
        assert by["bolt"].post(f"/cases/{case.ref}/offers", {"parts": parts, "why": why}).status_code == 422
    asked = {"authority": "12315", "number": "7", "words": "Why?"}
    for path, sent in (
        (f"/cases/{case.ref}/tasks", {"department": "quality", "words": "Is it sound?", "owner": "\ud800"}),
        (f"/cases/{case.ref}/complaints", {**asked, "received_at": "0001-01-01T00:00:00+14:00"}),
        (f"/cases/{case.ref}/complaints", {**asked, "answer_by": "9999-12-31T23:59:59Z"}),
    ):
        assert by["agent"].post(path, sent).status_code == 422, sent
    assert by["judge"].post("/arbiters/absence", {"until": "9999-12-31T23:59:59Z"}).status_code == 422
    number = 10**30
    assert by["bolt"].post(f"/cases/{case.ref}/notes/{number}/erasure").status_code == 404


def test_who_judges_is_named_to_the_sides_with_the_ruling(cast: Cast) -> None:
    case = in_review(cast)
    path, by = f"/reviews/{review_of(case).ref}", programs(cast)
    assert [by[name].get(path).json()["arbiter"] for name in ("anna", "bolt", "agent", "judge")] == ["", "", "Judge", "Judge"]
    verbs.rule(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    assert [by[name].get(path).json()["arbiter"] for name in ("anna", "bolt")] == ["Judge", "Judge"]


def test_only_an_arbiter_asks_for_proofs_by_program(cast: Cast) -> None:
    case = in_review(cast)
    verbs.ask_more(review_of(case).ref, words="which box?", by=cast.judge)
    path, body = f"/reviews/{review_of(case).ref}/proof-requests", {"party": "merchant", "words": "your purchase invoice"}
    for name, status in (("anna", 403), ("bolt", 403), ("agent", 403), ("rival", 404), ("berta", 404), ("judge", 201)):
        assert program(getattr(cast, name)).post(path, body).status_code == status, name


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_names_of_fields_that_are_no_numbers_break_no_page(cast: Cast) -> None:
    case = claims(an_order(cast.bolts, cast.annas, quantities=(2,), prices=(9900,)), by=cast.anna, quantity=2)
    agent = enters("agent@example.com")
    for name in ("n_²", "n_" + "9" * 30):
        answer = posts(agent, f"/desk/cases/{case.ref}/whole/splitting", words="apart", **{name: "1"})
        assert answer.status_code == 422, name[:9]
    review, judge = in_review(cast), enters("judge@example.com")
    typed = {"outcome": "parts", "freight-" + "9" * 30: "1", "clause": "X", "words": REASONS}
    assert posts(judge, f"/desk/reviews/{review_of(review).ref}/costs", **typed).status_code == 200
    for days in ("9" * 5000, "²", "-1", "366"):
        assert posts(judge, "/desk/arbiters/absence", days=days).status_code == 422
    assert posts(enters("bolt@example.com"), f"/console/cases/{case.ref}/notes/{10**30}/erasure").status_code == 404


def test_skills_and_languages_are_read_in_words(cast: Cast) -> None:
    head = person("head", Role.SUPERVISOR)
    person("owner", Role.POLICY_OWNER)
    verbs.keep_arbiter("judge@example.com", skills=["hazard", "fresh"], languages=["en", "zh"], by=head)
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", skills=["phone"], by=head)
    for language, words in (("en", ("Fresh goods, hazard", "English, Chinese")), ("zh-CN", ("生鲜、安全隐患", "英文、中文"))):
        for email, url in (("judge@example.com", "/desk/arbiters"), ("owner@example.com", "/office/arbiters/")):
            page = enters(email, language).get(url).content.decode()
            assert all(word in page for word in words), (language, url)
            assert ">hazard" not in page and ">en<" not in page
        assert ("Mobile phones" if language == "en" else "手机") in enters("head@example.com", language).get(
            "/office/arbiters/"
        ).content.decode()
    at = {"email": "judge@example.com", "rank": "1", "load_most": "5"}
    client = enters("head@example.com")
    assert posts(client, "/office/arbiters/profile/", **at, skills=["fresh", "damaged"]).status_code == 303
    refused = posts(client, "/office/arbiters/profile/", **at, skills="telepathy")
    assert refused.status_code == 422 and "no such skill: telepathy" in refused.content.decode()
    page = client.get("/office/arbiters/").content.decode()
    assert 'value="damaged" form="p' in page and "Damaged, fresh goods" in page


def test_the_clause_of_a_ruling_is_read_in_words_by_everybody(cast: Cast) -> None:
    case = in_review(cast)
    verbs.rule(
        review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", blocks=["clause", "given"], words=REASONS, by=cast.judge
    )
    ref = review_of(case).ref
    pages = (
        ("anna", f"/portal/cases/{case.ref}"), ("bolt", f"/console/cases/{case.ref}"), ("judge", f"/desk/reviews/{ref}"),
        ("bolt", f"/console/cases/{case.ref}/appeal"), ("agent", f"/desk/cases/{case.ref}"),
    )  # fmt: skip
    wanted = cited(case, str(review_of(case).issues[0]["clause"]))
    assert wanted.text and isinstance(wanted.article, Text), "who has to prove it is said by a rule"
    for language, article in (("en", "art. 25"), ("zh-CN", "25 条")):
        page = enters("judge@example.com", language).get(f"/desk/reviews/{ref}").content.decode()
        assert str(review_of(case).issues[0]["clause"]) not in page and wanted.article.into(language) in page
        for name, url in pages:
            page = enters(f"{name}@example.com", language).get(url).content.decode()
            assert article in page, (language, url)
            assert "CN-7D-01" not in page, (language, url)


def test_a_draft_and_a_laboratorys_link_are_not_for_an_arbiter_who_is_a_side(cast: Cast) -> None:
    insider = person("ines", Role.ARBITER)
    Membership.objects.create(user_id=insider.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    case = in_review(cast, prices=(900_000,))
    verbs.draft_ruling(review_of(case).ref, outcome="for", liable="merchant", clause="CN-7D-01", words=REASONS, by=cast.judge)
    url = f"/desk/reviews/{review_of(case).ref}"
    assert REASONS in enters("judge@example.com").get(url).content.decode()
    for page in (url, f"/desk/cases/{case.ref}"):
        assert REASONS not in enters("ines@example.com").get(page).content.decode(), page
    tested: Case = in_review(cast)
    head = person("head", Role.SUPERVISOR)
    verbs.add_body(key="lab", name_zh="检测所", name_en="Laboratory", by=head)
    Membership.objects.create(user_id=head.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    ref = review_of(tested).ref
    verbs.order_test(ref, body="lab", question="Was it used?", cost_minor=8000, pays_first="merchant", by=cast.judge)
    _, address = make_test_link(ref, by=cast.agent)
    assert address in enters("agent@example.com").get(f"/desk/reviews/{ref}").content.decode()
    assert address not in enters("head@example.com").get(f"/desk/reviews/{ref}").content.decode()
