"""Roles and the side each of them acts for. Not about passwords: sign-in is django-allauth's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from amends.kernel.parties import Party
from amends.kernel.texts import Text, say


class Role(StrEnum):
    """What a person is trusted with; each speaks for one party."""

    CONSUMER = "consumer"
    MERCHANT = "merchant"
    WORKSHOP = "workshop"
    AGENT = "agent"
    ARBITER = "arbiter"
    SUPERVISOR = "supervisor"
    POLICY_OWNER = "policy_owner"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class RoleRow:
    party: Party
    name: Text
    faces: tuple[str, ...]


ROLES: dict[Role, RoleRow] = {
    Role.CONSUMER: RoleRow(Party.CONSUMER, say("消费者", "consumer"), ("portal",)),
    Role.MERCHANT: RoleRow(Party.MERCHANT, say("商家", "merchant"), ("console",)),
    Role.WORKSHOP: RoleRow(Party.WORKSHOP, say("维修点", "workshop"), ("counter",)),
    Role.AGENT: RoleRow(Party.PLATFORM, say("平台客服", "platform agent"), ("desk",)),
    Role.ARBITER: RoleRow(Party.ARBITER, say("判责员", "arbiter"), ("desk",)),
    Role.SUPERVISOR: RoleRow(Party.PLATFORM, say("主管", "supervisor"), ("desk", "office")),
    Role.POLICY_OWNER: RoleRow(Party.PLATFORM, say("规则运营", "policy owner"), ("office",)),
    Role.ANALYST: RoleRow(Party.PLATFORM, say("运营分析", "operations analyst"), ("office",)),
    Role.ADMIN: RoleRow(Party.PLATFORM, say("管理员", "administrator"), ("desk", "office")),
}


# They look at everything and answer for nothing.
READERS = frozenset({Role.POLICY_OWNER, Role.ANALYST})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and for whom: the one thing that every verb and every query is told."""

    party: Party
    user_id: int | None = None
    merchant_id: int | None = None
    consumer_id: int | None = None
    roles: frozenset[Role] = frozenset()
    name: str = ""
    automatic: bool = False
    workshop_id: int | None = None

    @property
    def shop_id(self) -> int:
        """The merchant whose stock, desk and shelf this person sees, 0 for everybody else: a workshop's person sees their jobs alone."""
        return self.merchant_id or 0 if self.party is Party.MERCHANT else 0

    def for_its_merchant(self) -> Actor:
        """The same person speaking for the merchant whose job this is: of a workshop, and for a job that was checked to be theirs."""
        return replace(self, party=Party.MERCHANT)

    def as_party(self, party: Party) -> Actor:
        """The same hand acting for another side, because a table says that this move follows from that one."""
        return self if self.party is party else replace(self, party=party, automatic=True)

    def may_enter(self, face: str) -> bool:
        """Whether one of the roles opens this face ('portal', 'console', 'desk', 'office')."""
        return any(face in ROLES[role].faces for role in self.roles)

    @property
    def sees_everything(self) -> bool:
        """The platform's own people and machines see every merchant's cases."""
        return self.party in (Party.PLATFORM, Party.ARBITER, Party.CLOCK, Party.GATEWAY, Party.CARRIER) and not self.is_stranger

    @property
    def only_reads(self) -> bool:
        """A person of the platform whose every role is to look: no case moves by their hand."""
        return bool(self.roles) and self.roles <= READERS

    @property
    def is_stranger(self) -> bool:
        """A person without a role, who sees nothing."""
        return self.user_id is not None and not self.roles


CLOCK = Actor(Party.CLOCK, automatic=True)
PLATFORM = Actor(Party.PLATFORM, automatic=True)
GATEWAY = Actor(Party.GATEWAY, automatic=True)
CARRIER = Actor(Party.CARRIER, automatic=True)


def digest_of(secret: str) -> str:
    """What is kept of a secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
