"""The addresses of compensation inside console and desk: the page of a case with what was given and the form, and the acts about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from amends.approvals.models import Approval
from amends.approvals.queries import of_case
from amends.approvals.rules_of_money import rules_on
from amends.cases.models import Case
from amends.cases.queries import case_for
from amends.compensation import supplements
from amends.compensation.giving import compensate
from amends.compensation.offers import claim_stands, decided_claims, kinds_for
from amends.compensation.queries import EXAMPLE_MINOR, compared, given_on, vouchers_of
from amends.compensation.rules import KIND_NAMES, OF_THE_ORDER, SUPPLEMENT_NAMES, Kind
from amends.compensation.vouchers import revoke
from amends.faces.case_pages import brief, with_errors
from amends.faces.compensating.forms import NAMED, AskForm, GiveForm
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.kernel import clock
from amends.kernel.money import Money
from amends.kernel.parties import Party
from amends.kernel.refusals import NotFound, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import OrderLine
from amends.people.rules import Actor

Frame = Callable[..., HttpResponse]
GIVEN = say("已给，消费者会收到通知。", "Given. The consumer is told.")
ASKED = say("超过你的额度，已提交审批。", "It is beyond your limits; somebody else was asked to approve it.")
TAKEN = say("优惠券已收回。", "The voucher was taken back.")
SUPPLEMENT = say("已请消费者补款。", "The consumer was asked to pay.")
NO_LONGER = say("已不再请消费者补款。", "The consumer is no longer asked.")


class Rooms:
    """Compensation in one face. `show(request, template, context, status=...)` draws a page in its frame."""

    def __init__(self, name: str, show: Frame) -> None:
        self.name, self.show, self.home = name, show, f"/{name}/"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door, both = face(self.name), require_http_methods(["GET", "POST"])
        here = "cases/<str:ref>/compensation"
        return [
            path(here, both(door(self.page)), name=f"{self.name}_compensation"),
            path(f"{here}/vouchers/<str:voucher>/revocation", require_POST(door(self.revocation)), name=f"{self.name}_voucher_revocation"),
            path(f"{here}/supplement", require_POST(door(self.supplement)), name=f"{self.name}_supplement"),
            path(f"{here}/supplements/<str:supplement>/withdrawal", require_POST(door(self.withdrawal)), name=f"{self.name}_no_supplement"),
        ]  # fmt: skip

    def page(self, request: ActorRequest, ref: str) -> HttpResponse:
        """What was given and the form; posted, it is given or asked for."""
        case = case_for(ref, request.actor)
        if request.method == "GET":
            return self._drawn(request, case)
        kind = _kind(request, case, request.actor)
        if kind is None:
            raise Unprocessable(say("这里不能给补偿。", "Nothing can be given here."))
        form = _form(kind, request.actor, case, request.POST)
        if not form.is_valid():
            return self._drawn(request, case, kind=kind, typed=form, status=422)
        answered: list[Text] = []

        def run() -> str:
            decided = compensate(case.ref, form.given(), by=request.actor, why=given(request, "why"), break_glass="glass" in request.POST)
            answered.append(GIVEN if decided.given else ASKED)
            return self._address(case)

        try:
            answer = act(request, run)
        except Unprocessable as refusal:
            fields = {NAMED.get(name, name): text for name, text in refusal.fields.items()}
            fields = {"points" if name == "amount" and kind is Kind.POINTS else name: text for name, text in fields.items()}
            return self._drawn(request, case, kind=kind, typed=with_errors(form, fields), refusal=refusal)
        said = answered[0] if answered else GIVEN
        tell(request, said, kind="info" if said is ASKED else "success")
        return answer

    def revocation(self, request: ActorRequest, ref: str, voucher: str) -> HttpResponse:
        """A voucher of the case is taken back."""
        case, reason = case_for(ref, request.actor), given(request, "reason")
        back = {"ref": voucher, "reason": reason}
        return self._done(request, case, lambda: revoke(voucher, reason=reason, by=request.actor), TAKEN, back=back)

    def supplement(self, request: ActorRequest, ref: str) -> HttpResponse:
        """The consumer is asked to pay a difference, or somebody else is asked whether to."""
        case = case_for(ref, request.actor)
        form = AskForm(request.POST, currency=case.currency)
        if not form.is_valid():
            return self._drawn(request, case, ask=form, status=422)
        amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]

        def run() -> Text:
            came = supplements.ask(case.ref, amount_minor=amount, by=request.actor, reason=reason)
            return ASKED if isinstance(came, Approval) else SUPPLEMENT

        return self._done(request, case, run, SUPPLEMENT, ask=form)

    def withdrawal(self, request: ActorRequest, ref: str, supplement: str) -> HttpResponse:
        """The consumer is no longer asked."""
        case = case_for(ref, request.actor)
        return self._done(request, case, lambda: supplements.drop(supplement, by=request.actor), NO_LONGER)

    def _done(
        self, request: ActorRequest, case: Case, run: Callable[[], object], told: Text, *, ask: forms.Form | None = None,
        back: dict[str, str] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """The act, told in `told` or in what `run` answers; refused, the page comes back with what was typed."""
        said = [told]

        def make() -> str:
            if isinstance(came := run(), Text):
                said.append(came)
            return self._address(case)

        try:
            answer = act(request, make)
        except NotFound:
            raise
        except Refusal as refusal:
            fields = {NAMED.get(name, name): text for name, text in getattr(refusal, "fields", {}).items()}
            shown = refusal if isinstance(refusal, Unprocessable) else Unprocessable(refusal.text, code=refusal.code)
            typed = with_errors(ask, fields) if ask is not None else None
            return self._drawn(request, case, refusal=shown, status=refusal.status, ask=typed, back=back)
        tell(request, said[-1])
        return answer

    def _address(self, case: Case) -> str:
        return f"{self.home}cases/{case.ref}/compensation"

    def _drawn(
        self, request: ActorRequest, case: Case, *, kind: Kind | None = None, typed: forms.Form | None = None,
        refusal: Unprocessable | None = None, status: int = 200, ask: forms.Form | None = None, back: dict[str, str] | None = None,
    ) -> HttpResponse:  # fmt: skip
        by = request.actor
        kind = kind or _kind(request, case, by)
        here = self._address(case)
        context: dict[str, Any] = {
            "case": case, "here": here, "case_url": f"{self.home}cases/{case.ref}", "refusal": brief(refusal),
            "kinds": [(one, KIND_NAMES[one], f"{here}?kind={one.value}", one is kind) for one in _kinds(case, by)],
            "form": typed or (_form(kind, by, case) if kind else None), "kind": kind,
            "rows": given_on(case), "worths": compared(kinds_for(by), case.currency) if kind and kind not in OF_THE_ORDER else [],
            "example": EXAMPLE_MINOR,
            "alone": _most(kind, by).alone if kind else None, "glass": bool(kind and _most(kind, by).glass),
            "waiting": [row for row in of_case(case.pk, by) if row.state == "asked"], "approvals": f"{self.home}approvals",
            "mine": {row.ref for row in vouchers_of(by, state="issued").filter(case_id=case.pk) if row.given_by == _side(by)},
            "supplements": [(row, SUPPLEMENT_NAMES[row.state]) for row in supplements.supplements_of(case)],
            "ask": ask or AskForm(currency=case.currency), "back": back,
            "may_ask": supplements.may_ask(case, by),
        }  # fmt: skip
        return self.show(request, f"{self.name}/compensation.html", context, status=422 if refusal and status == 200 else status)


def compensation_in(name: str, show: Frame) -> list[URLPattern]:
    """The addresses of compensation in the face `name`."""
    return Rooms(name, show).urls()


def _side(by: Actor) -> str:
    return "merchant" if by.party is Party.MERCHANT else "platform"


def _kinds(case: Case, by: Actor) -> list[Kind]:
    if by.only_reads or not claim_stands(case):
        return []
    there = any(claim.left_minor for claim in decided_claims(case))
    return [kind for kind in kinds_for(by) if kind is not Kind.CLAIM_SUM or there]


def _kind(request: HttpRequest, case: Case, by: Actor) -> Kind | None:
    asked = str(request.POST.get("kind", "") or request.GET.get("kind", ""))
    there = _kinds(case, by)
    return next((kind for kind in there if kind.value == asked), there[0] if there else None)


def _form(kind: Kind, by: Actor, case: Case, data: Any = None) -> GiveForm:
    lines = list(OrderLine.objects.filter(merchant_id=case.merchant_id, order_id=case.order_id).order_by("position"))
    return GiveForm(
        kind, by, data, lines=lines, claims=decided_claims(case), currency=case.currency,
        usual_days=rules_on(clock.now()).vouchers.valid_days,
    )  # fmt: skip


class _Most(NamedTuple):
    """What this person may give at once without asking anybody, and whether anything at all in an emergency."""

    alone: Money
    glass: bool


def _most(kind: Kind, by: Actor) -> _Most:
    rules = rules_on(clock.now())
    limits = [limit for role in by.roles if (limit := rules.limit(role, kind.value))]
    most = max((limit.alone_minor for limit in limits), default=0)
    return _Most(Money(most, rules.currency), any(limit.glass_minor for limit in limits))
