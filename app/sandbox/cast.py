"""Who plays in the sandbox: invented people, ids and secrets, good for nothing outside it."""

from __future__ import annotations

from pathlib import Path

from sandbox.instagram import InstagramConfig
from sandbox.llm import LanguageModelConfig
from sandbox.telegram import Person, TelegramConfig

KNOWLEDGE = Path(__file__).resolve().parent.parent.parent / "sandbox" / "knowledge"

OLGA = Person(501_000_001, "Ольга", "olga_lavanda")
IVAN = Person(501_000_002, "Иван", "ivan_lavanda")
ANNA = Person(501_000_003, "Anna", "anna_lavanda", "en")
STRANGER = Person(501_000_099, "Чужой", "somebody_else")
ROLES = {OLGA.id: "owner", IVAN.id: "manager", ANNA.id: "manager"}

INSTAGRAM = InstagramConfig(
    app_secret="sandbox-app-secret-0123456789",  # noqa: S106 - the sandbox's own, on loopback
    verify_token="sandbox-verify-token",  # noqa: S106
    access_token="IGAAsandboxtoken0123456789",  # noqa: S106
)
TELEGRAM = TelegramConfig(
    bot_token="7000000001:AAsandboxbotsandboxbotsandboxbotsan",  # noqa: S106
    bot_username="lavanda_answers_bot",
    chat_id=-1_002_000_000_001,
    chat_title="Лаванда · ответы",
    members=(OLGA, IVAN, ANNA),
    stranger=STRANGER,
)
LANGUAGE_MODEL = LanguageModelConfig(api_key="sandbox-model-key-0123456789")
INTERNAL_TOKEN = "sandbox-internal-token-0123456789"  # noqa: S105
