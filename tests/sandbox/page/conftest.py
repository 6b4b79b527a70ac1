"""Everybody served for each test, and a browser for those that look."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from tests.sandbox.page.browser import Browser, chromium
from tests.sandbox.page.surroundings import Surroundings, surrounded


@pytest.fixture
async def around() -> AsyncIterator[Surroundings]:
    async with surrounded() as surroundings:
        yield surroundings


@pytest.fixture
async def browser(around: Surroundings) -> AsyncIterator[Browser]:
    """A browser without a page; nothing but loopback exists for it."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    async with chromium(program, around.http) as browser:
        yield browser
