"""Personal data in words that leave the house: left out unless they are the asker's own, or an authority asks by law.

Words are compared with their digest only where they are whole, so what is masked says that it is. Names of shops are no personal data.
"""

from __future__ import annotations

import re

from amends.cases.models import Case, CaseText
from amends.kernel.texts import Text, say
from amends.people.rules import Actor

ADDRESSES = frozenset({"address", "destination", "sender", "pickup", "visit_address"})
HIDDEN = "＊＊＊"
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Telephone, identity card, bank card: seven digits or more, however they are grouped, are somebody's number; sums are shorter.
NUMBER = re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d(?!\d))\+?\d(?:[ \-]?\d){6,18}[\dXx]?(?![\w-])")


def without_personal(words: str) -> str:
    """`words` with e-mail addresses and long numbers hidden."""
    return NUMBER.sub(HIDDEN, MAIL.sub(HIDDEN, words))


def text_out(text: CaseText, by: Actor, *, whole: bool) -> dict[str, object]:
    """A text as it goes into a file that `by` asked for; `whole`: an authority asks, so nothing is hidden."""
    told: dict[str, object] = {
        "id": text.pk, "kind": text.kind, "party": text.party, "made_at": text.made_at.isoformat(), "digest": text.digest, "state": "whole",
        "salt": text.salt, "body": text.body,
    }  # fmt: skip
    if text.erased_at is not None:
        return told | {"state": "erased", "salt": "", "body": ""}
    if whole or text.party == by.party.value:
        return told
    shown = HIDDEN if text.kind in ADDRESSES else without_personal(text.body)
    # With its salt a text that is told in part could be guessed at until the digest fits.
    return told if shown == text.body else told | {"state": "masked", "salt": "", "body": shown}


def consumer_name(case: Case, by: Actor, *, whole: bool) -> Text:
    """The consumer's name for the asker: whole for themselves and for an authority, else its first sign."""
    name = say(case.consumer.name_zh, case.consumer.name_en)
    if whole or (by.consumer_id is not None and by.consumer_id == case.consumer_id):
        return name
    return say(f"{name.zh[:1]}＊＊", f"{name.en[:1]}***")
