#!/usr/bin/env python3
"""Checks a proof file of Amends without Amends / 不依靠 Amends，检验一份 Amends 举证包。

    python3 verify.py PROOF.zip [--ca AUTHORITY.pem] [--json]      the whole file, to the last byte / 整个文件，逐字节
    python3 verify.py FOLDER                                       what was unpacked of it / 解压后的文件夹

Python 3.8 or later and its standard library; `openssl` for the signatures of time stamps, where there is one. It changes nothing, sends
nothing, and asks nobody. The copy inside a proof file is checked by that file's own list: whoever wants to be sure takes this program from
where Amends publishes it, and the authority's certificate (--ca) from the authority.

 1. container: the ZIP is exactly the one that these files make; no byte stands in it that belongs to none.
 2. list: every file has the SHA-256 that manifest.json says, none is missing, none is there beside them.
 3. chain: line n hashes its own content and the hash of line n-1; the last hash is the head. Lines that the asker may not read carry
    their two hashes alone: the chain goes through them.
 4. texts and evidence: their digests are those that lines of the chain hold.
 5. stamps: an authority (RFC 3161) signed, at an instant of its own, that a head existed. Its certificate is the file's own unless --ca
    gives one: somebody who makes a whole file anew makes an authority too.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib

TOLERANCE = 300  # seconds by which two clocks may differ
DIGEST = re.compile(r"^[0-9a-f]{64}$")
MARKS = {"holds": ("成立", "HOLDS"), "broken": ("不成立", "BROKEN"), "open": ("未检验", "NOT CHECKED")}
TOLD = (
    "merchant", "case", "number", "made_at", "life", "life_id", "verb", "party", "actor", "automatic", "from", "to", "act", "audience",
    "facts", "before",
)  # fmt: skip
OPENSSL_SECONDS = 60


class Torn(Exception):
    """What is there can't be read as what it should be."""


# ── what was found ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Report:
    """Lines of findings: whether it holds, what was checked, and the sentence in both languages."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str, str]] = []

    def holds(self, what: str, zh: str, en: str) -> None:
        self.lines.append(("holds", what, zh, en))

    def broken(self, what: str, zh: str, en: str) -> None:
        self.lines.append(("broken", what, zh, en))

    def open(self, what: str, zh: str, en: str) -> None:
        self.lines.append(("open", what, zh, en))

    @property
    def good(self) -> bool:
        """Whether nothing was found broken."""
        return not any(mark == "broken" for mark, *_ in self.lines)


# ── where the files are ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Folder:
    """An unpacked proof file."""

    def __init__(self, path: str) -> None:
        self.path = path
        found = []
        for folder, _, names in os.walk(path):
            found += [os.path.relpath(os.path.join(folder, name), path).replace(os.sep, "/") for name in names]
        self.names = sorted(name for name in found if "__pycache__" not in name)

    def read(self, name: str) -> bytes:
        with self._opened(name) as file:
            return file.read()  # type: ignore[no-any-return]

    def digest(self, name: str) -> tuple[str, int]:
        return _digest(self._opened(name))

    def _opened(self, name: str):  # type: ignore[no-untyped-def]
        if name not in self.names:  # nothing outside the folder is looked at, whatever a list says
            raise Torn(f"there is no {name}")
        return open(os.path.join(self.path, *name.split("/")), "rb")


class Zip:
    """A proof file as it was handed out."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.zip = zipfile.ZipFile(path)
        self.names = [entry.filename for entry in self.zip.infolist()]

    def read(self, name: str) -> bytes:
        return self.zip.read(name)

    def digest(self, name: str) -> tuple[str, int]:
        return _digest(self.zip.open(name))


def _digest(file) -> tuple[str, int]:  # type: ignore[no-untyped-def]
    found, size = hashlib.sha256(), 0
    with file:
        while True:
            piece = file.read(1 << 20)
            if not piece:
                return found.hexdigest(), size
            found.update(piece)
            size += len(piece)


# ── 1. the container ─────────────────────────────────────────────────────────────────────────────────────────────────────────

STAMPED = (0, 33)  # DOS time and date of every entry: 1980-01-01
MADE_BY, NEEDS, MODE = 0x0314, 20, 0o100644 << 16


def local_header(name: bytes, crc: int, size: int) -> bytes:
    """What stands before a stored file."""
    return struct.pack("<4s5H3L2H", b"PK\3\4", NEEDS, 0, 0, *STAMPED, crc, size, size, len(name), 0) + name


def central_header(name: bytes, crc: int, size: int, at: int) -> bytes:
    """What stands about it in the directory."""
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", MADE_BY, NEEDS, 0, 0, *STAMPED, crc, size, size, len(name), 0, 0, 0, 0, MODE, at) + name


def end_record(count: int, size: int, at: int) -> bytes:
    """The last bytes of the file."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, at, 0)


def check_container(path: str, report: Report) -> None:
    """The ZIP, byte for byte: headers as they must be, contents as their CRC says, nothing between and nothing behind."""
    try:
        wrong = _container_fault(path)
    except (zipfile.BadZipFile, OSError, struct.error, ValueError, EOFError, NotImplementedError) as why:
        wrong = str(why) or type(why).__name__
    if wrong:
        report.broken("container", f"压缩包在写成之后被改过：{wrong}", f"the ZIP was changed after it was written: {wrong}")
    else:
        report.holds("container", "压缩包里没有多余的字节", "no byte of the ZIP belongs to none of its files")


def _container_fault(path: str) -> str:
    with open(path, "rb") as file, zipfile.ZipFile(path) as known:
        directory, at = b"", 0
        for entry in known.infolist():
            name = entry.filename.encode("ascii")
            head = local_header(name, entry.CRC, entry.file_size)
            if file.read(len(head)) != head:
                return f"header of {entry.filename}"
            left, crc = entry.file_size, 0
            while left:
                piece = file.read(min(left, 1 << 20))
                if not piece:
                    return f"{entry.filename} ends early"
                crc, left = zlib.crc32(piece, crc), left - len(piece)
            if crc != entry.CRC:
                return f"content of {entry.filename}"
            directory += central_header(name, entry.CRC, entry.file_size, at)
            at += len(head) + entry.file_size
        tail = directory + end_record(len(known.infolist()), len(directory), at)
        return "" if file.read() == tail else "directory"


# ── 2. the list ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

OWN = ("manifest.json", "manifest.sha256")


def check_list(files, report: Report) -> dict:  # type: ignore[no-untyped-def,type-arg]
    """Every file is as manifest.json says, and manifest.json as manifest.sha256 says. Answers the manifest; raises Torn."""
    raw = files.read("manifest.json")
    if files.read("manifest.sha256") != f"{hashlib.sha256(raw).hexdigest()}  manifest.json\n".encode():
        report.broken("list", "manifest.json 与 manifest.sha256 不符", "manifest.json is not what manifest.sha256 says")
    manifest = json.loads(raw.decode())
    listed = manifest["files"]
    wrong = []
    for name in sorted(set(listed) - set(files.names)):
        wrong.append(name)
        report.broken("list", f"缺少文件：{name}", f"missing: {name}")
    for name in sorted(set(files.names) - set(listed) - set(OWN)):
        wrong.append(name)
        report.broken("list", f"清单以外的文件：{name}", f"not on the list: {name}")
    if len(set(files.names)) != len(files.names):
        wrong.append("names")
        report.broken("list", "有重名的文件", "two files have one name")
    for name in sorted(set(listed) & set(files.names)):
        digest, size = files.digest(name)
        if (digest, size) != (listed[name]["sha256"], listed[name]["size"]):
            wrong.append(name)
            report.broken("list", f"文件被改过：{name}", f"changed: {name}")
    if not wrong:
        report.holds("list", f"{len(listed)} 个文件都与清单一致", f"all {len(listed)} files are as listed")
    return manifest  # type: ignore[no-any-return]


# ── 3. the chain ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def line_bytes(line: dict) -> bytes:  # type: ignore[type-arg]
    """The canonical JSON (keys sorted, no spaces, UTF-8) of all of a line but its own hash: what is hashed and stamped."""
    told = {name: line[name] for name in TOLD}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def line_hash(line: dict) -> str:  # type: ignore[type-arg]
    """The hash that a line must carry."""
    return hashlib.sha256(line_bytes(line)).hexdigest()


def check_chain(raw: bytes, manifest: dict, report: Report) -> list:  # type: ignore[type-arg]
    """The lines, whose hashes follow from each other up to the head that manifest.json names."""
    lines = [json.loads(line) for line in raw.decode().split("\n")[:-1]]
    before, hidden = "", 0
    for number, line in enumerate(lines, 1):
        if line["number"] != number or line["before"] != before:
            report.broken("chain", f"第 {number} 条没有接上前一条", f"line {number} does not follow from the one before")
            return lines
        if line.get("withheld"):
            hidden += 1
        elif line_hash(line) != line["hash"]:
            report.broken("chain", f"第 {number} 条的内容与哈希不符", f"line {number} is not what its hash says")
            return lines
        before = line["hash"]
    if (before, len(lines)) != (manifest["head"], manifest["entries"]):
        report.broken("chain", "时间线的末尾不是清单写的那一条", "the timeline does not end where the list says")
        return lines
    report.holds("chain", f"时间线 {len(lines)} 条，一环扣一环，末尾 {before}", f"{len(lines)} lines follow from each other, head {before}")
    if hidden:
        report.open(
            "chain",
            f"其中 {hidden} 条的内容申请人无权查看，只有哈希",
            f"of {hidden} lines, which the asker may not read, there are the hashes alone",
        )
    return lines


# ── 4. texts and evidence ────────────────────────────────────────────────────────────────────────────────────────────────────


def digests_in(value) -> set:  # type: ignore[no-untyped-def,type-arg]
    """Every SHA-256 that stands somewhere in the facts of a line."""
    if isinstance(value, dict):
        return {found for each in value.values() for found in digests_in(each)}
    if isinstance(value, list):
        return {found for each in value for found in digests_in(each)}
    return {value} if isinstance(value, str) and DIGEST.match(value) else set()


def check_texts(texts: list, sealed: set, report: Report) -> None:  # type: ignore[type-arg]
    """Words that are given whole have the digest that the chain holds."""
    fits = []
    for text in (each for each in texts if each["state"] == "whole"):
        if hashlib.sha256((text["salt"] + text["body"]).encode()).hexdigest() != text["digest"]:
            report.broken("texts", f"文字 {text['id']} 与摘要不符", f"text {text['id']} is not what its digest says")
        elif text["digest"] in sealed:
            fits.append(text)
    for text in texts:
        if text["digest"] not in sealed:
            report.open("texts", f"文字 {text['id']} 不在可见的时间线里", f"no line that may be read here holds text {text['id']}")
    report.holds("texts", f"{len(fits)} 段文字与时间线里的摘要一致", f"{len(fits)} texts are those that the chain holds")
    for state, zh, en in (
        ("masked", "段文字隐去了个人信息，不能与摘要比对", "texts are masked for personal data and can't be compared with their digests"),
        ("erased", "段文字已依法删除，时间线里留有摘要", "texts were erased by law; the chain keeps their digests"),
    ):
        count = sum(text["state"] == state for text in texts)
        if count:
            report.open("texts", f"{count} {zh}", f"{count} {en}")


def check_evidence(pieces: list, files, sealed: set, report: Report) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Files are the ones whose digest the chain has held since they were handed in."""
    fits = []
    for piece in pieces:
        if not piece["file"]:
            report.open("evidence", f"证据 {piece['ref']} 没有附文件", f"evidence {piece['ref']} is not in this file")
        elif files.digest(piece["file"])[0] != piece["digest"]:
            report.broken("evidence", f"证据 {piece['ref']} 与摘要不符", f"evidence {piece['ref']} is not what its digest says")
        elif piece["digest"] in sealed:
            fits.append(piece)
        if piece["digest"] not in sealed:
            report.open("evidence", f"证据 {piece['ref']} 不在可见的时间线里", f"no line that may be read holds evidence {piece['ref']}")
    report.holds("evidence", f"{len(fits)} 份证据与时间线里的摘要一致", f"{len(fits)} pieces of evidence are those that the chain holds")


# ── 5. time stamps ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SHA256, SHA384, SHA512 = ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3")
HASHES = {SHA256: hashlib.sha256, SHA384: hashlib.sha384, SHA512: hashlib.sha512}
TST_INFO, MESSAGE_DIGEST = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.9.4"


def parts(data: bytes) -> list:  # type: ignore[type-arg]
    """The (tag, content) pairs of a DER sequence's content. Raises Torn."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            raise Torn("DER ends early")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count], "big")
            at += count
            if not 0 < count <= 4:
                raise Torn("DER length")
        if at + length > len(data):
            raise Torn("DER ends early")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def one(data: bytes, tag: int) -> bytes:
    """The content of the only element, which has this tag. Raises Torn."""
    found = parts(data)
    if len(found) != 1 or found[0][0] != tag:
        raise Torn(f"one element {tag:#x} was expected")
    return found[0][1]  # type: ignore[no-any-return]


def oid(data: bytes) -> str:
    """An object identifier in dots."""
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in (first, numbers[0] - 40 * first, *numbers[1:]))


def read_stamp(raw: bytes) -> dict:  # type: ignore[type-arg]
    """What an authority's answer (TimeStampResp) says: imprint, its hash's name, instant, serial. Raises Torn."""
    try:
        status, token = parts(one(raw, 0x30))
        if int.from_bytes(parts(status[1])[0][1], "big") not in (0, 1):
            raise Torn("the authority refused")
        signed = parts(one(parts(token[1])[1][1], 0x30))
        content = parts(signed[2][1])
        if oid(content[0][1]) != TST_INFO:
            raise Torn("no time stamp in it")
        body = one(content[1][1], 0x04)
        info = parts(one(body, 0x30))
        algorithm, imprint = parts(info[2][1])
        signer = parts(parts(signed[-1][1])[0][1])
        by = oid(parts(signer[2][1])[0][1])
        attributes = next(each for tag, each in signer if tag == 0xA0)
        digest = next(parts(value)[0][1] for name, value in _attributes(attributes) if name == MESSAGE_DIGEST)
        if by not in HASHES or HASHES[by](body).digest() != digest:
            raise Torn("what was signed is not what it says")
        told = re.match(r"^(\d{14})(?:\.\d+)?Z$", info[4][1].decode("ascii"))
        if not told:
            raise Torn("no instant")
        return {
            "imprint": imprint[1].hex(), "hash": oid(parts(algorithm[1])[0][1]), "serial": int.from_bytes(info[3][1], "big"),
            "at": calendar.timegm(time.strptime(told.group(1), "%Y%m%d%H%M%S")),
        }  # fmt: skip
    except (IndexError, ValueError, StopIteration, TypeError) as why:
        raise Torn(str(why) or "not a time stamp") from why


def _attributes(data: bytes) -> list:  # type: ignore[type-arg]
    found = []
    for _, content in parts(data):
        name, values = parts(content)
        found.append((oid(name[1]), values[1]))
    return found


def check_stamps(manifest: dict, lines: list, files, ca: str, report: Report) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Each stamp is over the hash of the line that it names, and later than that line; signatures by openssl."""
    stamps = manifest["stamps"]
    if not stamps:
        report.open("stamps", "没有时间戳：只有平台自己说这些发生在何时", "no time stamps: the times are the platform's own word")
        return
    sealed, own = [], set()
    for stamp in stamps:
        name = stamp["file"]
        try:
            told = read_stamp(files.read(name))
        except (Torn, KeyError) as why:
            report.broken("stamps", f"{name} 不是有效的时间戳：{why}", f"{name} is no time stamp: {why}")
            continue
        number = stamp["entries"]
        line = lines[number - 1] if 0 < number <= len(lines) else None
        if line is None or told["hash"] != SHA256 or told["imprint"] != line["hash"]:
            report.broken("stamps", f"{name} 不是第 {number} 条的时间戳", f"{name} is not over line {number}")
            continue
        if not line.get("withheld") and told["at"] + TOLERANCE < _instant(line["made_at"]):
            report.broken("stamps", f"{name} 早于它所证明的第 {number} 条", f"{name} is earlier than line {number}, which it is over")
            continue
        if _signature(stamp, told, files, ca, report):
            sealed.append((number, told["at"]))
            if not ca:
                own.add(stamp["certificate"])
    for name in sorted(own):
        mark = hashlib.sha256(files.read(name)).hexdigest()
        report.open(
            "stamps",
            f"机构的证书取自这份文件（{name}，SHA-256 {mark}）；要更放心，用机构自己公布的证书：--ca",
            f"the authority's certificate is the file's own ({name}, SHA-256 {mark}); to be sure, give the authority's: --ca",
        )
    if sealed:
        number, at = max(sealed)
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
        report.holds(
            "stamps",
            f"时间戳机构证明：前 {number} 条最晚在 {when} 已经存在",
            f"by the authority's word the first {number} lines existed by {when}",
        )
        if number < len(lines):
            rest = len(lines) - number
            report.open("stamps", f"其后的 {rest} 条还没有时间戳", f"the {rest} lines after it are not stamped yet")


def _instant(told: str) -> int:
    found = re.match(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?\+00:00$", told)
    return calendar.timegm(time.strptime(found.group(1), "%Y-%m-%dT%H:%M:%S")) if found else 0


def _signature(stamp: dict, told: dict, files, ca: str, report: Report) -> bool:  # type: ignore[no-untyped-def,type-arg]
    """Whether the signature of a stamp was checked and holds."""
    name, program = stamp["file"], shutil.which("openssl")
    if not program:
        report.open("stamps", f"没有 openssl，{name} 的签名没有检验", f"no openssl here: the signature of {name} was not checked")
        return False
    if not ca and not stamp["certificate"]:
        report.open("stamps", f"没有机构的证书，{name} 的签名没有检验", f"no certificate: the signature of {name} was not checked")
        return False
    with tempfile.TemporaryDirectory() as folder:
        answer, root = os.path.join(folder, "stamp.tsr"), os.path.join(folder, "ca.pem")
        for path, content in ((answer, files.read(name)), (root, b"" if ca else files.read(stamp["certificate"]))):
            with open(path, "wb") as file:
                file.write(content)
        command = [program, "ts", "-verify", "-digest", told["imprint"], "-in", answer, "-CAfile", ca or root]
        try:
            # LibreSSL has no -attime: it looks at the certificate as it is today.
            holds, said = _asked([*command, "-attime", str(told["at"])])
            if not holds and b"attime" in said:
                holds, said = _asked(command)
        except (OSError, subprocess.TimeoutExpired) as why:
            report.open("stamps", f"openssl 没有回答：{why}", f"openssl gave no answer: {why}")
            return False
    if not holds:
        words = " ".join(said.decode("utf-8", "replace").split())[-200:]
        report.broken("stamps", f"{name} 的签名不成立：{words}", f"the signature of {name} does not hold: {words}")
    return bool(holds)


def _asked(command: list) -> tuple:  # type: ignore[type-arg]
    """Whether openssl says yes, and what it says."""
    done = subprocess.run(command, capture_output=True, timeout=OPENSSL_SECONDS, check=False)
    return done.returncode == 0, done.stdout + done.stderr


# ── all of it ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def verify(path: str, ca: str = "") -> tuple[Report, dict]:  # type: ignore[type-arg]
    """Every check of the file or folder at `path`; answers the findings and the manifest ({} where there is none to read)."""
    report = Report()
    manifest: dict = {}  # type: ignore[type-arg]
    try:
        if os.path.isdir(path):
            files = Folder(path)
            report.open("container", "检验的是解压后的文件夹，压缩包本身没有检验", "an unpacked folder: the ZIP itself was not checked")
        else:
            check_container(path, report)
            files = Zip(path)  # type: ignore[assignment]
        manifest = check_list(files, report)
        lines = check_chain(files.read("timeline.jsonl"), manifest, report)
        sealed = digests_in([line.get("facts") for line in lines])
        check_texts(json.loads(files.read("texts.json").decode()), sealed, report)
        check_evidence(json.loads(files.read("evidence.json").decode()), files, sealed, report)
        check_stamps(manifest, lines, files, ca, report)
        _say_what_only_the_list_covers(path, report)
    except Exception as why:
        # Whatever can't be read was changed, or never was a proof file; which of the two is not for a traceback to say.
        report.broken("file", f"读不出来：{type(why).__name__} {why}", f"can't be read: {type(why).__name__} {why}")
    return report, manifest


def _say_what_only_the_list_covers(path: str, report: Report) -> None:
    """Neither chain nor stamp covers what was put together when the file was made: whoever makes a list anew can write it anew."""
    report.open(
        "list",
        "case.json、decision.json、rulings.json 和清单自己的话（编号、用途）只由清单保证；平台可以用整个文件的 SHA-256 确认",
        "case.json, decision.json, rulings.json and what the list says of itself (number, purpose) rest on the list alone; the platform "
        "confirms them by the SHA-256 of the whole file",
    )
    if os.path.isfile(path):
        with open(path, "rb") as file:
            whole = _digest(file)[0]
        report.open("list", f"整个文件的 SHA-256：{whole}", f"SHA-256 of the whole file: {whole}")


def main(arguments: list) -> int:  # type: ignore[type-arg]
    """Prints what holds and what does not; 0 where nothing is broken, 1 where something is, 2 where it was asked wrongly."""
    as_json, ca, paths = "--json" in arguments, "", []
    given = [each for each in arguments if each != "--json"]
    while given:
        word = given.pop(0)
        if word == "--ca" and given:
            ca = given.pop(0)
        else:
            paths.append(word)
    if not paths and os.path.isfile(os.path.join(os.path.dirname(os.path.abspath(__file__)), "manifest.json")):
        paths = [os.path.dirname(os.path.abspath(__file__))]
    if len(paths) != 1 or paths[0].startswith("-"):
        sys.stderr.write((__doc__ or "").split("\n\n")[1] + "\n")
        return 2
    report, manifest = verify(paths[0], ca)
    if as_json:
        told = [{"mark": mark, "what": what, "zh": zh, "en": en} for mark, what, zh, en in report.lines]
        sys.stdout.write(json.dumps({"good": report.good, "case": manifest.get("case"), "findings": told}, ensure_ascii=False) + "\n")
        return 0 if report.good else 1
    _print(report, manifest)
    return 0 if report.good else 1


IN_SHORT = {
    "broken": ("这份文件不可信，见“不成立”的各条。", "this file can't be relied on; see what is BROKEN."),
    "stamped": (
        "没有发现改动；有时间戳的部分在那一刻已经是这样。",
        "no change was found, and what is stamped was so at the instant of its stamp.",
    ),
    "open": (
        "没有发现改动；但没有检验到时间戳，是不是平台交出的那一份，只有平台的核对页面能回答。",
        "no change was found; but no stamp was checked, so that only the platform's page can say whether it handed this file out.",
    ),
}


def _print(report: Report, manifest: dict) -> None:  # type: ignore[type-arg]
    lines = [f"{manifest.get('case', '')}  {manifest.get('made_at', '')}"]
    for mark, _, zh, en in report.lines:
        lines += [f"{MARKS[mark][0]}：{zh}", f"{MARKS[mark][1]}: {en}"]
    stamped = any((mark, what) == ("holds", "stamps") for mark, what, *_ in report.lines)
    zh, en = IN_SHORT["broken" if not report.good else "stamped" if stamped else "open"]
    lines += [f"结论：{zh}", f"In short: {en}"]
    text = "\n".join(lines) + "\n"
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a terminal that knows no Chinese
        sys.stdout.write(text.encode("ascii", "replace").decode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
