"""`amends demo_users`: who may sign in to the demo marketplace."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.management.demo.market import known_users


class Command(BaseCommand):
    help = "Print the users of the demo marketplace; nothing where none was made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        users = known_users()
        if options["json"]:
            print(json.dumps(users, ensure_ascii=False))
            return
        for user in users:
            self.stdout.write(f"{user['email']:28} {user['password']:20} {user['role']:14} {user['acts_for']}")
