"""Evidence: taken for what it is, decoded, cleaned of places, kept once, and seen by nobody else."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import imagehash
import pytest
from django.test import Client
from PIL import Image

from amends.cases.evidence import kinds
from amends.cases.models import Evidence
from amends.cases.verbs.uploading import open_evidence, upload
from amends.kernel import clock
from amends.kernel.refs import is_ref
from amends.kernel.refusals import NotFound, Refusal, Unprocessable
from amends.market.models import Order
from amends.people.rules import Actor
from amends.plumbing import jobs
from tests import files_of_evidence as made
from tests.cast import Cast, an_order, claims, the_cast

pytestmark = pytest.mark.usefixtures("db", "stepped_clock")
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def order(cast: Cast) -> Order:
    return an_order(cast.bolts, cast.annas)


def sends(order: Order, body: bytes, by: Actor, name: str = "photo.jpg") -> Evidence:
    return upload(order.ref, name=name, stream=io.BytesIO(body), by=by)


def kept(piece: Evidence, by: Actor, *, thumb: bool = False) -> bytes:
    with open_evidence(piece.ref, by, thumb=thumb)[1] as file:
        return file.read()


def refusal_of(order: Order, body: bytes, by: Actor, name: str = "photo.jpg") -> Refusal:
    with pytest.raises(Refusal) as told:
        sends(order, body, by, name)
    assert not Evidence.objects.exists()
    assert told.value.text.zh and told.value.text.en
    return told.value


@pytest.mark.parametrize(
    ("form", "mime", "name"),
    [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png"), ("WEBP", "image/webp", "webp"), ("HEIF", "image/jpeg", "jpg")],
)
def test_a_picture_is_kept_without_its_place(cast: Cast, order: Order, form: str, mime: str, name: str) -> None:
    piece = sends(order, made.picture(form), cast.anna)
    assert (piece.kind, piece.mime, piece.width, piece.height, piece.party) == ("picture", mime, 64, 48, "consumer")
    assert is_ref(piece.ref, "EV") and piece.path == f"evidence/2026/03/{piece.digest}.{name}"
    assert piece.taken_at == datetime(2026, 3, 9, 10, 30, tzinfo=UTC)
    body = kept(piece, cast.anna)
    assert len(body) == piece.size and b"Camera of Anna" not in body
    image = Image.open(io.BytesIO(body))
    assert not image.getexif() and image.convert("RGB").getpixel((5, 20))[0] > 180  # type: ignore[index]


def test_a_turned_picture_stands_upright(cast: Cast, order: Order) -> None:
    piece = sends(order, made.picture(orientation=6), cast.anna)
    assert (piece.width, piece.height) == (48, 64)
    upright = Image.open(io.BytesIO(kept(piece, cast.anna)))
    assert upright.getpixel((20, 5))[0] > 180 and upright.getpixel((20, 60))[2] > 180  # type: ignore[index]


def test_colours_keep_their_profile(cast: Cast, order: Order) -> None:
    piece = sends(order, made.picture(icc_profile=b"a profile"), cast.anna)
    assert Image.open(io.BytesIO(kept(piece, cast.anna))).info["icc_profile"] == b"a profile"


def test_a_moving_picture_keeps_its_first_frame(cast: Cast, order: Order) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    image = Image.open(io.BytesIO(kept(sends(order, out.getvalue(), cast.anna), cast.anna)))
    assert getattr(image, "n_frames", 1) == 1 and image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("taken", ["1999:12:31 10:00:00", "2031:01:01 10:00:00", "yesterday", ""])
def test_an_instant_that_cannot_be_is_not_kept(cast: Cast, order: Order, taken: str) -> None:
    assert sends(order, made.picture(taken=taken), cast.anna).taken_at is None


@pytest.mark.parametrize(("brand", "mime"), [(b"qt  ", "video/quicktime"), (b"isom", "video/mp4")])
def test_a_film_keeps_its_length_and_loses_its_places(cast: Cast, order: Order, brand: bytes, mime: str) -> None:
    before = made.film(brand=brand)
    piece = sends(order, before, cast.anna, "film.mov")
    after = kept(piece, cast.anna)
    assert (piece.kind, piece.mime, piece.width, piece.height) == ("video", mime, 1920, 1080)
    assert piece.taken_at is not None and piece.taken_at.year == 2025 + (piece.taken_at.month < 4)
    assert len(after) == len(before)
    for place in (b"30.2741", b"120.1551", b"Hangzhou", b"GPSLatitude"):
        assert place in before and place not in after
    assert b"frames of a lamp" * 8 in after and b"Apple" in after


def test_a_paper_loses_its_places(cast: Cast, order: Order) -> None:
    before = made.paper()
    after = kept(sends(order, before, cast.anna, "receipt.pdf"), cast.anna)
    assert len(after) == len(before) and b"30,16.4" not in after and b"120,9.3" not in after and b"30.2741" not in after


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (made.PROGRAM, "evidence_foreign", "a program"),
        (b"#!/bin/sh\nrm -rf /", "evidence_foreign", "a program"),
        (b"<html><script>", "evidence_foreign", "a web page"),
        (b"<svg onload='x'>", "evidence_foreign", "SVG"),
        (b"PK\x03\x04" + bytes(60), "evidence_foreign", "an archive"),
        (b"GIF89a" + bytes(60), "evidence_foreign", "GIF"),
        (b"just words", "evidence_foreign", "no kind of file"),
        (b"", "evidence_empty", "empty"),
        (made.huge_png(), "evidence_too_many_pixels", "200 megapixels; 50 is the most"),
        (made.picture(size=(400, 400))[:1500], "evidence_damaged", "not complete"),
        (made.picture("PNG")[:-40], "evidence_damaged", "not complete"),
        (made.film()[:-30], "evidence_damaged", "not complete"),
        (made.box(b"ftyp", b"isom", bytes(4), b"isom") + made.box(b"mdat", bytes(50)), "evidence_damaged", "not complete"),
        (made.paper()[:-20], "evidence_damaged", "not complete"),
        (made.paper(b"<</S/JavaScript/JS(app.alert)>>"), "evidence_active", "code that runs"),
    ],
)
def test_what_is_no_evidence_is_refused_by_what_it_is(cast: Cast, order: Order, body: bytes, code: str, words: str) -> None:
    told = refusal_of(order, body, cast.anna, "photo.jpg")
    assert isinstance(told, Unprocessable) and told.code == code and words in told.text.into("en") and "file" in told.fields


def test_a_file_above_its_limit_is_refused_with_the_limit(cast: Cast, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.LARGEST, kinds.PICTURE, kinds.MIB)
    told = refusal_of(order, made.picture() + bytes(kinds.MIB), cast.anna)
    assert told.code == "evidence_too_large" and "1 MB" in told.text.into("en") and "1 MB" in told.text.into("zh")


def test_a_tenth_file_that_waits_is_refused(cast: Cast, order: Order) -> None:
    for _ in range(9):
        sends(order, made.picture(), cast.anna)
    with pytest.raises(Unprocessable) as told:
        sends(order, made.picture(), cast.anna)
    assert told.value.code == "evidence_too_many" and Evidence.objects.count() == 9
    assert len(set(Evidence.objects.values_list("path", flat=True))) == 1  # the same bytes are kept once


@pytest.mark.parametrize(("ends", "code"), [("1", "evidence_infected"), ("3", "scanner_away")])
def test_the_scanner_has_a_say(cast: Cast, order: Order, monkeypatch: pytest.MonkeyPatch, ends: str, code: str) -> None:
    monkeypatch.setenv("AMENDS_SCANNER", f"{sys.executable} -c 'import sys; sys.exit({ends} if sys.stdin.buffer.read() else 0)'")
    assert refusal_of(order, made.picture(), cast.anna).code == code
    monkeypatch.setenv("AMENDS_SCANNER", "true")
    assert sends(order, made.picture(), cast.anna).pk
    monkeypatch.setenv("AMENDS_SCANNER", "/no/such/scanner")
    with pytest.raises(Refusal) as told:
        sends(order, made.picture(), cast.anna)
    assert told.value.status == 503


def test_the_likeness_is_kept_by_a_job(cast: Cast, order: Order) -> None:
    piece = sends(order, made.picture(), cast.anna)
    assert piece.likeness == ""
    jobs.drain()
    piece.refresh_from_db()
    again = imagehash.phash(Image.open(io.BytesIO(made.picture(size=(640, 480)))))
    assert imagehash.hex_to_hash(piece.likeness) - again <= 8


def test_evidence_is_seen_by_both_sides_and_nobody_else(cast: Cast, order: Order) -> None:
    piece = sends(order, made.picture(), cast.anna)
    for stranger in (cast.bolt, cast.rival, cast.berta):  # not sent yet: the other side does not know of it either
        with pytest.raises(NotFound):
            open_evidence(piece.ref, stranger)
    claims(order, by=cast.anna, evidence=[piece.ref])
    for reader in (cast.anna, cast.bolt, cast.judge, cast.agent):
        assert kept(piece, reader) and kept(piece, reader, thumb=True)
    for stranger in (cast.rival, cast.berta):
        with pytest.raises(NotFound):
            open_evidence(piece.ref, stranger)
        with pytest.raises(NotFound):
            sends(order, made.picture(), stranger)


def test_the_page_shows_a_file_under_strict_headers(cast: Cast, order: Order, client: Client) -> None:
    piece = sends(order, made.picture(), cast.anna)
    assert client.get(f"/evidence/{piece.ref}").status_code == 302
    client.force_login(_user(cast.anna))
    for query, mime in (("", "image/jpeg"), ("?size=thumb", "image/jpeg")):
        answer = client.get(f"/evidence/{piece.ref}{query}")
        assert answer.status_code == 200 and answer["Content-Type"] == mime and answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"] and answer["Cache-Control"].startswith("private") and answer.getvalue()
    paper = sends(order, made.paper(), cast.anna)
    assert client.get(f"/evidence/{paper.ref}")["Content-Disposition"].startswith("attachment")
    client.force_login(_user(cast.rival))
    assert client.get(f"/evidence/{piece.ref}").status_code == 404


def _user(actor: Actor) -> object:
    from amends.people.models import User  # noqa: PLC0415

    return User.objects.get(pk=actor.user_id)


def test_the_web_process_holds_no_heavy_library() -> None:
    look = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'amends.settings'; import django; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns; import amends.wsgi;"
        "print([m for m in ('numpy', 'scipy', 'pandas', 'imagehash') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_time_of_upload_is_the_clock_s(cast: Cast, order: Order) -> None:
    assert sends(order, made.picture(), cast.anna).made_at == clock.now()
