"""`replay`: recorded webhook deliveries, one JSON body a line, signed and sent to a running instance."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import Counter
from pathlib import Path

import aiohttp

from app.settings import Environment, Settings
from webhook.instagram import PATH

DEADLINE = 10.0  # seconds per delivery
ATTEMPTS = 5  # an instance that is busy answers 503 and means it


def signature(body: bytes, secret: str) -> str:
    """As Meta signs: HMAC-SHA256 over the raw bytes, in lower-case hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def target(settings: Settings) -> str:
    """Where the instance of these settings takes webhooks."""
    if settings.http.public_url:
        return f"{settings.http.public_url}{PATH}"
    host = "127.0.0.1" if settings.http.host in {"0.0.0.0", "::"} else settings.http.host  # noqa: S104
    return f"http://{host}:{settings.http.port}{PATH}"


async def replay(settings: Settings, file: Path, url: str | None = None) -> Counter[int]:
    """How many deliveries were answered with which status; 0 stands for no answer.

    A sandbox's Instagram stand-in is told first which comments the bodies are about (rulings, 2).
    """
    address = url or target(settings)
    secret = settings.instagram.app_secret.get_secret_value()
    lines = await asyncio.to_thread(file.read_bytes)
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE)) as session:
        for line in lines.splitlines():
            body = line.strip()
            if not body:
                continue
            if settings.app.env is Environment.SANDBOX:
                await _import(session, settings.instagram.graph_url, body)
            statuses[await _send(session, address, body, secret)] += 1
    return statuses


async def _import(session: aiohttp.ClientSession, instagram: str, body: bytes) -> None:
    async with session.post(f"{instagram}/_control/import", data=body) as response:
        await response.read()


async def _send(session: aiohttp.ClientSession, address: str, body: bytes, secret: str) -> int:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(body, secret)}
    status = 0
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(2**attempt / 8)
        try:
            async with session.post(address, data=body, headers=headers, allow_redirects=False) as response:
                await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        if status not in {0, 503}:
            return status
    return status
