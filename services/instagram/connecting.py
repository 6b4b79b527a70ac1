"""Connecting an account: whose token it is, OAuth, longer lives, and the subscription to webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.instagram.access import Access, Login
from services.instagram.calling import Caller, Path
from services.instagram.errors import GraphError, Trouble
from services.instagram.results import Listed, LongToken, Profile, ShortToken, Subscription, unwrapped


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The app's entry in Meta's dashboard, and where codes are exchanged."""

    app_id: str
    secret: str = field(repr=False)
    redirect_uri: str
    authorize_url: str
    """`https://www.instagram.com/oauth/authorize`."""
    token_url: str
    """`https://api.instagram.com/oauth/access_token`."""


PAGE_FIELDS = ("feed",)
"""What a Page subscribes to: any of its own fields will do, and it refuses Instagram's (datasheet, §2.2)."""


class Connecting(Caller):
    """Instagram Login's flow; a Page's token of Facebook Login comes by the settings."""

    async def profile(self, token: str) -> Profile:
        """Whose token this is. Raises GraphError; AUTH means that the token is dead."""
        fields = "user_id,username,id,name"
        if self.login is Login.FACEBOOK:
            fields = "id,name,instagram_business_account{id,username,name}"
        address = self._address("me", ("me",))
        answer = unwrapped(await self._call("me", "GET", address, query={"fields": fields}, token=token))
        if self.login is Login.FACEBOOK and "instagram_business_account" not in answer:
            raise GraphError(Trouble.REFUSED, "me", says="the Page has no linked Instagram account")
        return self._parsed("me", Profile, answer)

    async def exchange_code(self, app: OAuthApp, code: str) -> ShortToken:
        """The short-lived token (one hour) for a code, which is good once and for an hour."""
        code = code.removesuffix("#_")  # Meta puts it behind the redirect's address
        form = {
            "client_id": app.app_id,
            "client_secret": app.secret,
            "grant_type": "authorization_code",
            "redirect_uri": app.redirect_uri,
            "code": code,
        }
        answer = await self._call(
            "exchange_code", "POST", app.token_url, form=form, secrets=(app.secret, code)
        )
        return self._parsed("exchange_code", ShortToken, unwrapped(answer))

    async def long_lived(self, app: OAuthApp, short_token: str) -> LongToken:
        """A token of 60 days for a short-lived one. The secret travels in the query, as Meta documents it."""
        query = {"grant_type": "ig_exchange_token", "client_secret": app.secret, "access_token": short_token}
        address = f"{self._root}/access_token"
        answer = await self._call(
            "long_lived", "GET", address, query=query, secrets=(app.secret, short_token)
        )
        return self._parsed("long_lived", LongToken, answer)

    async def refresh(self, token: str) -> LongToken:
        """A token for another 60 days; Meta refuses it before the token is 24 hours old.

        Instagram Login only: a Page's token has no end of its own.
        """
        query = {"grant_type": "ig_refresh_token", "access_token": token}
        address = f"{self._root}/refresh_access_token"
        answer = await self._call("refresh", "GET", address, query=query, secrets=(token,))
        return self._parsed("refresh", LongToken, answer)

    async def subscribe(self, access: Access, fields: Sequence[str]) -> None:
        """Have webhooks sent for the account; doing it twice changes nothing.

        With Facebook Login it is the Page that subscribes, to `PAGE_FIELDS`, whatever `fields` are wanted:
        those are chosen in the App Dashboard.
        """
        wanted = PAGE_FIELDS if self.login is Login.FACEBOOK else fields
        await self._write(
            "subscribe", access, self._subscribed_apps(access), {"subscribed_fields": ",".join(wanted)}
        )

    async def subscriptions(self, access: Access) -> list[Subscription]:
        """The apps that get the account's webhooks; empty means that nothing will ever arrive."""
        answer = await self._read("subscriptions", access, self._subscribed_apps(access), {})
        return self._parsed("subscriptions", Listed[Subscription], answer).data

    async def unsubscribe(self, access: Access) -> None:
        """Have no more webhooks sent for the account."""
        await self._write("unsubscribe", access, self._subscribed_apps(access), method="DELETE")

    def _subscribed_apps(self, access: Access) -> Path:
        """Of the Page with Facebook Login; `me` is the Page whose token it is."""
        owner = (access.page or "me") if self.login is Login.FACEBOOK else access.account
        return owner, "subscribed_apps"
