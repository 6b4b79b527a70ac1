"""The command line as a person or a script meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.sandbox import cast
from app.settings import envfile
from tests.acceptance.installation import ROOT, Installation

STOPS_WITHIN = 9.0  # seconds (rulings, 18)

COMPLETE = {
    "INSTAGRAM_APP_SECRET": cast.INSTAGRAM.app_secret,
    "INSTAGRAM_VERIFY_TOKEN": cast.INSTAGRAM.verify_token,
    "OPENAI_API_KEY": "sk-0123456789abcdef0123456789abcdef",
    "TELEGRAM_BOT_TOKEN": cast.TELEGRAM.bot_token,
    "TELEGRAM_CHAT_ID": str(cast.TELEGRAM.chat_id),
}


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    file = folder / "given.env"
    file.write_text(envfile.render(settings), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-P", "-m", "app", *arguments, "--env-file", str(file)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", list(COMPLETE))
def test_without_a_required_setting_the_service_names_it_and_does_not_start(
    tmp_path: Path, missing: str
) -> None:
    settings = {name: value for name, value in COMPLETE.items() if name != missing}
    ended = _run(tmp_path, "start", **settings)
    assert ended.returncode == 2
    assert missing in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not [value for value in settings.values() if value in ended.stderr]


def test_complete_settings_pass_the_check(tmp_path: Path) -> None:
    ended = _run(tmp_path, "check-config", **COMPLETE)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_names_of_the_earlier_program_pass_the_check(tmp_path: Path) -> None:
    earlier = {
        "APP_SECRET": COMPLETE["INSTAGRAM_APP_SECRET"],
        "TOKEN": COMPLETE["INSTAGRAM_VERIFY_TOKEN"],
        "OPENAI_API_KEY": COMPLETE["OPENAI_API_KEY"],
        "TG_TOKEN": COMPLETE["TELEGRAM_BOT_TOKEN"],
        "TG_CHAT_ID": COMPLETE["TELEGRAM_CHAT_ID"],
    }
    assert _run(tmp_path, "check-config", **earlier).returncode == 0


def test_an_unknown_role_is_wrong_usage(tmp_path: Path) -> None:
    ended = _run(tmp_path, "start", "--roles", "cook", **COMPLETE)
    assert ended.returncode == 2
    assert "web, worker, bot, scheduler" in ended.stderr


def test_the_tour_holds_on_embedded_servers(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "app", "sandbox", "--smoke", "--json"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    report = json.loads(ended.stdout)
    assert ended.returncode == 0, report["steps"]
    assert report["ok"] is True
    assert len(report["replies"]) == 2
    assert len(report["cards"]) >= 4


async def test_the_doctor_finds_everything_well(service: Installation) -> None:
    report = json.loads(await service.command("doctor", "--json", "--env-file", service.env_file))
    assert report["ok"] is True
    assert {check["name"] for check in report["checks"]} >= {
        "database",
        "redis",
        "instagram",
        "telegram",
        "token",
        "subscription",
        "webhooks",
        "queue",
        "model",
    }


async def test_told_to_stop_the_service_ends_in_time_with_status_0(service: Installation) -> None:
    await service.comment("Сколько стоит доставка?")
    started = time.monotonic()
    assert await service.stop() == 0
    assert time.monotonic() - started < STOPS_WITHIN


async def test_figures_and_knowledge_can_be_asked_beside_the_service(service: Installation) -> None:
    await service.comment("Сколько стоит доставка?")
    await service.card("Сколько стоит доставка?")
    figures = json.loads(await service.command("stats", "--json", "--env-file", service.env_file))
    assert figures["received"] == 1
    assert "catalogue.csv" in await service.command("knowledge", "list", "--env-file", service.env_file)
    assert await service.command("deadletters", "list", "--env-file", service.env_file) == ""
