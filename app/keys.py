"""The keys that protect what is stored."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

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
    if not path.exists():
        # Written whole, then named: nobody ever reads half a key, not even after a crash.
        with NamedTemporaryFile(dir=state) as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii").strip()


def audit_key(encryption_key: str) -> bytes:
    """The key of the audit's hashes, apart from the one that encrypts."""
    return hmac.new(encryption_key.encode(), b"decisions", hashlib.sha256).digest()


def privacy_keys(encryption_keys: Sequence[str]) -> list[bytes]:
    """The keys of pseudonyms and tombstones, in the order of those that encrypt."""
    return [hmac.new(key.encode(), b"privacy", hashlib.sha256).digest() for key in encryption_keys]
