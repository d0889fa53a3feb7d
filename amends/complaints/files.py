"""The file for the authority: the case as a ZIP that it can check without us, made for one complaint and hiding nothing from it."""

from __future__ import annotations

from amends.complaints.queries import complaint_for
from amends.people.rules import Actor
from amends.sealing.exporting import make_file
from amends.sealing.models import ProofFile


def file_for_authority(ref: str, by: Actor) -> ProofFile:
    """The case of the complaint `ref`, as it stands now, is in a file for that authority. Raises NotFound, and what make_file does."""
    row = complaint_for(ref, by)
    return make_file(row.case.ref, "authority", by, complaint=row)


def files_of(ref: str, by: Actor) -> list[ProofFile]:
    """The files that were made for this complaint, the newest first. Raises NotFound."""
    row = complaint_for(ref, by)
    return list(ProofFile.objects.filter(merchant_id=row.merchant_id, complaint_id=row.pk).order_by("-made_at", "-pk"))
