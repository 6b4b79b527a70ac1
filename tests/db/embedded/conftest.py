"""State directories that disappear after the test, and owners that end with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.embedded import EmbeddedServers
from db.embedded.ownership import state_directory
from tests.db.embedded.owners import Owner


@contextmanager
def passing_path() -> Iterator[Path]:
    """A path to ask for as state directory; for root the data lie elsewhere, and go as well."""
    parent = Path(tempfile.mkdtemp(prefix="embedded-test-"))
    asked = parent / ".local"
    yield asked
    shutil.rmtree(state_directory(asked), ignore_errors=True)
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A state directory to ask for, on which nothing ever started."""
    with passing_path() as asked:
        yield asked


@pytest.fixture(scope="session")
def requested() -> Iterator[Path]:
    """A state directory to ask for, that went through all the accidents of the tests before."""
    with passing_path() as asked:
        yield asked


@pytest.fixture(scope="module")
def shared_state() -> Iterator[Path]:
    """Where `shared` keeps its data."""
    with passing_path() as asked:
        yield asked


@pytest.fixture(scope="module")
def shared(shared_state: Path) -> Iterator[EmbeddedServers]:
    """Running servers for tests that leave them as they were."""
    with EmbeddedServers(shared_state, durable=False) as servers:
        yield servers


@pytest.fixture
def start_owner() -> Iterator[Callable[..., Owner]]:
    """Start an owner on a state directory; it is ready unless `wait=False`."""
    owners: list[Owner] = []

    def start(requested: Path, *, before: str = "pass", wait: bool = True, **environment: str) -> Owner:
        owner = Owner.launch(requested, state_directory(requested), before, environment)
        owners.append(owner)
        if wait:
            owner.wait_until_ready()
        return owner

    yield start
    for owner in owners:
        owner.close()
