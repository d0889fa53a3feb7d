"""Policy as rows: drafts with their sign-off, published versions, what is said about them, facts of past cases and what was simulated.

Calendar days and stamped decisions are here too. A published version and a comment are never changed or deleted (migration 0003).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from amends.plumbing.tenants import Tenanted, child_of

DRAFT_STAGES = ("draft", "checked", "signed", "published", "withdrawn")
SIMULATION_STAGES = ("queued", "running", "cancelled", "done", "failed")


def _user(**options: Any) -> models.ForeignKey[Any, Any]:
    """A person of whom it stays known what they did."""
    return models.ForeignKey("amends.User", on_delete=models.PROTECT, related_name="+", db_index=False, **options)


class CalendarDay(models.Model):
    """What one day is in one calendar; official days come from the year's notice, others are provisional."""

    calendar = models.CharField(max_length=20)
    day = models.DateField()
    kind = models.CharField(max_length=12)
    official = models.BooleanField()
    source = models.CharField(max_length=120)

    class Meta:
        db_table = "policy_calendar_day"
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_kind_a_day")]


class Decision(Tenanted):
    """What the policy said about given facts, with the versions it was said under; never changed afterwards."""

    ref = models.CharField(max_length=20, unique=True)
    made_at = models.DateTimeField()
    versions = models.JSONField()
    answer = models.JSONField()

    class Meta:
        db_table = "policy_decision"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="decision_tenant_key")]


class Draft(models.Model):
    """The text of a pack on its way into force. `merchant` is the shop whose own promise it is, empty for the platform's packs.

    `hands` are the users who wrote any of the text: none of them may sign it (B17; the wall is in migration 0003). `edits` counts the
    texts, so that nobody overwrites what they have not read. `problems` and `golden` are what the last check found about this text.
    """

    ref = models.CharField(max_length=20, unique=True)
    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    pack_id = models.CharField(max_length=60, blank=True)
    layer = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    based_on = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    stage = models.CharField(max_length=12, default="draft")
    edits = models.PositiveIntegerField(default=1)
    hands = models.JSONField(default=list)
    made_by = _user()
    made_at = models.DateTimeField()
    changed_by = _user()
    changed_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    problems = models.JSONField(default=list)
    golden = models.JSONField(default=dict)
    signed_by = _user(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = _user(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "policy_draft"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="draft_tenant_key"),
            models.CheckConstraint(condition=Q(stage__in=DRAFT_STAGES), name="draft_stage_known"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("made_by")) & ~Q(signed_by=F("changed_by")),
                name="four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["signed", "published"]) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="nothing_published_unsigned",
            ),
        ]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="drafts_newest_first"),
            models.Index(fields=["merchant", "-changed_at"], name="drafts_of_merchant"),
        ]


class PackVersion(models.Model):
    """One published version, text and all; never changed or deleted. `in_force_until` may be set once, when a version is taken back."""

    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="version")
    pack_id = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    layer = models.CharField(max_length=20)
    jurisdiction = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True, blank=True)
    major = models.BooleanField(default=False)
    comments_until = models.DateTimeField()
    published_by = _user()
    published_at = models.DateTimeField()
    signed_by = _user()

    class Meta:
        db_table = "policy_pack_version"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="version_tenant_key"),
            models.UniqueConstraint(fields=["pack_id", "version"], name="one_text_a_version"),
            models.UniqueConstraint(
                fields=["pack_id", "in_force_from"], condition=Q(in_force_until__isnull=True), name="one_version_a_day"
            ),
            models.CheckConstraint(condition=Q(merchant__isnull=True) | Q(layer="shop"), name="shops_publish_for_shops"),
        ]
        indexes = [models.Index(fields=["merchant", "pack_id"], name="versions_of_merchant")]


class Comment(models.Model):
    """What somebody said about a draft or a published version; kept three years, never changed or deleted (L7 art. 7 to 15)."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="comments")
    by = _user()
    party = models.CharField(max_length=20)
    words = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "policy_comment"


class PastFacts(Tenanted):
    """The facts of one line of one past case as the policy was told them, compact, for replaying drafts over history."""

    case = child_of("amends.Case")
    line = models.PositiveIntegerField()
    day = models.DateField()
    issue = models.CharField(max_length=20)
    goods_class = models.CharField(max_length=20)
    region = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    remedy = models.CharField(max_length=20)
    granted_minor = models.BigIntegerField(default=0)
    facts = models.TextField()

    class Meta:
        db_table = "policy_past_facts"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="past_facts_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "case", "line"], name="facts_of_a_line_once"),
        ]
        indexes = [models.Index(fields=["day", "id"], name="past_facts_by_day")]


class Simulation(models.Model):
    """A draft (or a text) replayed over history or over a generated year; `cursor` is where a resumed run goes on.

    `packs` holds the texts of both sides, so that a resume and a flip that is opened later are decided by the same rules.
    """

    ref = models.CharField(max_length=20, unique=True)
    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.PROTECT, related_name="simulations")
    made_by = _user(null=True, blank=True)
    made_at = models.DateTimeField()
    source = models.CharField(max_length=10)
    params = models.JSONField(default=dict)
    packs = models.JSONField(default=dict)
    stage = models.CharField(max_length=12, default="queued")
    total = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "policy_simulation"
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=SIMULATION_STAGES), name="simulation_stage_known"),
            models.CheckConstraint(condition=Q(source__in=["history", "year"]), name="simulation_source_known"),
        ]
        indexes = [models.Index(fields=["-made_at", "-id"], name="simulations_newest_first")]


class SimulationPart(models.Model):
    """One slice of a simulation, done as a whole or not at all."""

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    bounds = models.JSONField(default=dict)
    stage = models.CharField(max_length=12, default="queued")
    result = models.JSONField(default=dict)

    class Meta:
        db_table = "policy_simulation_part"
        constraints = [models.UniqueConstraint(fields=["simulation", "number"], name="one_part_a_number")]


class Flip(models.Model):
    """One decision that the draft would turn over: before, after, what it costs. A generated year has no merchant and no case of ours.

    `rank` is even chance by seed: of many flips those of the lowest ranks are kept.
    """

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="flips", db_index=False)
    merchant = models.ForeignKey("amends.Merchant", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = child_of("amends.Case", null=True, blank=True)
    case_ref = models.CharField(max_length=40, blank=True)
    line = models.PositiveIntegerField(default=1)
    rank = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=10)
    seller = models.CharField(max_length=120, blank=True)
    goods_class = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=20, blank=True)
    issue = models.CharField(max_length=20, blank=True)
    lane = models.CharField(max_length=20, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    delta_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "policy_flip"
        constraints = [models.CheckConstraint(condition=Q(kind__in=["won", "lost", "changed"]), name="flip_kind_known")]
        indexes = [
            models.Index(fields=["simulation", "kind", "id"], name="flips_of_simulation"),
            models.Index(fields=["simulation", "rank"], name="flips_by_rank"),
        ]
