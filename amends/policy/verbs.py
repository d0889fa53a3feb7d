"""What people do with the rules: write a draft, have it checked, signed by another, published with notice; take it back; say something.

Who may do what at which stage stands in one table (rules/drafting.py); the tables keep it too: a text is signed by nobody who wrote any
of it (B17), a published version is never changed. A text that changes loses its check and its signature.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import connection, transaction

from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import Conflict, NoSuchMove, NotFound, NotYourMove, Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.checking import Finding, check, read_within
from amends.policy.models import Comment, Draft, PackVersion
from amends.policy.queries_drafts import comments_open, drafts_visible_to, in_force_stamp
from amends.policy.rules.bounds import TOO_DEEP, out_of_bounds
from amends.policy.rules.drafting import MOVES, STAGE_NAMES, Stage, earliest, hand_of, may, midnight, owns_policy
from amends.policy.rules.packs import Pack, PackRefused
from amends.policy.shelf import forget_shelf

MOST_NAME, MOST_NOTE, MOST_WORDS = 120, 1000, 5000
PUBLISHING = 7_011_015  # one publication after another: ids and versions of the whole shelf are compared


@transaction.atomic
def save_draft(
    *, by: Actor, text: str, ref: str = "", name: str = "", note: str | None = None, based_on: str = "", edits: int | None = None
) -> Draft:
    """The text is kept as a draft, new without `ref`; a changed text is unchecked and unsigned again, whatever it was.

    A text need not be a pack yet: checking says what is wrong. A merchant writes for the own shop, a policy owner for the platform.
    An empty `name` and no `note` leave those of the draft as they are.
    `edits` is the count that the writer has read: Conflict where somebody saved since. Else refuses as the table says, and Unprocessable.
    """
    text = _text(text)
    name, said = _words("name", name, MOST_NAME, empty=True), _words("note", note or "", MOST_NOTE, empty=True)
    if not ref:
        return _born(by, text, name, said, based_on)
    draft = _take(ref, "save", by)
    if edits is not None and edits != draft.edits:
        raise Conflict(
            say("你打开之后有人改过这份草稿，请先看最新的文本。", "Somebody changed this draft after you opened it; read it anew first."),
            code="draft_changed",
        )
    draft.name, draft.note = name or draft.name, draft.note if note is None else said
    if text != draft.text:
        _rewrite(draft, text, by)
    draft.save()
    return draft


def _born(by: Actor, text: str, name: str, note: str, based_on: str) -> Draft:
    merchant_id = None if owns_policy(by) else by.merchant_id
    if hand_of(by, merchant_id) is None:
        raise _not_yours()
    at, writer = clock.now(), _person(by)
    pack_id, layer = _heading(text)
    if not (name or pack_id):
        raise Unprocessable.field("name", say("请给草稿起个名字。", "Give the draft a name."), code="no_name")
    return Draft.objects.create(
        ref=new_ref("PD"), merchant_id=merchant_id, name=name or pack_id, pack_id=pack_id, layer=layer, text=text, note=note,
        based_on=based_on[:100] or in_force_stamp(pack_id), hands=[writer], made_by_id=writer, made_at=at,
        changed_by_id=writer, changed_at=at,
    )  # fmt: skip


def _rewrite(draft: Draft, text: str, by: Actor) -> None:
    draft.text, draft.edits = text, draft.edits + 1
    draft.pack_id, draft.layer = _heading(text)
    draft.hands = sorted({*draft.hands, _person(by)})
    draft.changed_by_id, draft.changed_at = _person(by), clock.now()
    draft.stage = Stage.DRAFT.value
    draft.checked_at, draft.problems, draft.golden = None, [], {}
    draft.signed_by_id, draft.signed_at = None, None


@transaction.atomic
def check_draft(ref: str, *, by: Actor) -> Draft:
    """The draft says what is wrong with it, with row and column; without a problem that binds it may be signed.

    Read alone, with what stands above and below it on the day it comes into force, and by the golden cases. A signature on it is gone.
    """
    draft = _take(ref, "check", by)
    found = check(draft.text, merchant=draft.merchant_id)
    draft.checked_at, draft.problems, draft.golden = clock.now(), found.problems, found.golden
    draft.stage = (MOVES["check"].goes_to if found.is_good else Stage.DRAFT).value
    draft.signed_by_id, draft.signed_at = None, None
    draft.save()
    return draft


@transaction.atomic
def sign_off(ref: str, *, by: Actor) -> Draft:
    """Another pair of eyes answers for the checked text. Refuses NotYourMove to whoever wrote any of it (B17)."""
    draft = _take(ref, "sign_off", by)
    draft.stage, draft.signed_by_id, draft.signed_at = MOVES["sign_off"].goes_to.value, by.user_id, clock.now()
    draft.save()
    return draft


@transaction.atomic
def publish(ref: str, *, by: Actor, major: bool = False) -> PackVersion:
    """The signed text is a version for ever, known seven whole days before the day it names, fifteen if `major` (L7 art. 11).

    Until that day everybody may comment on it. It is checked once more, because the packs around it may have changed since.
    Refuses Unprocessable with the day it could be, or with the problems found.
    """
    _one_after_another()
    draft = _take(ref, "publish", by)
    at, signer = clock.now(), draft.signed_by_id
    if signer is None:
        raise ValueError("the table lets no draft be signed by nobody")
    pack = _still_good(check(draft.text, merchant=draft.merchant_id))
    _known_in_time(pack, at, major=major)
    version = PackVersion.objects.create(
        merchant_id=draft.merchant_id, draft=draft, pack_id=pack.id, version=pack.cells.version, layer=pack.layer.value,
        jurisdiction=pack.cells.jurisdiction, text=draft.text, digest=pack.digest,
        in_force_from=pack.cells.in_force_from, major=major, comments_until=midnight(pack.cells.in_force_from, pack.cells.jurisdiction),
        published_by_id=_person(by), published_at=at, signed_by_id=signer,
    )  # fmt: skip
    draft.stage = MOVES["publish"].goes_to.value
    draft.save(update_fields=["stage"])
    transaction.on_commit(forget_shelf)
    return version


def _still_good(found: Finding) -> Pack:
    if found.pack is not None and found.is_good:
        return found.pack
    binding = [problem for problem in found.problems if problem["binding"]]
    first = say(binding[0]["zh"].replace("{", "("), binding[0]["en"].replace("{", "("))
    raise Unprocessable(
        say("签字之后情况变了，请重新检查：{what}", "Things have changed since it was signed; check it again: {what}", what=first),
        code="no_longer_good",
    )


def _known_in_time(pack: Pack, at: datetime, *, major: bool) -> None:
    first = earliest(at, pack.cells.jurisdiction, major=major)
    if pack.cells.in_force_from >= first:
        return
    place = pack.problem(("in_force_from",), say("太早", "too early")).place
    days = 15 if major else 7
    wrong = say(
        "第 {row} 行：规则变更应提前满 {days} 日公示，今天公布最早 {day} 生效。",
        "Row {row}: a change is published {days} whole days ahead; published today, it comes into force on {day} at the earliest.",
        row=place.row, days=days, day=first.isoformat(),
    )  # fmt: skip
    raise Unprocessable.field("in_force_from", wrong, code="too_early")


@transaction.atomic
def withdraw_draft(ref: str, *, by: Actor) -> Draft:
    """The draft goes no further. A published version is taken back while its day has not come: it stays to be read, and never holds."""
    _one_after_another()
    draft = _take(ref, "withdraw", by)
    at = clock.now()
    if draft.stage == Stage.PUBLISHED:
        version = PackVersion.objects.get(draft=draft)
        if at >= midnight(version.in_force_from, version.jurisdiction):
            raise NoSuchMove(
                say("这个版本已经生效，只能用新版本替换。", "This version is in force; only a new version takes its place."),
                code="in_force",
            )
        PackVersion.objects.filter(pk=version.pk).update(in_force_until=version.in_force_from - timedelta(days=1))
        transaction.on_commit(forget_shelf)
    draft.stage, draft.withdrawn_by_id, draft.withdrawn_at = MOVES["withdraw"].goes_to.value, by.user_id, at
    draft.save(update_fields=["stage", "withdrawn_by", "withdrawn_at"])
    return draft


@transaction.atomic
def comment(ref: str, *, words: str, by: Actor) -> Comment:
    """What `by` says about a draft or a published version is kept, for three years and unchanged (L7 art. 7 to 15).

    On a draft those who may read it speak; on a published version everybody whom it concerns, until it comes into force.
    """
    draft, speaker = _found(ref, by), _person(by)
    if not comments_open(draft):
        raise NoSuchMove(say("意见征集已经结束。", "The time for comments is over."), code="comments_closed")
    clean = _words("words", words, MOST_WORDS)
    return Comment.objects.create(draft=draft, by_id=speaker, party=by.party.value, words=clean, made_at=clock.now())


# ── ways in ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _found(ref: str, by: Actor, *, lock: bool = False) -> Draft:
    rows = drafts_visible_to(by)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def _take(ref: str, move: str, by: Actor) -> Draft:
    """The draft, its row locked, where the table gives this move to this actor now."""
    draft = _found(ref, by, lock=True)
    row, stage = MOVES[move], Stage(draft.stage)
    if row.other and by.user_id in draft.hands and may(move, by, draft.merchant_id, ()):
        raise NotYourMove(say("自己写的文本不能自己签字，请另一位复核。", "Nobody signs their own text; ask another."), code="own_work")
    if not may(move, by, draft.merchant_id, draft.hands):
        raise _not_yours()
    if stage not in row.came_from:
        raise NoSuchMove(
            say(
                "草稿现在是“{stage}”，不能{move}。",
                "The draft is {stage}; “{move}” is not possible now.",
                stage=STAGE_NAMES[stage],
                move=row.name,
            )
        )
    return draft


def _person(by: Actor) -> int:
    """The person behind the actor; machines have no hand in the rules."""
    if by.user_id is None:
        raise _not_yours()
    return by.user_id


def _not_yours() -> NotYourMove:
    return NotYourMove(say("这一步由规则运营或店铺自己来做。", "This is for a policy owner, or for the shop itself."))


def _one_after_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])


def _heading(text: str) -> tuple[str, str]:
    """Id and layer as the text says them, empty where it says none: a list of drafts shows them before they are checked."""
    top = re.split(r"(?m)^\[", text, maxsplit=1)[0]
    said = dict(re.findall(r'(?m)^(id|layer)[ \t]*=[ \t]*"([^"\n]*)"', top))
    return said.get("id", "")[:60], said.get("layer", "")[:20]


def _text(written: str) -> str:
    """The text as it is kept. Refuses what nobody should have to read (rules/bounds.py)."""
    text = written.replace("\r\n", "\n")
    if not text.strip():
        raise Unprocessable.field("text", say("不能空着。", "It cannot be empty."))
    try:
        read_within(text)
    except PackRefused as refused:
        place, what = refused.problems[0].place, refused.problems[0].text
        if what is TOO_DEEP or out_of_bounds(text):
            wrong = say("第 {row} 行：{what}", "Row {row}: {what}", row=place.row, what=what)
            raise Unprocessable.field("text", wrong, code="out_of_bounds") from refused
    return text


def _words(field: str, written: str, most: int, *, empty: bool = False) -> str:
    clean = written.strip()
    wrong: Text | None = None
    if "\0" in clean:
        wrong = say("这里有看不见的 NUL 字符，请去掉。", "There is a NUL character in it; take it out.")
    elif not clean and not empty:
        wrong = say("不能空着。", "It cannot be empty.")
    elif len(clean) > most:
        wrong = say("太长了，最多 {most} 个字符。", "Too long; {most} characters at most.", most=most)
    if wrong:
        raise Unprocessable.field(field, wrong)
    return clean
