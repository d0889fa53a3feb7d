"""Olga writes, Omar signs, the day comes: how a text becomes what decisions are made under, and all that keeps it from becoming so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from amends.kernel import clock
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Refusal, Unprocessable
from amends.people.rules import CLOCK, Actor, Role
from amends.plumbing.embedded import Server, roles
from amends.policy import shelf as shelves
from amends.policy.checking import check
from amends.policy.models import Comment, Draft, PackVersion
from amends.policy.queries import forget_shelf, shelf, stack_on
from amends.policy.queries_drafts import acts, comments, draft, drafts, version, versions
from amends.policy.rules.drafting import earliest
from amends.policy.verbs import check_draft, comment, publish, save_draft, sign_off, withdraw_draft
from tests.cast import START, person
from tests.policy_at_hand import LAW, Office, fresh_shelf, law, promise, signed, the_office

pytestmark = pytest.mark.django_db
APRIL, MARCH = date(2026, 4, 2), date(2026, 3, 31)


@pytest.fixture
def office(stepped_clock: clock.Stepped) -> Iterator[Office]:
    with fresh_shelf():
        yield the_office()


def answers(day: date, *, merchant: int | None = None) -> str:
    return stack_on(day, merchant=merchant).terms.limits["merchant_answers"].value


# ── the road ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signed_text_holds_from_its_day_and_not_a_day_before(office: Office) -> None:
    draft = signed(office)
    made = publish(draft.ref, by=office.olga)
    forget_shelf()
    assert (made.pack_id, made.version, made.in_force_from) == ("cn", "2026-04", date(2026, 4, 1))
    assert (made.published_by_id, made.signed_by_id) == (office.olga.user_id, office.omar.user_id)
    assert answers(MARCH) == "48h"
    assert answers(APRIL) == "24h"
    assert stack_on(APRIL).versions[0] == "cn@2026-04"
    draft.refresh_from_db()
    assert draft.stage == "published"


def test_a_text_that_is_no_pack_is_kept_with_its_problems_and_cannot_be_signed(office: Office) -> None:
    draft = save_draft(by=office.olga, text=law(answers="48"), name="Typo")
    checked = check_draft(draft.ref, by=office.olga)
    (problem,) = checked.problems
    row = next(n for n, line in enumerate(checked.text.splitlines(), 1) if line.startswith("merchant_answers"))
    assert (checked.stage, problem["row"], problem["cell"]) == ("draft", row, "limits.merchant_answers.value")
    assert problem["column"] > 1 and "48h" in problem["zh"] and "48h" in problem["en"]
    with pytest.raises(NoSuchMove):
        sign_off(draft.ref, by=office.omar)
    mended = save_draft(by=office.olga, ref=draft.ref, text=law())
    assert mended.problems == []
    assert check_draft(draft.ref, by=office.olga).stage == "checked"


@pytest.mark.parametrize(
    ("text", "kind", "cell"),
    [
        ("not toml at all", "cell", ""),
        (law(version="2026-02"), "cell", "version"),
        (law(since="2026-02-01"), "cell", "in_force_from"),
        (law().replace('layer = "law"', 'layer = "shop"', 1), "cell", "layer"),
        (
            law().replace("in_force_from = 2026-04-01", "in_force_from = 2026-04-01\nin_force_until = 2026-03-01", 1),
            "cell",
            "in_force_until",
        ),
        (promise(days=3), "stack", "windows.no_reason"),
        (law().replace('no_reason = { length = "7d"', 'no_reason = { length = "6d"', 1), "golden", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(office: Office, text: str, kind: str, cell: str) -> None:
    checked = check_draft(save_draft(by=office.olga, text=text, name="Wrong").ref, by=office.olga)
    binding = [problem for problem in checked.problems if problem["binding"]]
    assert checked.stage == "draft"
    assert any(problem["kind"] == kind and problem["cell"].startswith(cell) for problem in binding), binding
    assert all(problem["row"] >= 1 and problem["column"] >= 1 and problem["zh"] and problem["en"] for problem in checked.problems)


def test_a_law_that_a_platform_below_cannot_stand_on_is_told_so(office: Office) -> None:
    """Taobao gives merchants five days; a law that binds everybody to two leaves its pack without a footing."""
    line = next(line for line in LAW.splitlines() if line.startswith("merchant_answers"))
    strict = law().replace(
        line.replace('"48h"', '"24h"'), line.replace('"48h"', '"24h"').replace('tag = "I"', 'tag = "P"').replace('tag = "S"', 'tag = "P"')
    )
    found = check_draft(save_draft(by=office.olga, text=strict, name="Strict").ref, by=office.olga)
    below = [problem for problem in found.problems if problem["kind"] == "below"]
    assert found.stage == "draft"
    assert any("taobao" in problem["en"] for problem in below)


def test_a_changed_text_loses_its_check_and_its_signature(office: Office) -> None:
    ref = signed(office).ref
    named = save_draft(by=office.olga, ref=ref, text=law(), name="A better name")
    assert (named.stage, named.name) == ("signed", "A better name")
    changed = save_draft(by=office.olga, ref=ref, text=law(answers="36h"))
    assert (changed.stage, changed.checked_at, changed.signed_by_id, changed.golden) == ("draft", None, None, {})
    with pytest.raises(NoSuchMove):
        publish(ref, by=office.olga)


def test_checking_again_takes_the_signature_back(office: Office) -> None:
    ref = signed(office).ref
    assert check_draft(ref, by=office.olga).stage == "checked"
    with pytest.raises(NoSuchMove):
        publish(ref, by=office.olga)


# ── four eyes (B17) ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_signs_what_a_hand_of_theirs_wrote(office: Office) -> None:
    ref = save_draft(by=office.olga, text=law(), name="Mine").ref
    save_draft(by=office.omar, ref=ref, text=law(answers="36h"))
    save_draft(by=office.olga, ref=ref, text=law())
    check_draft(ref, by=office.omar)
    for writer in (office.olga, office.omar):
        with pytest.raises(NotYourMove) as no:
            sign_off(ref, by=writer)
        assert no.value.code == "own_work"
    third = person("otto", Role.ADMIN)
    assert sign_off(ref, by=third).signed_by_id == third.user_id


def test_the_table_itself_refuses_a_signature_by_a_writer(office: Office) -> None:
    ref = save_draft(by=office.olga, text=law(), name="Mine").ref
    save_draft(by=office.omar, ref=ref, text=law(answers="36h"))
    save_draft(by=office.olga, ref=ref, text=law())
    for writer in (office.olga, office.omar):
        with pytest.raises(IntegrityError), transaction.atomic():
            Draft.objects.filter(ref=ref).update(stage="signed", signed_by_id=writer.user_id, signed_at=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(ref=ref).update(stage="published")


def test_who_only_looks_changes_nothing(office: Office) -> None:
    ref = save_draft(by=office.olga, text=law(), name="Mine").ref
    assert draft(ref, office.ana).ref == ref
    assert acts(draft(ref, office.ana), office.ana) == ()
    supervisor = person("sue", Role.SUPERVISOR)
    for by in (office.ana, supervisor):
        for move in (
            lambda by=by: save_draft(by=by, ref=ref, text=law()),
            lambda by=by: check_draft(ref, by=by),
            lambda by=by: withdraw_draft(ref, by=by),
        ):
            with pytest.raises(NotYourMove):
                move()
    for by in (office.ana, CLOCK):
        with pytest.raises(NotYourMove):
            save_draft(by=by, text=law(), name="New")


def test_a_draft_does_not_exist_for_those_outside(office: Office) -> None:
    ref = save_draft(by=office.olga, text=law(), name="Mine").ref
    for by in (office.cast.anna, office.cast.bolt, office.cast.agent, Actor(office.cast.agent.party, 1)):
        with pytest.raises(NotFound):
            draft(ref, by)
        with pytest.raises(NotFound):
            comment(ref, words="Hm", by=by)
        with pytest.raises(NotFound):
            save_draft(by=by, ref=ref, text=law())
        assert drafts(by) == []


# ── notice and comments (L7) ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("published", "major", "first"), [
    ("2026-03-10T10:00:00+08:00", False, date(2026, 3, 18)),
    ("2026-03-10T00:00:00+08:00", False, date(2026, 3, 17)),
    ("2026-03-09T23:59:59+08:00", False, date(2026, 3, 17)),
    ("2026-03-10T10:00:00+08:00", True, date(2026, 3, 26)),
])  # fmt: skip
def test_seven_days_are_seven_whole_days_in_the_market(published: str, major: bool, first: date) -> None:
    assert earliest(datetime.fromisoformat(published), "CN", major=major) == first


def test_a_change_is_known_seven_days_ahead_and_a_major_one_fifteen(office: Office) -> None:
    for number, (since, major, good) in enumerate(
        [("2026-03-17", False, False), ("2026-03-18", False, True), ("2026-03-25", True, False), ("2026-03-26", True, True)], 1
    ):
        ref = signed(office, law(version=f"2026-03.{number}", since=since)).ref
        if good:
            assert publish(ref, by=office.olga, major=major).major is major
            continue
        with pytest.raises(Unprocessable) as early:
            publish(ref, by=office.olga, major=major)
        assert early.value.code == "too_early" and "in_force_from" in early.value.fields


def test_everybody_may_comment_until_the_day_comes_and_nothing_said_is_unsaid(office: Office, stepped_clock: clock.Stepped) -> None:
    ref = signed(office).ref
    publish(ref, by=office.olga)
    comment(ref, words="24 小时太短。", by=office.cast.bolt)
    comment(ref, words="Good.", by=office.cast.anna)
    said = comments(draft(ref, office.ana))
    assert [(one.party, one.words) for one in said] == [("merchant", "24 小时太短。"), ("consumer", "Good.")]
    for empty in ("", "  ", "a\0b", "x" * 5001):
        with pytest.raises(Unprocessable):
            comment(ref, words=empty, by=office.cast.anna)
    for act in ("UPDATE policy_comment SET words = 'Fine'", "DELETE FROM policy_comment"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    stepped_clock.until(datetime.fromisoformat("2026-04-01T00:00:00+08:00"))
    with pytest.raises(NoSuchMove):
        comment(ref, words="Too late", by=office.cast.anna)
    assert Comment.objects.count() == 2


# ── versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_never_changed_and_ends_once(office: Office) -> None:
    made = publish(signed(office).ref, by=office.olga)
    acts = (
        "UPDATE policy_pack_version SET text = 'x'",
        "DELETE FROM policy_pack_version",
        "TRUNCATE policy_pack_version CASCADE",
        "DELETE FROM policy_draft",
    )
    for act in acts:
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    PackVersion.objects.filter(pk=made.pk).update(in_force_until=MARCH)
    with pytest.raises(IntegrityError), transaction.atomic():
        PackVersion.objects.filter(pk=made.pk).update(in_force_until=None)


def test_every_version_of_three_years_can_be_read_as_it_was(office: Office, stepped_clock: clock.Stepped) -> None:
    publish(signed(office).ref, by=office.olga)
    forget_shelf()
    for reader in (office.cast.anna, office.cast.bolt, office.olga):
        assert [one.stamp for one in versions(reader, pack_id="cn")] == ["cn@2026-04", "cn@2026-02"]
        assert version("cn@2026-04", reader).text == law()
        assert version("cn@2026-02", reader).text == LAW
    with pytest.raises(NotFound):
        version("cn@1999-01", office.olga)
    stepped_clock.forward(timedelta(days=3 * 366 + 30))
    assert [one.stamp for one in versions(office.olga, pack_id="cn")] == ["cn@2026-04"]


def test_a_version_is_taken_back_before_its_day_and_not_after(office: Office, stepped_clock: clock.Stepped) -> None:
    first = signed(office).ref
    publish(first, by=office.olga)
    assert withdraw_draft(first, by=office.omar).stage == "withdrawn"
    forget_shelf()
    assert answers(APRIL) == "48h"
    assert [one.was_taken_back for one in versions(office.olga, pack_id="cn")] == [True, False]
    again = signed(office, law(version="2026-04.1")).ref
    publish(again, by=office.olga)
    forget_shelf()
    stepped_clock.until(datetime.fromisoformat("2026-04-01T00:00:00+08:00"))
    with pytest.raises(NoSuchMove) as late:
        withdraw_draft(again, by=office.olga)
    assert late.value.code == "in_force"
    assert acts(draft(again, office.olga), office.olga) == ()
    assert answers(APRIL) == "24h"


def test_one_version_and_one_day_belong_to_one_text(office: Office) -> None:
    one, same_version, same_day = signed(office), signed(office, law(since="2026-05-01")), signed(office, law(version="2026-04.1"))
    publish(one.ref, by=office.olga)
    forget_shelf()
    for other in (same_version, same_day):
        with pytest.raises(Unprocessable) as no:
            publish(other.ref, by=office.olga)
        assert no.value.code == "no_longer_good"


# ── what is known of others' work ────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_writes_over_what_they_have_not_read(office: Office) -> None:
    mine = save_draft(by=office.olga, text=law(), name="Ours")
    save_draft(by=office.omar, ref=mine.ref, text=law(answers="36h"), edits=mine.edits)
    with pytest.raises(Conflict):
        save_draft(by=office.olga, ref=mine.ref, text=law(answers="12h"), edits=mine.edits)
    assert 'value = "36h"' in draft(mine.ref, office.olga).text


@pytest.mark.parametrize(("text", "field"), [("", "text"), ("a\0b", "text"), ("x" * 500_001, "text"), ("no id here", "name")])
def test_a_draft_needs_a_text_and_a_name(office: Office, text: str, field: str) -> None:
    with pytest.raises(Unprocessable) as no:
        save_draft(by=office.olga, text=text)
    assert field in no.value.fields


# ── shops ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_shop_promises_more_for_itself_alone(office: Office) -> None:
    bolt, bella, bolts, rivals = office.cast.bolt, office.bella, office.cast.bolts.pk, office.cast.rivals.pk
    ref = save_draft(by=bolt, text=promise(), name="Ten days").ref
    assert check_draft(ref, by=bolt).stage == "checked"
    with pytest.raises(NotYourMove):
        sign_off(ref, by=bolt)
    sign_off(ref, by=bella)
    publish(ref, by=bolt)
    forget_shelf()
    assert stack_on(APRIL, merchant=bolts).terms.windows["no_reason"].length == "10d"
    assert stack_on(MARCH, merchant=bolts).terms.windows["no_reason"].length == "7d"
    assert stack_on(APRIL, merchant=rivals).terms.windows["no_reason"].length == "7d"
    assert stack_on(APRIL).terms.windows["no_reason"].length == "7d"


def test_another_shop_finds_nothing_of_it(office: Office) -> None:
    ref = save_draft(by=office.cast.bolt, text=promise(), name="Ten days").ref
    for move in (check_draft, sign_off, publish, withdraw_draft):
        with pytest.raises(NotFound):
            move(ref, by=office.cast.rival)
    with pytest.raises(NotFound):
        draft(ref, office.cast.rival)
    check_draft(ref, by=office.cast.bolt)
    assert sign_off(ref, by=office.omar).signed_by_id == office.omar.user_id
    publish(ref, by=office.bella)
    with pytest.raises(NotFound):
        draft(ref, office.cast.rival)
    with pytest.raises(NotFound):
        version("bolts@2026-04", office.cast.rival)
    assert version("bolts@2026-04", office.cast.anna).text == promise()


def test_the_platform_signs_for_a_shop_and_writes_nothing_for_it(office: Office) -> None:
    ref = save_draft(by=office.cast.bolt, text=promise(), name="Ten days").ref
    assert acts(draft(ref, office.olga), office.olga) == ("check",)
    for move in (lambda: save_draft(by=office.olga, ref=ref, text=promise(days=8)), lambda: withdraw_draft(ref, by=office.olga)):
        with pytest.raises(NotYourMove):
            move()


@pytest.mark.parametrize(
    ("text", "cell"),
    [(law(), "layer"), (promise(name="cn"), "id"), (promise().replace("\n[windows]", "for_all = true\n\n[windows]"), "for_all")],
)
def test_a_shop_writes_rules_for_its_own_shop_only(office: Office, text: str, cell: str) -> None:
    found = check_draft(save_draft(by=office.cast.bolt, text=text, name="More").ref, by=office.cast.bolt)
    assert found.stage == "draft"
    assert cell in {problem["cell"] for problem in found.problems}


def test_ids_belong_to_one_shop_and_a_shop_has_one(office: Office) -> None:
    ref = save_draft(by=office.cast.bolt, text=promise(), name="Ten days").ref
    check_draft(ref, by=office.cast.bolt)
    sign_off(ref, by=office.bella)
    publish(ref, by=office.cast.bolt)
    forget_shelf()
    for by, text in ((office.cast.rival, promise(version="2026-05")), (office.cast.bolt, promise(name="bolts_second", since="2026-05-01"))):
        found = check_draft(save_draft(by=by, text=text, name="More").ref, by=by)
        assert [problem["cell"] for problem in found.problems] == ["id"]


# ── the shelf ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def by_hand(office: Office, text: str, *, pack_id: str = "cn", at: str = "2026-03", since: date = date(2026, 3, 1)) -> None:
    """Somebody writes a version past all verbs."""
    draft = save_draft(by=office.olga, text=text, name="By hand")
    olga, omar, digest = office.olga.user_id, office.omar.user_id, sha256(text.encode()).hexdigest()
    PackVersion.objects.create(
        draft=draft, pack_id=pack_id, version=at, layer="law", jurisdiction="CN", text=text, digest=digest, in_force_from=since,
        comments_until=START, published_by_id=olga, signed_by_id=omar, published_at=START,
    )  # fmt: skip
    forget_shelf()


@pytest.mark.parametrize(
    "text",
    [
        "no pack",
        law(version="2026-03", since="2026-03-01", answers="48"),
        law(version="2026-03", since="2026-03-02"),
        law(version="2026-03", since="2026-03-01").replace("[documents]", "[documentz]", 1),
    ],
)  # fmt: skip
def test_a_broken_text_published_by_hand_is_set_aside_and_the_earlier_one_holds(office: Office, text: str) -> None:
    by_hand(office, text)
    assert stack_on(date(2026, 3, 10)).versions[0] == "cn@2026-02"
    assert "cn@2026-03" in {problem.file for refused in shelf().refused for problem in refused.problems}


def test_a_law_that_reads_well_and_does_not_stand_leaves_the_earlier_one_in_force(office: Office) -> None:
    holes = law(version="2026-03", since="2026-03-01")
    line = next(line for line in holes.splitlines() if line.startswith("consumer_ships"))
    by_hand(office, holes.replace(line, ""))
    assert stack_on(date(2026, 3, 10)).versions[0] == "cn@2026-02"


def test_every_process_sees_a_publication_within_five_seconds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(shelves.time, "monotonic", lambda: now[0])
    before = stack_on(APRIL)
    publish(signed(office).ref, by=office.olga)
    assert stack_on(APRIL) is before
    now[0] += shelves.LOOK_EVERY
    assert stack_on(APRIL).versions[0] == "cn@2026-04"


def test_while_nothing_is_published_a_look_changes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(shelves.time, "monotonic", lambda: now[0])
    first = stack_on(APRIL)
    now[0] += 60
    assert stack_on(APRIL) is first
    with pytest.raises(Refusal), transaction.atomic():
        raise NotFound
    assert stack_on(APRIL) is first


def test_rights_granted_anew_leave_the_walls_closed(office: Office, server: Server, test_database: str) -> None:
    """Whoever starts the server again grants the application its rights again; what nobody may change stays so."""
    made = publish(signed(office).ref, by=office.olga)
    with psycopg.connect(server.url("super", test_database), autocommit=True) as inside:
        roles.allow(inside, owner=roles.OWNER, app=roles.APP)
    for act in ("UPDATE policy_pack_version SET text = 'x'", "DELETE FROM policy_comment", "DELETE FROM policy_draft"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)
    PackVersion.objects.filter(pk=made.pk).update(in_force_until=MARCH)


def test_a_shop_that_promised_less_does_not_stop_a_kinder_law(office: Office) -> None:
    """Ten days were more than seven; under a law of fifteen Bolt's pack no longer stands, and his customers have the fifteen."""
    bolt, bolts = office.cast.bolt, office.cast.bolts.pk
    ref = save_draft(by=bolt, text=promise(), name="Ten days").ref
    check_draft(ref, by=bolt)
    sign_off(ref, by=office.bella)
    publish(ref, by=bolt)
    forget_shelf()
    fifteen = law(since="2026-05-01").replace('no_reason = { length = "7d"', 'no_reason = { length = "15d"', 1)
    found = check(fifteen)
    assert [problem["binding"] for problem in found.problems if problem["kind"] == "below" and "bolts" in problem["en"]] == [False]
    by_hand(office, fifteen, at="2026-04", since=date(2026, 5, 1))
    assert stack_on(APRIL, merchant=bolts).terms.windows["no_reason"].length == "10d"
    assert stack_on(date(2026, 5, 2), merchant=bolts).terms.windows["no_reason"].length == "15d"


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000,
        "a" + ".a" * 3000 + " = 1",
        "x = " + "{a = " * 400 + "1" + "}" * 400,
        "a = 1\n" * 20_000,
        "k = " + "9" * 500_000,
        's = ["""\n""", ' + "[" * 1900 + '"x"',
    ],
    ids=["lists", "dots", "tables", "lines", "width", "hidden"],
)
def test_a_text_that_would_break_its_reader_is_not_kept(office: Office, text: str) -> None:
    with pytest.raises(Unprocessable) as no:
        save_draft(by=office.olga, text=text, name="Deep")
    assert no.value.code == "out_of_bounds" and "text" in no.value.fields
    (problem,) = check(text).problems
    assert problem["binding"] and problem["row"] >= 1


def test_the_list_shows_what_a_text_is_about_before_it_is_checked(office: Office) -> None:
    half = save_draft(by=office.olga, text='id = "cn"\nlayer = "law"\n[windows\n', name="Half")
    assert (half.pack_id, half.layer, half.based_on) == ("cn", "law", "cn@2026-02")
