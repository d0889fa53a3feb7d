"""What anybody may ask without signing in: is this the file that you handed out, does this hash stand in that timeline. Yes or no.

Nothing else of a case is told, and a number that is not ours has the same answer as a hash that does not fit. Numbers are unguessable
(54 random bits), so nobody learns that a case exists by asking.
"""

from __future__ import annotations

import hmac
import re

from amends.cases.models import Case, Entry
from amends.kernel.refs import clean_ref
from amends.sealing.models import ProofFile

DIGEST = re.compile(r"^[0-9a-f]{64}$")


def is_our_file(ref: str, digest: str) -> bool:
    """Whether the proof file of this number was handed out with this SHA-256."""
    kept = ProofFile.objects.filter(ref=clean_ref(ref) or "").values_list("digest", flat=True).first()
    return kept is not None and hmac.compare_digest(kept, cleaned(digest))


def is_in_timeline(ref: str, digest: str) -> bool:
    """Whether the timeline of this case, or of the case of this proof file, has a line with this hash."""
    number, wanted = clean_ref(ref) or "", cleaned(digest)
    case = Case.objects.filter(ref=number).values_list("merchant_id", "pk").first()
    case = case or ProofFile.objects.filter(ref=number).values_list("merchant_id", "case_id").first()
    if case is None or not DIGEST.match(wanted):
        return False
    return Entry.objects.filter(merchant_id=case[0], case_id=case[1], hash=wanted).exists()


def cleaned(digest: str) -> str:
    """A SHA-256 as it was typed or pasted."""
    return re.sub(r"\s", "", digest).lower()
