"""Reading in a process of its own: a hostile file can neither hold up the program nor take it along."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from db.models.knowledge import PassageKind
from services.knowledge.reading.document import FileUnreadable, ReadDocument
from services.knowledge.reading.file import read
from services.knowledge.reading.remark import Remark, Said

DEADLINE = 90.0  # seconds; the longest document allowed takes about ten
MEMORY = 2 * 1024**3  # bytes of address space
CPU_SECONDS = 60
PLAIN = frozenset({".md", ".txt", ".csv"})
UNREADABLE = 3  # the exit status that stands for a reason on standard output


async def read_apart(path: Path) -> ReadDocument:
    """As `read`, off the event loop, with bounds on time and memory. Raises FileUnreadable.

    Plain text, whose parsers are simple and the standard library's, is read in a thread: half a second less.
    """
    if path.suffix.lower() in PLAIN:
        try:
            return await asyncio.to_thread(read, path)
        except OSError:
            raise FileUnreadable(path.name, Said.CANNOT_OPEN) from None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "services.knowledge.reading",
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(DEADLINE):
            out, _warnings = await process.communicate()
    except TimeoutError:
        raise FileUnreadable(path.name, Said.TOO_SLOW) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == UNREADABLE:
        reason = Remark.unpacked(orjson.loads(out))
        raise FileUnreadable(path.name, reason.said, **reason.values)
    if process.returncode != 0:
        raise FileUnreadable(path.name, Said.READER_DIED)
    return unpacked(out)


def packed(document: ReadDocument) -> bytes:
    """The document as the child prints it."""
    shown = {
        "name": document.name,
        "sha256": document.sha256,
        "passages": document.passages,
        "skipped": [remark.packed() for remark in document.skipped],
    }
    return orjson.dumps(shown, default=str)


def packed_reason(error: FileUnreadable) -> bytes:
    """Why there is no document, as the child prints it."""
    return orjson.dumps(error.remark.packed())


def unpacked(data: bytes) -> ReadDocument:
    """The document as `packed` wrote it."""
    found = orjson.loads(data)
    passages = [_passage(passage) for passage in found["passages"]]
    skipped = [Remark.unpacked(remark) for remark in found["skipped"]]
    return ReadDocument(found["name"], found["sha256"], passages, skipped)


def _passage(passage: dict[str, Any]) -> dict[str, Any]:
    price, updated = passage.get("price"), passage.get("updated")
    restored: dict[str, Any] = {"kind": PassageKind(passage["kind"])}
    if price is not None:
        restored["price"] = Decimal(price)
    if updated is not None:
        restored["updated"] = date.fromisoformat(updated)
    return passage | restored


def _environment() -> dict[str, str]:
    """Where the child finds the program's modules; nothing else, and no secret."""
    root = Path(__file__).resolve().parents[3]
    return {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}
