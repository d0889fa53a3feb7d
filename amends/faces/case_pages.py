"""What the desks' pages about cases share: rows of a queue in words, groups by time left, filters, finding by number, typed forms.

Console and desk stand side by side and import nothing of each other; what both need stands here. No page and no address of its own.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest, JsonResponse

from amends.cases.hands import STAFF
from amends.cases.models import Case
from amends.cases.queries import QueueRow
from amends.cases.verbs.answering import REFUSALS
from amends.cases.verbs.uploading import upload
from amends.cases.words import stage_name
from amends.faces.case_view import LIMITS, words_of_silence
from amends.faces.case_view.headlines import headline
from amends.faces.case_view.history import instant_text
from amends.faces.case_view.waiting import held_now
from amends.faces.forms import EvidenceField, FacesForm, spoken
from amends.faces.forms import words as label
from amends.faces.words import NOW, SOON, into
from amends.kernel import clock
from amends.kernel.parties import Party
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.policy.rules.facts import ISSUE_NAMES, LANE_NAMES, REMEDY_NAMES, IssueType, Lane, Remedy
from amends.returns.models import ReturnShipment

MOST_FOUND = 8
OWN_TURN = frozenset({"case"})


# ── queues ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a queue as its reader sees it."""

    row: QueueRow
    asks: Text
    issue: Text
    remedy: Text
    silence: Text
    limit: Text
    paused: datetime | None

    @property
    def due(self) -> datetime:
        """The nearer of the platform's and the law's clock."""
        return min(self.row.due_at, self.row.legal_due_at or self.row.due_at)

    @property
    def also(self) -> Text | None:
        """The other of the two clocks."""
        legal = self.row.legal_due_at
        if legal is None:
            return None
        later, words = (self.row.due_at, PLATFORMS) if legal < self.row.due_at else (legal, LAWS)
        return words.filled(at=instant_text(later))

    @property
    def lane(self) -> Text:
        """Who looks at the claim."""
        return LANE_NAMES[Lane(self.row.lane)]

    @property
    def amount_minor(self) -> int | None:
        """What the claim is about in money; None where it is about none."""
        return self.row.amount_minor or None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with about as much time left."""

    name: Text
    lines: list[Line]


PLATFORMS, LAWS = say("平台时限 {at}", "platform's limit {at}"), say("法定时限 {at}", "law's limit {at}")
GROUPS: tuple[tuple[str, Text], ...] = (
    ("expert", say("要由人来裁决或专人处理，排在最前", "For a person or an expert to decide, before all others")),
    ("late", say("已到时，正在按规则处理", "Time is up, the rule is being applied")),
    ("now", say("4 小时内", "Within 4 hours")),
    ("soon", say("24 小时内", "Within 24 hours")),
    ("later", say("更晚", "Later")),
    ("paused", say("暂停", "Paused")),
)


def line_of(row: QueueRow, reader: Party) -> Line:
    """One row in words. The sum stands in the consequence only where the claim itself is decided by silence."""
    minor = row.amount_minor if row.life in OWN_TURN else 0
    return Line(
        row, headline(reader, row.life, row.life_stage), ISSUE_NAMES[IssueType(row.issue)], REMEDY_NAMES[Remedy(row.remedy)],
        words_of_silence(row.limit, row.silence, remedy=row.remedy, amount_minor=minor, currency=row.currency),
        LIMITS.get(row.limit) or say("时限", "time limit"),
        held_now(row.held_from, row.held_until) or (clock.now() if row.paused else None),
    )  # fmt: skip


def grouped(rows: Iterable[QueueRow], reader: Party) -> list[Group]:
    """The rows under the heads of a queue, in their order; heads without rows are left out."""
    at = clock.now()
    found: dict[str, list[Line]] = {}
    for row in rows:
        found.setdefault(_group(row, row.due_at - at, reader), []).append(line_of(row, reader))
    return [Group(name, found[key]) for key, name in GROUPS if key in found]


def _group(row: QueueRow, left: timedelta, reader: Party) -> str:
    if row.expert and reader in STAFF:
        return "expert"
    if row.paused or held_now(row.held_from, row.held_until):
        return "paused"
    if left <= timedelta(0):
        return "late"
    return "now" if left < NOW else "soon" if left < SOON else "later"


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list of cases."""

    ref: str
    title: Text
    stage: Text
    consumer: Text
    merchant: Text
    goods_class: str
    claimed_minor: int | None
    currency: str
    opened_at: datetime


def listed_rows(cases: Iterable[Case]) -> list[Listed]:
    """Cases with consumer and merchant at hand, in words."""
    return [
        Listed(
            case.ref, case.title, stage_name("case", case.stage), say(case.consumer.name_zh, case.consumer.name_en),
            say(case.merchant.name_zh, case.merchant.name_en), case.goods_class, case.claimed_minor or None, case.currency, case.opened_at,
        )
        for case in cases
    ]  # fmt: skip


def capital(text: Text) -> Text:
    """The same words where they stand alone and not inside a sentence."""
    return Text(text.zh, text.en[:1].upper() + text.en[1:], text.values)


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Choices = list[tuple[str, Text]]
ANY_ISSUE = say("全部问题", "All issues")
ANY_REMEDY = say("全部诉求", "All claims")
ANY_LANE = say("全部通道", "All lanes")
ANY_STAGE = say("全部阶段", "All stages")


def issue_choices() -> Choices:
    return [("", ANY_ISSUE), *((issue.value, capital(name)) for issue, name in ISSUE_NAMES.items())]


def remedy_choices() -> Choices:
    return [("", ANY_REMEDY), *((remedy.value, capital(name)) for remedy, name in REMEDY_NAMES.items())]


def stage_choices() -> Choices:
    return [("", ANY_STAGE), *((stage, capital(stage_name("case", stage))) for stage in Case.LIFE.stages)]


def lane_choices() -> Choices:
    return [("", ANY_LANE), *((lane.value, capital(name)) for lane, name in LANE_NAMES.items())]


def picked(request: HttpRequest, name: str, choices: Choices) -> str:
    """The filter's value in the address, '' where it is none of the choices."""
    value = request.GET.get(name, "")
    return value if any(value == known for known, _ in choices) else ""


def with_query(path: str, **values: str | None) -> str:
    """The address with those values that are not empty."""
    kept = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def found(request: HttpRequest, actor: Actor, prefix: str) -> JsonResponse:
    """The palette's answer to `?q=`: cases by reference, order number, waybill, title or consumer, as far as the actor may see them."""
    wish = request.GET.get("q", "").strip()
    if len(wish) < 2:
        return JsonResponse([], safe=False)
    rows = Case.objects.visible_to(actor).filter(_matches(wish)).select_related("consumer").order_by("-opened_at")[:MOST_FOUND]
    return JsonResponse([_find(case, prefix) for case in rows], safe=False)


def _matches(wish: str) -> Q:
    ref = clean_ref(wish) or wish.upper()
    parcels = ReturnShipment.objects.filter(Q(waybill__iexact=wish) | Q(ref=ref)).values("case_id")
    names = ("consumer__name_zh", "consumer__name_en", "title_zh", "title_en")
    by_name = functools.reduce(operator.or_, (Q(**{f"{name}__icontains": wish}) for name in names))
    return Q(ref__startswith=ref) | Q(order__ref=ref) | Q(order__number__iexact=wish) | Q(pk__in=parcels) | by_name


def _find(case: Case, prefix: str) -> dict[str, str]:
    name = say(case.consumer.name_zh, case.consumer.name_en)
    return {"words": f"{case.ref}  {into(case.title)}, {into(name)}", "url": f"{prefix}cases/{case.ref}", "icon": "file-text"}


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class RefusalForm(FacesForm):
    """Why a claim is refused."""

    reason = forms.ChoiceField(
        label=label("理由", "Reason"),
        choices=[("", label("请选择", "Choose")), *((key, spoken(capital(text))) for key, text in REFUSALS.items())],
    )  # fmt: skip
    words = forms.CharField(
        label=label("写给消费者的话", "What the consumer will read"), widget=forms.Textarea,
        help_text=label("各方都能看到", "Every side can read it"),
    )  # fmt: skip


class WordsForm(FacesForm):
    """A few words that are needed."""

    words = forms.CharField(label=label("要补充什么凭证", "Which proof is needed"), widget=forms.Textarea)


class CallForm(FacesForm):
    """A few words that may be left out."""

    words = forms.CharField(label=label("想让平台知道的", "What the platform should know"), widget=forms.Textarea, required=False)


class PersonForm(FacesForm):
    """Why a person should decide, in words that may be left out."""

    words = forms.CharField(label=label("想让判责员知道的", "What the arbiter should know"), widget=forms.Textarea, required=False)


class StatementForm(FacesForm):
    """Words and files for a review."""

    words = forms.CharField(label=label("说明", "Statement"), widget=forms.Textarea, required=False)
    evidence = EvidenceField(label=label("凭证", "Evidence"), most=9, required=False)


class AddressForm(FacesForm):
    """Where the goods go back to."""

    address = forms.CharField(
        label=label("退货地址", "Return address"), required=False, widget=forms.Textarea,
        help_text=label("留空则使用登记的退货地址", "Left empty, the address on file is used"),
    )  # fmt: skip


class LabelForm(FacesForm):
    """A parcel's carrier and waybill."""

    carrier = forms.CharField(label=label("承运商", "Carrier"), max_length=40)
    waybill = forms.CharField(label=label("运单号", "Waybill"), max_length=60)


def with_errors(form: forms.Form, fields: Mapping[str, Text]) -> forms.Form:
    """The typed form with a refusal's sentences at the fields that they are about; the rest stay at the top of the page."""
    form.is_valid()
    for name, text in fields.items():
        if name in form.fields:
            form.errors.pop(name, None)
            form.add_error(name, into(text))
    return form


def brief(refusal: Unprocessable | None) -> Unprocessable | None:
    """The refusal for the top of a page: a single field's sentence stands there once, as its own stands at the field."""
    return refusal if refusal is None or len(refusal.fields) > 1 else Unprocessable(refusal.text, code=refusal.code)


def uploaded(order_ref: str, files: Iterable[Any], by: Actor) -> list[str]:
    """The files as evidence of the order, by their references. Raises Unprocessable for one that can't be taken."""
    return [upload(order_ref, name=file.name or "", stream=file, by=by).ref for file in files]
