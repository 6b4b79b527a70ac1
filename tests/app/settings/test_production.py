from __future__ import annotations

from collections.abc import Callable

import pytest

from app.settings import Problem, Purpose, load

Refuse = Callable[..., dict[str, Problem]]

ALSO_REQUIRED = ["DATABASE_URL", "ENCRYPTION_KEY", "PUBLIC_URL", "REDIS_URL", "TELEGRAM_OWNER_ID"]
LOOPBACK = [
    "http://127.0.0.1:8081",
    "https://127.5.6.7/v1",
    "http://localhost:1234/v1",
    "http://LocalHost.",
    "http://instagram.localhost",
    "http://[::1]:8081",
    "http://[::ffff:127.0.0.1]",
    "http://0.0.0.0:9",
    "http://2130706433:8081",  # 127.0.0.1 as one number
]


def test_what_production_requires_is_enough_for_it(production: dict[str, str]) -> None:
    settings = load(environ=production, purpose=Purpose.START)
    assert settings.app.production
    assert settings.telegram.owner_id == 1001


@pytest.mark.parametrize("wrong", ["is missing", "is empty"])
@pytest.mark.parametrize("name", ALSO_REQUIRED)
def test_production_requires_real_servers_keys_and_an_owner(
    name: str, wrong: str, production: dict[str, str], refuse: Refuse
) -> None:
    production[name] = ""
    if wrong == "is missing":
        del production[name]
    (problem,) = refuse(production).values()
    assert (problem.name, problem.wrong) == (name, wrong)


def test_production_requires_what_every_start_requires(production: dict[str, str], refuse: Refuse) -> None:
    assert len(refuse({"APP_ENV": "production"})) == 10


@pytest.mark.parametrize("env", ["Production", "PRODUCTION"])
def test_production_is_production_in_any_case(env: str, refuse: Refuse, complete: dict[str, str]) -> None:
    assert set(refuse(complete | {"APP_ENV": env})) == set(ALSO_REQUIRED)


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("name", ["INSTAGRAM_GRAPH_URL", "TELEGRAM_API_URL", "OPENAI_BASE_URL"])
def test_production_refuses_stand_ins(
    name: str, address: str, production: dict[str, str], refuse: Refuse
) -> None:
    (problem,) = refuse(production | {name: address}).values()
    assert problem.name == name
    assert "on this machine" in problem.wrong
    load(environ=production | {"APP_ENV": "development", name: address}, purpose=Purpose.START)


@pytest.mark.parametrize(
    "address", ["https://api.telegram.org", "http://telegram-api:8081", "http://10.0.0.7"]
)
def test_production_accepts_servers_elsewhere(address: str, production: dict[str, str]) -> None:
    settings = load(environ=production | {"TELEGRAM_API_URL": address}, purpose=Purpose.START)
    assert settings.telegram.api_url == address


def test_production_needs_https_in_public(production: dict[str, str], refuse: Refuse) -> None:
    assert list(refuse(production | {"PUBLIC_URL": "HTTP://shop.example"})) == ["PUBLIC_URL"]


def test_production_keeps_no_placeholder_in_its_addresses(production: dict[str, str], refuse: Refuse) -> None:
    production["DATABASE_URL"] = "postgresql://postgres:postgres_password@db/instachatico"
    production["REDIS_URL"] = "redis://:paste-the-redis-password-here@redis:6379/0"
    assert {problem.wrong for problem in refuse(production).values()} == {
        "still holds the example's placeholder"
    }


def test_stored_data_of_production_is_never_looked_for_in_an_embedded_server(refuse: Refuse) -> None:
    assert list(refuse({"APP_ENV": "production"}, Purpose.STORE)) == ["DATABASE_URL"]
    environ = {"APP_ENV": "production", "DATABASE_URL": "postgresql://me:pw@db/instachatico"}
    assert load(environ=environ, purpose=Purpose.STORE).database.url


def test_an_unknown_environment_is_not_taken_for_development(
    complete: dict[str, str], refuse: Refuse
) -> None:
    assert list(refuse(complete | {"APP_ENV": "prod"})) == ["APP_ENV"]
