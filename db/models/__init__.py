"""The tables. Importing this package registers all of them on `Model.metadata`."""

from __future__ import annotations

from db.models.account import Account, Policy
from db.models.alert import Alert
from db.models.card import Card, EditRequest
from db.models.comment import Classification, Comment, Media
from db.models.connect_request import ConnectRequest
from db.models.decision import Decision, Transition
from db.models.delivery import Delivery
from db.models.draft import Draft, DraftVersion
from db.models.event import Event
from db.models.knowledge import Document, KnowledgeChange, Passage, Upload
from db.models.llm_call import LlmCall
from db.models.manager import Manager
from db.models.privacy import Erasure, FormerKey
from db.models.table import Model
from db.models.telegram_update import TelegramUpdate

__all__ = [
    "Account",
    "Alert",
    "Card",
    "Classification",
    "Comment",
    "ConnectRequest",
    "Decision",
    "Delivery",
    "Document",
    "Draft",
    "DraftVersion",
    "EditRequest",
    "Erasure",
    "Event",
    "FormerKey",
    "KnowledgeChange",
    "LlmCall",
    "Manager",
    "Media",
    "Model",
    "Passage",
    "Policy",
    "TelegramUpdate",
    "Transition",
    "Upload",
]
