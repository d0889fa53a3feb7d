"""What is told of more time by consent, and of incidents that a case hangs on."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

EXTENSION: Mapping[str, Told] = {
    "incident_known": told(
        "与一起事件有关", "It has to do with an incident",
        "售后单 {case} 与一起影响多单的事件有关，已知的情况写在页面上。售后单照常办理。",
        "Case {case} has to do with an incident that concerns many cases; what is known stands on the page. The case goes on as before.",
    ),
    "incident_told": told(
        "事件有新情况", "News of the incident",
        "与售后单 {case} 有关的事件有新情况，写在页面上。",
        "There is news of the incident that case {case} has to do with; it stands on the page.",
    ),
    "incident_over": told(
        "事件已有结论", "The incident is closed",
        "与售后单 {case} 有关的事件已有结论，写在页面上。", "How the incident ended that case {case} has to do with stands on the page.",
    ),
    "extension_asked": told(
        "对方请求多一些时间", "More time is asked for",
        "售后单 {case}：对方请求把一个时限延长，时长和理由写在页面上。请在 {due}前答复同不同意；到时没有答复，{silence}。",
        "Case {case}: more time is asked for; how much and why stands on the page. Please agree or not by {due}. Otherwise: {silence}.",
    ),
    "extension_granted": told(
        "时限延长了", "The limit ends later",
        "售后单 {case}：双方同意延长，原来到 {until}的时限，现在到 {due}为止。",
        "Case {case}: both sides agreed to more time. The limit that ended at {until} now ends at {due}.",
    ),
    "extension_declined": told(
        "没有延长", "The limit stays",
        "售后单 {case} 的延长申请没有同意，时限不变。", "More time was not agreed to in case {case}; the limit stays as it is.",
    ),
    "extension_unanswered": told(
        "延长申请没有答复，时限不变", "Nobody answered: the limit stays",
        "售后单 {case} 的延长申请在 {until}前没有答复，按“{rule}”时限不变。",
        "Nobody answered the request for more time in case {case} by {until}; under the rule “{rule}” the limit stays as it is.",
    ),
    "extension_retracted": told(
        "延长申请收回了", "The request was taken back",
        "售后单 {case} 的延长申请已收回，时限不变，你不用答复。",
        "The request for more time in case {case} was taken back. The limit stays, and no answer is needed.",
    ),
}  # fmt: skip
