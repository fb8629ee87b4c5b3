"""Sentences that a program must be able to read back: templates by code, filled in with named values.

What is kept and searched is the English sentence alone; who translates it reads code and values from it. So the two
can never disagree, and a row needs no second column for what its text says already.
"""

import re
from collections.abc import Mapping
from string import Formatter

Values = dict[str, str | int]


class Sentences:
    """Templates as `str.format` takes them: `{name}` is text, `{name:d}` a number. The first that matches is read."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = {code: _Template(text) for code, text in templates.items()}
        self.codes = list(templates)

    def say(self, code: str, **values: str | int) -> str:
        return self._templates[code].text.format(**values)

    def read(self, sentence: str) -> tuple[str, Values] | None:
        """The code and values of a sentence, or None for one that was not said in these words."""
        for code, template in self._templates.items():
            values = template.read(sentence)
            if values is not None:
                return code, values
        return None


class _Template:
    def __init__(self, text: str) -> None:
        self.text = text
        parts = [(literal, name, kind == "d") for literal, name, kind, _ in Formatter().parse(text)]
        self._numbers = {name for _, name, number in parts if number}
        self._pattern = re.compile("".join(_expression(*part) for part in parts), re.DOTALL)

    def read(self, sentence: str) -> Values | None:
        found = self._pattern.fullmatch(sentence)
        if found is None:
            return None
        return {name: int(text) if name in self._numbers else text for name, text in found.groupdict().items()}


def _expression(literal: str, name: str | None, number: bool) -> str:
    value = "" if name is None else rf"(?P<{name}>\d+)" if number else f"(?P<{name}>.*?)"
    return re.escape(literal) + value
