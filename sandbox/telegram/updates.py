"""The queue of updates and the long poll that empties it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from sandbox.telegram.errors import conflict
from sandbox.telegram.model import Json

# The server sends these only when they are asked for.
ASKED_FOR = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
PENDING_LIMIT = 100_000
HISTORY_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Update:
    """One update. `repeat` marks a second delivery, which no offset confirms away."""

    id: int
    kind: str
    payload: Json
    repeat: bool = False

    def body(self) -> Json:
        """The `Update` object."""
        return {"update_id": self.id, self.kind: self.payload}


class Wake(Enum):
    """Why a waiting poll goes on."""

    NEWS = "news"
    RIVAL = "terminated by other getUpdates request; make sure that only one bot instance is running"
    WEBHOOK = "terminated by setWebhook request"


class UpdateQueue:
    """Updates in order, until `getUpdates` confirms them or the webhook takes them."""

    conflict_pause = 3.0  # seconds a repeated 409 is held back, so that two pollers do not spin

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._queue: deque[Update] = deque(maxlen=PENDING_LIMIT)
        self._history: deque[Update] = deque(maxlen=HISTORY_LIMIT)
        self._news = asyncio.Event()
        self._poll: asyncio.Future[Wake] | None = None
        self._next_conflict = 0.0
        self.allowed: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Keep what kinds to queue from now on: None leaves it as it was, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, payload: Json) -> int | None:
        """Queue an update and tell its id; None when the bot did not ask for this kind."""
        wanted = kind not in ASKED_FOR if self.allowed is None else kind in self.allowed
        if not wanted:
            return None
        update = Update(self._next_id, kind, payload)
        self._next_id += 1
        self._history.append(update)
        self._queue.append(update)
        self._tell()
        return update.id

    def repeat(self, update_id: int, times: int) -> bool:
        """Deliver an earlier update again, before everything else; False when it is unknown."""
        known = next((update for update in self._history if update.id == update_id), None)
        if known is None:
            return False
        again = Update(known.id, known.kind, known.payload, repeat=True)
        self._queue.extendleft([again] * times)
        self._tell()
        return True

    def clear(self) -> None:
        """Forget everything pending."""
        self._queue.clear()
        self._news.clear()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """`getUpdates`: confirm what is below `offset`, wait up to `seconds` for the rest.

        A negative offset keeps only so many of the newest. A second waiting poll ends the first.
        """
        self._confirm(offset)
        if not self._queue and seconds > 0:
            self.end_poll(Wake.RIVAL)
            waiting: asyncio.Future[Wake] = asyncio.get_running_loop().create_future()
            self._poll = waiting
            try:
                async with asyncio.timeout(seconds):
                    wake = await waiting
            except TimeoutError:
                wake = Wake.NEWS
            finally:
                if self._poll is waiting:
                    self._poll = None
            if wake is not Wake.NEWS:
                await self.refuse(wake.value)
        return self._hand_out(limit)

    async def refuse(self, says: str) -> None:
        """Raise 409; a second one within three seconds is held back that long."""
        now = time.monotonic()
        if now < self._next_conflict:
            await asyncio.sleep(self.conflict_pause)
        else:
            self._next_conflict = now + self.conflict_pause
        raise conflict(says)

    def end_poll(self, why: Wake) -> None:
        """Let the poll that waits now go on, if there is one."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(why)
        self._poll = None

    async def head(self) -> Update:
        """The oldest pending update, waited for; it stays until `drop`."""
        while not self._queue:
            self._news.clear()
            await self._news.wait()
        return self._queue[0]

    def drop(self, update: Update) -> None:
        """Forget `update` if it is still the oldest."""
        if self._queue and self._queue[0] is update:
            self._queue.popleft()

    def _tell(self) -> None:
        self._news.set()
        self.end_poll(Wake.NEWS)

    def _confirm(self, offset: int) -> None:
        if offset > 0:
            kept = [update for update in self._queue if update.repeat or update.id >= offset]
        elif offset < 0:
            kept = list(self._queue)[offset:]
        else:
            return
        self._queue = deque(kept, maxlen=PENDING_LIMIT)

    def _hand_out(self, limit: int) -> list[Json]:
        batch = list(self._queue)[:limit]
        if any(update.repeat for update in batch):
            rest = [update for update in batch if not update.repeat] + list(self._queue)[limit:]
            self._queue = deque(rest, maxlen=PENDING_LIMIT)
        return [update.body() for update in batch]
