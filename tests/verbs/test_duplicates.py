"""What may be one matter filed twice is put side by side, once, with reasons; a person merges, links or dismisses."""

from __future__ import annotations

import pytest

from amends.cases.claims import LineClaim
from amends.cases.duplicates import decide_hint, hints, look_for
from amends.cases.linking import linked_to
from amends.cases.models import Case, Evidence, Likeness
from amends.cases.rules.alike import MOST_BITS, Seen, bits_apart, compared, photos_alike, words_alike_bps
from amends.cases.verbs.applying import Application, apply
from amends.kernel.clock import Stepped
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.market.models import Order
from amends.plumbing import jobs
from tests.cast import Cast, an_order, answered, the_cast

HASH = "c3d4a5b69788f0e1"


@pytest.fixture
def cast(db: None, stepped_clock: Stepped) -> Cast:
    return the_cast()


def asked(cast: Cast, order: Order, *, by: object = None, words: str = "", photo: str = "", quantity: int = 1) -> Case:
    who = by or cast.anna
    line = LineClaim(1, quantity, answered(order, 1, quantity, "no_reason", {}))
    evidence = []
    if photo:
        piece = Evidence.objects.create(
            merchant_id=order.merchant_id, order=order, ref=new_ref("EV"), party="consumer", user_id=who.user_id, kind="picture",  # type: ignore[attr-defined]
            mime="image/jpeg", size=1, digest=new_ref("EV"), likeness=photo, path="x", made_at=order.placed_at,
        )  # fmt: skip
        evidence = [piece.ref]
    return apply(Application(order.ref, [line], "no_reason", "return_refund", words=words, evidence=evidence), by=who)  # type: ignore[arg-type]


def test_bits_words_and_lines_are_compared_as_people_would() -> None:
    assert bits_apart(HASH, HASH) == 0
    assert bits_apart(HASH, f"{int(HASH, 16) ^ 0b111:016x}") == 3
    assert bits_apart(HASH, "") == 64
    assert photos_alike([HASH], [f"{int(HASH, 16) ^ (2**MOST_BITS - 1):016x}"])
    assert not photos_alike([HASH], [f"{int(HASH, 16) ^ (2 ** (MOST_BITS + 1) - 1):016x}"])
    assert not photos_alike(["0000000000000000"], ["0000000000000000"]), "a white wall is like every white wall"
    assert words_alike_bps("灯泡一直闪，换了插座也闪。", "灯泡一直闪 换了插座也闪") == 10_000
    assert words_alike_bps("坏了", "坏了") == 0
    assert words_alike_bps("the lamp flickers all night", "a cup came broken in its box") < 2000
    same = Seen(frozenset({1}), (HASH,), "the lamp flickers all night")
    assert compared(same, same) == (10_000, ["line", "photo", "words"])
    assert compared(same, Seen(frozenset({2}), (), "other")) == (0, [])


def test_the_same_line_and_words_are_found_once_and_merged(cast: Cast) -> None:
    order = an_order(cast.bolts, cast.annas, quantities=(2,))
    first, second = (asked(cast, order, words="灯泡一直闪，换了插座也闪。") for _ in range(2))
    jobs.drain()
    found = hints(second, cast.agent)
    assert [(one.ref, one.score_bps, len(one.reasons), one.same_order) for one in found] == [(first.ref, 7000, 2, True)]
    assert look_for(first.pk) == look_for(second.pk) == 0
    assert [one.ref for one in hints(first, cast.bolt)] == [second.ref]
    assert hints(second, cast.anna) == []
    with pytest.raises(NotYourMove):
        decide_hint(second.ref, first.ref, "merge", by=cast.bolt)
    assert decide_hint(second.ref, first.ref, "merge", by=cast.agent) == "merged"
    assert Case.objects.get(pk=second.pk).stage == "merged"
    with pytest.raises(NoSuchMove):
        decide_hint(second.ref, first.ref, "dismiss", by=cast.agent)
    assert hints(Case.objects.get(pk=first.pk), cast.agent) == []


def test_a_photo_that_another_person_used_is_found_for_shop_and_platform_alone(cast: Cast) -> None:
    mine = asked(cast, an_order(cast.bolts, cast.annas), photo=HASH)
    theirs = asked(cast, an_order(cast.bolts, cast.bertas), by=cast.berta, photo=f"{int(HASH, 16) ^ 0b101:016x}")
    asked(cast, an_order(cast.rivals, cast.bertas), by=cast.berta, photo=HASH)
    jobs.drain()
    found = hints(theirs, cast.bolt)
    assert [(one.ref, one.same_consumer) for one in found] == [(mine.ref, False)]
    assert hints(theirs, cast.rival) == []
    for stranger in (cast.rival, cast.anna):
        with pytest.raises((NotFound, NotYourMove)):
            decide_hint(theirs.ref, mine.ref, "dismiss", by=stranger)
    with pytest.raises(Unprocessable):
        decide_hint(theirs.ref, mine.ref, "shred", by=cast.bolt)
    assert decide_hint(theirs.ref, mine.ref, "link", by=cast.bolt) == "linked"
    assert [one.ref for one in linked_to(theirs, cast.bolt)] == [mine.ref]
    assert linked_to(theirs, cast.berta) == []
    assert Likeness.objects.filter(state="open").count() == 0
