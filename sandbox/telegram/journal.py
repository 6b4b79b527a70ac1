"""The record of every call of the Bot API: `GET /_control/calls`. The token is never part of it."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sandbox.telegram.model import Json

LIMIT = 50_000  # calls kept, the newest


@dataclass(slots=True)
class Call:
    """One call. `ok` is what the bot was told, None while or because nothing was answered."""

    method: str
    params: Json
    at: str
    ok: bool | None = None
    error_code: int | None = None
    error: str | None = None
    executed: bool = False

    def succeed(self) -> None:
        """The call took effect and the bot is told so, unless a fault says otherwise."""
        self.ok, self.executed = True, True

    def fail(self, code: int, description: str) -> None:
        """The bot is told this refusal."""
        self.ok, self.error_code, self.error = False, code, description


class Journal:
    """Calls in the order in which they came."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=LIMIT)

    def open(self, method: str, params: Json) -> Call:
        """Record a call that just came; `at` is UTC in ISO 8601."""
        call = Call(method, params, datetime.now(UTC).isoformat())
        self._calls.append(call)
        return call

    def shown(self) -> list[Json]:
        """All calls as JSON."""
        return [asdict(call) for call in self._calls]
