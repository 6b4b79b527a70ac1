from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import time, timedelta
from decimal import Decimal
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import (
    ApiStyle,
    Environment,
    Locale,
    LogFormat,
    Login,
    LogLevel,
    Problem,
    Purpose,
    QuietHours,
    Settings,
    SettingsRefused,
    TelegramMode,
    load,
)
from app.settings.model import FIELDS

Refuse = Callable[..., dict[str, Problem]]


def _load(**environ: str) -> Settings:
    return load(environ=environ, purpose=Purpose.NOTHING_REQUIRED)


def test_the_defaults_are_those_of_a_single_process() -> None:
    settings = _load()
    assert settings.app.env is Environment.DEVELOPMENT
    assert str(settings.app.state_dir) == ".local"
    assert settings.app.encryption_keys is None
    assert settings.app.dry_run is False
    assert (settings.database.pool_size, settings.database.max_overflow) == (10, 10)
    assert settings.database.pool_timeout == timedelta(seconds=30)
    assert settings.database.pool_recycle == timedelta(hours=1)
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8000)
    assert (settings.http.internal_host, settings.http.internal_port) == ("127.0.0.1", 9000)
    assert settings.http.trusted_proxies == ()
    assert settings.instagram.login is Login.INSTAGRAM
    assert settings.instagram.graph_url == "https://graph.instagram.com"
    assert settings.instagram.api_version == "v26.0"
    assert settings.openai.base_url == "https://api.openai.com/v1"
    assert settings.openai.api_style is ApiStyle.AUTO
    assert settings.openai.classify_model == "gpt-6-luna"
    assert settings.openai.vision_model == settings.openai.answer_model == "gpt-6.1-terra"
    assert settings.openai.embedding_model is None
    assert settings.telegram.api_url == "https://api.telegram.org"
    assert settings.telegram.mode is TelegramMode.POLLING
    assert settings.telegram.manager_ids == ()
    assert settings.telegram.chat_writes_per_minute == 18
    assert settings.policy.default_locale is Locale.RUSSIAN
    assert settings.policy.timezone == ZoneInfo("Europe/Moscow")
    assert settings.policy.undo == timedelta(seconds=10)
    assert settings.policy.group_similar is True
    assert settings.policy.quiet_hours is None
    assert settings.policy.sla_urgent == timedelta(minutes=15)
    assert settings.policy.sla_default == timedelta(hours=2)
    assert settings.policy.llm_budget_monthly_usd is None
    assert settings.retention.payload == timedelta(days=14)
    assert settings.retention.text == timedelta(days=180)
    assert settings.retention.audit == timedelta(days=1095)
    assert settings.queue.lease == settings.queue.heartbeat == timedelta(seconds=15)
    assert settings.queue.sweep == settings.queue.dequeue == timedelta(seconds=5)
    assert (settings.log.level, settings.log.format) == (LogLevel.INFO, LogFormat.JSON)


def test_values_are_typed() -> None:
    settings = _load(
        TELEGRAM_MANAGER_IDS=" 1001, 1002,,1001 ",
        TRUSTED_PROXIES="127.0.0.1, 10.1.2.3/8,::1",
        QUIET_HOURS="22:00-8:00",
        LLM_BUDGET_MONTHLY_USD="12.50",
        GROUP_SIMILAR="off",
        LOG_LEVEL="debug",
        UNDO_SECONDS="2.5",
        TIMEZONE="UTC",
    )
    assert settings.telegram.manager_ids == (1001, 1002)
    assert settings.http.trusted_proxies == tuple(map(ip_network, ("127.0.0.1/32", "10.0.0.0/8", "::1/128")))
    assert settings.policy.quiet_hours == QuietHours(time(22), time(8))
    assert settings.policy.llm_budget_monthly_usd == Decimal("12.50")
    assert settings.policy.group_similar is False
    assert settings.policy.undo == timedelta(seconds=2.5)
    assert settings.log.level is LogLevel.DEBUG


def test_the_graph_api_is_the_one_of_the_login_unless_it_is_named() -> None:
    assert _load(INSTAGRAM_LOGIN="facebook").instagram.graph_url == "https://graph.facebook.com"
    named = _load(INSTAGRAM_LOGIN="facebook", INSTAGRAM_GRAPH_URL="http://127.0.0.1:9/")
    assert named.instagram.graph_url == "http://127.0.0.1:9"


def test_every_configured_secret_may_sign() -> None:
    settings = _load(
        INSTAGRAM_APP_SECRET="a" * 16, INSTAGRAM_APP_SECRET_PREVIOUS="b" * 16, META_APP_SECRET="c" * 16
    )
    assert [secret.get_secret_value()[0] for secret in settings.instagram.signing_secrets] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("postgresql+asyncpg://u:p@h:5432/d", "postgresql+asyncpg://u:p@h:5432/d"),
        ("postgresql://u:p@h/d?ssl=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        (
            "postgres://u:p@h/d?application_name=x&sslmode=verify-full",
            "postgresql+asyncpg://u:p@h/d?application_name=x&ssl=verify-full",
        ),
        ("postgres://u:p%2F@h/d", "postgresql+asyncpg://u:p%2F@h/d"),
        ("postgresql+asyncpg://app@/postgres?host=/tmp/s", "postgresql+asyncpg://app@/postgres?host=/tmp/s"),
    ],
)
def test_an_address_of_a_database_is_brought_to_one_form(given: str, read: str) -> None:
    url = _load(DATABASE_URL=given).database.url
    assert url is not None
    assert url.get_secret_value() == read


@pytest.mark.parametrize("url", ["redis://h", "rediss://:p@h:6380/1", "unix:///tmp/s/v.sock?db=0"])
def test_an_address_of_a_redis_is_kept(url: str) -> None:
    read = _load(REDIS_URL=url).redis.url
    assert read is not None
    assert read.get_secret_value() == url


def test_several_encryption_keys_keep_their_order() -> None:
    first, second = (
        "Zmlyc3RmaXJzdGZpcnN0Zmlyc3RmaXJzdGZpcnN0ISE=",
        "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE=",
    )
    keys = _load(ENCRYPTION_KEY=f"{first}, {second}").app.encryption_keys
    assert keys is not None
    assert [key.get_secret_value() for key in keys] == [first, second]


WRONG = [
    ("APP_ENV", "staging"),
    ("DATABASE_URL", "mysql://u:p@h/d"),
    ("DATABASE_URL", "postgresql+psycopg2://u:p@h/d"),
    ("DATABASE_URL", "sqlite:///d.db"),
    ("DATABASE_URL", "postgresql://u:p@h:5432"),
    ("DATABASE_URL", "postgresql://u:p#x@h/d"),
    ("DATABASE_URL", "localhost"),
    ("REDIS_URL", "http://h:6379"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "unix://"),
    ("REDIS_URL", "redis://h:port"),
    ("INSTAGRAM_GRAPH_URL", "graph.instagram.com"),
    ("OPENAI_BASE_URL", "ftp://api.openai.com/v1"),
    ("OPENAI_BASE_URL", "https://user:password@llm.example/v1"),
    ("OPENAI_BASE_URL", "https://llm.example/v1?key=x"),
    ("TELEGRAM_API_URL", "http://h:99999"),
    ("TELEGRAM_API_URL", "http://two words"),
    ("PUBLIC_URL", "https://"),
    ("INSTAGRAM_API_VERSION", "26"),
    ("INSTAGRAM_APP_ID", "my-app"),
    ("INSTAGRAM_LOGIN", "google"),
    ("OPENAI_API_STYLE", "completions"),
    ("TELEGRAM_CHAT_ID", "0"),
    ("TELEGRAM_OWNER_ID", "-1001"),
    ("TELEGRAM_MANAGER_IDS", "1001;1002"),
    ("TELEGRAM_WEBHOOK_SECRET", "short"),
    ("TELEGRAM_WEBHOOK_SECRET", "with:a:colon:0123456789"),
    ("INTERNAL_TOKEN", "short"),
    ("INSTAGRAM_APP_SECRET_PREVIOUS", "short"),
    ("ENCRYPTION_KEY", "c2hvcnQ="),
    ("ENCRYPTION_KEY", ","),
    ("ENCRYPTION_KEY", "не ключ"),
    ("DRY_RUN", "maybe"),
    ("TRUSTED_PROXIES", "proxy.internal"),
    ("TRUSTED_PROXIES", "0.0.0.0/0"),
    ("TIMEZONE", "Mars/Olympus"),
    ("TIMEZONE", "../etc/passwd"),
    ("TIMEZONE", "Europe"),
    ("QUIET_HOURS", "22-8"),
    ("QUIET_HOURS", "25:00-08:00"),
    ("QUIET_HOURS", "08:00-08:00"),
    ("LLM_BUDGET_MONTHLY_USD", "0"),
    ("LLM_BUDGET_MONTHLY_USD", "-5"),
    ("LLM_BUDGET_MONTHLY_USD", "nan"),
    ("DEFAULT_LOCALE", "de"),
    ("KNOWLEDGE_DIR", "not-here"),
    ("KNOWLEDGE_DIR", "x" * 5000),
    ("KNOWLEDGE_DIR", "~nobody-of-this-name/knowledge"),
    ("LOG_LEVEL", "loud"),
    ("LOG_FORMAT", "xml"),
    ("HTTP_HOST", "http://0.0.0.0"),
    ("HTTP_PORT", "80.5"),
    ("HTTP_PORT", "٨٠"),
    ("UNDO_SECONDS", "ten"),
    ("UNDO_SECONDS", "nan"),
    ("UNDO_SECONDS", "inf"),
    ("DB_POOL_SIZE", "9" * 5000),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_malformed_value_is_refused_by_name(name: str, value: str, refuse: Refuse) -> None:
    (problem,) = refuse({name: value}, Purpose.NOTHING_REQUIRED).values()
    assert problem.name == name


RANGES = {
    "HTTP_PORT": (1, 65535),
    "INTERNAL_PORT": (1, 65535),
    "DB_POOL_SIZE": (1, 200),
    "DB_MAX_OVERFLOW": (0, 200),
    "DB_POOL_TIMEOUT": (1, 300),
    "DB_POOL_RECYCLE": (60, 86_400),
    "TELEGRAM_CHAT_WRITES_PER_MINUTE": (1, 6000),
    "UNDO_SECONDS": (0, 60),
    "SLA_URGENT_MINUTES": (1, 10_080),
    "SLA_DEFAULT_MINUTES": (1, 10_080),
    "RETENTION_PAYLOAD_DAYS": (2, 3650),
    "RETENTION_TEXT_DAYS": (1, 3650),
    "RETENTION_AUDIT_DAYS": (1, 3650),
    "QUEUE_HEARTBEAT_SECONDS": (0.5, 300),
    "LEASE_SECONDS": (0.5, 300),
    "SWEEP_SECONDS": (0.1, 300),
    "QUEUE_DEQUEUE_SECONDS": (0.1, 60),
}


@pytest.mark.parametrize("name", RANGES)
def test_numbers_have_ranges(name: str, refuse: Refuse) -> None:
    low, high = RANGES[name]
    for good in (low, high):
        _load(**{name: f"{good}"})
    for bad in (-1, high + 1, *([0] if low else [])):
        (problem,) = refuse({name: f"{bad}"}, Purpose.NOTHING_REQUIRED).values()
        assert problem.wrong == f"is out of range ({low:g} to {high:g})"


@given(text=st.text())
def test_no_text_breaks_a_form(text: str) -> None:
    with suppress(SettingsRefused):
        _load(**dict.fromkeys(FIELDS, text))
