"""The stand-in of Instagram: accounts whose comments, messages and webhooks behave like the real ones.

One application serves Graph (`graph`), the login (`login`), pictures, and control addresses under
`/_control/` for whoever plays the people: `control` (comments, messages, ledger, deliveries, tokens,
switches), `account_control` (accounts, posts, people, limits, options of the login), `app_control` (what the
owner does in the app, mentions), `sending_control` (time, events, batches) and faults.
"""

from __future__ import annotations

from sandbox.instagram.config import InstagramConfig
from sandbox.instagram.model import Media, MediaKind, MediaType
from sandbox.instagram.server import Instagram
from sandbox.instagram.shop import default_media

__all__ = ("Instagram", "InstagramConfig", "Media", "MediaKind", "MediaType", "default_media")
