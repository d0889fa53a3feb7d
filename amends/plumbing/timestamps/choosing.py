"""Which time-stamp authority this installation has: the one of the environment, else the simulator of the data folder, else none."""

from __future__ import annotations

from typing import NamedTuple

from amends.kernel.texts import Text, say
from amends.plumbing.payments.places import NotSetUp, read_place
from amends.plumbing.timestamps.authority import NEEDS, Authority, AuthorityUnreachable, build

KIND, WIRE = "timestamps", "rfc3161"


class SetUp(NamedTuple):
    """How the authority stands: `ready` to be asked, `simulated` by a process of this machine, a sentence that says so or why not."""

    ready: bool
    simulated: bool
    name: str
    words: Text


def authority() -> Authority:
    """The authority as it is set up now. Raises AuthorityUnreachable where none is."""
    try:
        return build(read_place(WIRE, NEEDS, KIND))
    except NotSetUp as wrong:
        raise AuthorityUnreachable(f"{wrong} (amends simulator timestamps plays one)") from wrong


def is_set_up() -> bool:
    """Whether there is an authority that stamps can be asked of."""
    return standing().ready


def standing() -> SetUp:
    """How it stands, for people."""
    try:
        found = build(read_place(WIRE, NEEDS, KIND))
    except NotSetUp as wrong:
        return SetUp(False, False, "", wrong.text)
    if found.simulated:
        return SetUp(True, True, found.name, say("模拟机构：对第三方没有证明力。", "A simulator: it proves nothing to third parties."))
    return SetUp(True, False, found.name, say("已按环境变量设置。", "Set up by the environment."))
