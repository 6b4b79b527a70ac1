"""A circuit breaker per account: a Graph API that does not answer is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from services.instagram.errors import GraphError, Trouble
from services.instagram.newest import Newest

FAILURES = 5  # in a row: no answer, or one that is none
REST = 30.0  # seconds; then one call goes through to see


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    open_until: float = 0.0


class Breaker:
    """Refused calls never left, so not even a write is ambiguous.

    Calls of no account (connecting one, checking whose a token is) are rare, somebody waits for them, and
    they say nothing of any account: they are neither refused nor counted.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._circuits: Newest[str, _Circuit] = Newest()

    def admit(self, operation: str, account: str | None) -> None:
        """Raise GraphError (TRANSIENT, with the wait) while the account's circuit is open."""
        circuit = self._circuits.get(account) if account is not None else None
        if circuit is None or circuit.failures < FAILURES:
            return
        left = circuit.open_until - self._clock()
        if left > 0:
            raise GraphError(Trouble.TRANSIENT, operation, says="left alone for a while", retry_after=left)
        circuit.open_until = self._clock() + REST  # this one call is the trial; others wait for what it tells

    def failed(self, account: str | None) -> None:
        """A call got no answer."""
        if account is None:
            return
        known = self._circuits.get(account)
        failures = known.failures + 1 if known is not None else 1
        self._circuits[account] = _Circuit(failures, self._clock() + REST)

    def answered(self, account: str | None) -> None:
        """A call got an answer, if only a refusal."""
        if account is not None:
            self._circuits.pop(account, None)
