"""Who is told what, and how urgently: every verb of every life, as one table that is read and checked when this module is imported.

A row of TOLD: when (`life.verb`), for whom, how urgent, whose clock `{due}` is about (`told`: the line itself says the time; `-`: none)
and which sentence. `given` narrows a row: a party (who made the move; `clock` means a lapse), a stage (where it led), `>party` (for whom
the life waits then), `@to` and `@for` (a cost is asked of the merchant, or for it), `!` before any of them for its contrary, commas for
`and`. Of the rows that fit, the first for an audience counts.
`alone` makes a row give way to another of the same act that tells the same audience at least as urgently: so applying is one notice and
not two. A verb that tells nobody stands in SILENT with its reason, because a missing row must be a mistake and not a silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from amends.cases.rules.lives import CASE, GRANT
from amends.cases.rules.told import TOLD as LINES
from amends.kernel.parties import Party
from amends.kernel.tables import BIRTH, Life, TableError, rows
from amends.kernel.texts import Text, say
from amends.liability.rules import CHARGE_BACK_TO
from amends.notices.rules.sentences import SENTENCES
from amends.notices.rules.words import Audience, Urgency
from amends.refunds.rules import REFUND
from amends.returns.rules import INSPECTION, RETURN_SHIPMENT
from amends.rulings.rules import REVIEW

LIVES: Mapping[str, Life] = {life.name: life for life in (CASE, GRANT, RETURN_SHIPMENT, INSPECTION, REFUND, REVIEW, CHARGE_BACK_TO)}
TOLD_LINES = tuple(f"{life}.{what}" for life, lines in LINES.items() for what in lines)
BESIDE = ("webhook.alarm", "webhook.given_up")
"""What is told without a line of a timeline."""
ITS_OWN = "told"
ALONE = "alone"
LONGEST_KIND = 40

TOLD = """
when                               given                to          urgency  due_of    words
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
case.appeal                        alone                consumer    result   arbiter   appealed
case.appeal                        alone                merchant    result   arbiter   appealed
case.appeal                        alone                arbiter     act      arbiter   appealed_arbiter
case.let_stand                     clock                consumer    result   -         binds
case.let_stand                     clock                merchant    result   -         binds
case.let_stand                     -                    consumer    result   -         ruling_accepted
case.let_stand                     -                    merchant    result   -         ruling_accepted
case.uphold                        -                    consumer    result   -         upheld
case.uphold                        -                    merchant    result   -         upheld
case.change                        -                    consumer    result   -         changed
case.change                        -                    merchant    result   -         changed
case.send_back                     alone                consumer    result   -         sent_back
case.send_back                     alone                merchant    result   -         sent_back
case.retract                       -                    consumer    result   -         appeal_retracted
case.retract                       -                    merchant    result   -         appeal_retracted
case.settle                        -                    consumer    result   -         settled
case.settle                        -                    merchant    result   -         settled
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
return_shipment.ask_back           -                    consumer    news     merchant  address_awaited
return_shipment.ask_back           -                    merchant    act      merchant  address_wanted
return_shipment.intercept          -                    consumer    result   carrier   intercepted
return_shipment.intercept          -                    merchant    news     carrier   intercepted
return_shipment.give_address       -                    consumer    act      consumer  ship_back
return_shipment.use_known_address  -                    consumer    act      consumer  ship_to_known
return_shipment.use_known_address  -                    merchant    result   consumer  address_lapsed
return_shipment.book_pickup        -                    consumer    result   carrier   pickup_booked
return_shipment.miss_pickup        -                    consumer    act      consumer  pickup_missed
return_shipment.ship               on_way_home          consumer    result   carrier   on_way_home
return_shipment.ship               -                    merchant    news     carrier   shipped
return_shipment.collect            home                 merchant    news     -         home_merchant
return_shipment.collect            -                    consumer    news     carrier   picked_up
return_shipment.collect            -                    merchant    news     carrier   shipped
return_shipment.destroy            -                    consumer    result   -         destroyed
return_shipment.destroy            -                    merchant    result   -         destroyed
return_shipment.lapse              -                    consumer    result   -         unsent
return_shipment.lapse              -                    merchant    result   -         unsent_merchant
return_shipment.deliver            home                 consumer    result   -         home
return_shipment.deliver            home                 merchant    news     -         home_merchant
return_shipment.deliver            -                    consumer    news     merchant  arrived
return_shipment.deliver            -                    merchant    act      merchant  at_door
return_shipment.chase              -                    consumer    result   carrier   traced
return_shipment.chase              -                    merchant    news     carrier   traced
return_shipment.resume_travel      -                    consumer    news     carrier   found
return_shipment.resume_travel      -                    merchant    news     carrier   found
return_shipment.declare_lost       lost,clock           consumer    result   -         lost_by_silence
return_shipment.declare_lost       lost                 consumer    result   -         lost
return_shipment.declare_lost       lost                 merchant    result   -         lost_merchant
return_shipment.declare_lost       !lost                consumer    result   -         lost_going_home
return_shipment.declare_lost       !lost                merchant    result   -         lost_going_home_merchant
return_shipment.declare_lost       -                    agent       result   -         lost_agent
return_shipment.receive            clock                consumer    news     merchant  counted_received
return_shipment.receive            clock                merchant    act      merchant  to_inspect_late
return_shipment.receive            -                    consumer    news     merchant  being_inspected
return_shipment.receive            -                    merchant    act      merchant  to_inspect
return_shipment.send_home          -                    consumer    result   merchant  coming_home
return_shipment.send_home          -                    merchant    act      merchant  send_home
return_shipment.keep_goods         clock                consumer    result   -         bought_by_silence
return_shipment.keep_goods         clock                merchant    result   -         bought_by_your_silence
return_shipment.keep_goods         -                    consumer    result   -         bought
return_shipment.leave_unclaimed    -                    consumer    act      consumer  to_collect
return_shipment.forfeit            -                    consumer    result   -         given_up
return_shipment.forfeit            -                    merchant    result   -         given_up
return_shipment.remind             awaiting_dispatch    consumer    remind   told      remind_ship
return_shipment.remind             unclaimed            consumer    remind   told      remind_collect
return_shipment.remind             >consumer            consumer    remind   told      remind
return_shipment.remind             addressing           merchant    remind   told      remind_address
return_shipment.remind             delivered            merchant    remind   told      remind_receive
return_shipment.remind             sending_home         merchant    remind   told      remind_home
inspection.accept                  clock                consumer    result   -         passed_by_silence
inspection.accept                  clock                merchant    result   -         passed_by_your_silence
inspection.accept                  -                    consumer    result   -         passed
inspection.accept_finding          clock                consumer    result   -         finding_stood
inspection.accept_finding          -                    merchant    result   -         finding_stood_merchant
inspection.reduce                  -                    consumer    act      consumer  found_less
inspection.reject                  -                    consumer    act      consumer  found_bad
inspection.report_missing          -                    consumer    act      consumer  found_missing
inspection.contest                 clock                consumer    result   -         contested_for_you
inspection.contest                 -                    merchant    result   -         contested
inspection.alarm                   -                    supervisor  act      -         alarm
inspection.remind                  awaiting             merchant    remind   told      remind_inspect
inspection.remind                  >consumer            consumer    remind   told      remind_contest
inspection.remind                  >arbiter             arbiter     remind   told      remind_ruler
refund.intend                      -                    consumer    news     platform  begun
refund.pay                         -                    consumer    result   -         paid
refund.pay                         -                    merchant    news     -         paid_merchant
refund.fail                        -                    consumer    result   platform  failed
refund.fail                        -                    agent       act      platform  failed_agent
refund.doubt                       -                    consumer    result   platform  doubted
refund.doubt                       -                    agent       act      platform  doubted_agent
refund.freeze                      -                    consumer    result   gateway   frozen
refund.freeze                      -                    agent       act      gateway   frozen_agent
refund.unfreeze                    -                    consumer    news     platform  unfrozen
refund.cover                       -                    consumer    result   -         covered
refund.cover                       -                    merchant    result   -         covered_merchant
refund.redirect                    -                    consumer    result   -         redirected
refund.reverse                     -                    consumer    result   -         reversed
refund.reverse                     -                    agent       act      -         reversed_agent
refund.come_back_late              -                    agent       act      -         reversed_late_agent
refund.ask_payee                   -                    consumer    act      -         payee_wanted
refund.alarm                       -                    consumer    result   -         refund_late
refund.alarm                       -                    supervisor  act      -         alarm
refund.remind                      >platform            agent       remind   told      remind_platform
review.open_round                  alone                consumer    act      consumer  round
review.open_round                  alone                merchant    act      merchant  round
review.open_round                  -                    arbiter     news     -         round_arbiter
review.submit                      consumer             merchant    news     merchant  evidence_of_other
review.submit                      merchant             consumer    news     consumer  evidence_of_other
review.close_round                 -                    consumer    act      consumer  reply
review.close_round                 -                    merchant    act      merchant  reply
review.close_replies               -                    consumer    news     arbiter   arbiter_has_it
review.close_replies               -                    merchant    news     arbiter   arbiter_has_it
review.close_replies               -                    arbiter     act      arbiter   to_rule
review.ask_more                    -                    consumer    act      consumer  more_wanted
review.ask_more                    -                    merchant    act      merchant  more_wanted
review.order_test                  -                    consumer    result   platform  test_ordered
review.order_test                  -                    merchant    result   platform  test_ordered
review.report_test                 -                    consumer    result   arbiter   test_reported
review.report_test                 -                    merchant    result   arbiter   test_reported
review.report_test                 -                    arbiter     act      arbiter   to_rule
review.close_test                  -                    consumer    result   arbiter   test_lapsed
review.close_test                  -                    merchant    result   arbiter   test_lapsed
review.close_test                  -                    arbiter     act      arbiter   to_rule
review.draft_ruling                -                    arbiter     act      arbiter   second_reading
review.return_draft                -                    arbiter     act      arbiter   draft_returned
review.rule_by_default             -                    consumer    result   consumer  default_ruling
review.rule_by_default             -                    merchant    result   merchant  default_ruling
review.rule_by_default             -                    supervisor  result   -         default_ruling_supervisor
review.reassign                    clock                consumer    result   arbiter   arbiter_silent
review.reassign                    clock                merchant    result   arbiter   arbiter_silent
review.reassign                    clock                supervisor  act      arbiter   reassigned_supervisor
review.reassign                    -                    consumer    news     arbiter   reassigned
review.reassign                    -                    merchant    news     arbiter   reassigned
review.reassign                    -                    arbiter     act      arbiter   to_rule
review.alarm                       -                    consumer    result   -         review_late
review.alarm                       -                    merchant    result   -         review_late
review.alarm                       -                    supervisor  act      -         alarm
review.remind                      >consumer            consumer    remind   told      remind_evidence
review.remind                      >merchant            merchant    remind   told      remind_evidence
review.remind                      >arbiter             arbiter     remind   told      remind_ruler
review.remind                      >platform            agent       remind   told      remind_platform
case.announce_deduction            -                    merchant    act      told      deduction_announced
case.contest_deduction             -                    agent       act      told      deduction_contested
case.remind_deduction              -                    agent       remind   told      remind_deduction
case.alarm_deduction               -                    supervisor  act      -         alarm_deduction
case.uphold_deduction              -                    merchant    result   -         deduction_upheld
case.withdraw_deduction            -                    merchant    result   -         deduction_withdrawn
charge_back_to.ask_bearer          @to                  merchant    act      told      charge_asked
charge_back_to.ask_bearer          @for                 merchant    news     -         charge_asked_other
charge_back_to.admit_liability     @for                 merchant    result   -         charge_admitted_other
charge_back_to.admit_liability     -                    agent       news     -         charge_admitted_agent
charge_back_to.deny_liability      -                    agent       act      told      charge_contested
charge_back_to.deny_liability      @for                 merchant    news     -         charge_contested_other
charge_back_to.presume_liable      @to                  merchant    result   told      charge_presumed
charge_back_to.presume_liable      @for                 merchant    result   -         charge_presumed_other
charge_back_to.hold_liable         @to                  merchant    result   told      charge_held
charge_back_to.hold_liable         @for                 merchant    result   -         charge_admitted_other
charge_back_to.excuse              @to                  merchant    result   -         charge_excused
charge_back_to.excuse              @for                 merchant    result   -         charge_excused_other
charge_back_to.bear                @to                  merchant    result   -         charge_borne
charge_back_to.bear                @for                 merchant    news     -         charge_borne_other
charge_back_to.deduct              @to                  merchant    result   -         charge_deducting
charge_back_to.deduct              -                    agent       act      told      charge_deducting_agent
charge_back_to.write_off           -                    supervisor  news     -         charge_written_off
charge_back_to.give_back           @to                  merchant    result   -         charge_given_back
charge_back_to.give_back           @for                 merchant    result   -         charge_given_back_other
charge_back_to.alarm               -                    supervisor  act      -         alarm
charge_back_to.remind              >merchant,@to        merchant    remind   told      remind_charge
charge_back_to.remind              >platform            agent       remind   told      remind_platform
webhook.alarm                      -                    merchant    act      -         webhook_dead
webhook.alarm                      -                    supervisor  result   -         webhook_dead_supervisor
webhook.given_up                   -                    merchant    result   -         webhook_given_up
"""

SILENT: Mapping[str, Text] = {
    "case.attach": say("随申请一起交，商家在申请里看到。", "Comes with the claim, where the merchant sees it."),
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
    "return_shipment.cancel_pickup": say("消费者自己取消的，页面上立即可见。", "The consumer's own act, seen on the page at once."),
    "return_shipment.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "inspection.await_goods": say("收货的通知已经请商家验货。", "The notice of receipt has asked for the inspection."),
    "inspection.find_payable": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "inspection.find_reduced": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "inspection.find_unpayable": say("是裁决的执行，裁决生效的通知已经说了。", "Carries out a ruling that was told when it came to bind."),
    "inspection.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "refund.send": say("几分钟内有回音：到账、未成功或核对中，到时告知。", "The answer comes within minutes and is told."),
    "refund.retry": say("未成功时已告知平台在处理，结果会告知。", "Told with the failure; the result is told."),
    "refund.assign": say("退款页面上写着负责人。", "The page of refunds names who has it."),
    "refund.recheck": say("结果会告知。", "The result is told."),
    "refund.settle_books": say("只是账目，到账时已经告知。", "Book-keeping; the payment was told."),
    "refund.drop": say("使它不再需要的那一步已经告知。", "Said by the step that made it needless."),
    "review.rule": say("裁决的通知由售后单发出。", "Told by the case, which is ruled in the same act."),
    "review.drop": say("和解或撤回的通知已经说了。", "Said by the notice of the settlement or withdrawal."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, for one audience."""

    when: str
    given: tuple[str, ...]
    to: Audience
    urgency: Urgency
    due_of: str
    words: str

    @property
    def kind(self) -> str:
        """What a notice keeps to find its words again: `when`, and what narrows the row; unique together with the audience."""
        return ".".join((self.when, *self.conditions))

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must hold of the step for this row to fit."""
        return tuple(name for name in self.given if name != ALONE)

    @property
    def gives_way(self) -> bool:
        """Whether another notice of the same act takes its place."""
        return ALONE in self.given

    @property
    def by_lapse(self) -> bool:
        """Whether only the clock makes this step, so that `{until}`, `{who}` and `{rule}` can be said."""
        life, verb = self.when.split(".")
        makers = {party for (_, made, party) in LIVES[life].moves if made == verb} if life in LIVES else set()
        return Party.CLOCK.value in self.given or makers == {Party.CLOCK}


class Step(NamedTuple):
    """What of a timeline entry the table looks at: `by` is the party's value, `number` its place in the case's timeline; `about`: whether a
    cost is asked of the merchant (to) or for it (for)."""

    life: str
    verb: str
    by: str
    went_to: str
    number: int = 0
    about: tuple[str, ...] = ()


def _row(cells: Sequence[str]) -> Row:
    when, given, to, urgency, due_of, words = cells
    where = f"{when} {to}"
    try:
        row = Row(
            when, () if given == "-" else tuple(given.split(",")), Audience(to), Urgency(urgency), "" if due_of == "-" else due_of, words
        )
    except ValueError as unknown:
        raise TableError(f"{where}: {unknown}") from unknown
    if row.due_of and row.due_of != ITS_OWN and row.due_of not in list(Party):
        raise TableError(f"{where}: no such party {row.due_of}")
    if row.words not in SENTENCES:
        raise TableError(f"{where}: no such sentence {row.words}")
    if len(row.kind) > LONGEST_KIND:
        raise TableError(f"{where}: {row.kind} is too long a name")
    return row


def _known() -> tuple[str, ...]:
    return (*(f"{name}.{verb}" for name, life in LIVES.items() for verb in life.all_verbs), *TOLD_LINES, *BESIDE)


def _check_given(row: Row) -> None:
    """Every condition is of something that this very verb can have: a party that makes it, or a stage that it leads to."""
    life, verb = row.when.split(".")
    if life not in LIVES:
        if row.given:
            raise TableError(f"{row.kind}: nothing narrows what is no line of a timeline")
        return
    table = LIVES[life]
    moves = [(party.value, becomes) for (_, made, party), becomes in table.moves.items() if made == verb]
    by, leads = {party for party, _ in moves}, {becomes for _, becomes in moves}
    if row.when in TOLD_LINES:
        by, leads = {party.value for party in Party}, set(table.stages)
    awaited = {f">{party.value}" for name in leads - {BIRTH} for party in table.stages[name].waits_for}
    bearers = {"@to", "@for"} if table is CHARGE_BACK_TO else set()
    for condition in row.conditions:
        if condition.removeprefix("!") not in by | leads | awaited | bearers:
            raise TableError(f"{row.kind}: {condition} never holds of it")


def parsed(told: str, silent: Mapping[str, Text]) -> dict[str, tuple[Row, ...]]:
    """The rows by what they are about. Raises TableError where a name is unknown, a kind stands twice for one audience, a row can never
    fit, or a verb of a life is neither told nor silent."""
    found: dict[str, list[Row]] = {}
    known = set(_known())
    for row in map(_row, rows(told)):
        if row.when not in known:
            raise TableError(f"{row.when}: no life has such a verb, and it is no told line")
        if any((other.kind, other.to) == (row.kind, row.to) for other in found.get(row.when, ())):
            raise TableError(f"{row.kind} {row.to} stands in two rows")
        _check_given(row)
        found.setdefault(row.when, []).append(row)
    for when in sorted(known):
        if (when in found) == (when in silent):
            raise TableError(f"{when}: " + ("both told and silent" if when in found else "neither told nor silent, with a reason"))
    for when in sorted(set(silent) - known):
        raise TableError(f"{when}: silent, but there is no such thing")
    return {when: tuple(rows_) for when, rows_ in found.items()}


ROWS: Mapping[str, tuple[Row, ...]] = parsed(TOLD, SILENT)
_BY_KIND = {(row.kind, row.to): row for rows_ in ROWS.values() for row in rows_}
_PRESSING = list(Urgency)


def every_row() -> tuple[Row, ...]:
    """All rows in the order of the table."""
    return tuple(row for rows_ in ROWS.values() for row in rows_)


def heard() -> tuple[str, ...]:
    """Every line of a timeline (`life.verb`) that tells anybody: what the listener listens to."""
    return tuple(when for when in ROWS if when not in BESIDE)


def row_of(kind: str, audience: Audience | str) -> Row:
    """The row that a notice of this kind to this audience was made by; KeyError where the table has it no more."""
    return _BY_KIND[kind, Audience(audience)]


def rows_for(step: Step, act: Sequence[Step] = ()) -> tuple[Row, ...]:
    """Who is told of `step`, one row for an audience. `act` holds all steps of the same act of the same case, this one too: rows that
    stand `alone` give way to what the others tell, and what would be said word for word twice (two units rejected at once) is said by
    the first step only."""
    others = [(other, row) for other in act if other.number != step.number for row in _fitting(other)]
    said = {(row.kind, row.to) for other, row in others if other.number < step.number and "{sum}" not in SENTENCES[row.words].body.en}
    return tuple(
        row
        for row in _fitting(step)
        if (row.kind, row.to) not in said and not (row.gives_way and any(_outdone(row, other) for _, other in others))
    )


def _fitting(step: Step) -> tuple[Row, ...]:
    first: dict[Audience, Row] = {}
    for row in ROWS.get(f"{step.life}.{step.verb}", ()):
        if row.to not in first and all(_holds(condition, step) for condition in row.conditions):
            first[row.to] = row
    return tuple(first.values())


def _holds(condition: str, step: Step) -> bool:
    if condition.startswith("!"):
        return not _holds(condition[1:], step)
    if condition.startswith(">"):
        stage = LIVES[step.life].stages.get(step.went_to)
        return stage is not None and condition[1:] in stage.waits_for
    if condition.startswith("@"):
        return condition[1:] in step.about
    return condition in (step.by, step.went_to)


def _outdone(row: Row, other: Row) -> bool:
    return other.to is row.to and not other.gives_way and _PRESSING.index(other.urgency) <= _PRESSING.index(row.urgency)
