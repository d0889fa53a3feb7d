"""Which limits may be longer by consent; how often and by how much are counts of the policy: pure rules (docs/adr/0036).

Only limits that somebody's own work or answer fills. Never the stay of a ruling, a duty to pay, or a backstop: those are the other side's
wait, and nobody trades it away in a form.
"""

from __future__ import annotations

from amends.kernel.tables import ALARM, BIRTH, Life

LENGTHENED = frozenset(
    {
        "merchant_answers", "merchant_answers_proof", "consumer_proves", "consumer_escalates", "evidence_round", "evidence_reply",
        "arbiter_rules", "test_reported", "merchant_gives_address", "consumer_ships", "merchant_receives", "merchant_inspects",
        "consumer_contests", "merchant_sends_home", "consumer_collects", "stock_reserved", "consumer_chooses", "merchant_ships",
        "consumer_checks", "repair_booked", "repair_diagnosed", "consumer_accepts_quote", "parts_arrive", "repair_ends",
    }
)  # fmt: skip
MOST_TIMES = "extension_asks"
"""The count of the case's own terms that says how often more time may be asked for under one limit, whatever the answer was."""
MOST_HOURS = "extension_hours"
"""And that of hours at once: whoever needs more has to offer something else."""


def ends_turns(life: Life) -> list[str]:
    """The verbs of a life that end a turn which somebody may have asked more time for."""
    found = {
        verb
        for (origin, verb, _), becomes in life.moves.items()
        if origin != BIRTH and life.stages[origin].limit in LENGTHENED and (becomes != origin or verb == ALARM)
    }
    return sorted(found)


def count_key(limit: str) -> str:
    """Under which name a case counts how often more time was asked for under `limit`."""
    return f"extension:{limit}"
