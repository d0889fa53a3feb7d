"""The users and the database inside the embedded server.

`amends_super` belongs to the launcher; `amends_owner` owns the database and runs migrations; `amends_app` is what Amends works as: neither
owner nor superuser, so that what the tables forbid stays forbidden. No passwords: whoever can enter the socket's folder is the server's own
user or root, and either could read a password kept beside the data just as well.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

SUPER, OWNER, APP, DATABASE = "amends_super", "amends_owner", "amends_app", "amends"

ALLOWED = (
    ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
    ("SEQUENCES", "USAGE, SELECT"),
    ("FUNCTIONS", "EXECUTE"),
)


def prepare(maintenance_url: str, database_url: str) -> None:
    """Afterwards roles, database and rights are there; called at each start of the server, and cheap when they are there already."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        have = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            if role not in have:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            create_database(connection, DATABASE)
    with psycopg.connect(database_url, autocommit=True) as connection:
        # Once is enough: default rights serve every later table, and migrations take away what the application must not do.
        if connection.execute("SELECT 1 FROM pg_default_acl").fetchone() is None:
            allow(connection, owner=OWNER, app=APP)


def create_database(connection: psycopg.Connection, name: str, template: str = "template0") -> None:
    """Afterwards the database exists and belongs to the owner role. `connection` is the superuser's, in autocommit."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APP)))


def allow(connection: psycopg.Connection, *, owner: str, app: str) -> None:
    """Afterwards `app` may read and write the rows of every table that `owner` has or will make in this database, and change no table.

    What no row may suffer (a timeline that is changed, a posting that is deleted) the migrations close again, in the same transaction.
    """
    role, user = sql.Identifier(owner), sql.Identifier(app)
    with connection.transaction():
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(user))
        for kind, rights in ALLOWED:
            words = sql.SQL(rights)
            things = sql.SQL(kind)
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(role, words, things, user)
            )
            connection.execute(sql.SQL("GRANT {} ON ALL {} IN SCHEMA public TO {}").format(words, things, user))
        walls = connection.execute("SELECT to_regprocedure('public.amends_close_walls(text)') IS NOT NULL").fetchone()
        if walls and walls[0]:
            connection.execute("SELECT public.amends_close_walls(%s)", [app])
