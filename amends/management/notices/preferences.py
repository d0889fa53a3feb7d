"""How a person wants to be told: read it, choose channels for an urgency, set quiet hours.

amends notices preferences --as anna@example.com
amends notices preferences --as anna@example.com --set news= --set result=mail,push
amends notices preferences --as anna@example.com --quiet 23:00-07:00 --zone Europe/Berlin
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from datetime import time

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.management.person import actor_named
from amends.notices.queries_people import Preferences, person, preferences_of
from amends.notices.rules.quiet import DEFAULT, Quiet
from amends.notices.rules.words import CHANNEL_NAMES, URGENCY_NAMES
from amends.notices.verbs.preferences import NO_QUIET, set_preferences
from amends.plumbing.console import language, tell

HELP = "how a person wants to be told, and changing it"
NO_HOURS = say("免打扰时间写成 22:00-08:00，或 off、default。", "Write quiet hours as 22:00-08:00, or off, or default.")
NO_CHOICE = say("选择写成 news=mail,push；等号后留空是不要。", "Write a choice as news=mail,push; nothing after the sign means none.")


def add_arguments(parser: ArgumentParser) -> None:
    """What may follow `amends notices preferences`."""
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="whose preferences")
    parser.add_argument(
        "--set", dest="choices", action="append", default=[], metavar="URGENCY=CHANNELS", help="news=mail,push; news= for none"
    )
    parser.add_argument("--quiet", default="", metavar="HOURS", help="22:00-08:00, off, or default")
    parser.add_argument("--zone", default=DEFAULT.zone, help="the time zone of the hours")
    parser.add_argument("--json", action="store_true", help="print what a program can read")


def run(asked: Namespace) -> None:
    """The preferences, changed where that was asked for, are printed."""
    by = actor_named(asked.person)
    if asked.choices or asked.quiet:
        quiet = None if asked.quiet in ("", "default") else _quiet(asked.quiet, asked.zone)
        liked = set_preferences(by=by, choices=dict(map(_choice, asked.choices)), quiet=quiet, default_quiet=asked.quiet == "default")
    else:
        liked = preferences_of(person(by))
    if asked.json:
        print(json.dumps(plain(liked)))
    else:
        _tell(liked)


def plain(liked: Preferences) -> dict[str, object]:
    """The preferences as JSON values."""
    quiet = liked.quiet
    return {
        "choices": {urgency.value: [channel.value for channel in channels] for urgency, channels in liked.choices.items()},
        "quiet": None if quiet.start == quiet.end else {"from": f"{quiet.start:%H:%M}", "until": f"{quiet.end:%H:%M}", "zone": quiet.zone},
    }


def _tell(liked: Preferences) -> None:
    for urgency, channels in liked.choices.items():
        names = ", ".join(CHANNEL_NAMES[channel].into(language()) for channel in channels)
        tell(f"{urgency.value}\t{URGENCY_NAMES[urgency].into(language())}\t{names or '-'}")
    quiet = liked.quiet
    hours = say(
        "免打扰时间 {a} 到 {b}（{zone}）",
        "Quiet from {a} to {b} ({zone})",
        a=f"{quiet.start:%H:%M}",
        b=f"{quiet.end:%H:%M}",
        zone=quiet.zone,
    )
    tell(say("没有免打扰时间", "No quiet hours") if quiet.start == quiet.end else hours)


def _choice(text: str) -> tuple[str, list[str]]:
    name, sign, channels = text.partition("=")
    if not sign:
        raise Unprocessable(NO_CHOICE)
    return name.strip(), [one.strip() for one in channels.split(",") if one.strip()]


def _quiet(text: str, zone: str) -> Quiet:
    if text == "off":
        return NO_QUIET
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as wrong:
        raise Unprocessable(NO_HOURS) from wrong
    return Quiet(start, end, zone)
