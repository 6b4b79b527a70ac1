"""Tokens as Graph handles them: longer lives, and what a token is worth."""

from __future__ import annotations

from typing import Any

from sandbox.instagram.call import Visit
from sandbox.instagram.errors import GraphError, InvalidParameterError
from sandbox.instagram.model import now
from sandbox.instagram.network import Network
from sandbox.instagram.permissions import Scope
from sandbox.instagram.tokens import Token


class Granting:
    """Answers about tokens."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def exchange(self, visit: Visit) -> dict[str, Any]:
        """A long-lived token for a short-lived one."""
        if visit.call.text("grant_type") != "ig_exchange_token":
            raise InvalidParameterError("Param grant_type must be ig_exchange_token")
        if visit.call.text("client_secret") != self._network.app.secret:
            raise InvalidParameterError("Error validating client secret.")
        return _told(visit.account.tokens.exchange(visit.token))

    def refresh(self, visit: Visit) -> dict[str, Any]:
        """Sixty more days."""
        if visit.call.text("grant_type") != "ig_refresh_token":
            raise InvalidParameterError("Param grant_type must be ig_refresh_token")
        visit.require(Scope.BASIC)
        renamed = self._network.switches.refresh_renames
        return _told(visit.account.tokens.refresh(visit.token, renamed=renamed))

    def debug(self, visit: Visit) -> dict[str, Any]:
        """What a token is worth. Whether the real address takes Instagram's tokens is not known."""
        app = {"app_id": self._network.app.id, "type": "USER", "application": "InstaChatico"}
        try:
            account, token = self._network.admitted(visit.call.text("input_token"))
        except GraphError as error:
            told = {"code": error.code, "message": str(error)}
            if error.subcode is not None:
                told["subcode"] = error.subcode
            return {"data": {**app, "is_valid": False, "scopes": [], "error": told}}
        scopes = sorted(token.scopes)
        told = {
            **app,
            "is_valid": True,
            "expires_at": int(token.expires_at.timestamp()),
            "data_access_expires_at": int(token.expires_at.timestamp()),
            "scopes": scopes,
            "granular_scopes": [
                {"scope": scope, "target_ids": [account.config.account_id]} for scope in scopes
            ],
            "user_id": account.config.app_scoped_id,
        }
        if token.long_lived:
            told["issued_at"] = int(token.issued_at.timestamp())
        return {"data": told}


def _told(token: Token) -> dict[str, Any]:
    left = int((token.expires_at - now()).total_seconds())
    return {"access_token": token.value, "token_type": "bearer", "expires_in": left}
