"""Who the stand-in plays and what it shares with the product."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class InstagramConfig:
    """Settings of one stand-in and its first account; secrets are left out of its representation.

    `webhook_url` is where webhooks go at first; it can be told later by `Instagram.webhook_url` or
    `POST /_control/webhook`. `account_id` is the id in webhooks, `app_scoped_id` the other id that
    `GET /me?fields=id` tells. `page_id` is the linked Facebook Page, by which Facebook Login names the
    account where it sends messages and subscribes; with Instagram Login there is none. `meta_app_secret`
    belongs to the Meta app around the Instagram one; both are reported to sign.
    """

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    access_token: str = field(repr=False)
    meta_app_secret: str = field(default="stand-in-meta-app-secret", repr=False)
    webhook_url: str | None = None
    account_id: str = "17841400000000001"
    app_scoped_id: str = "27000000000000001"
    self_scoped_id: str = "2100000000000001"
    page_id: str | None = None
    app_id: str = "100000000000001"
    username: str = "lavanda_home"
    name: str = "Лаванда — дом и подарки"
    biography: str = "Дом, который пахнет летом 💜 ул. Лесная 12, каждый день 10:00–20:00 (мск)"
    website: str = "https://lavanda-home.example"
