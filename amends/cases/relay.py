"""From the timeline to whoever listens: one relay job an act, then one job for each listener and entry, each retried alone.

A listener is told at least once and must bear to be told twice: it is keyed by the entry's id.
"""

from __future__ import annotations

from datetime import datetime

from amends.cases import hooks
from amends.cases.models import Entry
from amends.plumbing import jobs


@jobs.task("relay", taken_up=True)
def relay(merchant_id: int, made_at: str, entries: list[int]) -> None:
    """Every listener of these entries that the merchant has a use for has a job of its own."""
    at = datetime.fromisoformat(made_at)
    heard = Entry.objects.filter(merchant_id=merchant_id, made_at=at, pk__in=entries).order_by("number").values_list("pk", "life", "verb")
    told = [(pk, listener) for pk, life, verb in heard for listener in hooks.LISTENERS[life, verb]]
    spared = {name for name in {listener for _, listener in told} & hooks.NEEDED.keys() if not hooks.NEEDED[name](merchant_id)}
    jobs.later_each(
        "listen",
        [
            {"listener": listener, "merchant_id": merchant_id, "made_at": made_at, "entry": pk}
            for pk, listener in told
            if listener not in spared
        ],
    )


@jobs.task("listen", taken_up=True)
def listen(listener: str, merchant_id: int, made_at: str, entry: int) -> None:
    """This listener has heard of this entry."""
    hooks.LISTENER[listener](Entry.objects.get(merchant_id=merchant_id, made_at=datetime.fromisoformat(made_at), pk=entry))
