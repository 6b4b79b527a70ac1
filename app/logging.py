"""Structured logs, with secrets taken out at the root handler: third parties' lines and tracebacks too."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any

import structlog

HIDDEN = "[hidden]"
# Whatever looks like a token, wherever it stands: Telegram's in a path, Meta's in a query, keys of providers.
_SHAPES = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{30,}"
    r"|\bsk-[A-Za-z0-9_-]{8,}"
    r"|\b(?:IGAA|EAA)[A-Za-z0-9_-]{8,}"
    r"|(?<=access_token=)[^&\s\"']+"
    r"|(?<=Bearer )\S+"
)


_NARRATORS = ("httpx2", "httpcore2", "openai", "aiogram", "apscheduler", "pgqueuer", "alembic", "asyncio")


class Redaction(logging.Formatter):
    """Formats with `inner`, then hides the installation's own secrets and everything of a token's shape."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, line)


def configure(level: str, *, as_json: bool, secrets: Iterable[str]) -> None:
    """Send everything to standard error, one line an event."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redaction(formatter, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These narrate every call at INFO; httpx2 even with addresses.
    for noisy in (
        "httpx2",
        "httpcore2",
        "openai",
        "aiogram",
        "apscheduler",
        "pgqueuer",
        "alembic",
        "asyncio",
    ):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
