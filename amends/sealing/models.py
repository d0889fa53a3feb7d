"""Time stamps over the chains of cases, and the files that were handed out."""

from __future__ import annotations

from django.db import models

from amends.plumbing.tenants import Tenanted, child_of


class TimeStamp(Tenanted):
    """An authority's word (RFC 3161) that the chain of a case had this `head` after so many entries by `stamped_at`. Never changed."""

    case = child_of("amends.Case", related_name="stamps")
    head = models.CharField(max_length=64)
    entries_count = models.PositiveIntegerField()
    authority = models.CharField(max_length=80)
    token = models.BinaryField()
    stamped_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_time_stamp"
        constraints = [models.UniqueConstraint(fields=["merchant", "case", "head", "authority"], name="stamped_once")]
        indexes = [models.Index(fields=["merchant", "case", "entries_count"], name="stamps_of_case")]


class ProofFile(Tenanted):
    """A file for a third party: ZIP with manifest and hashes. `digest`: SHA-256 of the whole; `masked`: personal data left out."""

    case = child_of("amends.Case", related_name="proof_files")
    ref = models.CharField(max_length=20, unique=True)
    purpose = models.CharField(max_length=20)
    complaint = child_of("amends.Complaint", null=True, blank=True)
    masked = models.BooleanField(default=True)
    head = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    size = models.BigIntegerField()
    made_by = models.ForeignKey("amends.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "sealing_proof_file"
        constraints = [models.UniqueConstraint(fields=["merchant", "id"], name="proof_file_tenant_key")]
        indexes = [models.Index(fields=["merchant", "case"], name="proof_files_of_case")]
