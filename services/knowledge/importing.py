"""From the knowledge folder to the database. What left the folder stays known until it is removed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from db.engine import Database
from services.knowledge.keeping import Change, keep
from services.knowledge.reading import SUFFIXES, FileUnreadable, ReadDocument, read_apart

log = structlog.get_logger(__name__)

MOST_FILES = 200


class FolderUnreadable(Exception):
    """A path leads to nothing that could be imported; the text says why."""


@dataclass(slots=True)
class ImportReport:
    """What was read, what was as before, and what was not read and why."""

    read: dict[str, int] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def files_of(path: Path) -> list[Path]:
    """The readable files of a folder, or the one file that `path` is. Raises FolderUnreadable."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FolderUnreadable(f"{path}: there is no such file or folder")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if len(files) > MOST_FILES:
        raise FolderUnreadable(f"{path}: more than {MOST_FILES} files; import a smaller folder")
    return files


async def import_knowledge(db: Database, path: Path, account_id: int | None = None) -> ImportReport:
    """Import a file or a folder; files that did not change are left as they are."""
    report = ImportReport()
    try:
        files = await asyncio.to_thread(files_of, path)
    except (FolderUnreadable, OSError) as error:
        report.problems.append(str(error))
        return report
    for file in files:
        try:
            document = await read_apart(file)
        except (FileUnreadable, OSError) as error:
            report.problems.append(str(error))
            continue
        await _keep(db, account_id, document, report)
    log.info("knowledge_imported", read=len(report.read), problems=len(report.problems))
    return report


async def _keep(db: Database, account_id: int | None, document: ReadDocument, report: ImportReport) -> None:
    async with db.transaction() as tx:
        kept = await keep(tx, account_id, document, by=None)
    if kept.change is Change.UNCHANGED:
        report.unchanged.append(document.name)
        return
    report.read[document.name] = len(document.passages)
    report.problems.extend(f"{document.name}: {remark}" for remark in document.skipped)
