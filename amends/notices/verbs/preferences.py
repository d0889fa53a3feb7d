"""How a person wants to be told: channels for each urgency, and quiet hours. What may not be silenced is refused here.

Not about where the person can be reached: contacts.py is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from amends.kernel import clock
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.models import Recipient
from amends.notices.queries_people import Preferences, person, preferences, reachable, reads_a_queue
from amends.notices.rules.quiet import Quiet
from amends.notices.rules.routes import ROUTES, check_choices
from amends.notices.rules.words import CHANNEL_NAMES, URGENCY_NAMES, Channel, Urgency
from amends.notices.unsubscribing import whose
from amends.people.models import User
from amends.people.rules import Actor

NO_QUIET = Quiet(time(0), time(0), "Asia/Shanghai")
"""What is kept for somebody who wants no quiet hours at all: equal times hold nothing back."""
SOME_WRONG = say("有的选择不能保存，原因写在旁边。", "Some of the choices can't be kept; the reasons stand beside them.")
LAST_ONE = say(
    "“{name}”至少保留一种你现在能收到的方式（{channels}），否则轮到你时你不会知道。",
    "Keep at least one way for “{name}” by which you can be reached now ({channels}); else you would not know when it is your turn.",
)
NO_ZONE = say("没有这个时区。", "There is no such time zone.")
COMMA = say("、", ", ")


def set_preferences(
    *, by: Actor, choices: Mapping[str, Sequence[str]] | None = None, quiet: Quiet | None = None, default_quiet: bool = False
) -> Preferences:
    """The person is told so from now on; messages that wait already keep their hour.

    `choices` by urgency replace what was chosen for these urgencies and leave the others; `quiet` of equal times is none at all, left out
    it stays, `default_quiet` goes back to the house's hours. Raises Unprocessable with a field for each urgency: an unknown one, a channel
    that it does not take, the last channel that reaches the person of what may not be stopped.
    """
    user = person(by)
    with transaction.atomic():
        row, asked_only = recipient(user), reads_a_queue(user)
        wanted = {name: list(dict.fromkeys(channels)) for name, channels in (choices or {}).items()}
        _check(user, {name: channels for name, channels in wanted.items() if channels or not asked_only})
        row.choices = _kept({**row.choices, **wanted}, asked_only=asked_only)
        if quiet is not None or default_quiet:
            _be_quiet(row, quiet)
        row.changed_at = clock.now()
        row.save()
        return preferences(row, asked_only=asked_only)


def stop_news(token: str) -> bool:
    """Whoever was sent this signed address gets no news by mail any more; True also where it was so before, so that asking twice is one.

    Nothing else is stopped: what waits for the person, reminders and results go on. Raises NotFound for an address that is not ours.
    """
    user = whose(token)
    if user is None or not User.objects.filter(pk=user).exists():
        raise NotFound
    with transaction.atomic():
        row = recipient(user)
        left = [channel.value for channel in preferences(row).choices[Urgency.NEWS] if channel is not Channel.MAIL]
        row.choices = {**row.choices, Urgency.NEWS.value: left}
        row.changed_at = clock.now()
        row.save()
    return True


def recipient(user_id: int) -> Recipient:
    """The person's row, made where there is none, locked until the transaction ends."""
    Recipient.objects.get_or_create(pk=user_id)
    return Recipient.objects.select_for_update().get(pk=user_id)


def forget_unreachable(row: Recipient) -> None:
    """After an address has ended: an urgency whose every chosen channel reaches nobody now goes back to the table's own channels."""
    here = reachable([row.pk]).get(row.pk, {})
    row.choices = {name: channels for name, channels in row.choices.items() if ROUTES[Urgency(name)].may_stop or _reached(channels, here)}
    row.save(update_fields=["choices"])


def _check(user: int, wanted: Mapping[str, Sequence[str]]) -> None:
    """Every fault is told at once, each at its urgency."""
    here = reachable([user]).get(user, {})
    wrong: dict[str, Text] = {}
    for name, channels in wanted.items():
        said = check_choices({name: channels})
        if said:
            wrong[name] = said[0]
        elif _silences(Urgency(name), channels, here):
            names = [CHANNEL_NAMES[channel] for channel in ROUTES[Urgency(name)].channels if channel in here]
            wrong[name] = LAST_ONE.filled(name=URGENCY_NAMES[Urgency(name)], channels=_listed(names))
    if wrong:
        raise Unprocessable(SOME_WRONG, code="not_so_silent", fields=wrong)


def _silences(urgency: Urgency, channels: Sequence[str], here: Mapping[Channel, Any]) -> bool:
    """Nothing that is left on reaches the person, though something of this urgency's channels would."""
    row = ROUTES[urgency]
    return not row.may_stop and not _reached(channels, here) and _reached(row.channels, here)


def _reached(channels: Iterable[str], here: Mapping[Channel, Any]) -> bool:
    return any(Channel(channel) in here for channel in channels)


def _kept(choices: Mapping[str, Sequence[str]], *, asked_only: bool) -> dict[str, list[str]]:
    """Choices in the table's order; those that equal what holds without a choice are none, and follow the table when it changes."""
    kept = {}
    for name, channels in choices.items():
        own = [channel.value for channel in ROUTES[Urgency(name)].channels]
        mine = [channel for channel in own if channel in channels]
        if mine != ([] if asked_only else own):
            kept[name] = mine
    return kept


def _be_quiet(row: Recipient, quiet: Quiet | None) -> None:
    if quiet is None:
        row.quiet_from = row.quiet_until = None
        return
    try:
        ZoneInfo(quiet.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Unprocessable.field("zone", NO_ZONE) from unknown
    row.quiet_from, row.quiet_until, row.zone = quiet.start, quiet.end, quiet.zone


def _listed(names: Sequence[Text]) -> Text:
    return say(COMMA.zh.join(name.into("zh") for name in names), COMMA.en.join(name.into("en") for name in names))
