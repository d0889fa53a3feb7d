"""The manual names every setting that the code reads and every command, in both languages; no link of the papers leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MANUAL = PROJECT / "docs" / "manual"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def read_by_the_code() -> set[str]:
    """Every AMENDS_ name in what runs, in the tests' own settings and in the build."""
    files = [*(PROJECT / "amends").rglob("*.py"), PROJECT / "tests" / "conftest.py", PROJECT / "Makefile", PROJECT / ".ci" / "run"]
    return {name for file in files for name in re.findall(r"\bAMENDS_[A-Z]+(?:_[A-Z]+)*\b", file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_setting_stands_in_the_manual(language: str) -> None:
    said = (MANUAL / language / "running.md").read_text(encoding="utf-8")
    assert sorted(name for name in read_by_the_code() if f"`{name}`" not in said) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_stands_in_the_manual(language: str) -> None:
    said = (MANUAL / language / "commands.md").read_text(encoding="utf-8")
    ours = [file.stem for file in (PROJECT / "amends" / "management" / "commands").glob("*.py") if file.stem != "__init__"]
    assert sorted(name for name in ours if not re.search(rf"`(?:amends )?{name}\b", said)) == []


def test_both_manuals_have_the_same_pages() -> None:
    assert {f.name for f in (MANUAL / "en").iterdir()} == {f.name for f in (MANUAL / "zh").iterdir()}


def test_no_link_of_the_papers_leads_nowhere() -> None:
    papers = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    lost = [
        f"{paper.relative_to(PROJECT)}: {link}"
        for paper in papers
        for link in LINK.findall(paper.read_text(encoding="utf-8"))
        if not (paper.parent / link).exists()
    ]
    assert lost == []
