"""The locks pin everything by hash, name no address, and agree with pyproject.toml and with each other."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-production.lock")


@dataclass(frozen=True)
class Pin:
    """One locked requirement."""

    version: str
    hashes: frozenset[str]


def pins(lock: str) -> dict[str, Pin]:
    """What a lock says, by canonical name."""
    found: dict[str, Pin] = {}
    for entry in (REPOSITORY / lock).read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if entry[:1] not in {"", " ", "#"}:
            name, version = re.match(r"([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==(\S+)", entry).groups()  # type: ignore[union-attr]  # no match fails the test
            hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
            found[canonicalize_name(name)] = Pin(version, hashes)
    return found


def wanted() -> tuple[list[Requirement], list[Requirement]]:
    """What pyproject.toml asks for: the product's, and those for development and embedded servers."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    product = project["project"]["dependencies"]
    further = [*project["dependency-groups"]["dev"], *project["project"]["optional-dependencies"]["embedded"]]
    return [Requirement(one) for one in product], [Requirement(one) for one in further]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_hashed(lock: str) -> None:
    locked = pins(lock)
    assert len(locked) > 30
    assert [name for name, pin in locked.items() if not pin.hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address_or_a_place_of_one_machine(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert re.findall(r"https?://|file:|/opt/|--index-url|--find-links", text) == []


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    product, further = wanted()
    everything, production = pins("requirements.lock"), pins("requirements-production.lock")
    for requirement in (*product, *further):
        assert requirement.specifier.contains(everything[canonicalize_name(requirement.name)].version)
    assert {canonicalize_name(one.name) for one in product} <= production.keys()


def test_production_is_the_same_without_embedded_servers_and_development_tools() -> None:
    everything, production = pins("requirements.lock"), pins("requirements-production.lock")
    assert production.items() <= everything.items()
    _, further = wanted()
    assert {canonicalize_name(one.name) for one in further} & production.keys() == set()
