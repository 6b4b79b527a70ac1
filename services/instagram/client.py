"""Everything the product asks of Instagram, under one name. One client per process."""

from __future__ import annotations

from services.instagram.comments import Comments
from services.instagram.connecting import Connecting
from services.instagram.media import MediaCalls
from services.instagram.messages import Messages


class InstagramClient(Comments, MediaCalls, Messages, Connecting):
    """Each operation raises GraphError, whose `trouble` says what to do; none ever holds a token."""
