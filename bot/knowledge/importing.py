"""The handler of `Step.IMPORT_KNOWLEDGE`: ask whose a file is, fetch and read it, tell what became of it.

Every part is a claim on the upload's row that ends in a fenced save, so a process may die anywhere: the
lease runs out, the sweep wakes the row, and its next part is done again. Telling may therefore happen
twice, which is better than not at all; reading twice changes nothing.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, assert_never

import structlog
from aiogram import Bot
from sqlalchemy import func

from bot.commands.scope import Pressable
from bot.knowledge.asking import candidates, question
from bot.knowledge.downloading import DownloadFailed, download
from bot.knowledge.wording import owner, report
from bot.outgoing import ChatMoved, Outgoing, Postponed, ThreadLost, TokenRevoked, Undelivered
from bot.texts import Texts
from bot.texts import texts as texts_of
from bot.updates.performing import pressable
from db.engine import Database, Transaction
from db.models import Upload
from db.models.knowledge import UploadState
from db.repositories import accounts, managers, uploads
from services.knowledge.keeping import keep
from services.knowledge.reading import FileUnreadable, ReadDocument, read_apart
from services.knowledge.uploads import wake
from services.options import Options
from services.work.backoff import backoff
from services.work.lease import renewed

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 3
AT_ONCE: Final = 2  # files read at once: each may take a processor and 2 GiB
TELLING_ATTEMPTS: Final = 10
REVOKED_PAUSE: Final = timedelta(minutes=1)


class LeaseLost(Exception):
    """Somebody else has the upload now; nothing of this attempt counts."""


class KnowledgeImport:
    """`folder` is for the files while they are read: made private, and empty at all other times."""

    def __init__(self, db: Database, bot: Bot, outgoing: Outgoing, options: Options, folder: Path) -> None:
        self._db = db
        self._bot = bot
        self._outgoing = outgoing
        self._options = options
        self._folder = folder
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, upload_id: int | None) -> None:
        """Do what one upload needs next; nothing happens when that is done or in other hands."""
        async with self._db.transaction() as tx:
            upload = await uploads.claim(tx.session, upload_id or 0, self._options.lease)
        if upload is None:
            return

        async def renew(session: Any) -> bool:
            return await uploads.renew(session, upload, self._options.lease)

        async with renewed(self._db, renew, self._options.lease, f"uploads {upload.id}"):
            match upload.state:
                case UploadState.ASKING:
                    await self._ask(upload)
                case UploadState.RECEIVED:
                    settled = await self._read(upload)
                    if settled is not None:
                        await self._tell(settled)
                case UploadState.READ | UploadState.REFUSED | UploadState.FAILED | UploadState.CANCELLED:
                    await self._tell(upload)
                case _:
                    assert_never(upload.state)

    async def _ask(self, upload: Upload) -> None:
        async with self._db.transaction() as tx:
            texts = await self._texts(tx, upload)
            shown = question(texts, upload, await candidates(tx, upload.chat_id, self._options))
        try:
            message_id = await self._send(upload, shown)
        except Undelivered as error:
            await self._not_told(upload, error)
            return
        async with self._db.transaction() as tx:
            saved = await uploads.save(tx.session, upload, question_id=message_id)
            if saved is not None and saved.state is UploadState.RECEIVED:
                tx.enqueue(wake(saved))  # pressed before this could be noted, and found in our hands

    async def _read(self, upload: Upload) -> Upload | None:
        """Fetch, read and keep; the settled upload. None: later, or somebody else."""
        with self._place(upload) as folder:  # also after the last attempt: it tidies up
            if upload.attempts > ATTEMPTS:
                return await self._settle(upload, UploadState.FAILED, {})
            try:
                async with self._turns:
                    path = folder / upload.name
                    await download(self._bot, upload.file_id, path)
                    document = await read_apart(path)
                return await self._keep(upload, document)
            except FileUnreadable as error:
                problem = {"problem": error.remark.packed()}
                return await self._settle(upload, UploadState.REFUSED, problem)
            except DownloadFailed as error:
                log.warning("download_failed", upload=upload.id, error=error.kind, attempt=upload.attempts)
                if upload.attempts >= ATTEMPTS:
                    return await self._settle(upload, UploadState.FAILED, {})
                await self._later(upload, backoff(upload.attempts), error.kind)
                return None
            except LeaseLost:
                log.warning("upload_lost", upload=upload.id)
                return None

    async def _keep(self, upload: Upload, document: ReadDocument) -> Upload:
        """The document and the upload's end, in one transaction. Raises LeaseLost; then nothing changed."""
        async with self._db.transaction() as tx:
            kept = await keep(tx, upload.account_id, document, by=upload.manager_id)
            held = await uploads.save(
                tx.session,
                upload,
                state=UploadState.READ,
                report=kept.report | {"change": kept.change},
                lease_until=func.now() + self._options.lease,
            )
            if held is None:
                raise LeaseLost
        log.info("knowledge_received", upload=upload.id, change=kept.change.value)
        return held

    async def _settle(self, upload: Upload, state: UploadState, report: dict[str, Any]) -> Upload | None:
        """Note how it ended, and go on holding the claim to tell it."""
        async with self._db.transaction() as tx:
            return await uploads.save(
                tx.session,
                upload,
                state=state,
                report=report,
                lease_until=func.now() + self._options.lease,
            )

    async def _tell(self, upload: Upload) -> None:
        async with self._db.transaction() as tx:
            texts = await self._texts(tx, upload)
            known = {account.id: account for account in await accounts.every(tx.session)}
            whose = owner(texts, known.get(upload.account_id or 0)) if len(known) > 1 else None
        try:
            await self._send(upload, Pressable(report(texts, upload, whose), ()))
        except Undelivered as error:
            await self._not_told(upload, error)
        else:
            await self._told(upload)

    async def _told(self, upload: Upload, **values: Any) -> None:
        async with self._db.transaction() as tx:
            await uploads.save(tx.session, upload, told_at=datetime.now(UTC), **values)

    async def _not_told(self, upload: Upload, error: Undelivered) -> None:
        """Try again, in the chat's new place if it moved; a chat that is lost is told nothing."""
        pause: timedelta | None = None
        match error:
            case Postponed():
                pause = error.delay
            case TokenRevoked():
                pause = REVOKED_PAUSE
            case ChatMoved():
                async with self._db.transaction() as tx:
                    moved = await uploads.save(tx.session, upload, chat_id=error.new_chat_id, thread_id=None)
                    if moved is not None:
                        tx.enqueue(wake(moved))
                return
            case _:
                log.info("chat_out_of_reach", upload=upload.id)
        if pause is not None and upload.attempts < TELLING_ATTEMPTS:
            await self._later(upload, pause, type(error).__name__)
            return
        log.warning("upload_not_told", upload=upload.id, error=type(error).__name__)
        await self._told(upload, error=type(error).__name__)

    async def _later(self, upload: Upload, pause: timedelta, error: str) -> None:
        async with self._db.transaction() as tx:
            waiting = await uploads.save(
                tx.session,
                upload,
                attempts=upload.attempts,
                next_attempt_at=datetime.now(UTC) + pause,
                error=error,
            )
            if waiting is not None:
                tx.enqueue(wake(waiting, pause))

    async def _send(self, upload: Upload, shown: Pressable) -> int:
        """Say it below the file, or in the chat when the topic is gone."""
        keyboard = pressable(shown.buttons)
        place: dict[str, Any] = {"keyboard": keyboard, "reply_to": upload.message_id}
        try:
            return await self._outgoing.send(upload.chat_id, shown.html, thread_id=upload.thread_id, **place)
        except ThreadLost:
            return await self._outgoing.send(upload.chat_id, shown.html, **place)

    async def _texts(self, tx: Transaction, upload: Upload) -> Texts:
        """The language of who sent the file."""
        manager = await managers.find(tx.session, upload.manager_id)
        return texts_of((manager.locale if manager else None) or self._options.locale)

    @contextmanager
    def _place(self, upload: Upload) -> Iterator[Path]:
        """A private folder for this attempt; what a killed attempt at the same file left goes with it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = f"{upload.id}-"
        for left in self._folder.glob(f"{own}*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(mkdtemp(prefix=own, dir=self._folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
