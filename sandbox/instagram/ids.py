"""Numbers of what Instagram makes: different in every account, and in every run."""

from __future__ import annotations

import hashlib
import time

# Ids are 17 digits like the real ones. They start at the second of the start, so that a stand-in started
# anew does not repeat the ids which a product with a lasting database already knows.
FIRST_COMMENT = 18_100_000_000_000_000
FIRST_MEDIA = 17_500_000_000_000_000
PER_SECOND = 1_000_000
EPOCH = 1_700_000_000


class Ids:
    """Gives out numbers; `last` is the serial of the newest."""

    def __init__(self) -> None:
        self.last = 0
        self._offset = (int(time.time()) - EPOCH) * PER_SECOND

    def serial(self) -> int:
        """A number greater than all before."""
        self.last += 1
        return self.last

    def comment(self, serial: int) -> str:
        return str(FIRST_COMMENT + self._offset + serial)

    def media(self) -> str:
        return str(FIRST_MEDIA + self._offset + self.serial())


def person_id(account_id: str, username: str) -> str:
    """The id of a person as one account sees it, always the same: Instagram scopes people to accounts."""
    return str(900_000_000_000_000 + _digest(f"{account_id}/{username}") % 10**14)


def account_ids(username: str) -> tuple[str, str, str]:
    """The ids of an account that is added by its name: in webhooks, of the application, of itself."""
    number = _digest(username) % 10**10
    return f"1784141{number:010d}", f"2710000{number:010d}", f"210001{number:010d}"


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8], "big")
