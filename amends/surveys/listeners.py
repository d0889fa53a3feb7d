"""When a case ends with a result the consumer is asked how it was."""

from __future__ import annotations

from amends.cases.models import Entry
from amends.kernel import clock
from amends.kernel.refs import new_ref
from amends.surveys.models import Survey


def ask(entry: Entry) -> None:
    """Listener: the case has a survey, one however often this is told."""
    Survey.objects.get_or_create(
        merchant_id=entry.merchant_id, case_id=entry.case_id, defaults={"ref": new_ref("SV"), "asked_at": clock.now()}
    )
