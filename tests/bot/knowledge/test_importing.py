"""A reader that is killed, a file that Telegram does not give, a chat that is gone: nothing is lost."""

from __future__ import annotations

import asyncio
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from bot.knowledge import downloading, importing
from bot.knowledge.importing import ATTEMPTS, KnowledgeImport
from db.engine import Transaction
from db.models import Upload
from db.models.knowledge import UploadState
from services.knowledge.keeping import Kept, keep
from services.knowledge.reading import FileUnreadable, ReadDocument, read_apart
from services.options import Options
from tests.bot.builders import MARIA, OLGA, TOKEN, an_account
from tests.bot.jobs import forget_jobs
from tests.bot.knowledge.conftest import FAQ, PRICES, Knowledge


async def reaching(knowledge: Knowledge, method: str, before: int = 0) -> None:
    """Wait until the bot has called `method` once more than `before`."""

    async def called() -> bool:
        return len(await knowledge.world.calls(method)) > before

    await knowledge.world.until(called)


async def killed(task: asyncio.Task[None]) -> None:
    """End a reader at once, as its process would end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_killed_while_fetching_it_is_taken_up_again(knowledge: Knowledge) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    await knowledge.world.control("faults", operation="downloadFile", kind="delay", seconds=60)
    [upload] = await knowledge.uploads()
    reader = asyncio.create_task(knowledge.importer(upload.id))
    await reaching(knowledge, "downloadFile")
    await killed(reader)
    assert knowledge.left() == []
    await knowledge.importer(upload.id)  # its lease still counts
    assert await knowledge.documents() == []
    await forget_jobs(knowledge.world.db)
    await knowledge.grow_old()
    await knowledge.sweep()
    await knowledge.work()
    assert "прочитал" in (await knowledge.last(OLGA.id))["text"]
    assert len(await knowledge.documents()) == 1
    [upload] = await knowledge.uploads()
    assert (upload.state, upload.lease_until, upload.attempts) == (UploadState.READ, None, 0)


async def test_a_file_that_kills_its_reader_is_given_up_after_three_attempts(knowledge: Knowledge) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    for attempt in range(ATTEMPTS):
        await knowledge.world.control("faults", operation="downloadFile", kind="delay", seconds=60)
        reader = asyncio.create_task(knowledge.importer(upload.id))
        await reaching(knowledge, "downloadFile", attempt)
        await killed(reader)
        await knowledge.grow_old()
    await forget_jobs(knowledge.world.db)
    await knowledge.sweep()
    await knowledge.work()
    assert "я пробовал трижды" in (await knowledge.last(OLGA.id))["text"]
    assert len(await knowledge.world.calls("downloadFile")) == ATTEMPTS
    [upload] = await knowledge.uploads()
    assert upload.state is UploadState.FAILED
    assert await knowledge.documents() == []
    await forget_jobs(knowledge.world.db)
    await knowledge.grow_old()
    await knowledge.sweep()
    assert await knowledge.queued() == []


async def test_what_a_kill_without_mercy_left_on_disk_goes_with_the_next_attempt(
    knowledge: Knowledge,
) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    left = knowledge.folder / f"{upload.id}-abc"
    left.mkdir(parents=True)
    (left / "c.csv").write_bytes(PRICES)
    others = knowledge.folder / f"{upload.id}1-abc"
    others.mkdir()
    await knowledge.work()
    assert knowledge.left() == [others]


async def test_the_file_lies_where_nobody_else_can_read_it(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    async def watched(path: Path) -> ReadDocument:
        modes.extend(stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path.parent.parent))
        return await read_apart(path)

    monkeypatch.setattr(importing, "read_apart", watched)
    await knowledge.give(OLGA, "c.csv", PRICES)
    assert modes == [0o700, 0o700]
    assert knowledge.left() == []


async def test_a_telegram_in_trouble_is_asked_again_and_then_it_is_told(knowledge: Knowledge) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    await knowledge.world.control("faults", operation="getFile", kind="status", code=502, times=1)
    await knowledge.work()
    [waiting] = await knowledge.uploads()
    assert (waiting.state, waiting.attempts, waiting.lease_until) == (UploadState.RECEIVED, 1, None)
    assert waiting.next_attempt_at is not None
    assert any(job.after > 0.5 for job in await knowledge.queued())
    await knowledge.importer(upload.id)  # too soon
    assert len(await knowledge.world.calls("getFile")) == 1
    for code in (404, 503):
        await knowledge.world.control("faults", operation="downloadFile", kind="status", code=code)
        await knowledge.grow_old()
        await knowledge.importer(upload.id)
    assert "я пробовал трижды" in (await knowledge.last(OLGA.id))["text"]
    assert await knowledge.documents() == []
    assert "прочитал" in await knowledge.give(OLGA, "c.csv", PRICES)


async def test_trouble_that_passes_is_not_told(knowledge: Knowledge) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    await knowledge.world.control("faults", operation="downloadFile", kind="status", code=500, times=1)
    await knowledge.work()
    await knowledge.grow_old()
    await knowledge.importer(upload.id)
    assert "прочитал" in (await knowledge.last(OLGA.id))["text"]


async def test_a_fetching_that_does_not_end_is_ended(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "DEADLINE", 0.1)
    await knowledge.send(OLGA, "c.csv", PRICES)
    await knowledge.world.control("faults", operation="downloadFile", kind="delay", seconds=60)
    await knowledge.work()
    [upload] = await knowledge.uploads()
    assert (upload.state, upload.error) == (UploadState.RECEIVED, "TimeoutError")


async def test_no_log_holds_the_address_with_the_token(
    knowledge: Knowledge, capfd: pytest.CaptureFixture[str]
) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    await knowledge.world.control("faults", operation="downloadFile", kind="status", code=500, times=1)
    await knowledge.work()
    logged = capfd.readouterr()
    assert "download_failed" in logged.out + logged.err
    assert TOKEN not in logged.out + logged.err


@pytest.mark.parametrize("lax", [False, True], ids=["refused", "told no size"])
async def test_a_file_that_is_larger_than_it_said_is_not_fetched_whole(
    knowledge: Knowledge, *, lax: bool
) -> None:
    await knowledge.world.control("switches", lax_files=lax)
    said = await knowledge.give(OLGA, "big.pdf", b"0" * 1024, times=20_481, size=1000)
    assert "больше 20 МБ" in said
    assert len(await knowledge.world.calls("downloadFile")) == int(lax)
    assert (await knowledge.documents(), knowledge.left()) == ([], [])


async def test_no_more_than_allowed_is_taken_whatever_was_said(knowledge: Knowledge, tmp_path: Path) -> None:
    await knowledge.world.control("switches", lax_files=True)
    await knowledge.send(OLGA, "big.pdf", b"0" * 1024, times=20_481, size=1000)
    [upload] = await knowledge.uploads()
    with pytest.raises(FileUnreadable, match="larger than 20 MiB"):
        await downloading.download(knowledge.world.bot, upload.file_id, tmp_path / "big.pdf")
    assert not (tmp_path / "big.pdf").exists()


async def test_a_reader_whose_lease_was_lost_changes_nothing(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)

    async def overtaken(tx: Transaction, account_id: int | None, document: ReadDocument, by: int) -> Kept:
        async with knowledge.world.db.transaction() as other:
            taken = update(Upload).values(lease_token=Upload.lease_token + 1)
            await other.session.execute(taken)
        return await keep(tx, account_id, document, by)

    monkeypatch.setattr(importing, "keep", overtaken)
    await knowledge.work()
    assert (await knowledge.documents(), await knowledge.passages(), await knowledge.changes()) == (
        [],
        [],
        [],
    )
    [upload] = await knowledge.uploads()
    assert upload.state is UploadState.RECEIVED


async def test_two_readers_of_one_file_do_it_once(knowledge: Knowledge) -> None:
    sent = await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    await asyncio.gather(*(knowledge.importer(upload.id) for _ in range(4)))
    assert len(await knowledge.world.calls("downloadFile")) == 1
    assert (await knowledge.told(OLGA.id, sent)).count("прочитал") == 1


async def test_a_report_that_could_not_be_sent_is_sent_later(knowledge: Knowledge) -> None:
    await knowledge.send(OLGA, "c.csv", PRICES)
    await knowledge.world.control("faults", operation="sendMessage", kind="status", code=500, times=1)
    await knowledge.work()
    [upload] = await knowledge.uploads()
    assert (upload.state, upload.told_at) == (UploadState.READ, None)
    assert len(await knowledge.documents()) == 1
    await forget_jobs(knowledge.world.db)
    await knowledge.grow_old()
    await knowledge.sweep()
    await knowledge.work()
    assert "прочитал" in (await knowledge.last(OLGA.id))["text"]
    assert len(await knowledge.world.calls("downloadFile")) == 1
    [upload] = await knowledge.uploads()
    assert upload.told_at is not None


async def test_who_blocked_the_bot_is_told_nothing_and_the_knowledge_stays(knowledge: Knowledge) -> None:
    await knowledge.send(MARIA, "c.csv", PRICES)
    await knowledge.world.control("chat", action="block", user_id=MARIA.id)
    await knowledge.work()
    [upload] = await knowledge.uploads()
    assert upload.told_at is not None
    assert len(await knowledge.documents()) == 1


async def test_a_deleted_topic_is_answered_in_the_chat(knowledge: Knowledge) -> None:
    world = knowledge.world
    topic = await world.call("createForumTopic", chat_id=world.group, name="Знания")
    thread = topic["message_thread_id"]
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", world.group, thread_id=thread)
    await world.control("chat", action="delete_topic", thread_id=thread)
    await knowledge.work()
    assert "message_thread_id" not in await world.said("c.csv: прочитал")


async def test_a_moved_chat_is_answered_in_its_new_place(knowledge: Knowledge) -> None:
    world = knowledge.world
    await an_account(world.db, world.group)
    old = world.group
    await knowledge.send(OLGA, "c.csv", PRICES, "/knowledge", old)
    await world.control("chat", action="migrate", new_chat_id=old - 1)
    await knowledge.work()
    await knowledge.work()
    await world.said("c.csv: прочитал", old - 1)


async def test_the_lease_goes_on_while_a_file_is_being_read(knowledge: Knowledge) -> None:
    world = knowledge.world
    await knowledge.send(OLGA, "c.csv", PRICES)
    [upload] = await knowledge.uploads()
    options = Options(chat_id=world.group, lease=timedelta(seconds=0.6))
    old = knowledge.importer
    reader = KnowledgeImport(world.db, world.bot, old._outgoing, options, knowledge.folder)
    await world.control("faults", operation="downloadFile", kind="delay", seconds=60)
    reading = asyncio.create_task(reader(upload.id))
    await reaching(knowledge, "downloadFile")
    [begun] = await knowledge.uploads()

    async def renewed() -> bool:
        [now] = await knowledge.uploads()
        assert begun.lease_until is not None
        assert now.lease_until is not None
        return now.lease_until > begun.lease_until + timedelta(seconds=1)

    await world.until(renewed)
    [now] = await knowledge.uploads()
    assert (now.attempts, now.lease_token) == (1, 1)
    await killed(reading)


async def test_at_most_two_files_are_read_at_once(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = most = 0

    async def counted(path: Path) -> ReadDocument:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await read_apart(path)
        finally:
            running -= 1

    monkeypatch.setattr(importing, "read_apart", counted)
    for number in range(6):
        await knowledge.send(OLGA, f"{number}.md", FAQ)
    uploads = await knowledge.uploads()
    await asyncio.gather(*(knowledge.importer(upload.id) for upload in uploads))
    assert most <= importing.AT_ONCE
    assert len(await knowledge.documents()) == 6


async def test_sweeping_leaves_alone_what_is_in_hands_or_done(knowledge: Knowledge) -> None:
    await knowledge.give(OLGA, "a.md", FAQ)
    await knowledge.send(OLGA, "b.md", FAQ)
    await forget_jobs(knowledge.world.db)
    async with knowledge.world.db.transaction() as tx:
        open_ = update(Upload).where(Upload.told_at.is_(None))
        await tx.session.execute(open_.values(lease_until=func.now() + timedelta(minutes=1)))
    await knowledge.sweep()
    assert await knowledge.queued() == []
