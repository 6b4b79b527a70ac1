"""What was read, put in the place of what was known: all of a document or nothing of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.engine import Transaction
from db.models.knowledge import PassageKind
from db.repositories import knowledge
from services.ingest.document import cleaned
from services.knowledge.reading import ReadDocument

MOST_REMARKS = 10
"""Remarks that a report keeps; a list of 20,000 rows without prices has as many."""


class Change(StrEnum):
    """What a document did to what was known."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Kept:
    """One document's way into the knowledge, and its report as plain JSON."""

    change: Change
    report: dict[str, Any]


async def keep(tx: Transaction, account_id: int | None, document: ReadDocument, by: int | None) -> Kept:
    """Replace the document of the same name, unless its content is the same.

    `account_id` None is every account's knowledge; `by` is the manager, None for the operator's commands.
    """
    report = report_of(document)
    known = await knowledge.document(tx.session, account_id, document.name)
    if known is not None and known.sha256 == document.sha256:
        return Kept(Change.UNCHANGED, report)
    await knowledge.replace(
        tx.session,
        account_id,
        document.name,
        document.sha256,
        [cleaned(passage)[0] for passage in document.passages],  # PDF may hold what PostgreSQL refuses
        report,
        by=by,
    )
    return Kept(Change.ADDED if known is None else Change.REPLACED, report)


def report_of(document: ReadDocument) -> dict[str, Any]:
    """How much of each kind was read, and the first of what was left out."""
    kinds = Counter(passage["kind"] for passage in document.passages)
    remarks = [cleaned(remark.packed())[0] for remark in document.skipped[:MOST_REMARKS]]
    return {
        "texts": kinds[PassageKind.TEXT],
        "products": kinds[PassageKind.PRODUCT],
        "pairs": kinds[PassageKind.PAIR],
        "left_out": len(document.skipped),
        "remarks": remarks,
    }
