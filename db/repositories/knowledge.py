"""Documents and passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Document, Passage


async def document(session: AsyncSession, account_id: int | None, name: str) -> Document | None:
    """The document imported under `name`."""
    return (
        await session.execute(
            select(Document).where(
                Document.account_id.is_not_distinct_from(account_id), Document.name == name
            )
        )
    ).scalar_one_or_none()


async def replace(
    session: AsyncSession,
    account_id: int | None,
    name: str,
    sha256: str,
    passages: Sequence[dict[str, Any]],
    report: dict[str, Any],
) -> Document:
    """Put a document's new passages in the place of the old ones."""
    statement = (
        insert(Document)
        .values(account_id=account_id, name=name, sha256=sha256, report=report)
        .on_conflict_do_update(
            index_elements=[Document.account_id, Document.name], set_={"sha256": sha256, "report": report}
        )
        .returning(Document)
    )
    row = (await session.execute(statement)).scalar_one()
    await session.execute(delete(Passage).where(Passage.document_id == row.id))
    if passages:  # as parameters of one row each: all values of a catalogue exceed a statement's limit
        await session.execute(
            insert(Passage),
            [
                {"document_id": row.id, "account_id": account_id, "position": position, **passage}
                for position, passage in enumerate(passages)
            ],
        )
    return row


async def remove(session: AsyncSession, account_id: int | None, name: str) -> bool:
    """Forget a document with its passages."""
    removed = await session.execute(
        delete(Document)
        .where(Document.account_id.is_not_distinct_from(account_id), Document.name == name)
        .returning(Document.id)
    )
    return removed.one_or_none() is not None


async def documents(session: AsyncSession) -> Sequence[tuple[Document, int]]:
    """All documents with the number of their passages."""
    rows = await session.execute(
        select(Document, func.count(Passage.id))
        .outerjoin(Passage, Passage.document_id == Document.id)
        .group_by(Document.id)
        .order_by(Document.name)
    )
    return [(row[0], row[1]) for row in rows]


async def passages(session: AsyncSession, account_id: int) -> Sequence[Passage]:
    """Everything an account knows, in a stable order (the prompt's prefix is cached)."""
    return (
        (
            await session.execute(
                select(Passage)
                .where(or_(Passage.account_id == account_id, Passage.account_id.is_(None)))
                .order_by(Passage.document_id, Passage.position)
            )
        )
        .scalars()
        .all()
    )
