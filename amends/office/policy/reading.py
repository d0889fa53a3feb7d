"""Where the pages find the shelf of packs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from amends.policy.rules.packs import Pack, PackRefused
from amends.policy.rules.stack import _every_pack, pack_folders


class Shelf(NamedTuple):
    packs: Sequence[Pack]
    refused: Sequence[PackRefused]


def shelf() -> Shelf:
    return Shelf(_every_pack(pack_folders()), ())
