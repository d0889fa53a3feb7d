"""Where a person can be reached: list, add (a code is sent there), confirm by the code, end.

amends notices contacts --as anna@example.com
amends notices contacts --as anna@example.com --add sms:13812345678
amends notices contacts --as anna@example.com --confirm 17:123456
amends notices contacts --as anna@example.com --end 17
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.notices.models import Contact
from amends.notices.queries_people import contacts_of, person
from amends.notices.rules.contacts import written
from amends.notices.rules.words import CHANNEL_NAMES, Channel
from amends.notices.verbs import contacts
from amends.people.rules import Actor
from amends.plumbing.console import language, tell

HELP = "where a person can be reached, and changing it"
NO_CODE = say("写成 17:123456：前面是列表里的号，后面是验证码。", "Write 17:123456: the number in the list, then the code.")
CONFIRMED, WAITING = say("已确认", "confirmed"), say("等验证码", "waits for its code")


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices contacts`."""
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="whose contacts")
    parser.add_argument("--add", default="", metavar="CHANNEL:ADDRESS", help="sms, mail or wechat; a code is sent there")
    parser.add_argument("--confirm", default="", metavar="NUMBER:CODE", help="the code that came")
    parser.add_argument("--end", type=int, default=0, metavar="NUMBER", help="nothing is sent there any more")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """What was asked for is done, and the contacts are printed."""
    by = actor_named(asked.person)
    _change(asked, by)
    rows = contacts_of(person(by))
    if asked.json:
        print(json.dumps([plain(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        state = (CONFIRMED if row.confirmed_at else WAITING).into(language())
        shown = row.label or "-" if row.channel == Channel.PUSH else written(Channel(row.channel), row.address)
        tell(f"{row.pk}\t{CHANNEL_NAMES[Channel(row.channel)].into(language())}\t{shown}\t{state}")


def plain(row: Contact) -> dict[str, object]:
    """A contact as JSON values; of a push subscription only its name."""
    address = "" if row.channel == Channel.PUSH else row.address
    return {"id": row.pk, "channel": row.channel, "address": address, "label": row.label, "confirmed": row.confirmed_at is not None}


def _change(asked: Namespace, by: Actor) -> None:
    if asked.add:
        channel, _, address = asked.add.partition(":")
        contacts.add_contact(channel, address, by=by)
    if asked.confirm:
        number, _, code = asked.confirm.partition(":")
        if not number.isascii() or not number.isdigit():
            raise Unprocessable(NO_CODE)
        contacts.confirm(contacts.spend_try(int(number), by=by), code, by=by)
    if asked.end:
        contacts.end_contact(asked.end, by=by)
