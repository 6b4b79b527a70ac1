"""Valkey on a unix socket. Without `durable` it keeps nothing."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from db.embedded.binaries import find_valkey
from db.embedded.ownership import reachable
from db.embedded.server import Server

PING_SECONDS = 1.0
SOCKET = "v.sock"


class Valkey(Server):
    """Data in `STATE/valkey`: an append-only file, synced every second."""

    name = "valkey"
    stop_signals = (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL)

    @property
    def url(self) -> str:
        """For redis-py."""
        return f"unix://{self._socket}?db=0"

    @property
    def _socket(self) -> Path:
        return self._place.sockets / SOCKET

    def launch(self) -> None:
        program = reachable(find_valkey(), self._place.run_as)
        data = self._place.run_as.private_directory(self._place.state / "valkey")
        settings: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self._socket,
            "unixsocketperm": "700",
            "dir": data,
            "save": "",
            "appendonly": "yes" if self._durable else "no",
            "maxmemory-policy": "noeviction",
        }
        arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._process = self._place.spawn(self.name, [program, *arguments])

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PING_SECONDS)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
