"""Small drawings made from numbers, as SVG with attributes only, so that pages need no inline styles."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from amends.faces.parties import look
from amends.faces.words import into


def share_bar(shares: Iterable[tuple[str, int]]) -> SafeString:
    """A bar of parties' shares in percent, in the parties' colours; the label reads them aloud."""
    parts, rects, start = [(look(party), percent) for party, percent in shares if percent > 0], [], 0
    for seen, percent in parts:
        rects.append((seen.css, start, max(percent - 0.5, 0.5)))
        start += percent
    label = ", ".join(f"{into(seen.name)} {percent}%" for seen, percent in parts)
    inner = format_html_join("", '<rect class="{}" x="{}" width="{}" height="12"></rect>', rects)
    return format_html(
        '<svg class="share" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>', label, inner
    )
