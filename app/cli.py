"""The `instachatico` command.

Exit status: 0 done; 1 the thing asked about is not right; 2 wrong usage or configuration.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from app.settings import Purpose, Settings, SettingsRefused, load, message

WRONG_USAGE = 2

env_file = click.option(
    "--env-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Settings as NAME=value lines (default: .env).",
)
F = TypeVar("F", bound=Callable[..., Any])


def settings_for(purpose: Purpose, file: Path | None) -> Settings:
    """The settings, or exit 2 with everything that is wrong with them."""
    try:
        return load(file, purpose=purpose)
    except SettingsRefused as refused:
        problems = refused.problems
    click.echo(message(problems), err=True)
    raise SystemExit(WRONG_USAGE)


def fail(why: object, status: int = 1) -> NoReturn:
    """Say why on standard error, and exit."""
    click.echo(str(why), err=True)
    raise SystemExit(status)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Answer every Instagram comment, well and in time, from Telegram."""


@cli.command()
@env_file
@click.option(
    "--roles",
    default="web,worker,bot,scheduler",
    show_default=True,
    help="What this process does; run more processes to scale.",
)
def start(env_file: Path | None, roles: str) -> None:
    """Run the service."""
    from app.product import AppRole
    from app.start import start as run

    try:
        chosen = frozenset(AppRole(role.strip()) for role in roles.split(","))
    except ValueError:
        fail(f"--roles takes some of {', '.join(AppRole)}, separated by commas", WRONG_USAGE)
    settings = settings_for(Purpose.START, env_file)
    _guarded(lambda: run(settings, chosen))


@cli.command()
@env_file
def migrate(env_file: Path | None) -> None:
    """Bring the database to this program's schema."""
    from app.inspecting import migrate as run

    settings = settings_for(Purpose.STORE, env_file)
    _guarded(lambda: run(settings))
    click.echo("The database is up to date.")


@cli.command("rotate-keys")
@env_file
def rotate_keys(env_file: Path | None) -> None:
    """Put every stored token under the first key of ENCRYPTION_KEY, so that the others can go."""
    from app.rotating import rotate_keys as run

    settings = settings_for(Purpose.STORE, env_file)
    done = _guarded(lambda: run(settings))
    click.echo(f"Tokens under the first key now: {done.tokens}")
    complaints = []
    if done.unreadable:
        names = ", ".join(f"@{name}" for name in done.unreadable)
        complaints.append(f"No key opens those of {names}: put the former key back, or connect them again.")
    if done.lost:
        complaints.append(
            f"No key opens {done.lost} of what recognises people who were erased: put the former key back."
        )
    if complaints:
        fail("\n".join(complaints))


@cli.command("check-config")
@env_file
def check_config(env_file: Path | None) -> None:
    """Check every setting, and nothing else."""
    settings_for(Purpose.START, env_file)
    click.echo("Every setting is there and well-formed.")


@cli.command()
@env_file
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(env_file: Path | None, *, as_json: bool) -> None:
    """Check everything a silent death could hide behind."""
    from app.doctor import examine

    settings = settings_for(Purpose.START, env_file)
    report = _guarded(lambda: examine(settings))
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for check in report["checks"]:
            click.echo(f"{'✓' if check['ok'] else '✗'} {check['name']}: {check['says']}")
    raise SystemExit(0 if report["ok"] else 1)


@cli.command()
@env_file
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--url", help="Where to send (default: the instance of these settings).")
def replay(env_file: Path | None, file: Path, url: str | None) -> None:
    """Send recorded webhook deliveries, one JSON body a line, signed, to a running instance."""
    import asyncio

    from app.replaying import replay as run

    settings = settings_for(Purpose.START, env_file)
    statuses = asyncio.run(run(settings, file, url))
    for status, count in sorted(statuses.items()):
        click.echo(f"{status or 'no answer'}: {count}")
    raise SystemExit(0 if set(statuses) <= {200} else 1)


@cli.command("eval")
@env_file
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--details", type=click.File("w", encoding="utf-8"), help="Write every case with its draft here."
)
@click.option(
    "--at-once", type=click.IntRange(1, 50), default=8, show_default=True, help="Cases in work at once."
)
def evaluate(env_file: Path | None, file: Path, *, as_json: bool, details: Any, at_once: int) -> None:
    """Labelled comments through the language model: how well they are read and answered."""
    from app import evaluating
    from services.evaluate.case import CasesUnreadable, read_cases

    try:
        cases = read_cases(file)
    except CasesUnreadable as error:
        fail(error, WRONG_USAGE)
    settings = settings_for(Purpose.NOTHING_REQUIRED, env_file)
    _only_warnings(settings)
    stand_in = env_file is None and not evaluating.has_model(settings)
    if stand_in:
        click.echo("No OPENAI_API_KEY: the offline stand-in answers, which is not an LLM.", err=True)

    def run() -> dict[str, Any]:
        with click.progressbar(length=len(cases), file=sys.stderr, label="comments") as bar:
            return evaluating.evaluate(
                settings,
                cases,
                stand_in=stand_in,
                at_once=at_once,
                details=details,
                progress=lambda _done: bar.update(1),
            )

    figures = _guarded(run)
    click.echo(json.dumps(figures, ensure_ascii=False) if as_json else evaluating.as_text(figures))
    raise SystemExit(1 if figures["failed"] else 0)


@cli.command()
@env_file
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--rounds", type=click.IntRange(1), help="How often it is measured (default: as it needs).")
def bench(env_file: Path | None, name: str, *, as_json: bool, rounds: int | None) -> None:
    """Measure something: retrieval."""
    from importlib import import_module, util

    known = name.isidentifier() and util.find_spec(f"benchmarks.{name}") is not None
    run = getattr(import_module(f"benchmarks.{name}"), "run", None) if known else None
    if run is None:
        fail(f"there is no benchmark called {name}", WRONG_USAGE)
    settings = settings_for(Purpose.NOTHING_REQUIRED, env_file)
    _only_warnings(settings)
    outcome = _guarded(lambda: run(settings, rounds))
    click.echo(json.dumps(outcome.as_json(), ensure_ascii=False) if as_json else outcome.as_text())
    raise SystemExit(0 if outcome.ok else 1)


@cli.group()
def knowledge() -> None:
    """What the business knows."""


@knowledge.command("import")
@env_file
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--account", help="Instagram id or @name; without it, for every account.")
def knowledge_import(env_file: Path | None, path: Path, account: str | None) -> None:
    """Import a file or a folder: PDF, Word, Excel, CSV, HTML, Markdown, TXT."""
    from app.inspecting import knowledge_import as run

    settings = settings_for(Purpose.STORE, env_file)
    report = _guarded(lambda: run(settings, path, account))
    for name, count in report.read.items():
        click.echo(f"{name}: {count} passages")
    for name in report.unchanged:
        click.echo(f"{name}: unchanged")
    for problem in report.problems:
        click.echo(f"not read: {problem}", err=True)
    raise SystemExit(1 if report.problems else 0)


@knowledge.command("list")
@env_file
def knowledge_list(env_file: Path | None) -> None:
    """List what is in use."""
    from app.inspecting import knowledge_list as run

    settings = settings_for(Purpose.STORE, env_file)
    for line in _guarded(lambda: run(settings)):
        click.echo(line)


@knowledge.command("remove")
@env_file
@click.argument("name")
@click.option("--account", help="Instagram id or @name; without it, the one for every account.")
def knowledge_remove(env_file: Path | None, name: str, account: str | None) -> None:
    """Forget a document."""
    from app.inspecting import knowledge_remove as run

    settings = settings_for(Purpose.STORE, env_file)
    if not _guarded(lambda: run(settings, name, account)):
        fail(f"there is no document called {name}")
    click.echo(f"{name} is forgotten.")


@cli.command()
@env_file
@click.option("--period", default="today", show_default=True, help="today, 7d, 30d, 2026-11-01..2026-11-15")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def stats(env_file: Path | None, period: str, *, as_json: bool) -> None:
    """Figures of a period."""
    from app.inspecting import stats as run

    settings = settings_for(Purpose.STORE, env_file)
    figures = _guarded(lambda: run(settings, period))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, default=str))
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value}")


@cli.command()
@env_file
@click.argument("what", type=click.Choice(["audit"]))
@click.option("--since", help="ISO 8601; earlier entries are left out.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
def export(env_file: Path | None, what: str, since: str | None, form: str) -> None:
    """Write the audit trail to standard output, in time order."""
    from app.inspecting import export_audit

    settings = settings_for(Purpose.STORE, env_file)
    assert what == "audit"
    _guarded(lambda: export_audit(settings, since, form, sys.stdout))


@cli.command()
@env_file
@click.option("--username", help="The person's name on Instagram, with or without @.")
@click.option("--id", "instagram_id", help="The person's Instagram id.")
@click.option("--account", help="Instagram id or @name of one account; without it, in all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(
    *,
    env_file: Path | None,
    username: str | None,
    instagram_id: str | None,
    account: str | None,
    yes: bool,
) -> None:
    """Erase a person: words, names and ids, everywhere and for good."""
    from app.erasing import NoSuchAccount, Wish
    from app.erasing import erase as run
    from services.privacy.whom import id_of, username_of

    if (username is None) == (instagram_id is None):
        fail("one of --username and --id is needed", WRONG_USAGE)
    wish = Wish(username_of(username or ""), id_of(instagram_id or ""), account)
    if wish.username is None and wish.instagram_id is None:
        fail("--username takes a name such as @anna_k, --id a number", WRONG_USAGE)

    def sure(found: int) -> bool:
        question = f"{found} comments and messages, and all that was made of them. Erase for good?"
        return yes or click.confirm(question)

    settings = settings_for(Purpose.STORE, env_file)
    try:
        erased = _guarded(lambda: run(settings, wish, sure))
    except NoSuchAccount as error:
        fail(error, WRONG_USAGE)
    if erased is None:
        fail("Nothing was erased.")
    click.echo(f"{erased.comments} comments and messages are erased. The request's code is {erased.code}.")
    if not erased.done:
        click.echo("The service redraws the cards and looks once more in a minute: keep it running.")


@cli.group()
def deadletters() -> None:
    """Comments whose step failed for good."""


@deadletters.command("list")
@env_file
def deadletters_list(env_file: Path | None) -> None:
    """List them, oldest first."""
    from app.inspecting import deadletters_list as run

    settings = settings_for(Purpose.STORE, env_file)
    for line in _guarded(lambda: run(settings)):
        click.echo(line)


@deadletters.command("retry")
@env_file
@click.argument("comment_id", type=int)
def deadletters_retry(env_file: Path | None, comment_id: int) -> None:
    """Try one again."""
    from app.inspecting import deadletters_retry as run

    settings = settings_for(Purpose.STORE, env_file)
    if not _guarded(lambda: run(settings, [comment_id])):
        fail(f"{comment_id} is not among the dead letters")


@deadletters.command("retry-all")
@env_file
def deadletters_retry_all(env_file: Path | None) -> None:
    """Try all of them again."""
    from app.inspecting import deadletters_retry as run

    settings = settings_for(Purpose.STORE, env_file)
    click.echo(f"{_guarded(lambda: run(settings, None))} on their way again.")


@cli.command()
@env_file
@click.option("--smoke", is_flag=True, help="One scripted tour without a browser.")
@click.option("--json", "as_json", is_flag=True, help="With --smoke: one JSON object.")
@click.option("--info", type=click.Path(path_type=Path, dir_okay=False), help="Write the addresses here.")
@click.option("--port", type=int, default=8080, show_default=True, help="The page's port.")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Keep the data here.")
@click.option("--stand-ins-only", is_flag=True, help="Only the neighbours; the service is started apart.")
@click.option(
    "--env", "env", type=click.Path(path_type=Path, dir_okay=False), help="Write the settings here."
)
@click.option("--real-pacing", is_flag=True, help="Telegram's real limit of writes per minute.")
def sandbox(
    *,
    env_file: Path | None,
    smoke: bool,
    as_json: bool,
    info: Path | None,
    port: int,
    state: Path | None,
    stand_ins_only: bool,
    env: Path | None,
    real_pacing: bool,
) -> None:
    """Play: the whole product against local stand-ins of Instagram, Telegram and the language model."""
    from app.sandbox import playing

    plan = playing.Plan(info=info, port=port, state=state, env=env, over=env_file, real_pacing=real_pacing)
    if stand_ins_only:
        if env is None:
            fail("--stand-ins-only needs --env FILE, where the settings for the service go", WRONG_USAGE)
        _guarded(lambda: playing.stand_ins_only(plan))
    elif smoke:
        raise SystemExit(0 if _guarded(lambda: playing.smoke(plan, as_json=as_json)) else 1)
    else:
        _guarded(lambda: playing.play(plan))


def _only_warnings(settings: Settings) -> None:
    """Logs beside figures: what goes wrong, on standard error, without the key of the language model."""
    from app import logging

    secrets: list[str] = []
    with suppress(SettingsRefused):
        secrets.append(settings.openai.api_key.get_secret_value())
    logging.configure("WARNING", as_json=False, secrets=secrets)


T = TypeVar("T")


def _guarded(run: Callable[[], T]) -> T:
    """Expected troubles end with their message instead of a traceback."""
    from db.embedded import EmbeddedError
    from db.migrations import SchemaTooOld
    from db.scratch import ScratchRefused
    from services.evaluate.walking import ModelRefuses
    from services.stats import PeriodUnknown

    try:
        return run()
    except SettingsRefused as refused:
        fail(message(refused.problems), WRONG_USAGE)
    except PeriodUnknown as error:
        fail(error, WRONG_USAGE)
    except (EmbeddedError, SchemaTooOld, ScratchRefused, ModelRefuses) as error:
        fail(error)
    except OSError as error:
        fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))


def main() -> None:
    """Run the command line."""
    cli(prog_name="instachatico")
