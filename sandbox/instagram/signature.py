"""How Meta signs a webhook body."""

from __future__ import annotations

import hashlib
import hmac


def sign(body: bytes, secret: str) -> dict[str, str]:
    """Both signature headers over the exact bytes that are sent."""
    key = secret.encode()
    return {
        "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
        "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
    }
