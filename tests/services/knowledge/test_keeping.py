"""A document's way into the database: whole or not at all, noted for good, however large."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from db import engine
from db.engine import Database
from db.models import Document, KnowledgeChange, Passage
from db.models.knowledge import KnowledgeAction, PassageKind
from db.repositories import knowledge
from services.knowledge.keeping import MOST_REMARKS, Change, keep
from services.knowledge.reading import Part, ReadDocument, Remark, Said


def a_document(sha256: str, *texts: str, skipped: list[Remark] | None = None) -> ReadDocument:
    passages = [{"kind": PassageKind.TEXT, "title": "Заголовок", "text": words} for words in texts]
    return ReadDocument("d.pdf", sha256, passages, skipped or [])


async def changes(db: Database) -> list[KnowledgeAction]:
    async with db.transaction() as tx:
        rows = await tx.session.execute(select(KnowledgeChange.action).order_by(KnowledgeChange.id))
        return list(rows.scalars())


async def test_only_a_changed_content_changes_anything(db: Database) -> None:
    async with db.transaction() as tx:
        first = await keep(tx, None, a_document("1", "a"), None)
    async with db.transaction() as tx:
        same = await keep(tx, None, a_document("1", "a"), None)
        other = await keep(tx, None, a_document("2", "b", "c"), None)
        assert [kept.change for kept in (first, same, other)] == [
            Change.ADDED,
            Change.UNCHANGED,
            Change.REPLACED,
        ]
        rows = await tx.session.execute(select(Passage.text).order_by(Passage.position))
        assert list(rows.scalars()) == ["b", "c"]
    assert await changes(db) == [KnowledgeAction.ADDED, KnowledgeAction.REPLACED]


async def test_a_replaced_document_gets_a_new_nonce_and_a_new_time(db: Database) -> None:
    found = []
    for sha256 in ("1", "2"):
        async with db.transaction() as tx:
            await keep(tx, None, a_document(sha256, "a"), None)
        async with db.transaction() as tx:
            found.append((await tx.session.execute(select(Document))).scalar_one())
    before, after = found
    assert before.id == after.id
    assert before.nonce != after.nonce
    assert before.changed_at < after.changed_at
    async with db.transaction() as tx:
        assert await knowledge.shown(tx.session, before.nonce) is None
        assert await knowledge.remove(tx.session, None, "d.pdf")
    assert await changes(db) == [KnowledgeAction.ADDED, KnowledgeAction.REPLACED, KnowledgeAction.REMOVED]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM knowledge_changes", "UPDATE knowledge_changes SET name = ''"]
)
async def test_who_changed_what_cannot_be_changed(db: Database, statement: str) -> None:
    async with db.transaction() as tx:
        await keep(tx, None, a_document("1", "a"), None)
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.transaction() as tx:
            await tx.session.execute(text(statement))


async def test_characters_that_the_database_refuses_do_not_refuse_the_document(db: Database) -> None:
    remark = Remark(Said.SHEET_HIDDEN, part=Part.SHEET, name="a\x00b")
    async with db.transaction() as tx:
        await keep(tx, None, a_document("1", "сло\x00во", skipped=[remark]), None)
        [passage] = (await tx.session.execute(select(Passage))).scalars()
        assert passage.text == "сло\ufffdво"


async def test_a_large_document_takes_many_short_statements(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "COMMAND_TIMEOUT", timedelta(seconds=1))
    hasty = Database(database_url)
    remarks = [Remark(Said.ROW_NO_PRICE, {"row": number}) for number in range(20_000)]
    words = (f"Товар номер {number}, описание" for number in range(30_000))  # three seconds at once
    try:
        async with hasty.transaction() as tx:
            kept = await keep(tx, None, a_document("1", *words, skipped=remarks), None)
    finally:
        await hasty.close()
    assert (kept.report["texts"], kept.report["left_out"]) == (30_000, 20_000)
    assert len(kept.report["remarks"]) == MOST_REMARKS


@pytest.mark.parametrize(
    "remark",
    [
        Remark(Said.DAMAGED),
        Remark(Said.ROW_NO_PRICE, {"row": 3}, Part.SHEET, "Свечи"),
        Remark(Said.TABLE_UNREADABLE, {"error": "{0} {braces}"}, Part.TABLE, "{name}"),
    ],
    ids=["plain", "sheet", "braces"],
)
def test_a_remark_survives_its_packing(remark: Remark) -> None:
    assert Remark.unpacked(remark.packed()) == remark
    assert str(remark)
