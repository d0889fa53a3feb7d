"""What a gateway or a carrier needs to be reached: addresses and secrets of the environment, else of a simulator. Never the database.

A setting NAME may also be given as NAME_FILE, the path of a file that holds it. Not about speaking to a gateway.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amends.kernel.texts import Text, say
from amends.plumbing.database import home


@dataclass(frozen=True, slots=True)
class Setting:
    """One word of the environment. `usual` stands where it is not given; one without `usual` that is `wanted` must be given.

    `path`: the value itself names a file (a key in PEM), which is read by whoever uses it.
    """

    name: str
    usual: str = ""
    wanted: bool = True
    secret: bool = False
    path: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is, whole. `simulated`: a simulator of this data folder plays it. Its values are not in its repr."""

    name: str
    values: Mapping[str, str] = field(repr=False)
    simulated: bool

    def __hash__(self) -> int:
        return hash((self.name, self.simulated, tuple(sorted(self.values.items()))))


class NotSetUp(Exception):
    """A gateway cannot be used as it is set up; `text` says what is missing or wrong, without what is secret."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def read_place(name: str, needs: Sequence[Setting], kind: str = "payments") -> Place:
    """The place of `name` by the environment where it says anything of `needs`, else by the simulator of this kind that runs.

    Raises NotSetUp.
    """
    given = {setting.name: given_for(setting.name) for setting in needs}
    if not any(given.values()):
        return _simulated_place(name, needs, kind)
    values = {setting.name: given[setting.name] or setting.usual for setting in needs}
    if absent := [setting.name for setting in needs if setting.wanted and not values[setting.name]]:
        raise NotSetUp(say("缺少设置：{names}。", "These settings are missing: {names}.", names=", ".join(absent)))
    for setting in needs:
        if setting.path and values[setting.name] and not Path(values[setting.name]).is_file():
            raise NotSetUp(say("{name} 指的文件不存在。", "The file that {name} names is not there.", name=setting.name))
    return Place(name, values, simulated=False)


def given_for(name: str) -> str:
    """What the environment says for `name`, itself or by the file that NAME_FILE names; "" where neither. Raises NotSetUp."""
    plain = os.environ.get(name, "").strip()
    file = os.environ.get(f"{name}_FILE", "").strip()
    if plain or not file:
        return plain
    try:
        return Path(file).read_text().strip()
    except OSError as wrong:
        words = say("{name}_FILE 指的文件读不出来。", "The file that {name}_FILE names cannot be read.", name=name)
        raise NotSetUp(words) from wrong


def simulated(kind: str = "payments") -> Mapping[str, Any]:
    """What a running simulator wrote into AMENDS_HOME/<kind>.json: its address and the settings of each wire; empty where none runs."""
    try:
        told = json.loads((home() / f"{kind}.json").read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def nowhere(names: str) -> Text:
    """That neither these settings nor a simulator are there."""
    return say("未设置：没有 {names}，也没有运行中的模拟器。", "Not set up: no {names}, and no simulator runs.", names=names)


def _simulated_place(name: str, needs: Sequence[Setting], kind: str) -> Place:
    wires = simulated(kind).get("wires")
    told = wires.get(name) if isinstance(wires, dict) else None
    if not isinstance(told, dict):
        names = ", ".join(setting.name for setting in needs if setting.wanted and not setting.usual)
        raise NotSetUp(nowhere(names))
    return Place(name, {setting.name: str(told.get(setting.name, setting.usual)) for setting in needs}, simulated=True)
