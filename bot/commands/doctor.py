"""`/doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from html import escape

from bot.commands.parsing import WrongUse
from bot.commands.scope import Asked
from bot.texts import Texts
from db.models.manager import Role
from services.doctor import Finding, examine


async def doctor(asked: Asked) -> str:
    """The examination's findings, troubles first. For seniors: a manager could do nothing about them."""
    if asked.words:
        raise WrongUse
    if asked.manager.role is Role.MANAGER:
        return asked.texts("command.doctor.seniors_only")
    findings = await examine(asked.tx.session, asked.now)
    return told(findings, asked.texts, asked.zone)


def told(findings: Sequence[Finding], texts: Texts, zone: tzinfo) -> str:
    """The findings as a message; times by the clock of `zone`."""
    troubles = sum(not finding.ok for finding in findings)
    header = texts.plural("doctor.troubles", troubles) if troubles else texts("doctor.well")
    ordered = sorted(findings, key=lambda finding: finding.ok)
    lines = [f"{'✅' if finding.ok else '❗'} {escape(line(finding, texts, zone))}" for finding in ordered]
    return "\n".join([header, "", *lines])


def line(finding: Finding, texts: Texts, zone: tzinfo) -> str:
    """One finding in words, as plain text."""
    values = {name: _shown(value, zone) for name, value in finding.values.items()}
    count = finding.values.get("count")
    if isinstance(count, int):
        del values["count"]
        return texts.plural(finding.key, count, **values)
    return texts(finding.key, **values)


def _shown(value: object, zone: tzinfo) -> object:
    return f"{value.astimezone(zone):%d.%m %H:%M}" if isinstance(value, datetime) else value
