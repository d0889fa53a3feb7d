"""Short lines for whoever sits at the terminal, in the language of that terminal. Not for logs, which are JSON."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from amends.kernel.texts import Text


def language() -> str:
    """AMENDS_LANG, else what LC_ALL, LC_MESSAGES or LANG ask for; English where they ask for nothing."""
    asked = next((value for name in ("AMENDS_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "en")
    return "zh" if asked.lower().startswith("zh") else "en"


def tell(text: Text | str) -> None:
    """One line on standard output; lost without harm when nobody reads any more."""
    _write(sys.stdout, text)


def complain(text: Text | str) -> None:
    """One line on standard error."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: Text | str) -> None:
    words = text.into(language()) if isinstance(text, Text) else text
    try:
        stream.write(f"{words}\n")
        stream.flush()
    except UnicodeEncodeError:  # a terminal that knows no Chinese
        stream.write(f"{text}\n".encode("ascii", "replace").decode())
    except BrokenPipeError:  # nobody reads any more; what we do goes on
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - it stays for the rest of the process
