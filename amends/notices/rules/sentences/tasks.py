"""What is told of tasks for other departments."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

TASKS: Mapping[str, Told] = {
    "task_given": told(
        "给你或者你的部门派了任务", "A task for you or your department",
        "售后单 {case} 给你或者你的部门派了任务，内容在“部门任务”页面，{due}前答复；到时没有答复，{silence}。",
        "Case {case} asks something of you or your department; it stands under “Tasks”. Answer it by {due}. Otherwise: {silence}.",
    ),
    "task_passed": told(
        "一个任务转给了你或者你的部门", "A task was passed on to you",
        "售后单 {case} 的任务转给了你或者你的部门，时限不变，请看“部门任务”页面。",
        "A task of case {case} was passed on to you or your department; its limit stays as it was. See “Tasks”.",
    ),
    "task_is_yours": told(
        "一个任务由你来办", "A task is yours",
        "售后单 {case} 的任务由你来办，时限不变，请看“部门任务”页面。",
        "A task of case {case} is yours to answer; its limit stays as it was. See “Tasks”.",
    ),
    "task_of_nobody": told(
        "一个任务没有人办了", "A task has nobody any more",
        "售后单 {case} 的任务，主管指定的人离开了部门。请在“部门任务”页面答复或者另外指定谁办，时限不变。",
        "Whom a supervisor named for a task of case {case} has left the department. Answer it under “Tasks” or name somebody else; its "
        "limit stays as it was.",
    ),
    "task_late_in_department": told(
        "你的部门没有按时答复", "Your department did not answer in time",
        "售后单 {case} 的任务到 {until}没有答复，按“{rule}”已经交到主管。你是这个部门的负责人，请看“部门任务”页面。",
        "A task of case {case} was not answered by {until} and went to a supervisor under the rule “{rule}”. You lead the department: "
        "see “Tasks”.",
    ),
    "task_taken_from_department": told(
        "你的部门的一个任务交到了主管", "A task of yours went to a supervisor",
        "售后单 {case} 给你的部门的任务交到了主管，请看“部门任务”页面。",
        "A task of case {case} for your department went to a supervisor. See “Tasks”.",
    ),
    "task_late_with_supervisor": told(
        "你的部门的任务，主管还没有处理", "A task still waits for a supervisor",
        "售后单 {case} 给你的部门的任务到 {until}没有处理（{rule}），已再次通知主管。",
        "A task of case {case} for your department was not dealt with by {until} ({rule}). The supervisors were called again.",
    ),
    "remind_task": told(
        "一个任务将到期", "A task is due soon",
        "售后单 {case} 的任务等你或者你的部门答复，{due}到期，还有 {left}。到时没有答复，{silence}。",
        "A task of case {case} waits for you or your department until {due}: {left} from now. Otherwise: {silence}.",
    ),
    "task_raised": told(
        "一个任务交到主管", "A task is a supervisor's now",
        "售后单 {case} 的任务交到了主管，请在“部门任务”页面答复或者指定由谁办，{due}到期；到时没有处理，{silence}。",
        "A task of case {case} was raised. Answer it under “Tasks” or name who does, by {due}. Otherwise: {silence}.",
    ),
    "task_raised_by_time": told(
        "部门没有按时答复，任务交到主管", "A department did not answer in time",
        "售后单 {case} 的任务到 {until}没有答复，按“{rule}”交到主管。请在“部门任务”页面答复或者指定谁办，{due}到期；"
        "到时没有处理，{silence}。",
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
