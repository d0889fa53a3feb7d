"""Every migration of ours is run in one go: the next one that Django writes has to be told so by hand."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import amends.migrations
from amends.plumbing.migrating import Together

NAMES = sorted(path.stem for path in Path(amends.migrations.__file__ or "").parent.glob("0*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_it_adds_together(name: str) -> None:
    assert issubclass(import_module(f"amends.migrations.{name}").Migration, Together)
