"""`amends verify` can fail: each promise is broken by hand, by raw SQL past every wall, and the check that guards it names the offender.

One world for all, built as superuser in a transaction that is never committed; each break is a savepoint that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from psycopg.conninfo import conninfo_to_dict

from amends.cases.models import Case, CaseText
from amends.cases.texts import erase_text
from amends.cases.verbs.answering import approve, call_platform, refuse
from amends.insight.verify import CHECKS
from amends.kernel import clock
from amends.people.rules import CARRIER
from amends.plumbing import jobs
from amends.plumbing.embedded import Server
from amends.plumbing.models import Beat
from amends.returns.verbs import carrier_says, give_address, receive, ship
from tests.cast import START, an_order, claims, the_cast
from tests.verbs.returns_at_hand import PaysAtOnce, a_waybill, parcel_of

CHECK = {check.name: check for check in CHECKS}


@pytest.fixture(scope="module")
def world(server: Server, test_database: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Case]]:
    """Three cases: one paid and closed, one before an arbiter, one whose goods wait to be inspected."""
    database = connections["default"]
    before = dict(database.settings_dict)
    mighty = conninfo_to_dict(server.url("super", test_database))
    gateway = PaysAtOnce()
    with django_db_blocker.unblock(), clock.stepped(START), pytest.MonkeyPatch.context() as patch:
        patch.setattr("amends.refunds.asking.gateway", lambda *_: gateway)
        database.close()
        database.settings_dict.update(USER=mighty["user"], PASSWORD=mighty.get("password", ""))
        try:
            with transaction.atomic():
                yield _three_cases()
                transaction.set_rollback(True)
        finally:
            database.close()
            database.settings_dict.update(before)


def _three_cases() -> dict[str, Case]:
    cast = the_cast()
    paid = claims(an_order(cast.bolts, cast.annas, shipped=False, freight=300, commissions=(100,)), by=cast.anna, remedy="refund_only")
    approve(paid.ref, by=cast.bolt)
    disputed = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    refuse(disputed.ref, reason="other", words="it was used for a year", by=cast.bolt)
    call_platform(disputed.ref, words="it was not", by=cast.anna)
    back = claims(an_order(cast.bolts, cast.annas), by=cast.anna)
    approve(back.ref, by=cast.bolt)
    jobs.drain()
    parcel = parcel_of(back)
    give_address(parcel.ref, by=cast.bolt)
    ship(parcel.ref, carrier="Bluebird", waybill=a_waybill(), by=cast.anna)
    carrier_says(parcel.ref, "deliver", by=CARRIER)
    receive(parcel.ref, by=cast.bolt)
    jobs.drain()
    return {name: Case.objects.get(pk=case.pk) for name, case in (("paid", paid), ("disputed", disputed), ("back", back))}


def broken(*statements: str, check: str, role: str = "", values: Mapping[str, int] | None = None) -> list[str]:
    """What `check` says when these statements have been executed behind the back of every wall; nothing of them stays."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement, values)
            assert cursor.statusmessage != "UPDATE 0" and cursor.statusmessage != "DELETE 0", statement
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
        found = CHECK[check].offenders()
        transaction.set_rollback(True)
    return found


def test_nothing_is_wrong_before_anything_was_broken(world: dict[str, Case]) -> None:
    wrong = {check.name: found for check in CHECKS if check.name != "walls" and (found := check.offenders())}
    assert wrong == {}
    assert world["paid"].stage == "closed"


APPROVED = (
    "INSERT INTO approvals_approval (ref, action, payload, case_id, amount_minor, unit, asked_by_id, asked_as, asked_at, asked_why, due_at,"
    " state, decided_by_id, decided_at, decided_why, outcome, reviewed_as, reviewed_why, warned, merchant_id)"
    " SELECT 'AP', 'goodwill', '{}',"
    " c.id, 100, 'CNY', min(u.id), 'agent', c.opened_at, 'why', c.opened_at, 'granted', max(u.id), c.opened_at, '', '', '', '', 0,"
    " c.merchant_id FROM cases_case c, people_user u WHERE c.id = %(paid)s GROUP BY c.id, c.opened_at, c.merchant_id"
)
SPENT = (
    "INSERT INTO approvals_spending (user_id, party, action, day, unit, amount_minor, case_id, approval_ref, key, made_at, merchant_id)"
    " SELECT NULL, 'platform', 'goodwill', c.opened_at, 'CNY', 100, c.id, 'AP-GONE', 'key', c.opened_at, c.merchant_id FROM cases_case c"
    " WHERE c.id = %(paid)s"
)
VOUCHER = (
    "INSERT INTO compensation_voucher (ref, consumer_id, scope, given_by, currency, amount_minor, min_spend_minor, valid_from, valid_until,"
    " state, redeemed_for, redeemed_minor, reason, made_at, merchant_id)"
    " SELECT 'VC-1', c.consumer_id, 'merchant', 'merchant', 'CNY', 100, 0, c.opened_at, c.opened_at + interval '1 day', 'issued', '', 0,"
    " '', c.opened_at, c.merchant_id FROM cases_case c WHERE c.id = %(paid)s"
)
MOVED = (
    "INSERT INTO liability_deposit_move (ref, kind, amount_minor, currency, reason, why, state, approval_ref, provider_ref, made_at,"
    " contested_why, taken_minor, merchant_id) SELECT 'DM-1', 'top_up', 100, 'CNY', 'bank', '', 'done', '', 'BANK-1', c.opened_at, '', 100,"
    " c.merchant_id FROM cases_case c WHERE c.id = %(paid)s"
)

UNTOLD = (
    "INSERT INTO shipping_track (merchant_id, carrier, waybill, state, place, heard_at, polls, made_at)"
    " SELECT merchant_id, 'sf', 'SF00000001', 'delivered', '', opened_at, 0, opened_at FROM cases_case WHERE id = %(paid)s"
)
"""A parcel that arrived although nobody told so."""


def goes_out(stage: str, before_return: bool = False) -> str:
    """A piece for the grant that was paid, in this stage."""
    return (
        "INSERT INTO replacements_replacement (merchant_id, stage, generation, since, made_at, case_id, grant_id, unit_id, ref,"
        f" kind, before_return, serial, carrier, waybill) SELECT merchant_id, '{stage}', 1, since, made_at, case_id, id, unit_id, 'RP-1',"
        f" 'exchange', {before_return}, '', '', '' FROM cases_grant WHERE case_id = %(paid)s"
    )


def ahead(stage: str) -> str:
    """An advance for the grant that was paid, in this stage."""
    return (
        "INSERT INTO replacements_advance (merchant_id, stage, generation, since, made_at, case_id, grant_id, ref, value_minor, currency,"
        f" tier) SELECT merchant_id, '{stage}', 1, since, made_at, case_id, id, 'AV-1', 100, currency, '' FROM cases_grant"
        " WHERE case_id = %(paid)s"
    )


def offered(stage: str, case: str, least: int = 0) -> str:
    """An offer of nothing on this case, in this stage."""
    return (
        "INSERT INTO talks_offer (merchant_id, stage, generation, since, made_at, case_id, ref, side, round, parts, amount_minor,"
        f" least_minor, currency, agreed) SELECT merchant_id, '{stage}', 1, opened_at, opened_at, id, 'OF-1', 'merchant', 1, '[]', 0,"
        f" {least}, 'CNY', '[]' FROM cases_case WHERE id = %({case})s"
    )


def said(read: str) -> str:
    """Words of the merchant that were read at this instant."""
    return (
        "INSERT INTO talks_said (merchant_id, case_id, ref, party, words_id, evidence, made_at, read_at)"
        f" SELECT merchant_id, id, 'SD-1', 'merchant', 1, '[]', opened_at, {read} FROM cases_case WHERE id = %(disputed)s"
    )


def merged_into(case: str, other: str) -> str:
    """A link that says so, and nothing else does."""
    return (
        "INSERT INTO cases_link (kind, why, facts, made_at, case_id, other_id, merchant_id) SELECT 'merged_into', '', '{}', opened_at, id,"
        f" %({other})s, merchant_id FROM cases_case WHERE id = %({case})s"
    )


def more_time(stage: str) -> str:
    """A request under a limit that never ran."""
    return (
        'INSERT INTO cases_extension (stage, generation, since, made_at, ref, side, turn_life, turn_id, turn_generation, "limit", hours,'
        f" agreed, was_due_at, case_id, merchant_id) SELECT '{stage}', 1, opened_at, opened_at, 'EX-1', 'merchant', 'case', id, 9999,"
        " 'merchant_answers', 1, '[]', opened_at, id, merchant_id FROM cases_case WHERE id = %(disputed)s"
    )


def asked_of_legal(stage: str, case: str, passes: int = 0, passed: str = "[]") -> str:
    """A task for legal in this stage, of a case of the world."""
    return (
        "INSERT INTO tasks_task (merchant_id, stage, generation, since, made_at, case_id, ref, department, passes, passed, answered_at)"
        f" SELECT merchant_id, '{stage}', 1, opened_at, opened_at, id, 'TK-1', 'legal', {passes}, '{passed}',"
        f" CASE WHEN '{stage}' = 'answered' THEN opened_at END FROM cases_case WHERE id = %({case})s"
    )


def asked_by_authority(stage: str, term: str = "NULL") -> str:
    """A complaint of 12315 in this stage about the case in review."""
    return (
        "INSERT INTO complaints_complaint (merchant_id, stage, generation, since, made_at, case_id, ref, authority, number, received_at,"
        f" answer_by, paused_days) SELECT merchant_id, '{stage}', 1, opened_at, opened_at, id, 'CM-1', '12315', '1', opened_at, {term}, 0"
        " FROM cases_case WHERE id = %(disputed)s"
    )


LATE_CLOCK = (
    'INSERT INTO cases_deadline (merchant_id, case_id, life, life_id, "limit", generation, waits_for, silence, started_at, due_at,'
    " provisional, backstop, ended_as, warned) SELECT merchant_id, case_id, 'complaint', id, 'complaint_answered', 1, 'platform',"
    " 'raise_complaint', made_at, made_at + interval '5 days', false, false, '', 0 FROM complaints_complaint"
)


def is_mended(stage: str, attempt: int = 1) -> str:
    """A repair for the grant that was paid, in this stage."""
    return (
        "INSERT INTO repairs_repair (merchant_id, stage, generation, since, made_at, case_id, grant_id, unit_id, ref, attempt, way,"
        f" in_warranty, tests, photos_before, photos_after, carrier, waybill) SELECT merchant_id, '{stage}', 1, since, made_at, case_id,"
        f" id, unit_id, 'RE-{attempt}', {attempt}, 'post', true, '[]', '[]', '[]', '', '' FROM cases_grant WHERE case_id = %(paid)s"
    )


PART = (
    "INSERT INTO repairs_part (merchant_id, repair_id, name, number, quantity, price_minor, state, ordered_at)"
    " SELECT merchant_id, id, 'lamp holder', '', 1, 0, 'ordered', made_at FROM repairs_repair WHERE ref = 'RE-1'"
)
WARRANTY = (
    "INSERT INTO repairs_warranty (merchant_id, unit_id, started_at, days, paused_days, extended_once, ends_at, made_at)"
    " SELECT merchant_id, unit_id, made_at, 365, 0, false, made_at - interval '1 day', made_at FROM cases_grant WHERE case_id = %(paid)s"
)
KEPT = (
    "INSERT INTO stock_reservation (merchant_id, level_id, life, life_id, state, made_at)"
    " SELECT merchant_id, 0, 'replacement', 0, 'held', made_at FROM cases_grant WHERE case_id = %(paid)s"
)
STAMP = (
    "INSERT INTO sealing_time_stamp (merchant_id, case_id, head, entries_count, authority, token, stamped_at, made_at)"
    " SELECT merchant_id, id, head, entries_count{less}, 'notary#00', ''::bytea, opened_at, opened_at FROM cases_case WHERE id = %(paid)s"
)
UNJUDGED = """'[{"evidence": "EV-1", "taken": null}]'"""


def appealed(stage: str) -> str:
    """An appeal against the disputed case's review, with one new piece that nobody judged."""
    return (
        "INSERT INTO rulings_appeal (stage, generation, since, made_at, ref, side, new_evidence, entered_from, outcome, parts, bears,"
        " blocks, clause, case_id, review_id, merchant_id)"
        f" SELECT '{stage}', 1, since, made_at, 'AL-1', 'consumer', {UNJUDGED}, 'page', '', '[]', '{{}}',"
        " '[]', '', case_id, id, merchant_id FROM rulings_review WHERE case_id = %(disputed)s"
    )


def ruled(more: str) -> str:
    """The disputed case's review, ruled for the claim by nobody in particular, with `more` columns set."""
    return (
        "UPDATE rulings_review SET stage = 'ruled', outcome = 'for', ruled_at = made_at, heard = '[7]', parts ="
        f' \'[{{"remedy": "refund_only", "units": [7]}}]\', {more} WHERE case_id = %(disputed)s'
    )


def seen(user: str) -> str:
    """The one who refused the disputed claim, as this column of the review."""
    return f"{user}_id = (SELECT actor_id FROM cases_entry WHERE case_id = %(disputed)s AND verb = 'refuse')"


def a_test(state: str, bears: str = "", pays: str = "platform") -> str:
    """A test of 80.00 in the disputed case's review."""
    return (
        "WITH body AS (INSERT INTO rulings_testing_body (ref, key, name_zh, name_en, address, skills, made_at)"
        " SELECT 'TB-1', 'lab', '检测所', 'Laboratory', '', '[]', opened_at FROM cases_case WHERE id = %(disputed)s RETURNING id)"
        " INSERT INTO rulings_test_order (ref, cost_minor, currency, pays_first, bears, state, finding, evidence, made_at, body_id,"
        f" case_id, question_id, review_id, merchant_id) SELECT 'TO-1', 8000, 'CNY', '{pays}', '{bears}', '{state}', '', '[]', r.made_at,"
        " body.id, r.case_id, (SELECT min(id) FROM cases_text), r.id, r.merchant_id FROM rulings_review r, body"
        " WHERE r.case_id = %(disputed)s"
    )


WANTED = (
    "INSERT INTO rulings_proof_request (ref, party, issue, state, evidence, made_at, due_at, case_id, review_id, words_id, merchant_id)"
    " SELECT 'PQ-1', 'merchant', '', 'asked', '[]', made_at, made_at, case_id, id, (SELECT min(id) FROM cases_text), merchant_id"
    " FROM rulings_review WHERE case_id = %(disputed)s"
)
KIN = (
    "INSERT INTO rulings_relation (user_id, merchant_id, why, made_at) SELECT arbiter_id, merchant_id, 'a cousin', made_at"
    " FROM rulings_review WHERE case_id = %(disputed)s"
)
BOUND = "UPDATE rulings_review SET bound_at = made_at WHERE case_id = %(disputed)s"
ANSWERED = (
    "WITH judge AS (UPDATE rulings_review SET arbiter_id = (SELECT min(id) FROM people_user) WHERE case_id = %(disputed)s"
    " RETURNING arbiter_id)"
    " UPDATE rulings_appeal SET examiner_id = judge.arbiter_id, answer_id = (SELECT min(id) FROM cases_text) FROM judge"
)


BREAKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("stamps", "does not say what its row says", (STAMP.format(less=""),)),
    ("stamps", "is not over line", (STAMP.format(less=" - 1"),)),
    ("stock", "its reservations hold 0", ("INSERT INTO stock_level (place, on_hand, reserved, told_at, source, merchant_id, product_id)"
                                          " SELECT '', 1, 1, c.opened_at, '', c.merchant_id, min(p.id) FROM cases_case c JOIN"
                                          " market_product p USING (merchant_id) WHERE c.id = %(paid)s"
                                          " GROUP BY c.opened_at, c.merchant_id",)),
    ("stock", "has no cause", ("INSERT INTO stock_move (kind, place, grade, key, made_at, merchant_id, product_id)"
                               " SELECT 'restock', '', 'A', 'k', c.opened_at, c.merchant_id, min(p.id) FROM cases_case c JOIN"
                               " market_product p USING (merchant_id) WHERE c.id = %(paid)s GROUP BY c.opened_at, c.merchant_id",)),
    ("desks", "without its stock move", ("UPDATE returns_inspection SET disposition = 'restock' WHERE case_id = %(back)s",)),
    ("chains", "does not follow", ("UPDATE cases_entry SET facts = '{}' WHERE case_id = %(paid)s AND verb = 'pay'",)),
    ("chains", "does not follow", ("UPDATE cases_entry SET made_at = made_at + interval '1 s' WHERE case_id = %(paid)s AND number = 1",)),
    ("chains", "does not follow", ("UPDATE cases_entry SET party = 'clock' WHERE case_id = %(paid)s AND number = 3",)),
    ("chains", "does not follow", ("DELETE FROM cases_entry WHERE case_id = %(paid)s AND number = 3",)),
    ("chains", "the chain ends", ("DELETE FROM cases_entry e USING cases_case c WHERE c.id = e.case_id AND e.case_id = %(paid)s"
                                  " AND e.number = c.entries_count",)),
    ("chains", "no timeline", ("DELETE FROM cases_entry WHERE case_id = %(paid)s",)),
    ("chains", "the chain ends", ("UPDATE cases_case SET head = '' WHERE id = %(paid)s",)),
    ("texts", "was changed", ("UPDATE cases_text SET body = 'it was never used' WHERE case_id = %(disputed)s AND kind = 'refusal'",)),
    ("texts", "another one", ("UPDATE cases_text SET body = 'other', salt = '', digest = encode(sha256('other'), 'hex')"
                              " WHERE case_id = %(disputed)s AND kind = 'refusal'",)),
    ("texts", "gone", ("DELETE FROM cases_text WHERE case_id = %(disputed)s AND kind = 'refusal'",)),
    ("texts", "erased and has words", ("UPDATE cases_text SET body = 'other', erased_at = made_at WHERE case_id = %(disputed)s",)),
    ("entries", "no case", ("UPDATE cases_entry SET case_id = 0 WHERE case_id = %(paid)s AND number = 1",)),
    ("waits", "no open deadline", ("DELETE FROM cases_deadline WHERE case_id = %(back)s AND life = 'inspection'",)),
    ("waits", "no open deadline", ("UPDATE returns_inspection SET generation = 7 WHERE case_id = %(back)s",)),
    ("waits", "open deadlines", ("UPDATE cases_deadline SET ended_at = NULL, ended_as = '' WHERE case_id = %(back)s AND life = 'case'",)),
    ("waits", "waits for nobody", ("DELETE FROM cases_turn WHERE case_id = %(back)s",)),
    ("deadlines", "moved on", ("UPDATE returns_inspection SET stage = 'payable' WHERE case_id = %(back)s",)),
    ("clocks", "stands still", ("UPDATE cases_deadline SET paused_since = started_at WHERE case_id = %(back)s AND life = 'inspection'",)),
    ("clocks", "stands still", ("UPDATE cases_deadline SET ended_at = due_at, ended_as = 'met' WHERE case_id = %(back)s AND NOT backstop"
                                " AND ended_at IS NULL",)),
    ("queues", "not open", ("UPDATE cases_deadline SET due_at = due_at + interval '1 day' WHERE case_id = %(back)s AND ended_at IS NULL",)),
    ("queues", "not open", ("INSERT INTO cases_turn (merchant_id, case_id, party, due_at, paused, expert, life, life_id, \"limit\","
                            " silence, stage)"
                            " SELECT merchant_id, id, 'merchant', opened_at, false, false, 'case', id, 'merchant_answers', 'approve', stage"
                            " FROM cases_case WHERE id = %(paid)s",)),
    ("approvals", "granted and noted 0 times", (APPROVED,)),
    ("approvals", "which was not done", (SPENT,)),
    ("messages", "nobody will look", ("UPDATE notices_message SET next_at = NULL WHERE case_id = %(back)s AND state = 'queued'",)),
    ("grants", "1 paid", ("UPDATE refunds_refund SET amount_minor = 1 WHERE case_id = %(paid)s",)),
    ("grants", "0 paid", ("DELETE FROM refunds_refund WHERE case_id = %(paid)s",)),
    ("grants", "no grant that owes", ("UPDATE cases_grant SET stage = 'void' WHERE case_id = %(paid)s",)),
    ("replacements", "is done and nothing was confirmed", ("UPDATE cases_grant SET remedy = 'exchange' WHERE case_id = %(paid)s",)),
    ("replacements", "replacement RP-1 in packing has no grant that owes it", (goes_out("packing"),)),
    ("replacements", "advance AV-1 in running has no grant that owes it", (ahead("running"),)),
    ("replacements", "which needs none", (KEPT,)),
    ("replacements", "AV-1 is dropped, and its piece is with the consumer", (goes_out("confirmed", before_return=True), ahead("dropped"))),
    ("repairs", "nothing was handed back", ("UPDATE cases_grant SET remedy = 'repair' WHERE case_id = %(paid)s",)),
    ("repairs", "repair RE-1 in repairing has no grant that is being done", (is_mended("repairing"),)),
    ("repairs", "RE-2 is a second one for its grant", (is_mended("repairing"), is_mended("diagnosing", 2))),
    ("repairs", "is awaited by a repair that goes on without it", (is_mended("confirmed"), PART)),
    ("repairs", "ends before it begins", (WARRANTY,)),
    ("claims", "granted twice", ("DROP INDEX one_live_grant_a_unit",
                                 "INSERT INTO cases_grant (merchant_id, case_id, unit_id, remedy, basis, shares, amount_minor,"
                                 " subject, parts, borne_by, currency, reduced_minor, stage, generation, since, made_at)"
                                 " SELECT merchant_id, case_id, unit_id, remedy, basis, shares, 0, subject, parts, borne_by,"
                                 " currency, 0, 'owed', 1, since, made_at FROM cases_grant WHERE case_id = %(paid)s")),
    ("claims", "claims 0", ("DELETE FROM cases_claimed_unit WHERE case_id = %(back)s",)),
    ("claims", "claims 0", ("UPDATE cases_claimed_unit SET is_open = true WHERE case_id = %(paid)s",)),
    ("closed", "is closed, but", ("UPDATE cases_case SET closed_at = opened_at, stage = 'closed' WHERE id = %(back)s",)),
    ("closed", "stands in", ("UPDATE cases_case SET stage = 'executing' WHERE id = %(paid)s",)),
    ("books", "does not balance", ("UPDATE ledger_line l SET amount_minor = amount_minor + 1 FROM ledger_posting p"
                                   " WHERE p.id = l.posting_id AND p.case_id = %(paid)s AND l.amount_minor > 0 AND p.what = 'paid'",)),
    ("books", "no lines", ("DELETE FROM ledger_line l USING ledger_posting p WHERE p.id = l.posting_id AND p.case_id = %(paid)s",)),
    ("books", "reserved", ("UPDATE market_tender t SET reserved_minor = 0 FROM refunds_refund r WHERE r.tender_id = t.id"
                           " AND r.case_id = %(paid)s",)),
    ("books", "the gateway account", ("UPDATE refunds_refund SET stage = 'sent' WHERE case_id = %(paid)s",)),
    ("books", "owe the consumer", ("DELETE FROM ledger_line l USING ledger_posting p WHERE p.id = l.posting_id AND p.what = 'paid'"
                                   " AND p.case_id = %(paid)s",
                                   "DELETE FROM ledger_posting WHERE what = 'paid' AND case_id = %(paid)s")),
    ("books", "1 of the commission of 100", ("UPDATE market_unit u SET commission_minor = 1 FROM cases_grant g"
                                                  " WHERE u.id = g.unit_id AND g.case_id = %(paid)s",)),
    ("books", "commission 7, taken 100", ("UPDATE market_order_line l SET commission_minor = 7 FROM cases_case c"
                                          " WHERE l.order_id = c.order_id AND c.id = %(paid)s",)),
    ("books", "its reversals 200", ("UPDATE ledger_line l SET amount_minor = 200 FROM ledger_posting p WHERE p.id = l.posting_id"
                                    " AND p.case_id = %(paid)s AND l.reverses_id IS NOT NULL",)),
    ("books", "reversing", ("UPDATE ledger_line l SET reverses_id = l.id FROM ledger_posting p WHERE p.id = l.posting_id"
                            " AND p.case_id = %(paid)s AND p.what = 'paid'",)),
    ("books", "in an account of CNY", ("UPDATE ledger_line SET unit = 'JPY'",)),
    ("books", "which is not there", ("UPDATE ledger_posting SET cause = 'refund:1:pay:nobody' WHERE case_id = %(paid)s",)),
    ("books", "which is not there", ("UPDATE ledger_posting SET cause = 'chargeback:0:opened' WHERE case_id = %(paid)s",)),
    ("granted", "granted of its price", ("UPDATE market_unit u SET granted_minor = 1 FROM cases_grant g WHERE u.id = g.unit_id"
                                         " AND g.case_id = %(paid)s",)),
    ("granted", "freight 0 granted, its grants say 300", ("UPDATE market_order_line SET freight_granted_minor = 0",)),
    ("books", "captured, its tenders 10200", ("UPDATE market_payment p SET captured_minor = 7 FROM cases_case c"
                                              " WHERE p.order_id = c.order_id AND c.id = %(paid)s",)),
    ("books", "not borne by the platform", ("UPDATE cases_grant SET borne_by = 'platform' WHERE case_id = %(paid)s",)),
    ("books", "0 booked as voucher_given", (VOUCHER,)),
    ("bearing", "says 100 in CNY, booked are 0", (MOVED,)),
    ("tracks", "stands as delivered, its events come to untold", (UNTOLD,)),
    ("offers", "offer OF-1 is open, and its case", (offered("to_consumer", "paid"),)),
    ("offers", "offer OF-1 gives less than the law did", (offered("declined", "disputed", 100),)),
    ("offers", "offer OF-1 was accepted and nothing settled", (offered("accepted", "disputed"),)),
    ("offers", "rests on no accepted offer", ("UPDATE cases_grant SET basis = 'settled' WHERE case_id = %(back)s",)),
    ("reviews", "do not make 100 %", (ruled("bears = '{\"merchant\": 9999}'"),)),
    ("reviews", "a part of it was not carried out", (ruled("bound_at = made_at"),)),
    ("reviews", "its case does not wait for it", (ruled("bound_at = NULL"),)),
    ("reviews", "who had a part in the case", (ruled(seen("arbiter")),)),
    ("reviews", "who had a part in the case", (ruled(seen("second_reader")),)),
    ("reviews", "somebody related to the merchant", (ruled("arbiter_id = (SELECT min(id) FROM people_user)"), KIN)),
    ("reviews", "was signed by its writer", (ruled(f"{seen('drafted_by')}, {seen('second_reader')}"),)),
    ("reviews", "waits for a second reader of no draft", ("UPDATE rulings_review SET stage = 'second_reading'",)),
    ("reviews", "proof PQ-1 is still asked for", (WANTED, ruled("bound_at = NULL"))),
    ("reviews", "test TO-1 has no end", (a_test("ordered"),)),
    ("reviews", "waits for a test that nobody ordered", ("UPDATE rulings_review SET stage = 'testing'",)),
    ("reviews", "0 is booked as test_paid, its rule says 8000", (a_test("reported", "merchant"),)),
    ("reviews", "0 is booked as test_claimed, its rule says 8000", (a_test("reported", "consumer", "merchant"),)),
    ("reviews", "is asked of nobody who bears it", (a_test("reported", "merchant"),)),
    ("reviews", "is asked of nobody who bears it", (a_test("reported", "merchant", "consumer"),)),
    ("reviews", "is booked, and there is no such test", ("UPDATE ledger_posting SET what = 'test_paid', key = 'test_paid:TO-2'"
                                                          " WHERE what = 'paid' AND case_id = %(paid)s",)),
    ("appeals", "is stayed, and no appeal of it is open", ("UPDATE cases_case SET stage = 'appealed' WHERE id = %(disputed)s",)),
    ("appeals", "appeal AL-1 is open, and its case is not stayed", (appealed("lodged"),)),
    ("appeals", "appeal AL-1 is open, and its ruling is carried out", (appealed("lodged"), BOUND)),
    ("appeals", "appeal AL-1 was answered by whoever had ruled", (appealed("upheld"), ANSWERED)),
    ("appeals", "AL-1 was answered before its new evidence was judged", (appealed("upheld"), ANSWERED)),
    ("talks", "message SD-1 stands in no timeline", (said("NULL"),)),
    ("talks", "message SD-1 was read before it was said", (said("opened_at - interval '1 hour'"),)),
    ("mergers", "is merged, and nothing carries it on", ("UPDATE cases_case SET stage = 'merged' WHERE id = %(disputed)s",)),
    ("mergers", "is merged, and claims units itself", ("UPDATE cases_case SET stage = 'merged' WHERE id = %(disputed)s",)),
    ("mergers", "is linked as merged, and is not", (merged_into("disputed", "back"),)),
    ("mergers", "is merged in a circle", (merged_into("disputed", "back"), merged_into("back", "disputed"))),
    ("extensions", "request EX-1 for more time is open", (more_time("to_consumer"),)),
    ("extensions", "no new end is known", (more_time("granted"),)),
    ("tasks", "task TK-1 is open, and its case", (asked_of_legal("given", "paid"),)),
    ("tasks", "task TK-1 counts 1 hand-offs, its timeline has 0", (asked_of_legal("given", "disputed", 1, '[{"to": "press"}]'),)),
    ("tasks", "was passed on 2 times and is no supervisor's", (asked_of_legal("given", "disputed", 2),)),
    ("tasks", "task TK-1 was answered in no words", (asked_of_legal("answered", "disputed"),)),
    ("complaints", "but the authority wants it by", (asked_by_authority("received", "opened_at + interval '1 day'"), LATE_CLOCK)),
    ("complaints", "complaint CM-1 was answered in no words", (asked_by_authority("answered"),)),
    ("complaints", "nothing says what the authority decided", (asked_by_authority("settled"),)),
    ("complaints", "but by its acceptance and testing", (asked_by_authority("answered"), LATE_CLOCK)),
    ("complaints", "was to be answered before it came", (asked_by_authority("raised", "opened_at - interval '1 day'"),)),
    ("books", "less 1 reduced", ("UPDATE cases_grant SET reduced_minor = 1 WHERE case_id = %(paid)s",)),
)  # fmt: skip


@pytest.mark.parametrize(("check", "says", "statements"), BREAKS, ids=[f"{i}-{row[0]}-{row[1]}" for i, row in enumerate(BREAKS)])
def test_verify_names_what_was_broken(world: dict[str, Case], check: str, says: str, statements: tuple[str, ...]) -> None:
    found = broken(*statements, check=check, values={name: case.pk for name, case in world.items()})
    assert any(says in line for line in found), found


def test_erasing_every_text_keeps_the_chain_whole(world: dict[str, Case]) -> None:
    with transaction.atomic():
        texts = list(CaseText.objects.filter(case_id=world["disputed"].pk))
        assert texts
        for text in texts:
            erase_text(text)
        assert CHECK["chains"].offenders() == [] == CHECK["texts"].offenders()
        assert set(CaseText.objects.filter(case_id=world["disputed"].pk).values_list("body", "salt")) == {("", "")}
        transaction.set_rollback(True)


def test_verify_sees_a_deadline_that_nobody_fired(world: dict[str, Case]) -> None:
    Beat.objects.update_or_create(name="clock", defaults={"at": clock.machine_now(), "facts": {}})
    with clock.stepped(START + timedelta(minutes=5)):
        assert CHECK["overdue"].offenders() == []
    with clock.stepped(START + timedelta(days=9)):
        assert any("merchant_inspects" in line for line in CHECK["overdue"].offenders())


def test_verify_sees_a_reminder_that_nobody_gave(world: dict[str, Case]) -> None:
    Beat.objects.update_or_create(name="clock", defaults={"at": clock.machine_now(), "facts": {}})
    with clock.stepped(START + timedelta(hours=30)):
        assert any("was to be reminded of at" in line for line in CHECK["overdue"].offenders())


def test_verify_sees_a_line_of_which_nobody_was_told(world: dict[str, Case]) -> None:
    with clock.stepped(START + timedelta(minutes=5)):
        assert CHECK["notices"].offenders() == []
        drop = "DELETE FROM notices_notice WHERE case_id = %(disputed)s AND kind = 'case.refuse'"
        found = broken(drop, check="notices", values={"disputed": world["disputed"].pk})
    assert any("case.refuse) was not told to the consumer" in line for line in found), found


def test_verify_sees_a_message_that_nobody_hands_out(world: dict[str, Case]) -> None:
    Beat.objects.update_or_create(name="clock", defaults={"at": clock.machine_now(), "facts": {}})
    with clock.stepped(START + timedelta(minutes=2)):
        assert CHECK["messages"].offenders() == []
    with clock.stepped(START + timedelta(minutes=9)):
        assert any("is queued and was due" in line for line in CHECK["messages"].offenders())


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize(
    "table",
    [
        "cases_entry",
        "ledger_account",
        "ledger_posting",
        "ledger_line",
        "policy_decision",
        "policy_pack_version",
        "policy_comment",
        "notices_promise",
        "approvals_spending",
        "shipping_track_event",
        "sealing_time_stamp",
    ],
)
def test_verify_sees_an_open_wall(world: dict[str, Case], table: str, right: str) -> None:
    assert broken(check="walls", role="amends_app") == []
    assert broken(f"GRANT {right} ON {table} TO amends_app", check="walls", role="amends_app") == [
        f"{table} can be changed by the application's role"
    ]


def test_verify_sees_a_live_process_that_fell_silent(world: dict[str, Case]) -> None:
    now = clock.machine_now()
    Beat.objects.update_or_create(name="clock", defaults={"at": now, "facts": {}})
    assert CHECK["live"].offenders() == []
    Beat.objects.update_or_create(name="live", defaults={"at": now - timedelta(minutes=3), "facts": {}})
    assert len(CHECK["live"].offenders()) == 1


def test_every_check_is_broken_here() -> None:
    assert {check for check, *_ in BREAKS} | {"overdue", "notices", "walls", "live"} == set(CHECK)
