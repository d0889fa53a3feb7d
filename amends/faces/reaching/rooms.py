"""The addresses under `/<face>/settings/`, made once and lived in by portal, console and desk; every act is a POST.

A refusal shows the page again with what was typed and the reason beside it, status 422 or 409.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any, cast

from django.http import HttpResponse, QueryDict
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from amends.faces.entering import ActorRequest, act, face, given
from amends.faces.reaching.devices import device
from amends.faces.reaching.page import Typed, context
from amends.faces.told import tell
from amends.kernel.refusals import Conflict, NotFound, Refusal, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.rules.quiet import DEFAULT, Quiet
from amends.notices.rules.routes import ROUTES
from amends.notices.verbs import contacts
from amends.notices.verbs.preferences import NO_QUIET, set_preferences

Frame = Callable[..., HttpResponse]
ADDRESSES = "#addresses"
SAVED = say("已保存。", "Saved.")
SENT = say("验证码已发出，10 分钟内有效。", "The code is on its way; it is valid for 10 minutes.")
CONFIRMED = say("已确认，以后的通知可以发到这里。", "Confirmed. Notices can be sent there from now on.")
REMOVED = say("已移除，以后不再发到那里。", "Removed. Nothing is sent there any more.")
PUSHED = say("这台设备的推送已打开。", "Push is on for this device.")
NO_TIME = say("时间写成 22:00 这样。", "Write times as 22:00.")


class Rooms:
    """The settings of one face: `show(request, template, context, status=...)` draws a page inside its frame."""

    def __init__(self, name: str, show: Frame) -> None:
        self.name, self.show, self.home = name, show, f"/{name}/"

    @property
    def here(self) -> str:
        """The page's own address."""
        return f"{self.home}settings/"

    def urls(self) -> list[URLPattern]:
        """What the face's urls.py adds."""
        door = face(self.name)

        def post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return require_POST(door(view))

        return [
            path("settings/", require_GET(door(self.page)), name=f"{self.name}_settings"),
            path("settings/preferences", post(self.preferences), name=f"{self.name}_preferences"),
            path("settings/contacts", post(self.addition), name=f"{self.name}_contacts"),
            path("settings/contacts/<int:contact>/code", post(self.code), name=f"{self.name}_contact_code"),
            path("settings/contacts/<int:contact>/confirmation", post(self.confirmation), name=f"{self.name}_contact_confirmation"),
            path("settings/contacts/<int:contact>/end", post(self.end), name=f"{self.name}_contact_end"),
            path("settings/devices", post(self.subscription), name=f"{self.name}_devices"),
        ]

    def page(self, request: ActorRequest) -> HttpResponse:
        """The page as it stands."""
        return self.again(request, Typed())

    def again(self, request: ActorRequest, typed: Typed) -> HttpResponse:
        """The page, after a refusal under the refusal's own status."""
        filled = {**context(request, self.home, typed), "back_url": f"{self.home}notices/", "nav_here": f"{self.home}notices"}
        return self.show(request, f"{self.name}/settings.html", filled, status=typed.refusal.status if typed.refusal else 200)

    def done(self, request: ActorRequest, form: str, run: Callable[[], object], told: Text, *, at: str = ADDRESSES) -> HttpResponse:
        """The verb was made once and the page is there again, at the part that it was about; or the page with its refusal."""

        def make() -> str:
            run()
            return self.here + at

        try:
            answer = act(request, make)
        except NotFound:
            raise
        except (Unprocessable, Conflict) as refusal:
            return self.again(request, self.typed(request, form, refusal))
        tell(request, told)
        return answer

    def typed(self, request: ActorRequest, form: str, refusal: Refusal) -> Typed:
        """What came with the request, to be shown again."""
        posted = cast(QueryDict, request.POST)
        choices = (
            {urgency.value: posted.getlist(urgency.value) for urgency, row in ROUTES.items() if not row.breaks_quiet}
            if form == "preferences"
            else {}
        )
        return Typed(form, refusal, {name: str(value) for name, value in posted.items()}, choices)

    def preferences(self, request: ActorRequest) -> HttpResponse:
        """Channels for each kind, and quiet hours."""
        posted = cast(QueryDict, request.POST)

        def run() -> object:
            chosen = {urgency.value: posted.getlist(urgency.value) for urgency, row in ROUTES.items() if not row.breaks_quiet}
            quiet = _hours(request) if "quiet" in posted else NO_QUIET
            usual = quiet == DEFAULT
            return set_preferences(by=request.actor, choices=chosen, quiet=None if usual else quiet, default_quiet=usual)

        return self.done(request, "preferences", run, SAVED, at="")

    def addition(self, request: ActorRequest) -> HttpResponse:
        """A number or address, to which a code is sent."""
        channel, address = given(request, "channel"), given(request, "address")
        return self.done(request, "addition", lambda: contacts.add_contact(channel, address, by=request.actor), SENT)

    def code(self, request: ActorRequest, contact: int) -> HttpResponse:
        """Another code."""
        return self.done(request, f"contact-{contact}", lambda: contacts.send_code_again(contact, by=request.actor), SENT)

    def confirmation(self, request: ActorRequest, contact: int) -> HttpResponse:
        """The code came back. The try is spent before anything that a refusal undoes begins."""
        try:
            spent = contacts.spend_try(contact, by=request.actor)
        except Unprocessable as refusal:
            return self.again(request, self.typed(request, f"contact-{contact}", refusal))
        code = given(request, "code")
        return self.done(request, f"contact-{contact}", lambda: contacts.confirm(spent, code, by=request.actor), CONFIRMED)

    def end(self, request: ActorRequest, contact: int) -> HttpResponse:
        """Nothing is sent there any more."""
        return self.done(request, f"contact-{contact}", lambda: contacts.end_contact(contact, by=request.actor), REMOVED)

    def subscription(self, request: ActorRequest) -> HttpResponse:
        """This browser, by the subscription that it made for us; asked for by push.js after a tap."""
        sent = {name: given(request, name) for name in ("endpoint", "p256dh", "auth")}

        def run() -> object:
            label = device(request.headers.get("User-Agent", ""))
            return contacts.subscribe_push(sent["endpoint"], sent["p256dh"], sent["auth"], by=request.actor, label=label)

        return self.done(request, "push", run, PUSHED)


def settings_of(name: str, show: Frame) -> list[Any]:
    """The settings' addresses for one face."""
    return list(Rooms(name, show).urls())


def _hours(request: ActorRequest) -> Quiet:
    times = []
    for name in ("start", "end"):
        try:
            times.append(time.fromisoformat(given(request, name)).replace(second=0, microsecond=0, tzinfo=None))
        except ValueError as wrong:
            raise Unprocessable.field(name, NO_TIME) from wrong
    return Quiet(times[0], times[1], given(request, "zone", DEFAULT.zone))
