"""The stand-in of Instagram: one account whose comments, messages and webhooks behave like the real ones."""

from __future__ import annotations

from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.model import Media, MediaKind, MediaType
from sandbox.instagram.server import Instagram
from sandbox.instagram.shop import default_media

__all__ = ("Instagram", "InstagramConfig", "Media", "MediaKind", "MediaType", "default_media")
