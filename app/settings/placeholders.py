"""Values that only look filled in: what an example file says where a secret belongs."""

from __future__ import annotations

import re
from typing import Final

# The example file of the earlier InstaChatico; existing `.env` files may still hold these.
EARLIER: Final = frozenset({
    "open_ai_token",
    "meta_dev_instagram_app_secret",
    "self_created_token_enter_in_meta_dev_instagram_app",
    "meta_dev_client_account_token",
    "tg_bot_token",
    "-tg_chat_id",
    "postgres_password",
    "app_secret",
})  # fmt: skip

# Every placeholder of our own `.env.example` has this form, alone or inside an address.
OURS: Final = re.compile(r"paste-[a-z-]+-here")

_PASSWORD_IN_ADDRESS: Final = re.compile(r"://[^:/@]*:([^@]*)@")


def is_placeholder(text: str) -> bool:
    """Tell whether `text` is, or as an address contains, a placeholder of an example file."""
    if OURS.search(text.lower()) or text.lower() in EARLIER:
        return True
    password = _PASSWORD_IN_ADDRESS.search(text)
    return password is not None and password[1].lower() in EARLIER
