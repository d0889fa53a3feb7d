"""What the launcher says when it cannot start, and which settings follow from the environment."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from amends.plumbing.database import DatabaseRefused, role_of, settings_for
from amends.plumbing.embedded import errors

SAMPLES: dict[str, Any] = {
    "Path": Path("/srv/amends"),
    "Path | None": Path("/usr/lib/postgresql/15/bin"),
    "str": "15",
    "int": 18,
    "object": "Permission denied",
}
MAKERS = [maker for _, maker in inspect.getmembers(errors, inspect.isfunction) if maker.__module__ == errors.__name__]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_every_refusal_is_whole_in_both_languages_and_names_a_remedy(maker: Any) -> None:
    values = [SAMPLES[parameter.annotation] for parameter in inspect.signature(maker).parameters.values()]
    if maker is errors.failed:
        values[0] = "start"
    text = maker(*values).text
    for language in ("zh", "en"):
        assert "{" not in text.into(language)
    assert "请" in text.into("zh") or maker is errors.failed


def test_a_server_named_in_the_environment_replaces_the_embedded_one() -> None:
    env = {
        "DATABASE_URL": "postgresql://app:p%40ss@db.example:6543/shop?sslmode=require",
        "DATABASE_OWNER_URL": "postgresql://boss@db.example/shop",
    }
    told = settings_for("app", env)
    assert (told["USER"], told["PASSWORD"], told["HOST"], told["PORT"], told["NAME"]) == ("app", "p@ss", "db.example", "6543", "shop")
    assert told["OPTIONS"]["sslmode"] == "require"
    assert settings_for("owner", env)["USER"] == "boss"


def test_the_owner_is_the_application_where_only_one_address_is_given() -> None:
    assert settings_for("owner", {"DATABASE_URL": "postgresql://one@db/shop"})["USER"] == "one"


def test_the_role_is_the_applications_unless_asked_otherwise() -> None:
    assert [role_of(env) for env in ({}, {"AMENDS_DB_ROLE": "owner"}, {"AMENDS_DB_ROLE": "root"})] == ["app", "owner", "app"]


def test_a_pool_is_there_only_when_asked_for_and_statements_are_prepared_unless_forbidden() -> None:
    plain = settings_for("app", {"AMENDS_HOME": "/srv/amends"})
    pooled = settings_for("app", {"AMENDS_HOME": "/srv/amends", "AMENDS_DB_POOL": "12", "AMENDS_DB_PREPARE": "0"})
    assert "pool" not in plain["OPTIONS"]
    assert plain["OPTIONS"]["prepare_threshold"] == 3
    assert pooled["OPTIONS"]["pool"]["max_size"] == 12
    assert pooled["OPTIONS"]["prepare_threshold"] is None
    assert plain["CONN_MAX_AGE"] == pooled["CONN_MAX_AGE"] == 0


def test_an_address_that_cannot_be_read_is_refused_with_an_example() -> None:
    with pytest.raises(DatabaseRefused, match="postgresql://user:password@host"):
        settings_for("app", {"DATABASE_URL": "mysql//nonsense"})
