"""What both sides, and an agent for one of them, do in an appeal: lodge it, enter it, speak to it, take it back.

What the examiner does stands in examining.py, what comes of an answer in appeal_followers.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amends.cases.hands import check_hand, check_impartial, check_not_reader
from amends.cases.models import Case
from amends.cases.record import an_act, verb
from amends.cases.taking import take, take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.rulings.appeal_evidence import NewPiece, facts_of, keep_pieces
from amends.rulings.appeal_queries import OVER, open_appeal
from amends.rulings.models import Appeal
from amends.rulings.queries import unbound_ruling

LEAST_REASONS = 10
LONGEST_CALLER = 200
CALLER = "appeal_caller"
PAGE, API, CALL, MAIL = "page", "api", "call", "mail"
ENTERED: dict[str, Text] = {
    PAGE: say("网页", "the page"), API: say("接口", "the API"), CALL: say("电话", "a call"), MAIL: say("邮件", "a mail"),
}  # fmt: skip
BY_AGENT = (CALL, MAIL)
SIDES = (Party.CONSUMER, Party.MERCHANT)


@dataclass(frozen=True, slots=True)
class Contact:
    """How an appeal reached an agent: over which channel (call, mail), when, and who it was and how that was made sure of."""

    entered_from: str
    came_at: datetime
    caller: str


@verb("case", "appeal")
def appeal(ref: str, *, words: str, new_evidence: Sequence[NewPiece] = (), entered_from: str = PAGE, by: Actor) -> Appeal:
    """The ruling is stayed and somebody who took no part looks at it; the final answer comes within the time of `appeal_ends`.

    `words` say what is wrong with the ruling; each new piece says why it could not be had before. Raises NotFound, NotYourMove, NoSuchMove
    (too late, once a case, final, by rule), Unprocessable where words or reasons lack or a file is unknown.
    """
    if entered_from not in (PAGE, API):
        wrong = say("来电和来信由客服登记。", "Calls and mails are entered by an agent.")
        raise Unprocessable.field("entered_from", wrong, code="not_entered")
    return _lodge(take(ref, by), words, new_evidence, {"entered_from": entered_from}, by, by)


@an_act
def enter_appeal(
    ref: str, *, side: str, contact: Contact, words: str, new_evidence: Sequence[NewPiece] = (), by: Actor
) -> Appeal:  # fmt: skip
    """The same, for a consumer or merchant who called or wrote: an agent enters it, and the timeline says whose it is, how and when it
    came, and who entered it. Who called is kept as a text that can be erased, for the platform and that side alone.

    Raises NotYourMove for whoever is not of the platform or belongs to a side, NoSuchMove as `appeal`, Unprocessable for another side or
    channel, an instant before the ruling or to come, and where nobody is named.
    """
    case = take(ref, by)
    check_not_reader(by)
    if by.party is not Party.PLATFORM or by.user_id is None:
        raise NotYourMove(say("只有平台客服可以代为登记申诉。", "Only an agent of the platform enters an appeal for somebody."))
    check_impartial(case, by.user_id)
    if side not in [party.value for party in SIDES]:
        raise Unprocessable.field("side", say("申诉方是消费者或者商家。", "Consumer or merchant appeals."), code="unknown_side")
    who = _checked_contact(case, contact)
    how = {"entered_from": contact.entered_from, "came_at": contact.came_at.isoformat()}
    row = _lodge(case, words, new_evidence, how, by, by.as_party(Party(side)))
    # A line of its own, since a proof file holds every text that a line names to whoever may read the line.
    text = keep_text(case, CALLER, who, by)
    row.tell("note_caller", by, facts={"appeal": row.ref, **told(text)}, audience=f"{side},platform")
    return row


def _checked_contact(case: Case, contact: Contact) -> str:
    """Who called, in clean words. A minute is as exact as people write a time."""
    if contact.entered_from not in BY_AGENT:
        raise Unprocessable.field("entered_from", say("来源是电话或者邮件。", "It came by call or mail."), code="unknown_channel")
    who = clean_words(contact.caller, field="caller", longest=LONGEST_CALLER)
    if not who:
        nobody = say("请写明来电或来信的是谁、怎样核实的。", "Say who called or wrote, and how you made sure of it.")
        raise Unprocessable.field("caller", nobody, code="required")
    review = unbound_ruling(case)
    early = review is not None and review.ruled_at is not None and contact.came_at < review.ruled_at.replace(second=0, microsecond=0)
    if early or contact.came_at > clock.now():
        wrong = say("时间应在裁决之后、现在之前。", "It came after the ruling and not later than now.")
        raise Unprocessable.field("came_at", wrong, code="wrong_time")
    return who


def _lodge(case: Case, words: str, new: Sequence[NewPiece], how: dict[str, str], by: Actor, hand: Actor) -> Appeal:
    short = say("请写明裁决哪里不对，至少 {least} 个字。", "Say in {least} characters at least what is wrong with the ruling.")
    said = long_enough(words, short)
    pieces = keep_pieces(case, new, by, hand)
    text = keep_text(case, "appeal", said, hand)
    facts: dict[str, Any] = {"side": hand.party.value, **how, "limit": "appeal_ends", **facts_of(pieces), **told(text)}
    case.move("appeal", hand, facts=facts)
    row = open_appeal(case)
    assert row is not None  # noqa: S101 - the follower of `case.appeal` has just written it
    row.grounds, row.new_evidence, row.entered_by_id = text, pieces, by.user_id if by is not hand else None
    row.save(update_fields=["grounds", "new_evidence", "entered_by"])
    return row


@an_act
def reply_appeal(ref: str, *, words: str = "", new_evidence: Sequence[NewPiece] = (), by: Actor) -> Appeal:
    """A side spoke to an appeal that is open: the examiner reads it beside the file, and judges what is new in it as of any new piece.

    Where the ruling burdens that side too, the appeal is theirs as well from now on: the other side can't take it back alone. Raises
    NoSuchMove where it is answered, NotYourMove for who is no side, Unprocessable where nothing was said or a file has no reason.
    """
    case, row = take_life(Appeal, ref, by)
    check_hand(case, by)
    if by.party not in SIDES:
        raise NotYourMove(say("只有双方可以回应申诉。", "Only the two sides speak to an appeal."))
    if row.is_over:
        raise NoSuchMove(OVER, code="appeal_over")
    said = clean_words(words, field="words")
    if not said and not new_evidence:
        nothing = say("请至少写一句说明或上传一份凭证。", "Give at least a sentence or one piece of evidence.")
        raise Unprocessable.field("words", nothing, code="required")
    mine = sum(piece["party"] == by.party.value for piece in row.new_evidence)
    pieces = keep_pieces(case, new_evidence, by, by, before=mine)
    if pieces:
        row.new_evidence = [*row.new_evidence, *pieces]
        row.save(update_fields=["new_evidence"])
    text = keep_text(case, "appeal_reply", said, by) if said else None
    row.tell("reply_appeal", by, facts={"appeal": row.ref, **facts_of(pieces), **told(text)})
    return row


@verb("appeal", "retract")
def retract(ref: str, *, by: Actor) -> Appeal:
    """Whoever appealed takes it back, and the ruling is carried out. Raises NoSuchMove for the other side, and where the ruling burdens the
    other side too and it has joined the appeal or still has time to."""
    _, row = take_life(Appeal, ref, by)
    row.move("retract", by, facts={"appeal": row.ref})
    return row


def long_enough(words: str, short: Text) -> str:
    """The words, cleaned. Raises Unprocessable with `short` where they are no reasons."""
    said = clean_words(words, field="words", required=True)
    if len(said) < LEAST_REASONS:
        raise Unprocessable.field("words", short.filled(least=LEAST_REASONS), code="too_short")
    return said
