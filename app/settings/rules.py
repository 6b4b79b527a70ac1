"""What is asked of the settings together: who must give what, and which combinations are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_address
from typing import Final, assert_never
from urllib.parse import urlsplit

from app.settings.model import FIELDS, Settings
from app.settings.neighbours import TelegramMode
from app.settings.problems import SettingsRefused


class Purpose(StrEnum):
    """What the settings are read for. A wrong value is refused for each of them."""

    START = "start"
    """The running service and `check-config`: everything must be filled in and fit together."""
    STORE = "store"
    """Commands on what is stored, such as export or migrate: they need the database alone."""
    NOTHING_REQUIRED = "nothing required"
    """Commands that bring what they need, such as the sandbox, or find out while they run."""


START: Final = frozenset(name for name, field in FIELDS.items() if field.is_required())
PRODUCTION_START: Final = frozenset({
    "DATABASE_URL",
    "REDIS_URL",
    "ENCRYPTION_KEY",
    "PUBLIC_URL",
    "TELEGRAM_OWNER_ID",
})  # fmt: skip
PRODUCTION_STORE: Final = frozenset({"DATABASE_URL"})  # the embedded server is no production database
WEBHOOK: Final = frozenset({"TELEGRAM_WEBHOOK_SECRET", "PUBLIC_URL"})


def required(settings: Settings, purpose: Purpose) -> frozenset[str]:
    """The variables that must be given for `purpose`."""
    production = _holds(lambda it: it.app.production, settings)
    by_webhook = _holds(lambda it: it.telegram.mode is TelegramMode.WEBHOOK, settings)
    match purpose:
        case Purpose.NOTHING_REQUIRED:
            return frozenset()
        case Purpose.STORE:
            return PRODUCTION_STORE if production else frozenset()
        case Purpose.START:
            names = START
            if production:
                names |= PRODUCTION_START
            if by_webhook:
                names |= WEBHOOK
            return names
        case _:
            assert_never(purpose)


def broken(settings: Settings) -> Iterator[tuple[str, str]]:
    """The variables that do not fit the others, each with what is wrong."""
    for name, wrong, breaks in _RULES:
        if _holds(breaks, settings):
            yield name, wrong


def _holds(condition: Callable[[Settings], bool], settings: Settings) -> bool:
    try:
        return condition(settings)
    except SettingsRefused:  # it depends on a setting that is refused and named already
        return False


def _on_this_machine(address: str) -> bool:
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with suppress(ValueError):  # a name, not an address
        found = ip_address(host)
        found = getattr(found, "ipv4_mapped", None) or found
        return found.is_loopback or found.is_unspecified
    return False


def _key_is_foreign(settings: Settings) -> bool:
    return settings.openai.at_openai and not settings.openai.api_key.get_secret_value().startswith("sk-")


_STAND_IN: Final = "is an address on this machine, where stand-ins are, but APP_ENV is production"

_RULES: Final[tuple[tuple[str, str, Callable[[Settings], bool]], ...]] = (
    (
        "INSTAGRAM_GRAPH_URL",
        _STAND_IN,
        lambda it: it.app.production and _on_this_machine(it.instagram.graph_url),
    ),
    (
        "INSTAGRAM_OAUTH_URL",
        _STAND_IN,
        lambda it: it.app.production and _on_this_machine(it.instagram.oauth_url),
    ),
    (
        "INSTAGRAM_TOKEN_URL",
        _STAND_IN,
        lambda it: it.app.production and _on_this_machine(it.instagram.token_url),
    ),
    ("OPENAI_API_KEY", "does not begin with sk-, as the keys of api.openai.com do", _key_is_foreign),
    ("OPENAI_BASE_URL", _STAND_IN, lambda it: it.app.production and _on_this_machine(it.openai.base_url)),
    ("TELEGRAM_API_URL", _STAND_IN, lambda it: it.app.production and _on_this_machine(it.telegram.api_url)),
    (
        "PUBLIC_URL",
        "does not begin with https://, and Meta delivers to nothing else",
        lambda it: it.app.production and urlsplit(it.http.public_url or "").scheme == "http",
    ),
    (
        "INTERNAL_PORT",
        "is the same as HTTP_PORT, where the internet would reach the metrics",
        lambda it: it.http.port == it.http.internal_port,
    ),
)
