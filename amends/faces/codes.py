"""A code to be scanned, drawn as a picture that every browser shows and every printer prints. Not about what the code says."""

from __future__ import annotations

import io

import segno


def qr_svg(said: str) -> bytes:
    """A QR code of `said` as SVG, with the quiet zone that scanners need."""
    drawn = io.BytesIO()
    segno.make(said, error="m", micro=False).save(drawn, kind="svg", scale=6, border=4, xmldecl=False, svgns=True)
    return drawn.getvalue()
