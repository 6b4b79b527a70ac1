"""Complete settings, whose every value is a canary."""

from __future__ import annotations

from app.settings import Purpose, Settings, load
from tests.webhook.door import CURRENT


def settings(**more: str) -> Settings:
    """What `start` requires outside production, and `more`."""
    return load(
        environ={
            "INSTAGRAM_APP_SECRET": CURRENT,
            "INSTAGRAM_VERIFY_TOKEN": "canary-verify-token",
            "OPENAI_API_KEY": "sk-canary-openai",
            "TELEGRAM_BOT_TOKEN": "123456:canary_bot_token_0123456789-ABCDEFG",
            "TELEGRAM_CHAT_ID": "-1001234567890",
            **more,
        },
        purpose=Purpose.START,
    )
