"""What is told of appointments, loan units and of experts on call."""

from __future__ import annotations

from collections.abc import Mapping

from amends.notices.rules.sentences.told import Told, told

LENDING: Mapping[str, Told] = {
    "visit_booked": told(
        "维修时间约好了", "The appointment is made",
        "售后单 {case} 的维修约好了时间，几点、在哪里写在页面上。",
        "An appointment for the repair of case {case} is made; when and where stands on the page.",
    ),
    "visit_moved": told(
        "维修改了时间", "The appointment was moved",
        "售后单 {case} 的维修改了时间，新的时间写在页面上。",
        "The appointment for the repair of case {case} was moved; the new time stands on the page.",
    ),
    "visit_cancelled": told(
        "维修预约取消了", "The appointment is cancelled",
        "售后单 {case} 的维修预约取消了，请在页面上另约时间。",
        "The appointment for the repair of case {case} is cancelled. Please make another on the page.",
    ),
    "repair_ended_absent": told(
        "约好的时间总没见到人，维修结束", "The repair is over: nobody was there",
        "售后单 {case}：消费者自己选的时间多次没有人在，按规则不再修，这一件的诉求结束；仍有问题可以重新申请。",
        "Case {case}: at the times that the consumer chose nobody was there, more often than the rules allow. The repair of this unit is "
        "over; a new claim can be filed.",
    ),
    "visit_missed": told(
        "维修没有见上面", "The appointment was missed",
        "售后单 {case} 约好的时间没有见上面，请在页面上另约时间。",
        "Nobody met at the appointment for the repair of case {case}. Please make another on the page.",
    ),
    "loan_promised": told(
        "维修期间借你一台备用机", "You get a loan unit",
        "售后单 {case}：维修期间商家借你一台备用机，最晚 {due}交到你手上。到时没有交给你，{silence}。",
        "Case {case}: the merchant lends you a unit while yours is being repaired, and hands it to you by {due}. Otherwise: {silence}.",
    ),
    "loan_wanted": told(
        "请把备用机交给消费者", "Hand out a loan unit",
        "售后单 {case} 的消费者在维修期间要用备用机，请在 {due}前交给对方；到时没有交，{silence}。",
        "The consumer of case {case} is promised a loan unit. Hand it out by {due}. Otherwise: {silence}.",
    ),
    "loan_handed_out": told(
        "备用机在你手上", "The loan unit is with you",
        "售后单 {case}：备用机已交给你，修好以后会请你归还，最晚用到 {due}；到时还在用，{silence}。",
        "Case {case}: you have the loan unit. You are asked for it once yours is repaired, at the latest at {due}. Then: {silence}.",
    ),
    "loan_called_back": told(
        "请归还备用机", "Please bring the loan unit back",
        "售后单 {case}：请在 {due}前把备用机寄回或送回，并在页面上登记；到时没有归还，{silence}。",
        "Case {case}: send or bring the loan unit back by {due} and say so on the page. Otherwise: {silence}.",
    ),
    "loan_called_back_by_time": told(
        "备用机的使用时间到了", "The time of the loan unit is over",
        "售后单 {case}：备用机用到 {until}，按“{rule}”请归还。请在 {due}前寄回或送回，并在页面上登记；到时没有归还，{silence}。",
        "Case {case}: the loan unit was yours until {until}; under the rule “{rule}” it is called back. Send or bring it by {due} and say "
        "so on the page. Otherwise: {silence}.",
    ),
    "loan_called_back_merchant": told(
        "已请消费者归还备用机", "The loan unit was called back",
        "售后单 {case} 的备用机已请消费者归还，最晚 {due}；到时没有归还，{silence}。",
        "The consumer of case {case} is to bring the loan unit back by {due}. Otherwise: {silence}.",
    ),
    "loan_on_its_way": told(
        "备用机正在归还", "The loan unit is on its way back",
        "售后单 {case} 的消费者说备用机已寄回或送回。请在 {due}前确认收到；到时没有处理，{silence}。",
        "The consumer of case {case} says that the loan unit is on its way back. Confirm it by {due}. Otherwise: {silence}.",
    ),
    "loan_counted_back": told(
        "备用机视为已归还", "The loan unit counts as back",
        "售后单 {case} 的备用机在 {until}前没有确认，按“{rule}”视为已归还。",
        "You did not confirm the loan unit of case {case} by {until}, so under the rule “{rule}” it counts as back.",
    ),
    "loan_back": told(
        "备用机已归还", "The loan unit is back",
        "售后单 {case} 的备用机商家已收到，谢谢。", "The merchant has the loan unit of case {case} back. Thank you.",
    ),
    "loan_given_up_by_silence": told(
        "备用机没有归还，已核销", "A loan unit never came back",
        "售后单 {case} 的备用机在 {until}前没有归还，按“{rule}”核销。要向消费者要求赔偿，请在页面上提出。",
        "The loan unit of case {case} did not come back by {until} and was written off under the rule “{rule}”. What it is worth can be "
        "asked of the consumer on the page.",
    ),
    "loan_given_up": told(
        "备用机没有归还", "The loan unit did not come back",
        "售后单 {case} 的备用机没有归还，商家可能请你按价值补款；已经寄回的，请在页面上说明。",
        "The loan unit of case {case} did not come back. The merchant may ask you for what it is worth; if you sent it, say so on the "
        "page.",
    ),
    "loan_dropped": told(
        "不再借备用机", "No loan unit",
        "售后单 {case} 不再需要备用机，你不用做什么。", "Case {case} needs no loan unit any more. There is nothing for you to do.",
    ),
    "expert_called": told(
        "一份售后单请专家看看", "A case wants an expert",
        "售后单 {case} 请专家看看，问题写在“专家”页面，先应下的人来看。",
        "Case {case} wants an expert; the question stands under “Experts”. Whoever takes it first has it.",
    ),
    "expert_advised": told(
        "专家给了意见", "An expert has advised",
        "售后单 {case} 的专家意见已写在“专家”页面。", "What the expert says about case {case} stands under “Experts”.",
    ),
    "session_asked": told(
        "想请你参加一次会诊", "An expert would like to see it with you",
        "售后单 {case}：专家想和你一起看看商品，时间和方式在页面上。同不同意由你，不同意的按现有材料处理。",
        "Case {case}: an expert would like to look at it together with you; when and how stands on the page. It is for you to agree or "
        "not; without it the file decides.",
    ),
    "session_agreed": told(
        "消费者同意会诊", "The consumer agrees to the session",
        "售后单 {case} 的消费者同意会诊，链接已向对方显示。", "The consumer of case {case} agrees to the session and sees its link.",
    ),
    "session_refused": told(
        "消费者不参加会诊", "The consumer does not join the session",
        "售后单 {case} 的消费者不参加会诊，请按现有材料给意见。",
        "The consumer of case {case} does not join the session. Please advise by the file.",
    ),
}  # fmt: skip
