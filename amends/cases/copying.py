"""What was said and shown in one case, brought to another: copies, so that neither loses anything when their ways part again.

Files are not copied, only the rows that name them; words get a salt of their own, since the chain of each case knows its own digests, and
a line of their own, since nobody reads or can prove what no line names.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable

from amends.cases.models import Case, CaseText, Entry, Evidence
from amends.kernel.refs import new_ref
from amends.people.rules import PLATFORM

CARRY_OVER = "carry_over"
FILE = ("party", "user_id", "kind", "mime", "size", "width", "height", "digest", "likeness", "path", "taken_at", "made_at", "late")


def bring_evidence(source: Case, to: Case, *, party: str = "", digests: Collection[str] | None = None) -> list[Evidence]:
    """Every file of `source` that `to` does not have yet stands in `to` as well, with the day it was given; answers the new rows.

    `party`: only what this side gave. `digests`: only these.
    """
    there = set(Evidence.objects.filter(merchant_id=to.merchant_id, case_id=to.pk).values_list("digest", flat=True))
    rows = Evidence.objects.filter(merchant_id=source.merchant_id, case_id=source.pk).exclude(digest__in=there).order_by("pk")
    if party:
        rows = rows.filter(party=party)
    if digests is not None:
        rows = rows.filter(digest__in=digests)
    return Evidence.objects.bulk_create(
        Evidence(merchant_id=to.merchant_id, case_id=to.pk, order_id=to.order_id, ref=new_ref("EV"), **{n: getattr(row, n) for n in FILE})
        for row in rows
    )


def bring_lines(source: Case, to: Case, lines: Iterable[Entry]) -> int:
    """The words that these lines of `source` name stand in `to` as well, by the party that said them and as of when, each named by a line
    for the eyes that read the first; answers how many. What was erased stays so, and what `to` has of `source` already is not told twice.
    """
    named = {line.facts["text"]: line for line in lines if "text" in line.facts and line.facts.get("from") != to.ref}
    texts = CaseText.objects.filter(merchant_id=source.merchant_id, case_id=source.pk, pk__in=named, erased_at__isnull=True)
    brought = Entry.objects.filter(merchant_id=to.merchant_id, case_id=to.pk, life="case", verb=CARRY_OVER)
    there = set(brought.filter(facts__from=source.ref).values_list("facts__number", flat=True))
    fresh = [text for text in texts.order_by("pk") if named[text.pk].number not in there]
    for text in fresh:
        copy, line = _copied(text, to), named[text.pk]
        facts = {"from": source.ref, "number": line.number, "text": copy.pk, "digest": copy.digest}
        to.tell(CARRY_OVER, PLATFORM, facts=facts, audience=line.audience)
    return len(fresh)


def _copied(text: CaseText, to: Case) -> CaseText:
    salt = secrets.token_hex(16)
    return CaseText.objects.create(
        merchant_id=to.merchant_id, case_id=to.pk, kind=text.kind, party=text.party, body=text.body, salt=salt,
        digest=hashlib.sha256((salt + text.body).encode()).hexdigest(), made_at=text.made_at,
    )  # fmt: skip
