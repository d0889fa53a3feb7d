"""What the sides say to each other, what each keeps to itself, and ready answers."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from amends.cases.models import Case, CaseText, Entry, Evidence
from amends.cases.queries import case_for
from amends.cases.verbs.answering import refuse, withdraw
from amends.kernel.clock import Stepped
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Merchant
from amends.people.models import Membership
from amends.people.rules import Actor, Role
from amends.plumbing.models import LiveChange
from amends.sealing.exporting import make_file, open_file
from amends.talks import conversation, notes, replies
from amends.talks.models import Note, QuickReply
from tests.cast import Cast, an_order, claims, person, the_cast
from tests.verbs.returns_at_hand import a_photo, fresh

SECRET = "ask the warehouse about tin 4711"
READY = {"key": "sorry", "title_zh": "抱歉", "title_en": "Sorry", "body_zh": "{consumer}，{goods}的事我们在查。",
         "body_en": "{consumer}, we look into {goods} ({case})."}  # fmt: skip


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return claims(an_order(cast.bolts, cast.annas), by=cast.anna)


# ── conversation ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_said_is_read_by_all_sides_with_its_files_and_receipt(cast: Cast, case: Case) -> None:
    conversation.say(case.ref, words="Which colour was it?", by=cast.bolt)
    assert conversation.unread(fresh(case), cast.anna) == 1
    [line] = conversation.conversation(case.ref, cast.anna)
    assert (line.party.value, line.words) == ("merchant", "Which colour was it?")
    conversation.say(case.ref, words="Red.", evidence=[a_photo(case, cast.anna)], by=cast.anna)
    first, second = conversation.conversation(case.ref, cast.judge)
    assert first.read_at is not None
    assert (second.read_at, len(second.files)) == (None, 1)
    assert conversation.unread(fresh(case), cast.anna) == 0
    conversation.conversation(case.ref, cast.bolt)
    assert all(one.read_at for one in conversation.lines_of(fresh(case)))
    assert Evidence.objects.get(case_id=case.pk).party == "consumer"


def test_a_line_stands_in_the_timeline_by_its_digest_alone(cast: Cast, case: Case) -> None:
    conversation.say(case.ref, words="My door code is 4711.", by=cast.anna)
    entry = Entry.objects.get(case_id=case.pk, verb="say_words")
    assert "4711" not in json.dumps(entry.facts)
    assert CaseText.objects.get(pk=entry.facts["text"]).digest == entry.facts["digest"]


def test_who_may_not_speak(cast: Cast, case: Case) -> None:
    for stranger in (cast.berta, cast.rival):
        with pytest.raises(NotFound):
            conversation.say(case.ref, words="Hello.", by=stranger)
        with pytest.raises(NotFound):
            conversation.conversation(case.ref, stranger)
    with pytest.raises(NotYourMove):
        conversation.say(case.ref, words="Hello.", by=person("nora", Role.ANALYST))
    with pytest.raises(Unprocessable):
        conversation.say(case.ref, words="  ", by=cast.anna)
    with pytest.raises(Unprocessable):
        conversation.say(case.ref, words="x" * 2001, by=cast.anna)
    withdraw(case.ref, by=cast.anna)
    with pytest.raises(NoSuchMove) as refusal:
        conversation.say(case.ref, words="Still there?", by=cast.anna)
    assert refusal.value.code == "case_over"


def test_a_side_says_so_much_at_most(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MOST_SAID", 1)
    conversation.say(case.ref, words="One.", by=cast.anna)
    with pytest.raises(NoSuchMove):
        conversation.say(case.ref, words="Two.", by=cast.anna)
    conversation.say(case.ref, words="One too.", by=cast.bolt)


def test_readers_leave_no_receipt(cast: Cast, case: Case) -> None:
    conversation.say(case.ref, words="Hello.", by=cast.anna)
    conversation.conversation(case.ref, person("nora", Role.ANALYST))
    assert conversation.lines_of(fresh(case))[0].read_at is None


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def seen(case: Case, by: Actor) -> list[str]:
    return [one.words for one in notes.notes_of(case_for(case.ref, by), by)]


def test_a_note_is_its_own_sides_alone(cast: Cast, case: Case) -> None:
    colleague = person("bill", Role.MERCHANT, merchant=cast.bolts)
    before, live = Entry.objects.count(), LiveChange.objects.count()
    notes.note(case.ref, words=SECRET, by=cast.bolt)
    notes.note(case.ref, words="looks fine to us", by=cast.agent)
    assert (seen(case, cast.bolt), seen(case, colleague), seen(case, cast.agent), seen(case, cast.judge)) == (
        [SECRET], [SECRET], ["looks fine to us"], ["looks fine to us"],
    )  # fmt: skip
    assert seen(case, cast.anna) == []
    with pytest.raises(NotYourMove):
        notes.note(case.ref, words="I look.", by=cast.anna)
    for stranger in (cast.anna, cast.rival):
        with pytest.raises(NotFound):
            notes.notes(case.ref, stranger)
    assert (Entry.objects.count(), LiveChange.objects.count()) == (before, live)


def test_who_belongs_to_both_sides_reads_no_notes_of_their_own_case(cast: Cast, case: Case) -> None:
    notes.note(case.ref, words=SECRET, by=cast.bolt)
    notes.note(case.ref, words="looks fine to us", by=cast.agent)
    clerk = person("clerk", Role.MERCHANT, merchant=cast.bolts)
    Membership.objects.create(user_id=clerk.user_id, role=Role.CONSUMER.value, consumer=cast.annas)
    Membership.objects.create(user_id=cast.agent.user_id, role=Role.MERCHANT.value, merchant=cast.bolts)
    for both in (clerk, cast.agent):
        assert (seen(case, both), notes.may_note(fresh(case), both)) == ([], False)
        with pytest.raises(NotYourMove):
            notes.note(case.ref, words="I know myself.", by=both)


def test_no_file_that_leaves_holds_a_note(cast: Cast, case: Case) -> None:
    notes.note(case.ref, words=SECRET, by=cast.bolt)
    notes.note(case.ref, words=f"platform: {SECRET}", by=cast.agent)
    conversation.say(case.ref, words="Which colour?", by=cast.bolt)
    for by in (cast.anna, cast.bolt, cast.agent):
        row = make_file(case.ref, "own", by)
        _, file = open_file(row.ref, by)
        with file, zipfile.ZipFile(io.BytesIO(file.read())) as zipped:
            held = [name for name in zipped.namelist() if SECRET.encode() in zipped.read(name)]
            assert (held, len(zipped.namelist()) > 2) == ([], True)


def test_only_its_writer_erases_a_note(cast: Cast, case: Case) -> None:
    row = notes.note(case.ref, words=SECRET, by=cast.bolt)
    for other in (cast.agent, person("bill", Role.MERCHANT, merchant=cast.bolts)):
        with pytest.raises(NotFound):
            notes.erase_note(case.ref, number=row.pk, by=other)
    notes.erase_note(case.ref, number=row.pk, by=cast.bolt)
    assert Note.objects.get(pk=row.pk).body == ""
    assert notes.notes(case.ref, cast.bolt)[0].erased


def test_notes_have_limits(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unprocessable):
        notes.note(case.ref, words="", by=cast.bolt)
    with pytest.raises(NotYourMove):
        notes.note(case.ref, words="I look on.", by=person("nora", Role.ANALYST))
    monkeypatch.setattr(notes, "MOST_NOTES", 0)
    with pytest.raises(NoSuchMove):
        notes.note(case.ref, words=SECRET, by=cast.bolt)


# ── quick replies ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ready_answer_is_filled_for_the_case_and_counted(cast: Cast, case: Case) -> None:
    row = replies.save_reply(READY, by=cast.bolt)
    [one] = replies.filled_for(case_for(case.ref, cast.bolt), cast.bolt)
    assert (one.body.zh, one.body.en) == ("安娜，台灯的事我们在查。", f"Anna, we look into Lamp ({case.ref}).")
    conversation.say(case.ref, words=one.body.en, reply=one.ref, by=cast.bolt)
    assert QuickReply.objects.get(pk=row.pk).used == 1


def test_ready_answers_are_their_sides(cast: Cast, case: Case) -> None:
    row = replies.save_reply(READY, by=cast.bolt)
    head = person("grace", Role.SUPERVISOR)
    replies.save_reply(READY, by=head)
    assert [replies.replies_of(by).count() for by in (cast.bolt, cast.rival, head, cast.agent, cast.anna)] == [1, 0, 1, 1, 0]
    for stranger in (cast.rival, head):
        with pytest.raises(NotFound):
            replies.save_reply({"title_en": "Mine"}, ref=row.ref, by=stranger)
    for nobody in (cast.agent, cast.anna):
        with pytest.raises(NotYourMove):
            replies.save_reply(READY, by=nobody)
    replies.end_reply(row.ref, by=cast.bolt)
    replies.save_reply(READY, by=cast.bolt)
    assert Merchant.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"key": "Not a key"}, "key"),
        ({"body_en": "{nonsense}"}, "body_en"),
        ({"title_zh": ""}, "title_zh"),
        ({"body_zh": "x" * 1001}, "body_zh"),
    ],
)
def test_what_is_wrong_with_a_ready_answer_is_said_at_its_field(cast: Cast, told: dict[str, str], field: str) -> None:
    with pytest.raises(Unprocessable) as refusal:
        replies.save_reply(READY | told, by=cast.bolt)
    assert set(refusal.value.fields) == {field}
    assert not QuickReply.objects.exists()


def test_a_key_is_taken_once(cast: Cast) -> None:
    replies.save_reply(READY, by=cast.bolt)
    with pytest.raises(Unprocessable):
        replies.save_reply(READY, by=cast.bolt)
    replies.save_reply(READY, by=cast.rival)


def test_refusals_stay_apart_from_talk(cast: Cast, case: Case) -> None:
    refuse(case.ref, reason="other", words="No.", by=cast.bolt)
    conversation.say(case.ref, words="Why?", by=cast.anna)
    assert fresh(case).stage == "refused"
