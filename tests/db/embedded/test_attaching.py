"""A second process finds the servers that the owner of a state directory embeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from db.embedded import NotRunning, attached
from tests.db.embedded.owners import Owner, ask, valkey_at


async def test_the_addresses_are_those_of_the_owner(
    requested: Path, start_owner: Callable[..., Owner]
) -> None:
    owner = start_owner(requested)
    database_url, redis_url = attached(requested)
    assert (database_url, redis_url) == (owner.database_url, owner.redis_url)
    assert await ask(database_url, "SELECT 1") == 1
    with valkey_at(redis_url) as valkey:
        assert valkey.ping()


def test_without_an_owner_there_is_nothing_to_attach_to(
    fresh: Path, start_owner: Callable[..., Owner]
) -> None:
    with pytest.raises(NotRunning):
        attached(fresh)
    owner = start_owner(fresh)
    owner.process.terminate()
    owner.ended()
    with pytest.raises(NotRunning):
        attached(fresh)
