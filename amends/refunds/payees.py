"""Where the consumer says that money may go, other than back: a bank account, kept sealed, or store credit. Each is a recorded consent.

Invariants
 1. Only the consumer of the case names a payee; nobody of the platform can (F6). Nothing is paid as credit without such a row.
 2. The account is sealed before it is written; the timeline holds the payee's reference, never the account. It is read for the bank's file.
 3. An intent that waited for a payee, or was for an earlier one and stands in no file yet, has it in the same transaction; where a second
    person approved another account (verbs.redirect), only if that one can't be used.
 4. What the bank's file would not take (bank/batches.py) is refused here, where its consumer reads it.
 5. Whoever waits for money can say where to, also when the case is over.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from django.db.models import Q, QuerySet

from amends.cases.carrying_on import written_to
from amends.cases.models import Case
from amends.cases.record import an_act
from amends.cases.taking import take_carrier
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.plumbing import jobs
from amends.plumbing.delimited import RUNS
from amends.plumbing.sealing import Unreadable, seal, unseal
from amends.refunds.books import REFUSED, REPLACED, UNASKED
from amends.refunds.expecting import usual
from amends.refunds.models import Payee, Refund, Way

PAID_BY = {Way.BANK.value: "bank", Way.CREDIT.value: "credit"}
"""The ways that a consumer may choose, and what stands as the gateway of money that goes there."""
_NUMBER = re.compile(r"[0-9A-Z]{8,34}")
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account: whose, its number (a card's, or an IBAN) and at which bank."""

    name: str
    number: str
    bank: str


@an_act
def give_payee(case_ref: str, *, way: str, by: Actor, consents: bool, name: str = "", number: str = "", bank: str = "") -> Payee:
    """The consumer has said where money of this case, or of the one that carries it on, may go, and agreed to it; intents that wait for
    that go there.

    Raises NotYourMove for anybody else, Unprocessable without consent or where the account can't be one.
    """
    case, named = take_carrier(case_ref, by)
    if by.party is not Party.CONSUMER:
        raise NotYourMove(say("收款方式只能由消费者本人填写。", "Only the consumer says where money may go."))
    waiting = list(_may_go_there(case))
    if case.is_over and not waiting:
        raise NoSuchMove(say("售后单已结束，没有要付的款。", "The case is over: nothing is to be paid."), code="case_over")
    account = _checked(way, name, number, bank)
    if not consents:
        raise Unprocessable.field("consents", say("请勾选同意。", "Please agree to it."), code="no_consent")
    payee = Payee.objects.create(
        merchant_id=case.merchant_id, case=case, consumer_id=case.consumer_id, ref=new_ref("PY"), way=way,
        sealed=seal(json.dumps(asdict(account), ensure_ascii=False)) if account else "", hint=_hint(account), consented_by_id=by.user_id,
        consented_at=clock.now(),
    )  # fmt: skip
    case.tell("give_payee", by, facts=written_to(case, named, {"payee": payee.ref, "way": way}))
    for refund in waiting:
        _goes_to(refund, payee)
    return payee


def wants_payee(refund: Refund) -> bool:
    """Whether this money waits for its consumer to say where to: nobody was named, or an account that can't be used."""
    return refund.way == Way.BANK and refund.stage in UNASKED and not usable(refund.payee)


def usable(payee: Payee | None) -> bool:
    """Whether the bank's file would take this account."""
    if payee is None or payee.erased_at is not None or not payee.sealed:
        return False
    try:
        account = account_of(payee)
    except Unreadable:
        return False
    return not (account.name.startswith(RUNS) or account.bank.startswith(RUNS))


def account_of(payee: Payee) -> Account:
    """The account in clear: for the bank's file alone. Raises Unreadable where it was sealed with another key."""
    return Account(**json.loads(unseal(payee.sealed)))


def waiting_for_payee() -> QuerySet[Refund]:
    """Intents that nobody can pay before their consumer says where to."""
    return Refund.objects.filter(way=Way.BANK.value, payee__isnull=True, stage__in=UNASKED)


def open_for_bank() -> QuerySet[Refund]:
    """Refunds that may go into the bank's next file."""
    return Refund.objects.filter(way=Way.BANK.value, payee_id__isnull=False, stage__in=UNASKED | REFUSED).exclude(
        Q(payee__sealed="") | Q(payee__erased_at__isnull=False)
    )


def hint_of(payee: Payee | None) -> Text | None:
    """Where money goes in words that show no account, None where it goes back."""
    if payee is None:
        return None
    return say("商城余额", "store credit") if payee.way == Way.CREDIT else say("银行账户 {hint}", "bank account {hint}", hint=payee.hint)


def _may_go_there(case: Case) -> list[Refund]:
    """The intents of this case for which a payee named now counts."""
    mine = Refund.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, way=Way.BANK.value, stage__in=UNASKED)
    rows = mine.select_related("payee", "stands_for").order_by("pk")
    return [row for row in rows if not _approved(row) or not usable(row.payee)]


def _approved(refund: Refund) -> bool:
    """Whether a second person had to say that money goes to this refund's payee."""
    return refund.stands_for is not None and refund.stands_for.stage in REPLACED


def _goes_to(refund: Refund, payee: Payee) -> None:
    refund.way, refund.payee, refund.gateway = payee.way, payee, PAID_BY[payee.way]
    refund.expected_at = clock.now() + usual(payee.way, "")
    refund.save(update_fields=["way", "payee", "gateway", "expected_at"])
    if payee.way == Way.CREDIT:
        jobs.later("send_intent", refund_id=refund.pk)


def _checked(way: str, name: str, number: str, bank: str) -> Account | None:
    if way not in PAID_BY:
        raise Unprocessable.field("way", say("请选择收款方式。", "Please choose where the money goes."), code="unknown_way")
    if way == Way.CREDIT:
        return None
    account = Account(name.strip(), re.sub(r"[\s-]", "", number.upper()), bank.strip())
    wrong: dict[str, Text] = {}
    if not 0 < len(account.name) <= LONGEST or not account.name.isprintable() or account.name.startswith(RUNS):
        wrong["name"] = say("请填写户名，最多 80 个字，不以符号开头。", "The holder's name, 80 signs at most, not beginning with a sign.")
    if not _NUMBER.fullmatch(account.number):
        wrong["number"] = say("账号是 8 至 34 位数字或字母。", "The number has 8 to 34 digits or letters.")
    if not 0 < len(account.bank) <= LONGEST or not account.bank.isprintable() or account.bank.startswith(RUNS):
        wrong["bank"] = say("请填写开户行，最多 80 个字，不以符号开头。", "The bank, 80 signs at most, not beginning with a sign.")
    if wrong:
        raise Unprocessable(say("收款账户填写有误。", "The account can't be used."), code="bad_account", fields=wrong)
    return account


def _hint(account: Account | None) -> str:
    return f"{account.bank[:40]} ····{account.number[-4:]}" if account else ""


def payee_of(case: Case) -> Payee | None:
    """Where the consumer of this case last said that money may go, None where they said nothing."""
    return next(iter(case_payees(case)), None)


def case_payees(case: Case) -> list[Payee]:
    """What the consumer of this case said, newest first."""
    return list(Payee.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, erased_at__isnull=True).order_by("-pk"))
