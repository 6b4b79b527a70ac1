from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from app.settings import Problem, Purpose, SettingsRefused, load

Refuse = Callable[..., dict[str, Problem]]


@pytest.fixture(autouse=True)
def _no_env_file_nearby(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def complete() -> dict[str, str]:
    """All that `start` requires outside production; every value is a canary that no error may hold."""
    return {
        "INSTAGRAM_APP_SECRET": "canary-app-secret-0123456789",
        "INSTAGRAM_VERIFY_TOKEN": "canary-verify-token",
        "OPENAI_API_KEY": "sk-canary-openai",
        "TELEGRAM_BOT_TOKEN": "123456:canary_bot_token_0123456789-ABCDEFG",
        "TELEGRAM_CHAT_ID": "-1001234567890",
    }


@pytest.fixture
def production(complete: dict[str, str]) -> dict[str, str]:
    """All that `start` requires in production."""
    return complete | {
        "APP_ENV": "production",
        "DATABASE_URL": "postgresql://canary:canary-database-password@db.internal:5432/instachatico",
        "REDIS_URL": "redis://:canary-redis-password@redis.internal:6379/0",
        "ENCRYPTION_KEY": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE=",
        "PUBLIC_URL": "https://comments.shop.example",
        "TELEGRAM_OWNER_ID": "1001",
    }


@pytest.fixture
def refuse() -> Refuse:
    """Load settings that must be refused; gives the problems by name."""

    def refuse(environ: Mapping[str, str], purpose: Purpose = Purpose.START) -> dict[str, Problem]:
        with pytest.raises(SettingsRefused) as caught:
            load(environ=environ, purpose=purpose)
        problems = caught.value.problems
        assert len({problem.name for problem in problems}) == len(problems), "each variable is named once"
        return {problem.name: problem for problem in problems}

    return refuse
