"""What we told whom: notices in the page, the messages that carry them over channels outside, and how each person wants to be told.

A notice is for a side, a message for one person over one channel. Not about when to send or what to say: rules/ and verbs/ are.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from amends.kernel import clock
from amends.plumbing.tenants import Tenanted, child_of


class Notice(Tenanted):
    """One thing told to one side about a case. Holds no personal text: `kind` and `facts` are put into words when read.

    `party` is the audience: consumer, merchant, a role of the platform (agent, arbiter, supervisor), or named: those of the platform's
    people whose ids stand in `facts` as `people`.
    """

    case_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    party = models.CharField(max_length=20)
    consumer_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    urgency = models.CharField(max_length=10)
    facts = models.JSONField()
    due_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=80)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notices_notice"
        managed = False  # made by SQL in the migration: partitioned by month as the timeline is


class Message(models.Model):
    """One delivery to one person over one channel, of one notice or of several about the same case. `ref` is its key at the provider for
    ever, whatever happens on the way. `merchant_id` 0 is the platform's own: announcements, tests, codes."""

    merchant_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    ref = models.CharField(max_length=20)
    user_id = models.BigIntegerField(null=True, blank=True)
    case_id = models.BigIntegerField(null=True, blank=True)
    announcement_id = models.BigIntegerField(null=True, blank=True)
    channel = models.CharField(max_length=10)
    contact_id = models.BigIntegerField(null=True, blank=True)
    address = models.CharField(max_length=600)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=40)
    urgency = models.CharField(max_length=10)
    items = models.JSONField(default=list)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=12)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    provider_ref = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=120, blank=True)
    instead_of = models.CharField(max_length=20, blank=True)
    log = models.JSONField(default=list)
    key = models.CharField(max_length=120)
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notices_message"
        managed = False  # made by SQL in the migration: partitioned by month


class Recipient(models.Model):
    """How one person wants to be told. Its row is locked while messages to the person are planned, so that bundles are made by one hand.

    `choices` holds for each group of kinds the channels that are on (a group that is absent has the table's own); `quiet_from` to
    `quiet_until` are local times of `zone`; `read_until` is how far a person of the platform has read.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="recipient")
    choices = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    read_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "notices_recipient"


class Contact(models.Model):
    """Where a person can be reached over a channel: a telephone number, a WeChat openid, a browser's push subscription, another mail
    address. Personal and erasable. Used once `confirmed_at` is set, and no more once `ended_at` is (bounced, unsubscribed, removed)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=600)
    keys = models.JSONField(default=dict)
    label = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "notices_contact"
        constraints = [
            # Nobody is told another's matters because two wrote down one number: an address in use belongs to one person.
            models.UniqueConstraint(
                fields=["channel", "address"], condition=Q(confirmed_at__isnull=False, ended_at__isnull=True), name="one_owner_an_address"
            ),
            models.UniqueConstraint(fields=["user", "channel", "address"], name="one_contact_a_person"),
        ]


class Wording(models.Model):
    """A text of the table as this installation says it: the highest version counts, and one without words is the built-in text again."""

    kind = models.CharField(max_length=40)
    party = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    subject_zh = models.CharField(max_length=200, blank=True)
    subject_en = models.CharField(max_length=200, blank=True)
    body_zh = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "notices_wording"
        constraints = [models.UniqueConstraint(fields=["kind", "party", "version"], name="one_wording_a_version")]


class Announcement(models.Model):
    """Something told to many at once, a changed service for instance: written, published once, shown until it ends, perhaps withdrawn."""

    ref = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    body_zh = models.TextField()
    body_en = models.TextField()
    audience = models.JSONField(default=dict)
    outside = models.BooleanField(default=False)
    shown_from = models.DateTimeField()
    shown_until = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    planned_until = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField(null=True, blank=True)
    addressed = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "notices_announcement"
        constraints = [models.CheckConstraint(condition=Q(shown_until__gt=models.F("shown_from")), name="shown_for_a_while")]
        indexes = [models.Index(fields=["shown_until"], name="announcements_shown")]


class Seen(models.Model):
    """A person has seen an announcement in the page."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="seen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "notices_seen"
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="seen_once")]


class Promise(Tenanted):
    """A time that was told to a consumer by which somebody else would act. What became of it is read from its deadline, never written
    twice (promises.py); only a new time with its reason is a row of its own, that points at the one before it."""

    case = child_of("amends.Case")
    deadline_id = models.BigIntegerField()
    life = models.CharField(max_length=20)
    limit = models.CharField(max_length=30)
    bearer = models.CharField(max_length=20)
    carrier = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField()
    due_at = models.DateTimeField()
    revises = child_of("amends.Promise", null=True, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    words = child_of("amends.CaseText", null=True, blank=True)
    key = models.CharField(max_length=80)

    class Meta:
        db_table = "notices_promise"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="promise_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "key"], name="promised_once_a_notice"),
            models.UniqueConstraint(fields=["merchant", "revises"], name="revised_once"),
        ]
        indexes = [
            models.Index(fields=["merchant", "case"], name="promises_of_case"),
            models.Index(fields=["merchant", "deadline_id"], name="promises_of_deadline"),
            models.Index(fields=["told_at"], name="promises_by_time"),
        ]
