"""The settings: read once at the start, complete or refused with every reason at once.

The groups are pydantic models, filled by pydantic-settings from one source of our own (`model.Given`). What
must be given depends on the command; problems are told by the variables' names, and none holds a value.
"""

from __future__ import annotations

from app.settings.example import render_example
from app.settings.forms import QuietHours
from app.settings.loading import load
from app.settings.model import Settings
from app.settings.neighbours import ApiStyle, Login, TelegramMode
from app.settings.policy import Locale
from app.settings.problems import Problem, SettingsRefused, message
from app.settings.rules import Purpose
from app.settings.service import Environment, LogFormat, LogLevel

__all__ = [
    "ApiStyle",
    "Environment",
    "Locale",
    "LogFormat",
    "LogLevel",
    "Login",
    "Problem",
    "Purpose",
    "QuietHours",
    "Settings",
    "SettingsRefused",
    "TelegramMode",
    "load",
    "message",
    "render_example",
]
