"""The walls that hold whatever the code does: the application's role, the constraints of the tables, and what each actor may see (B16)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from amends.cases.models import Case, Entry
from amends.kernel.clock import Stepped
from amends.kernel.parties import Party
from amends.market.models import Order
from amends.people.rules import CARRIER, CLOCK, GATEWAY, PLATFORM, Actor, Role
from amends.plumbing.embedded import Server, roles
from amends.refunds.checks import books_check
from tests.cast import Cast, an_order, claims, the_cast
from tests.proofs import roads
from tests.proofs.roads import World

WRITTEN_ONCE = ("cases_entry", "notices_promise", "ledger_posting", "ledger_line", "policy_decision")
PARTITIONED = ("cases_entry", "notices_notice", "notices_message")
NEVER_GONE = ("cases_case", "notices_message", "cases_grant", "refunds_refund", "refunds_attempt", "market_payment", "market_tender")


def refused(statement: str, params: tuple[Any, ...] = ()) -> str:
    """PostgreSQL's word for why it did not do it."""
    with pytest.raises((ProgrammingError, IntegrityError)) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return str(error.value.__cause__.sqlstate)  # type: ignore[union-attr]


DENIED = psycopg.errors.InsufficientPrivilege.sqlstate


def rows_there(world: World) -> Case:
    """A case with a row in each of the tables below."""
    return roads.closed_paid(world)


def months(parent: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [parent])
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.usefixtures("db")
def test_the_application_is_neither_owner_nor_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (roles.APP, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user")
        assert cursor.fetchone() == (0,)
    assert refused("ALTER TABLE cases_entry ADD COLUMN extra int") == DENIED
    assert refused("DROP TRIGGER posting_balances ON ledger_posting") == DENIED
    assert refused("ALTER TABLE market_tender DROP CONSTRAINT never_more_than_captured") == DENIED
    assert refused("SET session_replication_role = replica") == DENIED


def test_what_was_written_once_is_neither_changed_nor_deleted(world: World) -> None:
    rows_there(world)
    for table in WRITTEN_ONCE:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0
        assert refused(f"UPDATE {table} SET merchant_id = merchant_id") == DENIED, table
        assert refused(f"DELETE FROM {table}") == DENIED, table
        assert refused(f"TRUNCATE {table} CASCADE") == DENIED, table
    for table in NEVER_GONE:
        assert refused(f"DELETE FROM {table}") == DENIED, table


def test_no_month_is_a_way_around_the_wall(world: World) -> None:
    rows_there(world)
    with connection.cursor() as cursor:
        for parent in PARTITIONED:
            cursor.execute("SELECT amends_make_month(%s, '2031-05-01')", [parent])
    for month in (month for parent in PARTITIONED for month in months(parent)):
        assert refused(f"UPDATE {month} SET merchant_id = merchant_id") == DENIED, month
        assert refused(f"DELETE FROM {month}") == DENIED, month
        assert refused(f"INSERT INTO {month} DEFAULT VALUES") == DENIED, month
    assert refused("SELECT amends_make_month('market_order', '2031-05-01')") == "P0001"
    assert refused("SELECT amends_make_month('cases_entry', '2031-05-02')") == "P0001"


def test_walls_stand_after_rights_were_granted_anew(server: Server, test_database: str, world: World) -> None:
    """The launcher grants rights at every start of the server: that must not tear the walls down."""
    with psycopg.connect(server.url("super", test_database), autocommit=True) as inside:
        roles.allow(inside, owner=roles.OWNER, app=roles.APP)
    rows_there(world)
    for table in WRITTEN_ONCE:
        assert refused(f"UPDATE {table} SET merchant_id = merchant_id") == DENIED, table
    for month in months("cases_entry"):
        assert refused(f"DELETE FROM {month}") == DENIED, month


# ── books and references ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_posting_that_does_not_balance_is_refused_at_commit(committed_db: None, stepped_clock: Stepped) -> None:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas)
    post = (
        "WITH p AS (INSERT INTO ledger_posting (merchant_id, order_id, what, key, cause, made_at)"
        " VALUES (%s, %s, 'owed', 'unbalanced', %s, %s) RETURNING id, merchant_id)"
        " INSERT INTO ledger_line (merchant_id, posting_id, account_id, unit, amount_minor)"
        " SELECT p.merchant_id, p.id, a.id, 'CNY', v.minor FROM p, (SELECT min(id) AS id FROM ledger_account) a,"
        " (VALUES (%s::bigint), (%s::bigint)) v (minor)"
    )
    keys = (cast.bolts.pk, order.pk, f"order:{order.pk}:import", stepped_clock.at)
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(post, [*keys, 100, -99])
        cursor.execute("SELECT count(*) FROM ledger_posting WHERE key = 'unbalanced'")
        assert cursor.fetchone() == (1,)  # until the commit nobody has counted
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_posting WHERE key = 'unbalanced'")
        assert cursor.fetchone() == (0,)
        cursor.execute(post, [*keys, 100, -100])
    assert books_check() == []


def test_no_tender_is_reserved_beyond_what_came_in(world: World) -> None:
    an_order(world.cast.bolts, world.cast.annas, prices=(9900,))
    check = psycopg.errors.CheckViolation.sqlstate
    assert refused("UPDATE market_tender SET reserved_minor = captured_minor + 1") == check
    assert refused("UPDATE market_tender SET reserved_minor = -1") == check
    with connection.cursor() as cursor:
        cursor.execute("UPDATE market_tender SET reserved_minor = captured_minor")


def children() -> list[tuple[str, str, str]]:
    """Every composite reference (child, column, parent) that the catalogue knows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[2]),"
            " confrelid::regclass::text"
            " FROM pg_constraint WHERE contype = 'f' AND array_length(conkey, 1) = 2 ORDER BY 1, 2"
        )
        return [(child, column, parent) for child, column, parent in cursor.fetchall()]


def test_no_child_hangs_on_another_merchants_parent(world: World) -> None:
    """Each child row of a whole case, moved to the other shop, loses its parents: the composite keys see it."""
    roads.reduced(world)
    roads.closed_paid(world)
    roads.closed_refused(world)
    roads.ruled_for(world)
    an_order(world.cast.rivals, world.cast.bertas)
    found, tried = children(), set()
    assert len(found) >= 41
    for child, column, _ in found:
        if child in WRITTEN_ONCE:
            continue  # nobody may change these at all
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {child} WHERE merchant_id = %s AND {column} IS NOT NULL ORDER BY id LIMIT 1", [world.cast.bolts.pk]
            )
            row = cursor.fetchone()
        if row is None:
            continue
        moved = (
            f"SET CONSTRAINTS {child}_{column}_fk IMMEDIATE; UPDATE {child} SET merchant_id = {world.cast.rivals.pk} WHERE id = {row[0]}"
        )
        assert refused(moved) == psycopg.errors.ForeignKeyViolation.sqlstate, (child, column)
        tried.add((child, column))
    assert len(tried) >= 25, sorted({(c, k) for c, k, _ in found} - tried)


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two_shops(db: None, stepped_clock: Stepped) -> tuple[Cast, Case, Case]:
    """Anna's case at Bolt's, and Berta's at Rival's."""
    cast = the_cast()
    return cast, claims(an_order(cast.bolts, cast.annas), by=cast.anna), claims(an_order(cast.rivals, cast.bertas), by=cast.berta)


def test_everybody_sees_what_is_theirs_and_nothing_else(two_shops: tuple[Cast, Case, Case]) -> None:
    cast, annas, bertas = two_shops
    both = {annas.pk, bertas.pk}
    stranger = Actor(Party.PLATFORM, user_id=77)
    nobody = [
        stranger,
        Actor(Party.CONSUMER, user_id=1, roles=frozenset({Role.CONSUMER})),
        Actor(Party.MERCHANT, user_id=1, roles=frozenset({Role.MERCHANT})),
        Actor(Party.LEADER, user_id=1),
        Actor(Party.SUPPLIER, user_id=1),
        Actor(Party.CONSUMER, merchant_id=cast.bolts.pk),
        Actor(Party.MERCHANT, consumer_id=cast.annas.pk),
    ]
    sees: list[tuple[Actor, set[int]]] = [
        (cast.anna, {annas.pk}),
        (cast.bolt, {annas.pk}),
        (cast.berta, {bertas.pk}),
        (cast.rival, {bertas.pk}),
    ]
    sees += [(one, both) for one in (cast.judge, cast.agent, CLOCK, PLATFORM, GATEWAY, CARRIER)]
    sees += [(one, set()) for one in nobody]
    for actor, wanted in sees:
        assert set(Case.objects.visible_to(actor).values_list("pk", flat=True)) == wanted, actor
        orders = set(Order.objects.visible_to(actor).values_list("pk", flat=True))
        assert orders == {order for case, order in ((annas.pk, annas.order_id), (bertas.pk, bertas.order_id)) if case in wanted}, actor
    assert Entry.objects.count() > 0
