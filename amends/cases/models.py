"""The tables of a case: the matter itself, its claimed units, grants, evidence, deadlines, turns, links, erasable texts, the timeline.

Invariants
 1. A case always waits for somebody until an instant: every stage that is not over has one open deadline row (CASES-1, `amends verify`).
 2. A unit is claimed by at most one open case, and at most one grant of it is owed, doing or done (S1): partial unique indexes.
 3. The timeline only grows; entry n carries the hash of entry n-1, the case row carries the hash of the last one.
 4. No personal text stands in a timeline row: texts live in `CaseText`, the chain covers their salted digests, erasure keeps it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from amends.cases import acting
from amends.cases.life import LifeRow
from amends.cases.rules.lives import CASE, EXTENSION, GRANT
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.tables import Life
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.plumbing.tenants import Tenanted, child_of
from amends.policy.queries import Terms, terms_of


class CaseQuery(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> Self:
        """The cases that `actor` may know of; everything else does not exist."""
        if actor.sees_everything:
            return self
        if actor.party is Party.CONSUMER and actor.consumer_id:
            return self.filter(consumer_id=actor.consumer_id)
        if actor.party is Party.MERCHANT and actor.merchant_id:
            return self.filter(merchant_id=actor.merchant_id)
        return self.none()


class Case(LifeRow):
    """One after-sales matter about one order. `turns` tells for whom it waits until when, as `Turn` does for the queues."""

    LIFE: ClassVar[Life] = CASE

    ref = models.CharField(max_length=20, unique=True)
    order = child_of("amends.Order")
    consumer = models.ForeignKey("amends.Consumer", on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = child_of("amends.Decision")
    follows = child_of("amends.Case", null=True, blank=True)
    issue = models.CharField(max_length=20)
    remedy = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    claimed_minor = models.BigIntegerField()
    units_count = models.PositiveIntegerField()
    return_freight = models.CharField(max_length=20, blank=True)
    title_zh = models.CharField(max_length=240)
    title_en = models.CharField(max_length=240)
    goods_class = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)
    # Who looks at the claim (lanes.py), and since when a side has asked that a person decides (S21).
    lane = models.CharField(max_length=12, default="assisted")
    person_asked_at = models.DateTimeField(null=True, blank=True)
    shipped = models.BooleanField()
    received = models.BooleanField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=30, blank=True)
    counts = models.JSONField(default=dict)
    turns = models.JSONField(default=list)
    entries_count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="")

    objects: ClassVar[models.Manager[Case]] = CaseQuery.as_manager()

    class Meta:
        db_table = "cases_case"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="case_tenant_key")]
        indexes = [
            models.Index(fields=["merchant", "stage", "-opened_at"], name="cases_by_stage"),
            models.Index(fields=["consumer", "-opened_at"], name="cases_of_consumer"),
            models.Index(fields=["merchant", "order"], name="cases_of_order"),
            models.Index(fields=["closed_at"], condition=models.Q(closed_at__isnull=False), name="cases_by_end"),
            models.Index(fields=["opened_at"], condition=models.Q(closed_at__isnull=True), name="open_cases"),
        ]

    @cached_property
    def terms(self) -> Terms:
        """Limits, counts and silences as they stood on the day the case opened (B19)."""
        return terms_of(self.decision)

    @property
    def title(self) -> Text:
        """What the case is about, in words."""
        return say(self.title_zh, self.title_en)

    def move(self, verb: str, by: Actor, *, facts: Mapping[str, Any] | None = None, audience: str = acting.EVERYBODY) -> None:
        """As every life; a case that has come to its end says when and by which verb, and lets its units go (B7)."""
        super().move(verb, by, facts=facts, audience=audience)
        if self.is_over and self.closed_at is None:
            self.closed_at, self.ended_by = clock.now(), verb
            ClaimedUnit.objects.filter(merchant_id=self.merchant_id, case_id=self.pk).update(is_open=False)

    def _write(self, *, born: bool, known: int) -> None:
        # The act holds this row's lock and writes it once, when it ends (record.py); only a birth is written at once, to have an id.
        if born:
            self.save(force_insert=True)
            acting.current().hold(self)

    def _held_case(self) -> Case:
        return self

    def _own_case(self) -> Case:
        return self


class ClaimedUnit(Tenanted):
    """A unit that a case is about. `is_open` falls when the case closes without having been granted for it (B7)."""

    case = child_of("amends.Case", related_name="claimed")
    line = child_of("amends.OrderLine")
    unit = child_of("amends.Unit")
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "cases_claimed_unit"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "case", "unit"], name="unit_once_a_case"),
            # woocommerce#54499, erpnext#24259: more units returned than were shipped.
            models.UniqueConstraint(fields=["merchant", "unit"], condition=Q(is_open=True), name="one_open_claim_a_unit"),
        ]


class Grant(LifeRow):
    """What is owed for one unit or one sum: the only source of a refund. `reduced_minor` is a deduction from `amount_minor`.

    `subject`: unit (the remedy of one unit; of these one may live, S1), share (money for a unit or line that stays), extra (freight or
    packaging of a line), sum (beyond the order, S19). `parts` says how much of it is goods, freight, packaging; `borne_by` who pays a sum.
    """

    LIFE: ClassVar[Life] = GRANT

    case = child_of("amends.Case", related_name="grants")
    unit = child_of("amends.Unit", null=True, blank=True)
    line = child_of("amends.OrderLine", null=True, blank=True)
    subject = models.CharField(max_length=10, default="unit")
    parts = models.JSONField(default=dict)
    borne_by = models.CharField(max_length=10, default="merchant")
    currency = models.CharField(max_length=20, blank=True)
    remedy = models.CharField(max_length=20)
    basis = models.CharField(max_length=30)
    shares = models.JSONField()
    amount_minor = models.BigIntegerField()
    reduced_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "cases_grant"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="grant_tenant_key"),
            models.UniqueConstraint(
                # What was exchanged, sent again or repaired is with its consumer, and may be claimed anew; what was paid back is not.
                fields=["merchant", "unit"],
                condition=Q(subject="unit")
                & (Q(stage__in=["owed", "doing"]) | (Q(stage="done") & ~Q(remedy__in=["exchange", "resend", "repair"]))),
                name="one_live_grant_a_unit",
            ),
            models.CheckConstraint(condition=~Q(subject="unit") | Q(unit__isnull=False), name="unit_grant_names_its_unit"),
            models.CheckConstraint(condition=Q(reduced_minor__gte=0, reduced_minor__lte=models.F("amount_minor")), name="reduced_within"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="grants_of_case")]


class CaseText(Tenanted):
    """Words that somebody wrote: reasons, descriptions, comments. Erasable: the chain knows only the salted digest."""

    case = child_of("amends.Case", related_name="texts")
    kind = models.CharField(max_length=20)
    party = models.CharField(max_length=20)
    body = models.TextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cases_text"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="text_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case"], name="texts_of_case")]


class Evidence(Tenanted):
    """A file that proves something: decoded once, its place data removed, its perceptual hash kept."""

    case = child_of("amends.Case", null=True, blank=True, related_name="evidence")
    order = child_of("amends.Order")
    ref = models.CharField(max_length=20, unique=True)
    party = models.CharField(max_length=20)
    user = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    mime = models.CharField(max_length=60)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    likeness = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200)
    taken_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_evidence"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="evidence_tenant_key")]
        indexes = [
            models.Index(fields=["merchant", "case"], name="evidence_of_case"),
            models.Index(fields=["likeness"], name="evidence_alike"),
        ]


class Deadline(Tenanted):
    """Somebody must act by an instant, or a named consequence follows by itself. One row for each turn of each life."""

    case = child_of("amends.Case", related_name="deadlines")
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    limit = models.CharField(max_length=30)
    generation = models.PositiveIntegerField()
    waits_for = models.CharField(max_length=60)
    silence = models.CharField(max_length=30)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    backstop = models.BooleanField(default=False)
    paused_since = models.DateTimeField(null=True, blank=True)
    # The pack's pause that this turn runs into, if any: it is counted into `due_at` already.
    held_from = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    # When the duty of the law that runs beside this limit ends, where one does.
    legal_due_at = models.DateTimeField(null=True, blank=True)
    # The next reminder of whoever is waited for, and how many there were (LIFECYCLE 15); none while the clock stands still.
    warn_at = models.DateTimeField(null=True, blank=True)
    warned = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "cases_deadline"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "life", "life_id", "limit", "generation"], name="one_deadline_a_turn"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_as="") | (Q(ended_at__isnull=False) & ~Q(ended_as="")), name="ends_as"
            ),
        ]
        indexes = [
            # The clock's only reader: ten million open rows must cost no more per tick than ten.
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True, paused_since__isnull=True), name="deadlines_due"),
            models.Index(
                fields=["warn_at"],
                condition=Q(ended_at__isnull=True, paused_since__isnull=True, warn_at__isnull=False),
                name="deadlines_warn",
            ),
            models.Index(fields=["merchant", "case"], condition=Q(ended_at__isnull=True), name="deadlines_open"),
        ]


class Turn(Tenanted):
    """For whom a case waits, until when: one row for each case and party, kept by the record for the queues to sort by."""

    case = child_of("amends.Case")
    party = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    paused = models.BooleanField(default=False)
    held_from = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    legal_due_at = models.DateTimeField(null=True, blank=True)
    expert = models.BooleanField(default=False)
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    stage = models.CharField(max_length=30)
    limit = models.CharField(max_length=30)
    silence = models.CharField(max_length=30)

    class Meta:
        db_table = "cases_turn"
        constraints = [models.UniqueConstraint(fields=["merchant", "case", "party"], name="one_turn_a_party")]
        indexes = [
            models.Index(fields=["merchant", "party", "due_at", "case"], name="queue_of_merchant"),
            models.Index(fields=["party", "due_at", "case"], name="queue_of_platform"),
            # The desk's queue: experts' cases first, then by time left.
            models.Index(fields=["party", "-expert", "due_at", "case"], name="queue_of_experts"),
        ]


class CaseLink(Tenanted):
    """Two cases of one merchant that belong together. `kind`: reopened, split_from, merged_into, duplicate, related. Ended, never deleted.

    `other` is the older one: what was reopened or split, what a case was merged into.
    """

    case = child_of("amends.Case", related_name="links")
    other = child_of("amends.Case")
    kind = models.CharField(max_length=12)
    why = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cases_link"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="case_link_tenant_key"),
            models.UniqueConstraint(fields=["merchant", "case", "other", "kind"], condition=Q(ended_at__isnull=True), name="linked_once"),
            models.UniqueConstraint(
                fields=["merchant", "case"], condition=Q(kind="merged_into", ended_at__isnull=True), name="merged_into_one"
            ),
            models.CheckConstraint(condition=~Q(case=models.F("other")), name="not_linked_to_itself"),
        ]
        indexes = [models.Index(fields=["merchant", "other"], name="links_to_case")]


class Likeness(Tenanted):
    """Two cases that may be one, and why: the same order line, a photo alike, words alike. `state`: open, merged, linked, dismissed."""

    case = child_of("amends.Case", related_name="alike")
    other = child_of("amends.Case")
    score_bps = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="open")
    decided_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cases_likeness"
        constraints = [models.UniqueConstraint(fields=["merchant", "case", "other"], name="compared_once")]
        indexes = [models.Index(fields=["merchant", "other"], name="alike_to_case")]


class Extension(LifeRow):
    """One side asks that a limit be longer, and the other consents or not, by `hours`; `until_at` is the new end once it is granted.

    `life`, `life_id`, `generation`: the turn whose limit it is; a turn that has ended meanwhile is not lengthened.
    """

    LIFE: ClassVar[Life] = EXTENSION

    case = child_of("amends.Case", related_name="extensions")
    ref = models.CharField(max_length=20, unique=True)
    side = models.CharField(max_length=10)
    asked_by = models.ForeignKey("amends.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    turn_life = models.CharField(max_length=20)
    turn_id = models.BigIntegerField()
    turn_generation = models.PositiveIntegerField()
    limit = models.CharField(max_length=30)
    hours = models.PositiveSmallIntegerField()
    why = child_of("amends.CaseText", null=True, blank=True)
    agreed = models.JSONField(default=list)
    was_due_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "cases_extension"
        constraints = [
            models.UniqueConstraint(fields=["merchant", "id"], name="extension_tenant_key"),
            models.UniqueConstraint(
                fields=["merchant", "turn_life", "turn_id", "turn_generation"],
                condition=Q(stage__in=EXTENSION.open_stages),
                name="one_open_extension_a_turn",
            ),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=720), name="extension_sane"),
        ]
        indexes = [models.Index(fields=["merchant", "case"], name="extensions_of_case")]


class Entry(Tenanted):
    """One line of the timeline: who, what, when, facts, and the hash of the line before. Partitioned by month, never changed."""

    case_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    life = models.CharField(max_length=20)
    life_id = models.BigIntegerField()
    verb = models.CharField(max_length=30)
    party = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True, blank=True)
    automatic = models.BooleanField(default=False)
    came_from = models.CharField(max_length=30)
    went_to = models.CharField(max_length=30)
    act = models.CharField(max_length=32)
    audience = models.CharField(max_length=60)
    facts = models.JSONField()
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "cases_entry"
        managed = False  # made by SQL in the migration: PARTITION BY RANGE (made_at), PRIMARY KEY (merchant_id, made_at, id)
