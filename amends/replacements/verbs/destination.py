"""Where a piece goes and what of the unit it is: to another address than the order went to, and a part of a unit where that is enough.

What a consumer writes of where they live is a text of the case: erasable, and known to the timeline by its digest alone.
"""

from __future__ import annotations

from amends.cases.models import Case, CaseText
from amends.cases.record import an_act
from amends.cases.taking import take_life
from amends.cases.texts import clean_words, keep_text, told
from amends.kernel.parties import Party
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor
from amends.replacements.models import Replacement
from amends.replacements.rules import NOT_LEFT

LONGEST_ADDRESS, LONGEST_PART = 300, 120
SEEN = 12
"""So many signs of an address's digest say which one was meant."""


@an_act
def send_elsewhere(ref: str, *, address: str, by: Actor) -> Replacement:
    """The piece goes to `address` (name and telephone with it) and not where the order went; said again the newest counts.

    Only before it left. Raises NotFound, NotYourMove for anybody but the consumer, NoSuchMove once it left, Unprocessable without one.
    """
    case, row = take_life(Replacement, ref, by)
    if by.party is not Party.CONSUMER or by.only_reads:
        raise NotYourMove(say("只有消费者可以改收货地址。", "Only the consumer has it sent elsewhere."))
    if row.stage not in NOT_LEFT:
        raise NoSuchMove(say("已经发出，不能再改地址。", "It has left; its address can't be changed any more."), code="has_left")
    where = clean_words(address, field="address", longest=LONGEST_ADDRESS)
    if not where:
        raise Unprocessable.field("address", say("请填写收货地址。", "Please give the address."), code="required")
    if row.address is not None and row.address.body == where:
        return row
    row.address = keep_text(case, "destination", where, by)
    row.save(update_fields=["address"])
    row.tell("send_elsewhere", by, facts={"replacement": row.ref, **told(row.address)})
    return row


def may_send_elsewhere(row: Replacement, by: Actor) -> bool:
    """Whether `by` could have it sent to another address now."""
    return by.party is Party.CONSUMER and not by.only_reads and row.stage in NOT_LEFT


def seen_as(row: Replacement) -> str:
    """Which address stands on the piece, for whoever ships it to say that it went there; '' where it goes where the order went."""
    return row.address.digest[:SEEN] if row.address is not None else ""


def check_seen(row: Replacement, sent_to: str) -> None:
    """Raises Unprocessable where another address stands there than whoever ships it saw: it may have come a moment ago."""
    if sent_to.strip() == seen_as(row):
        return
    wrong = say("收货地址和你看到的不同，请按页面上现在的地址发货后再登记。",
                "The address is not the one that you saw. Send it to the one that stands there now, then record it.")  # fmt: skip
    raise Unprocessable.field("sent_to", wrong, code="address_changed")


def clean_part(case: Case, row: Replacement, part: str, by: Actor) -> CaseText | None:
    """What of the unit is sent, kept beside the case; None where it is the whole unit. Raises Unprocessable where a part does not do."""
    words = clean_words(part, field="part", longest=LONGEST_PART)
    if not words:
        return None
    if row.kind != "resend":
        raise Unprocessable.field("part", say("换货要发整件。", "An exchange is of the whole unit."), code="whole_unit")
    return keep_text(case, "part", words, by)
