"""Which database Amends speaks to, as what role, and whether it may be used.

DATABASE_URL (as the application's role) and DATABASE_OWNER_URL (as the tables' owner, for migrations) name a server; without them it is
the embedded one of AMENDS_HOME, whose address follows from the folder, so that settings can be read before it runs. Starting it is
the business of amends.plumbing.embedded and of the `amends` command.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from amends.kernel.texts import Text, say
from amends.plumbing.embedded import control, roles

PROJECT = Path(__file__).resolve().parents[2]
OLDEST = 150000  # PostgreSQL 15, as the server says it
Role = Literal["app", "owner"]


class DatabaseRefused(Exception):
    """The database is there and Amends will not work with it; `text` says why and what helps."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def home(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder: AMENDS_HOME, else `.amends` in the project."""
    return Path(env.get("AMENDS_HOME") or PROJECT / ".amends").expanduser().resolve()


def is_embedded(env: Mapping[str, str] = os.environ) -> bool:
    """True when no DATABASE_URL names a server."""
    return not env.get("DATABASE_URL")


def role_of(env: Mapping[str, str] = os.environ) -> Role:
    """AMENDS_DB_ROLE: `app` unless it says `owner`."""
    return "owner" if env.get("AMENDS_DB_ROLE") == "owner" else "app"


def url_for(role: Role, env: Mapping[str, str] = os.environ) -> str:
    """The address for this role, of the named server or of the embedded one."""
    if is_embedded(env):
        return control.url(home(env), role)
    return (env.get("DATABASE_OWNER_URL") or env["DATABASE_URL"]) if role == "owner" else env["DATABASE_URL"]


def settings_for(role: Role | None = None, env: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What stands in Django's DATABASES["default"]; reads the environment and touches no database.

    AMENDS_DB_POOL is the largest number of connections of one process; 0, for commands that come and go, means one connection without a
    pool. Behind a pooler in transaction mode that cannot carry prepared statements (PgBouncer before 1.21) set AMENDS_DB_PREPARE=0.
    Refuses an address that libpq cannot read.
    """
    words = _parsed(url_for(role or role_of(env), env))
    options: dict[str, Any] = {
        "server_side_binding": True,
        "prepare_threshold": None if env.get("AMENDS_DB_PREPARE") == "0" else 3,
        "application_name": env.get("AMENDS_PROCESS", "amends"),
        **{name: value for name, value in words.items() if name not in {"host", "port", "user", "password", "dbname"}},
    }
    largest = int(env.get("AMENDS_DB_POOL") or 0)
    if largest:
        options["pool"] = {"min_size": 1, "max_size": largest, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": words.get("dbname", ""),
        "USER": words.get("user", ""),
        "PASSWORD": words.get("password", ""),
        "HOST": words.get("host", ""),
        "PORT": words.get("port", ""),
        "CONN_MAX_AGE": 0,  # a pool keeps connections itself
        "CONN_HEALTH_CHECKS": bool(largest),  # a database that was restarted must not cost anybody a request
        "OPTIONS": options,
    }


def _parsed(url: str) -> dict[str, Any]:
    try:
        return {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError as error:
        raise DatabaseRefused(
            say(
                "DATABASE_URL 无法识别（{said}）。写法：postgresql://用户:密码@主机:5432/数据库。",
                "DATABASE_URL cannot be read ({said}). It looks like postgresql://user:password@host:5432/database.",
                said=str(error).strip(),
            )
        ) from error


def check_version(connection: psycopg.Connection[Any]) -> None:
    """Refuses a server below PostgreSQL 15, or one whose database is not in UTF-8."""
    version = connection.info.server_version
    if version < OLDEST:
        raise DatabaseRefused(
            say(
                "数据库服务器是 PostgreSQL {version}，Amends 需要 15 或更高版本。请升级服务器，或去掉 DATABASE_URL 改用内置数据库。",
                "The database server is PostgreSQL {version}; Amends needs 15 or later. Upgrade it, or unset DATABASE_URL and use the "
                "embedded one.",
                version=version // 10000,
            )
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseRefused(
            say(
                "数据库的编码是 {encoding}，Amends 需要 UTF8。请用 ENCODING 'UTF8' 重新创建数据库。",
                "The database is encoded in {encoding}; Amends needs UTF8. Create it again with ENCODING 'UTF8'.",
                encoding=encoding,
            )
        )


def warnings(connection: psycopg.Connection[Any]) -> list[Text]:
    """What is unwise about the role that this connection works as; empty when it is neither superuser nor owner of tables."""
    found = connection.execute(
        "SELECT rolsuper, (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p'))"
        " FROM pg_roles r WHERE rolname = current_user"
    ).fetchone()
    user = connection.info.user
    if found and found[0]:
        return [
            say(
                "Amends 正以超级用户 {user} 连接数据库。请另建一个普通角色写进 DATABASE_URL，把现在这个写进 DATABASE_OWNER_URL。",
                "Amends works as the superuser {user}. Make an ordinary role for DATABASE_URL and keep this one for DATABASE_OWNER_URL.",
                user=user,
            )
        ]
    if found and found[1]:
        return [
            say(
                "Amends 正以数据表所有者 {user} 连接数据库。请另建一个不拥有表的角色写进 DATABASE_URL，把现在这个写进 DATABASE_OWNER_URL。",
                "Amends works as {user}, who owns the tables. Make a role that owns none for DATABASE_URL and keep this one for "
                "DATABASE_OWNER_URL.",
                user=user,
            )
        ]
    return []


def allow_app(env: Mapping[str, str] = os.environ) -> None:
    """Afterwards the role of DATABASE_URL may read and write the rows of the owner's tables; nothing to do when both are one."""
    owner, app = url_for("owner", env), url_for("app", env)
    names = [_parsed(each).get("user", "") for each in (owner, app)]
    if names[0] != names[1]:
        with psycopg.connect(owner, autocommit=True) as connection:
            roles.allow(connection, owner=names[0], app=names[1])
