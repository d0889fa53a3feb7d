"""What a wire is: one provider's way of speaking about the one book. The house's own wire is spoken by server.py.

A wire checks signatures as its provider does, says things in the provider's words, and signs what it pushes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from amends.plumbing.simulators.serving import Asked, Reply

if TYPE_CHECKING:
    from amends.plumbing.simulators.payments.server import Gateway


class Letter(NamedTuple):
    """One push as it goes over the wire."""

    headers: Mapping[str, str]
    body: bytes


class Speaks(Protocol):
    """Whoever pushes: what is said of a fact, and by which answer it is taken."""

    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """The push that tells `fact`; None where nobody is told of it."""
        ...

    def taken(self, status: int, body: bytes) -> bool:
        """Whether it need not be pushed again."""
        ...


class Stumbled(Exception):
    """The gateway answers 5xx, and does not say whether it did what was asked; each wire has its own words for it."""


class Wire(ABC):
    """One provider's wire. `folder` keeps its keys, made once; `url` is where the simulator answers, without a slash at its end."""

    name: str

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    @property
    @abstractmethod
    def settings(self) -> dict[str, str]:
        """What a shop sets in its environment to reach this wire; AMENDS_… names."""

    @abstractmethod
    def reply(self, gateway: Gateway, asked: Asked, path: str) -> Reply:
        """What is answered at `path` (without the wire's prefix and without its query). Cut and Refused fly."""

    @abstractmethod
    def letter(self, fact: dict[str, Any], secret: str, forged: bool) -> Letter | None:
        """The push that tells `fact` ({id, type, timestamp, data}); None where the provider tells nobody of such a fact.

        Forged: well formed, about the opposite, not signed by the provider.
        """

    def taken(self, status: int, body: bytes) -> bool:
        """Whether the shop has taken a push by this answer, so that it is not pushed again."""
        return 200 <= status < 300
