"""Versions of the money rules: written by one person, signed by another, in force from a day on, never changed (B17).

A version that holds is replaced, not withdrawn: what was decided under it must stay explicable. Reading the one in force is
rules_of_money.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from django.db import connection, transaction

from amends.approvals.asking import LEAST_WHY, MOST_WHY
from amends.approvals.counting import HERE
from amends.approvals.hands import same_person
from amends.approvals.models import MoneyRules
from amends.approvals.money_schema import Rules
from amends.approvals.rules_of_money import in_force, read, shipped, shipped_text
from amends.kernel import clock
from amends.kernel.refusals import NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor, Role

SHIPPED = "shipped"
"""The file that comes with the program, as a version beside the written ones."""
WRITERS = frozenset({Role.POLICY_OWNER, Role.ADMIN})
SIGNERS = frozenset({Role.POLICY_OWNER, Role.ADMIN, Role.SUPERVISOR})
WRITING = 7_011_016
LONGEST_NAME = 12


class Standing(StrEnum):
    """Where a version stands at an instant."""

    WRITTEN = "written"
    SIGNED = "signed"
    HOLDS = "holds"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


STANDINGS: dict[Standing, Text] = {
    Standing.WRITTEN: say("等另一人签字", "waits for a signature"),
    Standing.SIGNED: say("已签字，未生效", "signed, not yet in force"),
    Standing.HOLDS: say("现行", "in force"),
    Standing.REPLACED: say("已被新版取代", "replaced"),
    Standing.WITHDRAWN: say("已撤下", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version with what its text says; `row` is None for the shipped one."""

    name: str
    text: str
    rules: Rules
    standing: Standing
    row: MoneyRules | None

    @property
    def standing_name(self) -> Text:
        return STANDINGS[self.standing]


@transaction.atomic
def write(body: str, *, why: str, by: Actor) -> MoneyRules:
    """A version waits for another's signature. Raises NotYourMove, RulesRefused (line and reason), Unprocessable for a taken name."""
    if by.user_id is None or not by.roles & WRITERS:
        raise NotYourMove(say("资金规则由规则运营起草。", "Policy owners write the money rules."), code="not_a_writer")
    said = why.strip()
    if not LEAST_WHY <= len(said) <= MOST_WHY or "\0" in said:
        raise Unprocessable.field(
            "why", say("请写明为什么要改，最多 {n} 字。", "Say why, in {n} characters at most.", n=MOST_WHY), code="why_missing"
        )
    text = body.replace("\r\n", "\n")
    rules = read(text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
    if rules.version == shipped().version or MoneyRules.objects.filter(version=rules.version).exists():
        wrong = say("版本号 {version} 已经用过，请换一个。", "Version {version} is taken; choose another.", version=rules.version)
        raise Unprocessable.field("body", wrong, code="version_taken")
    return MoneyRules.objects.create(version=rules.version, body=text, why=said, written_by_id=by.user_id, written_at=clock.now())


@transaction.atomic
def sign(version: str, *, by: Actor) -> MoneyRules:
    """It holds from its own day on, or from now where that has begun. Raises NotYourMove for whoever wrote it, under any account."""
    row = _taken(version)
    if by.user_id is None or not by.roles & SIGNERS:
        raise NotYourMove(say("资金规则由规则运营或主管签字。", "Policy owners and supervisors sign the money rules."), code="not_a_signer")
    if row.withdrawn_at is not None or row.signed_at is not None:
        raise NoSuchMove(say("这一版不等签字。", "This version does not wait for a signature."))
    if _wrote(row, by):
        raise NotYourMove(say("写这一版的人不能自己签字。", "Whoever wrote it cannot sign it."), code="self_approval")
    at = clock.now()
    row.signed_by_id, row.signed_at = by.user_id, at
    row.in_force_from = max(at, _midnight(read(row.body)))
    row.save(update_fields=["signed_by", "signed_at", "in_force_from"])
    return row


@transaction.atomic
def withdraw(version: str, *, by: Actor) -> MoneyRules:
    """It will never hold. Raises NoSuchMove for one that holds or did: write another one then."""
    row = _taken(version)
    if by.user_id is None or not by.roles & WRITERS:
        raise NotYourMove(say("资金规则由规则运营撤下。", "Policy owners withdraw money rules."), code="not_a_writer")
    if row.withdrawn_at is not None or (row.in_force_from is not None and row.in_force_from <= clock.now()):
        raise NoSuchMove(say("这一版不能撤下；已生效的，请写新的一版。", "It cannot be withdrawn; replace what holds by a new version."))
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    return row


def may(found: Version, by: Actor) -> tuple[str, ...]:
    """Which of sign and withdraw this actor could do now."""
    if found.row is None or by.user_id is None:
        return ()
    signs = found.standing is Standing.WRITTEN and by.roles & SIGNERS and not _wrote(found.row, by)
    withdraws = found.standing in (Standing.WRITTEN, Standing.SIGNED) and by.roles & WRITERS
    return (("sign",) if signs else ()) + (("withdraw",) if withdraws else ())


def _wrote(row: MoneyRules, by: Actor) -> bool:
    return row.written_by_id is not None and by.user_id is not None and same_person(by.user_id, row.written_by_id)


def may_write(by: Actor) -> bool:
    """Whether this actor writes versions."""
    return by.user_id is not None and bool(by.roles & WRITERS)


def versions() -> list[Version]:
    """Every version, newest first, the shipped one last."""
    rows = MoneyRules.objects.select_related("written_by", "signed_by").order_by("-written_at", "-pk")
    holds = in_force(clock.now()).first()
    return [*(_version(row, holds) for row in rows), _shipped(holds)]


def version(name: str) -> Version:
    """The version of this name, `shipped` for the one that comes along. Raises NotFound."""
    holds = in_force(clock.now()).first()
    if name in (SHIPPED, shipped().version):
        return _shipped(holds)
    row = MoneyRules.objects.select_related("written_by", "signed_by").filter(version=_named(name)).first()
    if row is None:
        raise NotFound
    return _version(row, holds)


def current() -> Version:
    """The version in force now."""
    holds = in_force(clock.now()).first()
    return _version(holds, holds) if holds else _shipped(None)


def _version(row: MoneyRules, holds: MoneyRules | None) -> Version:
    at = clock.now()
    if row.withdrawn_at is not None:
        standing = Standing.WITHDRAWN
    elif row.signed_at is None:
        standing = Standing.WRITTEN
    elif row.in_force_from is None or row.in_force_from > at:
        standing = Standing.SIGNED
    else:
        standing = Standing.HOLDS if holds and holds.pk == row.pk else Standing.REPLACED
    return Version(row.version, row.body, read(row.body), standing, row)


def _shipped(holds: MoneyRules | None) -> Version:
    return Version(shipped().version, shipped_text(), shipped(), Standing.REPLACED if holds else Standing.HOLDS, None)


def _taken(version: str) -> MoneyRules:
    row = MoneyRules.objects.select_for_update().filter(version=_named(version)).first()
    if row is None:
        raise NotFound
    return row


def _named(version: str) -> str:
    """A name as versions have them, else none that there is: what comes from an address may hold anything."""
    return version if len(version) <= LONGEST_NAME and version.isascii() and version.isprintable() else ""


def _midnight(rules: Rules) -> datetime:
    return datetime.combine(rules.in_force_from, time(0), HERE)
