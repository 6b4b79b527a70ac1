"""Recorded deliveries, signed and sent again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import replaying
from app.replaying import replay, signature, target
from db.engine import Database
from db.models import Event
from sandbox.instagram import Instagram, InstagramConfig
from sandbox.server import serve
from tests.app.given import settings
from tests.sandbox.instagram.player import Receiver
from tests.webhook.conftest import door_to
from tests.webhook.door import CURRENT, change, delivery
from webhook.instagram import PATH

VECTOR = (
    b'{"entry":[{"id":"17841400000000001","time":1790000000,"changes":[{"value":{"from":{"id":'
    b'"900000000000001","username":"anna_k"},"media":{"id":"18000000000000001","media_product_type":"FEED"},'
    b'"id":"18100000000000001","text":"\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442, \\u0040shop! 100\\u0025 '
    b'\\u0445\\u043e\\u0447\\u0443 \\ud83d\\ude0d \\u003C3"},"field":"comments"}]}],"object":"instagram"}'
)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Two deliveries, with an empty line between them."""
    file = tmp_path / "deliveries.jsonl"
    file.write_bytes(delivery(change("1")) + b"\n\n  " + delivery(change("2")) + b"\r\n")
    return file


def test_it_signs_as_meta_does() -> None:
    assert len(VECTOR) == 375
    assert signature(VECTOR, "test_app_secret") == (
        "sha256=56c319f5cd16d3c36f344c53f45d41de85d059f0e3d40253e0a83aebfd7ad597"
    )


def test_it_finds_the_instance_of_the_settings() -> None:
    assert target(settings(HTTP_HOST="0.0.0.0", HTTP_PORT="8081")) == f"http://127.0.0.1:8081{PATH}"
    assert target(settings(HTTP_HOST="127.0.0.2", HTTP_PORT="8081")) == f"http://127.0.0.2:8081{PATH}"
    assert target(settings(PUBLIC_URL="https://shop.example")) == f"https://shop.example{PATH}"


async def test_every_line_is_delivered(db: Database, recorded: Path) -> None:
    async with door_to(db) as door:
        assert await replay(settings(), recorded, door.base + PATH) == Counter({200: 2})
        assert await replay(settings(), recorded, door.base + PATH) == Counter({200: 2})

    async with db.transaction() as tx:
        found = (await tx.session.execute(select(Event.identity).order_by(Event.id))).scalars().all()
    assert found == ["comment:1", "comment:2"]


async def test_another_secret_is_refused(db: Database, recorded: Path) -> None:
    other = settings(INSTAGRAM_APP_SECRET="another_app_secret_of_this_app")
    async with door_to(db) as door:
        assert await replay(other, recorded, door.base + PATH) == Counter({401: 2})


async def test_a_busy_instance_is_asked_again(recorded: Path) -> None:
    receiver = Receiver(statuses=[503, 200, 500])
    async with serve(receiver.application()) as base:
        assert await replay(settings(), recorded, f"{base}/hook") == Counter({200: 1, 500: 1})
    assert receiver.received.qsize() == 3


async def test_an_instance_that_is_not_there_is_told(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "ATTEMPTS", 2)
    assert await replay(settings(), recorded, "http://127.0.0.1:1/hook") == Counter({0: 2})


async def test_the_sandboxs_instagram_learns_of_the_comments_first(recorded: Path) -> None:
    stand_in = Instagram(InstagramConfig(app_secret=CURRENT, verify_token="-", access_token="-"))
    receiver = Receiver()
    async with serve(stand_in.application()) as graph, serve(receiver.application()) as base:
        sandbox: dict[str, Any] = {"APP_ENV": "sandbox", "INSTAGRAM_GRAPH_URL": graph}
        assert await replay(settings(**sandbox), recorded, f"{base}/hook") == Counter({200: 2})

    assert {"1", "2"} <= set(stand_in.account.state.comments)
    assert json.loads((await receiver.next()).body)["object"] == "instagram"
