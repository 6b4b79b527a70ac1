"""Delivery of updates to the bot's webhook, one at a time and in order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from sandbox.telegram.model import Json
from sandbox.telegram.updates import UpdateQueue

DEADLINE = 60.0  # seconds the bot may take to answer one delivery
LONGEST_DELAY = 60.0  # the doubling stops here
LONGEST_RETRY_AFTER = 3600.0  # the server honours the bot's Retry-After up to this

Execute = Callable[[str, Json], Awaitable[object]]


class Webhook:
    """The address that `setWebhook` gave, and the task that delivers to it."""

    first_delay = 1.0  # seconds before the second attempt; doubled each time

    def __init__(self, updates: UpdateQueue) -> None:
        self._updates = updates
        self._execute: Execute | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""
        self._secret_token = ""
        self._max_connections = 40
        self._error: tuple[int, str] | None = None

    def answers_with(self, execute: Execute) -> None:
        """`execute` runs the call that a bot may put into its answer to a delivery."""
        self._execute = execute

    def set(self, url: str, secret_token: str, max_connections: int) -> None:
        """Deliver to `url` from now on."""
        self.stop()
        self.url, self._secret_token, self._max_connections = url, secret_token, max_connections
        self._error = None
        self._task = asyncio.get_running_loop().create_task(self._deliver_all())

    def clear(self) -> None:
        """Deliver nowhere; updates wait for `getUpdates`."""
        self.stop()
        self.url = ""

    def stop(self) -> None:
        """End the delivery task; what it holds stays pending."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def info(self) -> Json:
        """`WebhookInfo`."""
        shown: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.url:
            shown["max_connections"] = self._max_connections
        if self._error is not None:
            shown["last_error_date"], shown["last_error_message"] = self._error
        if self._updates.allowed is not None:
            shown["allowed_updates"] = sorted(self._updates.allowed)
        return shown

    async def _deliver_all(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=DEADLINE)) as session:
            while True:
                update = await self._updates.head()
                delay = self.first_delay
                while True:
                    again_after = await self._deliver(session, update.body())
                    if again_after is None:
                        break
                    await asyncio.sleep(again_after or delay)
                    delay = min(delay * 2, LONGEST_DELAY)
                self._updates.drop(update)

    async def _deliver(self, session: ClientSession, body: Json) -> float | None:
        """None when the bot took it; else the seconds it asked to wait, 0 when it did not say."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret_token} if self._secret_token else {}
        try:
            async with session.post(self.url, json=body, headers=headers, allow_redirects=False) as answer:
                content = await answer.read()
                if 200 <= answer.status < 300:
                    await self._obey(content)
                    return None
                self._note(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                return _retry_after(answer)
        except (ClientError, OSError, TimeoutError):
            self._note("Connection failed")
            return 0.0

    async def _obey(self, content: bytes) -> None:
        """Run the call in the bot's answer. As with the real server, the bot never learns how it went."""
        try:
            call = json.loads(content)
        except ValueError:
            return
        method = call.pop("method", None) if isinstance(call, dict) else None
        if isinstance(method, str) and self._execute is not None and not method.lower().startswith("get"):
            await self._execute(method, call)

    def _note(self, says: str) -> None:
        self._error = (int(time.time()), says)


def _retry_after(answer: ClientResponse) -> float:
    try:
        return min(max(float(answer.headers.get("Retry-After", "0")), 0.0), LONGEST_RETRY_AFTER)
    except ValueError:
        return 0.0
