"""`amends policy …`: packs, drafts, versions and simulations from the terminal. Each word is a file of amends/management/policy."""

from __future__ import annotations

import pkgutil
from argparse import Namespace
from importlib import import_module
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.management import policy


def words() -> dict[str, ModuleType]:
    """What may follow `amends policy`, with the file behind each."""
    names = sorted(found.name for found in pkgutil.iter_modules(policy.__path__) if not found.name.startswith("_"))
    return {name: import_module(f"{policy.__name__}.{name}") for name in names}


class Command(BaseCommand):
    help = "Packs, drafts, versions and simulations of the policy."

    def add_arguments(self, parser: CommandParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="|".join(words()), required=True)
        for name, file in words().items():
            file.add_arguments(below.add_parser(name, help=file.HELP, description=file.__doc__))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        words()[asked.word].run(asked)
