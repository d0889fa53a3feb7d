"""What the pages about bearing a cost share: forms, files of statements, and acts that are done at once or asked of somebody else.

Console, desk and office stand side by side; what they show of charges, deposits and statements is put together here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from amends.approvals.models import Approval
from amends.faces.entering import ActorRequest, act
from amends.faces.forms import FacesForm, MoneyField, spoken
from amends.faces.forms import words as label
from amends.faces.told import tell
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.liability.models import Bearer
from amends.liability.papers.making import TYPES, file_name, made
from amends.liability.queries.charges import ChargeRow
from amends.liability.queries.deposits import MoveRow
from amends.liability.queries.statements import Period, Statement, period_of, statement
from amends.liability.rules import OFFERED, OUTSIDE_KINDS, PARTY_WORDS, REASONS, WHAT
from amends.liability.verbs.charging import LONGEST_CLAUSE
from amends.market.models import Merchant

ASKED = say("这个金额要由别人批准，已提交审批（{ref}）。", "Somebody else has to approve this sum; it is asked ({ref}).")
STAGE_KINDS = {
    "asked": "line",
    "contested": "warn",
    "admitted": "line",
    "deducting": "warn",
    "borne": "ok",
    "excused": "",
    "written_off": "bad",
}
STATE_KINDS = {"announced": "warn", "contested": "bad", "done": "ok", "withdrawn": ""}


def settled(request: ActorRequest, verb: Callable[[], object], to: str, said: Text) -> HttpResponseRedirect:
    """`verb` was made once for the form's key; the page that follows says what was done, or that it was only asked."""
    asked: list[Approval] = []

    def run() -> str:
        made_ = verb()
        if isinstance(made_, Approval):
            asked.append(made_)
        return to

    answer = act(request, run)
    tell(request, ASKED.filled(ref=asked[0].ref) if asked else said, kind="info" if asked else "success")
    return answer


def coloured(rows: Iterable[ChargeRow]) -> list[dict[str, Any]]:
    """Charges with the colour of their stage."""
    return [{"row": row, "kind": STAGE_KINDS[row.charge.stage]} for row in rows]


def coloured_moves(rows: Iterable[MoveRow]) -> list[dict[str, Any]]:
    """Moves of a deposit with the colour of their state."""
    return [{"row": row, "kind": "warn" if row.lacks else STATE_KINDS[row.move.state]} for row in rows]


def choices(names: Mapping[str, Text], wanted: tuple[str, ...] | None = None) -> list[tuple[str, Any]]:
    """Codes with their words for a select."""
    return [(key, spoken(text)) for key, text in names.items() if wanted is None or key in wanted]


def why_field(most: int = 250) -> forms.CharField:
    """Words that are kept as the reason."""
    return forms.CharField(label=label("理由", "Why"), max_length=most, widget=forms.Textarea(attrs={"rows": "3"}))


class AnswerForm(FacesForm):
    """What whoever was asked says."""

    words = forms.CharField(label=label("说明", "In words"), required=False, widget=forms.Textarea(attrs={"rows": "3"}))


class DecisionForm(FacesForm):
    """Reasons of a decision; `break_glass` where it can't wait for approval."""

    words = forms.CharField(
        label=label("理由，对方可见", "Reasons, which the other side reads"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"})
    )


class BearForm(FacesForm):
    """How an outsider paid."""

    reference = forms.CharField(label=label("银行流水号或抵扣凭据", "Bank reference, or where it was offset"), max_length=80)


class GiveBackForm(DecisionForm):
    """What was paid for nothing goes back: why, and how where it went by bank."""

    reference = forms.CharField(
        label=label("银行流水号或抵扣凭据", "Bank reference, or where it was offset"), required=False, max_length=80
    )


class AskForm(FacesForm):
    """Of whom a part of a case's cost is asked, how much, and why."""

    party = forms.ChoiceField(label=label("向谁追偿", "Asked of"), choices=choices(PARTY_WORDS, ("carrier", "supplier", "merchant")))
    bearer = forms.ChoiceField(label=label("承运商或供应商", "Carrier or supplier"), required=False)
    amount_minor = MoneyField(label=label("金额", "Amount"))
    what = forms.ChoiceField(label=label("费用", "Which cost"), choices=choices(WHAT))
    clause = forms.CharField(label=label("依据", "Rests on"), required=False, max_length=LONGEST_CLAUSE)
    words = forms.CharField(label=label("事实和理由", "What happened, and why they bear it"), widget=forms.Textarea(attrs={"rows": "4"}))

    def __init__(self, *args: Any, bearers: list[Bearer] = [], currency: str = "CNY", **kwargs: Any) -> None:  # noqa: B006 - never changed
        super().__init__(*args, **kwargs)
        field, amount = self.fields["bearer"], self.fields["amount_minor"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the class above says so
        named = [
            (row.ref, spoken(say("{kind}：{name}", "{kind}: {name}", kind=PARTY_WORDS[row.kind], name=say(row.name_zh, row.name_en))))
            for row in bearers
        ]
        field.choices = [("", label("请选择", "Choose")), *named]
        assert isinstance(amount, MoneyField)  # noqa: S101 - the class above says so
        amount.currency = amount.widget.currency = currency


class TopUpForm(FacesForm):
    """Money that came by bank."""

    amount_minor = MoneyField(label=label("金额", "Amount"))
    provider_ref = forms.CharField(label=label("银行流水号", "Bank reference"), max_length=80)


class MoveForm(FacesForm):
    """A hold, deduction or pay-out; `kind` says which reasons there are."""

    amount_minor = MoneyField(label=label("金额", "Amount"))
    reason = forms.ChoiceField(label=label("原因", "Reason"))
    why = why_field()

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the class above says so
        field.choices = choices(REASONS, OFFERED[kind])


class DeductForm(MoveForm):
    """A deduction may name its case, whose timeline then tells the merchant."""

    case = forms.CharField(label=label("售后单号", "Case"), required=False, max_length=20)


class TermsForm(FacesForm):
    """What a merchant has to keep."""

    required_minor = MoneyField(label=label("应缴额", "To be kept"))
    warn_minor = MoneyField(label=label("警戒额", "Warn below"))


class WhyForm(FacesForm):
    """Reasons alone."""

    why = why_field(240)


class BearerForm(FacesForm):
    """A carrier, supplier or insurer."""

    kind = forms.ChoiceField(label=label("类别", "Kind"), choices=choices(PARTY_WORDS, OUTSIDE_KINDS))
    key = forms.CharField(label=label("代号（订单和包裹里用的）", "Key, as orders and parcels name it"), max_length=80)
    name_zh = forms.CharField(label=label("中文名称", "Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=label("英文名称", "Name in English"), max_length=120)
    contact = forms.CharField(label=label("联系方式", "Contact"), required=False, max_length=200)


def query_of(request: HttpRequest) -> dict[str, str]:
    """The asked query as plain texts."""
    return {
        name: str(request.GET.get(name, "")) for name in ("month", "since", "until", "stage", "party", "bearer", "case", "open", "after")
    }


def month_links(period: Period) -> dict[str, str]:
    """The months before and after, for the way through statements."""
    first = period.first.replace(day=1)
    before = date(first.year - (first.month == 1), first.month - 1 or 12, 1)
    after = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return {"before": f"{before:%Y-%m}", "month": f"{first:%Y-%m}", "after": f"{after:%Y-%m}"}


def statement_page(request: HttpRequest, merchant: Merchant, *, at: str, files: str, cases: str) -> dict[str, Any]:
    """What a page of a statement shows; `at` is its own address, `files` that of its papers, `cases` begins the address of a case.

    Where the days asked for are no period, this month's stands there with the refusal beside it.
    """
    refusal: Unprocessable | None = None
    try:
        period = period_of(merchant, query_of(request))
    except Unprocessable as wrong:
        refusal, period = wrong, period_of(merchant, {})
    found = statement(merchant, period)
    return {"found": found, "links": month_links(period), "at": at, "files": files, "cases": cases, "kinds": list(TYPES),
            "asked": f"since={period.first}&until={period.last}", "refusal": refusal}  # fmt: skip


def statement_file(request: HttpRequest, merchant: Merchant, kind: str, *, cases: str) -> HttpResponse:
    """The statement as a file to keep. Refuses an unknown kind."""
    found: Statement = statement(merchant, period_of(merchant, query_of(request)))
    answer = HttpResponse(made(found, kind, base=request.build_absolute_uri(cases)), content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found, kind)}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
