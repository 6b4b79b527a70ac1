from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.settings import envfile

# A NUL, a lone surrogate and a carriage return cannot stand in an environment or a line of text.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("'\"#$ \\=\n\t"))
NAMES = st.text(string.ascii_uppercase + "_", min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.dictionaries(NAMES, TEXT))
def test_what_is_written_is_read_back(values: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "written.env"
    file.write_text(envfile.render(values), encoding="utf-8")
    assert envfile.read(file) == (values, ())


@pytest.mark.parametrize(
    "value", ["a#b", "two words", "it's", "$HOME ${X}", "a=b", "postgresql+asyncpg://app@/x?host=/tmp/s"]
)
def test_ordinary_values_are_plain_lines(value: str) -> None:
    assert envfile.render({"NAME": value}) == f"NAME={value}\n"


def test_a_dollar_sign_is_a_dollar_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "elsewhere")
    file = tmp_path / "x.env"
    file.write_text("A=$HOME\nB=${HOME}\n")
    assert envfile.read(file)[0] == {"A": "$HOME", "B": "${HOME}"}


def test_a_file_in_another_encoding_is_refused_and_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_bytes("A=канарейка\n".encode("cp1251"))
    _, (problem,) = envfile.read(file)
    assert problem.wrong == "is not UTF-8 text"
