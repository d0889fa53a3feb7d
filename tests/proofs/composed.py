"""The lives of one matter side by side, without a database: every road that people, jobs, a gateway and the clock can take through them.

Tables, followers, guards, listeners and what holds a case open are read from the product (amends/*/rules, amends/wiring.py), each in its
order; what a follower or a guard does is said here, by its name, for stages alone. `unknown` and `gone` tell where the two differ.

Walked: case, grants, offers, reviews, appeal, parcels back and home, inspections, refunds; one order line of `units` pieces, one tender,
`offers` proposals, two parcels back. Left out, because they are other cases' roads or have proofs of their own: merging, splitting and
reopening; a refund that came back (reversed); a parcel turned round on its way; goods for goods. Not about sums, texts or instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from amends import wiring
from amends.cases import hooks
from amends.cases.rules.lives import CASE, GRANT
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH, Life
from amends.refunds.books import LIVE as PAYING
from amends.refunds.books import LOCKED
from amends.refunds.books import OPEN as UNPAID
from amends.refunds.rules import REFUND
from amends.returns.queries.whereabouts import GONE, KEPT, LEFT_FOR_HOME, NEVER_CAME, NO_WAY, SAID_MISSING
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.queries import CONTESTED
from amends.rulings.rules import APPEAL, REVIEW
from amends.talks.rules import OFFER

WALKED: dict[str, Life] = {life.name: life for life in (CASE, GRANT, OFFER, REVIEW, APPEAL, RETURN_SHIPMENT, INSPECTION, REFUND)}
SLOTS = {
    "case": "case", "review": "review", "appeal": "appeal", "offer": "offer", "parcel": "return_shipment", "home": "return_shipment",
    "grant": "grant", "inspection": "inspection", "refund": "refund",
}  # fmt: skip
"""Where a life stands in a matter, and the table that it lives by."""
STANDING = {slot: frozenset(WALKED[life].open_stages) for slot, life in SLOTS.items()}
"""The stages of each that are not over."""
MOST_PARCELS = 2
LIVE = ("owed", "doing", "done")
OVER = ("closed", "merged")
Move = tuple[str, str]
Spot = tuple[str, int]
Key = tuple[object, ...]

BESIDE = {
    "compensation.", "deliveries.", "liability.", "repairs.", "replacements.", "tasks.",  # lives not walked
    "cases.grants.take_back", "cases.verbs.extending.drop_passed", "cases.verbs.merging.check_carrier",
    "refunds.verbs.name_owner", "returns.addressing.use_address_on_file", "returns.verbs.pickups.", "returns.verbs.sparing.only_on_request",
    "rulings.appeal_followers.ask_again", "rulings.appeal_followers.make_good", "talks.followers.drop_asked",
    "rulings.appeal_followers.name_head", "rulings.appeal_followers.own_appeal",
    "rulings.listeners.burdened_side_only", "rulings.listeners.give_to_another", "rulings.listeners.needless",
    "rulings.listeners.no_report_came", "rulings.listeners.nothing_came", "rulings.listeners.somebody_decides",
}  # fmt: skip
"""Followers and guards that change no stage walked here, or refuse less than is tried here; whole rooms end in a dot."""


class Refused(Exception):
    """A guard or a table says no, and nothing of the act has happened."""


# ── the rules, as the product has them or with one thing changed ─────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rules:
    """Tables and wiring of the walked lives. `roads`: (life, stage, verb) -> [(party, becomes)]."""

    roads: Mapping[tuple[str, str, str], tuple[tuple[Party, str], ...]]
    silence: Mapping[tuple[str, str], tuple[str, ...]]
    followers: Mapping[Move, tuple[str, ...]]
    guards: Mapping[Move, tuple[str, ...]]
    listeners: Mapping[Move, frozenset[str]]
    verbs: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    buttons: frozenset[Move] = frozenset()
    opening: str = "drafted"

    def who_may(self, life: str, stage: str, verb: str) -> tuple[tuple[Party, str], ...]:
        return self.roads.get((life, stage, verb), ())

    def without(self, move: str, name: str) -> Rules:
        """The product in which `move` is not followed, or not guarded, by the function `name`."""
        key = _key(move)
        cut = {part: {**rows, key: tuple(n for n in rows.get(key, ()) if n != name)}
               for part, rows in (("followers", self.followers), ("guards", self.guards)) if name in rows.get(key, ())}  # fmt: skip
        assert cut, (move, name)
        return replace(self, **cut)  # type: ignore[arg-type]

    def deaf(self, move: str, name: str) -> Rules:
        """The product in which the job `name` does not hear of `move`."""
        key = _key(move)
        assert name in self.listeners[key]
        return replace(self, listeners={**self.listeners, key: self.listeners[key] - {name}})

    def silent_about(self, *verbs: str) -> Rules:
        """The product without the buttons of these verbs: fewer roads."""
        return replace(self, buttons=self.buttons - {_key(verb) for verb in verbs})

    def patient(self, place: str) -> Rules:
        """The product in which silence means nothing at the stage `place`: its limit is gone."""
        life, stage = _key(place)
        roads = {k: tuple(r for r in row if (k[0], k[1]) != (life, stage) or r[0] is not Party.CLOCK) for k, row in self.roads.items()}
        assert roads != self.roads
        return replace(self, roads=roads, silence={**self.silence, (life, stage): ()})


def _key(move: str) -> Move:
    life, verb = move.split(".")
    return life, verb


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}".removeprefix("amends.")


def bound(rows: tuple[tuple[str, Callable[..., object]], ...]) -> dict[Move, tuple[str, ...]]:
    """What wiring binds to the moves of the walked lives, by name, in its order."""
    found: dict[Move, list[str]] = {}
    for move, function in rows:
        if _key(move)[0] in WALKED:
            found.setdefault(_key(move), []).append(name_of(function))
    return {move: tuple(names) for move, names in found.items()}


def product(same: Mapping[str, tuple[str, ...]] | None = None) -> Rules:
    """The rules as the product has them. `same`: stages that are looked at as one, the first of them; a class may do what any of its
    members may, so that nothing that can happen is lost."""
    one = {(life, stage): stages[0] for name, stages in (same or {}).items() for life in [name.split(".")[0]] for stage in stages}
    roads: dict[tuple[str, str, str], dict[tuple[Party, str], None]] = {}
    silence: dict[tuple[str, str], dict[str, None]] = {}
    verbs: dict[tuple[str, str], dict[str, None]] = {}
    for name, life in WALKED.items():
        for (stage, verb, party), becomes in life.moves.items():
            here, there = one.get((name, stage), stage), one.get((name, becomes), becomes)
            roads.setdefault((name, here, verb), {})[party, there] = None
            verbs.setdefault((name, here), {})[verb] = None
        for stage, row in life.stages.items():
            silence.setdefault((name, one.get((name, stage), stage)), {}).update(dict.fromkeys(row.silence))
    heard: dict[Move, set[str]] = {}
    for move, job, _ in wiring.LISTENS:
        heard.setdefault(_key(move), set()).add(job)
    return Rules(
        {key: tuple(rows) for key, rows in roads.items()}, {key: tuple(rows) for key, rows in silence.items()},
        bound(wiring.FOLLOWS), bound(wiring.ASKS_FIRST), {move: frozenset(names) for move, names in heard.items()},
        {key: tuple(rows) for key, rows in verbs.items()}, frozenset(hooks.VERBS), one.get(("case", "drafted"), "drafted"),
    )  # fmt: skip


# ── one matter ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Piece:
    """One unit: its newest grant, what was found and paid under it, and where it is. `stale`: its parcel back is of a grant that is void
    while another took its place; `again`: the parcel back is younger than the way home; `heard`: the ruling that waits has heard it;
    `denied`: one that bound gave nothing for it."""

    grant: str = BIRTH
    remedy: str = ""
    inspection: str = BIRTH
    refund: str = BIRTH
    home: str = BIRTH
    parcel: int = -1
    stale: bool = False
    again: bool = False
    heard: bool = False
    denied: bool = False

    def key(self) -> tuple[str, str, str, str, str, int, bool, bool, bool, bool]:
        return (
            self.grant, self.remedy, self.inspection, self.refund, self.home, self.parcel, self.stale, self.again, self.heard, self.denied,
        )  # fmt: skip

    @property
    def is_to_hear(self) -> bool:
        """S5: never answered, neither by a grant nor by a ruling; or contested."""
        return (self.grant == BIRTH and not self.denied) or self.inspection in CONTESTED


class Choices:
    """What is left open here, sums or an arbiter's mind, is tried in every way: one tape of answers for each run."""

    def __init__(self, tape: list[int]) -> None:
        self.tape, self.asked = tape, list[tuple[int, int]]()

    def of(self, options: int) -> int:
        chosen = self.tape[len(self.asked)] if len(self.asked) < len(self.tape) else 0
        self.asked.append((chosen, options))
        return chosen

    def next(self) -> list[int] | None:
        """The tape of the next run, None when all were run."""
        rest = list(self.asked)
        while rest and rest[-1][0] == rest[-1][1] - 1:
            rest.pop()
        return [chosen for chosen, _ in rest[:-1]] + [rest[-1][0] + 1] if rest else None


class Matter:
    """Everything about one case that decides what may happen next."""

    def __init__(self, rules: Rules, key: Key, choices: Choices | None = None) -> None:
        self.rules, self.choices = rules, choices or Choices([])
        case, review, appeal, ruling, asked, appealed, final, reviewed, parcels, offers, pieces = key
        self.case, self.review, self.appeal, self.ruling = str(case), str(review), str(appeal), str(ruling)
        self.asked, self.appealed, self.final, self.reviewed = bool(asked), bool(appealed), bool(final), bool(reviewed)
        self.parcels: list[str] = list(parcels)  # type: ignore[call-overload]
        self.offers: list[str] = list(offers)  # type: ignore[call-overload]
        self.pieces: list[Piece] = [Piece(*piece) for piece in pieces]  # type: ignore[attr-defined]
        self.made: list[Move] = []
        self.wrongs: list[str] = []
        self.calls: list[tuple[Spot, str]] = []

    def key(self) -> Key:
        """Two units of a line that stand alike are alike, and so are two offers."""
        return (
            self.case, self.review, self.appeal, self.ruling, self.asked, self.appealed, self.final, self.reviewed, tuple(self.parcels),
            tuple(sorted(self.offers)), tuple(sorted(piece.key() for piece in self.pieces)),
        )  # fmt: skip

    def at(self, spot: Spot) -> str:
        slot, i = spot
        if slot in ("case", "review", "appeal"):
            return str(getattr(self, slot))
        if slot in ("offer", "parcel"):
            return (self.offers if slot == "offer" else self.parcels)[i]
        return str(getattr(self.pieces[i], slot))

    def put(self, spot: Spot, stage: str) -> None:
        slot, i = spot
        if slot in ("case", "review", "appeal"):
            setattr(self, slot, stage)
        elif slot in ("offer", "parcel"):
            (self.offers if slot == "offer" else self.parcels)[i] = stage
        else:
            setattr(self.pieces[i], slot, stage)

    def spots(self) -> Iterator[Spot]:
        yield from (("case", 0), ("review", 0), ("appeal", 0))
        yield from (("parcel", i) for i in range(len(self.parcels)))
        yield from (("offer", i) for i in range(len(self.offers)))
        for i in range(len(self.pieces)):
            yield from ((slot, i) for slot in ("grant", "inspection", "refund", "home"))

    # ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def move(self, spot: Spot, verb: str, party: Party, because: str = "") -> None:
        """As LifeRow.move: table, guards, stage, followers in their order."""
        life, stage = SLOTS[spot[0]], self.at(spot)
        roads = [becomes for who, becomes in self.rules.who_may(life, stage, verb) if who is party]
        if not roads:
            raise Refused(f"{life}.{stage} {verb} by {party}")
        for name in self.rules.guards.get((life, verb), ()):
            if name in GUARDS and not GUARDS[name](self, party):
                raise Refused(f"{name}: {life}.{verb}")
        self.put(spot, roads[0] if len(roads) == 1 else roads[self.choices.of(len(roads))])
        self.made.append((life, verb))
        for name in self.rules.followers.get((life, verb), ()):
            if name in EFFECTS:
                EFFECTS[name](self, spot, party, because or verb)

    def follow(self, spot: Spot, verb: str, cause: Party, because: str = "") -> bool:
        """As LifeRow.follow."""
        who = [party for party, _ in self.rules.who_may(SLOTS[spot[0]], self.at(spot), verb)]
        if not who:
            return False
        self.move(spot, verb, cause if cause in who else who[0], because)
        return True

    def may(self, verb: str, party: Party) -> bool:
        """As Case.may."""
        names = self.rules.guards.get(("case", verb), ())
        is_there = any(who is party for who, _ in self.rules.who_may("case", self.case, verb))
        return is_there and all(GUARDS[name](self, party) for name in names if name in GUARDS)

    # ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def may_end(self) -> bool:
        return bool(self.rules.who_may("case", self.case, "complete"))

    def is_decided(self) -> bool:
        return self.may_end() and not self.rules.who_may("case", self.case, "rule")

    def contested(self) -> list[int]:
        return [i for i, piece in enumerate(self.pieces) if piece.inspection in CONTESTED]

    def is_something_open(self) -> bool:
        """What holds the case open (S3)."""
        hears = self.asked or any(piece.is_to_hear for piece in self.pieces)
        if (self.review in STANDING["review"] and hears) or self.appeal in STANDING["appeal"]:
            return True
        return any(stage in STANDING["parcel"] for stage in self.parcels) or any(
            piece.grant in STANDING["grant"] or piece.inspection in STANDING["inspection"] or piece.refund in UNPAID
            or piece.home in STANDING["home"] for piece in self.pieces
        )  # fmt: skip

    def may_be_reviewed(self) -> bool:
        return self.is_something_open() and (bool(self.contested()) or not self.reviewed)

    def back(self, piece: Piece) -> str:
        stage = self.parcels[piece.parcel] if piece.parcel >= 0 else ""
        return "" if stage in NO_WAY else stage

    def way_home(self, piece: Piece) -> str:
        return "" if piece.again or piece.home in (BIRTH, *NO_WAY) else piece.home

    def locked(self, piece: Piece) -> bool:
        """S7, S9."""
        away = self.way_home(piece) in LEFT_FOR_HOME or piece.inspection in SAID_MISSING
        gone = self.back(piece) in GONE or self.way_home(piece) in KEPT
        return away or gone or piece.denied or piece.grant == "done" or (piece.grant in LIVE and piece.refund in LOCKED)

    # ── what several effects share ───────────────────────────────────────────────────────────────────────────────────────────

    def owe(self, i: int, remedy: str, *, new: bool = True) -> None:
        piece = self.pieces[i]
        if piece.grant in LIVE:
            self.wrongs.append("a second grant of a unit that has one (S1)")
        if piece.refund in PAYING:
            self.wrongs.append("a refund lives on under a grant that is void")
        piece.stale = piece.stale or (new and piece.parcel >= 0)
        piece.grant, piece.remedy, piece.refund = "owed", remedy, BIRTH
        self.made.append(("grant", "grant"))

    def intend(self, i: int, by: Party) -> None:
        piece = self.pieces[i]
        if piece.grant not in ("owed", "doing"):
            return
        self.follow(("grant", i), "begin", by)
        if piece.refund not in PAYING:
            piece.refund = BIRTH
            self.move(("refund", i), "intend", Party.PLATFORM)

    def owe_anew(self, i: int) -> bool:
        """In place of a unit that is gone; nothing where something of it is owed or was paid (S1)."""
        if self.pieces[i].grant in LIVE:
            return False
        self.owe(i, "refund_only")
        return True

    def go_home(self, pieces: list[int]) -> None:
        for i in pieces:
            piece = self.pieces[i]
            at_merchant = self.back(piece) == "received" and not self.way_home(piece) and piece.inspection not in NEVER_CAME
            if not at_merchant:
                continue
            if piece.home != BIRTH and not WALKED["return_shipment"].stages[piece.home].is_over:
                self.wrongs.append("a second way home beside one that is open")
            piece.home, piece.again = BIRTH, False
            self.move(("home", i), "send_home", Party.PLATFORM)

    def drop_unsent(self, by: Party) -> None:
        for n in range(len(self.parcels)):
            mine = [piece for piece in self.pieces if piece.parcel == n and not piece.stale]
            if self.parcels[n] != BIRTH and not any(piece.grant in ("owed", "doing") for piece in mine):
                self.follow(("parcel", n), "drop", by)

    def call(self, because: str) -> None:
        self.follow(("case", 0), "call_platform", Party.CONSUMER, because)


Effect = Callable[[Matter, Spot, Party, str], None]
EFFECTS: dict[str, Effect] = {}
GUARDS: dict[str, Callable[[Matter, Party], bool]] = {}
"""What followers and guards do, by their names in wiring; composed_moves.py fills both."""
