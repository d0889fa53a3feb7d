"""Mail by SMTP (RFC 5321), with STARTTLS or TLS, sign-in, and delivery status asked for by the key where the server offers it (RFC 3461).

A server takes no key that would stop a doubled mail and can't be asked: the Message-ID made of the key lets the reader's program see the
double, and a bounce names it. What a mail says is composed elsewhere; here it is put into MIME.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as ASCII
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING

from amends.kernel import clock
from amends.kernel.texts import say
from amends.plumbing.messages.places import Misconfigured, Place, read_place
from amends.plumbing.messages.port import Answer, Outgoing

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds. Two addresses that take OPENING each, and the rest, are less than the 90 that whoever sends gives a mail: one that took longer
# could be sent beside itself.
OPENING, DELIVERING, ASKED = 10.0, 30.0, 2.0
IDLE = 60.0  # seconds after which a kept connection is not trusted any more
MOST_KEPT = 8
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
ADDRESS = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+")
UNKNOWN_MAILBOX = re.compile(r"^5\.1\.|^5\.2\.1$")
DOT = re.compile(rb"^\.", re.MULTILINE)
PORTS = {"smtp": 587, "smtps": 465}


class Smtp:
    """See port.Channel."""

    name = "mail"
    provider = "smtp"
    reports_within: timedelta | None = None  # a server only tells what went wrong

    def __init__(self, place: Place) -> None:
        self.place = place
        self._from = _address(place.options["from"])
        self._tls = _context(place)
        self._idle: list[tuple[float, smtplib.SMTP]] = []
        self._lock = threading.Lock()

    def send(self, out: Outgoing) -> Answer:
        """See port.Channel. `to` is a mail address; a mailbox that the server does not know is `bounced` for good."""
        if not ADDRESS.fullmatch(out.to):
            return Answer("failed", reason="bad_address", permanent=True)
        try:
            mail = message_of(out, self._from)
        except ValueError:
            return Answer("failed", reason="bad_words")  # ours: nothing is wrong with the mailbox
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as wrong:
            return Answer("failed", reason=_code(wrong.smtp_code, wrong.smtp_error))
        except smtplib.SMTPNotSupportedError:
            return Answer("later", reason="no_starttls_or_sign_in")
        except ssl.SSLError:
            return Answer("later", reason="certificate_not_trusted")
        except (OSError, smtplib.SMTPException):
            return Answer("later", reason="no_connection")
        except UnicodeError:
            return Answer("failed", reason="sign_in_not_ascii")
        with self._keeping(server):
            return self._deliver(server, out, mail)

    def look(self, out: Outgoing, since: datetime) -> Answer | None:
        """None: a mail server can't be asked."""
        return None

    def _deliver(self, server: smtplib.SMTP, out: Outgoing, mail: bytes) -> Answer:
        dsn, utf8 = server.has_extn("dsn"), not (out.to.isascii() and mail.isascii())
        options = ["RET=HDRS", f"ENVID={_xtext(out.key)}"] if dsn else []
        options += [name for name in ("SMTPUTF8", "BODY=8BITMIME") if utf8 and server.has_extn(name.split("=")[-1].lower())]
        end = time.monotonic() + DELIVERING
        try:
            _in_time(server, end)
            code, words = server.mail(self._from.addr_spec, options)
            if code >= 400:
                return _refused(code, words)
            _in_time(server, end)
            code, words = server.rcpt(out.to, ["NOTIFY=FAILURE"] if dsn else ())
            if code >= 400:
                return _refused(code, words, of_mailbox=True)
            _in_time(server, end)
        except (OSError, smtplib.SMTPException):
            return Answer("later", reason="connection_broke")  # nothing was handed over yet
        except UnicodeError:
            return Answer("failed", reason="bad_address", permanent=True)  # a server without SMTPUTF8
        try:
            code, words = _handed_over(server, mail, end)
        except smtplib.SMTPDataError as wrong:
            return _refused(wrong.smtp_code, _bytes(wrong.smtp_error))
        except TimeoutError:
            server.close()  # its answer may still come, and would be taken for that to the next question
            return Answer("unheard", reason="timeout")
        except (OSError, smtplib.SMTPException):
            return Answer("unheard", reason="connection_broke")
        return Answer("accepted", provider_ref=message_id(out, self._from)) if code < 400 else _refused(code, words)

    def _connected(self) -> smtplib.SMTP:
        with self._lock:
            since, server = self._idle.pop() if self._idle else (0.0, None)
        if server is None:
            return self._opened()
        with suppress(OSError, smtplib.SMTPException):
            if time.monotonic() - since < IDLE:
                _in_time(server, time.monotonic() + ASKED)
                if server.noop()[0] == 250:
                    return server
        server.close()
        self._forget()  # they are older, and went the same way: asking each would take its time
        return self._opened()

    def _forget(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, server in idle:
            server.close()

    def _opened(self) -> smtplib.SMTP:
        place, port, end = self.place, self.place.port or PORTS[self.place.scheme], time.monotonic() + OPENING
        server: smtplib.SMTP
        if place.scheme == "smtps":
            server = smtplib.SMTP_SSL(place.host, port, timeout=OPENING, context=self._tls)
        else:
            server = smtplib.SMTP(place.host, port, timeout=OPENING)
        try:
            _in_time(server, end)
            server.ehlo_or_helo_if_needed()
            if place.scheme == "smtp" and place.options.get("tls", "starttls") == "starttls":
                server.starttls(context=self._tls)  # raises where the server does not offer it: nothing goes out in the clear
                _in_time(server, end)
                server.ehlo()
            if place.user:
                _in_time(server, end)
                server.login(place.user, place.secret)
        except BaseException:
            server.close()
            raise
        return server

    @contextmanager
    def _keeping(self, server: smtplib.SMTP) -> Iterator[None]:
        """The connection is kept for the next mail if it is still in order, with any half-made mail forgotten."""
        yield
        with suppress(OSError, smtplib.SMTPException):
            _in_time(server, time.monotonic() + ASKED)
            if server.rset()[0] == 250:
                with self._lock:
                    if len(self._idle) < MOST_KEPT:
                        self._idle.append((time.monotonic(), server))
                        return
        server.close()


def _in_time(server: smtplib.SMTP, end: float) -> None:
    """The next step may take what is left until `end`. Raises TimeoutError where nothing is."""
    left = end - time.monotonic()
    if left <= 0 or server.sock is None:
        raise TimeoutError
    server.sock.settimeout(left)


def _handed_over(server: smtplib.SMTP, mail: bytes, end: float) -> tuple[int, bytes]:
    """As smtplib's `data`, whose three waits would each last as long as all of them may together."""
    _in_time(server, end)
    code, words = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPDataError(code, words)
    _in_time(server, end)
    server.send(DOT.sub(b"..", mail) + (b".\r\n" if mail.endswith(b"\r\n") else b"\r\n.\r\n"))
    _in_time(server, end)
    return server.getreply()


def smtp(url: str) -> Smtp:
    """The channel behind `smtp://user:pass@host:587?tls=starttls&from=..` or `smtps://..`. Raises Misconfigured.

    `tls=none` speaks in the clear and is taken without a password, or on this machine; `ca` is a file of certificates to trust.
    """
    place = read_place(url, schemes=["smtp", "smtps"], needs=["from"], signed_in=False)
    tls = place.options.get("tls", "starttls")
    if tls not in ("starttls", "none"):
        raise Misconfigured(say("tls 只能是 starttls 或 none。", "tls is starttls or none."))
    if place.scheme == "smtp" and tls == "none" and place.secret and place.host not in ("localhost", "127.0.0.1", "::1"):
        raise Misconfigured(say("没有加密就不能带密码发送。", "A password is not sent without encryption."))
    return Smtp(place)


def message_of(out: Outgoing, sender: Address) -> bytes:
    """The mail, ready for the wire, its subject on one line. Raises ValueError for a header or words that cannot be sent."""
    mail = EmailMessage(policy=ASCII if out.to.isascii() else SMTPUTF8)
    mail["From"] = str(sender)
    mail["To"] = out.to
    mail["Subject"] = " ".join(out.subject.split())
    mail["Date"] = format_datetime(clock.machine_now())
    for name, value in _headers(out, sender).items():
        mail[name] = value
    body = words_sent(out)
    mail.set_content(body.rstrip("\n") + "\n", cte=None if body.isascii() else "base64")
    return mail.as_bytes()


def words_sent(out: Outgoing) -> str:
    """What a person would read: the text, with the page's address where the text does not hold it."""
    return out.text if not out.url or out.url in out.text else f"{out.text}\n\n{out.url}"


def message_id(out: Outgoing, sender: Address) -> str:
    """The mail's own name: as `headers` has it, else made of the key."""
    given = [value for name, value in out.headers.items() if name.lower() == "message-id"]
    return given[0] if given else f"<{_local(out.key)}@{sender.domain}>"


def _headers(out: Outgoing, sender: Address) -> Mapping[str, str]:
    """Ours, where `headers` does not say otherwise (names in any case)."""
    ours = {"Message-ID": message_id(out, sender), "Auto-Submitted": "auto-generated", "Content-Language": out.language}
    if out.unsubscribe:
        ours |= {"List-Unsubscribe": f"<{out.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    given = {name.lower() for name in out.headers}
    return {name: value for name, value in ours.items() if name.lower() not in given} | dict(out.headers)


def _refused(code: int, words: bytes, *, of_mailbox: bool = False) -> Answer:
    reason = _code(code, words)
    if code < 500:
        return Answer("later", reason=reason)
    if not of_mailbox:
        return Answer("failed", reason=reason)
    enhanced = reason.partition(" ")[2]
    unknown = bool(UNKNOWN_MAILBOX.match(enhanced)) if enhanced else code in (550, 551, 553)
    return Answer("bounced", reason=reason, permanent=unknown)


def _code(code: int, words: bytes | str) -> str:
    """The reply's numbers alone: its words may hold the address, or a secret that was mistyped."""
    found = ENHANCED.search(_bytes(words).decode(errors="replace"))
    return f"{code} {found.group(1)}" if found else str(code)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode(errors="replace")


def _local(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9.\-]", "-", key)


def _xtext(key: str) -> str:
    return "".join(c if "!" <= c <= "~" and c not in "+=" else "".join(f"+{b:02X}" for b in c.encode()) for c in key)


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    try:
        found = Address(display_name=name, addr_spec=spec)
    except (ValueError, IndexError) as wrong:
        raise Misconfigured(say("from 不是邮件地址。", "from is not a mail address.")) from wrong
    if not found.username or not found.domain:
        raise Misconfigured(say("from 不是邮件地址。", "from is not a mail address."))
    return found


def _context(place: Place) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=place.options.get("ca") or None)
    except OSError as wrong:
        raise Misconfigured(say("读不到 ca 指定的证书文件。", "The certificates that ca names cannot be read.")) from wrong
