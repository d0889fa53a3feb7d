"""What is told of a case: that it has begun, who answers by when, what silence made of it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

CASE: Mapping[str, Told] = {
    "received": told(
        "已收到你的售后申请", "We have your request",
        "售后单 {case} 已经受理。平台在 {due}前看完并安排下一步；到时没有安排，{silence}。",
        "Case {case} is filed. The platform looks at it and says what comes next by {due}. Without that: {silence}.",
    ),
    "received_anew": told(
        "已重新受理", "The matter is open again",
        "已建立新的售后单 {case}，原来的售后单不变。平台在 {due}前安排下一步；到时没有安排，{silence}。",
        "A new case {case} is filed; the former one stays as it is. The platform says what comes next by {due}. Without that: {silence}.",
    ),
    "split_off": told(
        "售后单已拆分", "The case was split",
        "一部分商品改在售后单 {case} 里处理，你的诉求没有变。平台在 {due}前安排下一步；到时没有安排，{silence}。",
        "Some of the goods go on in case {case}; what you asked for is unchanged. The platform says what comes next by {due}. "
        "Without that: {silence}.",
    ),
    "split_off_merchant": told(
        "售后单已拆分", "The case was split",
        "一部分商品改在售后单 {case} 里处理，原售后单的时限不变。",
        "Some of the goods go on in case {case}. The limits of the former case are unchanged.",
    ),
    "drafted": told(
        "请确认代你填写的申请", "Please confirm your claim",
        "有人代你填好了售后单 {case}。请核对并在 {due}前确认；确认之前不生效，到时没有确认，{silence}。",
        "Case {case} was filled in for you. Please check and confirm it by {due}. It counts only once you do; without it: {silence}.",
    ),
    "draft_lapsed": told(
        "代填的申请已作废", "The draft was dropped",
        "售后单 {case} 在 {until}前没有得到你的确认，按“{rule}”作废，什么也没有发生。需要时可以重新申请。",
        "Case {case} was not confirmed by {until}, so under the rule “{rule}” the draft was dropped and "
        "nothing happened. You can apply anew.",
    ),
    "draft_dropped": told(
        "代填的申请已撤下", "The draft was taken back",
        "代你填写售后单 {case} 的人撤下了它，什么也没有发生。需要时可以重新申请。",
        "Whoever filled in case {case} for you took it back; nothing happened. You can apply anew.",
    ),
    "asked": told(
        "已收到你的售后申请", "We have your request",
        "售后单 {case} 已交给商家，商家要在 {due}前答复。到时没有答复，{silence}。你现在不用做什么。",
        "Case {case} is with the merchant, who answers by {due}. Without an answer: {silence}. There is nothing for you to do now.",
    ),
    "new_claim": told(
        "新的售后申请", "A new claim",
        "售后单 {case} 请在 {due}前答复。到时没有答复，{silence}。",
        "Case {case}: please answer by {due}. Without an answer: {silence}.",
    ),
    "leader_asked": told(
        "已收到你的售后申请", "We have your request",
        "售后单 {case} 由团长先处理，团长要在 {due}前答复。到时没有答复，{silence}。",
        "Case {case} is with your group leader, who answers by {due}. Without an answer: {silence}.",
    ),
    "leader_passed_on": told(
        "团长已转给商家", "Passed on to the merchant",
        "团长把售后单 {case} 转给了商家，商家要在 {due}前答复。到时没有答复，{silence}。",
        "Your group leader passed case {case} on to the merchant, who answers by {due}. Without an answer: {silence}.",
    ),
    "leader_silent": told(
        "团长没有答复，已转给商家", "No answer, now with the merchant",
        "团长在 {until}前没有答复，按“{rule}”，售后单 {case} 转给商家。商家要在 {due}前答复；到时没有答复，{silence}。",
        "The group leader did not answer by {until}, so under the rule “{rule}” case {case} went to the merchant, who answers by {due}. "
        "Without an answer: {silence}.",
    ),
    "amended": told(
        "消费者修改了诉求", "The claim was changed",
        "售后单 {case} 的诉求有改动，原来的拒绝不再算数。请在 {due}前答复；到时没有答复，{silence}。",
        "The claim of case {case} was changed, so your refusal no longer counts. Please answer by {due}. Without an answer: {silence}.",
    ),
    "amended_consumer": told(
        "修改后的诉求已交给商家", "Your changed claim is with the merchant",
        "售后单 {case} 按新的诉求重新处理，商家要在 {due}前答复。到时没有答复，{silence}。",
        "Case {case} goes on with the changed claim; the merchant answers by {due}. Without an answer: {silence}.",
    ),
    "approved": told(
        "你的申请已同意", "Your claim is approved",
        "售后单 {case} 已同意。{next}{basis}",
        "Case {case} is approved. {next} {basis}",
    ),
    "approved_merchant": told(
        "诉求已同意", "The claim is approved",
        "售后单 {case} 已同意，正在执行。{next}",
        "Case {case} is approved and being carried out. {next}",
    ),
    "approved_by_silence": told(
        "没有答复，你的申请按规则同意", "Approved: nobody answered",
        "{who}在 {until}前没有答复，按“{rule}”，售后单 {case} 视为同意。{next}",
        "By {until} there was no answer from the {who}, so under the rule “{rule}” case {case} counts as approved. {next}",
    ),
    "approved_by_your_silence": told(
        "未按时答复，诉求已视为同意", "No answer in time: approved",
        "售后单 {case} 在 {until}前没有得到{who}的答复，按“{rule}”视为同意，正在执行。依据在页面上。",
        "By {until} there was no answer from the {who} on case {case}, so under the rule “{rule}” it counts "
        "as approved and is being carried out. "
        "The basis stands on its page.",
    ),
    "at_once": told(
        "你的申请已同意", "Your claim is approved",
        "售后单 {case} 按规则直接同意，不用等商家答复。{next}",
        "Case {case} is approved at once under the rules; nobody has to be waited for. {next}",
    ),
    "at_once_merchant": told(
        "诉求按规则直接同意", "A claim was approved at once",
        "售后单 {case} 由规则直接同意，事实、理由和依据在页面上。你不同意的，可以在页面上要求由人来裁决。",
        "Case {case} was approved by the rules alone; facts, reasons and basis stand on its page. "
        "If you disagree, ask there that a person decides.",
    ),
    "proof_wanted": told(
        "商家请你补充凭证", "The merchant asks for proof",
        "售后单 {case} 要补充什么、为什么，写在页面上。请在 {due}前补充；到时没有补充，{silence}。{basis}",
        "What is wanted for case {case}, and why, stands on its page. Please give it by {due}. Without it: {silence}. {basis}",
    ),
    "proof_given": told(
        "消费者已补充凭证", "The proof is there",
        "售后单 {case} 的凭证已经补充。请在 {due}前答复；到时没有答复，{silence}。",
        "The proof you asked for in case {case} is there. Please answer by {due}. Without an answer: {silence}.",
    ),
    "proof_received": told(
        "已收到你的凭证", "We have your proof",
        "售后单 {case} 的凭证已交给商家，商家要在 {due}前答复。到时没有答复，{silence}。",
        "Your proof in case {case} is with the merchant, who answers by {due}. Without an answer: {silence}.",
    ),
    "unproven_merchant": told(
        "消费者未补充凭证", "No proof was given",
        "消费者在 {until}前没有补充凭证，按“{rule}”，售后单 {case} 按现有凭证继续。请在 {due}前答复；到时没有答复，{silence}。",
        "No proof came by {until}, so under the rule “{rule}” case {case} goes on with what there is. Please answer by {due}. "
        "Without an answer: {silence}.",
    ),
    "unproven": told(
        "没有收到你的凭证，继续处理", "No proof came; the case goes on",
        "你在 {until}前没有补充凭证，按“{rule}”，售后单 {case} 按现有凭证继续，诉求没有失效。"
        "商家要在 {due}前答复；到时没有答复，{silence}。",
        "No proof came from you by {until}, so under the rule “{rule}” case {case} goes on with what there is; your claim still stands. "
        "The merchant answers by {due}. Without an answer: {silence}.",
    ),
    "refused": told(
        "商家没有同意你的申请", "The merchant refused your claim",
        "售后单 {case} 被拒绝，理由和依据写在页面上。你不同意的，可以在 {due}前申请平台介入；到时没有申请，{silence}。{basis}",
        "Case {case} was refused; the reason and its clause stand on its page. If you disagree, call the platform in by {due}. "
        "Otherwise: {silence}. {basis}",
    ),
    "refusal_stood": told(
        "售后单已结束", "The case is closed",
        "你在 {until}前没有申请平台介入，按“{rule}”，售后单 {case} 的拒绝成立，售后单结束。有新的情况可以重新申请；也请为这次售后打分。",
        "You did not call the platform in by {until}, so under the rule “{rule}” the refusal of case {case} stands and the case is closed. "
        "If something new comes up you can apply anew. Please rate how it was handled.",
    ),
    "called_by_silence": told(
        "商家没有答复，平台已介入", "No answer: the platform steps in",
        "{who}在 {until}前没有答复，按“{rule}”，售后单 {case} 交平台裁决。请在 {due}前提交凭证；到时{silence}。",
        "By {until} there was no answer from the {who}, so under the rule “{rule}” the platform decides case {case}. "
        "Please give your evidence by {due}. After that: {silence}.",
    ),
    "called_by_your_silence": told(
        "未按时答复，平台已介入", "No answer in time: platform review",
        "售后单 {case} 在 {until}前没有得到{who}的答复，按“{rule}”交平台裁决。请在 {due}前提交凭证；到时{silence}。",
        "By {until} there was no answer from the {who} on case {case}, so under the rule “{rule}” the platform decides. "
        "Please give your evidence by {due}. After that: {silence}.",
    ),
    "ruled": told(
        "平台已裁决", "The platform has ruled",
        "售后单 {case} 的裁决和理由写在页面上。在 {due}前可以按页面上的方式提出异议；到时没有异议，{silence}。{basis}",
        "The ruling on case {case} and its reasons stand on its page. Until {due} it can be objected to as the page says. "
        "Otherwise: {silence}. {basis}",
    ),
    "person_asked": told(
        "将由人来裁决", "A person will decide",
        "售后单 {case} 有一方要求由人来裁决。之后不会再由机器单独决定，结果会通知你。",
        "In case {case} a side asked that a person decides. No machine decides alone from now on; you will be told the result.",
    ),
    "appealed": told(
        "有申诉，裁决暂不执行", "Appealed: the ruling is stayed",
        "售后单 {case} 的裁决被申诉，暂不执行。由没有参与过、级别更高的判责员审查，最晚 {due}给出最终答复；"
        "到时没有答复，维持裁决，平台按规则另作补偿。",
        "The ruling on case {case} is appealed and stayed. An arbiter of higher rank who took no part gives the final answer by {due}. "
        "Without it the ruling is upheld, and the platform pays what its rules give for its silence.",
    ),
    "binds": told(
        "裁决已生效", "The ruling binds",
        "在 {until}前没有人提出异议，按“{rule}”，售后单 {case} 的裁决生效。{next}",
        "Nobody objected by {until}, so under the rule “{rule}” the ruling on case {case} binds. {next}",
    ),
    "ruling_accepted": told(
        "裁决已被接受，现在执行", "The ruling was accepted",
        "售后单 {case} 的裁决被接受，不再等到期。{next}",
        "The ruling on case {case} was accepted before its time was over. {next}",
    ),
    "upheld": told(
        "申诉结果：维持裁决", "Appeal: the ruling is upheld",
        "售后单 {case} 的申诉已经答复：维持原裁决，理由写在页面上。{next}",
        "The appeal in case {case} is answered: the ruling is upheld, for the reasons on its page. {next}",
    ),
    "changed": told(
        "申诉结果：改变裁决", "Appeal: the ruling is changed",
        "售后单 {case} 的申诉已经答复：裁决改变，新的结果和理由写在页面上。{next}",
        "The appeal in case {case} is answered: the ruling is changed. What holds now, and why, stands on its page. {next}",
    ),
    "sent_back": told(
        "申诉结果：重新审理", "Appeal: heard again",
        "售后单 {case} 的裁决不再算数，由另一位判责员重新审理，双方可以再次举证。",
        "The ruling on case {case} no longer counts. Another arbiter hears the case again, and both sides can give evidence.",
    ),
    "appeal_retracted": told(
        "申诉已收回，裁决执行", "The appeal was taken back",
        "售后单 {case} 的申诉已收回，原裁决执行。{next}",
        "The appeal in case {case} was taken back, so the ruling is carried out. {next}",
    ),
    "settled": told(
        "双方已和解", "You have settled",
        "售后单 {case} 双方达成一致，约定写在页面上，现在执行。{next}",
        "Both sides of case {case} agreed; what was agreed stands on its page and is now carried out. {next}",
    ),
    "unwinding": told(
        "撤回已受理，正在收尾", "Withdrawn, being unwound",
        "售后单 {case} 已撤回，不会再有新的给付。还在途中的商品或款项要先有着落，之后售后单结束。{next}",
        "Case {case} is withdrawn and nothing new is owed. Goods or money still under way have to arrive first; then it closes. {next}",
    ),
    "unwinding_merchant": told(
        "消费者已撤回，正在收尾", "Withdrawn, being unwound",
        "消费者撤回了售后单 {case}。还在途中的商品或款项要先有着落。{next}",
        "The consumer withdrew case {case}. Goods or money still under way have to arrive first. {next}",
    ),
    "merged": told(
        "售后单已合并", "The case was merged",
        "售后单 {case} 并入了同一订单的另一张售后单，在那一张里继续，页面上有链接。{due}前可以撤销合并。",
        "Case {case} was merged into another one of the same order, where it goes on; its page leads there. "
        "Until {due} this can be undone.",
    ),
    "unmerged": told(
        "已撤销合并", "The merger was undone",
        "售后单 {case} 恢复单独处理。平台在 {due}前安排下一步；到时没有安排，{silence}。",
        "Case {case} goes on by itself again. The platform says what comes next by {due}. Without that: {silence}.",
    ),
    "closed": told(
        "售后单已结束", "The case is closed",
        "售后单 {case} 已结束，结果写在页面上。请为这次售后打分；问题没有解决的，可以重新申请。",
        "Case {case} is closed; its outcome stands on its page. Please rate how it was handled. If it isn't solved, you can apply anew.",
    ),
    "closed_merchant": told(
        "售后单已结束", "The case is closed",
        "售后单 {case} 已结束，结果和费用写在页面上。",
        "Case {case} is closed; its outcome and cost stand on its page.",
    ),
    "late": told(
        "处理超时，平台负责人已接手", "Late: a person has taken over",
        "售后单 {case} 没有在 {until}前办完。按“{rule}”已交平台负责人处理，你的权益不受影响，也不用重新申请。",
        "Case {case} was not finished by {until}. Under the rule “{rule}” a named person of the platform has it now. "
        "You lose nothing and need not apply anew.",
    ),
    "alarm": told(
        "时限已过，请接手", "Overdue: please take over",
        "售后单 {case} 等{who}，时限 {until}已过（{rule}）。之后不会自动处理，请接手。",
        "Case {case} waited for the {who} until {until} ({rule}). Nothing follows by itself; please take over.",
    ),
    "mail_from_person": told(
        "有人用邮件回复了通知", "A notice was answered by mail",
        "售后单 {case} 的通知邮件有人回复，原文在售后单的时间线里，只有平台看得到。发件人没有核实身份，请看一下，需要时在售后单里答复。",
        "Somebody answered a notice of case {case} by mail. The words stand in its timeline, for the platform alone; who wrote them "
        "was not checked. Please read them, and answer in the case where needed.",
    ),
    "promise_revised": told(
        "告知你的时间有变", "A new time, and why",
        "售后单 {case} 原来告诉你 {until}前由{who}处理，现在改为 {due}。原因：{reason}。规则给你的时限和权利不变。",
        "In case {case} you were told that the {who} acts by {until}. That is now {due}. Reason: {reason}. "
        "The limits of the rules and your rights are unchanged.",
    ),
}  # fmt: skip
