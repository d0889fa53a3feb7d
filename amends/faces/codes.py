"""What a label looks like to a browser: its code to be scanned, drawn as a picture, and its document. Not about what the code says."""

from __future__ import annotations

import io

import segno
from django.http import HttpResponse


def qr_svg(said: str) -> bytes:
    """A QR code of `said` as SVG, with the quiet zone that scanners need."""
    drawn = io.BytesIO()
    segno.make(said, error="m", micro=False).save(drawn, kind="svg", scale=6, border=4, xmldecl=False, svgns=True)
    return drawn.getvalue()


def svg_answer(body: bytes) -> HttpResponse:
    """A drawing for the reader alone, kept by nothing in between."""
    answer = HttpResponse(body, content_type="image/svg+xml")
    answer["Cache-Control"] = "private, no-store"
    return answer


def pdf_answer(body: bytes, name: str) -> HttpResponse:
    """A document for the reader alone: shown by the browser, kept by nothing in between."""
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
