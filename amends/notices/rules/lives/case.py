"""What is told of a case and of what it owes: claims, answers, rulings that bind, approvals, and what is given beside the claim."""

from __future__ import annotations

from collections.abc import Mapping

from amends.kernel.texts import Text, say

TOLD = """
case.apply                         alone                consumer    result   platform  received
case.reopen                        alone                consumer    result   platform  received_anew
case.split_off                     alone                consumer    result   platform  split_off
case.split_off                     -                    merchant    news     -         split_off_merchant
case.file_for                      -                    consumer    act      consumer  drafted
case.confirm_claim                 alone                consumer    result   platform  received
case.discard                       clock                consumer    result   -         draft_lapsed
case.discard                       leader               consumer    result   -         draft_dropped
case.ask_merchant                  -                    consumer    result   merchant  asked
case.ask_merchant                  -                    merchant    act      merchant  new_claim
case.ask_leader                    -                    consumer    result   leader    leader_asked
case.grant_at_once                 -                    consumer    result   -         at_once
case.grant_at_once                 -                    merchant    result   -         at_once_merchant
case.pass_on                       clock                consumer    result   merchant  leader_silent
case.pass_on                       -                    consumer    result   merchant  leader_passed_on
case.pass_on                       -                    merchant    act      merchant  new_claim
case.approve                       clock                consumer    result   -         approved_by_silence
case.approve                       clock                merchant    result   -         approved_by_your_silence
case.approve                       -                    consumer    result   -         approved
case.approve                       -                    merchant    result   -         approved_merchant
case.refuse                        -                    consumer    act      consumer  refused
case.ask_proof                     -                    consumer    act      consumer  proof_wanted
case.prove                         -                    consumer    result   merchant  proof_received
case.prove                         -                    merchant    act      merchant  proof_given
case.go_on_unproven                -                    consumer    result   merchant  unproven
case.go_on_unproven                -                    merchant    act      merchant  unproven_merchant
case.call_platform                 clock                consumer    act      consumer  called_by_silence
case.call_platform                 clock                merchant    act      merchant  called_by_your_silence
case.amend                         -                    consumer    result   merchant  amended_consumer
case.amend                         -                    merchant    act      merchant  amended
case.accept_refusal                clock                consumer    result   -         refusal_stood
case.accept_refusal                -                    consumer    result   -         closed
case.accept_refusal                -                    merchant    result   -         closed_merchant
case.rule                          alone                consumer    result   consumer  ruled
case.rule                          alone                merchant    result   merchant  ruled
case.ask_person                    -                    consumer    result   -         person_asked
case.ask_person                    -                    merchant    result   -         person_asked
case.appeal                        alone                consumer    result   told      appealed
case.appeal                        alone                merchant    result   told      appealed
case.let_stand                     clock                consumer    result   -         binds
case.let_stand                     clock                merchant    result   -         binds
case.let_stand                     -                    consumer    result   -         ruling_accepted
case.let_stand                     -                    merchant    result   -         ruling_accepted
case.uphold                        alone                consumer    result   -         upheld
case.uphold                        alone                merchant    result   -         upheld
case.change                        -                    consumer    result   -         changed
case.change                        -                    merchant    result   -         changed
case.send_back                     alone                consumer    result   -         sent_back
case.send_back                     alone                merchant    result   -         sent_back
case.retract                       -                    consumer    result   -         appeal_retracted
case.retract                       -                    merchant    result   -         appeal_retracted
case.settle                        -                    consumer    result   -         settled
case.settle                        -                    merchant    result   -         settled
case.hang_on                       -                    consumer    news     -         incident_known
case.hang_on                       -                    merchant    news     -         incident_known
case.tell_incident                 -                    consumer    result   -         incident_told
case.tell_incident                 -                    merchant    result   -         incident_told
case.close_incident                -                    consumer    result   -         incident_over
case.close_incident                -                    merchant    result   -         incident_over
case.withdraw                      unwinding            consumer    result   -         unwinding
case.withdraw                      unwinding            merchant    result   -         unwinding_merchant
case.withdraw                      -                    consumer    result   -         closed
case.withdraw                      -                    merchant    result   -         closed_merchant
case.complete                      -                    consumer    result   -         closed
case.complete                      -                    merchant    result   -         closed_merchant
case.merge                         -                    consumer    result   platform  merged
case.merge                         -                    merchant    result   platform  merged
case.unmerge                       alone                consumer    result   platform  unmerged
case.unmerge                       alone                merchant    result   platform  unmerged
case.breach                        -                    consumer    news     -         breach
case.breach                        -                    merchant    result   -         breach
case.breach                        -                    supervisor  act      -         breach_supervisor
case.alarm                         -                    consumer    result   -         late
case.alarm                         -                    merchant    news     -         late
case.alarm                         -                    supervisor  act      -         alarm
case.mail_in                       -                    agent       act      -         mail_from_person
case.revise_promise                -                    consumer    result   told      promise_revised
case.remind                        drafted              consumer    remind   told      remind_confirm
case.remind                        awaiting_proof       consumer    remind   told      remind_proof
case.remind                        refused              consumer    remind   told      remind_escalate
case.remind                        ruled                consumer    remind   told      remind_ruling
case.remind                        ruled                merchant    remind   told      remind_ruling
case.remind                        >consumer            consumer    remind   told      remind
case.remind                        >merchant            merchant    remind   told      remind_answer
case.remind                        >arbiter             arbiter     remind   told      remind_ruler
case.remind                        >platform            agent       remind   told      remind_platform
case.ask_approval                  -                    supervisor  act      -         approval_wanted
case.remind_approval               -                    supervisor  act      -         approval_wanted_still
case.grant_approval                -                    agent       result   -         approval_granted
case.refuse_approval               -                    agent       result   -         approval_refused
case.lapse_approval                -                    agent       result   -         approval_lapsed
case.ask_colleague                 -                    merchant    act      -         colleague_asks
case.remind_colleague              -                    merchant    act      -         approval_wanted_still
case.grant_colleague               -                    merchant    result   -         approval_granted
case.refuse_colleague              -                    merchant    result   -         approval_refused
case.lapse_colleague               -                    merchant    result   -         approval_lapsed
case.break_glass                   -                    supervisor  act      -         glass_broken
case.alarm_glass                   -                    supervisor  act      -         glass_unreviewed
case.compensate                    -                    consumer    result   -         compensated
case.compensate                    -                    merchant    news     -         compensated_merchant
case.warn_voucher                  -                    consumer    result   -         voucher_runs_out
case.expire_voucher                -                    consumer    news     -         voucher_ran_out
case.revoke_voucher                -                    consumer    result   -         voucher_taken_back
case.ask_supplement                -                    consumer    act      -         supplement_asked
case.pay_supplement                -                    consumer    result   -         supplement_paid
case.pay_supplement                -                    merchant    result   -         supplement_paid
case.lapse_supplement              -                    consumer    result   -         supplement_lapsed
case.lapse_supplement              -                    merchant    result   -         supplement_lapsed
case.drop_supplement               -                    consumer    news     -         supplement_dropped
case.return_supplement             -                    consumer    result   -         supplement_back
case.return_supplement             -                    merchant    news     -         supplement_back_shop
case.return_supplement             -                    agent       news     -         supplement_back_desk
grant.alarm                        -                    supervisor  act      -         alarm
grant.remind                       >platform            agent       remind   told      remind_platform
"""

SILENT: Mapping[str, Text] = {
    "case.attach": say("随申请一起交，商家在申请里看到。", "Comes with the claim, where the merchant sees it."),
    "case.take_in": say("并入的那一份已经告知双方。", "Told by the case that was merged."),
    "case.let_out": say("取消合并的那一份已经告知双方。", "Told by the case that goes on by itself again."),
    "case.give_part": say("拆出的那一份已经告知双方。", "Told by the case that was split off."),
    "case.carry_over": say("写的时候已经有人处理。", "Whoever it was for had it when it was written."),
    "case.link_case": say("关联不改变任何一方的权利。", "A link changes nobody's rights."),
    "case.unlink_case": say("解除关联不改变任何一方的权利。", "Ending a link changes nobody's rights."),
    "case.let_off": say("与售后单的处理无关。", "It changes nothing about the case."),
    "case.answer_survey": say("评价进入统计，不催任何人。", "A rating goes into the figures and asks nobody for anything."),
    "case.give_payee": say("消费者自己填写的，页面上立即可见。", "The consumer's own act, seen on the page at once."),
    "case.answer_chargeback": say("是自己的答复，银行的结果会告知。", "Their own answer; the bank's decision is told."),
    "case.absorb": say("合并时已经告知，到期不改变什么。", "Told when the cases were merged; nothing changes when that becomes final."),
    "case.withdraw_approval": say("申请人自己撤回的，审批页面上立即可见。", "The asker's own act, seen at once on the page of approvals."),
    "case.withdraw_colleague": say("申请人自己撤回的，审批页面上立即可见。", "The asker's own act, seen at once on the page of approvals."),
    "case.void_approval": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "case.void_colleague": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "case.review_glass": say("复核结论在审批页面上，经办人和主管都看得到。", "The finding stands on the page of approvals."),
    "grant.grant": say("同意或裁决的通知已经说了。", "Said by the notice of the approval or ruling."),
    "grant.begin": say("由退货或退款的通知来说。", "Said by the notices of the return or refund that it begins."),
    "grant.fulfil": say("到账的通知已经说了。", "Said by the notice that the money is paid."),
    "grant.void": say("使它不再给付的那一步已经告知。", "Said by the step that made it needless."),
}  # fmt: skip
