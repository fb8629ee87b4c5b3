"""What the pages must name: every error code in the user's guide, every package and API tag in the developer's."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "server/src/maquette"
DEVELOP, ERRORS = ROOT / "docs/develop", ROOT / "docs/guide/errors.md"

CODE = re.compile(r"\b(?:ModelArts|APIG|IAM)\.\d{4}\b")
TAG = re.compile(r'\bRouter\(\s*"[^"]*",\s*"(\w+)"')


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield str(path.relative_to(SOURCES)), path.read_text()


def index() -> str:
    """The table of pages, which says what each is about."""
    return (DEVELOP / "README.md").read_text()


def test_every_error_code_is_in_the_guide() -> None:
    known = set(CODE.findall(ERRORS.read_text()))
    missing = {code: name for name, text in sources() for code in CODE.findall(text) if code not in known}
    assert missing == {}, "give each a row in docs/guide/errors.md: code, status, meaning, what to do"


def test_every_package_and_api_tag_has_a_page() -> None:
    named = set(re.findall(r"`(\w+)`", index()))
    packages = {path.parent.name for path in SOURCES.glob("*/__init__.py")}
    tags = {tag for _, text in sources() for tag in TAG.findall(text)}
    assert tags, "the pattern finds no router any more"
    assert (packages | tags) - named == set(), "put each into the table of docs/develop/README.md"


def test_the_index_lists_the_pages_that_are_there() -> None:
    listed = set(re.findall(r"\]\((\w[\w-]*\.md)\)", index()))
    assert listed == {path.name for path in DEVELOP.glob("*.md")} - {"README.md"}
