"""The lives as they stand in the tables: the case drawn, and for each life whose turn, until when, what silence does, who may do what."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.limits import Limit
from amends.kernel.tables import Life
from amends.office.diagram import case_drawing
from amends.office.tables import LIFE_NAMES, LIFE_SAYS, lives, move_rows, names_of, parties_of, stage_rows
from amends.policy.queries import stack_on


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """Every life of this version with today's limits."""
    limits = stack_on(clock.now().astimezone(HERE).date()).terms.limits
    lengths = {name: (Limit.parse(cell.value).in_words(), cell.source) for name, cell in limits.items()}
    return render(request, "office/lifecycle.html", {"drawing": case_drawing(), "lives": [_life(life, lengths) for life in lives()]})


def _life(life: Life, lengths: dict[str, Any]) -> dict[str, Any]:
    stages = [{"row": row, "length": lengths.get(row.limit)} for row in stage_rows(life)]
    moves = [
        {
            "origins": names_of(life, row.origins),
            "verb": row.done,
            "key": row.verb,
            "by": parties_of(row.by),
            "counted": row.counted,
            "becomes": None if row.becomes == "=" else names_of(life, [row.becomes])[0],
        }
        for row in move_rows(life)
    ]
    return {"key": life.name, "name": LIFE_NAMES[life.name], "says": LIFE_SAYS[life.name], "stages": stages, "moves": moves}
