"""`amends make_key EMAIL --role ROLE`: a key by which a program acts as one membership, shown this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.people.models import Membership
from amends.people.rules import Role
from amends.people.verbs import make_key


class Command(BaseCommand):
    help = "Make an API key for a user in a role. The key is printed once and kept only as a digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the user whom the program acts as")
        parser.add_argument(
            "--role", choices=[role.value for role in Role], help="which of the user's roles; needed where there are several"
        )
        parser.add_argument("--label", default="", help="what the key is for, shown in the list of keys")

    def handle(self, *args: Any, email: str, role: str | None, label: str, **options: Any) -> None:
        held = Membership.objects.filter(user__email__iexact=email, **({"role": role} if role else {}))
        found = list(held.select_related("user")[:2])
        if not found:
            raise CommandError(f"There is no user {email}{f' in the role {role}' if role else ''}.")
        if len(found) > 1:
            raise CommandError(f"{email} has several roles: name one with --role.")
        self.stdout.write(make_key(found[0], label[:80]))
