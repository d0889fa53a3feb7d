"""`check_texts`: fails when a page says something in one language only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.faces.checks import everywhere


class Command(BaseCommand):
    """Looks through every template and every message of the project."""

    help = "Fail when a template or a message holds a sentence in one language only."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints each place; ends with status 1 where there is one."""
        found = list(everywhere(Path(__file__).resolve().parents[2]))
        for finding in found:
            self.stderr.write(str(finding))
        if found:
            raise CommandError(f"{len(found)} sentences stand outside {{% t %}}")
        self.stdout.write("Every sentence has both languages.")
