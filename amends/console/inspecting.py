"""The bench: every unit of a parcel with its finding, and what is refunded then, worked out by the server as one types.

A finding is typed here and judged by the verb; where the verb refuses, the page comes back with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_POST

from amends.cases.verbs.uploading import upload
from amends.console.answering import page_of
from amends.console.page import HOME, shown
from amends.console.parcels import case_of
from amends.faces.case_view import CaseView, InspectedUnit, case_view, evidence_items
from amends.faces.case_view.shapes import SumRow
from amends.faces.entering import ActorRequest, act, face
from amends.faces.forms import FacesForm, MoneyField, Segments, spoken
from amends.faces.forms import words as label
from amends.faces.told import tell
from amends.faces.words import into
from amends.kernel.refs import clean_ref
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.people.rules import Actor
from amends.returns.grading import CHECKS, GRADES, SLOTS, template_of
from amends.returns.verbs import Finding, inspect
from amends.returns.verbs.seeing import Seen

VERDICTS = {
    "accept": label("合格", "Accept"), "reduce": label("减额", "Deduct"), "reject": label("不合格", "Reject"),
    "wrong": label("寄错", "Wrong item"), "missing": label("缺件", "Missing"),
}  # fmt: skip
TYPED = {
    "reduced_minor": "reduced", "words": "words", "verdict": "verdict", "grade": "grade", "serial": "serial", "weight_grams": "grams",
}  # fmt: skip
YES = "yes"
ANSWERS = [(YES, label("是", "Yes")), ("no", label("否", "No"))]
LETTERS = [(letter, letter) for letter in GRADES]
MENDS = say("还有一件没有写对，请看标出的地方。", "One finding is not right yet; see the marked place.")
WANTED = say("请写扣多少", "Say how much is deducted")
INSPECTED = say("验货结果已登记。", "The findings are on record.")
DEDUCTED, HELD = say("减额后", "After deduction"), say("消费者确认后退款", "Refunded once the consumer agrees")
BACK = say("确认后退款", "Refunded on confirmation")


class UnitForm(FacesForm):
    """The finding about one unit."""

    verdict = forms.ChoiceField(label=label("结果", "Finding"), widget=Segments, choices=list(VERDICTS.items()), initial="accept")
    reduced = MoneyField(label=label("扣多少", "Deduction"), required=False)
    words = forms.CharField(
        label=label("原因，消费者会看到", "Reason, read by the consumer"), required=False, widget=forms.Textarea(attrs={"rows": "2"}),
    )  # fmt: skip
    grade = forms.ChoiceField(label=label("品级", "Grade"), widget=Segments, choices=LETTERS, required=False)
    serial = forms.CharField(label=label("序列号", "Serial number"), required=False, max_length=60)
    grams = forms.IntegerField(label=label("重量（克）", "Grams"), required=False, min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, goods_class: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots, self.asked = template_of(goods_class).slots, template_of(goods_class).checks
        for name in self.asked:
            self.fields[f"check_{name}"] = forms.ChoiceField(label=spoken(CHECKS[name]), widget=Segments, choices=ANSWERS, required=False)
        for slot in self.slots:
            self.fields[f"photo_{slot}"] = forms.FileField(label=spoken(SLOTS[slot]), required=False)
            self.fields[f"kept_{slot}"] = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    @property
    def questions(self) -> list[Any]:
        """The questions of the template; each may be left open."""
        return [self[f"check_{name}"] for name in self.asked]

    @property
    def photos(self) -> list[tuple[Any, Any]]:
        """For each slot of the template its file and the picture that came before."""
        return [(self[f"photo_{slot}"], self[f"kept_{slot}"]) for slot in self.slots]

    def clean(self) -> dict[str, Any]:
        """A deduction needs its sum, and only a deduction has one; the rest is the verb's to judge."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verdict") != "reduce":
            self.errors.pop("reduced", None)
        elif not cleaned.get("reduced") and "reduced" not in self.errors:
            self.add_error("reduced", into(WANTED))
        return cleaned


@dataclass(frozen=True, slots=True)
class Bench:
    """One unit and its form."""

    unit: InspectedUnit
    form: UnitForm

    @property
    def grades(self) -> list[tuple[str, Text]]:
        """What each grade means for this class of goods."""
        return list(template_of(self.unit.goods_class).grades.items())


@require_http_methods(["GET", "POST"])
@face("console")
def bench(request: ActorRequest, ref: str) -> HttpResponse:
    """The parcel on the bench; posted, every finding is on record in one act."""
    if request.method == "POST":
        return _inspected(request, ref)
    view = case_view(case_of(ref, request.actor), request.actor)
    return _shown(request, ref, view, _benches(view, ref, None))


def _inspected(request: ActorRequest, ref: str) -> HttpResponse:
    case = case_of(ref, request.actor)
    view = case_view(case, request.actor)
    benches = _benches(view, ref, request.POST, request.FILES)

    def make() -> str:
        typed_well = [bench.form.is_valid() for bench in benches]
        if not all(typed_well):
            raise Unprocessable(MENDS)
        inspect(ref, findings=[_finding(bench) for bench in benches], by=request.actor)
        return page_of(case)

    try:
        _keep_photos(benches, view.order.ref, request.actor)
        response = act(request, make)
    except Unprocessable as refusal:
        return _shown(request, ref, view, _marked(benches, refusal), refusal=Unprocessable(refusal.text))
    tell(request, INSPECTED)
    return response


@require_POST
@face("console")
def totals(request: ActorRequest, ref: str) -> HttpResponse:
    """What would be refunded by what is typed so far; nothing is written."""
    view = case_view(case_of(ref, request.actor), request.actor)
    return render(request, "console/parts/inspection_total.html", _totals(view, _benches(view, ref, request.POST)))


def _keep_photos(benches: Sequence[Bench], order: str, by: Actor) -> None:
    """Each picture that was sent is kept at once, so that a refusal of something else loses none; the form names it from then on."""
    for bench in benches:
        data = cast(QueryDict, bench.form.data).copy()
        for photo, kept in bench.form.photos:
            file = bench.form.files.get(photo.html_name)
            if file is not None:
                data[kept.html_name] = upload(order, name=file.name or "", stream=file, by=by).ref
        bench.form.data, bench.form.files = data, MultiValueDict()


def _benches(view: CaseView, ref: str, typed: Any, files: Any = None) -> list[Bench]:
    """A form for each unit of this parcel that waits for a finding."""
    waiting = [unit for unit in view.units if unit.parcel == clean_ref(ref) and any(act_.verb == "reduce" for act_ in unit.acts)]
    return [
        Bench(unit, UnitForm(typed, files, prefix=f"u{unit.id}", initial={"verdict": "accept"}, goods_class=unit.goods_class))
        for unit in waiting
    ]


def _finding(bench: Bench) -> Finding:
    """What was typed, without what the page no longer showed: an accepted unit asks for no reason, and only a deduction for a sum."""
    typed = bench.form.cleaned_data
    verdict = typed["verdict"]
    reduced = typed.get("reduced") or 0 if verdict == "reduce" else 0
    photos = {slot: typed[f"kept_{slot}"] for slot in bench.form.slots if typed[f"kept_{slot}"]}
    checks = {name: typed[f"check_{name}"] == YES for name in bench.form.asked if typed[f"check_{name}"]}
    seen = Seen() if verdict == "missing" else Seen(typed["grade"], typed["serial"], typed["grams"], checks, photos)
    words = "" if verdict == "accept" else typed["words"]
    return Finding(verdict, unit_id=bench.unit.unit_id, reduced_minor=reduced, words=words, seen=seen)


def _marked(benches: Sequence[Bench], refusal: Unprocessable) -> Sequence[Bench]:
    """What the verb refused stands at the unit and field that it names (`findings.0.words`)."""
    for name, text in refusal.fields.items():
        _, number, field = (*name.split("."), "", "")[:3]
        if number.isdigit() and int(number) < len(benches):
            form = benches[int(number)].form
            form.add_error(TYPED.get(field), into(text))
    return benches


def _totals(view: CaseView, benches: Sequence[Bench]) -> dict[str, Any]:
    """The sum of what goes back at once and of what waits for the consumer's word."""
    accepted = after = held = 0
    for bench in benches:
        bench.form.is_valid()
        typed, amount = getattr(bench.form, "cleaned_data", {}), bench.unit.amount_minor
        verdict = typed.get("verdict") or "accept"
        accepted += amount if verdict == "accept" else 0
        after += max(0, amount - (typed.get("reduced") or 0)) if verdict == "reduce" else 0
        held += verdict != "accept"
    rows = [SumRow(DEDUCTED, after, HELD, currency=view.currency)] if after else []
    return {"waits_rows": rows, "total": {"label": BACK, "minor": accepted or None}, "held": held, "view": view, "sum_minor": accepted}


def _shown(
    request: ActorRequest, ref: str, view: CaseView, benches: Sequence[Bench], *, refusal: Unprocessable | None = None
) -> HttpResponse:
    parcel = next((one for one in view.parcels if one.ref == clean_ref(ref)), None)
    as_asked = benches if refusal else [_untouched(one.unit) for one in benches]
    context = {
        "view": view, "turn": view.turn, "parcel": parcel, "benches": benches, "items": evidence_items(view.evidence), "refusal": refusal,
        "done": [unit for unit in view.units if unit.parcel == clean_ref(ref) and unit.id not in {one.unit.id for one in benches}],
        "nav_here": f"{HOME}parcels", "may_receive": parcel is not None and any(one.verb == "receive" for one in parcel.acts),
        **_totals(view, as_asked),
    }  # fmt: skip
    return shown(request, "console/inspection.html", context, status=422 if refusal else 200)


def _untouched(unit: InspectedUnit) -> Bench:
    """A unit as the page first offers it: accepted."""
    return Bench(unit, UnitForm({f"u{unit.id}-verdict": "accept"}, prefix=f"u{unit.id}", goods_class=unit.goods_class))
