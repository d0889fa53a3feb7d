"""The try-out: facts chosen in a form, the whole decision beside them. Nothing is kept; the address holds all that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from amends.faces.entering import ActorRequest, face
from amends.insight.figures.choice import HERE
from amends.kernel import clock
from amends.kernel.refusals import NotFound, Unprocessable
from amends.kernel.texts import Text, say
from amends.office.policy import trying_view
from amends.office.policy.trying_form import FLAG, INSTANT, TrialForm
from amends.policy.deciding import Answered, answer, answered
from amends.policy.queries import calendar, shelf, stack_on
from amends.policy.rules.asking import AskedQuestion, effects
from amends.policy.rules.decide import decide
from amends.policy.rules.facts_schema import read_facts

DAYS_AGO = {"order_at": 9, "signed_at": 5}
NOT_WHOLE = say("有几项要先改好，才能算。", "Some facts have to be put right first.")
STORIES: tuple[tuple[str, Text, dict[str, str]], ...] = (
    ("shirt", say("衣服不想要了", "A shirt, change of mind"), {
        "issue": "no_reason", "goods": "apparel", "paid": "199.00", "price": "199.00"}),
    ("part", say("满减订单退一件", "One of three, threshold lost"), {
        "issue": "no_reason", "goods": "apparel", "quantity": "1", "ordered": "3", "price": "120.00", "discount": "20.00", "paid": "100.00",
        "discount_from": "300.00", "discount_saved": "60.00", "discount_share": "20.00", "discount_kept": "240.00"}),
    ("crabs", say("大闸蟹坏了", "Crabs, some dead"), {"issue": "spoiled", "goods": "fresh", "paid": "368.00", "signed_days": "0"}),
    ("phone", say("手机第 10 天坏了", "A phone, faulty on day 10"), {
        "issue": "quality", "goods": "phone", "paid": "3999.00", "signed_days": "10"}),
    ("unshipped", say("还没发货", "Not shipped yet"), {
        "issue": "no_reason", "goods": "general", "state": "unshipped", "paid": "59.00"}),
    ("weight", say("水果缺斤少两", "Fruit, short weight"), {
        "issue": "short_weight", "goods": "fresh", "paid": "45.00", "price": "45.00", "billed": "1500", "weighed": "1320",
        "signed_days": "0"}),
)  # fmt: skip


@require_GET
@face("office")
def show(request: ActorRequest) -> HttpResponse:
    """The form as the address fills it (an example where it is empty), and what the rules say of it."""
    given = request.GET if "issue" in request.GET else example(str(request.GET.get("story", "")))
    form, found = tried(given)
    flagged = any(flag.value() for flag in form.flags)
    context: dict[str, Any] = {"form": form, "stories": stories(), "query": given.urlencode(), "flagged": flagged}
    if found is None:
        return render(request, "office/policy/try.html", context, status=200)
    asked = effects(found.stack, found.facts, found.calendar, found.decision)
    context["of_today"] = not all(pack.in_force(found.calendar.date_at(found.facts.asked_at)) for pack in found.stack.packs)
    context |= {"decision": trying_view.shown(found.decision, found.stack), "facts": found.facts, "packs": found.stack.packs}
    context["questions"] = trying_view.questions(asked, answers(given, asked))
    return render(request, "office/policy/try.html", context)


def tried(given: QueryDict) -> tuple[TrialForm, Answered | None]:
    """The form, and what is answered to it; None where a fact cannot be, and the form says which."""
    here = stack_on(clock.now().astimezone(HERE).date())
    form = TrialForm(given, terms=here.terms, laid=here.packs, packs=shelf().packs)
    if not form.is_valid():
        return form, None
    try:
        return form, answered(form.facts(), form.stack_names())
    except NotFound:
        return form, _by_todays_rules(form)
    except Unprocessable as wrong:
        form.refuse(wrong.fields or {"": wrong.text})
        return form, None


def _by_todays_rules(form: TrialForm) -> Answered:
    """What today's rules say of a day on which none were in force: simulated years reach back before the first pack."""
    facts, days = read_facts(form.facts()), calendar("cn")
    rules = stack_on(days.date_at(clock.now()))
    return Answered(facts, rules, days, decide(rules, facts, days))


def example(story: str = "") -> QueryDict:
    """A matter that begins the page: something to change is easier than nothing to fill."""
    chosen = next((facts for key, _, facts in STORIES if key == story), STORIES[0][2])
    now = clock.now().astimezone(HERE).replace(second=0, microsecond=0)
    whole = {"state": "received", "quantity": "1", "ordered": "1", "channel": "online", "shop": "default", **chosen}
    if whole["shop"] not in {pack.id for pack in shelf().packs}:
        del whole["shop"]
    signed = int(whole.pop("signed_days", DAYS_AGO["signed_at"]))
    whole["asked_at"] = now.strftime(INSTANT)
    whole["order_at"] = (now - timedelta(days=signed + 4)).strftime(INSTANT)
    if whole["state"] == "received":
        whole["signed_at"] = (now - timedelta(days=signed, hours=2)).strftime(INSTANT)
    made = QueryDict(mutable=True)
    made.update(whole)
    return made


def stories() -> list[dict[str, Any]]:
    """Matters to begin with."""
    return [{"key": key, "name": name} for key, name, _ in STORIES]


def answers(given: QueryDict, asked: tuple[AskedQuestion, ...]) -> Mapping[tuple[str, str], str]:
    """Where each answer to each open question leads: the same address with that fact in it."""
    links = {}
    for question in asked:
        for one in question.effects:
            more = given.copy()
            for name, value in _told(question, one.answer).items():
                more[name] = value
            links[question.flag, one.answer] = f"?{more.urlencode()}"
    return links


def _told(question: AskedQuestion, answer: str) -> dict[str, str]:
    if question.kind == "share":
        return {"bad_share": str(int(answer) // 100)}
    if question.kind == "grams":
        return {"billed": "1000", "weighed": "1000" if answer == "full" else "900"}
    return {f"{FLAG}{question.flag}": answer}


@require_GET
@face("office")
def as_json(request: ActorRequest) -> HttpResponse:
    """The same decision as the API and `amends decide` print it; with `facts`, the facts that they read."""
    given = request.GET if "issue" in request.GET else example()
    form, found = tried(given)
    if found is None:
        wrong = {name: say("{e}", "{e}", e=" ".join(map(str, errors))) for name, errors in form.errors.items()}
        raise Unprocessable(NOT_WHOLE, fields=wrong)
    told = form.facts() if "facts" in request.GET else answer(form.facts(), form.stack_names())
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
