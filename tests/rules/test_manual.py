"""The manual names every setting that the code reads, in both languages, and the two manuals have the same pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MANUAL = PROJECT / "docs" / "manual"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
NOT_WRITTEN_YET = {"docs/lifecycle.md"}


def read_by_the_code() -> set[str]:
    """Every AMENDS_ name in what runs, in the tests' own settings and in the build."""
    files = [*(PROJECT / "amends").rglob("*.py"), PROJECT / "tests" / "conftest.py", PROJECT / "Makefile", PROJECT / ".ci" / "run"]
    return {name for file in files for name in re.findall(r"\bAMENDS_[A-Z]+(?:_[A-Z]+)*\b", file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_stands_in_the_manual(language: str) -> None:
    said = (MANUAL / language / "running.md").read_text(encoding="utf-8")
    assert sorted(name for name in read_by_the_code() if f"`{name}`" not in said) == []


def test_both_manuals_have_the_same_pages() -> None:
    assert {f.name for f in (MANUAL / "en").iterdir()} == {f.name for f in (MANUAL / "zh").iterdir()}


def test_no_link_of_the_papers_leads_nowhere() -> None:
    papers = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    lost = [
        f"{paper.relative_to(PROJECT)}: {link}"
        for paper in papers
        for link in LINK.findall(paper.read_text(encoding="utf-8"))
        if not (paper.parent / link).exists() and (paper.parent / link).resolve().relative_to(PROJECT).as_posix() not in NOT_WRITTEN_YET
    ]
    assert lost == []
