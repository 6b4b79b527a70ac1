"""One server process: started, waited for, stopped within a bound."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from db.embedded.errors import ServerDidNotStart
from db.embedded.processes import Place

START_SECONDS = 60.0
POLL_SECONDS = 0.02
STOP_SECONDS = (5.0, 2.0, 1.0)  # patience after each of a server's three stop signals: 8 s at the very most


class Server(ABC):
    """A server in a place. It may be stopped and launched again while its neighbour runs on."""

    name: ClassVar[str]
    stop_signals: ClassVar[tuple[signal.Signals, signal.Signals, signal.Signals]]

    def __init__(self, place: Place, *, durable: bool) -> None:
        self._place = place
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def launch(self) -> None:
        """Prepare the data and start the process, without waiting for it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether clients can be served now."""

    @property
    def pid(self) -> int | None:
        """The process id while the process lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def wait_until_ready(self) -> None:
        """Return when clients can be served; ServerDidNotStart when it ended or took over a minute."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.pid is None or time.monotonic() > deadline:
                raise self._did_not_start(self.name)
            time.sleep(POLL_SECONDS)

    def start(self) -> None:
        """Launch and wait."""
        self.launch()
        self.wait_until_ready()

    def stop(self) -> None:
        """Stop, in at most the sum of `STOP_SECONDS`."""
        stop_all([self])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when the process is gone."""
        if self._process:
            self._process.send_signal(number)

    def gone_by(self, deadline: float) -> bool:
        """Whether the process ended, waiting for it until `deadline` of the monotonic clock."""
        if self._process:
            try:
                self._process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def _did_not_start(self, name: str) -> ServerDidNotStart:
        return ServerDidNotStart(name=name, log=self._place.log(name), tail=self._place.log_tail(name))


def stop_all(servers: Iterable[Server]) -> None:
    """Stop them side by side: politely, then firmly, then by force."""
    servers = list(servers)
    for step, seconds in enumerate(STOP_SECONDS):
        deadline = time.monotonic() + seconds
        for server in servers:
            server.signal(server.stop_signals[step])
        if all(server.gone_by(deadline) for server in servers):
            return
