"""What the sides say to each other beside offers: words and files that everybody in the case reads, with a note of when the other did.

Each line is a line of the timeline too (`say_words`), so that it is told, kept in order and can be proven later. Not about notes of one
side alone: notes.py is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from amends.cases import hooks
from amends.cases.carrying_on import JOINED, carrier_of, joined_to, written_to
from amends.cases.hands import check_hand
from amends.cases.models import Case, Evidence
from amends.cases.queries import case_for
from amends.cases.record import an_act
from amends.cases.taking import take_carrier
from amends.cases.texts import clean_words, keep_text, told
from amends.cases.verbs.answering import attach_to
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import new_ref
from amends.kernel.refusals import NoSuchMove, NotYourMove, Unprocessable
from amends.kernel.texts import say as words_of
from amends.people.rules import Actor
from amends.talks.models import Said
from amends.talks.replies import count_use

SAID = "said"
"""How many lines a case has, among its counts: most have none, and their pages need not ask."""
LONGEST = 2000
MOST_FILES = 9
MOST_SAID = 300
"""So many lines of one side in one case at most."""
SPEAKERS = (Party.CONSUMER, Party.MERCHANT, Party.PLATFORM, Party.ARBITER)
OTHERS: dict[str, tuple[str, ...]] = {
    Party.CONSUMER.value: (Party.MERCHANT.value,), Party.MERCHANT.value: (Party.CONSUMER.value,),
    Party.PLATFORM.value: (Party.CONSUMER.value, Party.MERCHANT.value), Party.ARBITER.value: (Party.CONSUMER.value, Party.MERCHANT.value),
}  # fmt: skip
"""Whose reading counts as read, of what each party said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read. `words` is '' where erased; `files` are references of evidence; `read_at` None while the other has not."""

    ref: str
    party: Party
    words: str
    erased: bool
    files: tuple[tuple[str, str], ...]
    made_at: datetime
    read_at: datetime | None


@an_act
def say(ref: str, *, words: str = "", evidence: Sequence[str] = (), reply: str = "", by: Actor) -> Said:
    """The other sides can read it and are told; what is said in a case that was merged reaches the one that carries it on (B23). `reply`:
    the quick reply that it was made from, for counting.

    Raises NotFound, NotYourMove, NoSuchMove where the case is over or too much was said, Unprocessable without words and files.
    """
    case, named = take_carrier(ref, by)
    check_hand(case, by)
    _check_place(case, by)
    said = clean_words(words, field="words", longest=LONGEST)
    if len(evidence) > MOST_FILES:
        wrong = words_of("一次最多 {n} 个文件。", "At most {n} files at a time.", n=MOST_FILES)
        raise Unprocessable.field("evidence", wrong, code="evidence_too_many")
    pieces = attach_to(case, evidence, by, late=any(asked(case) for asked in hooks.FILE_CLOSED))
    if not said and not pieces:
        raise Unprocessable.field("words", words_of("请写一句话或者附一个文件。", "Write something or attach a file."), code="required")
    text = keep_text(case, "said", said, by)
    line = Said.objects.create(
        merchant_id=case.merchant_id, case=case, ref=new_ref("SD"), party=by.party.value, user_id=by.user_id, words=text,
        evidence=[piece.ref for piece in pieces], made_at=clock.now(),
    )  # fmt: skip
    case.counts[SAID] = case.counts.get(SAID, 0) + 1
    count_use(reply, by)
    facts = {"said": line.ref, "evidence": [piece.digest for piece in pieces], **told(text)}
    case.tell("say_words", by, facts=written_to(case, named, facts))
    return line


def note_read(case: Case, by: Actor) -> int:
    """What others said was read by this side now; how many lines that was. For whoever shows the conversation to a side."""
    mine = [party for party, others in OTHERS.items() if by.party.value in others]
    if by.only_reads or not mine:
        return 0
    unread = Said.objects.filter(merchant_id=case.merchant_id, case_id__in=joined_to(case), party__in=mine, read_at__isnull=True)
    return unread.update(read_at=clock.now())


def lines_of(case: Case) -> list[Line]:
    """The conversation, oldest first, with that of the cases that it carries on. Two queries, and one for each row of mergers."""
    mine = Said.objects.filter(merchant_id=case.merchant_id, case_id__in=joined_to(case))
    rows = list(mine.select_related("words").order_by("made_at", "pk"))
    wanted = {ref for row in rows for ref in row.evidence}
    kinds = dict(Evidence.objects.filter(merchant_id=case.merchant_id, ref__in=wanted).values_list("ref", "kind")) if wanted else {}
    return [
        Line(
            row.ref, Party(row.party), row.words.body, row.words.erased_at is not None,
            tuple((ref, kinds.get(ref, "")) for ref in row.evidence), row.made_at, row.read_at,
        )
        for row in rows
    ]  # fmt: skip


def conversation(ref: str, by: Actor) -> list[Line]:
    """The conversation of case `ref`, and that this side has read it. Raises NotFound."""
    case = case_for(ref, by)
    note_read(case, by)
    return lines_of(case)


def unread(case: Case, by: Actor) -> int:
    """How many lines of others this side has not read. No query where nothing was said."""
    mine = [party for party, others in OTHERS.items() if by.party.value in others]
    if not mine or not (case.counts.get(SAID) or case.counts.get(JOINED)):
        return 0
    return Said.objects.filter(merchant_id=case.merchant_id, case_id__in=joined_to(case), party__in=mine, read_at__isnull=True).count()


def may_say(case: Case, by: Actor) -> bool:
    """Whether this side can say something now, here or in the case that carries this one on."""
    return not by.only_reads and by.party in SPEAKERS and not (case.is_over and carrier_of(case).is_over)


def _check_place(case: Case, by: Actor) -> None:
    if by.party not in SPEAKERS:
        raise NotYourMove(words_of("你不是这张售后单的一方。", "You are no side of this case."))
    if case.is_over:
        raise NoSuchMove(words_of("售后单已结束，不能再留言。", "The case is closed; nothing more can be said in it."), code="case_over")
    if Said.objects.filter(merchant_id=case.merchant_id, case_id=case.pk, party=by.party.value).count() >= MOST_SAID:
        wrong = words_of("每一方最多留言 {n} 条。", "A side says {n} things in a case at most.", n=MOST_SAID)
        raise NoSuchMove(wrong, code="too_much_said")
