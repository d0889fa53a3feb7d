"""An example of each event that this version makes, for the manual and for whoever tries a receiver: who, from where to where, which facts.

One line each (indented ones belong to the line before): type | party (with * where it was a machine's hand) | stage before | stage
after | facts. `$` names stand for what is alike in all of them. A test holds this and the tables of the lives together.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from string import Template
from typing import Any, NamedTuple

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
CASE, ORDER, MERCHANT = "AS-6P2R-0KX4-VM1T", "OR-7K3F-9Q2M-4D1X", "ME-2C9W-F5N0-8HTD"
REFS = {
    "case": CASE,
    "return_shipment": "RT-0C4J-8P6V-YE2R",
    "refund": "RF-9T1B-D3XH-6M0K",
    "delivery": "DL-3CFX-BQ6C-WDX4",
    "review": "RV-5H2N-77KD-1GW9",
    "appeal": "AL-2B8N-61KM-9XQ4",
    "repair": "RE-4D7M-1KQ9-X2VB",
    "replacement": "RX-5C8T-3WN2-H0QY",
    "advance": "AV-9F4K-1SX6-T3BD",
    "extension": "EX-4M7Q-2C9T-B5XH",
    "offer": "OF-3R8D-5K1N-Q7PC",
}
WORDS = {
    "order": f'"{ORDER}"',
    "decision": '"DE-3M8S-21TF-B0QX"',
    "parcel": f'"{REFS["return_shipment"]}"',
    "refund": f'"{REFS["refund"]}"',
    "repair": f'"{REFS["repair"]}", "attempt": 1',
    "review": f'"{REFS["review"]}"',
    "appeal": f'"{REFS["appeal"]}"',
    "piece": f'"{REFS["replacement"]}"',
    "ahead": f'"{REFS["advance"]}"',
    "delivery": f'"{REFS["delivery"]}"',
    "extension": f'"{REFS["extension"]}"',
    "offer": f'"{REFS["offer"]}"',
    "mix": '[{"remedy": "refund_only", "units": [41], "amount_minor": 6000, "borne_by": "merchant"}]',
    "due": '"2026-03-12T02:00:00+00:00"',
    "later": '"2026-03-13T02:00:00+00:00"',
    "digest": '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
    "file": '"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"',
    "silence": '"basis": "silence", "due_at": "2026-03-12T02:00:00+00:00"',
}
TABLE = """
appeal.admit | arbiter | lodged | examining | {"appeal": $appeal, "evidence": [$file]}
appeal.appeal | consumer | - | lodged | {"appeal": $appeal, "entered_from": "page", "review": $review, "side": "consumer"}
appeal.bring_up | clock* | examining | overdue | {$silence, "limit": "appeal_final_answer"}
appeal.change | arbiter | examining | changed | {"appeal": $appeal, "clause": "CN-QUAL-01", "digest": $digest, "outcome": "for"}
appeal.drop | platform* | examining | dropped | {}
appeal.remind | clock* | lodged | lodged | {"due_at": $due, "left": "half", "limit": "appeal_first_answer", "silence": "admit",
    "to": "arbiter"}
appeal.reply_appeal | merchant | examining | examining | {"appeal": $appeal, "digest": $digest, "evidence": [$file]}
appeal.retract | consumer | lodged | retracted | {"appeal": $appeal}
appeal.send_back | arbiter | examining | sent_back | {"appeal": $appeal, "digest": $digest}
appeal.uphold | clock* | overdue | upheld | {$silence, "limit": "appeal_last_call"}
case.absorb | clock* | merged | closed | {$silence, "limit": "merge_undo"}
case.accept_refusal | clock* | refused | closed | {$silence, "limit": "consumer_escalates"}
case.alarm | clock* | in_review | in_review | {$silence, "limit": "review_ends"}
case.answer_survey | consumer | closed | closed | {"digest": $digest, "score": 4}
case.appeal | consumer | ruled | appealed | {"digest": $digest, "entered_from": "page", "evidence": [$file], "limit": "appeal_ends",
    "review": $review, "side": "consumer"}
case.change | arbiter* | appealed | executing | {"appeal": $appeal, "outcome": "for", "review": $review}
case.retract | consumer* | appealed | executing | {"appeal": $appeal, "review": $review}
case.uphold | arbiter* | appealed | executing | {"appeal": $appeal, "review": $review}
case.apply | consumer | - | triage | {"amount_minor": 9900, "currency": "CNY", "decision": $decision, "issue": "spoiled",
    "lane": "assisted", "order": $order, "remedy": "return_refund", "units": 1}
case.approve | merchant | answering_proof | executing | {"amount_minor": 9900, "basis": "approved", "currency": "CNY"}
case.ask_merchant | platform* | triage | awaiting_merchant | {}
case.ask_person | consumer | awaiting_merchant | awaiting_merchant | {"asked_by": "consumer", "lane": "assisted", "digest": $digest}
case.ask_proof | merchant | awaiting_merchant | awaiting_proof | {"digest": $digest}
case.attach | consumer | triage | triage | {"digest": $digest, "evidence": [$file]}
case.breach | clock* | executing | executing | {"basis": "ruled", "line": 31, "move": "fall_back", "of": "replacement", "who": "merchant"}
case.call_platform | consumer | refused | in_review | {"called_by": "consumer", "digest": $digest}
case.ask_supplement | merchant | executing | executing | {"amount_minor": 2000, "currency": "CNY", "due_at": $due,
    "supplement": "SU-6H2N-83WK-Q4C1"}
case.compensate | merchant | executing | executing | {"amount_minor": 2000, "borne_by": "merchant", "kind": "voucher",
    "unit": "CNY.voucher", "voucher": "VC-5R9T-27MD-X1K8"}
case.expire_voucher | clock* | closed | closed | {"amount_minor": 2000, "currency": "CNY", "min_spend_minor": 0, "until": $due,
    "voucher": "VC-5R9T-27MD-X1K8"}
case.lapse_supplement | clock* | executing | executing | {"amount_minor": 2000, "currency": "CNY", "due_at": $due,
    "supplement": "SU-6H2N-83WK-Q4C1"}
case.carry_over | platform* | triage | triage | {"digest": $digest, "from": "AS-3V8K-1QW6-R0TD", "number": 7}
case.close_incident | platform | executing | executing | {"digest": $digest, "incident": "IC-2H9M-4KQ7-D1XT"}
case.give_part | platform | awaiting_merchant | awaiting_merchant | {"count": 1, "decision": $decision, "to": "AS-3V8K-1QW6-R0TD"}
case.hang_on | platform | awaiting_merchant | awaiting_merchant | {"incident": "IC-2H9M-4KQ7-D1XT"}
case.let_off | platform | awaiting_merchant | awaiting_merchant | {"incident": "IC-2H9M-4KQ7-D1XT"}
case.let_out | platform | awaiting_merchant | awaiting_merchant | {"amount_minor": 9900, "count": 1, "currency": "CNY",
    "decision": $decision, "to": "AS-3V8K-1QW6-R0TD"}
case.link_case | platform | awaiting_merchant | awaiting_merchant | {"kind": "related", "other": "AS-3V8K-1QW6-R0TD"}
case.merge | platform | awaiting_merchant | merged | {"count": 1, "into": "AS-3V8K-1QW6-R0TD"}
case.reopen | consumer | - | triage | {"amount_minor": 9900, "currency": "CNY", "decision": $decision, "follows": "AS-3V8K-1QW6-R0TD",
    "issue": "spoiled", "lane": "assisted", "order": $order, "remedy": "return_refund", "units": 1}
case.split_off | platform | - | triage | {"amount_minor": 9900, "currency": "CNY", "decision": $decision,
    "follows": "AS-3V8K-1QW6-R0TD", "issue": "spoiled", "lane": "assisted", "order": $order, "remedy": "return_refund", "units": 1}
case.take_in | platform | awaiting_merchant | awaiting_merchant | {"amount_minor": 19800, "count": 1, "currency": "CNY",
    "decision": $decision, "evidence": [$file], "from": "AS-3V8K-1QW6-R0TD", "texts": 1}
case.tell_incident | platform | executing | executing | {"digest": $digest, "incident": "IC-2H9M-4KQ7-D1XT"}
case.unlink_case | platform | awaiting_merchant | awaiting_merchant | {"kind": "related", "other": "AS-3V8K-1QW6-R0TD"}
case.unmerge | platform | merged | triage | {"count": 1, "from": "AS-3V8K-1QW6-R0TD"}
case.complete | platform* | executing | closed | {"granted_units": 2}
case.discard | clock* | drafted | closed | {$silence, "limit": "consumer_confirms"}
case.go_on_unproven | clock* | awaiting_proof | answering_proof | {$silence, "limit": "consumer_proves"}
case.grant_at_once | platform* | triage | executing | {"amount_minor": 9900, "basis": "at_once", "currency": "CNY", "rules": ["CN-7D-01"]}
case.let_stand | clock* | ruled | executing | {$silence, "limit": "appeal_window"}
case.choose_repair_way | consumer | executing | executing | {"was": "post", "way": "home"}
case.pass_on | clock* | awaiting_leader | awaiting_merchant | {$silence, "limit": "leader_decides"}
case.prove | consumer | awaiting_proof | answering_proof | {"digest": $digest, "evidence": [$file]}
case.refuse | merchant | awaiting_merchant | refused | {"digest": $digest, "reason": "not_intact"}
case.remind | clock* | awaiting_merchant | awaiting_merchant | {"due_at": $due, "left": "half", "limit": "merchant_answers",
    "silence": "approve", "to": "merchant"}
case.revise_promise | merchant | awaiting_merchant | awaiting_merchant | {"due_at": $later, "limit": "merchant_answers",
    "reason": "out_of_stock", "told_at": $due}
case.rule | arbiter | in_review | ruled | {"clause": "CN-QUAL-01", "liable": "merchant", "outcome": "for", "review": $review}
case.say_words | merchant | awaiting_merchant | awaiting_merchant | {"digest": $digest, "evidence": [$file], "said": "SD-6W1J-0P4T-K8BN"}
case.send_back | arbiter* | appealed | in_review | {"because": "person", "called_by": "consumer", "review": $review}
case.turn_repair | platform* | executing | executing | {"because": "repair_failed", "becomes": "refund_only", "repair": $repair,
    "rules": ["CN-3G"]}
case.withdraw | consumer | awaiting_merchant | closed | {}
extension.agree_first | merchant | to_both | to_consumer | {"extension": $extension}
extension.ask_extension | merchant | - | to_consumer | {"digest": $digest, "extension": $extension, "hours": 24,
    "lengthens": "merchant_answers", "limit": "extension_answered", "was": $due}
extension.decline_extension | clock* | to_consumer | declined | {$silence, "limit": "extension_answered"}
extension.drop | platform* | to_consumer | dropped | {"extension": $extension}
extension.grant_extension | consumer | to_consumer | granted | {"due_at": $later, "extension": $extension, "hours": 24,
    "lengthens": "merchant_answers", "told_at": $due}
extension.remind | clock* | to_consumer | to_consumer | {"due_at": $due, "left": "half", "limit": "extension_answered",
    "silence": "decline_extension", "to": "consumer"}
extension.retract | merchant | to_consumer | retracted | {"extension": $extension}
offer.accept_offer | consumer | to_consumer | accepted | {"amount_minor": 6000, "currency": "CNY", "offer": $offer, "round": 2}
offer.agree_first | merchant | to_both | to_consumer | {"offer": $offer}
offer.counter | consumer | to_consumer | countered | {"offer": $offer}
offer.decline | consumer | to_consumer | declined | {"digest": $digest, "offer": $offer}
offer.drop | platform* | to_merchant | dropped | {"offer": $offer}
offer.expire | clock* | to_consumer | expired | {$silence, "limit": "offer_answered"}
offer.mediate | platform | - | to_both | {"amount_minor": 6000, "currency": "CNY", "least_minor": 0, "offer": $offer, "parts": $mix,
    "round": 1}
offer.offer | merchant | - | to_consumer | {"amount_minor": 6000, "currency": "CNY", "digest": $digest, "least_minor": 0,
    "offer": $offer, "parts": $mix, "round": 1}
offer.remind | clock* | to_consumer | to_consumer | {"due_at": $due, "left": "half", "limit": "offer_answered", "silence": "expire",
    "to": "consumer"}
offer.retract | merchant | to_consumer | retracted | {"offer": $offer}
grant.alarm | clock* | owed | owed | {$silence, "limit": "grant_begins"}
grant.begin | platform* | owed | doing | {}
grant.fulfil | platform* | doing | done | {"amount_minor": 9900}
grant.grant | platform* | - | owed | {"amount_minor": 9900, "basis": "approved", "caused_by": "merchant", "remedy": "return_refund"}
grant.void | platform* | doing | void | {"because": "withdrawn"}
inspection.accept | merchant | awaiting | payable | {"evidence": [$file]}
inspection.accept_finding | consumer | reduced | payable_reduced | {"reduced_minor": 119}
inspection.alarm | clock* | contested | contested | {$silence, "limit": "review_ends"}
inspection.await_goods | platform* | - | awaiting | {"parcel": $parcel}
inspection.contest | consumer | reduced | contested | {"evidence": [$file], "reduced_minor": 59}
inspection.dispose | merchant | payable | payable | {"disposition": "restock", "grade": "A", "move": 1, "place": "east",
    "product": "LAMP-01"}
inspection.drop | platform* | awaiting | dropped | {}
inspection.find_payable | arbiter* | contested | payable | {"review": $review}
inspection.find_reduced | arbiter* | contested | payable_reduced | {"reduced_minor": 1200, "review": $review}
inspection.find_unpayable | arbiter* | missing_contested | not_received | {"review": $review}
inspection.reduce | merchant | awaiting | reduced | {"digest": $digest, "evidence": [$file], "reduced_minor": 20}
inspection.reject | merchant | awaiting | rejected | {"digest": $digest, "evidence": [$file]}
inspection.remind | clock* | awaiting | awaiting | {"due_at": $due, "left": "half", "limit": "merchant_inspects",
    "silence": "accept", "to": "merchant"}
inspection.report_missing | merchant | awaiting | missing | {"digest": $digest, "evidence": [$file]}
refund.alarm | clock* | intended | intended | {$silence, "limit": "refund_sent"}
refund.doubt | clock* | sent | unknown | {$silence, "limit": "gateway_answers"}
delivery.admit_damage | carrier* | enquiring | confirmed | {"delivery": $delivery}
delivery.ask_by_hand | carrier* | enquiring | enquiring | {"delivery": $delivery, "errand": "enquire"}
delivery.break_date | clock* | promised | enquiring | {$silence, "limit": "new_date_kept"}
delivery.bring_back | carrier* | fetching | fetched | {"delivery": $delivery}
delivery.confirm | consumer | arrived | confirmed | {"delivery": $delivery}
delivery.declare_lost | carrier* | enquiring | lost | {"delivery": $delivery}
delivery.deliver | carrier* | enquiring | arrived | {"delivery": $delivery}
delivery.deny_damage | carrier* | enquiring | confirmed | {"delivery": $delivery, "digest": $digest}
delivery.drop | platform* | enquiring | dropped | {}
delivery.enquire | consumer | - | enquiring | {"carrier": "sf", "digest": $digest, "kind": "lost", "waybill_ends": "0870"}
delivery.fetch_back | merchant | enquiring | fetching | {"delivery": $delivery}
delivery.give_date | carrier* | enquiring | promised | {"delivery": $delivery, "expected_at": $later}
delivery.keep_way | carrier* | redirecting | tracing | {"delivery": $delivery}
delivery.lead_elsewhere | consumer | enquiring | redirecting | {"delivery": $delivery, "digest": $digest}
delivery.presume_damaged | clock* | enquiring | confirmed | {$silence, "limit": "carrier_traces"}
delivery.presume_lost | clock* | enquiring | lost | {$silence, "limit": "carrier_traces"}
delivery.reach_carrier | carrier* | enquiring | enquiring | {"delivery": $delivery, "errand": "enquire", "reference": "ENQ-1"}
delivery.redeliver | merchant | fetching | redelivering | {"delivery": $delivery, "waybill_ends": "0871"}
delivery.remind | clock* | enquiring | enquiring | {"due_at": $due, "left": "half", "limit": "carrier_traces", "silence": "presume_lost",
    "to": "carrier"}
delivery.report_absent | consumer | arrived | enquiring | {"delivery": $delivery, "digest": $digest}
delivery.take_new_way | carrier* | redirecting | redelivering | {"delivery": $delivery}
delivery.turn_up | carrier* | lost | lost | {"delivery": $delivery}
delivery.turn_down | carrier* | enquiring | enquiring | {"delivery": $delivery, "errand": "enquire", "reason": "unknown_waybill"}
refund.drop | platform* | intended | dropped | {"amount_minor": 9900, "unit": "CNY", "refund": $refund}
refund.fail | gateway* | sent | failed | {"reason": "account_closed", "source": "answer", "refund": $refund}
refund.intend | platform* | - | intended | {"amount_minor": 9900, "caused_by": "merchant", "kind": "wallet", "unit": "CNY",
    "refund": $refund}
refund.pay | gateway* | sent | paid | {"amount_minor": 9900, "gateway_at": $due, "provider_ref": "sim_fe29fb49", "reason": "",
    "source": "look", "unit": "CNY", "refund": $refund}
refund.retry | platform | failed | sent | {"reason": "account_closed", "refund": $refund}
refund.send | platform* | intended | sent | {"amount_minor": 9900, "unit": "CNY", "refund": $refund}
refund.settle_books | clock* | paid | settled | {$silence, "limit": "reversal_window"}
advance.ask_security | platform* | - | asked | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
advance.book_debt | platform* | charged | charged | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
advance.call_in | clock* | running | overdue | {$silence, "limit": "advance_returned"}
advance.charge_advance | clock* | overdue | charged | {$silence, "limit": "advance_settled"}
advance.decline_advance | consumer | asked | declined | {"advance": $ahead}
advance.drop | platform* | running | dropped | {"advance": $ahead}
advance.keep_both | consumer | running | charged | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
advance.remind_debt | clock* | charged | charged | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
advance.remind | clock* | running | running | {"due_at": $due, "left": "half", "limit": "advance_returned"}
advance.secure | platform* | asked | running | {"advance": $ahead}
advance.settle_debt | merchant | charged | charged | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
advance.take_return | platform* | running | returned | {"advance": $ahead}
advance.trust | platform* | - | running | {"advance": $ahead, "amount_minor": 9900, "currency": "CNY"}
replacement.chase | clock* | in_transit | tracing | {$silence, "limit": "parcel_arrives"}
replacement.choose_other | consumer | choosing | reserving | {"difference_minor": 2000, "price_minor": 11900, "replacement": $piece,
    "wanted": "PR-4B7N-2QX9-K1TM"}
replacement.confirm | consumer | arrived | confirmed | {"replacement": $piece}
replacement.declare_lost | carrier* | tracing | fallen_back | {"replacement": $piece}
replacement.deliver | carrier* | in_transit | arrived | {"replacement": $piece}
replacement.drop | platform* | reserving | dropped | {"replacement": $piece}
replacement.fall_back | consumer | choosing | fallen_back | {"replacement": $piece}
replacement.remind | clock* | packing | packing | {"due_at": $due, "left": "half", "limit": "merchant_ships"}
replacement.report_wrong | consumer | arrived | choosing | {"digest": $digest, "evidence": [$file], "replacement": $piece}
replacement.reserve | merchant | reserving | packing | {"replacement": $piece}
replacement.reserve_for | platform* | - | reserving | {"ahead": false, "kind": "exchange"}
replacement.resume_travel | carrier* | tracing | in_transit | {"replacement": $piece}
replacement.run_out | merchant | reserving | choosing | {"replacement": $piece}
replacement.send_elsewhere | consumer | packing | packing | {"digest": $digest, "replacement": $piece}
replacement.ship | merchant | packing | in_transit | {"replacement": $piece, "waybill_ends": "0871"}
repair.accept_quote | consumer* | quoted | repairing | {"repair": $repair, "supplement": "SU-1B8Q-6TGZ-40WM"}
repair.book | merchant | booking | diagnosing | {"repair": "RE-4D7M-1KQ9-X2VB"}
repair.book_for | platform* | - | booking | {"attempt": 1, "way": "post"}
repair.bring_parts | merchant | awaiting_parts | repairing | {"repair": $repair}
repair.confirm | clock* | handed_back | confirmed | {$silence, "limit": "repair_trial"}
repair.decline_quote | consumer | quoted | unrepaired | {"repair": $repair}
repair.diagnose | merchant | diagnosing | repairing | {"digest": $digest, "evidence": [$file], "repair": $repair}
repair.drop | platform* | booking | dropped | {"repair": $repair}
repair.fall_back | clock* | repairing | fallen_back | {$silence, "limit": "repair_ends"}
repair.give_up | merchant | repairing | failed | {"digest": $digest, "repair": $repair}
repair.hand_back | merchant | repairing | handed_back | {"by_post": true, "digest": $digest, "evidence": [$file], "repair": $repair}
repair.order_parts | merchant | diagnosing | awaiting_parts | {"parts": 2, "repair": $repair}
repair.quote | merchant | diagnosing | quoted | {"amount_minor": 12900, "currency": "CNY", "digest": $digest, "evidence": [],
    "misuse": false, "repair": $repair}
repair.remind | clock* | quoted | quoted | {"due_at": $due, "left": "half", "limit": "consumer_accepts_quote"}
repair.report_fault | consumer | handed_back | failed | {"digest": $digest, "evidence": [], "repair": $repair}
return_shipment.add_parcel | consumer | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel}
return_shipment.ask_destroy | merchant | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel}
return_shipment.ask_intercept | merchant | addressing | addressing | {"parcel": $parcel, "waybill_ends": "0870"}
return_shipment.ask_label | consumer | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel, "carrier": "sf"}
return_shipment.bring_back | carrier* | in_transit | awaiting_dispatch | {"parcel": $parcel, "by_track": true}
return_shipment.buy_label | carrier* | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel, "carrier": "sf", "waybill_ends": "0870"}
return_shipment.change_pickup | consumer | booked | booked | {"parcel": $parcel}
return_shipment.confirm_pickup | carrier* | booked | booked | {"parcel": $parcel, "carrier": "sf"}
return_shipment.fail_intercept | carrier* | addressing | addressing | {"parcel": $parcel, "reason": "too_late"}
return_shipment.fail_label | carrier* | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel, "reason": "no_rate"}
return_shipment.miss_address | clock* | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel, "limit": "merchant_gives_address"}
return_shipment.prove_freight | consumer | in_transit | in_transit | {"parcel": $parcel, "freight_minor": 1200}
return_shipment.refuse_parcel | consumer | addressing | addressing | {"parcel": $parcel, "waybill_ends": "0870"}
return_shipment.travel_with | consumer | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel}
return_shipment.void_label | consumer | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel}
return_shipment.waive_return | merchant | awaiting_dispatch | awaiting_dispatch | {"parcel": $parcel}
return_shipment.arrive_late | merchant | lost | lost | {"parcel": $parcel, "place": "east"}
return_shipment.ask_back | platform* | - | addressing | {"freight": "consumer"}
return_shipment.book_pickup | consumer | awaiting_dispatch | booked | {"parcel": $parcel}
return_shipment.cancel_pickup | consumer | booked | awaiting_dispatch | {"parcel": $parcel}
return_shipment.chase | clock* | in_transit | tracing | {$silence, "limit": "parcel_arrives"}
return_shipment.collect | carrier* | booked | in_transit | {"parcel": $parcel}
return_shipment.declare_lost | clock* | tracing | lost | {$silence, "limit": "carrier_traces"}
return_shipment.deliver | carrier* | in_transit | delivered | {"parcel": $parcel}
return_shipment.drop | platform* | awaiting_dispatch | dropped | {}
return_shipment.forfeit | clock* | unclaimed | forfeited | {$silence, "limit": "consumer_collects"}
return_shipment.give_address | merchant | addressing | awaiting_dispatch | {"digest": $digest, "parcel": $parcel}
return_shipment.keep_goods | merchant | sending_home | kept | {"parcel": $parcel}
return_shipment.lapse | clock* | awaiting_dispatch | lapsed | {$silence, "limit": "consumer_ships"}
return_shipment.leave_unclaimed | carrier* | on_way_home | unclaimed | {"parcel": $parcel}
return_shipment.miss_pickup | carrier* | booked | awaiting_dispatch | {"parcel": $parcel}
return_shipment.receive | clock* | delivered | received | {$silence, "limit": "merchant_receives"}
return_shipment.remind | clock* | addressing | addressing | {"due_at": $due, "left": "half", "limit": "merchant_gives_address",
    "silence": "use_known_address", "to": "merchant"}
return_shipment.resume_travel | carrier* | tracing | in_transit | {"parcel": $parcel}
return_shipment.send_home | platform* | - | sending_home | {"caused_by": "merchant"}
return_shipment.ship | consumer | awaiting_dispatch | in_transit | {"parcel": $parcel, "waybill_ends": "0870"}
return_shipment.use_known_address | clock* | addressing | awaiting_dispatch | {$silence, "limit": "merchant_gives_address"}
review.accept_ruling | merchant | ruled | ruled | {"by": "merchant"}
review.alarm | clock* | reassigned | reassigned | {$silence, "limit": "arbiter_rules_late"}
review.close_replies | clock* | replying | deciding | {$silence, "limit": "evidence_reply"}
review.close_round | arbiter | gathering | replying | {}
review.close_test | clock* | testing | deciding | {$silence, "limit": "test_reported"}
review.drop | platform* | gathering | dropped | {}
review.open_round | platform* | - | gathering | {"called_by": "consumer"}
review.reassign | clock* | deciding | reassigned | {$silence, "limit": "arbiter_rules"}
review.want_of_consumer | arbiter | gathering | gathering | {"digest": $digest, "due_at": $due}
review.want_of_merchant | arbiter | gathering | gathering | {"digest": $digest, "due_at": $due}
review.remind | clock* | gathering | gathering | {"due_at": $due, "left": "half", "limit": "evidence_round",
    "silence": "close_round", "to": "consumer,merchant"}
review.rule | arbiter | deciding | ruled | {"clause": "CN-QUAL-01", "digest": $digest, "liable": "consumer", "outcome": "against"}
review.rule_by_default | clock* | reassigned | ruled | {$silence, "limit": "arbiter_rules_late"}
review.submit | merchant | gathering | gathering | {"digest": $digest, "evidence": [$file], "late": false}
"""


class Example(NamedTuple):
    """One event as it could have happened."""

    type: str
    party: str
    automatic: bool
    came_from: str
    went_to: str
    facts: dict[str, Any]


def _read(line: str) -> Example:
    type_, party, came_from, went_to, facts = (cell.strip() for cell in line.split("|"))
    return Example(type_, party.rstrip("*"), party.endswith("*"), came_from, went_to, json.loads(Template(facts).substitute(WORDS)))


EXAMPLES: dict[str, Example] = {one.type: one for one in map(_read, re.sub(r"\n +", " ", TABLE.strip()).splitlines())}
