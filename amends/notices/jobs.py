"""What a worker does about messages. It may be killed at any instant and started again; verbs/sending.py bears both."""

from __future__ import annotations

from amends.notices.verbs import sending
from amends.plumbing import jobs


@jobs.task("send_message")
def send_message(ref: str) -> None:
    """Job: this message was sent, looked up, dropped or left alone, as it stood."""
    sending.send(ref)
