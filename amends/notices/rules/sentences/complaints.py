"""What is told of an authority's complaints."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

COMPLAINTS: Mapping[str, Told] = {
    "complaint_came": told(
        "监管部门转来一件投诉", "An authority sent a complaint",
        "监管部门就售后单 {case} 转来投诉，内容在“监管投诉”页面，{due}前答复；到时没有答复，{silence}。",
        "An authority sent a complaint about case {case}; it stands under “Authorities”. Answer it by {due}. Otherwise: {silence}.",
    ),
    "complaint_asked_again": told(
        "监管部门再次来问", "An authority asks again",
        "监管部门就售后单 {case} 的投诉再次来问，{due}前答复；到时没有答复，{silence}。",
        "An authority asks again about case {case}. Answer it by {due}. Otherwise: {silence}.",
    ),
    "complaint_answered": told(
        "已答复监管部门", "An authority was answered",
        "售后单 {case} 的监管投诉已答复，原文在投诉页面。",
        "The authority's complaint about case {case} was answered; the words stand on its page.",
    ),
    "complaint_raised": told(
        "一件监管投诉交到主管", "An authority's complaint was raised",
        "售后单 {case} 的监管投诉交到了主管，{due}前答复；到时没有处理，{silence}。",
        "The authority's complaint about case {case} was raised. Answer it by {due}. Otherwise: {silence}.",
    ),
    "complaint_raised_by_time": told(
        "监管投诉没有按时答复，交到主管", "An authority waits for an answer",
        "售后单 {case} 的监管投诉到 {until}没有答复，按“{rule}”交到主管。请在 {due}前答复；到时没有处理，{silence}。",
        "The authority's complaint about case {case} was not answered by {until} and went to a supervisor under the rule “{rule}”. "
        "Answer it by {due}. Otherwise: {silence}.",
    ),
    "complaint_settled": told(
        "监管部门调解达成一致", "A mediation ended in agreement",
        "售后单 {case} 的监管投诉调解达成一致，内容在投诉页面；要履行的请在售后单里办。",
        "The authority's mediation about case {case} ended in agreement. What was agreed stands on its page; carry it out in the case.",
    ),
    "complaint_refused": told(
        "监管部门不予受理", "An authority refused a complaint",
        "售后单 {case} 的投诉监管部门不予受理，理由在投诉页面。",
        "The authority did not take on the complaint about case {case}; why stands on its page.",
    ),
    "mediation_over": told(
        "监管部门终止调解", "An authority ended its mediation",
        "售后单 {case} 的监管投诉终止调解，没有达成一致，理由在投诉页面。",
        "The authority ended its mediation about case {case} without agreement; why stands on its page.",
    ),
    "complaint_is_yours": told(
        "一件监管投诉由你来办", "An authority's complaint is yours",
        "售后单 {case} 的监管投诉由你来办，时限不变，请看“监管投诉”页面。",
        "The authority's complaint about case {case} is yours to answer; its limit stays as it was. See “Authorities”.",
    ),
    "mediation_over_by_time": told(
        "监管调解到期", "The time of a mediation is over",
        "售后单 {case} 的监管调解到 {until}没有结果（{rule}）。监管部门在 {due}前告知怎样结束，收到后请登记；到时没有登记，{silence}。",
        "The mediation about case {case} had no result by {until} ({rule}). The authority says how it ended by {due}: enter it once it is "
        "there. Otherwise: {silence}.",
    ),
    "mediation_unheard": told(
        "没有收到调解结果，视为终止", "Nobody heard how a mediation ended",
        "售后单 {case} 的监管投诉到 {until}没有登记结果，按“{rule}”视为调解终止，未达成一致。监管部门后来有决定的，请登记在售后单里。",
        "Nobody entered by {until} how the mediation about case {case} ended, so under the rule “{rule}” it counts as ended without "
        "agreement. What the authority decides later belongs on the case's file.",
    ),
    "remind_mediation_end": told(
        "请登记调解怎样结束", "Enter how a mediation ended",
        "售后单 {case} 的监管调解期限已满，监管部门在 {due}前告知怎样结束，还有 {left}。收到后请登记；到时没有登记，{silence}。",
        "The time of the mediation about case {case} is over, and the authority says how it ended by {due}: {left} from now. Enter it once "
        "it is there. Otherwise: {silence}.",
    ),
    "remind_mediation": told(
        "监管调解将到期", "A mediation is about to end",
        "售后单 {case} 的监管投诉等监管部门的结果，{due}到期，还有 {left}。有了结果请登记；到时没有，{silence}。",
        "The complaint about case {case} waits for the authority's result until {due}: {left} from now. Enter it once it is there. "
        "Otherwise: {silence}.",
    ),
}  # fmt: skip
