"""`amends talk …`: what the sides said in a case, notes of one's own side, and quick replies. As the person that `--as` names."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from amends.cases.queries import case_for
from amends.kernel.texts import say
from amends.management.bearing import refused, said, with_person
from amends.management.person import actor_named
from amends.people.rules import Actor
from amends.talks import conversation, notes, replies
from amends.talks.models import QuickReply

FIELDS = ("key", "title_zh", "title_en", "body_zh", "body_en")


class Command(BaseCommand):
    help = "The conversation of a case, notes of your own side, and quick replies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        below = parser.add_subparsers(dest="word", metavar="list|say|notes|note|erase-note|replies|reply|end-reply", required=True)
        for word, what in (("list", "what was said, and that you have read it"), ("notes", "the notes of your own side")):
            below.add_parser(word, help=what).add_argument("ref", help="AS-…")
        for word, what in (("say", "say something to the other sides"), ("note", "write a note for your own side")):
            each = below.add_parser(word, help=what)
            each.add_argument("ref", help="AS-…")
            each.add_argument("--words", required=True)
        erase = below.add_parser("erase-note", help="erase your own note")
        erase.add_argument("ref", help="AS-…")
        erase.add_argument("--number", type=int, required=True, help="the number that `notes` tells")
        below.add_parser("replies", help="the quick replies of your side").add_argument("--case", default="", help="AS-…: filled for it")
        reply = below.add_parser("reply", help="keep a quick reply, or change one")
        reply.add_argument("--ref", default="", help="QR-…, to change one")
        for name in FIELDS:
            reply.add_argument(f"--{name.replace('_', '-')}")
        below.add_parser("end-reply", help="offer a quick reply no more").add_argument("ref", help="QR-…")
        for each in below.choices.values():
            with_person(each)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        by: Actor = refused(lambda: actor_named(options["person"]))
        for row in refused(lambda: self._rows(word, options, by)):
            print(json.dumps(row, ensure_ascii=False, default=str) if options["json"] else "  ".join(str(v) for v in row.values()))

    def _rows(self, word: str, options: dict[str, Any], by: Actor) -> list[dict[str, Any]]:
        if word == "replies":
            return _replies(options["case"], by)
        if word == "reply":
            told = {name: options[name] for name in FIELDS if options[name] is not None}
            return [_reply(replies.save_reply(told, ref=options["ref"], by=by))]
        if word == "end-reply":
            return [_reply(replies.end_reply(options["ref"], by=by))]
        ref = options["ref"]
        if word == "say":
            conversation.say(ref, words=options["words"], by=by)
        elif word == "note":
            notes.note(ref, words=options["words"], by=by)
        elif word == "erase-note":
            notes.erase_note(ref, number=options["number"], by=by)
        return _conversation(ref, by) if word in ("list", "say") else _notes(ref, by)


def _conversation(ref: str, by: Actor) -> list[dict[str, Any]]:
    return [
        {"at": line.made_at, "party": line.party.value, "words": line.words, "files": [file for file, _ in line.files],
         "read_at": line.read_at, "ref": line.ref}
        for line in conversation.conversation(ref, by)
    ]  # fmt: skip


def _notes(ref: str, by: Actor) -> list[dict[str, Any]]:
    return [{"number": one.id, "at": one.made_at, "name": one.name, "words": one.words} for one in notes.notes(ref, by)]


def _replies(case: str, by: Actor) -> list[dict[str, Any]]:
    if not case:
        return [_reply(row) for row in replies.replies_of(by)]
    return [
        {"ref": one.ref, "key": one.key, "title": said(one.title), "body_zh": one.body.zh, "body_en": one.body.en, "used": one.used}
        for one in replies.filled_for(case_for(case, by), by)
    ]


def _reply(row: QuickReply) -> dict[str, Any]:
    title = said(say(row.title_zh, row.title_en))
    return {"ref": row.ref, "key": row.key, "title": title, "body_zh": row.body_zh, "body_en": row.body_en, "used": row.used}
