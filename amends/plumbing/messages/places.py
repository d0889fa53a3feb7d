"""Where a channel's service is and how to sign in there, read from one URL of the environment. Not about speaking to it.

`scheme://KEY:SECRET@host:port/path?option=value`; key, secret and options are percent-encoded where they hold signs of a URL.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from amends.kernel.texts import Text, say


class Misconfigured(Exception):
    """A channel's setting cannot be used; `text` says what is wrong without repeating what may be secret."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True, slots=True)
class Place:
    """One service. What may be secret is not in its repr."""

    scheme: str
    host: str
    port: int | None
    path: str
    user: str = field(repr=False)
    secret: str = field(repr=False)
    options: Mapping[str, str] = field(repr=False)

    @property
    def base(self) -> str:
        """The address for HTTP, without a slash at its end; https, but for a service on this machine with `plain=1`."""
        scheme = "http" if self.options.get("plain") == "1" else "https"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}{f':{self.port}' if self.port else ''}{self.path.rstrip('/')}"


def read_place(url: str, *, schemes: Sequence[str], needs: Sequence[str] = (), signed_in: bool = True) -> Place:
    """The place that `url` names. Raises Misconfigured: another scheme, no host, no key or secret, an option of `needs` is absent."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as wrong:
        raise Misconfigured(say("地址写得不对。", "The address is not well formed.")) from wrong
    options = dict(parse_qsl(parts.query))
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme not in schemes:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise Misconfigured(say("地址应以 {known} 开头。", "The address begins with one of {known}.", known=known))
    if not parts.hostname:
        raise Misconfigured(say("地址没有主机名。", "The address names no host."))
    if signed_in and not (user and secret):
        raise Misconfigured(say("地址缺少账号或密钥（KEY:SECRET@）。", "The address lacks a key or its secret (KEY:SECRET@)."))
    if absent := [name for name in needs if not options.get(name)]:
        raise Misconfigured(say("地址缺少选项：{names}。", "The address lacks these options: {names}.", names=", ".join(absent)))
    if options.get("plain") == "1" and not _is_here(parts.hostname):
        raise Misconfigured(say("plain=1 只能用于本机服务。", "plain=1 is for a service on this machine only."))
    return Place(parts.scheme, parts.hostname, port, parts.path, user, secret, options)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
