"""The keys that protect what is stored."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet

from app.settings import Settings

FILE = "encryption.key"


def encryption_keys(settings: Settings) -> list[str]:
    """ENCRYPTION_KEY, or outside production a key that is made once and kept in the state directory."""
    if settings.app.encryption_keys:
        return [key.get_secret_value() for key in settings.app.encryption_keys]
    return [kept_key(settings.app.state_dir)]


def kept_key(state: Path) -> str:
    """The state directory's own key; made, readable by its owner only, when there is none."""
    state.mkdir(parents=True, exist_ok=True)
    path = state / FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = Fernet.generate_key().decode()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def audit_key(encryption_key: str) -> bytes:
    """The key of the audit's hashes, apart from the one that encrypts."""
    return hmac.new(encryption_key.encode(), b"decisions", hashlib.sha256).digest()
