"""A refusal as a page says it: one headline, and for each field a sentence that leads to its place. Nothing is said twice."""

from __future__ import annotations

from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say

LOOK_HERE = say("还没有提交。请看这里：", "It was not sent yet. Please look here:")


def pointed(refusal: Unprocessable) -> Unprocessable:
    """The same refusal; where its sentence stands at a field as well, the headline only says to look there."""
    if not any(str(text) == str(refusal.text) for text in refusal.fields.values()):
        return refusal
    return Unprocessable(LOOK_HERE, code=refusal.code, fields=refusal.fields)
