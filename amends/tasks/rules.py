"""A task that a case gives to another department, as a table (docs/lifecycle.md draws it).

Passing it on is counted; what was passed on twice, or was not answered in time, is a supervisor's. A task never holds its case open: it is
dropped with it.
"""

from __future__ import annotations

from amends.kernel.parties import Party
from amends.kernel.tables import life
from amends.kernel.texts import Text, say

TASK = life(
    "task",
    stages="""
    stage              waits_for          limit                   silence
    given              platform           task_answered           raise_task
    raised             platform           task_raised             alarm
    answered           -                  -                       -
    withdrawn          -                  -                       -
    dropped            -                  -                       -
    """,
    moves="""
    stage                                     verb            by                        becomes
    -                                         give_task       platform,arbiter          given
    given,raised                              answer_task     platform                  answered
    given                                     pass_task       platform                  given
    given                                     raise_task      platform,clock            raised
    given,raised                              withdraw_task   platform,arbiter          withdrawn
    given,raised                              drop            platform                  dropped
    raised                                    alarm           clock                     =
    """,
    counted={"pass_task": "hand_offs"},
)
OPEN = TASK.open_stages
RAISED = TASK.moves["given", "raise_task", Party.CLOCK]

DEPARTMENTS: dict[str, Text] = {
    "quality": say("质量", "quality"),
    "logistics": say("物流", "logistics"),
    "legal": say("法务", "legal"),
    "finance": say("财务", "finance"),
    "press": say("公关", "press"),
}
