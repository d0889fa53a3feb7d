"""What time does to compensation: vouchers are warned of and run out, supplements lapse. Called by the clock, each second."""

from __future__ import annotations

from datetime import timedelta

from amends.approvals.rules_of_money import rules_on
from amends.cases.record import an_act
from amends.cases.taking import take_case_of
from amends.compensation.models import Voucher
from amends.compensation.supplements import lapse_due
from amends.compensation.vouchers import ISSUED, end, facts_of
from amends.kernel import clock
from amends.people.rules import CLOCK
from amends.plumbing.rounds import one_by_one
from amends.plumbing.shards import WHOLE, Shard

MOST = 200


def tick(*, most: int = MOST, shard: Shard = WHOLE) -> int:
    """The next of each have had their consequence; answers how many rows changed."""
    return expire_due(most=most, shard=shard) + lapse_due(most=most, shard=shard) + warn_due(most=most, shard=shard)


def expire_due(*, most: int = MOST, shard: Shard = WHOLE) -> int:
    """Vouchers whose time is over have expired, and their cases tell so; answers how many. At most `most` a round."""
    due = shard.rows(Voucher.objects.filter(state=ISSUED, valid_until__lte=clock.now())).order_by("valid_until", "pk")
    return one_by_one(list(due.values_list("pk", "case_id")[:most]), _expire, "end of a voucher")


def warn_due(*, most: int = MOST, shard: Shard = WHOLE) -> int:
    """Whoever holds a voucher that soon runs out was told, once for each; answers how many."""
    at = clock.now()
    soon = at + timedelta(days=rules_on(at).vouchers.warn_days)
    due = shard.rows(Voucher.objects.filter(state=ISSUED, warned_at__isnull=True, valid_until__gt=at, valid_until__lte=soon))
    return one_by_one(list(due.order_by("valid_until", "pk").values_list("pk", "case_id")[:most]), _warn, "warning of a voucher")


@an_act
def _expire(voucher_id: int, case_id: int | None) -> bool:
    case = take_case_of(case_id) if case_id else None
    voucher = Voucher.objects.select_for_update().get(pk=voucher_id)
    if voucher.state != ISSUED or voucher.valid_until > clock.now():
        return False
    end(voucher, "expired", f"voucher:{voucher.pk}:expire")
    if case is not None:
        case.tell("expire_voucher", CLOCK, facts=facts_of(voucher))
    return True


@an_act
def _warn(voucher_id: int, case_id: int | None) -> bool:
    case = take_case_of(case_id) if case_id else None
    voucher = Voucher.objects.select_for_update().get(pk=voucher_id)
    if voucher.state != ISSUED or voucher.warned_at is not None:
        return False
    voucher.warned_at = clock.now()
    voucher.save(update_fields=["warned_at"])
    if case is not None:
        case.tell("warn_voucher", CLOCK, facts=facts_of(voucher))
    return True
