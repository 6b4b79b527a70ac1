"""Who signed a webhook body: the form of the header, and which of our secrets made it.

Meta sends `X-Hub-Signature-256: sha256=<hex>`, an HMAC-SHA256 over the raw bytes of the body. Letters beyond
ASCII travel escaped, so only the bytes as received can be checked: parsed and written again they are other
bytes. Which secret signs differs between the login flavours and during a rotation: several are tried.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")


def well_formed(header: str | None) -> bool:
    """Tell whether the header looks like Meta's: `sha256=` and 64 lower-case hexadecimal digits.

    Decided without the body, so that a request without it is refused before anything is read.
    """
    return header is not None and SIGNATURE.fullmatch(header) is not None


def matching_secret(body: bytes, header: str, secrets: Sequence[bytes]) -> int | None:
    """Give the index of the first secret that made this signature over these raw bytes, or None.

    Every secret is tried whatever the others gave, and digests are compared in constant time and as bytes:
    `compare_digest` raises on a non-ASCII str. An empty secret (a setting left blank) never matches, because
    anyone can sign with it.
    """
    if not well_formed(header):
        return None
    claimed = bytes.fromhex(header.removeprefix("sha256="))
    matches = [
        index
        for index, secret in enumerate(secrets)
        if hmac.compare_digest(hmac.digest(secret, body, "sha256"), claimed) and secret
    ]
    return matches[0] if matches else None
