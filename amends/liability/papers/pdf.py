"""A statement as PDF, set by typst with a font that Amends brings along: the same paper on every machine."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).resolve().parent
FONTS = HERE.parents[1] / "static" / "vendor" / "noto"


def paper(told: dict[str, Any]) -> bytes:
    """The PDF as bytes. Raises FileNotFoundError where the font was never brought (`make assets`)."""
    if not (FONTS / "NotoSansSC-Regular.ttf").is_file():
        raise FileNotFoundError(FONTS / "NotoSansSC-Regular.ttf")
    with tempfile.TemporaryDirectory(prefix="amends-paper-") as folder:
        root = Path(folder)
        (root / "statement.typ").write_text((HERE / "statement.typ").read_text("utf-8"), "utf-8")
        (root / "told.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        made = typst.compile(str(root / "statement.typ"), root=str(root), font_paths=[str(FONTS)], ignore_system_fonts=True)
    assert isinstance(made, bytes)  # noqa: S101 - one document in, one out
    return made
