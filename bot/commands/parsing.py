"""Reading a command strictly: `/name@bot word word`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND = re.compile(
    r"/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,64}))?(?:\s+(.*))?", re.ASCII | re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was typed; the name in lower case."""

    name: str
    addressee: str | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Command | None:
        """The command that `text` is; None for anything else."""
        found = _COMMAND.fullmatch(text.strip())
        if found is None:
            return None
        return cls(found[1].lower(), found[2], tuple((found[3] or "").split()))

    def is_for(self, username: str | None) -> bool:
        """Whether the bot of this name is meant; other bots of a group have their own `/stats`."""
        if self.addressee is None:
            return True
        return username is not None and self.addressee.lower() == username.lower()


class WrongUse(ValueError):
    """The words after a command mean nothing to it: the manager is shown its usage line."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)
