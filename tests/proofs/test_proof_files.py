"""A proof file stands by itself: the script in it finds every byte that was changed, and says what holds, without us and without a network.

The files of the module are made once, of one case with texts of both sides, evidence and a stamp; each example changes a copy of one.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from amends.cases.models import Case
from amends.cases.verbs.answering import call_platform, refuse
from amends.cases.verbs.uploading import upload
from amends.complaints.verbs import file_complaint
from amends.kernel import clock
from amends.plumbing.embedded import Server
from amends.plumbing.simulators.launch import start_timestamps
from amends.plumbing.simulators.timestamps.signing import granted, new_seal, read_query
from amends.sealing import stamping
from amends.sealing.container import Container
from amends.sealing.exporting import SCRIPT, make_file, open_file
from amends.sealing.third_party import verify
from amends.talks.notes import note
from amends.tasks.verbs import give_task
from tests import files_of_evidence as made
from tests.cast import an_order, claims, the_cast

SCALE = int(os.environ.get("PROOF_SCALE", "1"))
MANUAL = Path(__file__).parents[2] / "docs" / "manual"
NOTE, TASK, ASKED = "ask the warehouse first", "does the clause hold", "why was nothing refunded"
WORDS = "please call me on 138 0013 8000"


@pytest.fixture(scope="module")
def files(
    server: Server, test_database: str, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Path]]:
    """The same case for its consumer, its merchant and the platform's audit, as ZIPs; and the authority's root."""
    from tests.conftest import _sweep  # noqa: PLC0415 - committed_db for a whole module

    folder = tmp_path_factory.mktemp("proofs")
    running = start_timestamps(folder / "timestamps")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AMENDS_TSA_URL", f"{running.url}/tsr")
        patch.setenv("AMENDS_TSA_CERT", str(folder / "timestamps" / "timestamps.root.pem"))
        patch.setenv("AMENDS_TSA_NAME", "notary")
        try:
            with clock.stepped(datetime.now(UTC) - timedelta(minutes=1)):  # noqa: TID251 - the authority tells real time
                yield {**_made(folder), "root": folder / "timestamps" / "timestamps.root.pem"}
        finally:
            running.stop()
            _sweep(server.url("super", test_database))


def _made(folder: Path) -> dict[str, Path]:
    cast = the_cast()
    order = an_order(cast.bolts, cast.annas)
    piece = upload(order.ref, name="lamp.jpg", stream=io.BytesIO(made.picture()), by=cast.anna)
    case = claims(order, by=cast.anna, evidence=[piece.ref])
    refuse(case.ref, reason="other", words="it was used for a year", by=cast.bolt)
    call_platform(case.ref, words=WORDS, by=cast.anna)
    give_task(case.ref, department="legal", words=TASK, by=cast.agent)
    asks = file_complaint(case.ref, authority="12315", number="1", words=ASKED, by=cast.agent)
    for by in (cast.bolt, cast.judge):
        note(case.ref, words=NOTE, by=by)
    stamping.stamp(case.pk)
    asked = {
        "anna": (cast.anna, "own", None), "bolt": (cast.bolt, "arbitration", None), "judge": (cast.judge, "audit", None),
        "authority": (cast.agent, "authority", asks),
    }  # fmt: skip
    found = {}
    for name, (by, purpose, complaint) in asked.items():
        row = make_file(case.ref, purpose, by, complaint)
        _, file = open_file(row.ref, by)
        found[name] = folder / f"{row.ref}.zip"
        with file:
            found[name].write_bytes(file.read())
        assert row.digest == hashlib.sha256(found[name].read_bytes()).hexdigest()
        assert row.head == Case.objects.get(pk=case.pk).head
    return found


def checked(path: Path, *more: str, script: Path = SCRIPT, **options: Any) -> subprocess.CompletedProcess[str]:
    """The script's own program, in a process that knows nothing of ours."""
    command = [sys.executable, "-I", str(script), str(path), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent, **options)


def marks(path: Path, *more: str, **options: Any) -> set[tuple[str, str]]:
    told = json.loads(checked(path, "--json", *more, **options).stdout)
    return {(each["mark"], each["what"]) for each in told["findings"]}


@pytest.mark.parametrize("name", ["anna", "bolt", "judge", "authority"])
def test_a_file_holds_for_whoever_asked(files: dict[str, Path], name: str) -> None:
    done = checked(files[name])
    assert done.returncode == 0, done.stdout
    assert "BROKEN" not in done.stdout
    assert "成立：时间线" in done.stdout and "no change was found" in done.stdout
    holds = {what for mark, what in marks(files[name]) if mark == "holds"}
    assert holds == {"container", "list", "chain", "texts", "evidence", "stamps"} if shutil.which("openssl") else holds >= {"chain"}


def test_it_is_checked_when_unpacked_by_the_script_in_it_too(files: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(files["anna"]) as zipped:
        zipped.extractall(tmp_path)
    done = subprocess.run([sys.executable, "-I", str(tmp_path / "verify.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / "beside.txt").write_text("x")
    assert ("broken", "list") in marks(tmp_path)


def test_without_openssl_it_says_that_signatures_were_not_checked(files: dict[str, Path], tmp_path: Path) -> None:
    found = marks(files["anna"], env={"PATH": str(tmp_path)})
    assert ("open", "stamps") in found
    assert not any(mark == "broken" for mark, _ in found)
    assert "only the platform's page can say" in checked(files["anna"], env={"PATH": str(tmp_path)}).stdout


def test_an_openssl_that_cannot_look_back_in_time_is_asked_without(files: dict[str, Path], tmp_path: Path) -> None:
    """LibreSSL, which macOS has, knows no -attime."""
    other = tmp_path / "openssl"
    found = shutil.which("openssl")
    other.write_text(f'#!/bin/sh\ncase "$*" in *attime*) echo "ts: unknown option -attime" >&2; exit 1;; esac\nexec {found} "$@"\n')
    other.chmod(0o755)
    assert ("holds", "stamps") in marks(files["anna"], env={"PATH": str(tmp_path)})


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_another_authority_s_root_is_not_believed(files: dict[str, Path], tmp_path: Path) -> None:
    other = start_timestamps(tmp_path)
    other.stop()
    assert ("broken", "stamps") in marks(files["anna"], "--ca", str(tmp_path / "timestamps.root.pem"))
    assert ("holds", "stamps") in marks(files["anna"], "--ca", str(files["root"]))


def test_a_side_reads_its_own_words_whole_and_the_other_s_without_personal_data(files: dict[str, Path]) -> None:
    mine, theirs = (texts_in(files[name]) for name in ("anna", "bolt"))
    assert mine["call"]["body"] == WORDS and mine["call"]["state"] == "whole"
    assert theirs["call"]["state"] == "masked" and "8000" not in theirs["call"]["body"] and not theirs["call"]["salt"]
    assert theirs["refusal"]["state"] == "whole"
    with zipfile.ZipFile(files["bolt"]) as zipped:
        assert json.loads(zipped.read("case.json"))["consumer"]["en"] == "A***"


def test_notes_stand_in_no_file_and_the_platform_s_own_matter_in_its_audit_alone(files: dict[str, Path]) -> None:
    """What is stored is stored as it is: the bytes can be searched."""
    raw = {name: files[name].read_bytes() for name in ("anna", "bolt", "judge", "authority")}
    assert not any(NOTE.encode() in content for content in raw.values())
    for words in (TASK, ASKED):
        assert [name for name, content in raw.items() if words.encode() in content] == ["judge"], words
    withheld = {name: lives_in(files[name]) & {"task", "complaint"} for name in raw}
    assert withheld == {"anna": set(), "bolt": set(), "judge": {"task", "complaint"}, "authority": set()}
    assert {name for name, content in raw.items() if WORDS.encode() in content} == {"anna", "authority"}, "hers, and an authority's by law"


def lives_in(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as zipped:
        return {json.loads(line).get("life", "") for line in zipped.read("timeline.jsonl").splitlines()}


def texts_in(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as zipped:
        return {text["kind"]: text for text in json.loads(zipped.read("texts.json"))}


def changed_at(raw: bytes, at: int, to: int) -> bytes:
    return raw[:at] + bytes([to]) + raw[at + 1 :]


@settings(max_examples=200 * SCALE, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), by=st.integers(1, 255))
@example(where=0.0, by=1)
@example(where=0.999999, by=255)
def test_any_change_of_one_byte_is_found(files: dict[str, Path], where: float, by: int) -> None:
    raw = files["anna"].read_bytes()
    at = int(where * len(raw))
    changed = files["anna"].with_name("changed.zip")
    changed.write_bytes(changed_at(raw, at, raw[at] ^ by))
    report, _ = verify.verify(str(changed))
    assert not report.good, f"byte {at} of {len(raw)} was changed and nobody saw it"


def test_every_byte_beside_the_contents_is_looked_at(files: dict[str, Path]) -> None:
    """Headers and directory, byte by byte: there the ZIP has most room for what nobody reads."""
    raw = bytearray(files["anna"].read_bytes())
    with zipfile.ZipFile(files["anna"]) as zipped:
        places = [at for entry in zipped.infolist() for at in range(entry.header_offset, entry.header_offset + 30 + len(entry.filename))]
        places += range(zipped.start_dir, len(raw))
    changed = files["anna"].with_name("changed.zip")
    for at in places:
        raw[at] ^= 0x55
        changed.write_bytes(raw)
        report = verify.Report()
        verify.check_container(str(changed), report)
        assert not report.good, f"byte {at} was changed and nobody saw it"
        raw[at] ^= 0x55


@pytest.mark.parametrize("change", ["cut", "longer", "before"])
def test_a_file_that_is_shorter_or_longer_is_found(files: dict[str, Path], change: str) -> None:
    raw = files["anna"].read_bytes()
    changed = files["anna"].with_name("changed.zip")
    changed.write_bytes({"cut": raw[:-1], "longer": raw + b"\0", "before": b"\0" + raw}[change])
    assert checked(changed).returncode == 1


def remade(path: Path, change: Any) -> Path:
    """The same file with other contents and a list that fits them: what somebody would do who wants not to be found out."""
    with zipfile.ZipFile(path) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    parts.pop("manifest.sha256")
    change(parts, manifest)
    out = path.with_name("remade.zip")
    with out.open("w+b") as file:
        box = Container(file)
        for name, content in parts.items():
            box.add(name, content)
        manifest["files"] = {part.name: {"sha256": part.digest, "size": part.size} for part in box.parts}
        last = box.add("manifest.json", json.dumps(manifest).encode())
        box.add("manifest.sha256", f"{last.digest}  manifest.json\n".encode())
        box.close()
    return out


def lines_of(parts: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in parts["timeline.jsonl"].splitlines()]


def put(parts: dict[str, bytes], lines: list[dict[str, Any]]) -> None:
    parts["timeline.jsonl"] = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def other_party(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    lines = lines_of(parts)
    lines[0]["party"] = "merchant"
    put(parts, lines)


def shorter(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    put(parts, lines_of(parts)[:-1])


def chained_anew(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Every hash fits the other; only the authority's stamp is over what it was."""
    lines, before = lines_of(parts), ""
    lines[0]["party"] = "merchant"
    for line in lines:
        line["before"] = before
        line["hash"] = before = verify.line_hash(line)
    manifest["head"] = before
    put(parts, lines)


def without_a_middle_line(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    lines = lines_of(parts)
    put(parts, [*lines[:1], *lines[2:]])
    manifest["entries"] -= 1


def in_another_order(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    first, second, *rest = lines_of(parts)
    put(parts, [second, first, *rest])


def a_line_more(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    lines = lines_of(parts)
    put(parts, [*lines, {**lines[-1], "number": len(lines) + 1, "before": lines[-1]["hash"]}])
    manifest["entries"] += 1


def other_words(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    texts = json.loads(parts["texts.json"])
    texts[0]["body"] += "."
    parts["texts.json"] = json.dumps(texts).encode()


def other_picture(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    name = next(name for name in parts if name.startswith("evidence/"))
    parts[name] += b"\0"


def other_stamp(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    manifest["stamps"][0]["entries"] -= 1


def signed_otherwise(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """One bit of the signature at the end of the stamp."""
    raw = parts["stamps/0001.tsr"]
    parts["stamps/0001.tsr"] = raw[:-1] + bytes([raw[-1] ^ 1])


CHANGES = {
    "chain": (other_party, shorter, without_a_middle_line, in_another_order, a_line_more),
    "texts": (other_words,), "evidence": (other_picture,),
    "stamps": (chained_anew, other_stamp, *((signed_otherwise,) if shutil.which("openssl") else ())),
}  # fmt: skip


@pytest.mark.parametrize(("what", "change"), [(what, change) for what, changes in CHANGES.items() for change in changes])
def test_a_careful_forger_is_found_by_what_he_cannot_make_fit(files: dict[str, Path], what: str, change: Any) -> None:
    assert ("broken", what) in marks(remade(files["judge"], change))


def without_stamps(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    chained_anew(parts, manifest)
    for stamp in manifest["stamps"]:
        parts.pop(stamp["file"])
    manifest["stamps"] = []


def with_an_authority_of_ones_own(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """The whole file anew: chain, list, and a stamp by somebody who calls himself an authority."""
    without_stamps(parts, manifest)
    lines, seal = lines_of(parts), new_seal("an authority, honestly")
    newest = verify.line_bytes(lines[-1])
    asked = TimestampRequestBuilder().data(newest).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    at = datetime.fromisoformat(lines[-1]["made_at"]) + timedelta(seconds=5)
    parts["stamps/0001.tsr"] = granted(read_query(asked.as_bytes()), seal, serial=1, micros=int(at.timestamp() * 1_000_000))
    parts["authority/own.pem"] = seal.root.public_bytes(Encoding.PEM)
    manifest["stamps"] = [{"file": "stamps/0001.tsr", "entries": len(lines), "certificate": "authority/own.pem"}]


def test_a_file_made_anew_without_its_stamps_is_not_called_unchanged(files: dict[str, Path]) -> None:
    done = checked(remade(files["judge"], without_stamps))
    assert done.returncode == 0, "its parts fit each other"
    assert "NOT CHECKED: no time stamps" in done.stdout and "only the platform's page can say" in done.stdout


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_an_authority_of_ones_own_is_said_to_be_the_file_s_and_found_by_the_real_one_s_root(files: dict[str, Path]) -> None:
    forged = remade(files["judge"], with_an_authority_of_ones_own)
    done = checked(forged)
    assert "NOT CHECKED: the authority's certificate is the file's own (authority/own.pem" in done.stdout
    assert ("broken", "stamps") in marks(forged, "--ca", str(files["root"]))


KINDS = (
    "README.en.md", "README.zh.md", "case.json", "timeline.jsonl", "texts.json", "evidence.json", "evidence/", "decision.json",
    "rulings.json", "stamps/", "authority/", "verify.py", "manifest.json", "manifest.sha256",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_one_byte_of_any_kind_of_file_is_found_in_the_zip_and_in_the_folder(files: dict[str, Path], tmp_path: Path, kind: str) -> None:
    """Container and CRC made to fit, as any program that packs files does; only the list knows."""
    with zipfile.ZipFile(files["judge"]) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    assert set(KINDS) == {name.split("/")[0] + "/" if "/" in name else name for name in parts}, "every kind of file is tried"
    name = next(name for name in parts if name.startswith(kind))
    middle = len(parts[name]) // 2
    parts[name] = changed_at(parts[name], middle, parts[name][middle] ^ 1)
    packed, folder = tmp_path / "packed.zip", tmp_path / "folder"
    with packed.open("w+b") as file:
        box = Container(file)
        for each, content in parts.items():
            box.add(each, content)
            (folder / each).parent.mkdir(parents=True, exist_ok=True)
            (folder / each).write_bytes(content)
        box.close()
    for path in (packed, folder):
        done = checked(path)
        assert done.returncode == 1 and "can't be relied on" in done.stdout, (kind, done.stdout)
        if kind != "manifest.json":  # where the list itself can't be read, that is said
            assert "BROKEN" in done.stdout and ("list" in {what for mark, what in marks(path) if mark == "broken"})


@pytest.mark.parametrize("ending", ["unpacked beside it", "a file taken out"])
def test_what_is_there_beside_the_list_or_lacks_is_named(files: dict[str, Path], tmp_path: Path, ending: str) -> None:
    with zipfile.ZipFile(files["judge"]) as zipped:
        zipped.extractall(tmp_path)
    name = "decision.json" if ending == "a file taken out" else files["judge"].name
    (tmp_path / name).unlink() if ending == "a file taken out" else shutil.copy(files["judge"], tmp_path)
    done = checked(tmp_path)
    assert done.returncode == 1 and name in done.stdout


# ── the manual, word by word ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
@pytest.mark.parametrize(("language", "heading", "short"), [("en", "## Checking one", "In short:"), ("zh", "## 检验", "结论：")])
def test_a_stranger_follows_the_manual_in_an_empty_folder(
    files: dict[str, Path], tmp_path: Path, language: str, heading: str, short: str
) -> None:
    """With python3 and openssl and nothing else on the path; every command of the manual succeeds and says what the manual shows."""
    chapter = (MANUAL / language / "proof.md").read_text().partition(heading)[2].partition("\n## ")[0]
    folder, path = tmp_path / "empty", tmp_path / "path"
    folder.mkdir(), path.mkdir()
    for name, program in (("python3", sys.executable), ("openssl", shutil.which("openssl"))):
        (path / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (path / name).chmod(0o755)
    shutil.copy(files["anna"], folder / files["anna"].name)
    shutil.copy(files["root"], folder / "authority.pem")
    shell: dict[str, Any] = {"capture_output": True, "text": True, "check": False, "env": {"PATH": str(path)}}
    shown = re.findall(r"```text\n(.*?)```", chapter, re.S)[0].splitlines()
    ran = 0
    for command in re.findall(r"```sh\n(.*?)```", chapter, re.S)[0].splitlines():
        line = command.partition(" #")[0].replace("PF-….zip", files["anna"].name)
        done = subprocess.run(["/bin/sh", "-c", line], cwd=folder, **shell)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        ran += 1
        if line.strip().endswith("verify.py " + files["anna"].name):
            for wanted in shown:
                pattern = re.sub(r"\d+", r"\\d+", re.escape(wanted)).replace("…", ".*")
                assert re.search(f"^{pattern}", done.stdout, re.M), (wanted, done.stdout)
    assert ran == 4 and short in shown[-1]
    by_hand = re.findall(r"(openssl ts -verify.*)", chapter)[0]
    head = json.loads((folder / "proof" / "manifest.json").read_text())["stamps"][0]["head"]
    line = by_hand.replace("HASH", head).replace("authority/….pem", "authority/*.pem")
    done = subprocess.run(["/bin/sh", "-c", line], cwd=folder / "proof", **shell)
    assert done.returncode == 0 and "OK" in done.stdout + done.stderr, done.stderr


def test_the_script_is_of_python_3_8_and_of_its_library_alone() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 8))
    wanted = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    wanted |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert wanted <= set(sys.stdlib_module_names)


def test_a_file_made_anew_without_a_change_still_holds(files: dict[str, Path]) -> None:
    assert checked(remade(files["judge"], lambda parts, manifest: None)).returncode == 0


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"not a ZIP", b"PK\x03\x04" * 40])
def test_what_is_no_proof_file_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    done = checked(path)
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_the_script_needs_nothing_but_python(tmp_path: Path) -> None:
    alone = tmp_path / "verify.py"
    shutil.copy(SCRIPT, alone)
    done = subprocess.run([sys.executable, "-I", "-S", str(alone)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2 and "PROOF.zip" in done.stderr
