"""Documents and passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Document, KnowledgeChange, Passage
from db.models.knowledge import KnowledgeAction, PassageKind

BATCH = 1_000  # passages of one statement: 50,000 at once take longer than a statement may


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
    *,
    by: int | None = None,
) -> Document:
    """Put a document's new passages in the place of the old ones. `by` is the manager who wanted it."""
    fresh = {
        "sha256": sha256,
        "report": report,
        "changed_at": func.now(),
        "nonce": cast(func.gen_random_uuid(), Text),
    }
    known = await document(session, account_id, name)
    statement = (
        insert(Document)
        .values(account_id=account_id, name=name, **fresh)
        .on_conflict_do_update(index_elements=[Document.account_id, Document.name], set_=fresh)
        .returning(Document)
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).scalar_one()
    await session.execute(delete(Passage).where(Passage.document_id == row.id))
    rows = [
        {"document_id": row.id, "account_id": account_id, "position": position, **passage}
        for position, passage in enumerate(passages)
    ]
    for first in range(0, len(rows), BATCH):
        await session.execute(insert(Passage), rows[first : first + BATCH])
    _note(session, KnowledgeAction.ADDED if known is None else KnowledgeAction.REPLACED, row, by)
    return row


async def remove(session: AsyncSession, account_id: int | None, name: str, *, by: int | None = None) -> bool:
    """Forget a document with its passages. `by` is the manager who wanted it."""
    same = (Document.account_id.is_not_distinct_from(account_id), Document.name == name)
    return await _remove(session, by, *same) is not None


async def remove_shown(session: AsyncSession, nonce: str, by: int) -> Document | None:
    """Forget the document that a button showed; None when it was removed or replaced meanwhile."""
    return await _remove(session, by, Document.nonce == nonce)


async def _remove(session: AsyncSession, by: int | None, *which: ColumnElement[bool]) -> Document | None:
    removed = (await session.execute(delete(Document).where(*which).returning(Document))).scalar_one_or_none()
    if removed is not None:
        _note(session, KnowledgeAction.REMOVED, removed, by)
    return removed


def _note(session: AsyncSession, action: KnowledgeAction, row: Document, by: int | None) -> None:
    session.add(
        KnowledgeChange(
            action=action, account_id=row.account_id, name=row.name, sha256=row.sha256, manager_id=by
        )
    )


async def shown(session: AsyncSession, nonce: str) -> Document | None:
    """The document that a button is about, with exactly the content it had then."""
    return (await session.execute(select(Document).where(Document.nonce == nonce))).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Listed:
    """A document and how much of each kind it holds."""

    document: Document
    texts: int
    products: int
    pairs: int


async def listed(
    session: AsyncSession, account_ids: Sequence[int], limit: int, offset: int
) -> tuple[Sequence[Listed], int]:
    """A page of the documents of these accounts and of those for every account; how many there are."""
    theirs = or_(Document.account_id.in_(account_ids), Document.account_id.is_(None))
    total = await session.scalar(select(func.count(Document.id)).where(theirs)) or 0
    page = select(Document.id).where(theirs).order_by(Document.name, Document.id).limit(limit).offset(offset)
    kinds = (PassageKind.TEXT, PassageKind.PRODUCT, PassageKind.PAIR)
    rows = await session.execute(
        select(Document, *(func.count(Passage.id).filter(Passage.kind == kind) for kind in kinds))
        .outerjoin(Passage, Passage.document_id == Document.id)
        .where(Document.id.in_(page))
        .group_by(Document.id)
        .order_by(Document.name, Document.id)
    )
    return [Listed(row[0], row[1], row[2], row[3]) for row in rows.all()], total


async def documents(session: AsyncSession) -> Sequence[tuple[Document, int]]:
    """All documents with the number of their passages."""
    rows = await session.execute(
        select(Document, func.count(Passage.id))
        .outerjoin(Passage, Passage.document_id == Document.id)
        .group_by(Document.id)
        .order_by(Document.name)
    )
    return [(row[0], row[1]) for row in rows]


async def size(session: AsyncSession, account_id: int) -> int:
    """Characters of everything an account knows."""
    return (
        await session.scalar(
            select(func.coalesce(func.sum(func.length(Passage.text)), 0)).where(known_to(account_id))
        )
        or 0
    )


async def beginnings(session: AsyncSession, account_id: int, limit: int) -> Sequence[Passage]:
    """The first passages of the account's documents, in turns."""
    rows = await session.execute(
        select(Passage)
        .where(known_to(account_id))
        .order_by(Passage.position, Passage.document_id)
        .limit(limit)
    )
    return rows.scalars().all()


def known_to(account_id: int) -> ColumnElement[bool]:
    """Passages of the account, and those for every account."""
    return or_(Passage.account_id == account_id, Passage.account_id.is_(None))


async def passages(session: AsyncSession, account_id: int) -> Sequence[Passage]:
    """Everything an account knows, in a stable order (the prompt's prefix is cached)."""
    return (
        (
            await session.execute(
                select(Passage).where(known_to(account_id)).order_by(Passage.document_id, Passage.position)
            )
        )
        .scalars()
        .all()
    )
