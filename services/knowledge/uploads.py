"""Files sent to the bot: whose knowledge they are, and what wakes their reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from db.engine import Transaction
from db.models import Account, Upload
from db.models.knowledge import UploadState
from db.queue import Job, Step
from db.repositories import accounts, knowledge, uploads

LONGEST_NAME: Final = 60  # characters; in UTF-8 at most 240 of the 255 bytes that file systems take
LONGEST_SUFFIX: Final = 10
MOST_UNREAD: Final = 20
"""Files at once: each may keep one of a process's 40 jobs busy while others are read."""
EVERYONE: Final = 0
"""Stands for "all accounts" where an account's id is expected."""

_SEPARATORS = re.compile(r"[/\\]")


def harmless(given: str | None) -> str:
    """The last part of a file's name, without what is invisible or turns text around, and not too long.

    Composed (a Mac writes «й» as two characters), so that the same name replaces the same document.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", given or ""))[-1]
    visible = "".join(char if unicodedata.category(char)[0] not in "CZ" else " " for char in last)
    words = " ".join(visible.split())
    suffix = Path(words).suffix
    if len(suffix) > LONGEST_SUFFIX:
        suffix = ""
    name = words.removesuffix(suffix)[: LONGEST_NAME - len(suffix)].rstrip() + suffix
    return name if name.strip(".") else ""


async def receive(tx: Transaction, candidates: Sequence[Account], **values: Any) -> Upload | None:
    """Note a file and wake its reader; None when too many wait already, or when it is noted already.

    `candidates` are the accounts whose knowledge it may be. With several of them a person is asked.
    """
    if await uploads.unread(tx.session) >= MOST_UNREAD:
        return None
    if len(candidates) > 1:
        upload = await uploads.add(tx.session, state=UploadState.ASKING, **values)
    else:
        owner = await _only(tx, candidates[0], str(values["name"])) if candidates else None
        upload = await uploads.add(tx.session, state=UploadState.RECEIVED, account_id=owner, **values)
    if upload is not None:
        tx.enqueue(wake(upload))
    return upload


async def choose(tx: Transaction, upload: Upload, account_id: int | None, **values: Any) -> Upload | None:
    """A person said whose it is (None: every account's); None when that was said before."""
    chosen = await uploads.decide(
        tx.session, upload, state=UploadState.RECEIVED, account_id=account_id, **values
    )
    if chosen is not None:
        tx.enqueue(wake(chosen))
    return chosen


async def cancel(tx: Transaction, upload: Upload, **values: Any) -> Upload | None:
    """A person thought better of it; None when it is on its way already."""
    return await uploads.decide(
        tx.session, upload, state=UploadState.CANCELLED, told_at=datetime.now(UTC), **values
    )


def wake(upload: Upload, after: timedelta | None = None) -> Job:
    """The job that does what is to be done next; its key changes with every claim."""
    key = f"uploaded:{upload.id}:{upload.state}:{upload.lease_token}"
    return Job(Step.IMPORT_KNOWLEDGE, upload.id, key=key, after=after)


async def _only(tx: Transaction, account: Account, name: str) -> int | None:
    """The only account's own knowledge, so that it stays its own when a second one comes.

    A document that the knowledge folder gave to every account is replaced there, not doubled.
    """
    if len(await accounts.every(tx.session)) > 1:
        return account.id
    if await knowledge.document(tx.session, account.id, name) is not None:
        return account.id
    return account.id if await knowledge.document(tx.session, None, name) is None else None
