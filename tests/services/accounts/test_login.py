"""Connecting an account by Instagram's login: whose links are good, and what a connected account finds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from yarl import URL

from db.models import ConnectRequest
from db.models.account import TokenState
from db.models.manager import Role
from db.repositories import accounts, managers
from services.accounts.inviting import hashed
from services.accounts.login import Ended, Ending
from services.accounts.permissions import BASIC, COMMENTS, MESSAGES
from services.chats import follow_chat
from tests.building import CHAT_ID, VAULT, an_account
from tests.sandbox.instagram.player import ACCOUNT, APP_SECRET
from tests.services.accounts.browser import APP_ID, CALLBACK, OWNER, TEAM, Browser

SCOPES = f"{BASIC},{COMMENTS},{MESSAGES}"


async def the_request(browser: Browser) -> ConnectRequest:
    async with browser.db.transaction() as tx:
        return (await tx.session.execute(select(ConnectRequest))).scalar_one()


async def test_the_link_leads_to_instagram_with_what_we_need(browser: Browser) -> None:
    state = await browser.link()
    address = URL(str(await browser.logins.address(state)))

    assert dict(address.query) == {
        "client_id": APP_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPES,
        "state": state,
    }
    assert APP_SECRET not in str(address)


async def test_only_the_hash_of_a_link_is_kept_and_it_has_256_bits(browser: Browser) -> None:
    state = await browser.link()
    kept = await the_request(browser)

    assert kept.state_hash == hashed(state) != state
    assert len(state) == 43, "32 bytes in base64url"
    assert state != await browser.link()
    assert (kept.manager_id, kept.chat_id, kept.used_at) == (OWNER, TEAM, None)
    assert timedelta(minutes=14) < kept.expires_at - datetime.now(UTC) <= timedelta(minutes=15)


async def test_an_account_is_connected(browser: Browser) -> None:
    ended = await browser.connects()

    assert ended == Ended(Ending.CONNECTED, "lavanda_home", [])
    account = (await browser.rows())["lavanda_home"]
    assert account.instagram_id == ACCOUNT
    assert account.app_scoped_id == "27000000000000001"
    assert (account.chat_id, account.locale) == (TEAM, "ru")
    assert sorted(account.scopes) == sorted(SCOPES.split(","))
    assert {"comments", "live_comments", "messages"} <= set(account.subscribed_fields)
    assert account.token_state is TokenState.VALID
    assert account.token_expires_at is not None
    assert timedelta(days=59) < account.token_expires_at - datetime.now(UTC) <= timedelta(days=60)
    async with browser.db.transaction() as tx:
        token = VAULT.open((await accounts.get(tx.session, account.id)).token_encrypted or b"")
    assert (await browser.client.profile(token)).user_id == ACCOUNT, "it is the long-lived one, and works"


async def test_what_came_while_an_account_was_away_is_looked_for_at_once(browser: Browser) -> None:
    await browser.connects()
    account = (await browser.rows())["lavanda_home"]
    async with browser.db.transaction() as tx:
        keys = await tx.session.scalars(
            text("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'reconcile'")
        )
        assert keys.all() == [f"reconcile:{account.id}"]


async def test_the_chat_where_the_link_was_asked_is_told(browser: Browser) -> None:
    await browser.connects(chat_id=TEAM)

    told = (await browser.alerts())["account_connected"]
    assert (told.chat_id, told.params) == (TEAM, {"account": "lavanda_home"})


async def test_asked_in_private_the_cards_go_to_the_teams_chat_and_the_news_to_the_owner(
    browser: Browser,
) -> None:
    await browser.connects(chat_id=OWNER)

    assert (await browser.rows())["lavanda_home"].chat_id == CHAT_ID
    assert (await browser.alerts())["account_connected"].chat_id == OWNER


async def test_a_second_account_gets_a_row_a_chat_and_a_token_of_its_own(browser: Browser) -> None:
    await browser.opens("second_shop")
    await browser.connects(chat_id=TEAM)
    ended = await browser.connects("second_shop", chat_id=TEAM - 1)

    assert ended.account == "second_shop"
    rows = await browser.rows()
    assert {name: row.chat_id for name, row in rows.items()} == {
        "lavanda_home": TEAM,
        "second_shop": TEAM - 1,
    }
    tokens = {VAULT.open(row.token_encrypted or b"") for row in rows.values()}
    assert len(tokens) == 2
    for token in tokens:
        name = (await browser.client.profile(token)).username
        assert VAULT.open(rows[name].token_encrypted or b"") == token


@pytest.mark.parametrize(
    ("chat_id", "locale", "expected"),
    [(TEAM, "en-US", "en"), (TEAM, None, "ru"), (CHAT_ID, "en", "ru")],
    ids=["the owner's", "nobody's", "the team's"],
)
async def test_a_new_accounts_language(
    browser: Browser, chat_id: int, locale: str | None, expected: str
) -> None:
    back = await browser.comes_back(await browser.link(chat_id, locale))
    await browser.logins.finish(back.state, back.code)

    assert (await browser.rows())["lavanda_home"].locale == expected


async def test_a_chat_has_one_language(browser: Browser) -> None:
    async with browser.db.transaction() as tx:
        await an_account(tx, "17841400000000999", username="first_shop", chat_id=TEAM, locale="en")
    await browser.connects()

    assert (await browser.rows())["lavanda_home"].locale == "en"


async def test_connecting_again_keeps_chat_language_and_tone(browser: Browser) -> None:
    async with browser.db.transaction() as tx:
        await an_account(
            tx, ACCOUNT, username="old_name", chat_id=-1, locale="en", tone="тепло", token_encrypted=None
        )
    await browser.connects(chat_id=TEAM)

    account = (await browser.rows())["lavanda_home"]
    assert (account.chat_id, account.locale, account.tone) == (-1, "en", "тепло")
    assert len(await browser.rows()) == 1


# Links that are no good


async def forged(_browser: Browser) -> str:
    return "A" * 43


async def misshapen(_browser: Browser) -> str:
    return "../../etc\x00"


async def nobodys(_browser: Browser) -> str:
    return ""


async def expired(browser: Browser) -> str:
    state = await browser.link()
    async with browser.db.transaction() as tx:
        await tx.session.execute(update(ConnectRequest).values(expires_at=datetime.now(UTC)))
    return state


async def used(browser: Browser) -> str:
    state = await browser.link()
    await browser.logins.finish(state, None)
    return state


@pytest.mark.parametrize(
    ("link", "ending"),
    [
        (forged, Ending.UNKNOWN),
        (misshapen, Ending.UNKNOWN),
        (nobodys, Ending.UNKNOWN),
        (expired, Ending.EXPIRED),
        (used, Ending.USED),
    ],
)
async def test_a_bad_link_leads_nowhere(
    browser: Browser, link: Callable[[Browser], Awaitable[str]], ending: Ending
) -> None:
    state = await link(browser)
    assert await browser.logins.address(state) is ending

    good = await browser.comes_back(await browser.link())
    assert (await browser.logins.finish(state, good.code)).ending is ending
    assert await browser.rows() == {}


async def test_a_link_works_once_even_when_two_come_at_the_same_time(browser: Browser) -> None:
    state = await browser.link()
    first, second = await browser.comes_back(state), await browser.comes_back(state)
    endings = await asyncio.gather(
        *(browser.logins.finish(back.state, back.code) for back in (first, second))
    )

    assert sorted(one.ending for one in endings) == [Ending.CONNECTED, Ending.USED]


async def test_a_link_of_somebody_who_is_no_longer_the_owner_is_no_good(browser: Browser) -> None:
    for change in ({"role": Role.SENIOR}, {"active": False}):
        back = await browser.comes_back(await browser.link())
        async with browser.db.transaction() as tx:
            await managers.change(tx.session, OWNER, **change)
        assert (await browser.logins.finish(back.state, back.code)).ending is Ending.NOT_OWNER
    assert await browser.rows() == {}


async def test_old_links_are_forgotten(browser: Browser) -> None:
    await browser.link()
    async with browser.db.transaction() as tx:
        old = datetime.now(UTC) - timedelta(days=2)
        await tx.session.execute(update(ConnectRequest).values(expires_at=old))
    state = await browser.link()

    assert (await the_request(browser)).state_hash == hashed(state)


# What Instagram says


async def test_a_refusal_of_the_person_uses_the_link_up_and_changes_nothing(browser: Browser) -> None:
    back = await browser.comes_back(await browser.link(), decision="deny")
    assert back.code is None
    assert back.address.query["error"] == "access_denied"

    assert (await browser.logins.finish(back.state, back.code)).ending is Ending.DENIED
    assert (await browser.logins.finish(back.state, back.code)).ending is Ending.USED
    assert await browser.rows() == {}
    assert await browser.alerts() == {}


@pytest.mark.parametrize("code", ["", "made-up", "x" * 5000])
async def test_a_foreign_code_is_refused(browser: Browser, code: str) -> None:
    assert (await browser.logins.finish(await browser.link(), code)).ending is Ending.CODE_REFUSED
    assert await browser.rows() == {}


async def test_a_code_that_was_used_is_refused(browser: Browser) -> None:
    back = await browser.comes_back(await browser.link())
    await browser.logins.finish(back.state, back.code)

    assert (await browser.logins.finish(await browser.link(), back.code)).ending is Ending.CODE_REFUSED


async def test_the_mark_that_instagram_puts_behind_a_code_does_no_harm(browser: Browser) -> None:
    back = await browser.comes_back(await browser.link())
    assert back.address.fragment == "_"

    assert (await browser.logins.finish(back.state, f"{back.code}#_")).ending is Ending.CONNECTED


@pytest.mark.parametrize(
    ("operation", "code", "ending"),
    [
        ("exchange_code", 500, Ending.AWAY),
        ("exchange", 2, Ending.AWAY),
        ("me", 4, Ending.AWAY),
        ("exchange", 100, Ending.NO_ACCESS),
        ("me", 100, Ending.NO_ACCESS),
        ("me", 190, Ending.NO_ACCESS),
    ],
)
async def test_trouble_on_the_way_connects_nothing(
    browser: Browser, operation: str, code: int, ending: Ending
) -> None:
    await browser.player.control("faults", {"operation": operation, "kind": "status", "code": code})

    assert (await browser.connects()).ending is ending
    assert await browser.rows() == {}


@pytest.mark.parametrize("wrapped", [False, True])
async def test_both_shapes_of_the_exchange_are_understood(browser: Browser, wrapped: bool) -> None:
    await browser.player.control("oauth", {"wrapped": wrapped, "scoped_user_id": True})
    await browser.connects()

    account = (await browser.rows())["lavanda_home"]
    assert account.instagram_id == ACCOUNT, "whose it is says /me, not the exchange"
    assert sorted(account.scopes) == sorted(SCOPES.split(","))


async def test_permissions_that_were_not_given_are_told(browser: Browser) -> None:
    ended = await browser.connects(scope=f"{BASIC},{COMMENTS}")

    assert (ended.ending, ended.missing) == (Ending.CONNECTED, [MESSAGES])
    assert "may_not_message" in await browser.alerts()
    account = (await browser.rows())["lavanda_home"]
    assert MESSAGES not in account.scopes
    assert {"comments", "live_comments"} <= set(account.subscribed_fields)

    await browser.connects()
    assert "may_not_message" not in await browser.alerts(), "the next login gave it"


async def test_news_end_by_themselves_and_each_login_has_its_own(browser: Browser) -> None:
    await browser.connects()
    await browser.connects()

    async with browser.db.transaction() as tx:
        kinds = await tx.session.execute(text("SELECT count FROM alerts WHERE kind = 'account_connected'"))
        assert [row[0] for row in kinds] == [1, 1]


async def test_the_account_follows_the_settings_chat_only_while_it_uses_it(browser: Browser) -> None:
    moved = CHAT_ID - 5
    await browser.opens("second_shop")
    await browser.connects(chat_id=CHAT_ID)
    await browser.connects("second_shop", chat_id=TEAM)
    await follow_chat(browser.db, moved)

    rows = await browser.rows()
    assert (rows["lavanda_home"].chat_id, rows["second_shop"].chat_id) == (moved, TEAM)
