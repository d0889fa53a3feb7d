"""Whoever writes to the number of a merged case reaches the one that carries it on, or is told that nothing can be written (B23)."""

from __future__ import annotations

import ast
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

import amends
from amends.cases.acting import PLATFORM_ONLY
from amends.cases.models import Case, CaseText, Entry, Evidence
from amends.cases.verbs import answering
from amends.cases.verbs.extending import ask_extension
from amends.cases.verbs.merging import merge, unmerge
from amends.cases.verbs.reopening import reopen
from amends.cases.verbs.uploading import upload
from amends.compensation.giving import compensate
from amends.compensation.offers import Offer
from amends.complaints.verbs import file_complaint
from amends.deliveries.verbs import enquire
from amends.kernel import clock
from amends.kernel.clock import Stepped
from amends.kernel.refusals import Refusal
from amends.liability.verbs.charging import ask_bearer
from amends.market.models import Order
from amends.notices.models import Promise
from amends.notices.promises import revise_promise
from amends.notices.verbs.mail_in import take_mail
from amends.plumbing import jobs
from amends.refunds.payees import give_payee
from amends.repairs.consulting import call_expert
from amends.rulings.appealing import Contact, enter_appeal
from amends.surveys.verbs import rate
from amends.talks import conversation, notes
from amends.tasks.verbs import give_task
from tests.cast import Cast, an_order, claims, the_cast
from tests.faces.test_whole_pages import page_of, sent
from tests.files_of_evidence import picture
from tests.verbs.test_mail_in import MAILS, WRITTEN_FOR

HOUSE = Path(amends.__file__).parent
KEEPS = {"keep_text", "attach_to"}


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


@pytest.fixture
def order(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas, quantities=(2,), prices=(8000,))


@pytest.fixture
def two(cast: Cast, order: Order) -> tuple[Case, Case]:
    """What was merged, and what carries it on."""
    carrier, merged = (claims(order, by=cast.anna) for _ in range(2))
    merge(merged.ref, into=carrier.ref, by=cast.agent)
    return merged, carrier


def photo(order: Order, cast: Cast) -> str:
    return upload(order.ref, name="lamp.jpg", stream=io.BytesIO(picture()), by=cast.anna).ref


WRITERS: dict[str, Callable[[Cast, Case], object]] = {
    "say": lambda cast, case: conversation.say(case.ref, words="hello", by=cast.anna),
    "ask_person": lambda cast, case: answering.ask_person(case.ref, words="a person, please", by=cast.anna),
    "give_task": lambda cast, case: give_task(case.ref, department="finance", words="was it paid?", by=cast.agent),
    "file_complaint": lambda cast, case: file_complaint(case.ref, authority="12315", number="7", words="asks", by=cast.agent),
    "call_expert": lambda cast, case: call_expert(case.ref, skill="lamps", why="is it broken?", by=cast.agent),
    "give_payee": lambda cast, case: give_payee(case.ref, way="credit", consents=True, by=cast.anna),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_to_the_old_number_stands_where_it_goes_on(cast: Cast, two: tuple[Case, Case], name: str) -> None:
    merged, carrier = two
    before = Case.objects.get(pk=merged.pk).entries_count
    WRITERS[name](cast, merged)
    lines = Entry.objects.filter(case_id=carrier.pk, facts__written_to=merged.ref)
    assert lines.count() == 1
    assert Case.objects.get(pk=merged.pk).entries_count == before, "the old number says no more"


def test_a_proof_reaches_the_case_that_waits_for_it_and_comes_back_with_its_file(cast: Cast, order: Order) -> None:
    carrier, merged = (claims(order, by=cast.anna) for _ in range(2))
    merge(merged.ref, into=carrier.ref, by=cast.agent)
    answering.ask_proof(carrier.ref, words="show both", by=cast.bolt)
    answering.prove(merged.ref, words="here", evidence=[photo(order, cast)], by=cast.anna)
    assert Case.objects.get(pk=carrier.pk).stage == "answering_proof"
    assert Evidence.objects.get().case_id == carrier.pk
    unmerge(merged.ref, by=cast.agent)
    assert Evidence.objects.filter(case_id=merged.pk).count() == 1, "the file comes back with what was written"
    assert CaseText.objects.filter(case_id=merged.pk, kind="proof", body="here").count() == 1


def test_the_platform_is_called_into_the_case_that_goes_on(cast: Cast, two: tuple[Case, Case]) -> None:
    merged, carrier = two
    answering.refuse(carrier.ref, reason="other", words="no", by=cast.bolt)
    answering.call_platform(merged.ref, words="please look", by=cast.anna)
    assert [Case.objects.get(pk=case.pk).stage for case in (merged, carrier)] == ["merged", "in_review"]


def test_a_note_stays_with_its_side_and_is_read_where_the_case_goes_on(cast: Cast, two: tuple[Case, Case]) -> None:
    merged, carrier = two
    kept = notes.note(merged.ref, words="mind the lamp", by=cast.bolt)
    assert kept.case_id == carrier.pk
    assert [row.words for row in notes.notes_of(Case.objects.get(pk=carrier.pk), cast.bolt)] == ["mind the lamp"]
    assert notes.notes_of(Case.objects.get(pk=carrier.pk), cast.agent) == []
    notes.erase_note(carrier.ref, number=kept.pk, by=cast.bolt)


def test_the_page_and_the_program_that_write_to_the_old_number_lead_on(cast: Cast, two: tuple[Case, Case]) -> None:
    merged, carrier = two
    anna: Client = page_of(cast.anna)
    answer = anna.post(f"/portal/cases/{merged.ref}/talk", sent(words="hello"))
    assert answer.headers["Location"] == f"/portal/cases/{carrier.ref}/talk"
    assert "hello" in anna.get(answer.headers["Location"]).content.decode()
    assert carrier.ref in anna.get(f"/portal/cases/{merged.ref}").content.decode(), "the old page says where it goes on"


def test_a_mail_about_the_old_number_is_kept_where_the_case_goes_on_and_comes_back(cast: Cast, two: tuple[Case, Case]) -> None:
    merged, carrier = two
    raw = (MAILS / "person-08-case-in-subject-only.eml").read_bytes().replace(WRITTEN_FOR[2], merged.ref.encode())
    assert take_mail(raw) == "kept"
    assert take_mail(raw) == "double"
    assert Entry.objects.get(verb="mail_in").case_id == carrier.pk
    unmerge(merged.ref, by=cast.agent)
    assert CaseText.objects.filter(case_id=merged.pk, kind="mail").count() == 1
    assert Entry.objects.get(case_id=merged.pk, verb="carry_over").audience == PLATFORM_ONLY


REFUSED: dict[str, Callable[[Cast, Case], object]] = {
    "refuse": lambda cast, case: answering.refuse(case.ref, reason="other", words="no", by=cast.bolt),
    "ask_proof": lambda cast, case: answering.ask_proof(case.ref, words="show it", by=cast.bolt),
    "ask_extension": lambda cast, case: ask_extension(case.ref, limit="merchant_answers", hours=2, words="x", by=cast.bolt),
    "reopen": lambda cast, case: reopen(case.ref, words="again", by=cast.anna),
    "compensate": lambda cast, case: compensate(case.ref, Offer("goodwill", 100, words="sorry"), by=cast.bolt),
    "enquire": lambda cast, case: enquire(case.ref, words="where?", by=cast.agent),
    "ask_bearer": lambda cast, case: ask_bearer(case.ref, party="merchant", amount_minor=100, what="goodwill", words="x", by=cast.agent),
    "revise_promise": lambda cast, case: revise_promise(
        case.ref, Promise.objects.get(case_id=case.pk).pk, at=clock.now() + timedelta(hours=1), reason="busy", by=cast.bolt
    ),
    "enter_appeal": lambda cast, case: enter_appeal(
        case.ref, side="consumer", contact=Contact("call", clock.now(), "she said her number"), words="it is not right", by=cast.agent
    ),
    "rate": lambda cast, case: rate(case.ref, score=1, words="bad", by=cast.anna),
}
"""Who keeps words of a case by its own number: each is refused on a merged one, so nobody's words are lost."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_go_on_there_is_refused_and_nothing_is_kept(cast: Cast, two: tuple[Case, Case], name: str) -> None:
    jobs.drain()
    merged, _ = two
    texts = CaseText.objects.count()
    with pytest.raises(Refusal):
        REFUSED[name](cast, Case.objects.get(pk=merged.pk))
    assert CaseText.objects.count() == texts


def test_no_other_hand_keeps_words_of_a_case_by_its_own_number() -> None:
    """Read from the code: a new writer either takes the case that carries on, or stands in the table above with its refusal."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(one, ast.FunctionDef):
                called = {node.func.id for node in ast.walk(one) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
                if "take" in called and called & KEEPS:
                    found.add(one.name)
    assert found == set(REFUSED)
