"""The forms that settings have: pydantic types that read the text of the environment.

No validator repeats the text it refuses: it may be a secret pasted into the wrong line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, SecretStr, ValidationError

from app.settings.group import Expected, malformed


class Choice(StrEnum):
    """Values that may be given in upper or lower case."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((each for each in cls if each.lower() == str(value).lower()), None)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` by the clock of `TIMEZONE`; past midnight when `end` is the earlier one."""

    start: time
    end: time


def _matching(regex: str, wrong: str = "has not the expected form") -> BeforeValidator:
    def check(text: str) -> str:
        if not re.fullmatch(regex, text):
            raise malformed(wrong)
        return text

    return BeforeValidator(check)


def _number_of(unit: str) -> BeforeValidator:
    def read(text: str) -> timedelta:
        try:
            return timedelta(**{unit: float(text)})
        except (ValueError, OverflowError):  # the second one of infinity
            raise malformed(f"is not a number of {unit}") from None

    return BeforeValidator(read)


def _long_enough(text: str) -> str:
    if len(text) < 16:
        raise malformed("is too short (at least 16 characters)")
    return text


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise malformed("is not a list of networks") from None
    if network.prefixlen == 0:  # anybody could then name any client address
        raise malformed("trusts every address there is")
    return network


def _base_url(text: str) -> str:
    try:
        url = HttpUrl(text)
    except ValidationError:
        raise malformed("is not an http or https address") from None
    if re.search(r"[@?#]", text):  # a password in it would reach logs with the address
        raise malformed("holds more than a base address")
    return str(url).rstrip("/")


def _address(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # only read to have it checked
    except ValueError:
        raise malformed("is not an address (special characters in a password are written as %..)") from None
    return parts


def _database_url(text: str) -> str:
    """One scheme for SQLAlchemy, and what PostgreSQL's own tools call sslmode by asyncpg's name for it."""
    scheme, _, rest = text.partition("://")
    _address(text)
    if scheme not in {"postgresql+asyncpg", "postgresql", "postgres"}:
        raise malformed("is not an address of a PostgreSQL database")
    if not re.fullmatch(r"[^/\s]*/[^/?\s]+(\?.*)?", rest):
        raise malformed("names no database")
    return f"postgresql+asyncpg://{re.sub(r'(?<=[?&])sslmode=', 'ssl=', rest)}"


def _redis_url(text: str) -> str:
    parts = _address(text)
    place = parts.path.strip("/") if parts.scheme == "unix" else parts.hostname
    if parts.scheme not in {"redis", "rediss", "unix"} or not place:
        raise malformed("is not an address of a Redis or Valkey server")
    return text


def _fernet_key(text: str) -> str:
    from cryptography.fernet import Fernet

    try:
        Fernet(text)
    except ValueError:
        raise malformed("is not a list of Fernet keys") from None
    return text


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        # in this order: an unknown name, one that leads out of the database, one of its folders
        raise malformed("is no known time zone") from None


def _quiet_hours(text: str) -> QuietHours:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*-\s*([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if not found:
        raise malformed("is not a span of hours")
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    hours = QuietHours(time(start_hour, start_minute), time(end_hour, end_minute))
    if hours.start == hours.end:
        raise malformed("begins and ends at the same minute")
    return hours


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise malformed("begins with ~ and no known user") from None


def _folder(path: Path) -> Path:
    try:
        found = path.is_dir()
    except OSError:  # a name too long, a loop of links
        found = False
    if not found:
        raise malformed("names no existing folder")
    return path


_WORD: Final = _matching(r"\S+", "contains spaces")

Switch = Annotated[bool, Expected("true or false")]
WholeNumber = Annotated[int, Expected("a whole number")]
Port = Annotated[WholeNumber, Field(ge=1, le=65535)]
Seconds = Annotated[timedelta, _number_of("seconds"), Expected("a number of seconds", timedelta(seconds=1))]
Minutes = Annotated[timedelta, _number_of("minutes"), Expected("a number of minutes", timedelta(minutes=1))]
Days = Annotated[timedelta, _number_of("days"), Expected("a number of days", timedelta(days=1))]
Money = Annotated[
    Decimal,
    Field(gt=0, max_digits=13, decimal_places=4, allow_inf_nan=False),
    Expected("an amount in US dollars, e.g. 50 or 12.50"),
]
Timezone = Annotated[
    ZoneInfo, BeforeValidator(_timezone), Expected("a name of the IANA database, e.g. Europe/Moscow or UTC")
]
Hours = Annotated[QuietHours, BeforeValidator(_quiet_hours), Expected("two times of day, e.g. 22:00-08:00")]

Word = Annotated[str, _WORD, Expected("one word without spaces")]
Digits = Annotated[str, _matching(r"[0-9]+"), Expected("digits only")]
GraphVersion = Annotated[str, _matching(r"v[0-9]{1,3}\.[0-9]{1,2}"), Expected("a version such as v26.0")]
Host = Annotated[
    str,
    _matching(r"[A-Za-z0-9._:-]+"),
    Expected("an IP address or host name of this machine, e.g. 127.0.0.1 or 0.0.0.0"),
]
BaseUrl = Annotated[
    str,
    AfterValidator(_base_url),
    Expected("an address that begins with http:// or https://, without user name, ? and #"),
]

Secret = Annotated[SecretStr, _WORD, Expected("one word without spaces")]
LongSecret = Annotated[
    SecretStr, BeforeValidator(_long_enough), _WORD, Expected("at least 16 characters without spaces")
]
OpenAIKey = Annotated[SecretStr, _WORD, Expected("a key that begins with sk-; of another server, any word")]
BotToken = Annotated[
    SecretStr,
    _matching(r"[0-9]+:[A-Za-z0-9_-]{30,}"),
    Expected("digits, a colon and at least 30 letters or digits"),
]
# The characters are Telegram's rule for `secret_token`; 16 is ours, as whoever guesses it forges presses.
WebhookSecret = Annotated[
    SecretStr, _matching(r"[A-Za-z0-9_-]{16,256}"), Expected("16 to 256 letters, digits, _ or -")
]
DatabaseUrl = Annotated[
    SecretStr, BeforeValidator(_database_url), Expected("postgresql://user:password@host:5432/database")
]
RedisUrl = Annotated[
    SecretStr,
    BeforeValidator(_redis_url),
    Expected("redis://, rediss:// (TLS) or unix:// and the place of the server"),
]
FernetKeys = Annotated[
    tuple[Annotated[SecretStr, BeforeValidator(_fernet_key)], ...],
    Field(min_length=1),
    BeforeValidator(_parts),
    Expected("32 random bytes as url-safe base64; several keys separated by commas"),
]

ChatId = Annotated[
    int,
    _matching(r"-?[1-9][0-9]{0,17}", "is not a chat id"),
    Expected("a whole number, negative for a group (e.g. -1001234567890)"),
]
UserId = Annotated[
    int,
    _matching(r"[1-9][0-9]{0,17}", "is not a user id"),
    Expected("the number Telegram knows the person by"),
]
UserIds = Annotated[
    tuple[UserId, ...],
    BeforeValidator(_parts),
    Expected("the numbers Telegram knows the people by, separated by commas, e.g. 1001,1002"),
]
Networks = Annotated[
    tuple[Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)], ...],
    BeforeValidator(_parts),
    Expected("addresses or networks separated by commas, e.g. 10.0.0.0/8,::1"),
]

AnyPath = Annotated[Path, BeforeValidator(_path), Expected("a path")]
Folder = Annotated[
    Path, AfterValidator(_folder), BeforeValidator(_path), Expected("the path of an existing folder")
]
