"""How the bot takes its updates: `getUpdates` or a webhook, never both."""

from __future__ import annotations

import re

from pydantic import Field

from sandbox.telegram.errors import bad_request
from sandbox.telegram.method import Family, Nested, Params
from sandbox.telegram.model import Json
from sandbox.telegram.network import Network
from sandbox.telegram.updates import Wake

FAMILY = Family()
BATCH = 100
LONGEST_POLL = 50  # seconds; a longer wish is cut to this
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]*")
SECRET_TOKEN_LIMIT = 256
CONNECTIONS = 40
CONNECTION_LIMIT = 100


class GetUpdates(Params):
    """`getUpdates`."""

    offset: int = 0
    limit: int = BATCH
    timeout: int = 0
    allowed_updates: Nested = None


class SetWebhook(Params):
    """`setWebhook`."""

    url: str = ""
    secret_token: str = Field(default="", repr=False)
    max_connections: int = CONNECTIONS
    allowed_updates: Nested = None
    drop_pending_updates: bool = False


class DeleteWebhook(Params):
    """`deleteWebhook`."""

    drop_pending_updates: bool = False


@FAMILY.method("getUpdates", GetUpdates)
async def get_updates(network: Network, params: GetUpdates) -> list[Json]:
    """Wait for updates, up to 50 s; limits beyond the allowed are cut."""
    if network.webhook.url:
        await network.updates.refuse(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    network.updates.allow(_kinds(params.allowed_updates))
    limit = min(max(params.limit, 1), BATCH)
    seconds = min(max(params.timeout, 0), LONGEST_POLL)
    return await network.updates.poll(params.offset, limit, seconds)


@FAMILY.method("setWebhook", SetWebhook)
def set_webhook(network: Network, params: SetWebhook) -> bool:
    """Deliver to an address, which here may be plain HTTP; an empty one deletes the webhook."""
    if not params.url:
        return _delete(network, drop=params.drop_pending_updates)
    if not params.url.startswith(("http://", "https://")):
        raise bad_request("invalid webhook URL specified")
    if len(params.secret_token) > SECRET_TOKEN_LIMIT:
        raise bad_request("secret token is too long")
    if not SECRET_TOKEN.fullmatch(params.secret_token):
        raise bad_request("secret token contains unallowed characters")
    network.updates.allow(_kinds(params.allowed_updates))
    network.updates.end_poll(Wake.WEBHOOK)
    if params.drop_pending_updates:
        network.updates.clear()
    connections = min(max(params.max_connections, 1), CONNECTION_LIMIT)
    network.webhook.set(params.url, params.secret_token, connections)
    return True


@FAMILY.method("deleteWebhook", DeleteWebhook)
def delete_webhook(network: Network, params: DeleteWebhook) -> bool:
    """Deliver nowhere."""
    return _delete(network, drop=params.drop_pending_updates)


@FAMILY.method("getWebhookInfo", Params)
def get_webhook_info(network: Network, _params: Params) -> Json:
    """The address, what waits, and the last failure."""
    return network.webhook.info()


def _delete(network: Network, *, drop: bool) -> bool:
    network.webhook.clear()
    if drop:
        network.updates.clear()
    return True


def _kinds(raw: object) -> list[str] | None:
    """The kinds asked for; None when nothing was said, so that the last wish stays."""
    return [str(kind) for kind in raw] if isinstance(raw, list) else None
