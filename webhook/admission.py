"""Who may have a body read: the order of checks of the reliability notes, §4.

A fixed rate per address would drop Meta's own traffic, which comes from few addresses; only failures are
counted against one.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web

FAILURES_PER_MINUTE = 20
REMEMBERED = 10_000  # addresses; the one least recently seen is forgotten first
WINDOW = 60.0
LARGEST = 2 * 1024 * 1024  # bytes of one body (rulings, 4)
TOGETHER = 64 * 1024 * 1024  # bytes of all bodies that are being read
READ_DEADLINE = 5.0  # seconds; aiohttp alone would wait for a slow body without end (reliability, §3)
RETRY_AFTER = "5"

Network = IPv4Network | IPv6Network


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """The peer's address, or the rightmost untrusted hop when the peer is a proxy we trust."""
    address = request.remote or "unknown"
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while hops and _trusted(address, trusted):
        address = hops.pop()
    return address


def _trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed  # as a socket that listens on `::` names peers
    return any(parsed in network for network in trusted)


@dataclass(slots=True)
class Penalties:
    """A bucket per address that only failures fill; it leaks one failure every three seconds."""

    limit: int = FAILURES_PER_MINUTE
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def fail(self, address: str) -> None:
        """Count one failure."""
        now = time.monotonic()
        self._levels[address] = (self._level(address, now) + 1, now)
        self._levels.move_to_end(address)
        while len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)

    def exceeded(self, address: str) -> bool:
        """Whether the address has failed too often of late."""
        return self._level(address, time.monotonic()) >= self.limit

    def _level(self, address: str, now: float) -> float:
        level, at = self._levels.get(address, (0.0, now))
        return max(level - (now - at) * self.limit / WINDOW, 0.0)


def busy() -> web.Response:
    """Not now: whoever sends comes again."""
    return web.Response(status=503, text="try again", headers={"Retry-After": RETRY_AFTER})


@dataclass(slots=True)
class Bodies:
    """Reads bodies within bounds of size, time and memory.

    The bound over all of them counts bytes and not requests: hundreds of bodies that trickle in hold next
    to nothing, and shut nobody out.
    """

    largest: int = LARGEST
    together: int = TOGETHER
    deadline: float = READ_DEADLINE
    _held: int = 0

    async def read(self, request: web.Request) -> bytes | web.Response:
        """The raw bytes, whatever Content-Length said of them, or a refusal."""
        received = bytearray()
        try:
            async with asyncio.timeout(self.deadline):
                async for chunk in request.content.iter_any():
                    received += chunk
                    self._held += len(chunk)
                    if len(received) > self.largest:
                        return web.Response(status=413, text="too large")
                    if self._held > self.together:
                        return busy()
        except TimeoutError:
            return web.Response(status=408, text="the body took too long")
        finally:
            self._held -= len(received)
        return bytes(received)
