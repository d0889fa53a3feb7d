"""A reference survives being read aloud and typed by a person, and a slip of the pen is noticed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from amends.kernel.refs import ALPHABET, KINDS, clean_ref, is_ref, new_ref

REFS = st.builds(lambda kind, _: new_ref(kind), st.sampled_from(sorted(KINDS)), st.integers())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_new_reference_is_written_as_it_is_cleaned(kind: str) -> None:
    ref = new_ref(kind)
    assert ref.startswith(f"{kind}-") and len(ref) == 17
    assert clean_ref(ref) == ref and is_ref(ref) and is_ref(ref, kind)
    assert not is_ref(ref, "AS" if kind != "AS" else "RF")


def test_references_do_not_come_twice_or_in_order() -> None:
    refs = [new_ref("AS") for _ in range(2000)]
    assert len(set(refs)) == 2000 and refs != sorted(refs)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind of reference 'XX'"):
        new_ref("XX")


@given(REFS)
def test_lower_case_spaces_and_letters_that_look_like_digits_are_understood(ref: str) -> None:
    body = ref[3:]
    typed = ref[:2] + body.replace("0", "O").replace("1", "l")
    for written in (ref.lower(), ref.replace("-", " "), ref.replace("-", ""), f"  {ref}\n", typed, ref.replace("-", "_")):
        assert clean_ref(written) == ref
    assert not is_ref(ref.lower()), "only the written form is one"


@given(REFS, st.integers(3, 16), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(ref: str, place: int, sign: str) -> None:
    assume(ref[place] not in ("-", sign))
    wrong = ref[:place] + sign + ref[place + 1 :]
    assert clean_ref(wrong) is None and not is_ref(wrong)


@given(REFS, st.integers(3, 14))  # up to the last sign but one: the check sign itself has no weight
def test_two_neighbours_swapped_are_noticed(ref: str, place: int) -> None:
    a, b = ref[place], ref[place + 1]
    assume("-" not in (a, b) and a != b)
    assert clean_ref(ref[:place] + b + a + ref[place + 2 :]) is None


@given(st.text("ASOR-_ 019ZzoIlU售ﬀ\n", max_size=20))
def test_anything_at_all_is_a_reference_or_none(text: str) -> None:
    cleaned = clean_ref(text)
    assert cleaned is None or is_ref(cleaned)


WRONG = ["", "AS", "AS-", "AS-0000-0000", "XX-0000-0000-0000", "AS-0000-0000-00000", "AS-UUUU-0000-0000", "售后单"]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_reference_is_none(wrong: str) -> None:
    assert clean_ref(wrong) is None and not is_ref(wrong)
