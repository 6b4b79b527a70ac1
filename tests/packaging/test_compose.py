"""docker-compose.yml as Compose itself reads it: hardened, and closed to the outside but for one port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
COMPOSE = Path(sys.executable).with_name("docker-compose")
PASSWORDS = {"POSTGRES_PASSWORD": "p-secret", "REDIS_PASSWORD": "r-secret"}
SERVERS = ("postgres", "valkey")
PROGRAMS = ("app", "migrate")


def config(tmp_path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Resolve the file as an operator with .env.example would."""
    return subprocess.run(
        [COMPOSE, "--env-file", ".env.example", "-f", "docker-compose.yml", "config", "--format", "json"],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The services by name."""
    resolved = config(tmp_path_factory.mktemp("home"), PASSWORDS)
    assert resolved.returncode == 0, resolved.stderr
    found: dict[str, Any] = json.loads(resolved.stdout)["services"]
    return found


@pytest.mark.parametrize("missing", PASSWORDS)
def test_both_passwords_must_be_given(tmp_path: Path, missing: str) -> None:
    resolved = config(tmp_path, {name: value for name, value in PASSWORDS.items() if name != missing})
    assert resolved.returncode != 0
    assert f"required variable {missing} is missing" in resolved.stderr


@pytest.mark.parametrize("name", [*SERVERS, *PROGRAMS])
def test_every_container_is_hardened(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert not service.get("privileged")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].partition(":")[0]) > 0
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_nothing_else_runs(services: dict[str, Any]) -> None:
    assert services.keys() == {*SERVERS, *PROGRAMS}


@pytest.mark.parametrize("name", [*SERVERS, "app"])
def test_what_stays_up_is_watched(services: dict[str, Any], name: str) -> None:
    assert services[name]["healthcheck"]["test"]
    assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVERS)
def test_servers_publish_nothing_and_keep_their_data(services: dict[str, Any], name: str) -> None:
    assert "ports" not in services[name]
    assert services[name]["networks"].keys() == {"servers"}
    assert services[name]["volumes"][0]["type"] == "volume"


def test_postgres_keeps_its_data_where_the_image_of_18_does(services: dict[str, Any]) -> None:
    assert services["postgres"]["image"] == "postgres:18"
    assert services["postgres"]["volumes"][0]["target"] == "/var/lib/postgresql"


def test_postgres_compares_text_as_the_embedded_one_does(services: dict[str, Any]) -> None:
    arguments = services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert arguments == "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
    embedded = (REPOSITORY / "db/embedded/postgres.py").read_text(encoding="utf-8")
    assert all(argument in embedded for argument in arguments.split()[1:])


def test_passwords_are_not_arguments_of_processes(services: dict[str, Any]) -> None:
    for service in services.values():
        said = json.dumps([service.get("command"), service.get("healthcheck")])
        assert not any(password in said for password in PASSWORDS.values())


def test_the_program_is_reached_from_this_machine_only_after_its_migration(services: dict[str, Any]) -> None:
    app = services["app"]
    assert [(port["host_ip"], port["target"]) for port in app["ports"]] == [("127.0.0.1", 8000)]
    assert app["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    for server in SERVERS:
        assert app["depends_on"][server]["condition"] == "service_healthy"
    assert app["command"] == ["start"]
    assert services["migrate"]["command"] == ["migrate"]
    assert services["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_runs_for_production_on_these_servers(services: dict[str, Any], name: str) -> None:
    environment = services[name]["environment"]
    assert environment["APP_ENV"] == "production"
    assert environment["DATABASE_URL"] == "postgresql://instachatico:p-secret@postgres:5432/instachatico"
    assert environment["REDIS_URL"] == "redis://:r-secret@valkey:6379/0"
