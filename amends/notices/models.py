"""What we told whom: notices in the page, and the mails that carry them, readable in the office."""

from __future__ import annotations

from django.db import models

from amends.kernel import clock
from amends.plumbing.tenants import Tenanted


class Notice(Tenanted):
    """One thing told to one side about a case. Holds no personal text: `kind` and `facts` are put into words when read."""

    case_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    party = models.CharField(max_length=20)
    consumer_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    facts = models.JSONField()
    due_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=80)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notices_notice"
        managed = False  # made by SQL in the migration: partitioned by month as the timeline is


class Mail(Tenanted):
    """A mail as it was handed over; the simulator keeps it here, a real server would deliver it."""

    notice_id = models.BigIntegerField()
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    key = models.CharField(max_length=90, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "notices_mail"
        indexes = [models.Index(fields=["-made_at"], name="mails_by_time")]
