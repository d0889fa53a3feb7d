"""What is told of an appeal and of a breach: who answers by when, and what happened where somebody did not do their part."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

APPEAL: Mapping[str, Told] = {
    "appeal_to_examine": told(
        "有申诉等你看", "An appeal waits for you",
        "售后单 {case} 的裁决被申诉。请在 {due}前给出首次答复；到时没有答复，{silence}。你也可以直接给出最终答复。",
        "The ruling on case {case} is appealed. Please give the first answer by {due}. Without it: {silence}. "
        "You can give the final answer at once.",
    ),
    "examiner_wanted": told(
        "申诉没有人可以审查", "Nobody may examine an appeal",
        "售后单 {case} 的裁决被申诉，登记在册的判责员里没有级别更高、又没有参与过这单的人。"
        "请在 {due}前安排一位（在管理后台的“判责员”页面登记级别），之后由本人在“申诉”页面领取。到时没有答复，{silence}。",
        "The ruling on case {case} is appealed, and of the arbiters on record none has a higher rank and took no part in it. Please put "
        "somebody there by {due} (the office's page of arbiters keeps ranks); they find it on the page of appeals. "
        "Without an answer: {silence}.",
    ),
    "appeal_to_answer": told(
        "申诉等你最终答复", "An appeal needs its final answer",
        "售后单 {case} 的申诉没有首次答复，按规则视为受理。请在 {due}前给出最终答复；到时没有答复，{silence}。",
        "The appeal in case {case} had no first answer and counts as taken up. Please give the final answer by {due}. "
        "Without it: {silence}.",
    ),
    "appeal_admitted": told(
        "申诉已受理", "The appeal is taken up",
        "售后单 {case} 的申诉已受理，由没有参与过这单的判责员审查，最晚 {due}给出最终答复；到时没有答复，{silence}。裁决仍暂不执行。",
        "The appeal in case {case} is taken up by an arbiter who took no part before; the final answer comes by {due}. "
        "Without it: {silence}. The ruling stays put meanwhile.",
    ),
    "appeal_admitted_by_silence": told(
        "申诉视为受理", "The appeal counts as taken up",
        "判责员在 {until}前没有对售后单 {case} 的申诉给出首次答复，按“{rule}”视为受理，最晚 {due}给出最终答复；到时没有答复，{silence}。",
        "No first answer to the appeal in case {case} came by {until}, so under the rule “{rule}” it counts as taken up; the final "
        "answer comes by {due}. Without it: {silence}.",
    ),
    "appeal_overdue": told(
        "申诉交复核负责人答复", "The head of review has your appeal",
        "售后单 {case} 的申诉在 {until}前没有最终答复，按“{rule}”交给复核负责人，最晚 {due}答复；到时没有答复，{silence}。",
        "The appeal in case {case} had no final answer by {until}, so under the rule “{rule}” the head of review has it, until {due}. "
        "Without an answer: {silence}.",
    ),
    "appeal_last_call": told(
        "申诉逾期，请马上答复", "An appeal is overdue: please answer",
        "售后单 {case} 的申诉在 {until}前没有最终答复，现在由你在 {due}前答复。到时没有答复，{silence}。",
        "The appeal in case {case} had no final answer by {until}; it is yours now, until {due}. Without an answer: {silence}.",
    ),
    "appeal_overdue_supervisor": told(
        "有申诉逾期", "An appeal is overdue",
        "售后单 {case} 的申诉在 {until}前没有最终答复，已按“{rule}”交复核负责人，最后时限 {due}。到时没有答复，{silence}。",
        "The appeal in case {case} had no final answer by {until}; under the rule “{rule}” the head of review has it until {due}. "
        "Without an answer: {silence}.",
    ),
    "appeal_unanswered_consumer": told(
        "申诉没有按时答复，裁决维持", "No answer to the appeal: upheld",
        "平台在 {until}前没有答复售后单 {case} 的申诉，这是平台的过失。按“{rule}”维持裁决，平台按规则另付补偿，不由商家承担。"
        "你仍可重新申请，由人再看一次。{next}",
        "The platform did not answer the appeal in case {case} by {until}, which is its own failure. Under the rule “{rule}” the ruling is "
        "upheld, and the platform pays what its rules give for that. You can still apply anew, and a person looks again. {next}",
    ),
    "appeal_unanswered_merchant": told(
        "申诉没有按时答复，裁决维持", "No answer to the appeal: upheld",
        "平台在 {until}前没有答复售后单 {case} 的申诉，按“{rule}”维持裁决。费用由谁承担，你仍可在追偿里提出异议。{next}",
        "The platform did not answer the appeal in case {case} by {until}; under the rule “{rule}” the ruling is upheld. "
        "Who bears the cost can still be contested when it is asked of you. {next}",
    ),
    "appeal_unanswered_supervisor": told(
        "有申诉无人答复", "An appeal went unanswered",
        "售后单 {case} 的申诉到 {until}仍没有答复，已按“{rule}”维持裁决，并按资金规则付补偿。这次违约已计入统计。",
        "The appeal in case {case} was still unanswered at {until}; under the rule “{rule}” the ruling was upheld and the money rules' "
        "payment made. The breach is counted.",
    ),
    "appeal_reply": told(
        "对方回应了申诉", "The other side spoke to the appeal",
        "售后单 {case} 有对方对申诉的回应，可以在页面上看。最晚 {due}有下一步答复；到时没有答复，{silence}。",
        "The other side spoke to the appeal in case {case}; see its page. The next answer comes by {due}. Without it: {silence}.",
    ),
    "appeal_reply_arbiter": told(
        "申诉有新的回应", "Somebody spoke to an appeal",
        "售后单 {case} 的申诉有新的回应，请在 {due}前答复；到时没有答复，{silence}。",
        "There is something new about the appeal in case {case}. Please answer by {due}. Without it: {silence}.",
    ),
    "breach": told(
        "裁决或和解没有按时履行", "What was ruled or agreed was not done",
        "售后单 {case} 有一方没有按时履行裁决或和解，已按规则自动继续。谁没有履行、接着是什么，写在页面上。{next}",
        "In case {case} a side did not do in time what was ruled or agreed, and it went on by rule. Its page says who, and what follows. "
        "{next}",
    ),
    "breach_supervisor": told(
        "有裁决或和解没有履行", "A ruling or settlement was not kept",
        "售后单 {case} 有一方没有按时履行裁决或和解，已按规则自动继续并计入统计。请看是否还要处理。",
        "In case {case} a side did not keep a ruling or settlement. It went on by rule and is counted; please see whether more is needed.",
    ),
    "remind_appeal": told(
        "申诉将逾期", "An appeal is due soon",
        "售后单 {case} 的申诉等你答复，{due}到期，还有 {left}。到时没有答复，{silence}。",
        "The appeal in case {case} waits for your answer until {due}: {left} from now. Without it: {silence}.",
    ),
}  # fmt: skip
