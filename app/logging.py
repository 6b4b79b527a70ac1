"""Structured logs, with secrets taken out at the root handler: third parties' lines and tracebacks too."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO
from urllib.parse import quote

import structlog

HIDDEN = "[hidden]"
# Whatever looks like a token, wherever it stands: Telegram's in a path, Meta's in a query, keys of providers.
_SHAPES = re.compile(
    r"\d{6,}:[A-Za-z0-9_-]{30,}"
    r"|\bsk-[A-Za-z0-9_-]{8,}"
    r"|\b(?:IGAA|EAA)[A-Za-z0-9_-]{8,}"
    r"|(?<=access_token=)[^&\s\"'\\]+"
    r"|(?<=Bearer )[^\s\"'\\,]+"  # not the marks around it, or the line were no JSON any more
)
# These narrate every call at INFO; httpx2 even with addresses.
_NARRATORS = ("httpx2", "httpcore2", "openai", "aiogram", "apscheduler", "pgqueuer", "alembic", "asyncio")


class Redaction(logging.Formatter):
    """Formats with `inner`, then hides the installation's own secrets and everything of a token's shape."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        written = {form for secret in secrets if len(secret) >= 6 for form in _forms(secret)}
        self._secrets = sorted(written, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return _SHAPES.sub(HIDDEN, line)


class Lines(logging.StreamHandler[TextIO]):
    """Writes to standard error. A line that cannot be written is named by its logger only."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """The library's own way prints message and arguments, secrets and all."""
        with suppress(OSError, ValueError):
            self.stream.write(f"a line of {record.name} could not be written\n")


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, by repr, inside an address; each of these inside JSON too."""
    spoken = {secret, repr(secret)[1:-1], quote(secret, safe="")}
    return spoken | {json.dumps(form, ensure_ascii=False)[1:-1] for form in spoken}


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
    handler = Lines()
    handler.setFormatter(Redaction(formatter, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in _NARRATORS:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
