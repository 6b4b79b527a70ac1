"""`kill -9` of the service at ten moments of the way; the neighbours live on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.acceptance.installation import WORKING, Installation, eventually

DELIVERY = "Сколько стоит доставка в Казань?"
HANG = 4.0  # seconds a neighbour holds a call; the service is killed meanwhile


async def _asked(installation: Installation, task: str) -> None:
    """Wait until the language model has been asked."""
    schema = {"classify": "classification", "answer": '"answer"'}[task]
    before = len(await installation.get("llm", "requests"))

    async def seen() -> bool | None:
        requests = await installation.get("llm", "requests")
        return True if any(schema in str(request) for request in requests[before:]) else None

    await eventually(f"the model is asked to {task}", seen)


async def _called(installation: Installation, method: str, before: int) -> None:
    """Wait until the bot has called a method once more than `before`."""

    async def seen() -> bool | None:
        calls = await installation.get("telegram", "calls")
        return True if sum(call["method"] == method for call in calls) > before else None

    await eventually(f"{method} is called", seen)


async def _count(installation: Installation, method: str) -> int:
    return sum(call["method"] == method for call in await installation.get("telegram", "calls"))


class _Moments:
    """Each brings the service to one moment with a comment of its own, and leaves it running there."""

    def __init__(self, installation: Installation) -> None:
        self.at = installation
        self.olga = installation.info["managers"][0]["id"]

    async def webhook_taken(self, words: str) -> None:
        await self.at.comment(words)

    async def post_being_read(self, words: str) -> None:
        await self.at.fault("instagram", "media", "delay", seconds=HANG)
        await self.at.comment(words, media_id=self.at.info["media_ids"][1])

    async def being_classified(self, words: str) -> None:
        await self.at.fault("llm", "responses", "delay", seconds=HANG)
        await self.at.comment(words)
        await self._under_way("classifying")

    async def being_answered(self, words: str) -> None:
        await self.at.comment(words)
        await _asked(self.at, "answer")

    async def card_being_posted(self, words: str) -> None:
        before = await _count(self.at, "sendMessage")
        await self.at.fault("telegram", "sendMessage", "delay", seconds=HANG)
        await self.at.comment(words)
        await _called(self.at, "sendMessage", before)

    async def card_posted(self, words: str) -> None:
        await self.at.comment(words)
        await self.at.card(words)

    async def press_received(self, words: str) -> None:
        await self.at.fault("telegram", "answerCallbackQuery", "delay", seconds=HANG)
        await self._approve(words, wait=False)

    async def just_approved(self, words: str) -> None:
        await self._approve(words)

    async def reply_on_its_way(self, words: str) -> None:
        await self.at.fault("instagram", "reply", "delay", seconds=HANG)
        await self._approve(words)
        await self._under_way("sending")

    async def reply_taken_answer_lost(self, words: str) -> None:
        await self.at.fault("instagram", "reply", "drop_after")
        await self._approve(words)
        await self._replied(words)

    async def card_being_edited(self, words: str) -> None:
        await self.at.fault("telegram", "editMessageText", "delay", seconds=HANG)
        await self._approve(words)
        await self._replied(words)

    async def _approve(self, words: str, *, wait: bool = True) -> None:
        await self.at.comment(words)
        message_id, data = await self.at.button(words, "ap")
        if wait:
            await self.at.press(self.olga, message_id, data)
        else:
            calls = await _count(self.at, "answerCallbackQuery")
            self._pressing = asyncio.create_task(self.at.press(self.olga, message_id, data))
            await _called(self.at, "answerCallbackQuery", calls)

    async def _under_way(self, state: str) -> None:
        async def seen() -> bool | None:
            states = (await self.at.overview())["states"]
            return True if any(state in counts for counts in states.values()) else None

        await eventually(f"something is {state}", seen)

    async def _replied(self, words: str) -> None:
        async def seen() -> bool | None:
            return True if await self.at.replies() else None

        await eventually("Instagram took a reply", seen)


Moment = Callable[[str], Awaitable[None]]


async def test_whatever_the_moment_of_a_kill_nothing_is_lost_and_nothing_said_twice(
    installation: Installation,
) -> None:
    moments = _Moments(installation)
    story: list[Moment] = [
        moments.webhook_taken,
        moments.post_being_read,
        moments.being_classified,
        moments.being_answered,
        moments.card_being_posted,
        moments.card_posted,
        moments.press_received,
        moments.just_approved,
        moments.reply_on_its_way,
        moments.reply_taken_answer_lost,
        moments.card_being_edited,
    ]
    await installation.post("instagram", "switches", {"retry_scale": 0.2})
    await installation.start()
    for number, moment in enumerate(story):
        await moment(f"{DELIVERY} (вопрос {number:02d})")
        await installation.kill()
        await installation.start()

    async def answered() -> bool | None:
        deliveries = await installation.get("instagram", "deliveries")
        return True if {delivery["state"] for delivery in deliveries} == {"delivered"} else None

    await eventually("Meta got its 200 for everything", answered)
    states = await installation.quiet()
    assert not {state for counts in states.values() for state in counts} & WORKING
    for number in range(len(story)):
        await installation.card(f"вопрос {number:02d}")

    entries = await installation.audit()
    comments = {
        entry["comment_id"] for entry in entries if entry["type"] == "comment" and entry["state"] != "own"
    }
    assert len(comments) == len(story)
    drafted = {entry["comment_id"] for entry in entries if entry["type"] == "draft"}
    assert drafted == comments

    replies = Counter(reply["comment_id"] for reply in await installation.replies())
    assert set(replies.values()) <= {1}
    approved = {entry["comment_id"] for entry in entries if entry.get("action") == "approve"}
    delivered = {
        entry["comment_id"]: entry["state"]
        for entry in entries
        if entry["type"] == "delivery" and entry["state"] in {"sent", "uncertain"}
    }
    assert set(delivered) == approved
    assert {comment for comment, state in delivered.items() if state == "sent"} <= set(replies)
