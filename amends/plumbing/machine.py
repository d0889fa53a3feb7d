"""What a machine needs for Amends to serve: a free port, the pages' assets, a font for Chinese. Each lack is a line with its remedy."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping

from amends.kernel.texts import Text, say
from amends.plumbing import assets


def port(env: Mapping[str, str] = os.environ) -> int:
    """AMENDS_PORT, 8000 where it is not set."""
    named = env.get("AMENDS_PORT") or "8000"
    if not named.isdigit() or not 0 < int(named) < 65536:
        raise SystemExit(say("AMENDS_PORT={named} 不是端口号。", "AMENDS_PORT={named} is no port number.", named=named).into("en"))
    return int(named)


def bind_address(env: Mapping[str, str] = os.environ) -> str:
    """AMENDS_BIND, this machine alone where it is not set."""
    return env.get("AMENDS_BIND") or "127.0.0.1"


def port_trouble(host: str, number: int) -> Text | None:
    """Why nobody can listen there, with the remedy; None when one can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            if error.errno == errno.EACCES:
                return say(
                    "没有权限使用端口 {number}。请换一个 1024 以上的端口，例如：AMENDS_PORT=8010 make run。",
                    "Port {number} may not be used by this user. Choose one above 1024, for instance: AMENDS_PORT=8010 make run.",
                    number=number,
                )
            return say(
                "端口 {number} 已被占用。请换一个端口，例如：AMENDS_PORT={other} make run。",
                "Port {number} is taken. Choose another, for instance: AMENDS_PORT={other} make run.",
                number=number,
                other=number + 10 if number < 65000 else 8010,
            )
    return None


def lacks() -> list[Text]:
    """What is missing but does not prevent serving."""
    found = []
    if not assets.present() and not (assets.VENDOR / "tabler" / "tabler.min.css").is_file():
        found.append(
            say(
                "页面的样式和图标还没有下载，页面会没有样式。请运行 make assets。",
                "The pages' styles and icons are not there yet, so pages look bare. Run make assets.",
            )
        )
    if _no_chinese_font():
        found.append(
            say(
                "这台机器没有中文字体，本机浏览器可能显示方框。请安装一种，例如：apt-get install fonts-noto-cjk。",
                "This machine has no font for Chinese, so a browser on it may show boxes. Install one, for instance: "
                "apt-get install fonts-noto-cjk.",
            )
        )
    return found


def _no_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False  # no browser draws here without fontconfig
    said = subprocess.run([lister, ":lang=zh", "file"], capture_output=True, text=True, check=False)
    return said.returncode == 0 and not said.stdout.strip()


def missing(address: str) -> list[str] | None:
    """What `/health/ready` at `address` misses, nothing where Amends is ready; None where nobody answers there, or not in its words."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
            return _missing(answer.read())
    except urllib.error.HTTPError as refused:
        return _missing(refused.read())
    except OSError:
        return None


def _missing(body: bytes) -> list[str] | None:
    try:
        return [str(name) for name in json.loads(body)["missing"]]
    except (ValueError, KeyError, TypeError):
        return None
