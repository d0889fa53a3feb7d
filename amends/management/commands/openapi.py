"""`amends openapi`: the API's document, written to docs/api/openapi.json, or compared with it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.api.app import api

FILE = Path(__file__).resolve().parents[3] / "docs" / "api" / "openapi.json"


class Command(BaseCommand):
    help = "Write the API's OpenAPI 3.1 document to docs/api/openapi.json; with --check, fail where that file is stale."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where the file differs from the code")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        document = json.dumps(api.get_openapi_schema(path_prefix="/api/"), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        if not check:
            FILE.parent.mkdir(parents=True, exist_ok=True)
            FILE.write_text(document, encoding="utf-8")
            self.stdout.write(f"{FILE}")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != document:
            raise CommandError("docs/api/openapi.json is stale: run `amends openapi` and commit it.")
