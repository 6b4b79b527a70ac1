"""The settings of the running service itself: what it is, where it listens, what it keeps, how it works."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import AliasChoices, Field

from app.settings.forms import (
    AnyPath,
    BaseUrl,
    Choice,
    DatabaseUrl,
    FernetKeys,
    Folder,
    Host,
    LongSecret,
    Networks,
    Port,
    RedisUrl,
    Seconds,
    Switch,
    WholeNumber,
)
from app.settings.group import Group


class Environment(Choice):
    """What the installation is for; `production` refuses whatever is only good for trying out."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    SANDBOX = "sandbox"


class LogLevel(Choice):
    """The least important line that is still written, by the names of `logging`."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(Choice):
    """For machines or for eyes."""

    JSON = "json"
    CONSOLE = "console"


class App(Group):
    """The installation."""

    env: Environment = Field(Environment.DEVELOPMENT, validation_alias="APP_ENV")
    """production asks for real servers and neighbours and refuses embedded ones and stand-ins."""
    state_dir: AnyPath = Field(Path(".local"), validation_alias="STATE_DIR")
    """The folder of the embedded servers' data and of what the program makes for itself."""
    encryption_keys: FernetKeys | None = Field(
        default=None,
        validation_alias=AliasChoices("ENCRYPTION_KEY", "OAUTH_ENCRYPTION_KEY"),
        json_schema_extra={
            "placeholder": "paste-a-fernet-key-of-your-own-here",
            "where": "`openssl rand -base64 32 | tr +/ -_`;"
            " keep a copy, without it every account is connected anew",
        },
    )
    """Encrypts the tokens in the database. Of several, the first encrypts and all decrypt. Required in
    production; otherwise one is made and kept in STATE_DIR.
    """
    dry_run: Switch = Field(False, validation_alias=AliasChoices("DRY_RUN", "DEVELOPMENT_MODE"))
    """Everything works, but nothing is published on Instagram."""
    knowledge_dir: Folder | None = Field(
        default=None, validation_alias="KNOWLEDGE_DIR", examples=["knowledge"]
    )
    """Documents that are taken in as knowledge at the start. More can be sent to the bot."""

    @property
    def production(self) -> bool:
        """Whether customers are answered from here."""
        return self.env is Environment.PRODUCTION


class Database(Group):
    """PostgreSQL. All processes together must stay below the server's max_connections less 10."""

    url: DatabaseUrl | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        json_schema_extra={
            "placeholder": "postgresql://instachatico:paste-the-database-password-here@localhost:5432/instachatico",
            "where": "your PostgreSQL server",
        },
    )
    """Unset: a PostgreSQL of its own in STATE_DIR. Required in production."""
    pool_size: WholeNumber = Field(10, validation_alias="DB_POOL_SIZE", ge=1, le=200)
    """Connections that each process keeps open."""
    max_overflow: WholeNumber = Field(10, validation_alias="DB_MAX_OVERFLOW", ge=0, le=200)
    """Further connections for a burst, per process."""
    pool_timeout: Seconds = Field(
        timedelta(seconds=30),
        validation_alias="DB_POOL_TIMEOUT",
        ge=timedelta(seconds=1),
        le=timedelta(seconds=300),
    )
    """Seconds to wait for a free connection."""
    pool_recycle: Seconds = Field(
        timedelta(seconds=3600),
        validation_alias="DB_POOL_RECYCLE",
        ge=timedelta(seconds=60),
        le=timedelta(seconds=86_400),
    )
    """Seconds after which a connection is replaced, before a firewall drops it silently."""


class Redis(Group):
    """Redis or Valkey: smooths the calls to others. While it is down, everything goes on more slowly."""

    url: RedisUrl | None = Field(
        default=None,
        validation_alias="REDIS_URL",
        json_schema_extra={
            "placeholder": "redis://:paste-the-redis-password-here@localhost:6379/0",
            "where": "your Redis or Valkey server",
        },
    )
    """Unset: a Valkey of its own in STATE_DIR. Required in production."""


class Http(Group):
    """Addresses: the public one for Meta and Telegram, the internal one for metrics and inspection."""

    # Loopback, because Meta delivers over HTTPS only and so a proxy on this machine stands in front; a
    # service that listens everywhere unasked is reached past it. Containers set 0.0.0.0.
    host: Host = Field("127.0.0.1", validation_alias="HTTP_HOST")
    """Where webhooks arrive, from a proxy on this machine that speaks HTTPS. A container: 0.0.0.0."""
    port: Port = Field(8000, validation_alias=AliasChoices("HTTP_PORT", "PORT"))
    """The port of the webhooks."""
    public_url: BaseUrl | None = Field(
        default=None,
        validation_alias="PUBLIC_URL",
        json_schema_extra={
            "placeholder": "https://paste-your-domain-here",
            "where": "the https:// address of your proxy, without a path",
        },
    )
    """The address Meta and Telegram reach this service by. Required in production and when TELEGRAM_MODE is
    webhook.
    """
    trusted_proxies: Networks = Field((), validation_alias="TRUSTED_PROXIES")
    """Proxies whose X-Forwarded-For is believed. Unset: nobody's."""
    internal_host: Host = Field("127.0.0.1", validation_alias="INTERNAL_HOST")
    """Where metrics and inspection are asked for. Never an address the internet reaches."""
    internal_port: Port = Field(9000, validation_alias="INTERNAL_PORT")
    """The port of metrics and inspection."""
    internal_token: LongSecret | None = Field(
        default=None,
        validation_alias="INTERNAL_TOKEN",
        json_schema_extra={
            "placeholder": "paste-an-internal-token-of-your-own-here",
            "where": "make one up, e.g. with `openssl rand -hex 32`",
        },
    )
    """Whoever asks the internal port shows it, as `Authorization: Bearer …`."""


class Queue(Group):
    """The work: how soon another process takes over from one that died. Seldom worth changing."""

    lease: Seconds = Field(
        timedelta(seconds=15),
        validation_alias="LEASE_SECONDS",
        ge=timedelta(seconds=0.5),
        le=timedelta(seconds=300),
    )
    """A step belongs to its process this long, and longer while the process renews it."""
    sweep: Seconds = Field(
        timedelta(seconds=5),
        validation_alias="SWEEP_SECONDS",
        ge=timedelta(seconds=0.1),
        le=timedelta(seconds=300),
    )
    """How often expired leases are looked for."""
    heartbeat: Seconds = Field(
        timedelta(seconds=15),
        validation_alias="QUEUE_HEARTBEAT_SECONDS",
        ge=timedelta(seconds=0.5),
        le=timedelta(seconds=300),
    )
    """A queue job whose process has been silent this long is given to another one."""
    dequeue: Seconds = Field(
        timedelta(seconds=5),
        validation_alias="QUEUE_DEQUEUE_SECONDS",
        ge=timedelta(seconds=0.1),
        le=timedelta(seconds=60),
    )
    """How often the queue is looked at when nothing wakes it."""
    readback: Seconds = Field(
        timedelta(minutes=10),
        validation_alias="READBACK_SECONDS",
        ge=timedelta(seconds=1),
        le=timedelta(hours=1),
    )
    """How long Instagram is searched for a reply whose sending ended in doubt, before a person is asked."""


class Log(Group):
    """The log, on standard output."""

    level: LogLevel = Field(LogLevel.INFO, validation_alias="LOG_LEVEL")
    """The least important line that is written."""
    format: LogFormat = Field(LogFormat.JSON, validation_alias="LOG_FORMAT")
    """One JSON object a line, or lines for reading along."""
