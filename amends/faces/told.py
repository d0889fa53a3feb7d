"""Messages that a page shows once after an act, said in the reader's language at that moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect

from amends.faces.entering import ActorRequest, act
from amends.faces.words import into
from amends.kernel.texts import Text

LEVELS = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "error": messages.ERROR}


def tell(request: HttpRequest, text: Text, *, kind: Literal["success", "info", "warning", "error"] = "success") -> None:
    """The next page that this reader sees shows `text` once."""
    messages.add_message(request, LEVELS[kind], into(text))


def acted(request: ActorRequest, verb: Callable[[], object], to: str, said: Text) -> HttpResponseRedirect:
    """`verb` was made once for the form's key, and the page `to` that follows says so."""

    def run() -> str:
        verb()
        return to

    answer = act(request, run)
    tell(request, said)
    return answer
