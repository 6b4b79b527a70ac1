"""Commands that read or tend the store, beside a running service or without one."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from app.servers import servers
from app.settings import Settings
from db import migrations
from db.engine import Database, PoolSettings
from db.life.comment import CommentState
from db.models import Comment
from db.queue import Job, Step
from db.repositories import accounts, audit, comments, moves
from db.repositories import knowledge as documents
from services.knowledge.importing import ImportReport, import_knowledge
from services.stats import Period, collect

T = TypeVar("T")
SMALL_POOL = PoolSettings(size=2, max_overflow=0)


def _with_store(settings: Settings, work: Callable[[Database], Awaitable[T]], *, migrated: bool = True) -> T:
    """Do `work` on the store; embedded servers are attached to, or started for as long as it takes."""

    async def run(url: str) -> T:
        db = Database(url, SMALL_POOL)
        try:
            if migrated:
                await migrations.require_current(db.engine)
            return await work(db)
        finally:
            await db.close()

    with servers(settings, attach=True) as addresses:
        return asyncio.run(run(addresses.database_url))


def migrate(settings: Settings) -> None:
    """Upgrade to the newest schema."""
    _with_store(settings, lambda db: migrations.migrate(db.engine), migrated=False)


def export_audit(settings: Settings, since: str | None, form: str, out: TextIO) -> None:
    """Write the audit trail as JSON lines or CSV."""
    try:
        start = datetime.fromisoformat(since) if since else None
    except ValueError:
        raise click.UsageError("--since takes a date or time of ISO 8601, such as 2026-11-01") from None
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=UTC)

    async def read(db: Database) -> list[dict[str, Any]]:
        async with db.transaction() as tx:
            return await audit.entries(tx.session, start)

    entries = _with_store(settings, read)
    if form == "jsonl":
        out.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
        return
    columns = sorted({column for entry in entries for column in entry})
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(entries)


async def _account_id(db: Database, account: str | None) -> int | None:
    if account is None:
        return None
    async with db.transaction() as tx:
        for known in await accounts.every(tx.session):
            if account in {known.instagram_id, f"@{known.username}", known.username}:
                return known.id
    raise click.UsageError(f"there is no account {account}")


def knowledge_import(settings: Settings, path: Path, account: str | None) -> ImportReport:
    """Import a file or folder."""

    async def work(db: Database) -> ImportReport:
        return await import_knowledge(db, path, await _account_id(db, account))

    return _with_store(settings, work)


def knowledge_list(settings: Settings) -> list[str]:
    """A line per document."""

    async def work(db: Database) -> list[str]:
        async with db.transaction() as tx:
            return [
                f"{document.name}: {count} passages"
                for document, count in await documents.documents(tx.session)
            ]

    return _with_store(settings, work)


def knowledge_remove(settings: Settings, name: str, account: str | None) -> bool:
    """Forget a document; False when there is none."""

    async def work(db: Database) -> bool:
        account_id = await _account_id(db, account)
        async with db.transaction() as tx:
            return await documents.remove(tx.session, account_id, name)

    return _with_store(settings, work)


def stats(settings: Settings, words: str) -> dict[str, Any]:
    """Figures by name."""
    zone = settings.policy.timezone
    period = Period.parse(words, datetime.now(zone).date(), zone)

    async def work(db: Database) -> dict[str, Any]:
        async with db.transaction() as tx:
            figures = asdict(await collect(tx.session, period))
        figures["period"] = f"{period.first}..{period.last}"
        for name in ("categories", "decisions"):
            figures[name] = {str(key): value for key, value in figures[name].items()}
        return figures

    return _with_store(settings, work)


def deadletters_list(settings: Settings) -> list[str]:
    """A line per comment whose step failed for good."""

    async def work(db: Database) -> list[str]:
        async with db.transaction() as tx:
            return [
                f"{comment.id}\t{comment.created_at:%Y-%m-%d %H:%M}\t{comment.error or ''}"
                for comment in await comments.failed(tx.session)
            ]

    return _with_store(settings, work)


def deadletters_retry(settings: Settings, ids: Sequence[int] | None) -> int:
    """Send them on their way again; how many there were."""

    async def work(db: Database) -> int:
        count = 0
        async with db.transaction() as tx:
            for comment in await comments.failed(tx.session):
                if ids is not None and comment.id not in ids:
                    continue
                again = await moves.move(
                    tx.session,
                    Comment,
                    comment.id,
                    CommentState.RECEIVED,
                    attempts=0,
                    next_attempt_at=None,
                    error=None,
                    note="retried by the operator",
                )
                if again is not None:
                    count += 1
                    key = f"classified:{again.id}:{again.lease_token}"
                    tx.enqueue(Job(Step.CLASSIFY, again.id, key=key))
        return count

    return _with_store(settings, work)
