"""How Amends says no: one family of exceptions, each with a code, an HTTP status and a sentence in both languages.

Verbs raise them; one handler in each face turns them into a page or RFC 9457 JSON. Nothing else is a refusal: any other exception
is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say


class Refusal(Exception):
    """What was asked is not done, nothing has changed, and `text` says why and what would be right."""

    status = 400
    code = "refused"

    def __init__(self, text: Text, *, code: str | None = None, fields: Mapping[str, Text] | None = None) -> None:
        super().__init__(str(text))
        self.text = text
        self.code = code or type(self).code
        self.fields: dict[str, Text] = dict(fields or {})


class NotFound(Refusal):
    """It does not exist, or not for you; the two are never told apart."""

    status, code = 404, "not_found"

    def __init__(self, text: Text | None = None, *, code: str | None = None) -> None:
        super().__init__(text or say("没有找到，或者你无权查看。", "It does not exist, or you may not see it."), code=code)


class NotYourMove(Refusal):
    """The move exists at this stage, but for somebody else."""

    status, code = 403, "not_your_move"


class NoSuchMove(Refusal):
    """At this stage nobody can make this move."""

    status, code = 409, "no_such_move"


class Conflict(Refusal):
    """Something else came first: the page is out of date, or the same request is still running."""

    status, code = 409, "conflict"


class Unprocessable(Refusal):
    """What was sent cannot be taken; `fields` names what is wrong and what would be right."""

    status, code = 422, "unprocessable"

    @classmethod
    def field(cls, name: str, text: Text, *, code: str | None = None) -> Unprocessable:
        """A refusal about one field."""
        return cls(text, code=code, fields={name: text})
