"""Access tokens: accepted, refused, refreshed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.instagram.player import ACCESS_TOKEN, APP_SECRET, Player

REFRESH = {"grant_type": "ig_refresh_token"}


@pytest.mark.parametrize("token", [None, "IGAA-other"])
async def test_without_a_known_token_nothing_is_told(player: Player, token: str | None) -> None:
    answer = await player.call("GET", "/me", token=token)

    assert (answer.status, answer.code) == (400, (190, None))
    assert answer.json["error"]["type"] == "OAuthException"
    assert ACCESS_TOKEN not in str(answer.json)


async def test_the_token_may_come_as_a_parameter(player: Player) -> None:
    query = await player.call("GET", "/me", {"access_token": ACCESS_TOKEN}, token=None)
    form = await player.call(
        "POST",
        "/me/subscribed_apps",
        data={"access_token": ACCESS_TOKEN, "subscribed_fields": "messages"},
        token=None,
    )

    assert (query.status, form.status) == (200, 200)


async def test_an_expired_token_is_refused_and_cannot_be_refreshed(player: Player) -> None:
    await player.control("token", {"expires_at": "2026-01-01T00:00:00Z"})

    assert (await player.get("/me")).code == (190, 463)
    assert (await player.get("/refresh_access_token", **REFRESH)).code == (190, 463)


async def test_an_invalidated_token_is_refused_until_it_is_good_again(player: Player) -> None:
    await player.control("token", {"invalid": True})
    assert (await player.get("/me")).code == (190, None)
    await player.control("token", {"invalid": True, "subcode": 460})
    assert (await player.get("/me")).code == (190, 460)
    await player.control("token", {"invalid": False})
    assert (await player.get("/me")).status == 200


async def test_a_refresh_gives_sixty_days(player: Player) -> None:
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    await player.control("token", {"expires_at": soon})

    answer = await player.get("/refresh_access_token", **REFRESH)

    assert answer.json["access_token"] == ACCESS_TOKEN
    assert answer.json["token_type"] == "bearer"
    assert 59 * 86400 < answer.json["expires_in"] <= 60 * 86400


async def test_a_token_younger_than_a_day_cannot_be_refreshed(player: Player) -> None:
    await player.control("token", {"issued_at": datetime.now(UTC).isoformat()})

    assert (await player.get("/refresh_access_token", **REFRESH)).code == (100, None)


async def test_a_refreshed_token_can_be_a_new_string_beside_the_old_one(player: Player) -> None:
    await player.control("switches", {"refresh_renames": True})

    answer = await player.get("/refresh_access_token", **REFRESH)

    fresh = answer.json["access_token"]
    assert fresh != ACCESS_TOKEN
    for token in (fresh, ACCESS_TOKEN):
        assert (await player.call("GET", "/me", token=token)).status == 200


async def test_a_token_is_exchanged_for_a_long_lived_one_with_the_secret(player: Player) -> None:
    exchange = {"grant_type": "ig_exchange_token"}

    answer = await player.get("/access_token", **exchange, client_secret=APP_SECRET)

    assert answer.json["access_token"] == ACCESS_TOKEN
    assert (await player.get("/access_token", **exchange, client_secret="other")).code == (100, None)
    assert (await player.get("/access_token", client_secret=APP_SECRET)).code == (100, None)
    assert (await player.get("/refresh_access_token")).code == (100, None)


async def test_a_new_login_gives_a_new_token(player: Player) -> None:
    await player.control("token", {"value": "IGAA-new"})

    assert (await player.call("GET", "/me", token="IGAA-new")).status == 200
