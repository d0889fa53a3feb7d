"""One authority, asked over HTTP (RFC 3161, section 3.4): a stamp is believed only when imprint, nonce, signature, root and time fit.

The authority is told a hash and nothing else. Never asked inside a transaction: it may take seconds, and a row must not wait for it.
However slowly it talks, it is left after SECONDS: what is late is asked again. Its certificate has to be one of the time at which it
stamps; that it ends afterwards takes nothing from the stamp.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.verify import SHA256_OID

from amends.kernel.clock import machine_now
from amends.kernel.texts import say
from amends.plumbing.payments.places import NotSetUp, Place, Setting

NEEDS = (
    Setting("AMENDS_TSA_URL"),
    Setting("AMENDS_TSA_CERT", path=True),
    Setting("AMENDS_TSA_NAME", wanted=False),
    Setting("AMENDS_TSA_USER", wanted=False),
    Setting("AMENDS_TSA_PASSWORD", wanted=False, secret=True),
)
SECONDS = 10.0
TOLERANCE = timedelta(seconds=300)
"""By how much an authority's clock may differ from this machine's; more, and one of them is wrong: nobody is served by such a stamp."""
LARGEST = 64 * 1024
QUERY, ANSWER = "application/timestamp-query", "application/timestamp-reply"


class AuthorityUnreachable(Exception):
    """No stamp now: it did not answer, refused, or is not set up. Whoever wants one asks again."""


class NotFromAuthority(AuthorityUnreachable):
    """What came back is no stamp over what was asked for, or not signed under the root that we trust."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The answer as it came (TimeStampResp, DER), verified, and the instant in it."""

    answer: bytes
    at: datetime
    serial: int


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority that may be asked. `key` is its name and the beginning of its roots' SHA-256: other roots make another authority."""

    name: str
    url: str
    pem: str
    simulated: bool
    login: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What a stamp is kept under, 80 signs at most."""
        return f"{self.name[:60]}#{self.mark}"

    @property
    def mark(self) -> str:
        """Sixteen signs of the roots' SHA-256."""
        return hashlib.sha256(self.pem.encode()).hexdigest()[:16]

    def stamp(self, data: bytes) -> Stamp:
        """The authority's word that the SHA-256 of `data` was there. Raises AuthorityUnreachable, NotFromAuthority."""
        if connection.in_atomic_block:
            raise AssertionError("an authority is never asked inside a transaction")
        asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
        raw = self._post(asked.as_bytes())
        try:
            answer = decode_timestamp_response(raw)
            if answer.status != 0:
                raise AuthorityUnreachable(f"{self.name} refused: {answer.status} {' '.join(answer.status_string)}")
            roots, others = _split(self.pem)
            VerifierBuilder(roots=roots, intermediates=others, nonce=asked.nonce).build().verify_message(answer, data)
            said = answer.tst_info
            imprint = said.message_imprint
            if (imprint.hash_algorithm.dotted_string, imprint.message) != (SHA256_OID, hashlib.sha256(data).digest()):
                raise NotFromAuthority(f"{self.name} stamped something else")
            if abs(said.gen_time - machine_now()) > TOLERANCE:
                raise NotFromAuthority(f"{self.name} says {said.gen_time.isoformat()}, and here it is {machine_now().isoformat()}")
        except (VerificationError, ValueError) as wrong:
            raise NotFromAuthority(f"{self.name}: {wrong}") from wrong
        return Stamp(raw, said.gen_time, said.serial_number)

    def _post(self, body: bytes) -> bytes:
        # Patience with the machine, whatever time the house plays.
        until = time.monotonic() + SECONDS
        try:
            with httpx.stream("POST", self.url, content=body, headers={"content-type": QUERY}, auth=self.login, timeout=SECONDS) as answer:
                kind = answer.headers.get("content-type", "").partition(";")[0].strip()
                if answer.status_code != 200 or kind != ANSWER:
                    raise AuthorityUnreachable(f"{self.name} answered {answer.status_code} {kind}")
                found = b""
                for piece in answer.iter_bytes():
                    found += piece
                    if len(found) > LARGEST:
                        raise NotFromAuthority(f"{self.name} answered more than {LARGEST} bytes")
                    if time.monotonic() > until:
                        raise AuthorityUnreachable(f"{self.name} did not come to an end within {SECONDS:g} seconds")
                return found
        except (httpx.HTTPError, httpx.InvalidURL) as wrong:
            raise AuthorityUnreachable(f"{self.name}: {type(wrong).__name__} {wrong}") from wrong


def build(place: Place) -> Authority:
    """The authority at `place`. Raises NotSetUp where its roots can't be read."""
    values = place.values
    try:
        pem = Path(values["AMENDS_TSA_CERT"]).read_text()
        roots, _ = _split(pem)
    except (OSError, ValueError) as wrong:
        words = say("AMENDS_TSA_CERT 不是 PEM 格式的根证书。", "AMENDS_TSA_CERT holds no root certificate in PEM.")
        raise NotSetUp(words) from wrong
    if not roots:
        raise NotSetUp(say("AMENDS_TSA_CERT 里没有自签名的根证书。", "AMENDS_TSA_CERT has no self-signed root certificate."))
    login = (values["AMENDS_TSA_USER"], values["AMENDS_TSA_PASSWORD"]) if values["AMENDS_TSA_USER"] else None
    url = values["AMENDS_TSA_URL"]
    name = values["AMENDS_TSA_NAME"] or httpx.URL(url).host
    return Authority(name.replace("#", ""), url, pem, place.simulated, login)


def _split(pem: str) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Roots, and what stands between them and the authority, without twins."""
    unique = {each.public_bytes(Encoding.DER): each for each in x509.load_pem_x509_certificates(pem.encode())}
    roots = [each for each in unique.values() if each.issuer == each.subject]
    return roots, [each for each in unique.values() if each.issuer != each.subject]
