"""Proof files: a case as a ZIP that a third party can check without us (third_party/verify.py), and who may have one.

1. It is made of one look at the case: every part belongs to the same head. What moved while it was read is read again.
2. A side has what it may see of its own case; the platform makes files for an authority, for arbitration and for its own audit.
3. Personal data that is not the asker's own is hidden (masking.py), unless a complaint of an authority is named.
4. Who made a file and who fetched it stands in the access log. A file is not changed afterwards; its SHA-256 is kept.
5. The ZIP itself is kept for KEPT_FOR, and no longer than the words in it: once one of them is erased, it is gone too (PIPL 47).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from amends.cases.evidence.files import opened
from amends.cases.hands import STAFF, check_impartial, check_not_reader
from amends.cases.models import Case, CaseText
from amends.cases.queries import case_for
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.models import Membership
from amends.people.queries import note_access
from amends.people.rules import Actor
from amends.sealing import gathering
from amends.sealing.container import Container, TooLarge, container, pieces
from amends.sealing.gathering import Asked, Gathered
from amends.sealing.models import ProofFile, TimeStamp
from amends.sealing.readme import readme
from amends.sealing.stamping import roots_of

FORMAT = "amends-proof-1"
SCRIPT = Path(__file__).with_name("third_party") / "verify.py"
PURPOSES: dict[str, Text] = {
    "own": say("自己留存", "for one's own records"),
    "arbitration": say("仲裁或诉讼", "for arbitration or a court"),
    "authority": say("提供给主管机关", "for an authority"),
    "audit": say("平台内部审计", "for the platform's own audit"),
}
OF_STAFF = frozenset({"authority", "audit"})
MOST_A_DAY, MOST_LOOKS = 20, 5
KEPT_FOR = timedelta(days=90)
LOOKED_BACK = timedelta(days=30)
"""So far behind that a clock which stood still looks for what it should have forgotten."""


@transaction.atomic
def make_file(case_ref: str, purpose: str, by: Actor, complaint: Any = None) -> ProofFile:
    """A proof file of the case is kept, and may be fetched by whoever made it, colleagues of theirs, and the platform.

    `complaint` is the row of an authority's complaint about this case, whose file hides nothing. Raises NotFound for a case that `by` may
    not see, NotYourMove for a purpose that is the platform's, for who only reads and for who acts for the platform and belongs to a party
    of the case, Unprocessable for an unknown purpose, a complaint of
    another case and a case too large for one file, Conflict after MOST_A_DAY files of one case in a day.
    """
    case = case_for(case_ref, by)
    check_not_reader(by)
    _check_impartial(case, by)
    _check(case, purpose, by, complaint)
    at = clock.now()
    ref = new_ref("PF")
    whole, audit = purpose == "authority" and complaint is not None, purpose == "audit"
    asked, found = _one_look(case, by, whole=whole, audit=audit)
    case = asked.case
    named: dict[str, Any] = {
        "format": FORMAT, "ref": ref, "case": case.ref, "purpose": purpose, "masked": not asked.whole, "asked_by": by.party.value,
        "made_at": at.isoformat(), "head": case.head, "entries": case.entries_count,
        "complaint": {"authority": complaint.authority, "number": complaint.number} if complaint else None,
    }  # fmt: skip
    path = f"proofs/{at:%Y}/{at:%m}/{ref}.zip"
    with tempfile.TemporaryFile() as file:
        _write(file, found, named)
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        default_storage.save(path, File(file))
    row = ProofFile.objects.create(
        merchant_id=case.merchant_id, case=case, ref=ref, purpose=purpose, complaint=complaint, masked=not asked.whole, head=case.head,
        digest=digest, path=path, size=size, made_by_id=by.user_id, made_at=at,
    )  # fmt: skip
    note_access(by, ref)
    return row


def _one_look(case: Case, by: Actor, *, whole: bool, audit: bool) -> tuple[Asked, Gathered]:
    """Everything that goes into the file, of a head that was the case's before the first read and after the last: each act on a case
    moves its head. Raises Conflict where it never stands still."""
    for _ in range(MOST_LOOKS):
        asked = Asked(case, by, whole=whole, audit=audit)
        found = gathering.all_of(asked)
        case = case_for(case.ref, by)
        if case.head == asked.case.head:
            return asked, found
    raise Conflict(say("售后单正在变动，请再试一次。", "The case is moving just now. Please try again."), code="moving")


def files_of(case: Case, by: Actor) -> list[ProofFile]:
    """The proof files of this case that `by` may fetch, the newest first."""
    return list(_visible(by).filter(merchant_id=case.merchant_id, case_id=case.pk).order_by("-made_at", "-pk"))


def open_file(ref: str, by: Actor) -> tuple[ProofFile, IO[bytes]]:
    """The file, open for reading; that it was fetched is noted. Raises NotFound, for one that is kept no more too, and NotYourMove for one
    of the platform's people who belongs to a party of the case."""
    row = _visible(by).select_related("case").filter(ref=clean_ref(ref) or "").first()
    if row is None or not is_kept(row):
        raise NotFound
    _check_impartial(row.case, by)
    note_access(by, row.ref)
    return row, default_storage.open(row.path)


def is_kept(row: ProofFile) -> bool:
    """Whether the ZIP may still be fetched: not too old, and none of its words erased since."""
    return row.made_at > clock.now() - KEPT_FOR and not _has_erased_words(row) and default_storage.exists(row.path)


def _has_erased_words(row: ProofFile) -> bool:
    return CaseText.objects.filter(merchant_id=row.merchant_id, case_id=row.case_id, erased_at__gt=row.made_at).exists()


def forget_old() -> int:
    """ZIPs that are kept no more are gone from the storage; their rows and SHA-256 stay. For the clock; answers how many."""
    since = clock.now() - KEPT_FOR
    erased = CaseText.objects.filter(merchant_id=OuterRef("merchant_id"), case_id=OuterRef("case_id"), erased_at__gt=OuterRef("made_at"))
    rows = ProofFile.objects.filter(Q(made_at__lte=since, made_at__gt=since - LOOKED_BACK) | Q(Exists(erased), made_at__gt=since))
    gone = [path for path in rows.values_list("path", flat=True) if default_storage.exists(path)]
    for path in gone:
        default_storage.delete(path)
    return len(gone)


def _check_impartial(case: Case, by: Actor) -> None:
    """The platform's files tell a side what is hidden from it: nobody who belongs to one has them from the platform."""
    if by.party in STAFF:
        check_impartial(case, by.user_id)


def _visible(by: Actor) -> Any:
    """Whoever sees everything sees every file; a side sees those that its own people made of its own cases. What its consumer made of a
    case is not for the shop, though they work there: nothing of theirs is hidden in it."""
    if by.sees_everything:
        return ProofFile.objects.all()
    mine = Q(made_by_id=by.user_id)
    if by.party is Party.MERCHANT and by.merchant_id:
        own = Membership.objects.filter(user_id=OuterRef("made_by_id"), consumer_id=OuterRef("case__consumer_id"))
        mine |= Q(~Exists(own), made_by__memberships__merchant_id=by.merchant_id)
    return ProofFile.objects.filter(mine, case__in=Case.objects.visible_to(by)).distinct()


def _check(case: Case, purpose: str, by: Actor, complaint: Any) -> None:
    if purpose not in PURPOSES:
        wrong = say("请选择用途：{all}。", "Choose a purpose: {all}.", all=", ".join(PURPOSES))
        raise Unprocessable.field("purpose", wrong, code="unknown_purpose")
    if by.party not in (*STAFF, Party.CONSUMER, Party.MERCHANT) or (purpose in OF_STAFF and by.party not in STAFF):
        raise NotYourMove(say("这种用途的举证包由平台制作。", "The platform makes files for this purpose."), code="platform_only")
    if complaint is not None and (purpose != "authority" or complaint.case_id != case.pk):
        wrong = say("这件投诉不是关于这张售后单的。", "This complaint is not about this case.")
        raise Unprocessable.field("complaint", wrong, code="foreign_complaint")
    today = ProofFile.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, made_at__gt=clock.now() - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        often = say(
            "这张售后单一天内已生成 {n} 份举证包，请用已有的，或明天再生成。",
            "{n} proof files of this case were made within a day. Use one of them, or make one tomorrow.",
            n=MOST_A_DAY,
        )
        raise Conflict(often, code="too_many_files")


def _write(file: IO[bytes], found: Gathered, named: dict[str, Any]) -> None:
    try:
        with container(file) as zipped:
            _write_parts(zipped, found, named)
            listed = {part.name: {"sha256": part.digest, "size": part.size} for part in zipped.parts}
            manifest = zipped.add("manifest.json", _json({**named, "files": listed}))
            zipped.add("manifest.sha256", f"{manifest.digest}  manifest.json\n".encode())
    except TooLarge as wrong:
        much = say("这张售后单的证据超过 1 GB，不能放进一个文件。", "The evidence of this case is more than 1 GB: too much for one file.")
        raise Unprocessable(much, code="too_large") from wrong


def _write_parts(zipped: Container, found: Gathered, named: dict[str, Any]) -> None:
    for name, language in (("README.zh.md", "zh"), ("README.en.md", "en")):
        zipped.add(name, readme(named, PURPOSES[named["purpose"]], language))
    zipped.add("case.json", _json(found.about))
    zipped.add("timeline.jsonl", b"".join(_line(line) for line in found.timeline))
    zipped.add("texts.json", _json(found.texts))
    zipped.add("decision.json", _json(found.decision))
    zipped.add("rulings.json", _json(found.rulings))
    named["stamps"] = list(_stamps(zipped, found.stamps))
    listed = []
    for told, row in found.evidence:
        # A file that the storage has lost is listed with its digest all the same.
        if default_storage.exists(row.path):
            zipped.add(told["file"], pieces(opened(row.path)))
            listed.append(told)
        else:
            listed.append({**told, "file": ""})
    zipped.add("evidence.json", _json(listed))
    zipped.add("verify.py", SCRIPT.read_bytes())


def _stamps(zipped: Container, stamps: Sequence[TimeStamp]) -> Iterator[dict[str, Any]]:
    """Each stamp in a file of its own; the roots of its authority once."""
    roots: dict[str, str] = {}
    for number, row in enumerate(stamps, 1):
        if row.authority not in roots:
            pem = roots_of(row.authority)
            roots[row.authority] = f"authority/{row.authority.rpartition('#')[2]}.pem" if pem else ""
            if pem:
                zipped.add(roots[row.authority], pem)
        name = f"stamps/{number:04}.tsr"
        zipped.add(name, bytes(row.token))
        yield {
            "file": name, "head": row.head, "entries": row.entries_count, "authority": row.authority.rpartition("#")[0],
            "stamped_at": row.stamped_at.isoformat(), "certificate": roots[row.authority],
        }  # fmt: skip


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _line(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()
