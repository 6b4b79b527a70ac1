"""The product's door with a running inbox behind it, and somebody who stands before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network

import aiohttp
import pytest

from db.engine import Database
from services.ingest.inbox import Inbox
from tests.webhook.door import CURRENT, META, PREVIOUS, VERIFY_TOKEN, Door
from webhook.admission import Bodies, Network
from webhook.instagram import InstagramSecrets, InstagramWebhook
from webhook.server import application, listening

SECRETS = InstagramSecrets(
    signing=[CURRENT.encode(), PREVIOUS.encode(), META.encode()], verify_token=VERIFY_TOKEN
)


@asynccontextmanager
async def door_to(
    db: Database,
    *,
    trusted: Iterable[str] = (),
    bodies: Bodies | None = None,
    inbox: Inbox | None = None,
    storing: bool = True,
) -> AsyncIterator[Door]:
    """Serve the webhook; without `storing` nothing empties the inbox."""
    inbox = inbox or Inbox(db)
    networks: list[Network] = [ip_network(network) for network in trusted]
    running = asyncio.create_task(inbox.run()) if storing else None
    webhook = InstagramWebhook(inbox, SECRETS, networks, bodies)
    try:
        async with (
            listening(application(webhook.routes()), "127.0.0.1", 0) as port,
            aiohttp.ClientSession() as session,
        ):
            yield Door(session, port)
    finally:
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def door(db: Database) -> AsyncIterator[Door]:
    async with door_to(db) as door:
        yield door
