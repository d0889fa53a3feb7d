"""Words that people write about a case: limited, kept erasable, and known to the timeline only by a salted digest."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from amends.cases.models import Case, CaseText
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import say
from amends.people.rules import Actor

LONGEST = 4000


def clean_words(body: str, *, field: str, required: bool = False, longest: int = LONGEST) -> str:
    """`body` without control signs and outer space. Raises Unprocessable when it is too long, or absent and required."""
    words = "".join(c for c in body.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
    if len(words) > longest:
        raise Unprocessable.field(
            field,
            say("写了 {n} 个字，最多 {most} 个字，请删短一些。", "This has {n} characters; {most} is the most. Please shorten it.",
                n=len(words), most=longest),
            code="too_long",
        )  # fmt: skip
    if required and not words:
        raise Unprocessable.field(field, say("请写明理由。", "Please write why."), code="required")
    return words


def keep_text(case: Case, kind: str, words: str, by: Actor) -> CaseText:
    """The words are kept beside the case; `digest` is what the timeline may hold."""
    salt = secrets.token_hex(16)
    digest = hashlib.sha256((salt + words).encode()).hexdigest()
    return CaseText.objects.create(
        merchant_id=case.merchant_id, case_id=case.pk, kind=kind, party=by.party.value, body=words, salt=salt, digest=digest,
        made_at=clock.now(),
    )  # fmt: skip


def told(text: CaseText | None) -> dict[str, str | int]:
    """The facts of a text for a timeline row: which row and which digest, never the words."""
    return {"text": text.pk, "digest": text.digest} if text else {}


def erase_text(text: CaseText) -> None:
    """The words are gone for good; the digest stays, so the chain still verifies (PIPL 47, DESIGN 9)."""
    text.body, text.salt, text.erased_at = "", "", clock.now()
    text.save(update_fields=["body", "salt", "erased_at"])
