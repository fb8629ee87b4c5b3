"""Pagination as the contract spells it: some operations count rows, others pages from 0 or from 1."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

INT64_MAX = 2**63 - 1
Int64 = Annotated[int, Field(ge=-INT64_MAX - 1, le=INT64_MAX)]


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list: `skip` rows, then at most `limit`."""

    skip: int
    limit: int


def page_numbered(limit: int, offset: int) -> Page:
    """The data operations' `offset` is a page number that begins at 0."""
    return Page(offset * limit, limit)
