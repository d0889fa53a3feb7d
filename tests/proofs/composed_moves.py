"""What each follower, guard and job of the product does to the stages of a matter, by its name in wiring: one short function for each.

The rules themselves stand in the product's docstrings; here is what they come to where only stages are looked at (composed.py).
"""

from __future__ import annotations

from collections.abc import Callable

from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH
from amends.returns.queries.whereabouts import ARRIVED, NEVER_CAME, NO_WAY, TAKES_MORE, TO_SEND_HOME, WAITS_FOR_FINDING
from amends.returns.rules import INSPECTION
from amends.returns.settling import DISPUTED
from amends.rulings.queries import CONTESTED
from tests.proofs.composed import EFFECTS, GUARDS, LIVE, OVER, Effect, Matter, Spot

PAYABLE = frozenset(INSPECTION.moves["contested", verb, Party.ARBITER] for verb in ("find_payable", "find_reduced"))


def follows(name: str) -> Callable[[Effect], Effect]:
    def keep(effect: Effect) -> Effect:
        EFFECTS[name] = effect
        return effect

    return keep


@follows("cases.grants.owe_claim")
def owe_claim(m: Matter, spot: Spot, by: Party, because: str) -> None:
    for i, piece in enumerate(m.pieces):
        if piece.grant not in LIVE:
            m.owe(i, "return_refund")


@follows("rulings.listeners.open_round")
def open_round(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if m.review not in (BIRTH, "ruled", "dropped"):
        m.wrongs.append("a second review beside one that is open")
    m.review, m.reviewed, m.final = BIRTH, True, False
    m.move(("review", 0), "open_round", Party.PLATFORM)


@follows("rulings.appeal_followers.hear_anew")
def hear_anew(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if because != "person":
        m.ruling, m.final = BIRTH, True
        for piece in m.pieces:
            piece.heard = False


@follows("rulings.appeal_followers.begin_appeal")
def begin_appeal(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if m.ruling != BIRTH and because != "person":
        m.appealed = True
        m.move(("appeal", 0), "appeal", by)


@follows("cases.lanes.hand_to_a_person")
def hand_to_a_person(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.asked = True


@follows("rulings.listeners.before_a_person")
def before_a_person(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if not m.rules.who_may("case", m.case, "let_stand") or m.ruling == BIRTH:
        if m.may("call_platform", by):
            m.move(("case", 0), "call_platform", by)
        return
    for piece in m.pieces:
        piece.heard = False
    m.follow(("case", 0), "appeal", by, "person")
    m.ruling = BIRTH
    m.follow(("case", 0), "send_back", by, "person")


@follows("rulings.listeners.case_is_ruled")
def case_is_ruled(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.ruling = "default" if by is Party.CLOCK else "given"
    for piece in m.pieces:
        piece.heard = piece.is_to_hear
    m.follow(("case", 0), "rule", by)


@follows("rulings.listeners.drop_review")
def drop_review(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.follow(("review", 0), "drop", by)
    m.ruling = BIRTH
    for piece in m.pieces:
        piece.heard = False


@follows("rulings.listeners.end_needless")
def end_needless(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.follow(("review", 0), "drop", by)


@follows("rulings.listeners.bind")
def bind(m: Matter, spot: Spot, by: Party, because: str) -> None:
    """Each unit that was heard is given or denied: an arbiter may say of each what he likes."""
    if m.ruling == BIRTH:
        return
    m.ruling = BIRTH
    for i, piece in enumerate(m.pieces):
        was_heard, piece.heard = piece.heard, False
        if not was_heard:
            continue
        for_it = m.choices.of(2) == 0
        if piece.inspection in CONTESTED:
            m.follow(("inspection", i), "find_payable" if for_it else "find_unpayable", by)
        elif piece.grant == BIRTH and for_it:
            m.owe(i, "return_refund")
        elif piece.grant == BIRTH:
            piece.denied = True
    call_for_unheard(m, spot, by, because)


@follows("rulings.listeners.call_for_unheard")
def call_for_unheard(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if m.contested():
        m.call("contest")


@follows("rulings.listeners.call_for_contest")
def call_for_contest(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.call("contest")


@follows("rulings.appeal_followers.lead_case")
def lead_case(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.follow(("case", 0), because, by)


@follows("rulings.appeal_followers.drop_appeal")
def drop_appeal(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.follow(("appeal", 0), "drop", by)


@follows("talks.followers.settle_case")
def settle_case(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.move(("case", 0), "settle", by)


@follows("talks.followers.drop_others")
def drop_others(m: Matter, spot: Spot, by: Party, because: str) -> None:
    for i in range(len(m.offers)):
        m.follow(("offer", i), "drop", by)


@follows("talks.followers.owe_settled")
def owe_settled(m: Matter, spot: Spot, by: Party, because: str) -> None:
    """Every unit that is not locked has a part of the mix: money and the goods back, money alone, or nothing."""
    free = [i for i, piece in enumerate(m.pieces) if not m.locked(piece)]
    void = [i for i in free if m.pieces[i].grant in ("owed", "doing")]
    for i in void:
        m.follow(("refund", i), "drop", by)
        m.follow(("grant", i), "void", by)
    was_void = [i for i in free if m.pieces[i].grant == "void" and i not in void]
    parts = {i: ("return_refund", "refund_only", "")[m.choices.of(3)] for i in free}
    for i, remedy in parts.items():
        if remedy:
            m.owe(i, remedy)
    idle, found = [], []
    for i in [*void, *(i for i in was_void if parts[i])]:
        piece = m.pieces[i]
        if parts[i] != "return_refund":
            m.follow(("inspection", i), "drop", by)
            idle.append(i)
        elif m.back(piece) and piece.inspection not in NEVER_CAME:
            piece.stale = False
            m.follow(("grant", i), "begin", by)
            if piece.home == TO_SEND_HOME:
                m.follow(("home", i), "drop", by)
            if piece.inspection in DISPUTED:
                m.follow(("inspection", i), "drop", by)
            if m.back(piece) == ARRIVED and piece.inspection != WAITS_FOR_FINDING:
                found.append(i)
    m.drop_unsent(by)
    m.go_home(idle)
    for i in found:
        m.intend(i, by)


@follows("refunds.listeners.let_go")
def let_go(m: Matter, spot: Spot, by: Party, because: str) -> None:
    if m.case in OVER:
        return
    free = [i for i, piece in enumerate(m.pieces) if piece.grant in ("owed", "doing") and not m.locked(piece)]
    for i in free:
        m.follow(("refund", i), "drop", by)
        m.follow(("inspection", i), "drop", by)
        m.follow(("grant", i), "void", by)
    m.drop_unsent(by)
    m.go_home(free)


@follows("returns.listeners.begin_inspection")
def begin_inspection(m: Matter, spot: Spot, by: Party, because: str) -> None:
    idle = []
    for i, piece in enumerate(m.pieces):
        if spot[0] != "parcel" or piece.parcel != spot[1]:
            continue
        if not piece.stale and piece.grant == "owed":
            m.follow(("grant", i), "begin", by)
        if not piece.stale and piece.grant == "doing":
            piece.inspection = BIRTH
            m.move(("inspection", i), "await_goods", Party.PLATFORM)
        elif piece.stale or piece.grant == "void":
            idle.append(i)
    m.go_home(idle)


@follows("returns.listeners.void_unsent")
def void_unsent(m: Matter, spot: Spot, by: Party, because: str) -> None:
    for i, piece in enumerate(m.pieces):
        if piece.parcel == spot[1] and not piece.stale:
            m.follow(("grant", i), "void", Party.PLATFORM)


@follows("refunds.listeners.pay_for_lost")
def pay_for_lost(m: Matter, spot: Spot, by: Party, because: str) -> None:
    inside = [spot[1]] if spot[0] == "home" else [i for i, piece in enumerate(m.pieces) if piece.parcel == spot[1]]
    for i in inside:
        piece = m.pieces[i]
        if (spot[0] == "parcel" and not piece.stale and piece.grant in LIVE) or m.owe_anew(i):
            m.intend(i, by)


@follows("refunds.listeners.buy_kept")
def buy_kept(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.owe_anew(spot[1])


@follows("refunds.listeners.pay_accepted")
def pay_accepted(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.intend(spot[1], by)


@follows("refunds.listeners.end_of_finding")
def end_of_finding(m: Matter, spot: Spot, by: Party, because: str) -> None:
    piece = m.pieces[spot[1]]
    if piece.inspection in PAYABLE:
        m.intend(spot[1], by)
    elif m.follow(("grant", spot[1]), "void", by) and piece.inspection == "unpayable":
        m.go_home([spot[1]])


@follows("refunds.listeners.fulfil")
def fulfil(m: Matter, spot: Spot, by: Party, because: str) -> None:
    m.follow(("grant", spot[1]), "fulfil", by)


def refuses_unless(name: str) -> Callable[[Callable[[Matter, Party], bool]], Callable[[Matter, Party], bool]]:
    def keep(holds: Callable[[Matter, Party], bool]) -> Callable[[Matter, Party], bool]:
        GUARDS[name] = holds
        return holds

    return keep


@refuses_unless("cases.verbs.ending.nothing_open")
def nothing_open(m: Matter, by: Party) -> bool:
    return not m.is_something_open()


@refuses_unless("rulings.listeners.something_to_review")
def something_to_review(m: Matter, by: Party) -> bool:
    return not m.is_decided() or m.may_be_reviewed()


@refuses_unless("rulings.appeal_followers.may_be_appealed")
def may_be_appealed(m: Matter, by: Party) -> bool:
    if m.ruling == "default":
        return m.asked
    return m.ruling == BIRTH or not (m.final or m.appealed)


@refuses_unless("rulings.listeners.something_for_a_person")
def something_for_a_person(m: Matter, by: Party) -> bool:
    stands = bool(m.rules.who_may("case", m.case, "let_stand")) and m.ruling == "given"
    return not m.asked and not stands and (not m.is_decided() or m.may_be_reviewed())


@refuses_unless("rulings.listeners.no_machine_after_asking")
def no_machine_after_asking(m: Matter, by: Party) -> bool:
    return not m.asked


# ── what nobody may move by hand: the jobs ───────────────────────────────────────────────────────────────────────────────────


def begin_returns(m: Matter) -> bool:
    """The job that asks for goods: every owed grant that wants them is begun, in one parcel."""
    owed = [i for i, piece in enumerate(m.pieces) if piece.grant == "owed" and piece.remedy == "return_refund"]
    if not owed:
        return False
    for i in owed:
        m.move(("grant", i), "begin", Party.PLATFORM)
    known = next((n for n, stage in enumerate(m.parcels) if stage in TAKES_MORE), None)
    if known is None:
        known = next((n for n, stage in enumerate(m.parcels) if stage in (BIRTH, *NO_WAY)), None)
        if known is None:
            raise Beyond
        m.parcels[known] = BIRTH
        m.move(("parcel", known), "ask_back", Party.PLATFORM)
    for i in owed:
        m.pieces[i].parcel, m.pieces[i].stale, m.pieces[i].again = known, False, m.pieces[i].home != BIRTH
        m.pieces[i].inspection = BIRTH  # what was found in an older parcel says nothing of this one
    return True


def begin_refunds(m: Matter) -> bool:
    """The job that intends what wants no goods."""
    owed = [i for i, piece in enumerate(m.pieces) if piece.grant == "owed" and piece.remedy == "refund_only"]
    for i in owed:
        m.intend(i, Party.PLATFORM)
    return bool(owed)


class Beyond(Exception):
    """A third parcel back: outside of what is walked."""


JOBS: dict[str, Callable[[Matter], bool]] = {"begin_return": begin_returns, "begin_refund": begin_refunds}
STARTED_BY = {"return_refund": "begin_return", "refund_only": "begin_refund"}
