from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Purpose, SettingsRefused, load

ALIASES = {
    "APP_SECRET": ("INSTAGRAM_APP_SECRET", "canary-app-secret-alias"),
    "TOKEN": ("INSTAGRAM_VERIFY_TOKEN", "alias-verify-token"),
    "INSTA_TOKEN": ("INSTAGRAM_ACCESS_TOKEN", "alias-access-token"),
    "TG_TOKEN": ("TELEGRAM_BOT_TOKEN", "7:alias_bot_token_0123456789-ABCDEFGHIJ"),
    "TG_CHAT_ID": ("TELEGRAM_CHAT_ID", "-77"),
    "PORT": ("HTTP_PORT", "8077"),
    "OAUTH_ENCRYPTION_KEY": ("ENCRYPTION_KEY", "YWxpYXNhbGlhc2FsaWFzYWxpYXNhbGlhc2FsaWFzISE="),
    "DEVELOPMENT_MODE": ("DRY_RUN", "true"),
}


def _value(environ: dict[str, str], canonical: str, env_file: Path | None = None) -> str:
    settings = load(env_file, environ, purpose=Purpose.NOTHING_REQUIRED)
    match canonical:
        case "INSTAGRAM_APP_SECRET":
            return settings.instagram.app_secret.get_secret_value()
        case "INSTAGRAM_VERIFY_TOKEN":
            return settings.instagram.verify_token.get_secret_value()
        case "INSTAGRAM_ACCESS_TOKEN":
            assert settings.instagram.access_token is not None
            return settings.instagram.access_token.get_secret_value()
        case "TELEGRAM_BOT_TOKEN":
            return settings.telegram.bot_token.get_secret_value()
        case "TELEGRAM_CHAT_ID":
            return str(settings.telegram.chat_id)
        case "HTTP_PORT":
            return str(settings.http.port)
        case "ENCRYPTION_KEY":
            assert settings.app.encryption_keys is not None
            return ",".join(key.get_secret_value() for key in settings.app.encryption_keys)
        case _:
            return str(settings.app.dry_run).lower()


@pytest.mark.parametrize("alias", ALIASES)
def test_the_names_of_the_earlier_program_are_read(alias: str) -> None:
    canonical, value = ALIASES[alias]
    assert _value({alias: value}, canonical) == value


@pytest.mark.parametrize("alias", ALIASES)
def test_the_canonical_name_wins_over_its_alias_wherever_each_stands(alias: str, tmp_path: Path) -> None:
    canonical, value = ALIASES[alias]
    other = {"HTTP_PORT": "8099", "TELEGRAM_CHAT_ID": "-99", "DRY_RUN": "true"}.get(canonical, value + "x")
    if canonical == "ENCRYPTION_KEY":
        other = "b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVyISE="
    beaten = "false" if canonical == "DRY_RUN" else value
    file = tmp_path / "settings.env"
    file.write_text(f"{canonical}={other}\n")
    assert _value({canonical: other, alias: beaten}, canonical) == other
    assert _value({alias: beaten}, canonical, file) == other


def test_an_alias_is_read_when_the_canonical_name_is_empty() -> None:
    assert load(environ={"DRY_RUN": "", "DEVELOPMENT_MODE": "true"}, purpose=Purpose.STORE).app.dry_run


def test_the_environment_wins_over_the_file(tmp_path: Path, complete: dict[str, str]) -> None:
    file = tmp_path / "settings.env"
    file.write_text("TELEGRAM_CHAT_ID=-5\nHTTP_PORT=8005\n")
    settings = load(file, complete, purpose=Purpose.START)
    assert (settings.telegram.chat_id, settings.http.port) == (-1001234567890, 8005)


def test_an_empty_variable_of_the_environment_hides_the_one_of_the_file(
    tmp_path: Path, complete: dict[str, str]
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("TELEGRAM_CHAT_ID=-5\n")
    with pytest.raises(SettingsRefused, match="TELEGRAM_CHAT_ID is empty"):
        load(file, complete | {"TELEGRAM_CHAT_ID": ""}, purpose=Purpose.START)


def test_the_file_beside_is_read_unless_another_one_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HTTP_PORT=8001\n")
    other = tmp_path / "other.env"
    other.write_text("UNDO_SECONDS=3\n")
    assert load(environ={}, purpose=Purpose.STORE).http.port == 8001
    assert load(other, {}, purpose=Purpose.STORE).http.port == 8000


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "8011")
    assert load(purpose=Purpose.NOTHING_REQUIRED).http.port == 8011


def test_an_env_file_that_is_not_there_is_named(tmp_path: Path, complete: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused) as caught:
        load(tmp_path / "absent.env", complete, purpose=Purpose.START)
    (problem,) = caught.value.problems
    assert problem.name.endswith("absent.env")
    assert problem.wrong == "cannot be read"


def test_a_line_that_is_no_setting_is_named_by_its_number(tmp_path: Path, complete: dict[str, str]) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# a comment\nHTTP_PORT=8000\nTELEGRAM_CHAT_ID='canary\n")
    with pytest.raises(SettingsRefused) as caught:
        load(file, complete, purpose=Purpose.START)
    (problem,) = caught.value.problems
    assert problem.name.endswith("settings.env:3")
    assert "canary" not in str(caught.value)


def test_variables_of_others_are_ignored(complete: dict[str, str]) -> None:
    load(environ=complete | {"PATH": "/bin", "POSTGRES_PASSWORD": "pw"}, purpose=Purpose.START)
