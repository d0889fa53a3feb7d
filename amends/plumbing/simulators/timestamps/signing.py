"""The authority's root and certificate, made once and kept beside its book, and the answers that it signs (RFC 3161, RFC 5652, RFC 5816).

Not for anybody's trust: whoever starts it makes a root of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from amends.plumbing.simulators.books import Refused
from amends.plumbing.simulators.timestamps.der import (
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    UTF8,
    explicit,
    instant,
    integer,
    octets,
    oid,
    only,
    parts,
    sequence,
    set_of,
    wrapped,
)

SHA256, ECDSA = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST, CERTIFICATE_V2 = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"
POLICY = "1.3.6.1.4.1.32473.1"  # under the number that RFC 5612 keeps for examples
SIZES = {SHA256: 32, "2.16.840.1.101.3.4.2.2": 48, "2.16.840.1.101.3.4.2.3": 64}
BAD_ALGORITHM, BAD_REQUEST, UNAVAILABLE = 0, 2, 14
YEARS = timedelta(days=3650)
Signs = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked to be stamped: the imprint as it came, its bytes, the nonce as it came, and whether the certificate is wanted."""

    imprint: bytes
    digest: bytes
    nonce: bytes
    wants_certificate: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """A certificate for time stamping, the key that signs, the root above, and the root's own key where it is at hand."""

    key: Signs
    certificate: x509.Certificate
    root: x509.Certificate
    above: Signs | None = None


def read_query(body: bytes) -> Query:
    """The request, version 1. Refuses with 400 what is none, and with the failure's number what can't be stamped."""
    fields = parts(only(body, SEQUENCE))
    if len(fields) < 2 or fields[0][1] != b"\x01":
        raise Refused(400, "bad_request", "version 1 is spoken here")
    algorithm, hashed = parts(fields[1][1])[:2]
    name = parts(algorithm[1])[0]
    sizes = {oid(each): size for each, size in SIZES.items()}
    if name[0] != OID or hashed[0] != OCTETS or sizes.get(name[2]) != len(hashed[1]):
        raise Refused(BAD_ALGORITHM, "bad_algorithm", "SHA-256, SHA-384 and SHA-512 are stamped")
    rest = fields[2:]
    nonce = next((whole for tag, _, whole in rest if tag == INTEGER), b"")
    return Query(fields[1][2], hashed[1], nonce, any(tag == 0x01 and content != b"\x00" for tag, content, _ in rest))


def granted(query: Query, seal: Seal, *, serial: int, micros: int, imprint: bytes = b"", nonce: bytes = b"") -> bytes:
    """The answer that grants the stamp; another `imprint` makes it one over something else, another `nonce` one for another request."""
    info = sequence(
        integer(1), oid(POLICY), imprint or query.imprint, integer(serial), instant(micros), sequence(integer(1)), nonce or query.nonce
    )  # fmt: skip
    certificate = seal.certificate.public_bytes(serialization.Encoding.DER)
    attributes = (
        sequence(oid(CONTENT_TYPE), set_of(oid(TST_INFO))),
        sequence(oid(MESSAGE_DIGEST), set_of(octets(hashlib.sha256(info).digest()))),
        sequence(oid(CERTIFICATE_V2), set_of(sequence(sequence(sequence(octets(hashlib.sha256(certificate).digest())))))),
    )
    signature = seal.key.sign(set_of(*attributes), ec.ECDSA(hashes.SHA256()))
    signer = sequence(
        integer(1),
        sequence(seal.certificate.issuer.public_bytes(), integer(seal.certificate.serial_number)),
        sequence(oid(SHA256)),
        explicit(0, *sorted(attributes)),
        sequence(oid(ECDSA)),
        octets(signature),
    )
    root = seal.root.public_bytes(serialization.Encoding.DER)
    certificates = explicit(0, *sorted((certificate, root))) if query.wants_certificate else b""
    signed = sequence(
        integer(3), set_of(sequence(oid(SHA256))), sequence(oid(TST_INFO), explicit(0, octets(info))), certificates, set_of(signer)
    )  # fmt: skip
    return sequence(sequence(integer(0)), sequence(oid(SIGNED_DATA), explicit(0, signed)))


def refused(failure: int, words: str) -> bytes:
    """The answer that refuses (status 2) for this reason (PKIFailureInfo's bit)."""
    bits = bytearray(failure // 8 + 1)
    bits[failure // 8] = 0x80 >> failure % 8
    return sequence(sequence(integer(2), sequence(wrapped(UTF8, words.encode())), wrapped(0x03, bytes([7 - failure % 8]), bytes(bits))))


def seal_kept(key: Path, root: Path) -> Seal:
    """The authority of this folder, made where there is none: its key in one file, its root for whoever trusts it in the other, and beside
    them the root's key, by which it signs what a liar would (`other_seal`); an older folder has none."""
    own_root = root.with_suffix(".key.pem")
    if not key.is_file() or not root.is_file():
        made = new_seal("Amends simulated time-stamp authority")
        private = _pem(made.key)
        for path, content in ((key, private + made.certificate.public_bytes(serialization.Encoding.PEM)), (own_root, _pem(made.above))):
            path.touch(mode=0o600)
            path.write_bytes(content)
        root.write_bytes(made.root.public_bytes(serialization.Encoding.PEM))
    above = _read(own_root) if own_root.is_file() else None
    certificate, own = x509.load_pem_x509_certificate(key.read_bytes()), x509.load_pem_x509_certificate(root.read_bytes())
    return Seal(_read(key), certificate, own, above)


def _pem(key: Signs | None) -> bytes:
    if key is None:
        return b""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _read(path: Path) -> Signs:
    read = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(read, Signs):
        raise ValueError(f"{path} holds another kind of key")
    return read


def other_seal(seal: Seal, *, ended: bool = False) -> Seal:
    """Another certificate under the same root: one that `ended` in 2021, else one for signing in to sites, which may stamp no time."""
    if seal.above is None:
        raise Refused(422, "no_root_key", "this folder's root was made without keeping its key: begin with a fresh one")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "not for this")])
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if ended else ExtendedKeyUsageOID.CLIENT_AUTH
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        _begun(name, seal.root.subject, key.public_key(), begins, lasts=timedelta(days=366) if ended else 3 * YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_uses(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(seal.above.public_key()), critical=False)
        .sign(seal.above, hashes.SHA256())
    )
    return Seal(key, made, seal.root)


def new_seal(name: str) -> Seal:
    """A root of its own and a certificate below it that may stamp time and nothing else."""
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)]) for words in (f"{name}: root", name))
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    root = (
        _begun(root_name, root_name, above.public_key(), begins)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_uses(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(above.public_key()), critical=False)
        .sign(above, hashes.SHA256())
    )
    own = (
        _begun(own_name, root_name, key.public_key(), begins)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_uses(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
        .sign(above, hashes.SHA256())
    )
    return Seal(key, own, root, above)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, *, lasts: timedelta = 3 * YEARS
) -> x509.CertificateBuilder:  # fmt: skip
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return named.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + lasts)


def _uses(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature, key_cert_sign=key_cert_sign, crl_sign=crl_sign, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
