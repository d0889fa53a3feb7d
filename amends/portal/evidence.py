"""Files that come with a form: taken in together with the act, and kept for the next try where the act is refused.

Inside the act everything stands or falls together. After a refusal the files that can be taken are taken alone, so that nobody has to
choose them again; the form carries their references.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseRedirect

from amends.cases.models import Evidence
from amends.cases.verbs.uploading import UNUSED_FOR, upload
from amends.faces.entering import ActorRequest, act
from amends.kernel import clock
from amends.kernel.refusals import Unprocessable
from amends.kernel.texts import Text, say
from amends.market.models import Order
from amends.people.rules import Actor

FILES, KEPT = "files", "evidence"
LONGEST_NAME = 60
MARGIN = timedelta(minutes=1)


class KeptBack(Exception):
    """The act was refused; `evidence` are the references of all files that are there for the next try."""

    def __init__(self, refusal: Unprocessable, evidence: Sequence[str]) -> None:
        super().__init__(str(refusal))
        self.refusal, self.evidence = refusal, list(evidence)


def act_with_files(request: ActorRequest, order_ref: str, run: Callable[[list[str]], str]) -> HttpResponseRedirect:
    """`run` gets the references of all evidence that the form named or brought. Raises KeptBack where it is refused."""
    kept = list(dict.fromkeys(request.POST.getlist(KEPT)))
    files = request.FILES.getlist(FILES)

    def whole() -> str:
        return run([*kept, *(_taken(order_ref, file, request.actor) for file in files)])

    try:
        return act(request, whole)
    except Unprocessable as refusal:
        saved, faults = _saved(order_ref, files, request.actor)
        raise KeptBack(_told(refusal, faults), [*kept, *saved]) from refusal


def waiting(order: Order, actor: Actor) -> list[Evidence]:
    """What this actor has uploaded for the order in the last day and not yet sent, oldest first."""
    since = clock.now() - UNUSED_FOR + MARGIN
    mine: dict[str, Any] = {"party": actor.party.value, "user_id": actor.user_id, "made_at__gt": since}
    rows = Evidence.objects.filter(merchant_id=order.merchant_id, order_id=order.pk, case__isnull=True, **mine)
    return list(rows.order_by("made_at", "pk"))


def _taken(order_ref: str, file: UploadedFile[Any], by: Actor) -> str:
    try:
        file.seek(0)
        return upload(order_ref, name=file.name or "", stream=file, by=by).ref
    except Unprocessable as refusal:
        text = _of_file(file, refusal)
        raise Unprocessable(text, code=refusal.code, fields={KEPT: text}) from refusal


def _saved(order_ref: str, files: Sequence[UploadedFile[Any]], by: Actor) -> tuple[list[str], list[Text]]:
    saved: list[str] = []
    faults: list[Text] = []
    for file in files:
        try:
            saved.append(_taken(order_ref, file, by))
        except Unprocessable as refusal:
            faults.append(refusal.text)
    return saved, faults


def _told(refusal: Unprocessable, faults: Sequence[Text]) -> Unprocessable:
    """The refusal with every file that can't be taken, not the first alone."""
    if not faults:
        return refusal
    fields: Mapping[str, Text] = {name: text for name, text in refusal.fields.items() if name != KEPT}
    more = {f"{KEPT}{number or ''}": text for number, text in enumerate(faults)}
    text = say("有文件没有收下，其余内容都保留着。", "Some files were not taken. Everything else is kept.")
    return Unprocessable(text, code=refusal.code, fields={**more, **fields})


def _of_file(file: UploadedFile[Any], refusal: Unprocessable) -> Text:
    name = (file.name or "")[:LONGEST_NAME]
    return say("{name}：{why}", "{name}: {why}", name=name, why=refusal.text)
