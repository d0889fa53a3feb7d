"""`amends proof …`: a case as a file for a third party, the check of such a file, and the time stamps over cases.

amends proof make AS-… --as judge@example.com --purpose arbitration --to case.zip
amends proof verify case.zip
amends proof stamp AS-…            (or without a number: every case that lacks a stamp now)
amends proof authority
"""

from __future__ import annotations

import json
import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from amends.cases.models import Case
from amends.complaints.queries import complaint_for
from amends.kernel.refs import clean_ref
from amends.kernel.texts import say
from amends.management.bearing import refused, said, told, with_person
from amends.management.person import actor_named
from amends.plumbing.timestamps.authority import AuthorityUnreachable
from amends.plumbing.timestamps.choosing import standing
from amends.sealing.exporting import PURPOSES, make_file, open_file
from amends.sealing.models import TimeStamp
from amends.sealing.stamping import due, stamp
from amends.sealing.third_party import verify

NO_CASE = say("没有这张售后单：{ref}。", "There is no such case: {ref}.")
AWAY = say("时间戳机构没有应答：{why}", "The time-stamp authority did not answer: {why}")
NOT_WRITTEN = say("举证包 {ref} 已生成，但没有写到那里：{why}", "The proof file {ref} is made and kept, and was not written there: {why}")
NOT_STAMPED = say("时间线的末尾与售后单不符，没有盖章。", "The timeline does not end where the case says: not stamped.")


class Command(BaseCommand):
    help = "Proof files and time stamps: make a file of a case, check one, ask the authority, see how it stands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="make|verify|stamp|authority", required=True)
        make = below.add_parser("make", help="a case as a ZIP that a third party can check alone")
        make.add_argument("ref", help="AS-…")
        make.add_argument("--purpose", default="own", choices=list(PURPOSES))
        make.add_argument("--complaint", default="", help="CM-…: the authority's complaint; its file hides no personal data")
        make.add_argument("--to", type=Path, help="where to write the ZIP; else it is only kept")
        with_person(make)
        check = below.add_parser("verify", help="check a proof file; no database is asked")
        check.add_argument("path", type=Path, help="the ZIP, or the folder that it was unpacked to")
        check.add_argument("--ca", default="", help="the authority's root in PEM, from the authority itself")
        check.add_argument("--json", action="store_true", help="the findings for a program")
        one = below.add_parser("stamp", help="have the newest line of a case stamped, or of every case that lacks a stamp")
        one.add_argument("ref", nargs="?", default="", help="AS-…")
        one.add_argument("--json", action="store_true", help="a line of JSON for each stamp")
        stands = below.add_parser("authority", help="which authority is set up")
        stands.add_argument("--json", action="store_true", help="for a program")

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        getattr(self, f"_{word}")(options)

    def _make(self, options: dict[str, Any]) -> None:
        by = refused(lambda: actor_named(options["person"]))
        complaint = refused(lambda: complaint_for(options["complaint"], by)) if options["complaint"] else None
        row = refused(lambda: make_file(options["ref"], options["purpose"], by, complaint))
        if options["to"]:
            _, file = open_file(row.ref, by)
            try:
                with file, options["to"].open("wb") as out:
                    shutil.copyfileobj(file, out)
            except OSError as wrong:
                raise CommandError(said(NOT_WRITTEN.filled(ref=row.ref, why=str(wrong)))) from wrong
        facts = {"ref": row.ref, "sha256": row.digest, "size": row.size, "masked": row.masked, "head": row.head}
        told(row, lambda one: f"{one.ref}  {one.digest}  {one.size}", lambda one: facts, as_json=options["json"])

    def _verify(self, options: dict[str, Any]) -> None:
        more = (["--ca", options["ca"]] if options["ca"] else []) + (["--json"] if options["json"] else [])
        if code := verify.main([str(options["path"]), *more]):
            sys.exit(code)

    def _stamp(self, options: dict[str, Any]) -> None:
        wanted = [self._case(options["ref"])] if options["ref"] else due(most=10_000)
        for case_id in wanted:
            try:
                row = stamp(case_id)
            except AuthorityUnreachable as away:
                raise CommandError(said(AWAY.filled(why=str(away)))) from away
            if row is None:
                raise CommandError(said(NOT_STAMPED))
            self._say(row, as_json=options["json"])

    def _case(self, ref: str) -> int:
        found = Case.objects.filter(ref=clean_ref(ref) or "").values_list("pk", flat=True).first()
        if found is None:
            raise CommandError(said(NO_CASE.filled(ref=ref)))
        return found

    def _say(self, row: TimeStamp, *, as_json: bool) -> None:
        facts = {"case": row.case.ref, "entries": row.entries_count, "head": row.head, "stamped_at": row.stamped_at.isoformat()}
        self.stdout.write(json.dumps(facts) if as_json else "  ".join(str(value) for value in facts.values()))

    def _authority(self, options: dict[str, Any]) -> None:
        found = standing()
        if options["json"]:
            print(json.dumps({"ready": found.ready, "simulated": found.simulated, "name": found.name, "words": found.words.both()}))
            return
        self.stdout.write(f"{found.name or '-'}  {said(found.words)}")
