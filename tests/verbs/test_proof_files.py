"""Who may have a proof file of a case, what stands in it for whom, and what never does: notes, drafts, lines of one side alone."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from amends.cases.models import Case, CaseText, Entry
from amends.cases.texts import erase_text
from amends.cases.verbs.answering import call_platform, refuse
from amends.complaints.models import Complaint
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.people.models import AccessLog
from amends.people.rules import Actor, Role
from amends.sealing import exporting
from amends.sealing.exporting import files_of, forget_old, make_file, open_file
from amends.sealing.masking import without_personal
from amends.sealing.models import ProofFile
from amends.sealing.public import is_in_timeline, is_our_file
from amends.talks.models import Note
from tests.cast import Cast, an_order, claims, person, the_cast

SECRET = "she always complains, tell nobody"
CALLED = "my number is 13800138000"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    found = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(found.ref, reason="other", words="it was used for a year", by=cast.bolt)
    call_platform(found.ref, words=CALLED, by=cast.anna)
    Note.objects.create(merchant=cast.bolts, case=found, side="merchant", body=SECRET, made_at=found.opened_at)
    return Case.objects.get(pk=found.pk)


def complaint_about(case: Case) -> Complaint:
    return Complaint.objects.create(
        merchant_id=case.merchant_id, case=case, ref="CM-0001", authority="12315", number="A1", received_at=case.opened_at,
        stage="received", since=case.opened_at, made_at=case.opened_at,
    )  # fmt: skip


def inside(row: ProofFile, by: Actor) -> dict[str, Any]:
    _, file = open_file(row.ref, by)
    with zipfile.ZipFile(io.BytesIO(file.read())) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def values(row: ProofFile, by: Actor, name: str) -> Any:
    raw = inside(row, by)[name]
    return [json.loads(line) for line in raw.splitlines()] if name.endswith("l") else json.loads(raw)


def test_both_sides_and_the_platform_have_one_and_nobody_else(cast: Cast, case: Case) -> None:
    for by in (cast.anna, cast.bolt, cast.agent, cast.judge):
        row = make_file(case.ref, "own", by)
        assert (row.head, row.masked) == (case.head, True)
        assert AccessLog.objects.filter(user_id=by.user_id, ref=row.ref).count() == 1
    for by in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            make_file(case.ref, "own", by)


def test_a_file_is_fetched_by_its_makers_side_and_by_the_platform_and_that_is_noted(cast: Cast, case: Case) -> None:
    mine, theirs = make_file(case.ref, "own", cast.anna), make_file(case.ref, "own", cast.bolt)
    colleague = person("bea", Role.MERCHANT, merchant=cast.bolts)
    assert [row.ref for row in files_of(case, cast.anna)] == [mine.ref]
    assert [row.ref for row in files_of(case, colleague)] == [theirs.ref]
    assert {row.ref for row in files_of(case, cast.judge)} == {mine.ref, theirs.ref}
    for ref, by in ((mine.ref, cast.bolt), (theirs.ref, cast.anna), (mine.ref, cast.berta), (theirs.ref, cast.rival), ("PF", cast.judge)):
        with pytest.raises(NotFound):
            open_file(ref, by)
    open_file(mine.ref, cast.judge)
    assert AccessLog.objects.filter(user_id=cast.judge.user_id, ref=mine.ref).count() == 1


def test_some_purposes_are_the_platforms_and_who_only_reads_makes_none(cast: Cast, case: Case) -> None:
    for purpose in ("authority", "audit"):
        with pytest.raises(NotYourMove):
            make_file(case.ref, purpose, cast.anna)
        with pytest.raises(NotYourMove):
            make_file(case.ref, purpose, cast.bolt)
    with pytest.raises(NotYourMove):
        make_file(case.ref, "own", replace(cast.agent, roles=frozenset({Role.ANALYST})))
    with pytest.raises(Unprocessable) as wrong:
        make_file(case.ref, "curiosity", cast.anna)
    assert "purpose" in wrong.value.fields


def test_an_authoritys_file_hides_nothing_where_its_complaint_is_named(cast: Cast, case: Case) -> None:
    complaint = complaint_about(case)
    masked = make_file(case.ref, "authority", cast.agent)
    whole = make_file(case.ref, "authority", cast.agent, complaint)
    bodies = [{text["kind"]: text["body"] for text in values(row, cast.agent, "texts.json")} for row in (masked, whole)]
    assert "13800138000" not in bodies[0]["call"]
    assert bodies[1]["call"] == CALLED
    assert values(whole, cast.agent, "case.json")["consumer"]["en"] == "Anna"
    assert values(whole, cast.agent, "manifest.json")["complaint"] == {"authority": "12315", "number": "A1"}
    assert (masked.masked, whole.masked, whole.complaint_id) == (True, False, complaint.pk)


def test_a_complaint_about_another_case_opens_nothing(cast: Cast, case: Case) -> None:
    other = complaint_about(claims(an_order(cast.bolts, cast.annas), by=cast.anna))
    for purpose, complaint in (("authority", other), ("own", complaint_like(other, case))):
        with pytest.raises(Unprocessable):
            make_file(case.ref, purpose, cast.agent, complaint)


def complaint_like(complaint: Complaint, case: Case) -> Complaint:
    complaint = Complaint.objects.get(pk=complaint.pk)
    complaint.case_id = case.pk
    return complaint


def test_notes_and_lines_of_the_platform_alone_are_in_no_file_but_its_own_audit(cast: Cast, case: Case) -> None:
    last = Entry.objects.get(case_id=case.pk, number=case.entries_count)
    hidden = Entry.objects.filter(case_id=case.pk, audience="platform").count()
    for by, purpose in ((cast.anna, "own"), (cast.bolt, "own"), (cast.agent, "arbitration"), (cast.agent, "audit")):
        row = make_file(case.ref, purpose, by)
        whole = b"".join(inside(row, by).values())
        assert SECRET.encode() not in whole
        lines = values(row, by, "timeline.jsonl")
        assert len(lines) == case.entries_count and lines[-1]["hash"] == last.hash
        assert sum("withheld" in line for line in lines) == (0 if purpose == "audit" else hidden)


def test_what_was_erased_is_not_in_it_and_its_digest_is(cast: Cast, case: Case) -> None:
    erase_text(CaseText.objects.get(case=case, kind="call"))
    texts = {text["kind"]: text for text in values(make_file(case.ref, "own", cast.anna), cast.anna, "texts.json")}
    assert (texts["call"]["state"], texts["call"]["body"], texts["call"]["salt"]) == ("erased", "", "")
    assert len(texts["call"]["digest"]) == 64


def test_a_file_goes_with_the_first_of_its_words_and_its_digest_stays(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = make_file(case.ref, "own", cast.anna)
    open_file(row.ref, cast.anna)[1].close()
    assert forget_old() == 0
    stepped_clock.forward(timedelta(hours=1))
    erase_text(CaseText.objects.get(case=case, kind="call"))
    with pytest.raises(NotFound):
        open_file(row.ref, cast.anna)
    assert (forget_old(), forget_old()) == (1, 0)
    assert is_our_file(row.ref, row.digest)


def test_a_file_is_kept_for_ninety_days(cast: Cast, case: Case, stepped_clock: Stepped) -> None:
    row = make_file(case.ref, "own", cast.anna)
    stepped_clock.forward(timedelta(days=89))
    open_file(row.ref, cast.anna)[1].close()
    stepped_clock.forward(timedelta(days=2))
    with pytest.raises(NotFound):
        open_file(row.ref, cast.anna)
    assert forget_old() == 1 and ProofFile.objects.get() == row


def test_the_decision_and_its_clauses_are_in_it_without_what_is_known_of_the_consumer(cast: Cast, case: Case) -> None:
    told = values(make_file(case.ref, "own", cast.bolt), cast.bolt, "decision.json")
    assert told["versions"] and told["lines"][0]["remedies"]
    assert "facts" not in told["lines"][0]


def test_so_many_files_a_day_and_no_more(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_A_DAY", 1)
    make_file(case.ref, "own", cast.anna)
    with pytest.raises(Conflict):
        make_file(case.ref, "own", cast.bolt)


def test_anybody_learns_yes_or_no_and_only_for_the_right_number(cast: Cast, case: Case) -> None:
    row, other = make_file(case.ref, "own", cast.anna), claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    assert is_our_file(row.ref, row.digest.upper()) and is_our_file(row.ref.lower(), f" {row.digest}\n")
    assert not is_our_file(row.ref, "0" * 64) and not is_our_file(case.ref, row.digest) and not is_our_file("", "")
    assert is_in_timeline(case.ref, case.head) and is_in_timeline(row.ref, case.head)
    assert not is_in_timeline(other.ref, case.head) and not is_in_timeline(case.ref, "0" * 64) and not is_in_timeline("x", case.head)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("call 138 0013 8000 now", "call ＊＊＊ now"),
        ("写信到 anna@example.com。", "写信到 ＊＊＊。"),
        ("身份证 11010519491231002X", "身份证 ＊＊＊"),
        ("卡号 6222 0212 3456 7890 123", "卡号 ＊＊＊"),
        ("paid 1286.00 on 2026-03-10", "paid 1286.00 on 2026-03-10"),
        ("order 42, 3 pieces", "order 42, 3 pieces"),
    ],
)
def test_numbers_and_addresses_of_people_are_hidden_and_sums_and_days_are_not(words: str, shown: str) -> None:
    assert without_personal(words) == shown


def test_who_sees_everything_but_is_no_party_makes_none(cast: Cast, case: Case) -> None:
    with pytest.raises(NotYourMove):
        make_file(case.ref, "own", Actor(Party.CARRIER))
