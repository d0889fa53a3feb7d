"""What the commands about bearing a cost share: one act by one person, told as a line or as JSON; a refusal in the reader's language."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError

from amends.approvals.models import Approval
from amends.kernel.money import Money
from amends.kernel.refusals import Refusal
from amends.kernel.texts import Text, say
from amends.plumbing.console import language

ASKED = say("要由别人批准，已提交审批 {ref}。", "Somebody else has to approve this; it is asked: {ref}.")


def with_person(parser: ArgumentParser) -> None:
    """The options of every act."""
    parser.add_argument("--as", dest="person", required=True, metavar="EMAIL", help="whose hand acts")
    parser.add_argument("--json", action="store_true", help="the result for a program")


def said(text: Text) -> str:
    """In the language of this terminal."""
    return text.into(language())


def written(minor: int, unit: str) -> str:
    """A sum as people write it; a plain number where the unit is no money."""
    head = unit.split(".")[0]
    return Money(minor, head).into(language()) if len(head) == 3 and head.isupper() else f"{minor} {unit}"


def refused(run: Callable[[], Any]) -> Any:
    """What `run` answers. Raises CommandError with the refusal's sentences."""
    try:
        return run()
    except Refusal as refusal:
        fields = [f"{name}: {said(text)}" for name, text in refusal.fields.items()]
        raise CommandError("\n".join(dict.fromkeys([said(refusal.text), *fields]))) from refusal


def told(found: Any, line: Callable[[Any], str], plain: Callable[[Any], Mapping[str, Any]], *, as_json: bool) -> None:
    """What was made, or that it was only asked."""
    if isinstance(found, Approval):
        print(json.dumps({"approval": found.ref}) if as_json else said(ASKED.filled(ref=found.ref)))
        return
    print(json.dumps(plain(found), ensure_ascii=False, default=str) if as_json else line(found))
