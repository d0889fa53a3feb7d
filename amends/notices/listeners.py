"""What notices do when they hear of a line of a timeline: one notice for each audience that the table names; with it, in one
transaction, the promise that it makes to a consumer and the messages that carry it to people."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from amends.cases.models import Case, Entry
from amends.notices.models import Notice
from amends.notices.promises import keep
from amends.notices.rules.table import heard
from amends.notices.verbs.noticing import Drawn, drawn
from amends.notices.verbs.planning import plan, sides_of
from amends.plumbing.live import changed

HEARD = heard()


def tell(entry: Entry) -> None:
    """Listener: every audience that the table names has its notice of this entry, and every person of it their messages, once however
    often this is told, and all together or not at all."""
    case = Case.objects.select_related("merchant", "consumer").get(merchant_id=entry.merchant_id, pk=entry.case_id)
    wanted = drawn(case, entry)
    try:
        _write(case, wanted)
    except IntegrityError:
        # This was told before, or is being told by another run of the same job, whom the unique key let pass: what is left, if anything.
        there = _there(wanted)
        _write(case, [each for each in wanted if each.notice.key not in there])


@transaction.atomic
def _write(case: Case, fresh: list[Drawn]) -> None:
    if not fresh:
        return
    notices = Notice.objects.bulk_create(each.notice for each in fresh)
    for notice, each in zip(notices, fresh, strict=True):
        keep(notice, case, each.due.turn if each.due else None)
    plan(case, notices)
    changed(case.merchant_id, case_id=case.pk, consumer_id=case.consumer_id, topics=sides_of(notices))


def _there(wanted: list[Drawn]) -> set[str]:
    if not wanted:
        return set()
    first = wanted[0].notice
    rows = Notice.objects.filter(merchant_id=first.merchant_id, made_at=first.made_at, key__in=[each.notice.key for each in wanted])
    return set(rows.values_list("key", flat=True))
