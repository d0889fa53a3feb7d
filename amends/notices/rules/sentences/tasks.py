"""What is told of tasks for other departments."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

TASKS: Mapping[str, Told] = {
    "task_given": told(
        "一份售后单派来了任务", "A case has a task for a department",
        "售后单 {case} 给一个部门派了任务，内容在“任务”页面，{due}前答复；到时没有答复，{silence}。",
        "Case {case} asks something of a department; what stands under “Tasks”. It is due by {due}. Otherwise: {silence}.",
    ),
    "task_passed": told(
        "一个任务转到了别的部门", "A task was passed on",
        "售后单 {case} 的任务转到了别的部门，时限不变，请看“任务”页面。",
        "A task of case {case} was passed on; its limit stays as it was. See “Tasks”.",
    ),
    "task_raised": told(
        "一个任务交到主管", "A task is a supervisor's now",
        "售后单 {case} 的任务交到了主管，请在“任务”页面答复或者指定由谁办，{due}到期；到时没有处理，{silence}。",
        "A task of case {case} was raised. Answer it under “Tasks” or name who does, by {due}. Otherwise: {silence}.",
    ),
    "task_raised_by_time": told(
        "部门没有按时答复，任务交到主管", "A department did not answer in time",
        "售后单 {case} 的任务到 {until}没有答复，按“{rule}”交到主管。请在“任务”页面答复或者指定谁办，{due}到期；到时没有处理，{silence}。",
        "A task of case {case} was not answered by {until} and went to a supervisor under the rule “{rule}”. Answer it under “Tasks” or "
        "name who does, by {due}. Otherwise: {silence}.",
    ),
    "task_answered": told(
        "部门答复了任务", "A department has answered",
        "售后单 {case} 的任务有了答复，写在售后单的时间线里。", "A task of case {case} is answered; the words stand in its timeline.",
    ),
    "task_withdrawn": told(
        "一个任务撤回了", "A task was withdrawn",
        "售后单 {case} 的任务撤回了，不用再办。", "A task of case {case} was withdrawn. Nothing is to be done about it any more.",
    ),
}  # fmt: skip
