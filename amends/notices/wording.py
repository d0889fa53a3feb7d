"""How this installation words what the table says: its own latest version where one was written, else the built-in text.

`worded` is asked for every notice that is read or sent, so each process remembers the wordings and looks for newer ones every few
seconds. A version is never changed: another one is written, and one without words is the built-in text again. What no longer passes the
check of this release (a place that it does not know) is set aside and logged. Not about who is told what: rules/table.py is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock

import structlog
from django.db import IntegrityError, connection, transaction

from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.refusals import Conflict, NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.models import Wording
from amends.notices.rules import table
from amends.notices.rules.places import check_wording
from amends.notices.rules.sentences import SENTENCES, Told
from amends.notices.rules.table import Row
from amends.notices.rules.writers import only_writers
from amends.people.rules import Actor

log = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
FIELDS = ("subject_zh", "subject_en", "body_zh", "body_en")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a sentence in both languages, as somebody typed them; empty ones are allowed only all together."""

    subject_zh: str = ""
    subject_en: str = ""
    body_zh: str = ""
    body_en: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.subject_zh or self.subject_en or self.body_zh or self.body_en)


@dataclass(frozen=True, slots=True)
class Held:
    """What one process knows; `mark` changes with every version that is written."""

    mark: tuple[int, int]
    told: dict[Key, Told]


_lock = Lock()
_held: Held | None = None
_looked_at = 0.0
_tried: ContextVar[tuple[Key, Told] | None] = ContextVar("tried_wording", default=None)


def worded(kind: str, party: str) -> Told:
    """Subject and sentence of `kind` (`case.approve`, with its condition `case.approve.clock`) for this side, with their places still open.

    Raises NotFound where the table tells this side nothing. A version written elsewhere is known here within LOOK_EVERY seconds.
    """
    tried = _tried.get()
    if tried is not None and tried[0] == (kind, party):
        return tried[1]
    return _known().get((kind, party)) or built_in(kind, party)


@contextmanager
def trying(kind: str, party: str, words: Words) -> Iterator[None]:
    """Inside the block these words are what `worded` answers here, and here alone: how they would read before they are kept.

    Raises NotFound for a row that is none, Unprocessable with the fields for words that could not be kept.
    """
    _only_good(kind, party, words)
    told = built_in(kind, party) if words.is_empty else Told(Text(words.subject_zh, words.subject_en), Text(words.body_zh, words.body_en))
    token = _tried.set(((kind, party), told))
    try:
        yield
    finally:
        _tried.reset(token)


def built_in(kind: str, party: str) -> Told:
    """The text that Amends brings. Raises NotFound where the table tells this side nothing."""
    return SENTENCES[row_of(kind, party).words]


def row_of(kind: str, party: str) -> Row:
    """The row of the table that tells this side of this. Raises NotFound."""
    try:
        return table.row_of(kind, party)
    except (KeyError, ValueError):
        raise NotFound(say("通知表里没有这一行。", "The table of notices has no such row.")) from None


def versions_of(kind: str, party: str) -> list[Wording]:
    """Every version of this installation, newest first. Raises NotFound where the table has no such row."""
    row_of(kind, party)
    return list(Wording.objects.filter(kind=kind, party=party).select_related("made_by").order_by("-version"))


def own_wordings() -> set[Key]:
    """The rows whose text is this installation's own now."""
    return set(_known())


def problems_of(kind: str, party: str, words: Words) -> dict[str, list[Text]]:
    """What is wrong with each field; empty where it may be saved. Raises NotFound where the table has no such row."""
    row_of(kind, party)
    found: dict[str, list[Text]] = {}
    for name, text in check_wording(kind, party, **{name: getattr(words, name) for name in FIELDS}):
        found.setdefault(name, []).append(text)
    return found


def save_wording(kind: str, party: str, words: Words, *, by: Actor, version: int | None = None) -> Wording:
    """The words are the next version and hold from now on; without any words the built-in text holds again.

    `version` is the one that the writer has read (0: none). Refuses NotYourMove, NotFound for a row that is none, Unprocessable with the
    fields that are wrong, Conflict where somebody wrote another version since.
    """
    only_writers(by)
    words = Words(**{name: clean_words(getattr(words, name), field=name) for name in FIELDS})
    _only_good(kind, party, words)
    latest = next((one.version for one in versions_of(kind, party)[:1]), 0)
    if version is not None and version != latest:
        raise _written_meanwhile()
    try:
        with transaction.atomic():
            made = Wording.objects.create(
                kind=kind, party=party, version=latest + 1, made_by_id=by.user_id, made_at=clock.now(),
                **{name: getattr(words, name) for name in FIELDS},
            )  # fmt: skip
    except IntegrityError:
        raise _written_meanwhile() from None
    forget_wordings()
    transaction.on_commit(forget_wordings)
    return made


def take_built_in(kind: str, party: str, *, by: Actor, version: int | None = None) -> Wording:
    """The built-in text holds again; the versions written so far stay to be read. Refuses as `save_wording`."""
    return save_wording(kind, party, Words(), by=by, version=version)


def forget_wordings() -> None:
    """The next question looks at once."""
    global _held
    _held = None


def _only_good(kind: str, party: str, words: Words) -> None:
    wrong = {} if words.is_empty else problems_of(kind, party, words)
    if wrong:
        raise Unprocessable(
            say("这段文字还不能用，见下面各项。", "These words cannot be used yet; see what stands at each field."),
            code="bad_wording",
            fields={name: told[0] for name, told in wrong.items()},
        )


def _written_meanwhile() -> Conflict:
    return Conflict(
        say("你打开之后有人改过这段文字，请先看最新的一版。", "Somebody changed these words after you opened them; read them anew first."),
        code="wording_changed",
    )


def _known() -> dict[Key, Told]:
    global _held, _looked_at
    known = _held
    if known is not None and (time.monotonic() - _looked_at < LOOK_EVERY or _cannot_look()):
        return known.told
    if _cannot_look():
        return {}
    with _lock:
        mark, _looked_at = _mark(), time.monotonic()
        if _held is None or _held.mark != mark:
            _held = Held(mark, _read() if mark[0] else {})
        return _held.told


def _cannot_look() -> bool:
    """Inside a transaction that has failed nothing can be asked; what is known serves until it is over."""
    return connection.in_atomic_block and connection.needs_rollback


def _mark() -> tuple[int, int]:
    connection.ensure_connection()
    # Not through Django's cursor: the statement belongs to the process, not to the page whose statements are being counted.
    count, last = connection.connection.execute("SELECT count(*), coalesce(max(id), 0) FROM notices_wording").fetchone() or (0, 0)
    return int(count), int(last)


def _read() -> dict[Key, Told]:
    """The latest version of each row, but for those that are the built-in text again or pass the check no more."""
    told: dict[Key, Told] = {}
    for row in Wording.objects.order_by("kind", "party", "-version").distinct("kind", "party"):
        words = Words(row.subject_zh, row.subject_en, row.body_zh, row.body_en)
        if words.is_empty:
            continue
        if _wrong(row, words):
            log.error("wording set aside", kind=row.kind, party=row.party, version=row.version)
            continue
        told[row.kind, row.party] = Told(Text(words.subject_zh, words.subject_en), Text(words.body_zh, words.body_en))
    return told


def _wrong(row: Wording, words: Words) -> bool:
    try:
        return bool(problems_of(row.kind, row.party, words))
    except NotFound:
        return True
