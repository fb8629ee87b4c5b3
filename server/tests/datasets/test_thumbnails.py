"""The thumbnail cache stays within its limit, keeps what is used, and forgives crashes and strangers."""

import hashlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from maquette.datasets import thumbnails
from maquette.datasets.thumbnails import DRAFT_S, FOLDERS, LOOK_EVERY, ThumbnailCache

SIZE = 1000
SHARE = 20 * SIZE


@pytest.fixture(autouse=True)
def counted_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_writes", itertools.count())


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(tmp_path, SHARE * FOLDERS)


def names() -> Iterator[str]:
    """Names that fall into one folder."""
    return (f"aa{hashlib.sha256(str(number).encode()).hexdigest()[2:]}" for number in itertools.count())


def kept(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("*/*.webp"))


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_is_kept_is_found(cache: ThumbnailCache) -> None:
    name = next(names())
    assert cache.find(name) is None
    cache.keep(name, b"picture")
    assert cache.find(name) == b"picture"


def test_it_stays_within_its_limit(cache: ThumbnailCache, tmp_path: Path) -> None:
    most = 0
    for name in itertools.islice(names(), 200):
        cache.keep(name, b"x" * SIZE)
        most = max(most, len(kept(tmp_path)) * SIZE)
    assert most <= SHARE + LOOK_EVERY * SIZE
    assert most > SHARE / 2


def test_the_longest_unused_go_first(cache: ThumbnailCache, tmp_path: Path) -> None:
    made = list(itertools.islice(names(), 2 * LOOK_EVERY + 8))
    for name in made[: 2 * LOOK_EVERY]:
        cache.keep(name, b"x" * SIZE)
    for number, name in enumerate(made[: 2 * LOOK_EVERY]):
        age(tmp_path / "aa" / f"{name}.webp", 10 * 3600 - number)
    assert cache.find(made[0]) is not None  # the oldest, and used just now
    for name in made[2 * LOOK_EVERY :]:
        cache.keep(name, b"x" * SIZE)
    cache.keep("aa" + "f" * 62, b"x" * SIZE)
    assert cache.find(made[0]) is not None
    assert cache.find(made[1]) is None


def test_a_limit_of_nothing_keeps_nothing_for_long(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path, 0)
    for name in itertools.islice(names(), LOOK_EVERY + 1):
        cache.keep(name, b"x")
    assert kept(tmp_path) == []


def test_what_a_crash_left_goes_too(cache: ThumbnailCache, tmp_path: Path) -> None:
    (tmp_path / "aa").mkdir()
    old, young = tmp_path / "aa" / "x.draft-of-a-dead-process", tmp_path / "aa" / "y.draft"
    for path in (old, young):
        path.write_bytes(b"half")
    age(old, DRAFT_S + 60)
    cache.keep(next(names()), b"x")
    assert (old.exists(), young.exists()) == (False, True)


def test_a_file_that_vanishes_meanwhile_is_no_error(
    cache: ThumbnailCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = os.unlink

    def twice(path: str) -> None:
        unlink(path)
        unlink(path)

    monkeypatch.setattr("maquette.datasets.thumbnails.os.unlink", twice)
    for name in itertools.islice(names(), 60):
        cache.keep(name, b"x" * SIZE)
    assert len(kept(tmp_path)) * SIZE <= SHARE + LOOK_EVERY * SIZE
