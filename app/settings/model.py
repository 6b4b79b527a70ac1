"""The settings as one object."""

from __future__ import annotations

from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.settings.group import Group, names
from app.settings.neighbours import Instagram, OpenAI, Telegram
from app.settings.policy import Policy, Retention
from app.settings.problems import Problem
from app.settings.service import App, Database, Http, Log, Queue, Redis


class Given(PydanticBaseSettingsSource):
    """What the environment and the env file give together, by name.

    Of pydantic's own sources, each would choose between a canonical name and its alias by itself, so that an
    alias in the environment beat the canonical name in the file.
    """

    def __init__(self, settings: type[BaseSettings], given: dict[str, str | Problem]) -> None:
        super().__init__(settings)
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        self._filled = {name: value for name, value in stripped.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - all groups are served alike
        """Every group gets everything, and finds its own names there."""
        return self._filled, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }


class Settings(BaseSettings):
    """Everything given from outside, read-only; its representation shows no secret. Made by `load`."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    instagram: Instagram
    openai: OpenAI
    telegram: Telegram
    app: App
    database: Database
    redis: Redis
    http: Http
    policy: Policy
    retention: Retention
    queue: Queue
    log: Log

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the names are pydantic's
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """One source, filled by `load`."""
        return (Given(settings_cls, init_settings()),)


def groups() -> tuple[type[Group], ...]:
    """The groups in the order of the example file."""
    found = (field.annotation for field in Settings.model_fields.values())
    return tuple(each for each in found if each is not None and issubclass(each, Group))


FIELDS: Final = {names(field)[0]: field for group in groups() for field in group.model_fields.values()}
"""Every setting by its canonical name, in the order of the example file."""
