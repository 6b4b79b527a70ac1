"""Instagram Login of one application: codes that people give, and the tokens they are exchanged for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from sandbox.faults import Fault
from sandbox.instagram.errors import PROXY_STATUSES, refusal
from sandbox.instagram.model import now
from sandbox.instagram.permissions import Scope


class OAuthOptions(BaseModel):
    """On what sources disagree about the login, or what only a test wants: `/_control/oauth`."""

    model_config = ConfigDict(extra="forbid")

    wrapped: bool = False  # the exchange answers {"data": [{…}]} with texts, as the documentation draws it
    scoped_user_id: bool = False  # its `user_id` is the id of the application, not the one of webhooks
    redirect_uris: list[str] | None = None  # where codes may go; None is anywhere
    granted: list[Scope] | None = None  # what people allow at most; None is whatever is asked for
    code_seconds: int = Field(default=3600, ge=0)  # how long a code is good, documented


@dataclass(frozen=True, slots=True)
class Code:
    """What a person allowed; good once."""

    account_id: str
    redirect_uri: str
    scopes: frozenset[Scope]
    made_at: datetime


class OAuthRefused(Exception):
    """Matching code was not found or was already used"""  # noqa: D415 - Meta's own words

    def __init__(self, message: str | None = None, kind: str = "OAuthException") -> None:
        """`message` replaces the docstring as the text of the answer."""
        super().__init__(message or self.__doc__)
        self.kind = kind

    def response(self) -> web.Response:
        """The shape of this one address, which is not Graph's."""
        told = {"error_type": self.kind, "code": 400, "error_message": str(self)}
        return web.json_response(told, status=400)


@dataclass(slots=True)
class OAuthApp:
    """The application's entry in Meta's dashboard."""

    id: str
    secret: str = field(repr=False)
    options: OAuthOptions = field(default_factory=OAuthOptions)
    codes: dict[str, Code] = field(default_factory=dict, repr=False)

    def sends_to(self, redirect_uri: str) -> bool:
        """Whether a code may be sent there."""
        registered = self.options.redirect_uris
        if registered is not None:
            return redirect_uri in registered
        return redirect_uri.startswith(("https://", "http://"))

    def allow(self, account_id: str, redirect_uri: str, scopes: frozenset[Scope]) -> str:
        """The code for what a person allows; the basic scope is always among it."""
        granted = self.options.granted
        allowed = scopes if granted is None else scopes & frozenset(granted)
        code = f"AQ{secrets.token_urlsafe(64)}"
        self.codes[code] = Code(account_id, redirect_uri, allowed | {Scope.BASIC}, now())
        return code

    def redeem(self, *, client_id: str, secret: str, redirect_uri: str, code: str) -> Code:
        """What the code stands for, once; raises OAuthRefused. A refusal does not use it up."""
        if client_id != self.id:
            raise OAuthRefused("Invalid platform app")
        if secret != self.secret:
            raise OAuthRefused("Error validating client secret.")
        found = self.codes.get(code)
        if found is None:
            raise OAuthRefused
        if redirect_uri != found.redirect_uri:
            raise OAuthRefused(
                "Error validating verification code. Please make sure your redirect_uri is identical to the "
                "one you used in the OAuth dialog request"
            )
        del self.codes[code]
        if now() - found.made_at >= timedelta(seconds=self.options.code_seconds):
            raise OAuthRefused("This authorization code has expired.")
        return found


def refused(fault: Fault) -> web.Response:
    """A planned fault in the words of the exchange."""
    if fault.code in PROXY_STATUSES and fault.subcode is None:
        return refusal(fault)
    told = {
        "error_type": "OAuthException",
        "code": 400 if fault.code is None else fault.code,
        "error_message": fault.message or "Planned by the stand-in",
    }
    return web.json_response(told, status=400)
