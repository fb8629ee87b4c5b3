"""Dividing samples into a training and an evaluation side, the same share of every set of labels on each.

Pure and deterministic: the same samples in the same order with the same seed give the same sides. Memory grows with
the number of distinct label sets, not with the number of samples.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor

from maquette.kit.errors import Invalid

Stratum = tuple[int, ...]
"""The codes of a sample's labels, each once, in order; empty for an unlabelled one."""

TRAIN, EVAL = "TRAIN", "EVAL"

_PLAIN = re.compile(r"[+-]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})", re.ASCII)


def parse_ratio(text: str) -> Fraction | None:
    """The share of training samples, or None when nothing is to be divided (empty, or all of it)."""
    if not text.strip():
        return None
    # An exponent could ask for a fraction of a hundred million digits.
    ratio = Decimal(text) if _PLAIN.fullmatch(text.strip()) else None
    if ratio is None or not 0 <= ratio <= 1:
        raise Invalid(
            f"train_evaluate_sample_ratio '{text[:40]}' is no number from 0 to 1. Write the share of the training "
            "samples, such as 0.8, or 1.00 for no split."
        )
    return None if ratio == 1 else Fraction(ratio)


def train_quotas(sizes: Mapping[Stratum, int], ratio: Fraction) -> dict[Stratum, int]:
    """How many samples of each stratum train.

    In total it is the ratio as nearly as can be; within a stratum of two or more, each side gets at least one (unless
    the ratio leaves one side empty on purpose). What is left by rounding down goes to the largest remainders.
    """
    if ratio in (0, 1):
        return {stratum: size * int(ratio) for stratum, size in sizes.items()}
    least = {stratum: 1 if size > 1 else 0 for stratum, size in sizes.items()}
    most = {stratum: size - 1 if size > 1 else size for stratum, size in sizes.items()}
    quotas = {stratum: min(max(floor(ratio * size), least[stratum]), most[stratum]) for stratum, size in sizes.items()}
    total = sum(sizes.values())
    wanted = round(ratio * total)
    if total > 1:
        wanted = min(max(wanted, 1), total - 1)
    wanted = min(max(wanted, sum(least.values())), sum(most.values()))
    while missing := wanted - sum(quotas.values()):
        step = 1 if missing > 0 else -1
        bound = most if missing > 0 else least
        movable = [stratum for stratum in sizes if quotas[stratum] != bound[stratum]]
        movable.sort(key=lambda stratum: (step * (quotas[stratum] - ratio * sizes[stratum]), stratum))
        for stratum in movable[: abs(missing)]:
            quotas[stratum] += step
    return quotas


def divider(strata: Iterable[Stratum], ratio: Fraction, seed: int) -> Callable[[Stratum], str]:
    """Give each sample its side: call the result once for every sample of `strata`, in the same order.

    Within a stratum this is selection sampling, which takes exactly the quota, every subset being as likely.
    """
    left: dict[Stratum, int] = {}
    for stratum in strata:
        left[stratum] = left.get(stratum, 0) + 1
    wanted = train_quotas(left, ratio)
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, no secret

    def side(stratum: Stratum) -> str:
        trains = generator.random() * left[stratum] < wanted[stratum]
        left[stratum] -= 1
        wanted[stratum] -= trains
        return TRAIN if trains else EVAL

    return side
