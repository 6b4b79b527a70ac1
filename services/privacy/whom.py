"""Whom an erasure is about: every id and name that is known to be the same person's, or a whole account."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

MENTION: Final = "@…"
"""What stands where somebody else mentioned the person."""

_USERNAME = re.compile(r"[A-Za-z0-9._]{1,100}", re.ASCII)  # Instagram allows 30 of these
_ID = re.compile(r"[0-9]{1,32}", re.ASCII)
_ENDS = r"(?![0-9A-Za-z_]|\.[0-9A-Za-z_])"  # @anna is not @anna_k, but a full stop ends a sentence


@dataclass(frozen=True, slots=True)
class Whom:
    """`ids` and `usernames` (lower case, without @) of a person; or `account`, an Instagram id of ours."""

    ids: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    account: str | None = None

    def dumps(self) -> str:
        """As it is sealed."""
        return orjson.dumps(
            {"ids": sorted(self.ids), "usernames": sorted(self.usernames), "account": self.account}
        ).decode()

    @classmethod
    def loads(cls, text: str) -> Whom:
        """As it was sealed."""
        given = orjson.loads(text)
        return cls(frozenset(given["ids"]), frozenset(given["usernames"]), given["account"])

    @property
    def mentions(self) -> str | None:
        """A pattern of PostgreSQL and Python for `@name` inside words; None while no name is known."""
        names = _names(self.usernames)
        return f"@({names}){_ENDS}" if names else None

    @property
    def as_value(self) -> str | None:
        """A pattern for a payload, as PostgreSQL writes jsonb, with the person as a value in it."""
        ids = "|".join(re.escape(one) for one in sorted(self.ids))
        names = "|".join(re.escape(one) for one in sorted(self.usernames))
        patterns = [f'": "?({ids})"?[,}}]'] if ids else []
        if names:
            patterns.append(f'"username": "@?({names})"')
        return "|".join(patterns) or None

    @property
    def anywhere(self) -> str | None:
        """A pattern for text of any shape that names the person, with or without @."""
        ids = sorted({*self.ids, *filter(None, [self.account])})
        found = "|".join([*map(re.escape, ids), *filter(None, [_names(self.usernames)])])
        return f"(^|[^0-9A-Za-z._])({found}){_ENDS}" if found else None


def username_of(given: str) -> str | None:
    """A name as a person writes it, without @ and in lower case; None where it cannot be one."""
    name = given.strip().removeprefix("@").lower()
    return name if _USERNAME.fullmatch(name) else None


def id_of(given: str) -> str | None:
    """An Instagram id; None where it cannot be one."""
    return given.strip() if _ID.fullmatch(given.strip()) else None


def _names(usernames: Iterable[str]) -> str:
    """Names that can stand in a mention; whatever else a payload called a name cannot."""
    return "|".join(re.escape(one) for one in sorted(usernames) if _USERNAME.fullmatch(one))
