"""`sandbox --smoke`: one scripted tour, from comments to replies, played by the people of the cast."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from app.sandbox import cast
from app.sandbox.stage import Stage
from sandbox.telegram import Person

T = TypeVar("T")

PATIENCE = 30.0  # seconds for any one expectation; it usually holds within two
POLL = 0.05

PRICE_RU = "Добрый день! Сколько стоит свеча «Прованс»?"
DELIVERY_EN = "Hi! How much is delivery and how long does it take?"
COMPLAINT_RU = "Заказ пришёл разбитым, очень расстроена. Кто мне вернёт деньги?"
PRAISE_RU = "Девочки, саше чудесное, весь шкаф пахнет летом! Спасибо 💜"
EMOJI = "😍😍😍"
EDITED = "Hi Emma! Delivery within Russia starts at 350 ₽ and takes 2–5 days."


class Unmet(Exception):
    """An expectation of the tour did not hold; the text says which."""


@dataclass(slots=True)
class Report:
    """What happened, for people and for programs."""

    ok: bool = True
    steps: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """One object (interfaces, Commands)."""
        return {"ok": self.ok, "steps": self.steps, "replies": self.replies, "cards": self.cards}

    def as_text(self) -> str:
        """A transcript."""
        lines = [
            f"{'✓' if step['ok'] else '✗'} {step['seconds']:5.1f} s  {step['what']}" for step in self.steps
        ]
        lines += ["", "On Instagram now:"]
        lines += [f"  ↳ {reply['text']}" for reply in self.replies]
        lines.append("\nEverything held." if self.ok else "\nNot everything held.")
        return "\n".join(lines)


async def walk(stage: Stage) -> Report:
    """Play the tour on a running product."""
    report = Report()
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        guide = _Guide(stage, session, report)
        try:
            await guide.walk()
        except Unmet:
            report.ok = False
        except (aiohttp.ClientError, TimeoutError) as error:
            report.ok = False
            report.steps.append(
                {"what": f"a neighbour did not answer: {error!r}", "ok": False, "seconds": 0.0}
            )
        report.replies = await guide.replies()
        report.cards = [
            {"message_id": card["message_id"], "text": card["text"], "edits": card["edits"]}
            for card in await guide.messages()
            if card["from"]["is_bot"]
        ]
    return report


class _Guide:
    def __init__(self, stage: Stage, session: aiohttp.ClientSession, report: Report) -> None:
        self._stage = stage
        self._session = session
        self._report = report
        self._started = time.monotonic()

    async def walk(self) -> None:
        feed, reel = self._stage.media_ids[0], self._stage.media_ids[1]
        price = await self._comment(feed, "anna_k", PRICE_RU)
        await self._comment(feed, "emma.green", DELIVERY_EN)
        await self._comment(reel, "marina_s", COMPLAINT_RU)
        await self._comment(reel, "lena.v", PRAISE_RU)
        await self._comment(reel, "dasha", EMOJI)
        self._note("five customers wrote in Russian and English")

        cards = {}
        for words in (PRICE_RU, DELIVERY_EN, COMPLAINT_RU, PRAISE_RU):
            cards[words] = await self._card(words)
        self._note("four cards are in the chat; the emoji alone made none")

        await self._approve(cast.OLGA, PRICE_RU, "Olga approved the answer about the price")
        await self._edit(cast.IVAN, DELIVERY_EN, EDITED)
        await self._approve(cast.IVAN, DELIVERY_EN, "Ivan approved his own wording")
        await self._press(cast.ANNA, COMPLAINT_RU, "es", "Anna escalated the complaint")
        await self._press(cast.OLGA, PRAISE_RU, "rj", "Olga opened the reasons of rejection")
        await self._press(cast.OLGA, PRAISE_RU, "rje", "Olga rejected the draft")
        await self._stranger(COMPLAINT_RU)
        await self._late(cast.ANNA, PRICE_RU)

        replies = await self._until("both replies are on Instagram", self._both_replies)
        if price not in {reply["comment_id"] for reply in replies}:
            raise self._unmet("the answer about the price stands under its comment")
        if [reply["text"] for reply in replies].count(EDITED) != 1:
            raise self._unmet("Ivan's wording went out exactly as he approved it")
        await self._until("the cards say that the replies are sent", self._cards_settled)

    # ---------------------------------------------------------------- what people do

    async def _comment(self, media_id: str, username: str, text: str) -> str:
        body = {"media_id": media_id, "username": username, "text": text}
        return str((await self._post(f"{self._stage.instagram}/_control/comments", body))["id"])

    async def _approve(self, person: Person, words: str, what: str) -> None:
        await self._press(person, words, "ap", what)

    async def _press(self, person: Person, words: str, action: str, what: str) -> dict[str, Any]:
        async def there() -> tuple[int, str] | None:
            for card in await self.messages():
                if words[:40] in card["text"]:
                    for data in _buttons(card):
                        if data.startswith(f"d:{action}:"):
                            return int(card["message_id"]), data
            return None

        message_id, data = await self._until(f"a button for: {what}", there, quiet=True)
        answer = await self._answer(person.id, message_id, data)
        self._note(f"{what} — “{answer.get('text') or ''}”")
        return answer

    async def _answer(self, user_id: int, message_id: int, data: str) -> dict[str, Any]:
        body = {"user_id": user_id, "message_id": message_id, "data": data}
        return await self._post(f"{self._stage.telegram}/_control/press", body)

    async def _edit(self, person: Person, words: str, text: str) -> None:
        card = await self._card(words)
        await self._press(person, words, "ed", f"{person.name} began to edit")

        async def asked() -> int | None:
            for message in await self.messages():
                replied = message.get("reply_to_message") or {}
                if "force_reply" in message and replied.get("message_id") == card["message_id"]:
                    return int(message["message_id"])
            return None

        prompt = await self._until("the bot asked for the new text", asked)
        body = {"user_id": person.id, "text": text, "reply_to": prompt}
        await self._post(f"{self._stage.telegram}/_control/send", body)

        async def shown() -> bool | None:
            return text in (await self._card(words))["text"] or None

        await self._until(f"the card shows {person.name}'s wording", shown)

    async def _stranger(self, words: str) -> None:
        card = await self._card(words)
        data = _buttons(card)[0]
        before = len(await self.replies())
        answer = await self._answer(cast.STRANGER.id, int(card["message_id"]), data)
        if not answer.get("alert") or len(await self.replies()) != before:
            raise self._unmet("a stranger's press is refused")
        self._note(f"a stranger was refused — “{answer.get('text')}”")

    async def _late(self, person: Person, words: str) -> None:
        """A colleague presses Reject on what Olga has approved."""
        card = await self._card(words)
        data = next((data for data in _buttons(card)), None)
        if data is None:
            return
        _prefix, _action, nonce, version = data.split(":")
        answer = await self._answer(person.id, int(card["message_id"]), f"d:rjs:{nonce}:{version}")
        if not answer.get("text"):
            raise self._unmet("a late colleague is told who decided")
        self._note(f"{person.name} came too late — “{answer['text']}”")

    # ---------------------------------------------------------------- what can be seen

    async def messages(self) -> list[dict[str, Any]]:
        found = await self._get(f"{self._stage.telegram}/_control/messages")
        assert isinstance(found, list)
        return found

    async def replies(self) -> list[dict[str, Any]]:
        ledger = await self._get(f"{self._stage.instagram}/_control/ledger")
        assert isinstance(ledger, list)
        return [entry for entry in ledger if entry["effect"] == "reply"]

    async def _card(self, words: str) -> dict[str, Any]:
        async def there() -> dict[str, Any] | None:
            for message in await self.messages():
                if words[:40] in message.get("text", "") and message["from"]["is_bot"]:
                    return message
            return None

        return await self._until(f"a card with: {words}", there, quiet=True)

    async def _both_replies(self) -> list[dict[str, Any]] | None:
        replies = await self.replies()
        if len(replies) > 2:
            raise self._unmet("no reply was sent twice")
        return replies if len(replies) == 2 else None

    async def _cards_settled(self) -> bool | None:
        for words in (PRICE_RU, DELIVERY_EN):
            if any(data.startswith(("d:ap:", "d:un:")) for data in _buttons(await self._card(words))):
                return None
        return True

    async def _until(self, what: str, look: Callable[[], Awaitable[T | None]], *, quiet: bool = False) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = await look()
            if found is not None:
                if not quiet:
                    self._note(what)
                return found
            await asyncio.sleep(POLL)
        raise self._unmet(what)

    def _note(self, what: str, *, ok: bool = True) -> None:
        seconds = round(time.monotonic() - self._started, 2)
        self._report.steps.append({"what": what, "ok": ok, "seconds": seconds})

    def _unmet(self, what: str) -> Unmet:
        self._note(what, ok=False)
        return Unmet(what)

    async def _get(self, url: str) -> Any:
        async with self._session.get(url) as response:
            return await response.json()

    async def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(url, json=body) as response:
            answer: dict[str, Any] = await response.json()
            return answer


def _buttons(message: dict[str, Any]) -> list[str]:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]
