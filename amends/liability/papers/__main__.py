"""`python -m amends.liability.papers xlsx|pdf`: a document as JSON in, the file out. A process of its own, so that no other carries these
libraries."""

from __future__ import annotations

import json
import sys


def main() -> int:
    """0 when the file stands on the standard output."""
    told = json.load(sys.stdin.buffer)
    if sys.argv[1] == "xlsx":
        from amends.liability.papers.xlsx import workbook as write  # noqa: PLC0415 - only the library that this run needs
    else:
        from amends.liability.papers.pdf import paper as write  # noqa: PLC0415
    sys.stdout.buffer.write(write(told))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
