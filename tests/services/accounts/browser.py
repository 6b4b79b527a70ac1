"""The owner's browser before the stand-in of Instagram's login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from db.engine import Database
from db.models import Account, Alert
from db.models.alert import AlertState
from db.models.manager import Role
from db.repositories import accounts, alerts, managers
from services.accounts.inviting import invite
from services.accounts.login import Ended, Logins
from services.accounts.subscribing import Subscriptions
from services.instagram.client import InstagramClient
from services.instagram.connecting import OAuthApp
from services.options import Options
from tests.building import OPTIONS, VAULT
from tests.sandbox.instagram.player import APP_SECRET, Player

APP_ID = "100000000000001"
CALLBACK = "https://bot.example/instagram/oauth/callback"
OWNER = 501
TEAM = -1_002_000_000_777


@dataclass(frozen=True, slots=True)
class Back:
    """With what Instagram sends the person back."""

    state: str
    code: str | None
    address: URL


def oauth_app(base: str, redirect_uri: str = CALLBACK) -> OAuthApp:
    """The stand-in's app."""
    return OAuthApp(APP_ID, APP_SECRET, redirect_uri, f"{base}/oauth/authorize", f"{base}/oauth/access_token")


async def decide(
    http: aiohttp.ClientSession, address: str, *, account: str = "", decision: str = "allow", scope: str = ""
) -> URL:
    """Look at Instagram's page and decide on it; the address that the person is sent to."""
    async with http.get(address) as asked:
        assert asked.status == 200, await asked.text()
    form = {"account": account, "decision": decision} | ({"scope": scope} if scope else {})
    async with http.post(address, data=form, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        return URL(answer.headers["Location"])


@dataclass
class Browser:
    """The owner, who asks for links and follows them."""

    db: Database
    player: Player
    client: InstagramClient
    options: Options = OPTIONS

    @property
    def logins(self) -> Logins:
        subscriptions = Subscriptions(self.db, self.client, VAULT, APP_ID)
        app = oauth_app(self.player.base)
        return Logins(self.db, self.client, VAULT, self.options, app, subscriptions)

    async def link(self, chat_id: int = TEAM, locale: str | None = "ru") -> str:
        """A link that the owner asked for in a chat: its `state`."""
        async with self.db.transaction() as tx:
            await managers.appoint(tx.session, OWNER, Role.OWNER)
            await managers.change(tx.session, OWNER, role=Role.OWNER, active=True, locale=locale)
            manager = await managers.find(tx.session, OWNER)
            assert manager is not None
            return await invite(tx, manager, chat_id)

    async def comes_back(self, state: str, **decision: Any) -> Back:
        """To Instagram with the link, and back with what the person decided there."""
        address = await self.logins.address(state)
        assert address.startswith(self.player.base), address
        target = await decide(self.player.session, address, **decision)
        return Back(target.query["state"], target.query.get("code"), target)

    async def connects(self, account: str = "", chat_id: int = TEAM, **decision: Any) -> Ended:
        """The whole way."""
        back = await self.comes_back(await self.link(chat_id), account=account, **decision)
        return await self.logins.finish(back.state, back.code)

    async def opens(self, username: str) -> str:
        """One more account on Instagram; its id."""
        opened = await self.player.control("accounts", {"username": username})
        return str(opened["account_id"])

    async def rows(self) -> dict[str, Account]:
        """Our accounts by name."""
        async with self.db.transaction() as tx:
            return {account.username: account for account in await accounts.every(tx.session)}

    async def alerts(self) -> dict[str, Alert]:
        """What is wrong now, by kind."""
        async with self.db.transaction() as tx:
            found = await alerts.open_alerts(tx.session)
            return {alert.kind: alert for alert in found if alert.state is not AlertState.RESOLVED}
