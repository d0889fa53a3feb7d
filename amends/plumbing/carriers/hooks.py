"""Where carriers are to push: the addresses of ours that are registered with them. Not about checking what comes: each adapter does."""

from __future__ import annotations

from amends.plumbing.carriers.choosing import MAKERS

HOOKS = "/api/v1/hooks/carriers/"


def hooks(base: str) -> dict[str, dict[str, str]]:
    """way -> {"url"} below `base` (no slash at its end); what is pushed there is signed with the way's own secret."""
    return {name: {"url": f"{base}{HOOKS}{name}"} for name in MAKERS}
