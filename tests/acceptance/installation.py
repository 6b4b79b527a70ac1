"""A whole installation in processes of its own: neighbours that live on, and a service that can be killed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import asyncpg

from app.settings import envfile
from db.engine import asyncpg_arguments

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0  # seconds for anything that is to happen; it usually takes less than two
UNWANTED = ("TEST_", "INSTAGRAM_", "TELEGRAM_", "OPENAI_")
WORKING = {"classifying", "answering", "regenerating", "sending"}
UNDECIDED = {"received", "classified", "planned", "stale"} | WORKING

T = TypeVar("T")


async def eventually(what: str, look: Callable[[], Awaitable[T | None]], patience: float = PATIENCE) -> T:
    """The first answer of `look` that is not None."""
    deadline = time.monotonic() + patience
    while True:
        found = await look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen: {what}")
        await asyncio.sleep(0.05)


class Installation:
    """Drives everything from outside, by the addresses of `interfaces.md`."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        self.folder = folder
        self.session = session
        self.info: dict[str, Any] = {}
        self.env_file = folder / "service.env"
        self._service: asyncio.subprocess.Process | None = None

    # ------------------------------------------------------------ processes

    async def stage(self, database_url: str, redis_url: str, **settings: str) -> asyncio.subprocess.Process:
        """Start the neighbours and write the service's settings."""
        env, info = self.folder / "stage.env", self.folder / "info.json"
        process = await self._spawn(
            "sandbox", "--stand-ins-only", "--env", env, "--info", info, "--state", self.folder / "state"
        )

        async def written() -> dict[str, Any] | None:
            assert process.returncode is None
            return json.loads(info.read_text(encoding="utf-8")) if info.exists() else None

        self.info = await eventually("the neighbours are up", written)
        values, problems = envfile.read(env)
        assert not problems
        values |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url} | settings
        self.env_file.write_text(envfile.render(values), encoding="utf-8")
        return process

    def settings(self, **changes: str) -> dict[str, str]:
        """The service's settings, with `changes` from its next start on."""
        values, problems = envfile.read(self.env_file)
        assert not problems
        values |= changes
        self.env_file.write_text(envfile.render(values), encoding="utf-8")
        return dict(values)

    async def start(self) -> None:
        """Start the service and wait until it is ready."""
        service = await self._spawn("start", "--env-file", self.env_file)
        self._service = service
        url = self.info["webhook"].replace("/webhooks/instagram", "/health/ready")

        async def ready() -> bool | None:
            assert service.returncode is None, "the service ended"
            try:
                async with self.session.get(url) as response:
                    return True if response.status == 200 else None
            except aiohttp.ClientError:
                return None

        await eventually("the service is ready", ready)

    async def kill(self) -> None:
        """`kill -9`."""
        assert self._service is not None
        self._service.send_signal(signal.SIGKILL)
        await self._service.wait()

    async def stop(self) -> int:
        """SIGTERM, and the exit status."""
        assert self._service is not None
        self._service.send_signal(signal.SIGTERM)
        return await self._service.wait()

    async def command(self, *arguments: str | Path) -> str:
        """What another command prints."""
        process = await self._spawn(*arguments, output=True)
        out, _err = await process.communicate()
        assert process.returncode == 0
        return out.decode()

    async def _spawn(self, *arguments: str | Path, output: bool = False) -> asyncio.subprocess.Process:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(UNWANTED)}
        with (self.folder / "processes.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "app",
                *(str(argument) for argument in arguments),
                cwd=self.folder,
                env=environment | {"PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if output else log,
                stderr=log,
            )

    # ------------------------------------------------------------ what people and neighbours do

    async def comment(self, text: str, username: str = "anna_k", **more: Any) -> str:
        """A customer writes under the first post; the comment's id."""
        body = {"media_id": self.info["media_ids"][0], "username": username, "text": text} | more
        return str((await self.post("instagram", "comments", body))["id"])

    async def fault(self, neighbour: str, operation: str, kind: str, times: int = 1, **more: Any) -> None:
        """Plan a misbehaviour."""
        await self.post(neighbour, "faults", {"operation": operation, "kind": kind, "times": times} | more)

    async def press(
        self, user_id: int, message_id: int, data: str, chat_id: int | None = None
    ) -> dict[str, Any]:
        """A person presses a button, in the group unless another chat is named."""
        body = {"user_id": user_id, "message_id": message_id, "data": data, "chat_id": chat_id}
        return await self.post("telegram", "press", body)

    async def meta_calls(
        self, path: str, user_id: str, secret: str | None = None
    ) -> tuple[int, dict[str, str]]:
        """Meta calls back with a signed_request about a person or an account: the status and the answer."""
        payload = _encoded(json.dumps({"algorithm": "HMAC-SHA256", "user_id": user_id}).encode())
        key = (secret or self.info["app_secret"]).encode()
        signed = f"{_encoded(hmac.digest(key, payload.encode(), hashlib.sha256))}.{payload}"
        address = self.info["webhook"].replace("/webhooks/instagram", path)
        async with self.session.post(address, data={"signed_request": signed}) as answer:
            told = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, told

    async def approve(self, words: str) -> int:
        """The owner approves the draft on the card with `words`; the card's message."""
        message_id, data = await self.button(words, "ap")
        [card] = [card for card in await self.cards(words) if card["message_id"] == message_id]
        assert (await self.press(self.olga, message_id, data, card["chat"]["id"]))["text"]
        return message_id

    @property
    def olga(self) -> int:
        """The owner's Telegram id."""
        return int(self.info["managers"][0]["id"])

    async def post(self, neighbour: str, control: str, body: dict[str, Any]) -> dict[str, Any]:
        """A control address of a stand-in; what it refuses fails the test."""
        async with self.session.post(f"{self.info[neighbour]}/_control/{control}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.ok or response.status == 504, answer  # 504: the bot did not answer a press
            return answer

    async def get(self, neighbour: str, control: str) -> Any:
        """What a stand-in has seen."""
        async with self.session.get(f"{self.info[neighbour]}/_control/{control}") as response:
            return await response.json()

    # ------------------------------------------------------------ what can be seen

    async def cards(self, words: str) -> list[dict[str, Any]]:
        """The bot's messages in the chat that hold `words`."""
        messages = await self.get("telegram", "messages")
        return [
            message
            for message in messages
            if words in message.get("text", "") and message["from"]["is_bot"] and "reply_markup" in message
        ]

    async def card(self, words: str) -> dict[str, Any]:
        """The card about a comment, once it is there."""

        async def there() -> dict[str, Any] | None:
            found = await self.cards(words)
            return found[-1] if found else None

        return await eventually(f"a card with {words}", there)

    async def button(self, words: str, action: str) -> tuple[int, str]:
        """A button of a card: the message and the data."""

        async def there() -> tuple[int, str] | None:
            for card in await self.cards(words):
                for data in buttons(card):
                    if data.startswith(f"d:{action}:"):
                        return card["message_id"], data
            return None

        return await eventually(f"{action} on {words}", there)

    async def says(self, message_id: int, words: str) -> dict[str, Any]:
        """The bot's message, once it holds `words`."""

        async def there() -> dict[str, Any] | None:
            messages = await self.get("telegram", "messages")
            return next(
                (one for one in messages if one["message_id"] == message_id and words in one.get("text", "")),
                None,
            )

        return await eventually(f"message {message_id} says {words}", there)

    async def told(self, words: str, chat_id: int | None = None) -> dict[str, Any]:
        """The newest message with `words` that the bot has written, in a chat if one is named."""

        async def there() -> dict[str, Any] | None:
            messages = await self.get("telegram", f"messages?chat_id={chat_id}" if chat_id else "messages")
            found = [one for one in messages if words in one.get("text", "") and one["from"]["is_bot"]]
            return found[-1] if found else None

        return await eventually(f"the bot says {words}", there)

    async def effect(self, kind: str, **about: Any) -> dict[str, Any]:
        """The one effect of this kind with these values in the ledger, once it is there."""

        async def done() -> dict[str, Any] | None:
            found = await self.effects(kind, **about)
            assert len(found) <= 1, found
            return found[0] if found else None

        return await eventually(f"{kind} of {about}", done)

    async def effects(self, kind: str, **about: Any) -> list[dict[str, Any]]:
        """Effects of this kind with these values, in the order Instagram took them."""
        return [
            entry
            for entry in await self.get("instagram", "ledger")
            if entry["effect"] == kind and about.items() <= entry.items()
        ]

    async def replies(self) -> list[dict[str, Any]]:
        """Replies in the order Instagram took them."""
        return await self.effects("reply")

    async def overview(self) -> dict[str, Any]:
        """Counts by state, from the internal port."""
        headers = {"Authorization": f"Bearer {self.info['internal_token']}"}
        async with self.session.get(
            f"{self.info['internal']}/internal/overview", headers=headers
        ) as response:
            found: dict[str, Any] = await response.json()
            return found

    async def timeline(self, comment_id: str) -> dict[str, Any] | None:
        """What happened to a comment."""
        found: dict[str, Any] | None = await self._inside(f"comments/{comment_id}/timeline")
        return found

    async def compared(self) -> None:
        """Wait until what Instagram shows has been compared with what arrived, as at every start."""

        async def over() -> bool | None:
            return None if "reconcile" in (await self.overview())["queue"] else True

        await eventually("the comparison is over", over)

    async def sql(self, statement: str) -> None:
        """Change a row as time would have changed it."""
        connection = await asyncpg.connect(**asyncpg_arguments(self.settings()["DATABASE_URL"]))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _inside(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.info['internal_token']}"}
        async with self.session.get(f"{self.info['internal']}/internal/{path}", headers=headers) as response:
            return await response.json() if response.status == 200 else None

    async def audit(self) -> list[dict[str, Any]]:
        """The audit trail."""
        lines = await self.command("export", "audit", "--env-file", self.env_file)
        return [json.loads(line) for line in lines.splitlines()]

    async def quiet(self, patience: float = PATIENCE) -> dict[str, dict[str, int]]:
        """Wait until nothing is under way; the counts then."""
        states: dict[str, dict[str, int]] = {}

        async def settled() -> bool | None:
            nonlocal states
            states = (await self.overview())["states"]
            return None if {state for counts in states.values() for state in counts} & UNDECIDED else True

        try:
            await eventually("everything has come to rest", settled, patience)
        except AssertionError as error:
            error.add_note(f"still: {states}")
            raise
        return states


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def buttons(message: dict[str, Any]) -> list[str]:
    """The callback data of a message's buttons."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


@asynccontextmanager
async def installed(
    folder: Path, database_url: str, redis_url: str, **settings: str
) -> AsyncIterator[Installation]:
    """Neighbours and the settings of a service that has not been started yet."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        installation = Installation(folder, session)
        stage = await installation.stage(database_url, redis_url, **settings)
        try:
            yield installation
        finally:
            for process in (installation._service, stage):
                if process is not None and process.returncode is None:
                    process.kill()
                    await process.wait()
