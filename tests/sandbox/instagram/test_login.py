"""Instagram Login: the page, its code, and the tokens it is exchanged for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.sandbox.instagram.player import ACCOUNT, APP_SECRET, Answer, Player

APP = "100000000000001"
REDIRECT = "https://answers.example/instagram/oauth/callback?from=meta"
BASIC = "instagram_business_basic"
COMMENTS = "instagram_business_manage_comments"
MESSAGES = "instagram_business_manage_messages"
ASKED = {
    "client_id": APP,
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": f"{BASIC},{COMMENTS},{MESSAGES}",
    "state": "sealed & <signed>",
}
EXCHANGE = {
    "client_id": APP,
    "client_secret": APP_SECRET,
    "grant_type": "authorization_code",
    "redirect_uri": REDIRECT,
}


async def page(player: Player, language: str = "en", **changed: str) -> tuple[int, str]:
    async with player.session.get(
        f"{player.base}/oauth/authorize",
        params={**ASKED, **changed},
        headers={"Accept-Language": language},
    ) as answer:
        return answer.status, await answer.text()


async def decide(player: Player, form: Any, query: Mapping[str, str] = ASKED) -> URL:
    """Where the person is sent."""
    async with player.session.post(
        f"{player.base}/oauth/authorize", params=query, data=form, allow_redirects=False
    ) as answer:
        assert answer.status == 302, await answer.text()
        return URL(answer.headers["Location"])


async def a_code(player: Player, **form: str) -> str:
    return (await decide(player, {"decision": "allow", **form})).query["code"]


async def exchanged(player: Player, code: str, **changed: str) -> Answer:
    form = {**EXCHANGE, "code": code, **changed}
    return await player.call("POST", "/oauth/access_token", data=form, token=None)


async def test_the_page_shows_accounts_scopes_and_what_it_was_asked_in_both_languages(player: Player) -> None:
    other = await player.account("herbs.shop", name="<b>Травы</b>")

    _, english = await page(player)
    _, russian = await page(player, "ru-RU,ru;q=0.9")

    assert "Allow" in english
    assert "Разрешить" in russian
    assert all(name in english for name in ("@lavanda_home", "@herbs.shop", other["account_id"], COMMENTS))
    assert "<b>Травы" not in english
    assert ASKED["state"] not in english
    assert "anew" not in english
    assert "anew" in (await page(player, force_reauth="true"))[1]


async def test_the_form_of_the_page_gives_a_code_as_a_browser_would_send_it(player: Player) -> None:
    _, html = await page(player)
    fields = re.findall(r'<input type="(\w+)" name="(\w+)" value="([^"]*)"([^>]*)>', html)
    sent = [
        (name, unescape(value))
        for kind, name, value, more in fields
        if "disabled" not in more and (kind == "hidden" or "checked" in more)
    ]
    without_messages = [(name, value) for name, value in sent if value != MESSAGES]

    target = await decide(player, aiohttp.FormData([*without_messages, ("decision", "allow")]), query={})

    assert str(target).startswith("https://answers.example/instagram/oauth/callback?")
    assert target.fragment == "_"
    assert target.query["from"] == "meta"
    assert target.query["state"] == ASKED["state"]
    answer = await exchanged(player, target.query["code"])
    assert answer.json["permissions"] == [BASIC, COMMENTS]


async def test_a_refusal_says_so_and_returns_the_state(player: Player) -> None:
    target = await decide(player, {"decision": "deny"})

    assert dict(target.query) == {
        "from": "meta",
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
        "state": ASKED["state"],
    }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"client_id": "5"}, "Invalid platform app"),
        ({"redirect_uri": "javascript:alert(1)"}, "Invalid redirect_uri"),
        ({"redirect_uri": "/callback"}, "Invalid redirect_uri"),
        ({"redirect_uri": "https://[answers"}, "Invalid redirect_uri"),
        ({"response_type": "token"}, "Invalid response_type"),
        ({"scope": "business_basic"}, "Invalid Scopes"),
        ({"scope": COMMENTS}, "Invalid Scopes"),
    ],
)
async def test_a_wrong_request_is_refused_on_the_page_and_by_the_form(
    player: Player, changed: dict[str, str], says: str
) -> None:
    assert (await page(player, **changed))[0] == 400
    assert says in (await page(player, **changed))[1]
    async with player.session.post(
        f"{player.base}/oauth/authorize",
        data={**ASKED, **changed, "decision": "allow"},
        allow_redirects=False,
    ) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("form", [{}, {"decision": "maybe"}, {"decision": "allow", "account": "nobody"}])
async def test_a_form_without_a_decision_or_an_account_goes_nowhere(
    player: Player, form: dict[str, str]
) -> None:
    async with player.session.post(
        f"{player.base}/oauth/authorize", params=ASKED, data=form, allow_redirects=False
    ) as answer:
        assert answer.status == 400


async def test_codes_go_to_registered_addresses_only_when_there_are_some(player: Player) -> None:
    await player.control("oauth", {"redirect_uris": ["https://other.example/callback"]})

    assert (await page(player))[0] == 400
    assert (await page(player, redirect_uri="https://other.example/callback"))[0] == 200


async def test_a_code_gives_a_short_lived_token_with_a_number_for_the_account(player: Player) -> None:
    answer = await exchanged(player, await a_code(player))

    token = answer.json.pop("access_token")
    assert answer.json == {"user_id": int(ACCOUNT), "permissions": [BASIC, COMMENTS, MESSAGES]}
    assert (await player.call("GET", "/me", {"fields": "user_id"}, token=token)).json["user_id"] == ACCOUNT
    debugged = await player.get("/debug_token", input_token=token)
    assert "issued_at" not in debugged.json["data"]
    await player.control("clock", {"advance": 3601})
    assert (await player.call("GET", "/me", token=token)).code == (190, 463)


async def test_the_exchange_can_answer_as_the_documentation_draws_it(player: Player) -> None:
    await player.control("oauth", {"wrapped": True, "scoped_user_id": True})

    answer = await exchanged(player, await a_code(player))

    (told,) = answer.json["data"]
    assert (told["user_id"], told["permissions"]) == ("27000000000000001", f"{BASIC},{COMMENTS},{MESSAGES}")


@pytest.mark.parametrize("named", ["account_id", "username"])
async def test_the_token_is_of_the_account_that_was_chosen(player: Player, named: str) -> None:
    other = {"username": "herbs.shop", **await player.account("herbs.shop")}

    answer = await exchanged(player, await a_code(player, account=other[named]))

    token = answer.json["access_token"]
    assert answer.json["user_id"] == int(other["account_id"])
    me = await player.call("GET", "/me", {"fields": "username"}, token=token)
    assert me.json["username"] == "herbs.shop"


async def test_a_code_is_good_once(player: Player) -> None:
    code = await a_code(player)

    first, second = await exchanged(player, code), await exchanged(player, code)

    assert first.status == 200
    assert (second.status, second.json) == (
        400,
        {
            "error_type": "OAuthException",
            "code": 400,
            "error_message": "Matching code was not found or was already used",
        },
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"client_secret": "other"},
        {"client_id": "5"},
        {"redirect_uri": "https://answers.example/instagram/oauth/callback"},
        {"grant_type": "password"},
        {"code": "AQ#_"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_wrong_exchange_is_refused_and_does_not_use_up_the_code(
    player: Player, changed: dict[str, str]
) -> None:
    code = await a_code(player)

    refused = await exchanged(player, **{"code": code, **changed})

    assert (refused.status, refused.json["error_type"], refused.json["code"]) == (400, "OAuthException", 400)
    assert (await exchanged(player, code)).status == 200


@pytest.mark.parametrize(("seconds", "status"), [(3590, 200), (3600, 400)])
async def test_a_code_is_good_for_an_hour(player: Player, seconds: int, status: int) -> None:
    code = await a_code(player)

    await player.control("clock", {"advance": seconds})

    assert (await exchanged(player, code)).status == status


async def test_the_life_of_codes_can_be_shortened(player: Player) -> None:
    await player.control("oauth", {"code_seconds": 0})

    assert (await exchanged(player, await a_code(player))).status == 400


async def test_people_can_allow_less_than_they_are_asked_for(player: Player) -> None:
    await player.control("oauth", {"granted": [COMMENTS]})

    assert (await exchanged(player, await a_code(player))).json["permissions"] == [BASIC, COMMENTS]


async def test_a_short_lived_token_becomes_a_long_lived_one_with_the_same_scopes(player: Player) -> None:
    short = (await exchanged(player, await a_code(player, scope=f"{BASIC},{MESSAGES}"))).json["access_token"]
    early = await player.call("GET", "/refresh_access_token?grant_type=ig_refresh_token", token=short)

    answer = await player.call(
        "GET",
        "/access_token",
        {"grant_type": "ig_exchange_token", "client_secret": APP_SECRET, "access_token": short},
        token=None,
    )

    assert early.code == (100, None)
    long = answer.json["access_token"]
    assert long != short
    assert 59 * 86400 < answer.json["expires_in"] <= 60 * 86400
    told = (await player.get("/debug_token", input_token=long)).json["data"]
    assert told["scopes"] == [BASIC, MESSAGES]
    assert told["issued_at"] + 60 * 86400 == told["expires_at"]
    young = await player.call("GET", "/refresh_access_token?grant_type=ig_refresh_token", token=long)
    assert young.code == (100, None)
    await player.control("clock", {"advance": 86400})
    grown = await player.call("GET", "/refresh_access_token?grant_type=ig_refresh_token", token=long)
    assert grown.json["access_token"] == long
    kept = await player.call("GET", "/debug_token", {"input_token": long}, token=long)
    assert kept.json["data"]["scopes"] == [BASIC, MESSAGES]


async def test_a_new_login_works_although_older_tokens_are_refused(player: Player) -> None:
    await player.control("token", {"invalid": True, "subcode": 460})

    fresh = (await exchanged(player, await a_code(player))).json["access_token"]

    assert (await player.call("GET", "/me", token=fresh)).status == 200
    assert (await player.get("/me")).code == (190, 460)


async def test_a_token_is_debugged(player: Player) -> None:
    good = (await player.get("/debug_token", input_token="IGAA-test")).json["data"]
    unknown = (await player.get("/debug_token", input_token="IGAA-other")).json["data"]
    await player.control("token", {"value": "IGAA-new"})
    await player.control("token", {"invalid": True, "subcode": 458})
    await player.control("token", {"value": "IGAA-later"})
    dead = await player.call("GET", "/debug_token", {"input_token": "IGAA-new"}, token="IGAA-later")

    assert (good["app_id"], good["is_valid"], good["type"]) == (APP, True, "USER")
    assert good["granular_scopes"][0]["target_ids"] == [ACCOUNT]
    assert (unknown["is_valid"], unknown["error"]["code"]) == (False, 190)
    assert (dead.json["data"]["is_valid"], dead.json["data"]["error"]["subcode"]) == (False, 458)
    assert (await player.call("GET", "/debug_token", token=None)).code == (190, None)


@pytest.mark.parametrize(("kind", "used"), [("status", False), ("status_after", True)])
async def test_the_exchange_has_faults_in_its_own_words(player: Player, kind: str, used: bool) -> None:
    code = await a_code(player)
    await player.control("faults", {"operation": "exchange_code", "kind": kind, "message": "Later"})

    refused = await exchanged(player, code)

    assert refused.json == {"error_type": "OAuthException", "code": 400, "error_message": "Later"}
    assert ((await exchanged(player, code)).status == 400) is used


async def test_a_proxy_may_answer_the_exchange(player: Player) -> None:
    await player.control("faults", {"operation": "exchange_code", "kind": "status", "code": 502})

    async with player.session.post(f"{player.base}/oauth/access_token", data=EXCHANGE) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")


@pytest.mark.parametrize("path", ["/oauth/authorize", "/oauth/access_token"])
async def test_a_form_that_cannot_be_read_is_refused(player: Player, path: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}
    async with player.session.post(player.base + path, data=b"a=b", headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("body", [{"colour": 1}, {"code_seconds": -1}, {"granted": ["business_basic"]}, []])
async def test_wrong_options_change_nothing(player: Player, body: Any) -> None:
    before = await player.control("oauth", method="GET")

    answer = await player.call("POST", "/_control/oauth", data=json.dumps(body), token=None)

    assert answer.status == 400
    assert await player.control("oauth", method="GET") == before
