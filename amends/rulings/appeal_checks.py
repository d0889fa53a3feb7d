"""What must hold of appeals in every database, for `amends verify`."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

from amends.cases.models import Case
from amends.rulings.models import Appeal
from amends.rulings.rules import APPEAL

APPEALED = "appealed"
MOST = 50


def torn_appeals() -> list[str]:
    """Cases and appeals that disagree about whether a ruling is stayed, rulings carried out meanwhile, appeals answered by whoever had
    ruled or signed the ruling, or before their new evidence was judged."""
    stayed = Case.objects.filter(merchant_id=OuterRef("merchant_id"), pk=OuterRef("case_id"), stage=APPEALED)
    open_ones = Appeal.objects.filter(stage__in=APPEAL.open_stages)
    found = [f"appeal {ref} is open, and its case is not stayed" for ref in _refs(open_ones.exclude(Exists(stayed)))]
    heard = open_ones.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("pk"))
    lost = Case.objects.filter(stage=APPEALED).exclude(Exists(heard)).values_list("ref", flat=True)
    found += [f"case {ref} is stayed, and no appeal of it is open" for ref in lost[:MOST]]
    found += [f"appeal {ref} is open, and its ruling is carried out" for ref in _refs(open_ones.filter(review__bound_at__isnull=False))]
    same = Q(examiner_id=F("review__arbiter_id")) | Q(examiner_id=F("review__second_reader_id"))
    own = Appeal.objects.filter(same, answer__isnull=False)
    found += [f"appeal {ref} was answered by whoever had ruled" for ref in _refs(own)]
    answered = Appeal.objects.filter(answer__isnull=False).exclude(new_evidence=[]).values_list("ref", "new_evidence")
    return found + [f"appeal {ref} was answered before its new evidence was judged" for ref, new in answered if _unjudged(new)][:MOST]


def _unjudged(new: list[dict[str, object]]) -> bool:
    return any(piece["taken"] is None for piece in new)


def _refs(rows: object) -> list[str]:
    return list(rows.values_list("ref", flat=True)[:MOST])  # type: ignore[attr-defined]
