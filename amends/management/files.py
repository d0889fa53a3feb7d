"""Files that a person at the terminal gives as proof: taken in for an order as the pages take them in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from amends.cases.verbs.uploading import upload
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor


def kept_files(order: str, paths: Iterable[Path], by: Actor) -> list[str]:
    """The references of these files, in their order, each kept as evidence of the order. Raises Unprocessable for one that can't be."""
    return [kept_file(order, path, by) for path in paths]


def kept_file(order: str, path: Path, by: Actor) -> str:
    """The reference of this file, kept as evidence of the order. Raises Unprocessable for one that can't be read or taken."""
    try:
        with path.open("rb") as stream:
            return upload(order, name=path.name, stream=stream, by=by).ref
    except OSError as why:
        unread = say("读不了文件：{path}。", "The file can't be read: {path}.", path=str(path))
        raise Unprocessable.field("photo", unread, code="unreadable") from why
