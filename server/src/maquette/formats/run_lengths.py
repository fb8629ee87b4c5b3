"""Masks as COCO's run lengths, and the polygons that surround exactly their pixels.

Runs go down the columns, background first. Everything works on runs, never on pixels: time and memory follow the
length of the input, whatever size it claims. Rings run along the edges of pixels, from the corner that is leftmost and
then uppermost, first to the right. Pixels that touch only at a corner are apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from maquette.formats.shapes import Ring

Polygon = tuple[Ring, list[Ring]]
"""A ring and the rings of its holes."""

Columns = tuple[int, int, list[int]]
"""Columns that are alike: the first, the one behind the last, and where runs of foreground start and end in them."""


def expanded(text: str) -> list[int] | None:
    """The counts of a compressed mask, or None when the text is none.

    Five bits a character, the lowest first; the sixth says that more follow. From the fourth on, counts are given as
    the difference to the one before the last.
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or shift > 60:
            return None
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    return None if shift else counts


def polygons_of(counts: Iterable[int], width: int, height: int) -> list[Polygon] | None:
    """The polygons around a mask's pixels, or None when the counts do not make up the picture."""
    columns = _columns(counts, width, height)
    if columns is None:
        return None
    outline = _Outline()
    previous: list[int] = []
    behind = 0
    for first, last, bounds in columns:
        if first > behind:
            outline.cross(behind, previous, [])
            previous = []
        outline.cross(first, previous, bounds)
        previous, behind = bounds, last
    outline.cross(behind, previous, [])
    return outline.polygons()


def counts_of(polygons: list[Polygon], width: int, height: int) -> list[int] | None:
    """The counts of the mask that these polygons surround, or None when they do not surround exactly its pixels."""
    rings = [ring for outer, holes in polygons for ring in (outer, *holes)]
    sides: list[tuple[int, int, int]] = []
    for ring in rings:
        for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]):
            if (x0 != x1 and y0 != y1) or not (0 <= x0 <= width and 0 <= y0 <= height):
                return None
            if x0 != x1:
                sides.append((int(min(x0, x1)), int(max(x0, x1)), int(y0)))
    counts = _counts(sides, width, height)
    found = polygons_of(counts, width, height) if sum(counts) == width * height else None
    return counts if found is not None and _settled(found) == _settled(polygons) else None


def canonical(ring: Ring) -> Ring:
    """The same ring from its leftmost and then uppermost corner, first towards the right one of its neighbours."""
    start = ring.index(min(ring))
    turned = ring[start:] + ring[:start]
    return turned if turned[1] > turned[-1] else [turned[0], *reversed(turned[1:])]


@dataclass(slots=True)
class _Outline:
    """The corners of all rings, each tied to the next one along its row and along its column."""

    corners: list[list[float]] = field(default_factory=list[list[float]])
    along: list[int] = field(default_factory=list[int])
    down: list[int] = field(default_factory=list[int])
    # For each corner that begins a side to the right: whether foreground lies below it; and for those where it lies
    # above, the corner that begins the other side of that foreground.
    is_top: dict[int, bool] = field(default_factory=dict[int, bool])
    across: dict[int, int] = field(default_factory=dict[int, int])
    begun: dict[int, int] = field(default_factory=dict[int, int])

    def cross(self, x: int, left: list[int], right: list[int]) -> None:
        """Draw the border between two columns, given where runs start and end to its left and right."""
        before = {y: at % 2 == 0 for at, y in enumerate(left)}
        after = {y: at % 2 == 0 for at, y in enumerate(right)}
        starts = dict(zip(right[1::2], right[::2], strict=True))
        above: int | None = None
        for y in sorted({y for y, _ in before.items() ^ after.items()}):
            upper = lower = self._corner(x, y)
            if y in before and y in after:  # two pixels touch here: each keeps its own corner
                lower = self._corner(x, y)
            if above is None:
                above = lower
            else:
                self._tie(self.down, above, upper)
                above = lower if lower != upper else None
            if y in before:
                self._tie(self.along, self.begun.pop(y), lower if before[y] else upper)
            if y in after:
                node = upper if not after[y] else lower
                self.begun[y] = node
                self.is_top[node] = after[y]
                if not after[y]:
                    self.across[node] = self.begun[starts[y]]

    def polygons(self) -> list[Polygon]:
        """Follow every ring, and give each hole to the polygon it lies in."""
        ring_of = [-1] * len(self.corners)
        polygons: list[Polygon] = []
        owners: list[int] = []
        # In this order a ring is met at its first corner, and after everything that can surround it.
        for start in sorted(range(len(self.corners)), key=lambda node: (self.corners[node], not self.is_top.get(node))):
            if ring_of[start] >= 0:
                continue
            ring: Ring = []
            node = start
            while ring_of[node] < 0:
                across = self.along[node]
                ring_of[node] = ring_of[across] = len(owners)
                ring += [self.corners[node], self.corners[across]]
                node = self.down[across]
            if self.is_top[start]:
                owners.append(len(polygons))
                polygons.append((ring, []))
            else:
                owner = owners[ring_of[self.across[start]]]
                owners.append(owner)
                polygons[owner][1].append(ring)
        return polygons

    def _corner(self, x: int, y: int) -> int:
        self.corners.append([x, y])
        self.along.append(-1)
        self.down.append(-1)
        return len(self.corners) - 1

    @staticmethod
    def _tie(links: list[int], one: int, other: int) -> None:
        links[one], links[other] = other, one


def _columns(counts: Iterable[int], width: int, height: int) -> list[Columns] | None:
    """The columns that hold foreground, those that a run fills wholly taken together."""
    columns: list[Columns] = []
    at, is_foreground = 0, False
    for count in counts:
        if count < 0 or at + count > width * height:
            return None
        end = at + count
        while is_foreground and at < end:
            x, y = divmod(at, height)
            whole = (end - at) // height if y == 0 else 0
            if whole:
                columns.append((x, x + whole, [0, height]))
                at += whole * height
            else:
                bottom = min(end, (x + 1) * height)
                _add_run(columns, x, y, bottom - x * height)
                at = bottom
        at, is_foreground = end, not is_foreground
    return columns if at == width * height else None


def _add_run(columns: list[Columns], x: int, start: int, end: int) -> None:
    if not columns or columns[-1][0] != x:
        columns.append((x, x + 1, [start, end]))
    elif columns[-1][2][-1] == start:
        columns[-1][2][-1] = end
    else:
        columns[-1][2].extend((start, end))


def _counts(sides: list[tuple[int, int, int]], width: int, height: int) -> list[int]:
    """Runs down the columns between horizontal sides, which start and end foreground in turn."""
    counts = [0]
    is_foreground = False

    def run(length: int, foreground: bool) -> None:
        nonlocal is_foreground
        if length and foreground != is_foreground:
            counts.append(0)
            is_foreground = foreground
        counts[-1] += length

    for first, last, ys in _bands(sides, width):
        for _ in range(last - first):
            at, inside = 0, False
            for y in ys:
                run(y - at, inside)
                at, inside = y, not inside
            run(height - at, inside)
    return counts


def _bands(sides: list[tuple[int, int, int]], width: int) -> Iterator[Columns]:
    xs = sorted({0, width, *(x for first, last, _ in sides for x in (first, last))})
    entering = sorted(sides)
    active: list[tuple[int, int, int]] = []
    at = 0
    for first, last in pairwise(xs):
        while at < len(entering) and entering[at][0] == first:
            active.append(entering[at])
            at += 1
        active = [side for side in active if side[1] > first]
        yield first, last, sorted(y for _, _, y in active)


def _settled(polygons: list[Polygon]) -> list[tuple[Ring, list[Ring]]]:
    return sorted((canonical(outer), sorted(map(canonical, holes))) for outer, holes in polygons)
