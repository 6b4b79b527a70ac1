"""The settings of the three services the product talks to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr

from app.settings.forms import (
    BaseUrl,
    BotToken,
    ChatId,
    Choice,
    Digits,
    GraphVersion,
    LongSecret,
    Minutes,
    OpenAIKey,
    Secret,
    Switch,
    UserId,
    UserIds,
    WebhookSecret,
    WholeNumber,
    Word,
)
from app.settings.group import Group


class Login(Choice):
    """The two ways an Instagram account is connected; they differ in hosts, tokens and signing secret."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"


class ApiStyle(Choice):
    """How the LLM's server is spoken to; `auto` asks it at the start."""

    AUTO = "auto"
    RESPONSES = "responses"
    CHAT = "chat"


class TelegramMode(Choice):
    """How presses and messages arrive."""

    POLLING = "polling"
    WEBHOOK = "webhook"


GRAPH_URLS: Final = {
    Login.INSTAGRAM: "https://graph.instagram.com",
    Login.FACEBOOK: "https://graph.facebook.com",
}
OPENAI_URL: Final = "https://api.openai.com/v1"
TELEGRAM_URL: Final = "https://api.telegram.org"


class Instagram(Group):
    """Instagram: who may deliver comments, and by which token replies are published."""

    app_secret: LongSecret = Field(
        validation_alias=AliasChoices("INSTAGRAM_APP_SECRET", "APP_SECRET"),
        json_schema_extra={
            "placeholder": "paste-the-instagram-app-secret-here",
            "where": "Meta App Dashboard > Instagram > API setup with Instagram login > Instagram app secret"
            " (when INSTAGRAM_LOGIN is facebook: App settings > Basic > App secret)",
        },
    )
    """Signs every webhook; a delivery with another signature is refused."""
    app_secret_previous: LongSecret | None = Field(
        default=None, validation_alias="INSTAGRAM_APP_SECRET_PREVIOUS"
    )
    """The former app secret, accepted too. Keep it two days: Meta repeats deliveries for 36 hours."""
    meta_app_secret: LongSecret | None = Field(
        default=None,
        validation_alias="META_APP_SECRET",
        json_schema_extra={"where": "Meta App Dashboard > App settings > Basic > App secret"},
    )
    """A second secret whose signatures are accepted: the webhooks of some apps are signed with it."""
    verify_token: Secret = Field(
        validation_alias=AliasChoices("INSTAGRAM_VERIFY_TOKEN", "TOKEN"),
        json_schema_extra={
            "placeholder": "paste-a-verify-token-of-your-own-here",
            "where": "make one up, e.g. with `openssl rand -hex 16`,"
            " and enter the same in Meta's webhook form",
        },
    )
    """The word by which Meta and this service know each other when the webhook is set up."""
    access_token: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("INSTAGRAM_ACCESS_TOKEN", "INSTA_TOKEN"),
        json_schema_extra={
            "placeholder": "paste-the-instagram-access-token-here",
            "where": "Meta App Dashboard > Instagram > API setup with Instagram login"
            " > Generate access tokens",
        },
    )
    """Token of the first account. Not needed when accounts are connected by the button in Telegram."""
    app_id: Digits | None = Field(
        default=None,
        validation_alias="INSTAGRAM_APP_ID",
        json_schema_extra={
            "placeholder": "paste-the-instagram-app-id-here",
            "where": "Meta App Dashboard > Instagram > API setup with Instagram login > Instagram app ID",
        },
    )
    """Needed to connect accounts by the button in Telegram."""
    login: Login = Field(Login.INSTAGRAM, validation_alias="INSTAGRAM_LOGIN")
    """Which of Meta's two logins the app uses."""
    graph_url_given: BaseUrl | None = Field(
        default=None, validation_alias="INSTAGRAM_GRAPH_URL", examples=[GRAPH_URLS[Login.INSTAGRAM]]
    )
    """The Graph API. Unset: graph.instagram.com or graph.facebook.com, as INSTAGRAM_LOGIN says."""
    api_version: GraphVersion = Field("v26.0", validation_alias="INSTAGRAM_API_VERSION")
    """Version of the Graph API. Meta keeps one for about two years."""

    oauth_url: BaseUrl = Field("https://www.instagram.com", validation_alias="INSTAGRAM_OAUTH_URL")
    """Where a person allows the app to speak for an account."""
    token_url: BaseUrl = Field("https://api.instagram.com", validation_alias="INSTAGRAM_TOKEN_URL")
    """Where the code of that permission is exchanged for a token."""
    human_agent: Switch = Field(False, validation_alias="INSTAGRAM_HUMAN_AGENT")
    """true when Meta has approved the Human Agent feature: messages can be answered for seven days."""
    bare_deletion_answer: Switch = Field(False, validation_alias="INSTAGRAM_BARE_DELETION_ANSWER")
    """true answers Meta's data deletion callback in the unquoted form that its pages draw, not in JSON."""
    replies_per_hour: WholeNumber = Field(200, validation_alias="INSTAGRAM_REPLIES_PER_HOUR", ge=1, le=10_000)
    """Public replies an hour and account. Meta publishes no limit, and calls very many replies spam."""
    reconcile: Minutes = Field(
        timedelta(minutes=15),
        validation_alias="RECONCILE_MINUTES",
        ge=timedelta(minutes=1),
        le=timedelta(days=1),
    )
    """How often what arrived is compared with what Instagram shows, so that no comment is missed."""

    @property
    def graph_url(self) -> str:
        """Base address of the Graph API, without version and trailing slash."""
        return self.graph_url_given or GRAPH_URLS[self.login]

    @property
    def signing_secrets(self) -> tuple[SecretStr, ...]:
        """Every secret a webhook may be signed with, the likeliest first."""
        secrets = (self.app_secret, self.app_secret_previous, self.meta_app_secret)
        return tuple(secret for secret in secrets if secret is not None)


class OpenAI(Group):
    """The LLM: OpenAI, or any server that speaks its API."""

    api_key: OpenAIKey = Field(
        validation_alias="OPENAI_API_KEY",
        json_schema_extra={
            "placeholder": "paste-the-openai-api-key-here",
            "where": "https://platform.openai.com/api-keys",
        },
    )
    """Pays for the answers."""
    base_url: BaseUrl = Field(OPENAI_URL, validation_alias="OPENAI_BASE_URL")
    """The server, if it is not OpenAI's; usually ends in /v1."""
    api_style: ApiStyle = Field(ApiStyle.AUTO, validation_alias="OPENAI_API_STYLE")
    """Which of OpenAI's APIs the server has; auto finds out at the start."""
    classify_model: Word = Field("gpt-6-luna", validation_alias="OPENAI_CLASSIFY_MODEL")
    """Sorts every comment; a small model will do."""
    answer_model: Word = Field("gpt-6.1-terra", validation_alias="OPENAI_ANSWER_MODEL")
    """Writes the drafts."""
    vision_model_given: Word | None = Field(
        default=None, validation_alias="OPENAI_VISION_MODEL", examples=["gpt-6.1-terra"]
    )
    """Describes the pictures of posts. Unset: the model that writes the drafts."""
    embedding_model: Word | None = Field(
        default=None, validation_alias="OPENAI_EMBEDDING_MODEL", examples=["text-embedding-3-small"]
    )
    """Finds knowledge by meaning. Unset: knowledge is found by words and similar spelling only."""

    @property
    def vision_model(self) -> str:
        """The model that describes pictures."""
        return self.vision_model_given or self.answer_model

    @property
    def at_openai(self) -> bool:
        """Whether it is OpenAI itself, whose keys have a known form, and no compatible server."""
        return urlsplit(self.base_url).hostname == urlsplit(OPENAI_URL).hostname


class Telegram(Group):
    """Telegram: the bot, the team's chat, and who is who."""

    bot_token: BotToken = Field(
        validation_alias=AliasChoices("TELEGRAM_BOT_TOKEN", "TG_TOKEN"),
        json_schema_extra={
            "placeholder": "paste-the-telegram-bot-token-here",
            "where": "in Telegram, write /newbot (or /token) to @BotFather",
        },
    )
    """The bot that shows the cards."""
    chat_id: ChatId = Field(
        validation_alias=AliasChoices("TELEGRAM_CHAT_ID", "TG_CHAT_ID"),
        json_schema_extra={
            "placeholder": "paste-the-telegram-chat-id-here",
            "where": "add the bot to the chat, write /start there, and read `chat.id`"
            " at https://api.telegram.org/bot<token>/getUpdates",
        },
    )
    """The team's chat, where the cards appear. The bot must be its administrator."""
    owner_id: UserId | None = Field(
        default=None,
        validation_alias="TELEGRAM_OWNER_ID",
        json_schema_extra={
            "placeholder": "paste-the-telegram-owner-id-here",
            "where": "write to the bot and read `from.id` at https://api.telegram.org/bot<token>/getUpdates",
        },
    )
    """The owner: connects accounts and gives roles. Required in production."""
    manager_ids: UserIds = Field((), validation_alias="TELEGRAM_MANAGER_IDS")
    """Managers from the first start on. The owner adds more in Telegram with /grant."""
    api_url: BaseUrl = Field(TELEGRAM_URL, validation_alias="TELEGRAM_API_URL")
    """The Bot API server, if you run one of your own."""
    mode: TelegramMode = Field(TelegramMode.POLLING, validation_alias="TELEGRAM_MODE")
    """polling needs no public address; webhook needs PUBLIC_URL and TELEGRAM_WEBHOOK_SECRET."""
    webhook_secret: WebhookSecret | None = Field(
        default=None,
        validation_alias="TELEGRAM_WEBHOOK_SECRET",
        json_schema_extra={
            "placeholder": "paste-a-webhook-secret-of-your-own-here",
            "where": "make one up, e.g. with `openssl rand -hex 32`",
        },
    )
    """Proves that an update comes from Telegram. Required when TELEGRAM_MODE is webhook."""
    chat_writes_per_minute: WholeNumber = Field(
        18, validation_alias="TELEGRAM_CHAT_WRITES_PER_MINUTE", ge=1, le=6000
    )
    """Messages and edits a minute in one chat. Telegram allows a group about 20."""
