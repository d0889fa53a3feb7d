"""`amends receiving inspect`: what is told of one unit at the terminal, as the finding that pages and API give."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.management.files import kept_file
from amends.people.rules import Actor
from amends.returns.grading import CHECKS, GRADES, SLOTS
from amends.returns.models import Inspection
from amends.returns.queries.ways import way_view
from amends.returns.verbs import Finding, inspect
from amends.returns.verbs.inspecting import VERDICTS
from amends.returns.verbs.seeing import Seen


def arguments(parser: ArgumentParser) -> None:
    """What may be told of a unit; money in minor units."""
    parser.add_argument("ref", help="RT-…")
    parser.add_argument("verdict", choices=sorted(VERDICTS))
    parser.add_argument("--unit", type=int, help="its id, as `amends parcels show` tells it; needed where several wait")
    parser.add_argument("--grade", default="", choices=["", *GRADES])
    parser.add_argument("--serial", default="", help="serial number or IMEI as it was read")
    parser.add_argument("--grams", type=int, help="its weight")
    parser.add_argument("--less", type=int, default=0, help="deduct: how much, in minor units")
    parser.add_argument("--words", default="", help="the reason, read by the consumer")
    parser.add_argument("--photo", action="append", default=[], metavar="SLOT=FILE", help=f"{', '.join(SLOTS)}; several times")
    parser.add_argument("--holds", action="append", default=[], choices=sorted(CHECKS), help="a question of the template that holds")
    parser.add_argument("--fails", action="append", default=[], choices=sorted(CHECKS), help="a question of the template that does not")


def found(options: dict[str, Any], by: Actor) -> list[Inspection]:
    """The finding stands. Raises what `inspect` raises."""
    view = way_view(options["ref"], by)
    unit = options["unit"] or (view.units[0].id if len(view.units) == 1 else None)
    if unit is None:
        many = say("包裹里有几件，请用 --unit 指明是哪一件。", "The parcel holds several units; name one by --unit.")
        raise Unprocessable.field("unit", many, code="required")
    seen = Seen(
        options["grade"], options["serial"], options["grams"],
        {**dict.fromkeys(options["holds"], True), **dict.fromkeys(options["fails"], False)},
        {slot: kept_file(view.order, Path(path), by) for slot, path in map(_slot, options["photo"])},
    )  # fmt: skip
    finding = Finding(options["verdict"], unit_id=unit, reduced_minor=options["less"], words=options["words"], seen=seen)
    return inspect(options["ref"], findings=[finding], by=by)


def _slot(typed: str) -> tuple[str, str]:
    slot, _, path = typed.partition("=")
    if slot not in SLOTS or not path:
        wrong = say("照片写成 位置=文件，位置可选：{all}。", "A photo is written SLOT=FILE, with one of {all}.", all=", ".join(SLOTS))
        raise Unprocessable.field("photo", wrong, code="not_in_template")
    return slot, path
