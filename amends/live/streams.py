"""The streams of this process and what each has yet to be told. No network and no database: reading.py feeds it, app.py writes it out.

Invariants
 1. What a stream has yet to be told is a set, not a queue: a reader who is slow is told once of a hundred changes, and costs no memory.
 2. A stream is registered first and then told what it missed, without a pause between the two; so no change falls between.
 3. The mark sent with an event is the hub's own at that instant: whatever the hub has read by then was told before, or is in this event.
 4. A mark older than what the hub keeps is answered with `reset`: the page looks again at all its parts. Never with silence.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from amends.live.hearing import PARTS, Room, room_of, rooms_of, topics_in
from amends.people.rules import Actor
from amends.plumbing.live import Change, Mark, Reading, mark_of

RING = 5000
"""So many changes are kept for those who come back; whoever missed more looks at everything again."""


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: who reads it, which cases (id to reference) and parts it shows, and what it has yet to be told."""

    actor: Actor
    cases: dict[int, str]
    parts: frozenset[str]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    due_cases: set[str] = field(default_factory=set)
    due_parts: set[str] = field(default_factory=set)
    among: int = 0
    reset: bool = False
    ended: str = ""

    def tell(self, case: str, parts: Iterable[str], among: int) -> None:
        """It will be told of this, together with whatever else is due."""
        self.due_cases.update([case] if case else ())
        self.due_parts.update(parts)
        self.among = max(self.among, among)
        self.wake.set()

    def look_again(self) -> None:
        """It will be told to look at all its parts."""
        self.reset = True
        self.wake.set()

    def end(self, why: str) -> None:
        """It will be told why it ends, and ends."""
        self.ended = why
        self.wake.set()

    def take(self, mark: Mark) -> bytes:
        """What is due, as one event with the mark for coming back; nothing is due any more. A sign of life where nothing was due."""
        self.wake.clear()
        told = {"cases": sorted(self.due_cases), "parts": sorted(self.due_parts), "among": self.among}
        name = "reset" if self.reset else "change" if self.due_cases or self.due_parts else "beat"
        self.due_cases, self.due_parts, self.among, self.reset = set(), set(), 0, False
        return event(name, told if name == "change" else {}, mark)


def event(name: str, told: dict[str, object], mark: Mark | None = None) -> bytes:
    """One event as text/event-stream writes it."""
    numbered = f"id: {mark}\n" if mark else ""
    return f"{numbered}event: {name}\ndata: {json.dumps(told)}\n\n".encode()


class Hub:
    """All streams of this process, by the room in which they listen, and the last changes for whoever comes back."""

    def __init__(self) -> None:
        self.rooms: defaultdict[Room, set[Stream]] = defaultdict(set)
        self.of_user: Counter[int | None] = Counter()
        self.ring: deque[Change] = deque()
        self.floor = 0
        self.snapshot = ""
        self.xmin = 0

    @property
    def streams(self) -> list[Stream]:
        """Every stream."""
        return [stream for room in self.rooms.values() for stream in room]

    @property
    def mark(self) -> Mark:
        """How far this process has read."""
        return mark_of(self.xmin)

    def enter(self, stream: Stream, missed_since: Mark | None) -> None:
        """The stream hears from now on, and of whatever its reader missed since that mark."""
        room = room_of(stream.actor)
        if room is None:
            stream.end("signed_out")
            return
        self.rooms[room].add(stream)
        self.of_user[stream.actor.user_id] += 1
        if missed_since is not None:
            self._catch_up(stream, room, missed_since)

    def leave(self, stream: Stream) -> None:
        """The stream hears nothing any more; nothing happens to one that never entered."""
        room = room_of(stream.actor)
        if room is not None and stream in self.rooms[room]:
            self.rooms[room].discard(stream)
            self.of_user[stream.actor.user_id] -= 1
            if not self.rooms[room]:
                del self.rooms[room]

    def renew(self, stream: Stream, actor: Actor | None) -> None:
        """The reader is this actor now; the stream ends where they may hear nothing any more, or speak for another side."""
        if actor is None or room_of(actor) != room_of(stream.actor):
            stream.end("signed_out")

    def begin(self, reading: Reading) -> None:
        """From this first reading on; who comes back from before it is told to look again, and so are streams that are open."""
        self.ring = deque(reading.changes)
        self.floor = reading.changes[0].xid + 1 if reading.many else 0
        self._reached(reading)
        for stream in self.streams:
            stream.look_again()

    def take(self, reading: Reading) -> None:
        """Every stream that may hear of these changes and shows what they touch will be told."""
        self._reached(reading)
        if reading.many:
            self.ring.clear()
            self.floor = int(reading.snapshot.split(":")[1])
            for stream in self.streams:
                stream.look_again()
        for change in reading.changes:
            self.ring.append(change)
            self._spread(change)
        while len(self.ring) > RING:
            self.floor = max(self.floor, self.ring.popleft().xid + 1)

    def end(self, why: str) -> None:
        """Every stream ends."""
        for stream in self.streams:
            stream.end(why)

    def _reached(self, reading: Reading) -> None:
        self.snapshot, self.xmin = reading.snapshot, reading.xmin

    def _spread(self, change: Change) -> None:
        for room in rooms_of(change):
            if room not in self.rooms:
                continue
            touched = [(stream, *found) for stream in self.rooms[room] if any(found := touches(stream, room, change))]
            for stream, case, parts in touched:
                stream.tell(case, parts, len(touched))

    def _catch_up(self, stream: Stream, room: Room, mark: Mark) -> None:
        if not mark.counts or mark.xmin < self.floor:
            stream.look_again()
            return
        for change in self.ring:
            if change.xid >= mark.xmin and room in rooms_of(change):
                case, parts = touches(stream, room, change)
                if case or parts:
                    stream.tell(case, parts, 1)


def touches(stream: Stream, room: Room, change: Change) -> tuple[str, frozenset[str]]:
    """The case (its reference) and the parts of this page that the change touches; nothing where its reader may not hear of it."""
    topics = topics_in(room, change)
    case = stream.cases.get(change.case_id or 0, "") if "case" in topics else ""
    return case, frozenset(part for part in stream.parts if not topics.isdisjoint(PARTS[part]))
