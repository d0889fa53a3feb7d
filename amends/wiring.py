"""Who hears of what, who moves with whom, who must be asked first: the only file that knows every package (docs/lifecycle.md 13).

FOLLOWS: in the same commit as the move on the left. LISTENS: afterwards, each by a job of its own. GUARDS: before the move.
The numbers are those of the synchronisation rules in docs/lifecycle.md.
"""

from __future__ import annotations

from amends.approvals.asking import register
from amends.cases import duplicates, grants, lanes, linking, relay
from amends.cases.evidence import likeness
from amends.cases.hooks import (
    CHECKS_SUM,
    CLAIM_CHANGED,
    FILE_CLOSED,
    FOLLOWERS,
    GIVES,
    GONE,
    GUARDS,
    HOLDS_OPEN,
    LETS_GO,
    LISTENER,
    LISTENERS,
    LIVES,
    LOCKS,
    LONGER,
    MONEY_MOVES,
    NEEDED,
    NOT_SENT,
    PAST_OF_UNITS,
    PRICE_CUT,
    STARTS,
    TAKES_OVER,
    Follower,
    Guard,
    Listener,
)
from amends.cases.life import LifeRow
from amends.cases.models import Case, Extension, Grant
from amends.cases.rules.lengthening import ends_turns
from amends.cases.rules.mix import SUMS
from amends.cases.rules.told import is_told
from amends.cases.verbs import answering, applying, ending, extending, merging, reopening, splitting, uploading
from amends.compensation import captures, carrying, granting, purses, supplements
from amends.compensation.price_protection import fallen_minor
from amends.complaints import clocks as complaint_clocks
from amends.complaints import verbs as complaint_verbs
from amends.complaints.models import Complaint
from amends.deliveries import errands as delivery_errands
from amends.deliveries import followers as deliveries
from amends.deliveries import guards as delivery_guards
from amends.deliveries import queries as delivery_reads
from amends.deliveries import tracking as delivery_tracking
from amends.deliveries import verbs as delivery_verbs
from amends.deliveries.models import OutboundDelivery
from amends.deliveries.rules import ABOUT_DAMAGE, ABOUT_WHERE
from amends.incidents import verbs as incident_verbs
from amends.liability import followers as bearing
from amends.liability import proposing
from amends.liability.granting import RUNS as BEARING_RUNS
from amends.liability.models import ChargeBackTo
from amends.liability.verbs import charging, insuring
from amends.notices import jobs as notice_jobs
from amends.notices import listeners as notices
from amends.notices import promises
from amends.notices.announcing import jobs as announcing_jobs
from amends.notices.webhooks import hearing as webhooks
from amends.notices.webhooks import jobs as webhook_jobs
from amends.policy.simulation import jobs as simulation_jobs
from amends.reconciliation import jobs as reconciliation_jobs
from amends.refunds import jobs as refund_jobs
from amends.refunds import listeners as refunds
from amends.refunds import mending as refund_mending
from amends.refunds import pushes
from amends.refunds import queries as refund_reads
from amends.refunds import settling as refund_settling
from amends.refunds import verbs as refund_verbs
from amends.refunds.models import Refund
from amends.repairs import booking as repair_booking
from amends.repairs import consulting, warranty, ways
from amends.repairs import followers as repairs
from amends.repairs import loans as repair_loans
from amends.repairs import queries as repair_reads
from amends.repairs import starting as repair_starts
from amends.repairs import verbs as repair_verbs
from amends.repairs import waiting as repair_waiting
from amends.repairs.models import Consultation, Loan, Repair
from amends.replacements import ahead, differences, offering, paying
from amends.replacements import beginning as replacing
from amends.replacements import queries as replacement_reads
from amends.replacements import tracking as replacement_tracking
from amends.replacements import verbs as replacement_verbs
from amends.replacements.holding import held_before
from amends.replacements.models import Advance, Replacement
from amends.replacements.short import piece_taken_away
from amends.returns import addressing as return_addresses
from amends.returns import errands
from amends.returns import listeners as returns
from amends.returns import queries as return_reads
from amends.returns import tracking as return_tracking
from amends.returns import verbs as return_verbs
from amends.returns.article import HELD_BEFORE
from amends.returns.models import Inspection, ReturnShipment
from amends.returns.verbs import pickups, sparing
from amends.rulings import appeal_followers as appeals
from amends.rulings import appeal_queries as appeal_reads
from amends.rulings import appealing, breaches, examining
from amends.rulings import bearing as ruled_bearing
from amends.rulings import lengthened as ruled_lengthened
from amends.rulings import listeners as rulings
from amends.rulings import queries as ruling_reads
from amends.rulings import verbs as ruling_verbs
from amends.rulings.models import Appeal, Review
from amends.rulings.verbs.shared import file_is_closed
from amends.sealing import stamping
from amends.shipping import jobs as shipping_jobs
from amends.shipping.hooks import SUBJECTS, Subject
from amends.stock.hooks import TAKEN_AWAY
from amends.surveys import listeners as surveys
from amends.surveys import verbs as survey_verbs
from amends.talks import asking as offer_asking
from amends.talks import followers as offers
from amends.talks import offering as settling
from amends.talks.models import Offer
from amends.tasks import followers as tasks
from amends.tasks import verbs as task_verbs
from amends.tasks.models import Task

LIFE_ROWS: tuple[type[LifeRow], ...] = (
    Case,
    Grant,
    ReturnShipment,
    Inspection,
    Replacement,
    Advance,
    Repair,
    Refund,
    Review,
    Appeal,
    ChargeBackTo,
    OutboundDelivery,
    Loan,
    Consultation,
    Task,
    Complaint,
    Extension,
    Offer,
)

FOLLOWS: tuple[tuple[str, Follower], ...] = (
    ("case.approve", grants.owe_claim),                       # S2
    ("case.grant_at_once", grants.owe_claim),                 # S2
    ("case.call_platform", rulings.open_round),
    ("case.send_back", rulings.open_round),
    ("case.send_back", appeals.hear_anew),                    # S17
    ("case.appeal", appeals.begin_appeal),                    # S17
    ("case.ask_person", lanes.hand_to_a_person),              # S21
    ("case.ask_person", rulings.before_a_person),             # S21
    ("review.rule", rulings.case_is_ruled),
    ("review.rule_by_default", rulings.case_is_ruled),
    ("review.reassign", rulings.give_to_another),
    ("review.close_replies", rulings.nothing_came),
    ("review.close_test", rulings.no_report_came),
    *((f"review.{verb}", rulings.somebody_decides) for verb in ("close_replies", "close_test", "report_test", "return_draft")),
    ("review.drop", rulings.needless),
    ("case.let_stand", rulings.bind),                         # S4, S5
    *((f"case.{verb}", rulings.bind) for verb in ("uphold", "change", "retract")),  # S4, S5
    *((f"appeal.{verb}", appeals.lead_case) for verb in ("uphold", "change", "send_back", "retract")),  # S17
    ("appeal.uphold", appeals.make_good),
    ("appeal.admit", appeals.ask_again),
    ("appeal.bring_up", appeals.name_head),
    *((f"case.{verb}", appeals.drop_appeal) for verb in ("settle", "withdraw")),  # S6, S8
    ("case.withdraw", rulings.drop_review),
    ("case.complete", rulings.end_needless),
    ("case.withdraw", refunds.let_go),                        # S8
    ("case.withdraw", rulings.call_for_unheard),              # S7
    ("return_shipment.use_known_address", return_addresses.use_address_on_file),
    ("return_shipment.miss_pickup", pickups.end_missed),
    ("return_shipment.collect", pickups.end_collected),
    ("return_shipment.bring_back", pickups.begin_anew),
    *((f"return_shipment.{verb}", pickups.end_dropped) for verb in ("drop", "destroy", "lapse")),
    ("return_shipment.destroy", refunds.pay_for_lost),        # S9
    ("return_shipment.receive", returns.begin_inspection),
    ("return_shipment.lapse", returns.void_unsent),
    ("return_shipment.declare_lost", refunds.pay_for_lost),   # S10
    ("return_shipment.keep_goods", refunds.buy_kept),         # S11
    ("inspection.accept", refunds.pay_accepted),              # S12
    ("inspection.accept_finding", refunds.end_of_finding),    # S12
    ("inspection.find_payable", refunds.pay_accepted),
    ("inspection.find_reduced", refunds.pay_accepted),
    ("inspection.find_unpayable", refunds.end_of_finding),
    ("inspection.contest", rulings.call_for_contest),         # S13
    ("grant.void", grants.take_back),
    ("return_shipment.receive", insuring.pay_return_freight),
    ("return_shipment.declare_lost", insuring.pay_return_freight),
    ("grant.void", insuring.take_back_cover),
    ("grant.void", bearing.let_off),                          # S17
    ("charge_back_to.admit_liability", bearing.book_admitted),  # S17
    ("charge_back_to.presume_liable", bearing.book_admitted),
    ("charge_back_to.hold_liable", bearing.book_admitted),
    ("charge_back_to.bear", bearing.book_borne),
    ("charge_back_to.excuse", bearing.book_excused),
    ("charge_back_to.write_off", bearing.book_written_off),
    ("charge_back_to.deduct", bearing.announce_deduction),
    ("refund.pay", refunds.fulfil),
    ("refund.pay", purses.credit_paid),
    ("refund.reverse", purses.credit_came_back),              # S15
    ("grant.fulfil", captures.goods_are_back),
    *((f"case.{verb}", end) for verb in ("withdraw", "accept_refusal", "complete", "absorb", "merge")
      for end in (supplements.drop_with_case, granting.void_with_case)),
    *((f"case.{verb}", consulting.drop_with_case) for verb in ("withdraw", "accept_refusal", "complete", "absorb")),
    ("refund.cover", refunds.fulfil),                         # S15
    ("refund.alarm", refund_verbs.name_owner),
    *((f"delivery.{verb}", deliveries.claim_goes_on) for verb in ("declare_lost", "presume_lost", "bring_back")),
    *((f"case.{verb}", deliveries.drop_with_case) for verb in ("withdraw", "accept_refusal", "complete", "absorb")),
    ("replacement.reserve", replacing.ask_difference),
    ("replacement.ship", replacing.return_difference),
    ("replacement.run_out", offering.offer_what_is_there),
    *((f"replacement.{verb}", replacing.let_go) for verb in ("run_out", "fall_back", "drop")),
    *((f"replacement.{verb}", replacing.owe_instead) for verb in ("fall_back", "declare_lost")),  # S14
    ("replacement.confirm", replacing.fulfil),
    ("advance.secure", ahead.send_out),
    *((f"advance.{verb}", ahead.give_time) for verb in ("trust", "secure")),
    *((f"advance.{verb}", ahead.let_security_go) for verb in ("take_return", "drop", "decline_advance")),
    *((f"advance.{verb}", ahead.settle_charged) for verb in ("keep_both", "charge_advance")),
    ("grant.void", replacing.drop_unsent),                    # S16
    ("grant.void", repairs.drop_with_grant),                  # S16
    ("repair.give_up", repairs.next_attempt),                 # S14
    ("repair.report_fault", repairs.after_fault),             # S14
    ("repair.fall_back", repairs.turn_late),                  # S14
    *((f"repair.{verb}", repairs.end_unrepaired) for verb in ("decline_quote", "end_absent")),
    ("repair.hand_back", warranty.count_repair),
    ("repair.hand_back", repairs.hand_over),
    *((f"repair.{verb}", end) for verb in ("hand_back", "decline_quote", "end_absent", "fall_back", "drop")
      for end in (repair_loans.end_with_repair, repair_booking.let_visits_go)),
    ("repair.give_up", repair_booking.let_visits_go),
    *((f"loan.{verb}", repair_loans.note_end) for verb in ("bring_back_loan", "write_off_loan")),
    *((f"grant.{verb}", repair_loans.end_with_grant) for verb in ("void", "fulfil")),
    *((f"return_shipment.{verb}", repairs.came_home) for verb in ("deliver", "collect", "forfeit")),
    ("grant.fulfil", warranty.restart),
    ("offer.accept_offer", offers.settle_case),
    ("case.settle", rulings.drop_review),                     # S6
    *((f"case.{verb}", offers.drop_others) for verb in ("settle", "withdraw", "accept_refusal", "complete", "merge", "absorb", "discard")),
    ("case.settle", offers.drop_asked),                       # S6
    ("case.settle", offers.owe_settled),                      # S6
    ("case.settle", rulings.call_for_unheard),                # S7
    ("task.pass_task", tasks.raise_when_passed_on),
    ("task.raise_task", tasks.leave_to_a_supervisor),
    *((f"case.{verb}", tasks.drop_with_case) for verb in stamping.ENDS),
    *((f"{model.LIFE.name}.{verb}", extending.drop_passed) for model in LIFE_ROWS for verb in ends_turns(model.LIFE)),
    ("extension.grant_extension", promises.move_with_limit),
    ("extension.grant_extension", ruled_lengthened.move_along),
)  # fmt: skip

LISTENS: tuple[tuple[str, str, Listener], ...] = (
    *((move, "begin_return", returns.begin_grants) for move in (
        "case.approve", "case.grant_at_once", "case.let_stand", "replacement.fall_back", "replacement.declare_lost",
    )),
    *((move, "begin_refund", refunds.begin_grants) for move in (
        "case.approve", "case.grant_at_once", "case.let_stand", "return_shipment.keep_goods", "return_shipment.waive_return",
        "return_shipment.miss_address", "replacement.fall_back",
        "replacement.declare_lost",
    )),
    *((move, "begin_replacement", replacing.begin_grants) for move in ("case.approve", "case.grant_at_once", "case.let_stand")),
    *((move, "begin_repair", repair_starts.begin_grants) for move in ("case.approve", "case.grant_at_once", "case.let_stand")),
    ("case.pay_supplement", "quote_paid", repair_verbs.hear_paid),
    *((f"replacement.{verb}", "reserve_stock", replacing.reserve_from_stock) for verb in ("reserve_for", "choose_other")),
    *((f"case.{line}", "exchange_paid", paying.hear_supplement) for line in ("pay_supplement", "lapse_supplement", "drop_supplement")),
    *((move, "send_refund", refunds.send_intended) for move in ("refund.intend", "refund.unfreeze")),
    *((move, "begin_compensation", carrying.begin_grants) for move in ("case.approve", "case.grant_at_once", "case.let_stand")),  # S19
    *((move, "complete", ending.hear_of_end) for move in (
        "grant.fulfil", "grant.void", "case.let_stand", "case.withdraw", "case.send_back", "return_shipment.lapse",
        "return_shipment.deliver", "return_shipment.collect", "return_shipment.keep_goods", "return_shipment.forfeit",
        "return_shipment.declare_lost", "return_shipment.destroy", "inspection.accept_finding", "inspection.find_unpayable",
        "loan.bring_back_loan", "loan.write_off_loan", "loan.drop",
        "replacement.confirm", "replacement.fall_back", "replacement.drop",
    )),
    *((f"case.{verb}", name, begin) for verb in ("uphold", "change", "retract") for name, begin in (
        ("begin_return", returns.begin_grants), ("begin_refund", refunds.begin_grants), ("begin_replacement", replacing.begin_grants),
        ("begin_repair", repair_starts.begin_grants), ("begin_compensation", carrying.begin_grants), ("complete", ending.hear_of_end),
    )),
    *(("case.settle", name, begin) for name, begin in (      # S2
        ("begin_return", returns.begin_grants), ("begin_refund", refunds.begin_grants), ("begin_replacement", replacing.begin_grants),
        ("begin_repair", repair_starts.begin_grants), ("begin_compensation", carrying.begin_grants), ("complete", ending.hear_of_end),
    )),
    *((f"delivery.{verb}", "complete", ending.hear_of_end) for verb in (
        "confirm", "bring_back", "declare_lost", "presume_lost", *sorted(ABOUT_DAMAGE),
    )),
    *((move, "propose_bearers", proposing.hear) for move in (
        "refund.intend", "inspection.dispose", "delivery.declare_lost", "delivery.presume_lost", "return_shipment.declare_lost",
        "delivery.admit_damage", "delivery.presume_damaged", "delivery.turn_up",
    )),
    ("case.complete", "ask_ruled_bearers", ruled_bearing.hear),  # S17
    *((f"case.{verb}", "duplicates", duplicates.hear_claim) for verb in ("apply", "reopen", "attach", "prove", "confirm_claim")),
    *((move, "breach", breaches.hear) for move in breaches.HEARD),
    *((f"case.{verb}", "survey", surveys.ask) for verb in ("complete", "accept_refusal")),
    *((move, "stamp", stamping.told) for move in (*(f"case.{verb}" for verb in stamping.ENDS), *stamping.RULINGS)),
    *((move, "notices", notices.tell) for move in notices.HEARD),
    *((move, "webhooks", webhooks.hear) for move in webhooks.HEARD),
)  # fmt: skip

ASKS_FIRST: tuple[tuple[str, Guard], ...] = (
    ("case.merge", tasks.nobody_is_asked),
    ("case.merge", consulting.nobody_is_asked),
    ("case.unmerge", merging.check_carrier),                  # S18
    ("case.complete", ending.nothing_open),                   # S3
    ("case.let_stand", rulings.burdened_side_only),           # S4
    ("return_shipment.destroy", sparing.only_on_request),
    ("return_shipment.book_pickup", pickups.only_what_is_to_travel),
    ("case.call_platform", rulings.something_to_review),
    ("case.appeal", appeals.may_be_appealed),                 # S17
    ("appeal.retract", appeals.own_appeal),
    ("case.withdraw", carrying.nothing_on_its_way),           # S19
    ("case.accept_refusal", carrying.nothing_on_its_way),     # S19
    ("replacement.ship", differences.check_settled),
    ("replacement.reserve", differences.check_askable),
    ("advance.keep_both", ahead.keeps_what_came),
    *((f"delivery.{verb}", delivery_guards.only_of_damage) for verb in sorted(ABOUT_DAMAGE)),
    *((f"delivery.{verb}", delivery_guards.only_on_the_way) for verb in sorted(ABOUT_WHERE)),
    ("repair.report_fault", repairs.not_elsewhere),           # S1
    ("repair.book", repair_booking.merchant_has_it),
    ("case.ask_person", rulings.something_for_a_person),      # S21
    ("review.rule_by_default", rulings.no_machine_after_asking),  # S21
)  # fmt: skip

TRACKED: tuple[Subject, ...] = (return_tracking.hear_track, replacement_tracking.hear_track, delivery_tracking.hear_track)
"""Who moves when a carrier told of its waybill."""
OPEN_LIVES = (
    ending.open_grants_of, return_reads.open_lives, refund_reads.open_lives, ruling_reads.open_lives, delivery_reads.open_lives,
    appeal_reads.open_lives,
    replacement_reads.open_lives,
    repair_reads.open_lives,
    repair_loans.open_lives,
)  # fmt: skip
VERB_ROOMS = (
    applying, answering, extending, reopening, splitting, merging, linking, duplicates, incident_verbs,
    settling, carrying, ending, uploading, likeness,
    return_verbs, errands, replacement_verbs, ahead, repair_verbs,
    repair_booking,
    repair_loans, consulting, delivery_verbs, delivery_errands, refund_verbs, refund_jobs, refund_mending, ruling_verbs,
    survey_verbs, relay, simulation_jobs, announcing_jobs, notice_jobs, webhook_jobs, charging,
    reconciliation_jobs, shipping_jobs, stamping, task_verbs, appealing, examining,
    complaint_verbs,
)  # fmt: skip


def connect() -> None:
    """Everything is registered once, when Django is ready."""
    for model in LIFE_ROWS:
        LIVES[model.LIFE.name] = model
    for move, follower in FOLLOWS:
        FOLLOWERS[_key(move)].append(follower)
    for move, guard in ASKS_FIRST:
        GUARDS[_key(move)].append(guard)
    for move, name, listener in LISTENS:
        LISTENERS[_key(move)].append(name)
        LISTENER[name] = listener
    HOLDS_OPEN.extend(OPEN_LIVES)
    SUBJECTS.extend(TRACKED)
    TAKEN_AWAY["replacement"] = piece_taken_away
    HELD_BEFORE.append(held_before)
    LOCKS.append(replacement_reads.locked_units)
    LONGER.extend((ahead.gives_time, repair_waiting.gives_time, sparing.gives_time))
    LONGER.append(complaint_clocks.shift)
    LOCKS.append(repair_reads.locked_units)
    GONE.extend((return_reads.away, return_reads.gone_for_good, ruling_reads.denied_units))
    MONEY_MOVES.append(refund_settling.money_moves)
    LETS_GO.append(refund_settling.drop_intents)
    TAKES_OVER.append(refund_settling.take_over)
    CHECKS_SUM.append(carrying.check_part_of_mix)
    FILE_CLOSED.append(file_is_closed)
    GIVES.update(dict.fromkeys(SUMS, carrying.give_part_of_mix))
    STARTS["exchange"] = replacing.begin_returned
    STARTS["repair"] = repair_starts.start_accepted
    PAST_OF_UNITS.append(warranty.facts_of)
    NOT_SENT["repair"] = ways.stays_put
    PRICE_CUT.append(fallen_minor)
    CLAIM_CHANGED.extend((offers.drop_others, offers.drop_asked))
    pushes.bind("capture.paid", captures.hear_capture)
    NEEDED["webhooks"] = webhooks.is_wanted
    NEEDED["stamp"] = stamping.is_wanted
    for action, run, words in (*BEARING_RUNS, *granting.RUNS):
        register(action, run, words)
    for action, run, words in offer_asking.RUNS:
        register(action, run, words, what=offer_asking.WHAT)
    register("redirect", refund_verbs.redirect_approved, refund_verbs.words_of_redirect)


def _key(move: str) -> tuple[str, str]:
    """`life.verb` as a pair, refused where the life has no such verb or line: a listener that never hears is a mistake of ours."""
    life, verb = move.split(".")
    if verb not in LIVES[life].LIFE.all_verbs and not is_told(life, verb):
        raise ValueError(f"wiring: {life} has no verb {verb}")
    return life, verb
