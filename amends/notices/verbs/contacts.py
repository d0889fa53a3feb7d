"""Where a person can be reached: an address is written down, proved by a code that is sent there, used, and ended.

1. An address counts only once its code came back: six digits, ten minutes, five tries; only a digest of the code is kept.
2. A try is spent before the code is compared, in a transaction of its own: a refusal undoes what it stands in, and must not undo that.
3. An address that another person has proved is refused only after the code was right, and without saying whose it is: nobody learns
   from us who uses a number. A browser is the exception: it belongs to whoever signed in on it last.
4. Codes are few: so many an hour for a person and for an address, so that nobody is pestered through us.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from amends.kernel import clock
from amends.kernel.refusals import Conflict, Unprocessable
from amends.kernel.texts import Text, say
from amends.notices.models import Contact, Message
from amends.notices.queries_people import contact_of, contacts_of, person
from amends.notices.rules.contacts import NotAnAddress, push_keys, tidy
from amends.notices.rules.words import CHANNEL_NAMES, Channel, Urgency
from amends.notices.verbs.planning import send_one
from amends.notices.verbs.preferences import forget_unreachable, recipient
from amends.people.models import User
from amends.people.rules import Actor
from amends.plumbing.messages import choosing

CODE = "code"
LIFE, TRIES = timedelta(minutes=10), 5
AN_HOUR, PERSON, ADDRESS, WAIT = timedelta(hours=1), 5, 3, timedelta(seconds=60)
MOST, LONGEST = 10, 600
HERE = ZoneInfo("Asia/Shanghai")
BY_CODE = (Channel.SMS, Channel.MAIL, Channel.WECHAT)

NO_CHANNEL = say("可以添加手机号、邮箱或微信。", "A telephone number, an e-mail address or a WeChat account can be added.")
NOT_SET_UP = say("{channel}还没有接通，现在不能添加。", "{channel} is not set up here, so it can't be added now.")
TOO_MANY = say("一种方式最多 {most} 个地址。先移除一个不用的。", "At most {most} addresses of a kind. Remove one that you don't use.")
THERE = say("这个地址已经在用了。", "This address is in use already.")
WAIT_A_LITTLE = say("刚刚发过验证码，请在 {seconds} 秒后再要。", "A code was just sent; ask again in {seconds} seconds.")
ENOUGH = say("一小时内发出的验证码太多了，{at} 之后可以再要。", "Too many codes within an hour. You can ask for another one after {at}.")
NO_CODE = say("验证码已失效，请重新获取。", "The code is no longer valid. Ask for a new one.")
WRONG_CODE = say("验证码不对，还可以试 {left} 次。", "This is not the code; {left} tries are left.")
LAST_WRONG = say("验证码不对，次数已用完，请重新获取。", "This is not the code, and no tries are left. Ask for a new one.")
TAKEN = say(
    "这个地址现在不能用于通知。请换一个，或联系平台。",
    "This address can't be used for notices now. Take another one, or contact the platform.",
)
NO_SERVICE = say("这不是浏览器的推送服务给出的地址。", "No push service of a browser gives such an address.")
JUST_MOVED = say("刚刚有人在这个浏览器上打开了推送，请再试一次。", "Push was just turned on in this browser by somebody. Please try again.")
SUBJECT = say("请确认接收通知的地址", "Confirm where notices go")
BODY = say(
    "验证码 {code}，10 分钟内有效，用于确认通知发到这里。不是你本人操作的话，不用理会。",
    "Code {code}, valid for 10 minutes: it confirms that notices may be sent here. If you did not ask for it, do nothing.",
)


class Try(NamedTuple):
    """One try that was spent on a contact's code; without it nothing is compared."""

    contact_id: int


def add_contact(channel: str, address: str, *, by: Actor, label: str = "") -> Contact:
    """The address is written down and a code is on its way to it; it is used only once `confirm` has seen the code.

    Written down again, it gets a new code. Raises Unprocessable (fields channel, address) for a channel that is not proved by code or
    not set up, for what is no address of it, for one that is in use already, for too many; Conflict where too many codes were asked for.
    """
    user, found = person(by), _channel(channel)
    try:
        kept = tidy(found, address)
    except NotAnAddress as wrong:
        raise Unprocessable.field("address", wrong.text) from wrong
    with transaction.atomic():
        recipient(user)
        row = Contact.objects.filter(user_id=user, channel=found, address=kept).first()
        own = found is Channel.MAIL and row is None and User.objects.filter(pk=user, email__iexact=kept).exists()
        if own or (row is not None and row.confirmed_at and not row.ended_at):
            raise Unprocessable.field("address", THERE)
        if (row is None or row.ended_at) and contacts_of(user).filter(channel=found).count() >= MOST:
            raise Unprocessable.field("address", TOO_MANY.filled(most=MOST))
        row = row or Contact(user_id=user, channel=found.value, address=kept)
        row.label, row.made_at, row.confirmed_at, row.ended_at, row.ended_why, row.failures = label[:80], clock.now(), None, None, "", 0
        row.save()
        _send_code(row)
        return row


def send_code_again(contact_id: int, *, by: Actor) -> Contact:
    """A new code is on its way; the one before opens nothing any more. Raises NotFound, Conflict as `add_contact`."""
    with transaction.atomic():
        recipient(person(by))
        row = contact_of(contact_id, by)
        if row.ended_at:
            raise Conflict(NO_CODE, code="contact_ended")
        if row.confirmed_at:
            raise Conflict(THERE, code="contact_confirmed")
        _channel(row.channel)
        _send_code(row)
        return row


def spend_try(contact_id: int, *, by: Actor) -> Try:
    """One of the five tries is spent, whatever comes after: call this outside of any transaction that a refusal would undo.

    Raises NotFound, and Unprocessable (field code) where no code is open or its tries are used up. A contact that is confirmed already
    costs nothing.
    """
    row = contact_of(contact_id, by)
    if row.confirmed_at and not row.ended_at:
        return Try(row.pk)
    now = clock.now()
    open_ = Contact.objects.filter(pk=row.pk, ended_at__isnull=True, code_digest__gt="", code_until__gt=now, code_tries__lt=TRIES)
    if not open_.update(code_tries=F("code_tries") + 1):
        raise Unprocessable.field("code", NO_CODE, code="code_gone")
    return Try(row.pk)


def confirm(spent: Try, code: str, *, by: Actor) -> Contact:
    """The address is the person's and is used from now on; confirmed twice is once.

    Raises Unprocessable: field code where it is another one, field address where another person has proved it before.
    """
    with transaction.atomic():
        recipient(person(by))
        row = contact_of(spent.contact_id, by)
        if row.confirmed_at and not row.ended_at:
            return row
        if not row.code_digest or row.ended_at or not hmac.compare_digest(row.code_digest, _digest(row, "".join(code.split()))):
            left = TRIES - row.code_tries
            raise Unprocessable.field("code", WRONG_CODE.filled(left=left) if left > 0 else LAST_WRONG, code="wrong_code")
        if row.channel == Channel.MAIL and User.objects.filter(email__iexact=row.address).exclude(pk=row.user_id).exists():
            raise Unprocessable.field("address", TAKEN, code="address_taken")
        row.confirmed_at, row.code_digest, row.code_until = clock.now(), "", None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as taken:
            raise Unprocessable.field("address", TAKEN, code="address_taken") from taken
        return row


def subscribe_push(url: str, p256dh: str, auth: str, *, by: Actor, label: str = "") -> Contact:
    """This browser gets pushes for this person from now on, and for nobody else: whoever signed in on it before is reached there no more.

    The same browser again is the same contact, with its newest keys. Raises Unprocessable (fields endpoint, keys).
    """
    user = person(by)
    if len(url) > LONGEST or not choosing.takes_endpoint(url):
        raise Unprocessable.field("endpoint", NO_SERVICE)
    try:
        keys = push_keys(p256dh, auth)
    except NotAnAddress as wrong:
        raise Unprocessable.field("keys", wrong.text) from wrong
    with transaction.atomic():
        recipient(user)
        # Two who subscribe one browser at once lock its rows in one order, and the last one has it.
        held = Contact.objects.select_for_update().filter(channel=Channel.PUSH, address=url).order_by("pk")
        others = [row.pk for row in held if row.user_id != user and row.ended_at is None]
        Contact.objects.filter(pk__in=others).update(ended_at=clock.now(), ended_why="moved", keys={})
        row = Contact.objects.filter(user_id=user, channel=Channel.PUSH, address=url).first()
        if (row is None or row.ended_at) and contacts_of(user).filter(channel=Channel.PUSH).count() >= MOST:
            raise Unprocessable.field("endpoint", TOO_MANY.filled(most=MOST))
        row = row or Contact(user_id=user, channel=Channel.PUSH.value, address=url)
        row.keys, row.label, row.failures = keys, label[:80], 0
        row.confirmed_at = row.confirmed_at if row.confirmed_at and not row.ended_at else clock.now()
        row.ended_at, row.ended_why = None, ""
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as taken:
            raise Conflict(JUST_MOVED, code="browser_just_moved") from taken
        return row


def end_contact(contact_id: int, *, by: Actor) -> Contact:
    """Nothing is sent there any more; ended twice is once. Choices that would reach nobody now go back to the table's own. NotFound."""
    with transaction.atomic():
        mine = recipient(person(by))
        row = contact_of(contact_id, by)
        if row.ended_at is None:
            row.ended_at, row.ended_why, row.keys, row.code_digest = clock.now(), "removed", {}, ""
            row.save()
            forget_unreachable(mine)
        return row


def _channel(name: str) -> Channel:
    """A channel whose addresses are proved by a code, and that messages can go out over here."""
    if name not in [channel.value for channel in BY_CODE]:
        raise Unprocessable.field("channel", NO_CHANNEL)
    if choosing.channel(name) is None:
        raise Unprocessable.field("channel", NOT_SET_UP.filled(channel=CHANNEL_NAMES[Channel(name)]), code="channel_not_set_up")
    return Channel(name)


def _send_code(row: Contact) -> None:
    """A new code, its digest on the row, the code itself in a message and nowhere else."""
    _not_too_many(row)
    code = f"{secrets.randbelow(10**6):06d}"
    row.code_digest, row.code_until, row.code_tries = _digest(row, code), clock.now() + LIFE, 0
    row.save()
    send_one(
        user_id=row.user_id, channel=row.channel, address=row.address, keys={"code": code}, contact_id=row.pk, subject=SUBJECT,
        body=BODY.filled(code=code), kind=CODE, urgency=Urgency.ACT.value, due_at=row.code_until,
    )  # fmt: skip


def _not_too_many(row: Contact) -> None:
    """Raises Conflict within a minute of the last code for this address, and over the hour's number for the person or the address."""
    now = clock.now()
    sent = Message.objects.filter(merchant_id=0, made_at__gt=now - AN_HOUR, kind=CODE)
    here = list(sent.filter(channel=row.channel, address=row.address).order_by("made_at").values_list("made_at", flat=True))
    mine = list(sent.filter(user_id=row.user_id).order_by("made_at").values_list("made_at", flat=True))
    if here and now - here[-1] < WAIT:
        seconds = int((here[-1] + WAIT - now).total_seconds()) + 1
        raise Conflict(WAIT_A_LITTLE.filled(seconds=seconds), code="code_just_sent")
    for times, most in ((here, ADDRESS), (mine, PERSON)):
        if len(times) >= most:
            raise Conflict(ENOUGH.filled(at=_hour(times[-most] + AN_HOUR)), code="too_many_codes")


def _hour(at: datetime) -> Text:
    local = at.astimezone(HERE)
    return say(f"{local:%H:%M}", f"{local:%H:%M}")


def _digest(row: Contact, code: str) -> str:
    return salted_hmac(f"amends.notices.code.{row.pk}", code, algorithm="sha256").hexdigest()
