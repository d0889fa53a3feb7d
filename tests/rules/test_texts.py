"""Every sentence exists in both languages, side by side."""

from __future__ import annotations

import json

import pytest

from amends.kernel.findings import finding, words_of
from amends.kernel.parties import NAMES, Party
from amends.kernel.texts import LANGUAGES, Text, say


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh", "等商家"), ("zh-hans", "等商家"), ("ZH-CN", "等商家"), ("en", "Merchant's turn"), ("en-gb", "Merchant's turn")],
)
def test_a_reader_gets_the_sentence_in_their_language(language: str, expected: str) -> None:
    assert say("等商家", "Merchant's turn").into(language) == expected


def test_who_speaks_neither_gets_english() -> None:
    assert say("好", "Fine").into("de") == str(say("好", "Fine")) == "Fine"


@pytest.mark.parametrize(("zh", "en"), [("", "Fine"), ("好", ""), ("  ", "Fine"), ("好", "\n")])
def test_a_sentence_in_one_language_cannot_be_built(zh: str, en: str) -> None:
    with pytest.raises(ValueError, match="both languages"):
        say(zh, en)


def test_places_are_filled_and_a_text_inside_a_text_speaks_the_same_language() -> None:
    waiting = say("等{who}，剩 {n} 小时", "Waiting for the {who}, {n} hours left", who=NAMES[Party.MERCHANT], n=5)
    assert waiting.both() == {"zh": "等商家，剩 5 小时", "en": "Waiting for the merchant, 5 hours left"}


def test_filling_more_places_leaves_the_first_sentence_as_it_was() -> None:
    half = say("{a} 到 {b}", "{a} to {b}", a=1)
    assert half.filled(b=2).into("en") == "1 to 2"
    assert half.filled(a=3, b=4).into("zh") == "3 到 4"
    assert dict(half.values) == {"a": 1}


def test_braces_that_a_person_wrote_are_only_text() -> None:
    quoted = say("他说：{words}", "They said: {words}", words="{n} {0} {")
    assert quoted.into("en") == "They said: {n} {0} {"
    assert Text("{原样}", "{as is}").into("zh") == "{原样}", "without values nothing is filled"


def test_every_party_has_a_name_in_both_languages() -> None:
    assert set(NAMES) == set(Party)
    for name in NAMES.values():
        assert all(name.into(language) for language in LANGUAGES)


def test_a_finding_is_english_for_programs_and_told_in_the_readers_language() -> None:
    one = finding("运单 {n} 不对", "track {n} is wrong", n=7)
    assert "track 7" in one
    assert json.dumps([one]) == '["track 7 is wrong"]'
    assert (words_of(one, "zh"), words_of(one, "en"), words_of("as it stands", "zh")) == ("运单 7 不对", "track 7 is wrong", "as it stands")
