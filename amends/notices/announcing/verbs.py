"""What people do with an announcement: write it, change it while nobody has read it, publish it once, withdraw it, say that they saw it.

Who may write is said in rules/writers.py, as for all words to many. What was published is never changed: whoever was told keeps what they
were told, and a mistake is withdrawn and told anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Func, Value
from django.db.models.fields.json import JSONField

from amends.cases.texts import clean_words
from amends.kernel import clock
from amends.kernel.refs import clean_ref, new_ref
from amends.kernel.refusals import NoSuchMove, NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.announcing.audience import Audience
from amends.notices.announcing.queries import forget_announcements, shown_to
from amends.notices.models import Announcement, Message, Seen
from amends.notices.rules.places import ONE_LINE, has_breaks
from amends.notices.rules.writers import only_writers
from amends.notices.verbs.planning import line
from amends.people.rules import Actor
from amends.plumbing.jobs import LAST, later

MOST_TITLE, MOST_BODY, LONGEST_SHOWN = 120, 4000, timedelta(days=366)
KINDS: dict[str, Text] = {
    "service": say("服务变更", "Changed service"),
    "outage": say("故障", "Disruption"),
    "holiday": say("节假日安排", "Holiday"),
    "rules": say("规则变更", "Changed rules"),
    "other": say("其他", "Other"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote. `outside`: told over channels outside too, else only on the pages. Shown from one instant to another (UTC)."""

    kind: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    audience: Audience
    shown_from: datetime
    shown_until: datetime
    outside: bool = False


@transaction.atomic
def draft_announcement(written: Written, *, by: Actor, ref: str = "") -> Announcement:
    """A draft says this, a new one without `ref`; nobody else sees it yet.

    Refuses NotYourMove, NotFound, NoSuchMove once it is published, Unprocessable with the fields: both languages are needed, a title
    on one line, and an end after its beginning that has not passed, at most a year later.
    """
    only_writers(by)
    kept = _checked(written)
    if not ref:
        return Announcement.objects.create(ref=new_ref("AN"), made_by_id=by.user_id, made_at=clock.now(), **kept)
    found = _taken(ref)
    if found.published_at is not None:
        raise _published()
    for name, value in kept.items():
        setattr(found, name, value)
    found.save()
    return found


@transaction.atomic
def publish(ref: str, *, by: Actor) -> Announcement:
    """Everybody who is meant sees it on their pages from `shown_from` on; a job counts them and plans the messages, where there are any.

    Refuses NotYourMove, NotFound, NoSuchMove the second time, Unprocessable where its end has passed meanwhile.
    """
    only_writers(by)
    found = _taken(ref)
    if found.published_at is not None:
        raise _published()
    if found.shown_until <= clock.now():
        raise Unprocessable.field("shown_until", say("它的结束时间已过，请改期。", "Its end has passed; choose a later one."), code="over")
    found.published_at, found.published_by_id = clock.now(), by.user_id
    found.save(update_fields=["published_at", "published_by"])
    later("plan_announcement", priority=LAST, ref=found.ref)
    forget_announcements()
    transaction.on_commit(forget_announcements)
    return found


@transaction.atomic
def withdraw(ref: str, *, by: Actor) -> Announcement:
    """It is shown to nobody any more, and what has not gone out never will; a draft is withdrawn too. What has gone out stays known.

    Refuses NotYourMove, NotFound, NoSuchMove where it is withdrawn already.
    """
    only_writers(by)
    found = _taken(ref)
    if found.withdrawn_at is not None:
        raise NoSuchMove(say("这条公告已经撤下。", "This announcement is withdrawn already."))
    found.withdrawn_at = clock.now()
    found.save(update_fields=["withdrawn_at"])
    drop_unsent(found)
    transaction.on_commit(forget_announcements)
    return found


def drop_unsent(found: Announcement) -> int:
    """Messages of it that still wait will not go out; how many. One that a sender has claimed is past calling back."""
    at = clock.now()
    log = Func(F("log"), Value([line("dropped", reason="withdrawn")], JSONField()), arg_joiner=" || ", template="%(expressions)s")
    return Message.objects.filter(announcement_id=found.pk, state="queued").update(
        state="dropped",
        reason="withdrawn",
        next_at=None,
        ended_at=at,
        log=log,
    )


def see(ref: str, *, by: Actor) -> None:
    """This person has seen it, and their pages show it no more; twice is once. Raises NotFound where it is not shown to them."""
    found = next((one for one in shown_to(by, seen_too=True) if one.ref == (clean_ref(ref) or "")), None)
    if found is None or by.user_id is None:
        raise NotFound
    Seen.objects.bulk_create([Seen(announcement=found, user_id=by.user_id, seen_at=clock.now())], ignore_conflicts=True)


def _taken(ref: str) -> Announcement:
    found = Announcement.objects.select_for_update().filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def _published() -> NoSuchMove:
    return NoSuchMove(
        say("公告已经发布，不能再改；有误时请撤下后重发。", "It is published and can't be changed; withdraw it and write another."),
        code="published",
    )


def _checked(written: Written) -> dict[str, object]:
    fields: dict[str, Text] = {}
    kept: dict[str, object] = {"kind": written.kind, "audience": written.audience.kept(), "outside": written.outside}
    if written.kind not in KINDS:
        fields["kind"] = say("请选择类别。", "Choose a kind.")
    for name, most in (("title_zh", MOST_TITLE), ("title_en", MOST_TITLE), ("body_zh", MOST_BODY), ("body_en", MOST_BODY)):
        try:
            words = kept[name] = clean_words(getattr(written, name), field=name, longest=most)
        except Unprocessable as wrong:
            fields |= wrong.fields
            continue
        if not words:
            fields[name] = say("两种语言都要写。", "Both languages are needed.")
        elif name.startswith("title") and has_breaks(words):
            fields[name] = ONE_LINE
    fields |= _checked_times(written.shown_from, written.shown_until)
    if fields:
        raise Unprocessable(
            say("公告还不能保存，见下面各项。", "It cannot be kept yet; see the fields."), code="bad_announcement", fields=fields
        )
    return {**kept, "shown_from": written.shown_from, "shown_until": written.shown_until}


def _checked_times(start: datetime, end: datetime) -> dict[str, Text]:
    if end <= start:
        return {"shown_until": say("结束要晚于开始。", "The end comes after the beginning.")}
    if end <= clock.now():
        return {"shown_until": say("结束时间已经过去。", "The end has passed.")}
    if end - start > LONGEST_SHOWN:
        return {"shown_until": say("最多展示一年。", "It is shown for a year at most.")}
    return {}
