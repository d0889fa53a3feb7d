"""What the `amends` command says where something is missing on the machine."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError
from psycopg.errors import UndefinedTable

from amends import cli


def test_a_database_without_tables_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def asks(words: list[str]) -> None:
        raise ProgrammingError("relation does not exist") from UndefinedTable("relation does not exist")

    monkeypatch.setattr(cli, "execute_from_command_line", asks)
    with pytest.raises(SystemExit) as ended:
        cli.main(["amends", "check_texts"])
    assert ended.value.code == 2
    assert "amends up --no-demo --no-serve" in capsys.readouterr().err


def test_any_other_fault_of_the_database_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def asks(words: list[str]) -> None:
        raise ProgrammingError("something else")

    monkeypatch.setattr(cli, "execute_from_command_line", asks)
    with pytest.raises(ProgrammingError):
        cli.main(["amends", "check_texts"])
