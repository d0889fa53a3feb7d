"""Reads of drafts and of published versions, each for one actor: what you may not see does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import NotFound
from amends.kernel.texts import Text
from amends.people.rules import Actor
from amends.policy.models import Comment, Draft, PackVersion
from amends.policy.rules import drafting
from amends.policy.rules.drafting import YEARS_KEPT, ZONES, Stage
from amends.policy.rules.packs import Pack
from amends.policy.shelf import shelf

MOST = 100


def _of_shop(by: Actor) -> bool:
    return by.party is Party.MERCHANT and by.merchant_id is not None


def _reads_all(by: Actor) -> bool:
    """The office reads every draft, and so do the platform's own machines."""
    return by.may_enter("office") or (by.sees_everything and by.user_id is None)


def drafts_visible_to(by: Actor) -> QuerySet[Draft]:
    """The drafts that `by` may know of: the office all, a shop its own; published ones everybody whom they concern."""
    if _reads_all(by):
        return Draft.objects.all()
    if by.is_stranger or by.user_id is None:
        return Draft.objects.none()
    public = Q(stage=Stage.PUBLISHED)
    if _of_shop(by):
        return Draft.objects.filter(Q(merchant_id=by.merchant_id) | public & Q(merchant__isnull=True))
    return Draft.objects.filter(public)


def drafts(by: Actor, *, stage: str = "", pack_id: str = "", merchant: str = "") -> list[Draft]:
    """The newest hundred drafts that `by` works on (the office: all; a shop: its own); each word narrows to an exact value."""
    rows = drafts_visible_to(by)
    if not _reads_all(by):
        rows = rows.filter(merchant_id=by.merchant_id) if by.merchant_id and _of_shop(by) else rows.none()
    wanted = {"stage": stage, "pack_id": pack_id, "merchant__ref": clean_ref(merchant) or merchant}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return list(rows.select_related("merchant", "made_by", "changed_by", "signed_by", "version").order_by("-changed_at", "-pk")[:MOST])


def draft(ref: str, by: Actor) -> Draft:
    """One draft with the people who had a hand in it. Refuses NotFound."""
    rows = drafts_visible_to(by).select_related("merchant", "made_by", "changed_by", "signed_by", "withdrawn_by", "version")
    found = rows.filter(ref=clean_ref(ref) or "").first()
    if found is None:
        raise NotFound
    return found


def acts(found: Draft, by: Actor) -> tuple[str, ...]:
    """The moves that `by` can make with it now: save, check, sign_off, publish, withdraw."""
    possible = drafting.acts(Stage(found.stage), by, found.merchant_id, found.hands)
    in_force = found.stage == Stage.PUBLISHED and clock.now() >= drafting.midnight(found.version.in_force_from, found.version.jurisdiction)
    return () if in_force else possible


def comments_open(found: Draft) -> bool:
    """Whether something may still be said about it: until it comes into force, or is withdrawn."""
    if found.stage == Stage.PUBLISHED:
        return clock.now() < found.version.comments_until
    return found.stage != Stage.WITHDRAWN


def comments(found: Draft) -> list[Comment]:
    """What was said about it, in order."""
    return list(Comment.objects.filter(draft=found).select_related("by").order_by("made_at", "pk"))


# ── versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Version:
    """One version as anybody may download it. `published_at` and `draft` are empty for those that came with Amends as files."""

    pack_id: str
    version: str
    layer: str
    jurisdiction: str
    name: Text | None
    in_force_from: date
    in_force_until: date | None
    text: str
    digest: str
    published_at: datetime | None = None
    comments_until: datetime | None = None
    major: bool = False
    draft: str = ""
    merchant: str = ""

    @property
    def stamp(self) -> str:
        return f"{self.pack_id}@{self.version}"

    @property
    def was_taken_back(self) -> bool:
        """Published, and withdrawn before its day came."""
        return self.in_force_until is not None and self.in_force_until < self.in_force_from


def versions(by: Actor, *, pack_id: str = "") -> list[Version]:
    """Every version that held within the last three years or will hold, newest first; a shop's own for that shop and for consumers."""
    since = clock.now().astimezone(ZONES["CN"]).date() - timedelta(days=366 * YEARS_KEPT)
    found = [version for version in _all(by) if version.in_force_until is None or version.was_taken_back or version.in_force_until >= since]
    found = [version for version in found if not _long_replaced(version, found, since)]
    if pack_id:
        found = [version for version in found if version.pack_id == pack_id]
    return sorted(found, key=lambda version: (version.in_force_from, version.stamp), reverse=True)


def version(stamp: str, by: Actor) -> Version:
    """The version `id@version`, of whatever age. Refuses NotFound."""
    found = next((one for one in _all(by) if one.stamp == stamp), None)
    if found is None:
        raise NotFound
    return found


def in_force(pack_id: str, day: date | None = None) -> Pack | None:
    """The version of this id that holds on a day (today without one), to compare a draft with."""
    on = day or clock.now().astimezone(ZONES["CN"]).date()
    there = [pack for pack in shelf().packs if pack.id == pack_id and pack.in_force(on)]
    return max(there, key=lambda pack: pack.cells.in_force_from, default=None)


def in_force_stamp(pack_id: str) -> str:
    """`cn@2026-02` of what holds today, empty where nothing does."""
    found = in_force(pack_id)
    return found.stamp if found else ""


def _long_replaced(version: Version, known: Sequence[Version], since: date) -> bool:
    """Whether another version took its place more than three years ago."""
    later = [one for one in known if one.pack_id == version.pack_id and version.in_force_from < one.in_force_from <= since]
    return any(not one.was_taken_back for one in later)


def _all(by: Actor) -> list[Version]:
    rows = PackVersion.objects.select_related("draft", "merchant")
    if _of_shop(by) and not _reads_all(by):
        rows = rows.filter(Q(merchant_id=by.merchant_id) | Q(merchant__isnull=True))
    published = [_of_row(row) for row in rows]
    stamps = set(PackVersion.objects.values_list("pack_id", "version"))
    return published + [_of_file(pack) for pack in shelf().packs if (pack.id, pack.cells.version) not in stamps]


def _of_row(row: PackVersion) -> Version:
    return Version(
        row.pack_id, row.version, row.layer, row.jurisdiction, None, row.in_force_from, row.in_force_until, row.text, row.digest,
        row.published_at, row.comments_until, row.major, row.draft.ref, row.merchant.ref if row.merchant else "",
    )  # fmt: skip


def _of_file(pack: Pack) -> Version:
    cells = pack.cells
    return Version(
        pack.id, cells.version, pack.layer.value, cells.jurisdiction, cells.name.text, cells.in_force_from, cells.in_force_until, pack.text,
        pack.digest,
    )  # fmt: skip
