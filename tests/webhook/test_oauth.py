"""Connecting an account in the browser: where it leads, what the pages say, and what they never give away."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import structlog
from sqlalchemy import text
from yarl import URL

from bot.texts import texts
from db.engine import Database
from services.accounts.inviting import PATH
from services.accounts.login import Ending, Logins
from services.accounts.permissions import BASIC, COMMENTS
from services.accounts.subscribing import Subscriptions
from services.instagram.client import InstagramClient
from tests.building import OPTIONS, VAULT
from tests.sandbox.instagram.conftest import instagram, player
from tests.sandbox.instagram.player import APP_SECRET, Player
from tests.services.accounts.browser import APP_ID, Browser, decide, oauth_app
from tests.services.tokens.conftest import client
from tests.webhook.door import Answer, Door
from webhook.oauth import CALLBACK, OAuth
from webhook.page import HEADERS, page
from webhook.server import application, listening

__all__ = ("client", "instagram", "player")

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}


@dataclass
class Site:
    """The product's door, and the owner's browser before it."""

    door: Door
    browser: Browser
    oauth: OAuth

    async def start(self, state: str) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        async with self.door.session.get(
            f"{self.door.base}{PATH}", params={"state": state}, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def callback(self, language: dict[str, str] | None = None, **query: str) -> Answer:
        """Back from Instagram."""
        return await self.door.get(CALLBACK, query, language)

    async def whole_way(self, **decision: str) -> Answer:
        """From the button to the last page, over every redirect."""
        _, address, _ = await self.start(await self.browser.link())
        target = await decide(self.browser.player.session, address, **decision)
        assert str(target).startswith(f"{self.door.base}{CALLBACK}")
        async with self.door.session.get(target) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)


@pytest.fixture
async def site(db: Database, player: Player, client: InstagramClient) -> AsyncIterator[Site]:
    """Served with the stand-in as Instagram; redirects come back to the door itself."""
    app = oauth_app(player.base)
    subscriptions = Subscriptions(db, client, VAULT, APP_ID)
    logins = Logins(db, client, VAULT, OPTIONS, app, subscriptions)
    oauth = OAuth(logins, texts)
    async with (
        listening(application(oauth.routes()), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as session,
    ):
        door = Door(session, port)
        logins._app = oauth_app(player.base, f"{door.base}{CALLBACK}")
        yield Site(door, Browser(db, player, client), oauth)


async def test_from_the_button_to_a_connected_account(site: Site) -> None:
    answer = await site.whole_way()

    assert answer.status == 200
    assert "@lavanda_home is connected" in answer.text
    assert set(await site.browser.rows()) == {"lavanda_home"}


async def test_the_start_leads_to_instagram_and_uses_nothing_up(site: Site) -> None:
    state = await site.browser.link()
    for _ in range(3):
        status, address, _page = await site.start(state)
        assert status == 302
        assert URL(address).path == "/oauth/authorize"
        assert URL(address).query["state"] == state


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ({"decision": "deny"}, "You did not allow it"),
        ({"scope": f"{BASIC},{COMMENTS}"}, "messages are not permitted"),
    ],
)
async def test_what_the_person_decided_is_on_the_page(
    site: Site, decision: dict[str, str], says: str
) -> None:
    answer = await site.whole_way(**decision)

    assert answer.status == 200
    assert says in answer.text


async def test_every_wrong_way_ends_on_a_page_that_says_what_to_do(site: Site) -> None:
    forged = await site.callback(state="A" * 43, code="x")
    nothing = await site.callback(state=await site.browser.link())
    foreign = await site.callback(state=await site.browser.link(), code="made-up")
    state = await site.browser.link()
    await site.callback(state=state, error="access_denied")
    reused = await site.callback(state=state, code="x")
    for answer, says in (
        (forged, "do not know this link"),
        (nothing, "do not know this link"),
        (foreign, "did not accept this login"),
        (reused, "has been used"),
    ):
        assert answer.status == 400
        assert says in answer.text
        assert "/accounts" in answer.text
    status, address, shown = await site.start("A" * 43)
    assert (status, address) == (400, "")
    assert "do not know this link" in shown


async def test_a_callback_without_a_word_of_instagram_does_not_use_the_link_up(site: Site) -> None:
    state = await site.browser.link()
    await site.callback(state=state)
    async with site.door.session.head(f"{site.door.base}{CALLBACK}?state={state}&code=x") as answer:
        assert answer.status == 405

    assert (await site.start(state))[0] == 302


async def test_instagram_being_away_is_said(site: Site) -> None:
    await site.browser.player.control("faults", {"operation": "exchange_code", "kind": "status", "code": 503})
    answer = await site.whole_way()

    assert answer.status == 503
    assert "does not answer just now" in answer.text


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("ru", "не знаю"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "не знаю"),
        ("de, en;q=0.5, ru;q=0.7", "не знаю"),
        ("en-GB,en;q=0.9,ru;q=0.1", "do not know"),
        ("de", "do not know"),
        ("ru;q=0", "do not know"),
        ("", "do not know"),
        (";;q=x,,ru;q=nonsense", "do not know"),
    ],
)
async def test_the_page_speaks_the_browsers_language(site: Site, wanted: str, says: str) -> None:
    answer = await site.callback({"Accept-Language": wanted}, state="x", code="x")

    assert says in answer.text
    assert f'<html lang="{"ru" if says == "не знаю" else "en"}">' in answer.text


async def test_pages_load_nothing_and_are_neither_kept_nor_framed(site: Site) -> None:
    for shown in (await site.callback(RUSSIAN, state="x", code="x"), await site.whole_way()):
        for name, value in HEADERS.items():
            assert shown.headers[name] == value
        assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
        assert not re.search(r"<(script|img|link|iframe|form|a) ", shown.text)
        assert "://" not in shown.text
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    async with site.door.session.get(
        f"{site.door.base}{PATH}",
        params={"state": await site.browser.link()},
        allow_redirects=False,
    ) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_what_comes_in_the_address_is_never_on_the_page(site: Site) -> None:
    answer = await site.callback(
        state="<script>alert(1)</script>", code="<b>code</b>", error_description="<i>pwned</i>"
    )

    assert "<script>" not in answer.text
    assert "pwned" not in answer.text
    assert "code</b>" not in answer.text


def test_words_on_a_page_are_only_words() -> None:
    shown = page(200, "en", "<b>title</b>", ['<script>"x"</script>']).text or ""

    assert "&lt;b&gt;title" in shown
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


async def test_whoever_makes_links_up_is_slowed_down(site: Site) -> None:
    site.oauth._penalties.limit = 3  # one failure is forgotten in twenty seconds: slow machines pass, too
    first = [(await site.callback(state="A" * 43, code="x")).status for _ in range(5)]
    assert first[:3] == [400, 400, 400]
    for answer in (
        await site.callback(state="A" * 43, code="x"),
        await site.callback(state=await site.browser.link(), code="x"),
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (429, "60")
    assert (await site.start(await site.browser.link()))[0] == 429


async def test_while_the_database_is_away_the_page_says_so(site: Site, db: Database) -> None:
    async with db.transaction() as tx:
        await tx.session.execute(text("ALTER TABLE connect_requests RENAME TO away"))
    for answer in (await site.callback(state="A" * 43, code="x"), (await site.start("A" * 43))):
        status, shown = (answer.status, answer.text) if isinstance(answer, Answer) else (answer[0], answer[2])
        assert status == 503
        assert "problem just now" in shown


@pytest.mark.parametrize("trouble", ["none", "exchange_code", "exchange", "me", "subscription"])
async def test_no_token_code_secret_or_link_reaches_a_log_a_page_or_a_row(
    site: Site, db: Database, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    """Canaries: everything secret that is under way here is looked for in everything that could leak."""
    if trouble != "none":
        echo = {"kind": "status", "code": 190, "times": 2, "operation": trouble}
        await site.browser.player.control("faults", echo)
    state = await site.browser.link()
    _, address, _ = await site.start(state)
    target = await decide(site.browser.player.session, address)
    code = target.query["code"]
    with structlog.testing.capture_logs() as logs:
        async with site.door.session.get(target) as answer:
            shown = await answer.text()
            seen_url = str(answer.url.with_query(None))
    secrets = {state, code, APP_SECRET}
    rows = await site.browser.rows()
    for account in rows.values():
        secrets.add(VAULT.open(account.token_encrypted or b""))
    kept = []
    async with db.transaction() as tx:
        for table in ("accounts", "alerts", "connect_requests", "pgqueuer"):
            kept += [str(tuple(row)) for row in await tx.session.execute(text(f"SELECT * FROM {table}"))]
    printed = capsys.readouterr()
    places = {"page": shown, "logs": str(logs), "rows": "\n".join(kept), "url": seen_url}
    places |= {"out": printed.out, "err": printed.err, "repr": repr(site.browser.logins._app)}
    for place, words in places.items():
        for secret in secrets:
            assert secret not in words, place
        assert "IGAA" not in words, place
    assert bool(rows) == (trouble in {"none", "subscription"})
    assert Ending.CONNECTED in str(logs) or trouble not in {"none", "subscription"}
