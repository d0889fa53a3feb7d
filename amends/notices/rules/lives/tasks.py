"""What is told of tasks for other departments: the platform's own matter, of which no side of a case hears."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
task.give_task                     -                    agent       act      told      task_given
task.pass_task                     -                    agent       act      -         task_passed
task.raise_task                    clock                supervisor  act      told      task_raised_by_time
task.raise_task                    -                    supervisor  act      told      task_raised
task.answer_task                   -                    agent       result   -         task_answered
task.withdraw_task                 -                    agent       news     -         task_withdrawn
task.alarm                         -                    supervisor  act      -         alarm
task.remind                        >platform            agent       remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "task.own_task": say(
        "谁接了任务，写在任务页面上；通知是给一个岗位的。", "Who has a task stands on its page; notices are for a whole role."
    ),
    "task.drop": say("售后单结束了，没有人要再做什么。", "The case is over; there is nothing left for anybody to do."),
}  # fmt: skip
