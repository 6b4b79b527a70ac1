"""Whose token it is, codes and tokens in exchange, and the subscription to webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.instagram.access import Access
from services.instagram.client import InstagramClient
from services.instagram.connecting import OAuthApp
from services.instagram.errors import GraphError, Remedy, Trouble
from tests.sandbox.instagram.player import ACCESS_TOKEN, ACCOUNT, APP_SECRET, Player
from tests.services.instagram.neighbour import Neighbour, says
from tests.services.instagram.operations import ACCESS, CODE, SECRET, TOKEN, app

SIXTY_DAYS = timedelta(days=60).total_seconds()


async def test_the_token_tells_whose_it_is(client: InstagramClient, player: Player) -> None:
    for wrapped in (False, True):
        await player.control("switches", {"me_wrapped": wrapped})
        profile = await client.profile(ACCESS_TOKEN)

        assert (profile.user_id, profile.username) == (ACCOUNT, "lavanda_home")
        assert profile.app_scoped_id == "27000000000000001"
        assert profile.name
        assert profile.page_id is None


@pytest.mark.parametrize(
    ("subcode", "remedy"), [(463, Remedy.RECONNECT), (459, Remedy.LOG_IN), (None, Remedy.RECONNECT)], ids=str
)
async def test_a_dead_token_says_what_to_do(
    client: InstagramClient, player: Player, subcode: int | None, remedy: Remedy
) -> None:
    await player.control("token", {"invalid": True, "subcode": subcode})

    with pytest.raises(GraphError) as caught:
        await client.profile(ACCESS_TOKEN)

    assert (caught.value.trouble, caught.value.subcode) == (Trouble.AUTH, subcode)
    assert caught.value.remedy is remedy


async def test_a_token_is_refreshed_when_it_is_old_enough(client: InstagramClient, player: Player) -> None:
    await player.control("switches", {"refresh_renames": True})

    fresh = await client.refresh(ACCESS_TOKEN)

    assert fresh.access_token != ACCESS_TOKEN
    assert fresh.expires_in is not None
    assert SIXTY_DAYS - 60 < fresh.expires_in <= SIXTY_DAYS
    with pytest.raises(GraphError) as caught:
        await client.refresh(fresh.access_token)
    assert caught.value.trouble is Trouble.REFUSED, "too young"


async def test_a_short_token_is_exchanged_for_a_long_one(client: InstagramClient, player: Player) -> None:
    here = OAuthApp("100000000000001", APP_SECRET, "https://shop.example/back", "", "")

    long = await client.long_lived(here, ACCESS_TOKEN)

    assert long.access_token
    assert long.expires_in is not None
    assert long.expires_in > SIXTY_DAYS - 60


async def test_webhooks_are_subscribed_to_told_and_ended(
    client: InstagramClient, player: Player, access: Access
) -> None:
    await client.unsubscribe(access)
    assert await client.subscriptions(access) == []
    for _ in range(2):
        await client.subscribe(access, ["comments", "messages"])

    (subscription,) = await client.subscriptions(access)
    assert subscription.id
    assert subscription.subscribed_fields == ["comments", "messages"]


async def test_an_unknown_field_is_refused(client: InstagramClient, access: Access) -> None:
    with pytest.raises(GraphError) as caught:
        await client.subscribe(access, ["comments", "feed"])

    assert caught.value.trouble is Trouble.REFUSED


@pytest.mark.parametrize(
    "answer",
    [
        {
            "data": [
                {
                    "access_token": "IGAA-short",
                    "user_id": "1020000000000001",
                    "permissions": "instagram_business_basic, instagram_business_manage_comments",
                }
            ]
        },
        {
            "access_token": "IGAA-short",
            "user_id": 1020000000000001,
            "permissions": ["instagram_business_basic", "instagram_business_manage_comments"],
        },
    ],
    ids=["as drawn", "as observed"],
)
async def test_a_code_is_exchanged_whatever_the_shape_of_the_answer(
    told: InstagramClient, neighbour: Neighbour, answer: dict[str, object]
) -> None:
    neighbour.will(says(answer))

    token = await told.exchange_code(app(told), f"{CODE}#_")

    assert (token.access_token, token.user_id) == ("IGAA-short", "1020000000000001")
    assert token.permissions == ["instagram_business_basic", "instagram_business_manage_comments"]
    assert (neighbour.last.method, neighbour.last.path) == ("POST", "/oauth/access_token")
    assert neighbour.last.query == {}
    assert neighbour.last.sent == {
        "client_id": "100000000000001",
        "client_secret": SECRET,
        "grant_type": "authorization_code",
        "redirect_uri": "https://shop.example/back",
        "code": CODE,
    }


@pytest.mark.parametrize("more", [{}, {"permissions": None, "user_id": None}], ids=["absent", "null"])
async def test_a_token_is_all_that_is_needed(
    told: InstagramClient, neighbour: Neighbour, more: dict[str, object]
) -> None:
    neighbour.will(says({"access_token": "IGAA-short", **more}))

    token = await told.exchange_code(app(told), CODE)

    assert (token.user_id, token.permissions) == (None, [])


async def test_long_lives_are_asked_for_without_a_version(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"access_token": "IGAA-long", "token_type": "bearer", "expires_in": 5183944}))

    long, fresh = await told.long_lived(app(told), TOKEN), await told.refresh(TOKEN)

    assert (long.expires_in, fresh.access_token) == (5183944, "IGAA-long")
    exchange, refresh = neighbour.asked
    assert (exchange.method, exchange.path) == ("GET", "/access_token")
    assert exchange.query == {
        "grant_type": "ig_exchange_token",
        "client_secret": SECRET,
        "access_token": TOKEN,
    }
    assert (refresh.method, refresh.path) == ("GET", "/refresh_access_token")
    assert refresh.query == {"grant_type": "ig_refresh_token", "access_token": TOKEN}


async def test_without_the_professional_id_it_is_nobodys_token(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"id": "27000000000000001", "username": "lavanda_home"}))

    with pytest.raises(GraphError) as caught:
        await told.profile(TOKEN)

    assert caught.value.trouble is Trouble.TRANSIENT, "the app's own id would never match a webhook"


async def test_the_fields_are_subscribed_on_the_account_even_if_it_has_a_page(
    told: InstagramClient, neighbour: Neighbour
) -> None:
    neighbour.will(says({"success": True}))

    await told.subscribe(ACCESS, ["comments", "messages"])

    assert neighbour.last.path == f"/v26.0/{ACCESS.account}/subscribed_apps"
    assert neighbour.last.sent == {"subscribed_fields": "comments,messages"}
