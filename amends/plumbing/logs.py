"""Structured logs: one JSON object a line on standard error; the supervisor writes them to files."""

from __future__ import annotations

import logging
import os
import re

import structlog

TALKATIVE = ("httpx", "httpcore", "urllib3", "requests", "stripe")
"""Libraries that log whole addresses and bodies: those of WeChat's token and of bills to download hold secrets."""

SECRET_PATHS = re.compile(r"(/(?:counter/answers|unsubscribe)/)[^/\s?\"'>]+")
"""Addresses that are themselves the proof of who may: what follows opens a matter for whoever reads it, a log included."""


def hide_secrets(logger: object, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """A processor: no string of the line holds the secret of such an address."""
    return {name: SECRET_PATHS.sub(r"\1…", value) if isinstance(value, str) else value for name, value in event.items()}


def configure() -> None:
    """Every logger of this process, ours and the libraries', writes JSON lines from AMENDS_LOG_LEVEL (default WARNING) upward; those of
    TALKATIVE nothing below WARNING."""
    level = getattr(logging, os.environ.get("AMENDS_LOG_LEVEL", "WARNING").upper(), logging.WARNING)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_secrets,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
