"""A mail server (aiosmtpd) that delivers into the book: sign-in checked, unknown mailboxes refused, bounces as RFC 3464 says.

It offers DSN (RFC 3461), so that an envelope's id comes back in the bounce. A bounce is pushed to the hook `mail` as message/rfc822.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import warnings
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from amends.plumbing.simulators.messages.taking import Desk, Report, Stumbled, Taken, Throttled, Wanted
from amends.plumbing.simulators.serving import Cut

# It warns at each connection that a password is taken without TLS: on this machine, from this machine, a made-up one.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")

FAILURE = "5.1.1"
PARAMETER = re.compile(r"\s(RET|ENVID|NOTIFY|ORCPT)=(\S+)", re.IGNORECASE)


class MailServer(Controller):
    """Listens on a port of 127.0.0.1, in a thread of its own."""

    def __init__(self, desk: Desk, account: tuple[str, str], port: int) -> None:
        super().__init__(Mailbox(desk), hostname="127.0.0.1", port=port, ready_timeout=15)
        self._account = account

    def factory(self) -> SMTP:
        """One server for each connection."""
        return Server(self.handler, authenticator=self._signed_in, auth_required=True, auth_require_tls=False, enable_SMTPUTF8=True)

    def _trigger_server(self) -> None:
        """The port that was really taken, where any would do; the first connection is made to it."""
        self.port = int(self.server.sockets[0].getsockname()[1])  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    def _signed_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login, data.password)
        wanted = tuple(part.encode() for part in self._account)
        # handled=False: aiosmtpd says the refusal itself
        return AuthResult(
            handled=False, success=bool(given) and all(hmac.compare_digest(a, b) for a, b in zip(given or (), wanted, strict=True))
        )


class Server(SMTP):
    """aiosmtpd knows no DSN: its parameters are taken out of the command and kept with the envelope."""

    async def smtp_MAIL(self, arg: str | None) -> None:
        """MAIL FROM with RET and ENVID."""
        told = dict(PARAMETER.findall(arg or ""))
        await super().smtp_MAIL(PARAMETER.sub("", arg or ""))
        if self.envelope is not None:
            self.envelope.envid = told.get("ENVID", "")  # type: ignore[attr-defined]

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RCPT TO with NOTIFY and ORCPT."""
        await super().smtp_RCPT(PARAMETER.sub("", arg or ""))


class Mailbox:
    """What aiosmtpd asks for each mail."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def handle_EHLO(self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        """DSN is offered too."""
        session.host_name = hostname
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        """550 for an unknown mailbox."""
        if self.desk.behaviour.of("smtp").refused(address.lower()):
            self.desk.book.heard("smtp", getattr(envelope, "envid", ""), "550 5.1.1")
            return "550 5.1.1 <mailbox>: Recipient address rejected: User unknown in local recipient table"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """The mail is in the book, or trouble strikes."""
        # In a thread: taking a mail writes with fsync, and a slow one sleeps.
        return await asyncio.get_running_loop().run_in_executor(None, self._take, server, envelope)

    def _take(self, server: SMTP, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        mail = message_from_bytes(raw, policy=policy.default)
        envid = getattr(envelope, "envid", "")
        key = envid or str(mail.get("Message-ID", "")).strip("<> ").partition("@")[0]
        body = mail.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        detail = {
            "headers": [[name, str(value)] for name, value in mail.items()],
            "from": envelope.mail_from,
            "raw": raw.decode("utf-8", "replace"),
        }
        to = ",".join(envelope.rcpt_tos)
        wanted = Wanted("smtp", key, to, str(mail.get("Subject", "")), text, detail, draw=f"{to} {mail.get('Message-ID', key)}")
        try:
            taken = self.desk.take(
                wanted, ref=lambda n: f"smtp-{n}", failure=FAILURE, reports=lambda taken: self._reports(taken, wanted, mail, envid)
            )
        except Throttled:
            return "451 4.7.1 Greylisted, try again later"
        except Stumbled:
            return "451 4.3.0 Error: queue file write error"
        except Cut:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.loop.call_soon_threadsafe(server.transport.abort)
            return "421 4.4.2 Connection lost"
        return f"250 2.0.0 Ok: queued as {taken.ref}"

    def _reports(self, taken: Taken, wanted: Wanted, mail: Message, envid: str) -> list[Report]:
        url, _ = self.desk.book.hook("mail")
        if not url or taken.outcome == "delivered":
            return []
        return [Report(url, "message/rfc822", bounce(mail, wanted.recipient, wanted.detail["from"], taken.ref, envid))]


def bounce(mail: Message, to: str, sender: str, ref: str, envid: str) -> bytes:
    """The report that a mail server sends back for one it could not deliver (RFC 3462, 3464)."""
    told = EmailMessage(policy=policy.SMTP)
    told["From"] = Address("Mail Delivery System", "MAILER-DAEMON", "mail.simulator.invalid")
    told["To"], told["Subject"] = sender, "Undelivered Mail Returned to Sender"
    told["Auto-Submitted"], told["Message-ID"] = "auto-replied", f"<{ref}@mail.simulator.invalid>"
    told.set_content("I'm sorry to have to inform you that your message could not be delivered to one recipient.\n")
    about = f"Reporting-MTA: dns; mail.simulator.invalid\n{f'Original-Envelope-Id: {envid}' + chr(10) if envid else ''}\n"
    about += f"Final-Recipient: rfc822; {to}\nAction: failed\nStatus: {FAILURE}\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
    status = message_from_bytes(b"Content-Type: message/delivery-status\n\n" + about.encode(), policy=policy.SMTP)
    heads = EmailMessage(policy=policy.SMTP)
    heads.set_content("".join(f"{name}: {value}\n" for name, value in mail.items()), subtype="rfc822-headers")
    told.make_mixed()
    told.attach(status)
    told.attach(heads)
    told.replace_header(
        "Content-Type", f'{told["Content-Type"]}; report-type="delivery-status"'.replace("multipart/mixed", "multipart/report")
    )
    return told.as_bytes()
