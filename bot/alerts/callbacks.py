"""What an alert's button carries: `a:<action>:<nonce>`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_DATA = re.compile(r"a:([a-z]{2}):([A-Za-z0-9_-]{16,43})", re.ASCII)  # base64url has no colon


class AlertPress(StrEnum):
    """What a manager can do about an alert."""

    ACKNOWLEDGE = "ak"
    MUTE = "mu"


@dataclass(frozen=True, slots=True)
class AlertCallback:
    """One button of one alert; the nonce finds the row."""

    press: AlertPress
    nonce: str

    def pack(self) -> str:
        """The button's data; at most 48 of the 64 bytes that Telegram takes."""
        return f"a:{self.press}:{self.nonce}"

    @classmethod
    def parse(cls, data: str) -> AlertCallback | None:
        """What was pressed; None for anything else."""
        found = _DATA.fullmatch(data)
        if found is None:
            return None
        action, nonce = found.groups()
        try:
            press = AlertPress(action)
        except ValueError:
            return None
        return cls(press, nonce)
