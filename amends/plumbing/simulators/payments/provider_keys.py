"""The keys and certificates of simulated providers and of their one merchant: RSA of 2048 bits, made once, kept in a folder.

They open nothing but such simulators. Not about what is signed with them.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def key_of(folder: Path, name: str) -> rsa.RSAPrivateKey:
    """The private key `folder`/`name`.key.pem (PKCS#8, readable by its owner alone), made where it is not there yet."""
    pem = kept(folder / f"{name}.key.pem", lambda: _made(name))
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)  # made right here
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{folder / name}.key.pem is no RSA key")
    return key


def public_of(folder: Path, name: str) -> Path:
    """Where the public half of `name` stands as PEM."""
    path = folder / f"{name}.pub.pem"
    kept(path, lambda: public_pem(key_of(folder, name)))
    return path


def certificate_of(folder: Path, name: str, issuer: str) -> x509.Certificate:
    """The certificate `folder`/`name`.crt.pem of the key `name`, signed by the key `issuer` (itself, for a root), for a hundred years."""

    def make() -> bytes:
        draft = x509.CertificateBuilder().subject_name(_subject(name)).issuer_name(_subject(issuer)).not_valid_before(BEGIN)
        draft = draft.not_valid_after(END).serial_number(x509.random_serial_number()).public_key(key_of(folder, name).public_key())
        draft = draft.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        return draft.sign(key_of(folder, issuer), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    return x509.load_pem_x509_certificate(kept(folder / f"{name}.crt.pem", make))


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """What stands at `path`, made and put there whole where it did not stand."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(make())
        draft.replace(path)
    return path.read_bytes()


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """The public half as PEM."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def signed(key: rsa.RSAPrivateKey, text: str) -> str:
    """RSA with SHA-256 (PKCS#1 1.5) over the UTF-8 of `text`, in base64: what Alipay calls RSA2 and WeChat SHA256-RSA2048."""
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, text: str, signature: str) -> bool:
    """Whether `signature` was made by the other half of `key` over `text`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def _subject(name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "Simulated payments"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "Test"))
    return x509.Name([*(x509.NameAttribute(oid, value) for oid, value in parts), x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _made(name: str) -> bytes:
    """A key for any simulator of this user: making one takes a good part of a second, and tests start many simulators."""

    def fresh() -> bytes:
        return _private_pem(rsa.generate_private_key(65537, 2048))

    shared = Path(tempfile.gettempdir()) / f"amends-simulator-keys-{os.getuid()}"
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        found = shared.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        return kept(shared / f"{name}.pem", fresh) if ours else fresh()
    except OSError:
        return fresh()


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
