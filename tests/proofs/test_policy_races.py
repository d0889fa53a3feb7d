"""Two who sign, publish, save or take back at the same moment: one does, the other is told; the rows never say two things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from amends.kernel.clock import Stepped
from amends.kernel.refusals import Refusal
from amends.people.rules import Role
from amends.policy.models import Draft, PackVersion
from amends.policy.verbs import check_draft, publish, save_draft, sign_off, withdraw_draft
from tests.cast import person
from tests.policy_at_hand import Office, fresh_shelf, law, promise, signed, the_office
from tests.refunding import apart

pytestmark = pytest.mark.usefixtures("committed_db", "stepped_clock")


@pytest.fixture
def office(committed_db: None, stepped_clock: Stepped) -> Iterator[Office]:
    with fresh_shelf():
        yield the_office()


def together(*works: Callable[[], Any]) -> list[Any]:
    """All at one barrier, each on a connection of its own; answers what each said, or how it was refused."""
    barrier = Barrier(len(works))

    def met(work: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return work()
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(apart(lambda work=work: met(work))) for work in works]]


def refusals(said: list[Any]) -> list[str]:
    return sorted(one.code for one in said if isinstance(one, Refusal))


def test_two_who_sign_are_one_signature(office: Office) -> None:
    otto = person("otto", Role.ADMIN)
    ref = save_draft(by=office.olga, text=law(), name="Ours").ref
    check_draft(ref, by=office.olga)
    said = together(lambda: sign_off(ref, by=office.omar), lambda: sign_off(ref, by=otto))
    assert refusals(said) == ["no_such_move"]
    winner = next(one for one in said if not isinstance(one, Refusal))
    assert Draft.objects.get(ref=ref).signed_by_id == winner.signed_by_id


def test_a_draft_is_published_once(office: Office) -> None:
    ref = signed(office).ref
    said = together(*[lambda by=by: publish(ref, by=by) for by in (office.olga, office.omar, office.olga)])
    assert refusals(said) == ["no_such_move", "no_such_move"]
    assert PackVersion.objects.count() == 1


def test_two_drafts_of_one_version_are_one_version(office: Office) -> None:
    one, other = signed(office), signed(office, law(answers="36h"))
    said = together(lambda: publish(one.ref, by=office.olga), lambda: publish(other.ref, by=office.omar))
    assert refusals(said) == ["no_longer_good"]
    assert PackVersion.objects.count() == 1


def test_two_shops_that_want_one_id_get_it_once(office: Office) -> None:
    refs = []
    for shop in (office.cast.bolt, office.cast.rival):
        ref = save_draft(by=shop, text=promise(), name="Ten days").ref
        check_draft(ref, by=shop)
        sign_off(ref, by=office.omar)
        refs.append((shop, ref))
    said = together(*[lambda by=by, ref=ref: publish(ref, by=by) for by, ref in refs])
    assert refusals(said) == ["no_longer_good"]
    assert PackVersion.objects.count() == 1


def test_what_is_changed_while_it_is_signed_is_not_signed(office: Office) -> None:
    ref = save_draft(by=office.olga, text=law(), name="Ours").ref
    check_draft(ref, by=office.olga)
    together(lambda: sign_off(ref, by=office.omar), lambda: save_draft(by=office.olga, ref=ref, text=law(answers="36h")))
    draft = Draft.objects.get(ref=ref)
    assert (draft.stage, draft.signed_by_id) == ("draft", None)


def test_two_who_save_from_one_reading_do_not_overwrite_each_other(office: Office) -> None:
    draft = save_draft(by=office.olga, text=law(), name="Ours")
    works = [
        lambda by=by, h=h: save_draft(by=by, ref=draft.ref, text=law(answers=h), edits=1)
        for by, h in ((office.olga, "36h"), (office.omar, "12h"))
    ]
    assert refusals(together(*works)) == ["draft_changed"]
    assert Draft.objects.get(ref=draft.ref).edits == 2


def test_published_or_taken_back_but_not_half_of_each(office: Office) -> None:
    ref = signed(office).ref
    together(lambda: publish(ref, by=office.olga), lambda: withdraw_draft(ref, by=office.omar))
    draft, row = Draft.objects.get(ref=ref), PackVersion.objects.filter(draft__ref=ref).first()
    assert draft.stage == "withdrawn"
    assert row is None or row.in_force_until < row.in_force_from
