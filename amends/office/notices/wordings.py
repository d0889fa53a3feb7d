"""How one row of the table is said: its text in both languages with its places, its versions, how it reads about a real case.

A preview sends nothing; a test goes to whoever asks. What was typed and not yet kept can be previewed too.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from amends.cases.models import Case, Entry
from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.told import tell
from amends.faces.words import language
from amends.kernel.refusals import Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.models import Wording
from amends.notices.previewing import Preview, preview
from amends.notices.rules.places import LONGEST, PLACES, places_of
from amends.notices.rules.routes import ROUTES
from amends.notices.rules.sentences import Told
from amends.notices.rules.table import Row
from amends.notices.rules.words import CHANNEL_NAMES, Channel
from amends.notices.rules.writers import may_send, may_word
from amends.notices.table_words import channels_words, in_words
from amends.notices.verbs.testing import send_test
from amends.notices.wording import FIELDS, Words, built_in, row_of, save_wording, take_built_in, trying, versions_of, worded
from amends.office.notices.table import URGENCY_KINDS, address

FIELD_NAMES: dict[str, Text] = {
    "subject_zh": say("标题（中文）", "Subject in Chinese"),
    "subject_en": say("标题（英文）", "Subject in English"),
    "body_zh": say("正文（中文）", "Text in Chinese"),
    "body_en": say("正文（英文）", "Text in English"),
}
MOST_CASES, LOOKED_THROUGH = 6, 100
ASKED = {"language": ("zh", "en"), "channel": tuple(one.value for one in Channel)}


@require_http_methods(["GET", "POST"])
@face("office")
def one(request: ActorRequest, kind: str, party: str) -> HttpResponse:
    """The row in its editor. A POST keeps the words as the next version; refused ones come back as they were typed."""
    row = row_of(kind, party)
    if request.method == "GET":
        return _page(request, row)
    words = typed(request)

    def run() -> str:
        version = given(request, "version")
        save_wording(kind, party, words, by=request.actor, version=int(version) if version.isdecimal() else None)
        return address(kind, party)

    try:
        answer = act(request, run)
    except Unprocessable as refused:
        return _page(request, row, words=words, refusal=refused)
    tell(request, say("已保存，从现在起这样说。", "Saved; it is said so from now on."))
    return answer


@require_POST
@face("office")
def restore(request: ActorRequest, kind: str, party: str) -> HttpResponse:
    """The built-in text holds again."""

    def run() -> str:
        take_built_in(kind, party, by=request.actor)
        return address(kind, party)

    answer = act(request, run)
    tell(request, say("已恢复内置的文字。", "The built-in words hold again."))
    return answer


@require_POST
@face("office")
def previewed(request: ActorRequest, kind: str, party: str) -> HttpResponse:
    """How the words read about a case, those typed and not yet kept too. Sends and keeps nothing; a POST because of what was typed."""
    row = row_of(kind, party)
    words = typed(request)
    changed = not words.is_empty and words != _words(worded(kind, party))
    try:
        with trying(kind, party, words) if changed else nullcontext():
            shown = _preview(request, row, request.POST)
    except Unprocessable as refused:
        return render(request, "office/notices/parts/preview.html", {"why_not": refused.text, "fields": list(refused.fields.values())})
    return render(
        request,
        "office/notices/parts/preview.html",
        {**shown, "unsaved": changed, "may_send": may_send(request.actor), "url": address(kind, party)},
    )


@require_POST
@face("office")
def test(request: ActorRequest, kind: str, party: str) -> HttpResponse:
    """What is kept goes to the reader's own address over the chosen channel."""
    made: list[str] = []

    def run() -> str:
        asked = {name: given(request, name) for name in ("language", "channel")}
        made.append(send_test(given(request, "case"), kind, party, by=request.actor, **asked).ref)
        return f"/office/messages/{made[-1]}/"

    answer = act(request, run)
    tell(request, say("已发给你自己，下面是它的去向。", "It is on its way to you; this is how far it came."))
    return answer


def typed(request: ActorRequest) -> Words:
    """The words of the form."""
    return Words(**{name: given(request, name).replace("\r\n", "\n").strip() for name in FIELDS})


def _words(told: Told) -> Words:
    return Words(told.subject.zh, told.subject.en, told.body.zh, told.body.en)


def _page(request: ActorRequest, row: Row, *, words: Words | None = None, refusal: Refusal | None = None) -> HttpResponse:
    kind, party = row.kind, row.to.value
    versions = versions_of(kind, party)
    choices = _choices(request, row)
    shown, own = words or _words(worded(kind, party)), bool(versions) and bool(versions[0].body_zh)
    context = {
        "row": row, "said": in_words(row), "urgency_kind": URGENCY_KINDS[row.urgency], "channels": channels_words(row.urgency),
        "fields": [_field(name, getattr(shown, name), refusal) for name in FIELDS], "version": versions[0].version if versions else 0,
        "places": [(name, PLACES[name].means) for name in PLACES if name in places_of(row)], "refusal": refusal, "own": own,
        "may_write": may_word(request.actor), "may_send": may_send(request.actor), "url": address(kind, party),
        "versions": [_version(one) for one in versions], "built_in": _words(built_in(kind, party)), **choices,
        **_first_preview(request, row, choices),
    }  # fmt: skip
    return render(request, "office/notices/wording.html", context, status=refusal.status if refusal else 200)


def _field(name: str, value: str, refusal: Refusal | None) -> dict[str, Any]:
    return {
        "name": name, "label": FIELD_NAMES[name], "value": value, "long": name.startswith("body"), "most": LONGEST[name[:4]],
        "lang": "zh-CN" if name.endswith("zh") else "en", "error": refusal.fields.get(name) if refusal else None,
    }  # fmt: skip


def _version(found: Wording) -> dict[str, Any]:
    return {"row": found, "built_in": not found.body_zh, "who": found.made_by.name if found.made_by else ""}


def _choices(request: ActorRequest, row: Row) -> dict[str, Any]:
    """What can be chosen for the preview: cases that came by this line first, and the channels that the row takes."""
    newest = list(Case.objects.visible_to(request.actor).order_by("-opened_at", "-pk")[:LOOKED_THROUGH])
    life, verb = row.when.split(".")
    lines = Entry.objects.filter(merchant_id__in={case.merchant_id for case in newest}, case_id__in=[case.pk for case in newest])
    came = set(lines.filter(life=life, verb=verb).order_by().values_list("case_id", flat=True))
    found = ([case for case in newest if case.pk in came] or newest)[:MOST_CASES]
    over = [Channel.PAGE, *ROUTES[row.urgency].channels]
    return {"cases": [(case.ref, case.title) for case in found], "over": [(one.value, CHANNEL_NAMES[one]) for one in over]}


def _first_preview(request: ActorRequest, row: Row, choices: dict[str, Any]) -> dict[str, Any]:
    """The preview that the page opens with; none where there is no case at all."""
    asked = {name: str(request.GET.get(name, "")) for name in ("case", "language", "channel")}
    asked["case"] = asked["case"] or next((ref for ref, _ in choices["cases"]), "")
    asked["language"] = asked["language"] or language()
    asked["channel"] = asked["channel"] or Channel.MAIL.value
    if not asked["case"]:
        return {"asked": asked, "why_not": say("还没有售后单可以预览。", "There is no case yet to preview it on.")}
    return {"asked": asked, **_preview(request, row, asked)}


def _preview(request: ActorRequest, row: Row, asked: Any) -> dict[str, Any]:
    found: Preview = preview(
        str(asked.get("case", "")).strip(), row.kind, row.to.value, by=request.actor,
        language=str(asked.get("language", "")), channel=str(asked.get("channel", "")),
    )  # fmt: skip
    return {"preview": found, "over_name": CHANNEL_NAMES[found.channel], "channel_icon": ICONS[found.channel]}


ICONS = {Channel.PAGE: "bell", Channel.MAIL: "mail", Channel.SMS: "message", Channel.PUSH: "device-mobile", Channel.WECHAT: "brand-wechat"}
