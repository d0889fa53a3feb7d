"""API keys: who holds one, a new one shown once, one taken back. Administrators and supervisors alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amends.faces.entering import ActorRequest, face
from amends.faces.forms import FacesForm, spoken, words
from amends.faces.told import tell
from amends.kernel.refusals import NotFound, NotYourMove
from amends.kernel.texts import say
from amends.people.models import ApiKey, Membership
from amends.people.rules import ROLES, Actor, Role
from amends.people.verbs import make_key, revoke_key
from amends.plumbing.idempotency import Answer, once

KEEPERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
MOST = 300


class Holder(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes none at run time
    """A membership, named by its shop and its person."""

    def label_from_instance(self, obj: Any) -> str:
        return str(spoken(say("{shop}（{who}）", "{shop} ({who})", shop=_side(obj), who=obj.user.name or obj.user.email)))


class KeyForm(FacesForm):
    """For whom, and what for."""

    membership = Holder(
        queryset=Membership.objects.none(), label=words("代表谁", "Acts for"), empty_label=words("请选择商家", "Choose a merchant")
    )
    label = forms.CharField(max_length=80, label=words("用途", "What for"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        assert isinstance(field, Holder)  # noqa: S101 - the class above says so
        merchants = Membership.objects.filter(role=Role.MERCHANT.value, user__is_active=True)
        field.queryset = merchants.select_related("user", "merchant").order_by("merchant__name_en", "pk")


def _side(member: Membership) -> Any:
    side = member.merchant or member.consumer
    return say(side.name_zh, side.name_en) if side else ROLES[Role(member.role)].name


def only_keepers(actor: Actor) -> None:
    """Keys are for those who may give power away. Raises NotYourMove."""
    if not actor.roles & KEEPERS:
        raise NotYourMove(say("只有主管和管理员可以管理 API 密钥。", "Only supervisors and administrators handle API keys."))


@require_GET
@face("office")
def listed(request: ActorRequest) -> HttpResponse:
    """All keys, the living first; never a secret."""
    only_keepers(request.actor)
    return _page(request, KeyForm())


def _page(request: ActorRequest, form: KeyForm, *, status: int = 200, secret: str = "") -> HttpResponse:
    found = ApiKey.objects.select_related("membership__user", "membership__merchant", "membership__consumer").order_by(
        "revoked_at", "-made_at"
    )[:MOST]
    rows = [{"key": key, "side": _side(key.membership), "role": ROLES[Role(key.membership.role)].name} for key in found]
    answer = render(request, "office/keys.html", {"rows": rows, "form": form, "secret": secret}, status=status)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["POST"])
@face("office")
def make(request: ActorRequest) -> HttpResponse:
    """A new key, shown on this answer and never again."""
    only_keepers(request.actor)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made: list[str] = []

    def run() -> Answer:
        made.append(make_key(form.cleaned_data["membership"], form.cleaned_data["label"]))
        return Answer(201, made[0].split("_")[1])

    body = f"{form.cleaned_data['membership'].pk}&{form.cleaned_data['label']}".encode()
    answer = once(f"user:{request.actor.user_id}", str(request.POST.get("idempotency_key", "")), request.path, body, run)
    if made:
        return _page(request, KeyForm(), secret=made[0])
    # Sent again: the key was made the first time, and what is kept of it cannot be shown.
    tell(
        request,
        say(
            "密钥 {p} 已经创建过，只在创建时显示一次。", "Key {p} was made before; it was shown once, when it was made.", p=str(answer.body)
        ),
        kind="warning",
    )
    return _page(request, KeyForm())


@require_POST
@face("office")
def revoke(request: ActorRequest, prefix: str) -> HttpResponse:
    """The key opens nothing any more; doing it twice is no fault, an unknown one is."""
    only_keepers(request.actor)
    if not ApiKey.objects.filter(prefix=prefix).exists():
        raise NotFound
    if revoke_key(prefix):
        tell(request, say("密钥 {p} 已停用。", "Key {p} is revoked.", p=prefix))
    answer = HttpResponseRedirect("/office/keys/")
    answer.status_code = 303
    return answer
