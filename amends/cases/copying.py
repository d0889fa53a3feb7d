"""What was said and shown in one case, brought to another: copies, so that neither loses anything when their ways part again.

Files are not copied, only the rows that name them; words get a salt of their own, since the chain of each case knows its own digests.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from amends.cases.models import Case, CaseText, Evidence
from amends.kernel.refs import new_ref

FILE = ("party", "user_id", "kind", "mime", "size", "width", "height", "digest", "likeness", "path", "taken_at", "made_at", "late")


def bring_evidence(source: Case, to: Case) -> list[Evidence]:
    """Every file of `source` that `to` does not have yet stands in `to` as well, with the day it was given; answers the new rows."""
    there = set(Evidence.objects.filter(merchant_id=to.merchant_id, case_id=to.pk).values_list("digest", flat=True))
    rows = Evidence.objects.filter(merchant_id=source.merchant_id, case_id=source.pk).exclude(digest__in=there).order_by("pk")
    return Evidence.objects.bulk_create(
        Evidence(merchant_id=to.merchant_id, case_id=to.pk, order_id=to.order_id, ref=new_ref("EV"), **{n: getattr(row, n) for n in FILE})
        for row in rows
    )


def bring_texts(texts: Iterable[CaseText], to: Case) -> list[CaseText]:
    """These words stand in `to` as well, by the party that said them and as of when; those erased before stay erased."""
    made = []
    for text in texts:
        if text.erased_at is not None:
            continue
        salt = secrets.token_hex(16)
        digest = hashlib.sha256((salt + text.body).encode()).hexdigest()
        made.append(
            CaseText.objects.create(
                merchant_id=to.merchant_id, case_id=to.pk, kind=text.kind, party=text.party, body=text.body, salt=salt, digest=digest,
                made_at=text.made_at,
            )
        )  # fmt: skip
    return made
