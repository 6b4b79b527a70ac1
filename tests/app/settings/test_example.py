from __future__ import annotations

import re
from pathlib import Path

import pytest

import app
from app.settings import Purpose, SettingsRefused, envfile, load, render_example
from app.settings.group import extra, names
from app.settings.model import FIELDS
from app.settings.placeholders import OURS
from app.settings.rules import START

REPOSITORY = Path(app.__file__).parent.parent


def test_the_file_in_the_repository_is_the_rendered_one() -> None:
    assert (REPOSITORY / ".env.example").read_text(encoding="utf-8") == render_example()


def test_every_setting_appears_once_and_the_required_ones_stand_open() -> None:
    text = render_example()
    for name, field in FIELDS.items():
        (line,) = re.findall(rf"^(?:# )?{name}=.*$", text, re.MULTILINE)
        assert line.startswith("#") == (name not in START)
        assert field.description
        assert field.description[:20] in text
        for alias in names(field)[1:]:
            assert f"# Also read as {alias}\n" in text


def test_the_example_as_it_is_is_refused_for_exactly_its_placeholders(tmp_path: Path) -> None:
    file = tmp_path / "copied.env"
    file.write_text(render_example(), encoding="utf-8")
    with pytest.raises(SettingsRefused) as caught:
        load(file, {}, purpose=Purpose.START)
    assert {(problem.name, problem.wrong) for problem in caught.value.problems} == {
        (name, "still holds the example's placeholder") for name in START
    }


def test_every_placeholder_says_what_to_paste() -> None:
    placeholders = list(filter(None, (extra(field, "placeholder") for field in FIELDS.values())))
    assert len(placeholders) > len(START)
    assert all(OURS.search(placeholder) for placeholder in placeholders)


def test_what_a_commented_line_shows_can_be_used(tmp_path: Path, complete: dict[str, str]) -> None:
    (tmp_path / "knowledge").mkdir()
    shown = re.sub(r"^# ([A-Z_]+=)", r"\1", render_example(), flags=re.MULTILINE)
    file = tmp_path / "shown.env"
    file.write_text(shown, encoding="utf-8")
    values, problems = envfile.read(file)
    assert not problems
    usable = {name: value for name, value in values.items() if not OURS.search(value)}
    assert {"DB_POOL_SIZE", "QUIET_HOURS", "INSTAGRAM_GRAPH_URL", "KNOWLEDGE_DIR"} <= usable.keys()
    settings = load(environ=usable | complete, purpose=Purpose.START)
    assert settings.policy.quiet_hours
