"""Cases that lack a time stamp for too long: the supervisors are told once a day, as long as it lasts.

Asking the authority again is the sweep's (sealing/stamping.py); this is for what asking again does not mend: an authority that is away
for good, that answers what can't be believed, or an address or certificate that is wrong.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from amends.cases.models import Case
from amends.kernel import clock
from amends.notices.models import Notice
from amends.notices.verbs.planning import tell_of_ours
from amends.plumbing.timestamps.choosing import is_set_up
from amends.sealing.stamping import lacking_for_long

ALARM = "stamp.alarm"
AGAIN_AFTER = timedelta(hours=24)


@transaction.atomic
def tell_of_missing_stamps() -> bool:
    """Whether the supervisors were told now; they are not where nothing is missing, no authority is set up, or they were told today."""
    if not is_set_up() or _told_lately():
        return False
    missing = lacking_for_long(most=1)
    if not missing:
        return False
    case = Case.objects.select_related("merchant", "consumer").get(pk=missing[0])
    return bool(tell_of_ours(ALARM, case, facts={}, key=f"{ALARM}:{clock.now().isoformat(timespec='seconds')}"))


def _told_lately() -> bool:
    return Notice.objects.filter(party="supervisor", kind=ALARM, made_at__gt=clock.now() - AGAIN_AFTER).exists()
