"""The budgets of the house: sizes, names and docstrings. An exemption may only shrink, never grow or be added to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVER, SDK, CONSOLE = ROOT / "server/src/maquette", ROOT / "sdk/src", ROOT / "console/src"

MODULE_LINES, FUNCTION_STATEMENTS, PARAMETERS, CONSOLE_LINES = 400, 40, 6, 250
BAD_NAMES = {"models.py", "utils.py", "helpers.py", "common.py"}


def modules() -> Iterator[Path]:
    for root in (SERVER, SDK):
        yield from (path for path in sorted(root.rglob("*.py")) if "migrations/versions" not in str(path))


def console_files() -> list[Path]:
    found = [path for pattern in ("*.ts", "*.tsx") for path in sorted(CONSOLE.rglob(pattern))]
    return [path for path in found if path.name != "schema.d.ts" and "node_modules" not in path.parts]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def statements(function: ast.AST) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_are_short() -> None:
    long = {short(path): lines for path in modules() if (lines := len(path.read_text().splitlines())) > MODULE_LINES}
    assert long == {}


def test_console_files_are_short() -> None:
    long = {short(path): n for path in console_files() if (n := len(path.read_text().splitlines())) > CONSOLE_LINES}
    assert long == {}


def test_functions_are_short_and_take_few_parameters() -> None:
    over: list[str] = []
    for path in modules():
        for function in functions(ast.parse(path.read_text())):
            arguments = function.args
            names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            count = len([name for name in names if name not in {"self", "cls"}])
            if statements(function) > FUNCTION_STATEMENTS:
                over.append(f"{short(path)}:{function.name} has {statements(function)} statements")
            # The SDK keeps the signatures that user code was written for.
            if count > PARAMETERS and SDK not in path.parents:
                over.append(f"{short(path)}:{function.name} takes {count} parameters")
    assert over == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [short(path) for path in modules() if path.name in BAD_NAMES] == []


@pytest.mark.parametrize("root", [SERVER, SDK])
def test_every_module_says_what_lives_there(root: Path) -> None:
    silent = [
        short(path) for path in modules() if root in path.parents and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
