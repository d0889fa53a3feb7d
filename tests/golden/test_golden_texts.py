"""The golden cases told in two languages: what the English says in figures, the Chinese says in the same figures."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from typing import Any

import pytest

from amends.policy.golden import FOLDER, Case, golden_cases
from amends.policy.golden_stories import told

STORIES: dict[str, dict[str, Any]] = {story["id"]: story for story in json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))}
CHINESE = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=case.ref) for case in golden_cases() if case.ref in STORIES]
# A date, a share, a sum or a count. Then what is cited: a cell such as CN-DAY-2b, an article such as 17(2), 16(c) or 11a.
FIGURE = re.compile(r"\d{4}-\d{2}-\d{2}|\d+(?:\.\d+)?%?")
CITED = re.compile(r"\bCN-[A-Z]+-\w+|\d*\(\w\)|(?<=Art )\d+[a-z]", re.ASCII)
MONTHS = {"October": "10"}  # that the English writes in letters


def figures(text: str) -> Counter[str]:
    for name, number in MONTHS.items():
        text = text.replace(name, number)
    return Counter(FIGURE.findall(text))


def test_all_65_cases_are_told_in_both_languages_and_none_besides() -> None:
    assert len(STORIES) == 65
    assert CHINESE.keys() == STORIES.keys()
    assert all(set(texts) == {"facts", "expect"} for texts in CHINESE.values())


@pytest.mark.parametrize("case", CASES)
def test_the_chinese_of_a_case_has_the_figures_of_its_english(case: Case) -> None:
    for text, name in ((case.story, "facts"), (case.outcome, "expect")):
        assert text is not None
        assert text.into("en") == STORIES[case.ref][name]
        assert text.into("zh") == CHINESE[case.ref][name]
        assert figures(text.zh) == figures(text.en)
        assert [code for code in CITED.findall(text.en) if code not in text.zh] == []


@pytest.mark.parametrize("case", CASES)
def test_the_chinese_of_a_case_is_written_as_the_packs_are(case: Case) -> None:
    for text in (case.story, case.outcome):
        assert text is not None
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert text.zh.endswith(("。", "？"))
        assert not re.search(r"[!！,;:?'\"]|亲|您|尽快", text.zh)


def test_a_rule_has_checks_and_no_story() -> None:
    assert {(case.story, case.outcome) for case in golden_cases() if case.ref not in STORIES} == {(None, None)}


@pytest.mark.parametrize("name", ["facts", "expect"])
@pytest.mark.parametrize("words", [None, "", "  "])
def test_a_case_without_its_chinese_is_refused_by_name(name: str, words: str | None) -> None:
    short = {key: value for key, value in CHINESE["G-CN-01"].items() if key != name} | ({} if words is None else {name: words})
    with pytest.raises(ValueError, match=f"G-CN-01 lacks its {name}"):
        told(STORIES, {**CHINESE, "G-CN-01": short})


def test_a_chinese_text_of_no_case_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="G-CN-99"):
        told(STORIES, {**CHINESE, "G-CN-99": CHINESE["G-CN-01"]})
