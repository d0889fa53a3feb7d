"""Rows that the machinery itself needs: answers kept for idempotency keys, the shifted clock, signs of life of the processes."""

from __future__ import annotations

from django.db import models

from amends.kernel import clock


class Idempotency(models.Model):
    """The answer to one request, kept 30 days, written in the transaction of the verb it belongs to."""

    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    made_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        db_table = "plumbing_idempotency"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_answer_a_key")]


class ClockShift(models.Model):
    """One row: how far our time runs ahead of the machine's. All processes read it, so a demo can leap days."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        db_table = "plumbing_clock_shift"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="only_one_clock_shift")]


class Beat(models.Model):
    """When a process last said that it lives; readiness and `amends verify` read it."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "plumbing_beat"


class LiveChange(models.Model):
    """Something that open pages show has changed. Read by the live processes in the order of commits and forgotten after an hour.

    `xid` is the transaction that wrote the row: a reader that asks for all rows from the oldest transaction it could not yet see misses
    none, whatever order ids were drawn in (plumbing/live.py).
    """

    made_at = models.DateTimeField()
    merchant_id = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True, blank=True)
    consumer_id = models.BigIntegerField(null=True, blank=True)
    topics = models.JSONField()

    class Meta:
        db_table = "plumbing_live_change"
        managed = False  # made by SQL in the migration: Django has no field for xid8
