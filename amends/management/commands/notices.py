"""`amends notices …`: what is told to whom, and how people want to be told. Each word is a file of amends/management/notices."""

from __future__ import annotations

import pkgutil
from argparse import Namespace
from importlib import import_module
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from amends.management import notices


def words() -> dict[str, ModuleType]:
    """What may follow `amends notices`, with the file behind each: send_test.py is `send-test`."""
    names = sorted(found.name for found in pkgutil.iter_modules(notices.__path__) if not found.name.startswith("_"))
    return {name.replace("_", "-"): import_module(f"{notices.__name__}.{name}") for name in names}


class Command(BaseCommand):
    help = "What is told to whom, how people want to be told, and what became of each message."

    def add_arguments(self, parser: CommandParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="|".join(words()), required=True)
        for name, file in words().items():
            file.add_arguments(below.add_parser(name, help=file.HELP, description=file.__doc__))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = Namespace(**options)
        words()[asked.word].run(asked)
