"""Every way in which a run can end badly, and the next start that finds its data whole."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from db.embedded import EmbeddedServers, MajorVersionChanged, OrphansRemain, ServerDidNotStart
from db.embedded.binaries import find_postgres
from db.embedded.ownership import RunAs, reachable, state_directory
from db.embedded.processes import command_line
from tests.db.embedded.owners import Owner, as_servers_user, ask, eventually, valkey_at

StartOwner = Callable[..., Owner]

WITHOUT_THE_KERNELS_HELP = "import db.embedded.processes as p; p.end_with_owner = lambda: None"
LINUX = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="the kernel's help is Linux's")


async def write(owner: Owner) -> str:
    """Leave a row that was never there before."""
    row = secrets.token_hex()
    await ask(
        owner.database_url,
        "CREATE TABLE IF NOT EXISTS kept (token text)",
        f"INSERT INTO kept VALUES ('{row}') RETURNING token",
    )
    return row


async def starts_with(row: str, requested: Path) -> bool:
    """Start once more and look for the row."""
    with EmbeddedServers(requested, durable=False) as servers:
        with valkey_at(servers.redis_url) as valkey:
            assert valkey.ping()
        return await ask(servers.database_url, f"SELECT count(*) FROM kept WHERE token = '{row}'") == 1


@LINUX
async def test_servers_end_by_themselves_when_their_owner_is_killed(
    requested: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(requested)
    row = await write(owner)
    owner.kill()
    assert owner.children_ended()
    assert await starts_with(row, requested)
    assert not owner.sockets.exists()


async def test_a_kill_of_everything_loses_nothing(requested: Path, start_owner: StartOwner) -> None:
    owner = start_owner(requested)
    row = await write(owner)
    owner.kill_everything()
    assert await starts_with(row, requested)


async def test_orphans_are_ended_by_the_next_start(requested: Path, start_owner: StartOwner) -> None:
    owner = start_owner(requested, before=WITHOUT_THE_KERNELS_HELP)
    row = await write(owner)
    owner.kill()
    assert all(command_line(pid) for pid in owner.pids.values())
    assert await starts_with(row, requested)
    assert not any(command_line(pid) for pid in owner.pids.values())
    assert not owner.sockets.exists()


async def test_orphans_that_do_not_listen_are_ended_by_force(
    requested: Path, start_owner: StartOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.embedded.servers.ORPHAN_SECONDS", ((signal.SIGINT, 0.5), (signal.SIGKILL, 10.0)))
    owner = start_owner(requested, before=WITHOUT_THE_KERNELS_HELP)
    row = await write(owner)
    owner.kill()
    os.kill(owner.pids["valkey"], signal.SIGSTOP)
    assert await starts_with(row, requested)


async def test_a_recorded_number_that_now_belongs_to_somebody_else_is_left_alone(
    requested: Path, start_owner: StartOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.embedded.servers.ORPHAN_SECONDS", ((signal.SIGKILL, 0.2),))
    owner = start_owner(requested, before=WITHOUT_THE_KERNELS_HELP)
    owner.kill()
    innocent = as_servers_user("/bin/sleep", "600")
    record = state_directory(requested) / "run.json"
    honest = record.read_text()
    record.write_text(honest.replace(str(owner.pids["postgres"]), str(innocent.pid)))
    with pytest.raises(OrphansRemain, match=str(innocent.pid)):
        EmbeddedServers(requested, durable=False).start()
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()


async def test_a_pid_file_whose_number_was_given_anew_does_not_block_the_start(
    requested: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(requested)
    row = await write(owner)
    owner.kill_everything()
    innocent = as_servers_user("/bin/sleep", "600")
    _rewrite_pid(owner.state, innocent.pid)
    assert await starts_with(row, requested)
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()


@LINUX
async def test_a_pid_file_with_the_number_of_another_postgres_does_not_block_the_start(
    requested: Path, fresh: Path, start_owner: StartOwner
) -> None:
    other = start_owner(fresh)
    owner = start_owner(requested)
    row = await write(owner)
    owner.kill_everything()
    _rewrite_pid(owner.state, other.pids["postgres"])
    assert await starts_with(row, requested)
    assert await ask(other.database_url, "SELECT 1") == 1


def test_a_postgres_started_by_hand_on_the_data_is_respected(requested: Path) -> None:
    with EmbeddedServers(requested, durable=False):
        pass
    data = state_directory(requested) / "pg"
    program = reachable(find_postgres(), RunAs.current())
    by_hand = as_servers_user(program, "-D", data, "-k", data, "-h", "")
    assert eventually((data / "postmaster.pid").exists)
    with pytest.raises(ServerDidNotStart, match="already exists"):
        EmbeddedServers(requested, durable=False).start()
    assert by_hand.poll() is None
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait()


def _rewrite_pid(state: Path, pid: int) -> None:
    file = state / "pg" / "postmaster.pid"
    _, _, rest = file.read_text().partition("\n")
    file.write_text(f"{pid}\n{rest}")


async def test_a_kill_inside_initdb_leaves_a_clean_slate(fresh: Path, start_owner: StartOwner) -> None:
    owner = start_owner(fresh, wait=False)
    assert eventually((owner.state / "pg.new" / "PG_VERSION").exists)
    owner.kill()
    assert not (owner.state / "pg").exists()
    with EmbeddedServers(fresh, durable=False) as servers:
        assert await ask(servers.database_url, "SELECT 1") == 1
    assert not (owner.state / "pg.new").exists()


def test_an_initdb_that_fails_says_why(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = _programs(tmp_path, "echo no space left on device; exit 1")
    monkeypatch.setattr("db.embedded.postgres.reachable", lambda *_: programs / "postgres")
    monkeypatch.setattr(RunAs, "current", classmethod(lambda cls: cls()))
    with pytest.raises(ServerDidNotStart, match="no space left on device"):
        EmbeddedServers(fresh, durable=False).start()
    assert not (state_directory(fresh) / "pg").exists()


def test_an_initdb_that_hangs_is_given_up(
    fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = _programs(tmp_path, "echo thinking; exec sleep 600")
    monkeypatch.setattr("db.embedded.postgres.INITDB_SECONDS", 0.5)
    monkeypatch.setattr("db.embedded.postgres.reachable", lambda *_: programs / "postgres")
    monkeypatch.setattr(RunAs, "current", classmethod(lambda cls: cls()))
    with pytest.raises(ServerDidNotStart, match="thinking"):
        EmbeddedServers(fresh, durable=False).start()


def _programs(folder: Path, initdb: str) -> Path:
    """A `postgres` that only knows its version, and an `initdb` of a few words."""
    for name, words in (("postgres", "echo 'postgres (PostgreSQL) 18.6'"), ("initdb", initdb)):
        script = folder / name
        script.write_text(f"#!/bin/sh\n{words}\n")
        script.chmod(0o755)
    return folder


@pytest.mark.parametrize("content", ["", "{", '{"pids": 1, "more": 2}', "[]"])
async def test_an_unreadable_record_does_not_block_the_start(requested: Path, content: str) -> None:
    (state_directory(requested) / "run.json").write_text(content)
    with EmbeddedServers(requested, durable=False) as servers:
        assert await ask(servers.database_url, "SELECT 1") == 1


async def test_paths_may_have_spaces_commas_and_any_alphabet(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unusual = fresh.parent / "наш магазин, 'Уют'" / "мои данные"
    monkeypatch.setattr("db.embedded.ownership.ROOT_STATE", unusual.parent)
    monkeypatch.setattr("tempfile.tempdir", str(unusual.parent))
    fresh.parent.chmod(0o755)
    unusual.parent.mkdir()
    for _ in range(2):
        with EmbeddedServers(unusual) as servers:
            assert servers.database_url.isascii()
            assert await ask(servers.database_url, "SELECT 1") == 1
            with valkey_at(servers.redis_url) as valkey:
                assert valkey.set("a", "b")


def test_data_of_another_major_version_are_refused_and_untouched(fresh: Path) -> None:
    with EmbeddedServers(fresh, durable=False):
        pass
    data = state_directory(fresh) / "pg"
    (data / "PG_VERSION").write_text("17\n")
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    with pytest.raises(MajorVersionChanged, match="written by PostgreSQL 17, and this is PostgreSQL 18"):
        EmbeddedServers(fresh, durable=False).start()
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
