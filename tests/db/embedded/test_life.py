"""A run without accidents: started, used, stopped, started again."""

from __future__ import annotations

import os
import signal
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from db.embedded import AlreadyRunning, EmbeddedServers, NotMainThread, ServerDidNotStart, StateUnusable
from db.embedded.ownership import state_directory
from db.embedded.processes import command_line
from db.embedded.server import STOP_SECONDS
from tests.db.embedded.owners import Owner, ask, eventually, valkey_at

StartOwner = Callable[..., Owner]


async def test_both_servers_serve_on_private_sockets_and_on_no_port(requested: Path) -> None:
    with EmbeddedServers(requested, durable=False) as servers:
        assert servers.database_url.startswith("postgresql+asyncpg://app@/postgres?host=/")
        assert servers.redis_url.startswith("unix:///")
        assert servers.redis_url.endswith("/v.sock?db=0")
        assert set(servers.pids) == {"postgres", "valkey"}
        assert await ask(servers.database_url, "SHOW listen_addresses") == ""
        with valkey_at(servers.redis_url) as valkey:
            assert valkey.config_get("port") == {"port": "0"}
    assert servers.pids == {}


def test_sockets_are_private_and_removed(requested: Path) -> None:
    with EmbeddedServers(requested, durable=False) as servers:
        sockets = Path(servers.database_url.partition("host=")[2])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sockets.parent == Path(tempfile.gettempdir())
    assert not sockets.exists()


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("SHOW timezone", "UTC"),
        ("SHOW log_timezone", "UTC"),
        ("SHOW max_connections", "100"),
        ("SHOW shared_buffers", "64MB"),
        ("SHOW server_encoding", "UTF8"),
        ("SELECT lower('ПРИВЕТ')", "привет"),
        ("SHOW fsync", "off"),  # not durable
    ],
)
async def test_postgres_is_set_up_as_in_production(
    shared: EmbeddedServers, statement: str, answer: str
) -> None:
    assert await ask(shared.database_url, statement) == answer


async def test_what_customers_wrote_stays_out_of_the_log(shared: EmbeddedServers, shared_state: Path) -> None:
    with pytest.raises(Exception, match="duplicate key"):
        await ask(
            shared.database_url,
            "CREATE TABLE said (words text PRIMARY KEY)",
            "INSERT INTO said VALUES ('my address is secret')",
            "INSERT INTO said VALUES ('my address is secret')",
        )
    log = (state_directory(shared_state) / "postgres.log").read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "my address" not in log


async def test_durable_data_outlive_a_stop(fresh: Path) -> None:
    with EmbeddedServers(fresh) as servers:
        assert await ask(servers.database_url, "SHOW fsync") == "on"
        await ask(servers.database_url, "CREATE TABLE kept AS SELECT 42 AS number", "SELECT 1")
        with valkey_at(servers.redis_url) as valkey:
            valkey.set("kept", "42")
    with servers:
        assert await ask(servers.database_url, "SELECT number FROM kept") == 42
        with valkey_at(servers.redis_url) as valkey:
            assert valkey.get("kept") == b"42"


def test_a_second_owner_is_refused_in_the_same_process(requested: Path) -> None:
    with EmbeddedServers(requested, durable=False) as servers:
        before = servers.pids
        with pytest.raises(AlreadyRunning, match="choose another STATE_DIR"):
            EmbeddedServers(requested, durable=False).start()
        assert servers.pids == before


def test_of_two_starts_at_once_one_owns_and_the_other_is_told(
    requested: Path, start_owner: StartOwner
) -> None:
    owners = [start_owner(requested, wait=False) for _ in range(2)]
    assert eventually(lambda: any(owner.process.poll() is not None for owner in owners))
    winner, loser = sorted(owners, key=lambda owner: owner.process.poll() is not None)
    assert loser.ended() == (1, f"{AlreadyRunning(state=requested)}\n")
    winner.wait_until_ready()
    assert set(winner.pids) == {"postgres", "valkey"}


def test_starting_from_another_thread_is_refused(requested: Path) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            EmbeddedServers(requested, durable=False).start()
        except NotMainThread as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_stopping_what_does_not_run_does_nothing(requested: Path) -> None:
    servers = EmbeddedServers(requested, durable=False)
    servers.stop()
    servers.start()
    servers.stop()
    servers.stop()
    assert servers.pids == {}


async def test_one_server_can_be_stopped_and_started_while_the_other_lives(shared: EmbeddedServers) -> None:
    valkey_pid = shared.valkey.pid
    shared.postgres.stop()
    assert shared.pids == {"valkey": valkey_pid}
    shared.postgres.start()
    assert await ask(shared.database_url, "SELECT 1") == 1
    assert shared.valkey.pid == valkey_pid


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_servers_see_no_secrets_of_the_environment(
    requested: Path, start_owner: StartOwner, name: str
) -> None:
    owner = start_owner(requested, OPENAI_API_KEY="sk-secret", PGDATABASE="elsewhere")
    seen = Path(f"/proc/{owner.pids[name]}/environ").read_bytes()
    assert b"sk-secret" not in seen
    assert b"PGDATABASE" not in seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_foreground_run_with_status_0(
    requested: Path, start_owner: StartOwner, number: signal.Signals
) -> None:
    owner = start_owner(requested)
    owner.process.send_signal(number)
    assert owner.ended() == (0, "")
    assert owner.children_ended()
    assert not owner.sockets.exists()


def test_an_impatient_second_signal_does_not_cut_the_stop_short(
    requested: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(requested, before="import db.embedded.server as s; s.STOP_SECONDS = (1.0, 1.0, 1.0)")
    os.kill(owner.pids["valkey"], signal.SIGSTOP)  # so that stopping takes a second
    owner.process.send_signal(signal.SIGINT)
    assert eventually(lambda: not command_line(owner.pids["postgres"]))
    owner.process.send_signal(signal.SIGINT)
    assert owner.ended() == (0, "")
    assert owner.children_ended()
    assert not owner.sockets.exists()


def test_the_foreground_run_ends_with_status_1_when_a_server_does(
    requested: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(requested)
    os.kill(owner.pids["valkey"], signal.SIGKILL)
    status, said = owner.ended()
    assert status == 1
    assert said.startswith("valkey ended by itself")
    assert owner.children_ended()


def test_a_server_that_ignores_requests_is_stopped_by_force(
    requested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sum(STOP_SECONDS) < 9  # what the whole program may take to stop
    monkeypatch.setattr("db.embedded.server.STOP_SECONDS", (0.5, 2.0, 1.0))
    servers = EmbeddedServers(requested, durable=False).start()
    os.kill(servers.pids["valkey"], signal.SIGSTOP)
    servers.stop()
    assert servers.valkey.pid is None


def test_a_server_that_cannot_start_says_why_and_takes_the_other_along(fresh: Path) -> None:
    servers = EmbeddedServers(fresh, durable=False).start()
    servers.stop()
    configuration = state_directory(fresh) / "pg" / "postgresql.conf"
    configuration.write_text("no_such_setting = 1\n")
    with pytest.raises(ServerDidNotStart, match="no_such_setting"):
        servers.start()
    assert servers.valkey.pid is None
    configuration.write_text("")
    with servers:
        assert len(servers.pids) == 2


def test_a_log_that_grew_too_long_is_set_aside(requested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers = EmbeddedServers(requested, durable=False)
    with servers:
        pass
    monkeypatch.setattr("db.embedded.processes.LOG_BYTES", 1)
    with servers:
        pass
    assert (state_directory(requested) / "postgres.log.1").exists()


def test_an_unusable_state_directory_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    monkeypatch.setattr("db.embedded.ownership.ROOT_STATE", in_the_way / "state")
    with pytest.raises(StateUnusable, match=r"\.local cannot be used: Not a directory"):
        EmbeddedServers(in_the_way / ".local").start()
