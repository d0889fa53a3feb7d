"""What facts may hold: the JSON Schema that `amends decide` and the API take, or (`--table`) the table that the manual prints from it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from amends.management.facts_table import table
from amends.policy.rules.facts_schema import facts_schema

HELP = "the JSON Schema of facts"


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends policy facts`."""
    parser.add_argument("--table", choices=["en", "zh"], help="print the manual's table instead")


def run(asked: Namespace) -> None:
    """The schema, or the table, is printed."""
    print(table(facts_schema(), asked.table) if asked.table else json.dumps(facts_schema(), indent=2, ensure_ascii=False))
