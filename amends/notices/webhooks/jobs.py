"""The one job of webhooks: what is due of a case goes to an endpoint. It bears to run twice, beside itself, and to be killed."""

from __future__ import annotations

from amends.notices.webhooks import sending
from amends.notices.webhooks.releasing import JOB
from amends.plumbing import jobs


@jobs.task(JOB)
def send_webhooks(merchant_id: int, endpoint_id: int, case_id: int) -> None:
    """See sending.send_case."""
    sending.send_case(merchant_id, endpoint_id, case_id)
