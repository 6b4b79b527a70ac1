"""`doctor`: is everything there that the product needs, in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiogram.exceptions import AiogramError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import product
from app.product import ALL_ROLES, Product
from app.servers import servers
from app.settings import Settings
from bot.commands.doctor import line
from bot.texts import texts
from db import migrations
from services.doctor import examine as findings_of
from services.instagram.errors import GraphError

DEADLINE = 15.0  # seconds per question

Check = Callable[[Product], Awaitable[str]]


class Wrong(Exception):
    """Something is not as it should be; the text says what to do."""


def examine(settings: Settings) -> dict[str, Any]:
    """Ask every neighbour one question: `{ok, checks: [{name, ok, says}]}`."""

    async def run(addresses: Any) -> dict[str, Any]:
        async with product.opened(settings, addresses, ALL_ROLES) as composed:
            checks = [await _asked(name, check, composed) for name, check in CHECKS.items()]
            checks += await _from_rows(composed)
        return {"ok": all(check["ok"] for check in checks), "checks": checks}

    with servers(settings, attach=True) as addresses:
        return asyncio.run(run(addresses))


async def _asked(name: str, check: Check, composed: Product) -> dict[str, Any]:
    try:
        async with asyncio.timeout(DEADLINE):
            return {"name": name, "ok": True, "says": await check(composed)}
    except Wrong as wrong:
        says = str(wrong)
    except GraphError as error:
        says = f"Instagram answers: {error}"
    except (AiogramError, SQLAlchemyError, OSError, TimeoutError) as error:
        says = f"no answer ({type(error).__name__})"
    return {"name": name, "ok": False, "says": says}


async def _from_rows(composed: Product) -> list[dict[str, Any]]:
    """What `/doctor` tells in Telegram, in English."""
    words, zone = texts("en"), composed.settings.policy.timezone
    try:
        async with asyncio.timeout(DEADLINE), composed.db.transaction() as tx:
            findings = await findings_of(tx.session, datetime.now(UTC))
    except (SQLAlchemyError, OSError, TimeoutError):
        return []  # the line about the database says so already
    return [
        {"name": finding.name, "ok": finding.ok, "says": line(finding, words, zone)} for finding in findings
    ]


async def _database(composed: Product) -> str:
    try:
        await migrations.require_current(composed.db.engine)
    except migrations.SchemaTooOld as error:
        raise Wrong(str(error)) from None
    async with composed.db.engine.connect() as connection:
        most = int(str(await connection.scalar(text("SHOW max_connections"))))
    wanted = composed.settings.database.pool_size + composed.settings.database.max_overflow + 4
    if wanted > most - 10:
        raise Wrong(f"this process may take {wanted} of {most} connections: lower DB_POOL_SIZE")
    return f"reachable and migrated; up to {wanted} of {most} connections"


async def _redis(composed: Product) -> str:
    if not await composed.limits.alive():
        raise Wrong("does not answer: limits are local and careful until it does")
    return "answers"


async def _instagram(composed: Product) -> str:
    token = composed.settings.instagram.access_token
    if token is None:
        return "no INSTAGRAM_ACCESS_TOKEN: accounts are connected by /accounts in Telegram"
    profile = await composed.instagram.profile(token.get_secret_value())
    return f"the token belongs to @{profile.username}"


async def _telegram(composed: Product) -> str:
    me = await composed.bot.get_me()
    chat = await composed.bot.get_chat(composed.options.chat_id)
    return f"@{me.username} is in “{chat.title or chat.id}”"


CHECKS: dict[str, Check] = {
    "database": _database,
    "redis": _redis,
    "instagram": _instagram,
    "telegram": _telegram,
}
