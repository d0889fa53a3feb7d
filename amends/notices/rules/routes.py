"""Which channels a notice takes, by how urgent it is: the table, and what is left of it for one person.

A group is one thing told once: its first reachable channel is tried, the next ones only where that fails. Not about when a message
goes (quiet.py), nor about what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from amends.kernel.tables import TableError, rows
from amends.kernel.texts import Text, say
from amends.notices.rules.words import CHANNEL_NAMES, URGENCY_NAMES, Channel, Urgency

TABLE = """
urgency  channels                             breaks_quiet  may_stop  bundle_seconds
hazard   page;sms;push;wechat;mail            yes           no        0
act      page;mail;push>wechat>sms            no            no        10
remind   page;push>wechat>sms>mail            no            no        10
result   page;mail;push>wechat                no            no        30
news     page;push>wechat>mail                no            yes       600
"""


@dataclass(frozen=True, slots=True)
class Route:
    """One row: `groups` without the page, each in the order in which its channels are tried; `bundle_seconds` is how long a message
    waits for others about the same case to the same person over the same channel."""

    groups: tuple[tuple[Channel, ...], ...]
    breaks_quiet: bool
    may_stop: bool
    bundle_seconds: int

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Every outside channel of the row, once, in its order."""
        return tuple(dict.fromkeys(channel for group in self.groups for channel in group))


def _groups(urgency: str, cell: str) -> tuple[tuple[Channel, ...], ...]:
    try:
        groups = [tuple(Channel(name) for name in group.split(">")) for group in cell.split(";")]
    except ValueError as unknown:
        raise TableError(f"{urgency}: {unknown}") from unknown
    if groups[0] != (Channel.PAGE,) or any(Channel.PAGE in group for group in groups[1:]):
        raise TableError(f"{urgency}: the page comes first and is a group of its own")
    return tuple(groups[1:])


def _yes(urgency: str, cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise TableError(f"{urgency}: {cell} is neither yes nor no")
    return cell == "yes"


def parsed(table: str) -> dict[Urgency, Route]:
    """The rows of the table, one for each urgency; raises TableError where one is missing, doubled or unreadable."""
    routes: dict[Urgency, Route] = {}
    for name, channels, breaks, stop, seconds in rows(table):
        if name not in list(Urgency) or name in routes:
            raise TableError(f"no such urgency, or a second row of it: {name}")
        if not seconds.isdigit():
            raise TableError(f"{name}: {seconds} is no number of seconds")
        routes[Urgency(name)] = Route(_groups(name, channels), _yes(name, breaks), _yes(name, stop), int(seconds))
    for urgency in Urgency:
        if urgency not in routes:
            raise TableError(f"no row for {urgency}")
    return routes


ROUTES: Mapping[Urgency, Route] = parsed(TABLE)


def route(urgency: Urgency, *, choices: Mapping[str, Sequence[str]], reachable: Collection[Channel]) -> tuple[tuple[Channel, ...], ...]:
    """The groups to send over, each in order of trial, without the page. `choices` holds the channels that the person left on, by urgency;
    an urgency that is absent has all. Where the choices would silence what may not be silenced, the first reachable channel of the
    table stands. Empty where the person can't be reached outside."""
    row = ROUTES[urgency]
    wanted = set(choices[urgency]) if urgency in choices else set(row.channels)
    if row.breaks_quiet:
        wanted = set(row.channels)
    left = _among(row.groups, wanted & set(reachable))
    if left or row.may_stop:
        return left
    return tuple((channel,) for channel in row.channels if channel in reachable)[:1]


def check_choices(choices: Mapping[str, Sequence[str]]) -> list[Text]:
    """What is wrong with a person's choices, in words; empty where they can be kept as they are.

    Wrong: an unknown urgency or channel, a channel that the table doesn't have for the urgency, and nothing left where something must.
    """
    wrong: list[Text] = []
    for name, channels in choices.items():
        if name not in list(Urgency):
            wrong.append(say("没有“{name}”这类通知。", "There is no kind of notice called “{name}”.", name=name))
            continue
        wrong += _wrong(Urgency(name), channels)
    return wrong


def _among(groups: Iterable[tuple[Channel, ...]], wanted: Collection[str]) -> tuple[tuple[Channel, ...], ...]:
    left = (tuple(channel for channel in group if channel in wanted) for group in groups)
    return tuple(group for group in left if group)


def _wrong(urgency: Urgency, channels: Sequence[str]) -> list[Text]:
    row, name = ROUTES[urgency], URGENCY_NAMES[urgency]
    wrong = [
        say("“{name}”不走“{channel}”。", "“{name}” is not sent by {channel}.", name=name,
            channel=CHANNEL_NAMES[Channel(channel)] if channel in list(Channel) else channel)
        for channel in channels if channel not in row.channels
    ]  # fmt: skip
    if row.breaks_quiet and set(row.channels) - set(channels):
        wrong.append(say("“{name}”走所有方式，不能关闭。", "“{name}” takes every channel; none can be turned off.", name=name))
    elif not row.may_stop and not channels:
        wrong.append(say("“{name}”至少保留一种方式。", "Keep at least one channel for “{name}”.", name=name))
    return wrong
