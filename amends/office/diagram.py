"""The life of a case drawn as SVG on the server: the stages at their places, an arrow for each way from one to another.

LEFT_OUT are verbs that lead from nearly everywhere to one place; the page names them instead of drawing them.
Places are set by hand for the case's stages, the arrows come from the table; a stage without a place is drawn in the last row, so that
a table that has grown is never shown short. Colours and letters are the style sheet's.
"""

from __future__ import annotations

from dataclasses import dataclass

from amends.cases.rules.lives import CASE
from amends.cases.words import DONE, STAGES
from amends.faces.parties import look
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH
from amends.kernel.texts import Text

WIDE, HIGH, ACROSS, DOWN, EDGE = 152, 46, 196, 92, 12
PLACES: dict[str, tuple[int, int]] = {
    "drafted": (0, 0),
    "triage": (0, 1),
    "awaiting_leader": (1, 0),
    "awaiting_merchant": (1, 1),
    "awaiting_proof": (1, 2),
    "refused": (2, 0),
    "answering_proof": (2, 2),
    "in_review": (2, 3),
    "executing": (3, 1),
    "ruled": (3, 3),
    "appealed": (4, 3),
    "unwinding": (4, 2),
    "merged": (4, 0),
    "closed": (4, 1),
}
LEFT_OUT = ("withdraw", "settle", "merge", "unmerge")


@dataclass(frozen=True, slots=True)
class Box:
    """One stage: its corner, its words, and the colour of whom it waits for."""

    key: str
    x: int
    y: int
    name: Text
    party: str
    over: bool

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + WIDE / 2, self.y + HIGH / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from a stage to another, with the verbs that lead there; `silent` where the clock may take it."""

    path: str
    verbs: list[Text]
    silent: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    left_out: list[Text]


def case_drawing() -> Drawing:
    """The case as boxes and arrows."""
    boxes = {key: _box(key, at) for at, key in enumerate(CASE.stages)}
    ways: dict[tuple[str, str], list[tuple[str, Party]]] = {}
    for (origin, verb, party), becomes in CASE.moves.items():
        if origin not in (BIRTH, becomes) and verb not in LEFT_OUT:
            ways.setdefault((origin, becomes), []).append((verb, party))
    arrows = [
        Arrow(_path(boxes[a], boxes[b]), [DONE[v] for v in dict.fromkeys(v for v, _ in how)], any(p is Party.CLOCK for _, p in how))
        for (a, b), how in ways.items()
    ]
    return Drawing(
        max(box.x for box in boxes.values()) + WIDE + EDGE,
        max(box.y for box in boxes.values()) + HIGH + EDGE,
        list(boxes.values()),
        arrows,
        [DONE[verb] for verb in LEFT_OUT],
    )


def _box(key: str, at: int) -> Box:
    stage = CASE.stages[key]
    column, row = PLACES.get(key, (at % 4, 5))
    party = look(stage.waits_for[0].value if stage.waits_for else None).css
    return Box(key, EDGE + column * ACROSS, EDGE + row * DOWN, STAGES["case", key], party, stage.is_over)


def _path(a: Box, b: Box) -> str:
    """From the edge of `a` to the edge of `b`, bent a little so that the way there and the way back are two lines."""
    (x1, y1), (x2, y2) = _edge(a, b), _edge(b, a)
    across, down = x2 - x1, y2 - y1
    length = max(1.0, (across**2 + down**2) ** 0.5)
    bend = min(26.0, length / 7)
    x, y = (x1 + x2) / 2 - down / length * bend, (y1 + y2) / 2 + across / length * bend
    return f"M{x1:.0f} {y1:.0f} Q{x:.0f} {y:.0f} {x2:.0f} {y2:.0f}"


def _edge(a: Box, b: Box) -> tuple[float, float]:
    """Where the straight line from the middle of `a` to the middle of `b` leaves `a`."""
    (x1, y1), (x2, y2) = a.middle, b.middle
    across, down = x2 - x1, y2 - y1
    scale = min(WIDE / 2 / abs(across) if across else 9.0, HIGH / 2 / abs(down) if down else 9.0)
    return x1 + across * scale, y1 + down * scale
