"""Where gateways are to push: the addresses of ours that are registered with them. Not about checking what comes: each adapter does."""

from __future__ import annotations

from amends.plumbing.database import home
from amends.plumbing.payments.choosing import names
from amends.plumbing.payments.webhooks import webhook_secret


def hooks(base: str) -> dict[str, dict[str, str]]:
    """gateway -> {"url", "secret"} below `base` (no slash at its end); the house alone signs with a secret of ours."""
    root = f"{base}/api/v1/hooks/payments"
    return {name: {"url": f"{root}/{name}", "secret": webhook_secret(home()) if name == "house" else ""} for name in names()}
