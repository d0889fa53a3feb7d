"""What is told of tasks for other departments: the platform's own matter, of which no side of a case hears.

By name (amends/tasks/departments.py): whoever has a task, else its department, else every agent; whoever gave it, of its answer; the
leaders of the department, of a limit that passed.
"""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
task.give_task                     -                    named       act      told      task_given
task.pass_task                     -                    named       act      -         task_passed
task.own_task                      -                    named       act      -         task_is_yours
task.free_task                     given                named       act      -         task_passed
task.free_task                     raised               supervisor  act      -         task_of_nobody
task.raise_task                    clock                supervisor  act      told      task_raised_by_time
task.raise_task                    clock                named       result   -         task_late_in_department
task.raise_task                    -                    supervisor  act      told      task_raised
task.raise_task                    -                    named       news     -         task_taken_from_department
task.answer_task                   -                    named       result   -         task_answered
task.withdraw_task                 -                    named       news     -         task_withdrawn
task.alarm                         -                    supervisor  act      -         alarm
task.alarm                         -                    named       result   -         task_late_with_supervisor
task.remind                        given                named       remind   told      remind_task
task.remind                        raised               supervisor  remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "task.drop": say("售后单结束了，没有人要再做什么。", "The case is over; there is nothing left for anybody to do."),
}  # fmt: skip
