"""The stream of changes for a page: `GET /_control/events`, server-sent events."""

from __future__ import annotations

import asyncio
import json
from asyncio import Queue

from aiohttp import web

from sandbox.telegram.model import Json

BACKLOG = 1000  # changes a slow watcher may lag behind before the stream is closed; it then reloads
KEEP_ALIVE = 15.0  # seconds of silence before a comment line keeps the connection open


class Watchers:
    """Everybody who watches, each with a queue; None in a queue ends its stream."""

    def __init__(self) -> None:
        self._queues: set[Queue[Json | None]] = set()

    def publish(self, kind: str, **details: object) -> None:
        """Tell a change: `{"type": kind, …}`."""
        for queue in tuple(self._queues):
            if queue.qsize() >= BACKLOG:
                self._end(queue)
            else:
                queue.put_nowait({"type": kind, **details})

    def close(self) -> None:
        """End every stream."""
        for queue in tuple(self._queues):
            self._end(queue)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Send changes as they come until the watcher leaves."""
        response = web.StreamResponse(headers={"Cache-Control": "no-cache"})
        response.content_type = "text/event-stream"
        queue: Queue[Json | None] = Queue()
        self._queues.add(queue)
        try:
            await response.prepare(request)
            await response.write(b": watching\n\n")
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE):
                        change = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if change is None:
                    return response
                line = json.dumps(change, ensure_ascii=False)
                await response.write(f"event: {change['type']}\ndata: {line}\n\n".encode())
        except ConnectionResetError:  # the watcher left in the middle of a line
            return response
        finally:
            self._queues.discard(queue)

    def _end(self, queue: Queue[Json | None]) -> None:
        self._queues.discard(queue)
        queue.put_nowait(None)
