"""Limits that run beside a case and never for it: what its consumer waits for is over, or was never theirs (S17).

Such a clock holds no backstop still, is nobody's turn in the case, and keeps no case open; its own pages show it.
"""

from __future__ import annotations

REVERSALS = "reversal_window"
BEARERS = frozenset({"bearer_answers", "bearer_pays", "liability_decided", "deduction_made"})
"""Who finally bears a cost is settled between others than the consumer."""

TRIAL = "repair_trial"
"""A repaired unit is with its consumer, who may say that it failed again: nothing waits for that (S3)."""

EXPERTS = frozenset({"expert_answers", "session_held"})
"""An expert on call helps whoever decides; the limits of those who decide run on."""

TASKS = frozenset({"task_answered", "task_raised"})
"""What another department is asked helps whoever decides, and holds nothing up."""

COMPLAINTS = frozenset({"complaint_answered", "complaint_raised", "mediation_ends", "mediation_told"})
"""What an authority asks the platform goes on beside the claim, and after it."""

BESIDE = BEARERS | {REVERSALS, TRIAL} | EXPERTS | TASKS | COMPLAINTS
