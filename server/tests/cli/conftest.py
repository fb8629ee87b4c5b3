"""A running server that the tests of a file share, a lone one for those that break it, and the command line."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.faults.serving import Server, serving, short_folder

from maquette.cli import main


class Told(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Told]


@pytest.fixture(scope="module")
def shared(template: Path) -> Iterator[Server]:
    with serving(template) as made:
        yield made


@pytest.fixture
def server(template: Path) -> Iterator[Server]:
    with serving(template) as made:
        yield made


@pytest.fixture
def fresh() -> Iterator[Server]:
    """A server that was never started, without a home."""
    with short_folder() as folder:
        made = Server(folder)
        yield made
        made.close()


@pytest.fixture
def maquette(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `maquette` in this process: `maquette("user", "list", home=...)`."""

    def run(*words: str, home: Path, stdin: str = "") -> Told:
        monkeypatch.setattr(sys, "argv", ["maquette", *words, "--home", str(home)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        code = end.value.code
        if isinstance(code, str):  # what the interpreter would print on its way out
            return Told(1, said.out, said.err + code)
        return Told(int(code or 0), said.out, said.err)

    return run
