"""Where a webhook may go: how an address is written, and which machines are never called.

The address is checked when it is written down, and the machine behind its name again at every single call (connecting.py): a name
may lead to another machine tomorrow.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from amends.kernel.texts import Text, say

MOST_URL = 500
LOWEST_PORT = 1024
"""Below it stand other services than those that take webhooks (mail, shells, directories); 443 is the one exception."""
NAT64 = IPv6Network("64:ff9b::/96")
UNICAST = IPv6Network("2000::/3")
RELAYS = IPv4Network("192.88.99.0/24")
PAPERS = IPv6Network("3fff::/20")
"""For examples in papers (RFC 9637); older versions of Python do not know it yet."""
LOCAL_NAMES = ("localhost", ".localhost", ".local", ".localdomain", ".internal", ".home.arpa")
_PLAIN = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
"""A last label like this makes the whole host a number: `127.1`, `2130706433`. Only a whole IP address may be one."""

BAD = say("请填写完整的网址，例如 https://shop.example.com/hooks。", "Write a whole address, such as https://shop.example.com/hooks.")
LONG = say("网址最多 {n} 个字符。", "An address has {n} characters at most.", n=MOST_URL)
HTTPS = say(
    "网址要以 https:// 开头，内容才不会在路上被人看到。", "The address begins with https://, so that nobody reads along on the way."
)
SECRETS = say(
    "网址里不要写用户名和密码；请用签名来确认来源。", "No user name or password in the address: the signature says where it comes from."
)
PORT = say("端口只能是 443，或 {n} 以上。", "The port is 443, or {n} and above.", n=LOWEST_PORT)
INSIDE = say("这个网址指向内部网络，不能接收通知。", "This address leads into a private network and cannot take webhooks.")


def wrong_address(url: str, *, private: bool = False) -> Text | None:
    """What is wrong with a receiver's address, None where nothing is. `private` lets http and machines of one's own network pass."""
    if len(url) > MOST_URL:
        return LONG
    if not _PLAIN.fullmatch(url) or "\\" in url:
        return BAD
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return BAD
    if parts.scheme not in ("http", "https") or not host or port == 0 or parts.fragment:
        return BAD
    if parts.username is not None or parts.password is not None:
        return SECRETS
    if private:
        return None
    if parts.scheme != "https":
        return HTTPS
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) and not _is_ip(host):
        return BAD
    if port is not None and port != 443 and port < LOWEST_PORT:
        return PORT
    return INSIDE if _is_inside(host) else None


def host_of(url: str) -> str:
    """The host alone, as people are told about it."""
    return urlsplit(url).hostname or ""


def _is_inside(host: str) -> bool:
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(LOCAL_NAMES[1:]):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether this IP address is one of the open Internet, for IPv6 also by what it wraps: mapped, 6to4, Teredo and NAT64 addresses are
    as public as the IPv4 address inside. Raises ValueError for what is no IP address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _inner(ip)
        if inner is not None:
            return _is_open(inner)
        if ip.teredo is not None or ip not in UNICAST or ip in PAPERS:
            return False
    return _is_open(ip)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _is_open(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in RELAYS
