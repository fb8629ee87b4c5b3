"""Run lengths: polygons surround exactly the pixels of a mask, and lead back to its counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maquette.formats.run_lengths import canonical, counts_of, expanded, polygons_of
from maquette.formats.shapes import Ring

Mask = list[list[bool]]


def counts_of_mask(mask: Mask) -> list[int]:
    """Pixel by pixel, down the columns."""
    counts, value = [0], False
    for x in range(len(mask[0])):
        for row in mask:
            if row[x] != value:
                counts.append(0)
                value = row[x]
            counts[-1] += 1
    return counts


def surrounds(ring: Ring, x: float, y: float) -> bool:
    inside = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if x0 == x1 and min(y0, y1) < y < max(y0, y1) and x0 < x:
            inside = not inside
    return inside


def pieces(mask: Mask) -> int:
    """How many groups of pixels there are that touch side by side."""
    left = {(x, y) for y, row in enumerate(mask) for x, value in enumerate(row) if value}
    found = 0
    while left:
        found += 1
        waiting = [left.pop()]
        while waiting:
            x, y = waiting.pop()
            near = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & left
            left -= near
            waiting.extend(near)
    return found


masks = st.integers(1, 7).flatmap(
    lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=7)
)


@settings(deadline=None, max_examples=150)
@given(masks)
def test_polygons_surround_exactly_the_pixels(mask: Mask) -> None:
    counts = counts_of_mask(mask)
    width, height = len(mask[0]), len(mask)
    polygons = polygons_of(counts, width, height)
    assert polygons is not None
    assert len(polygons) == pieces(mask)
    for y, row in enumerate(mask):
        for x, value in enumerate(row):
            covers = sum(
                surrounds(outer, x + 0.5, y + 0.5) - sum(surrounds(hole, x + 0.5, y + 0.5) for hole in holes)
                for outer, holes in polygons
            )
            assert covers == value
    assert all(canonical(ring) == ring for outer, holes in polygons for ring in (outer, *holes))
    assert counts_of(polygons, width, height) == counts
    turned = [([*outer[2:], *outer[:2]][::-1], holes) for outer, holes in polygons]
    assert counts_of(turned, width, height) == counts


def test_a_ring_with_a_hole_with_an_island() -> None:
    rows = ["#####", "#...#", "#.#.#", "#...#", "#####"]
    mask = [[pixel == "#" for pixel in row] for row in rows]
    assert polygons_of(counts_of_mask(mask), 5, 5) == [
        ([[0, 0], [5, 0], [5, 5], [0, 5]], [[[1, 1], [4, 1], [4, 4], [1, 4]]]),
        ([[2, 2], [3, 2], [3, 3], [2, 3]], []),
    ]


@pytest.mark.parametrize("counts", [[1, 2], [0, 5], [-1, 5], [2, -1, 3], []])
def test_counts_that_do_not_make_up_the_picture(counts: list[int]) -> None:
    assert polygons_of(counts, 2, 2) is None


def test_runs_of_no_length_change_nothing() -> None:
    assert (
        polygons_of([0, 1, 0, 1, 0, 2], 2, 2) == polygons_of([0, 4], 2, 2) == [([[0, 0], [2, 0], [2, 2], [0, 2]], [])]
    )


@pytest.mark.parametrize(
    "ring",
    [
        [[0, 0], [2, 0], [2, 2]],
        [[0, 0], [1.5, 0], [1.5, 2], [0, 2]],
        [[0, 0], [3, 0], [3, 1], [0, 1]],
        [[-1, 0], [1, 0], [1, 1], [-1, 1]],
        [[0, 0], [1, 0], [2, 0], [2, 2], [0, 2]],
        [[0, 0], [10**9, 0], [10**9, 10**9], [0, 10**9]],
    ],
)
def test_what_does_not_run_along_pixels_has_no_counts(ring: Ring) -> None:
    assert counts_of([(ring, [])], 2, 2) is None


def test_the_compressed_form() -> None:
    # Four counts below 16 are a character each; the fourth is given as its difference to the second.
    assert expanded("432N") == [4, 3, 2, 1]
    assert expanded("PP1") == [1024]
    assert expanded("0" * 3 + "0") == [0, 0, 0, 0]
    assert expanded("PP") is None
    assert expanded("~") is None
    assert expanded("é") is None
    assert expanded("o" * 100) is None


@given(st.text(max_size=20) | st.text("0123456789MNOPQ`o", max_size=20))
def test_no_text_makes_it_raise(text: str) -> None:
    counts = expanded(text)
    if counts is not None:
        polygons_of(counts, 5, 4)


def test_the_size_that_a_mask_claims_costs_nothing() -> None:
    edge = 1 << 20
    assert polygons_of([0, edge * edge], edge, edge) == [([[0, 0], [edge, 0], [edge, edge], [0, edge]], [])]
