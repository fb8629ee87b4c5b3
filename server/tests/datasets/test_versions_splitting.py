"""Dividing samples by label sets: exact in total, fair to every stratum, the same again with the same seed."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.datasets.splitting import EVAL, TRAIN, Stratum, divider, parse_ratio, train_quotas
from maquette.kit.errors import Invalid

STRATA = st.lists(st.sampled_from([(), (1,), (2,), (1, 2), (3,), (4,), (1, 3, 4)]), min_size=0, max_size=200)
RATIOS = st.fractions(0, 1, max_denominator=100)


@given(STRATA, RATIOS, st.integers(0, 2**31 - 1))
def test_every_split_keeps_its_promises(strata: list[Stratum], ratio: Fraction, seed: int) -> None:
    side = divider(strata, ratio, seed)
    sides = [side(stratum) for stratum in strata]
    again = divider(strata, ratio, seed)
    assert sides == [again(stratum) for stratum in strata]

    sizes = Counter(strata)
    trained = Counter(stratum for stratum, chosen in zip(strata, sides, strict=True) if chosen == TRAIN)
    assert set(sides) <= {TRAIN, EVAL}
    assert {stratum: trained[stratum] for stratum in sizes} == train_quotas(sizes, ratio)
    if 0 < ratio < 1:
        for stratum, size in sizes.items():
            if size > 1:
                assert 1 <= trained[stratum] <= size - 1
            # No stratum strays further from its share than rounding and the one sample per side demand.
            assert abs(trained[stratum] - ratio * size) <= 2
        if len(strata) > 1:
            assert {TRAIN, EVAL} == set(sides)


@given(STRATA, RATIOS)
def test_the_total_is_the_ratio_where_no_side_would_be_empty(strata: list[Stratum], ratio: Fraction) -> None:
    sizes = Counter(strata)
    quotas = train_quotas(sizes, ratio)
    wanted = round(ratio * len(strata))
    if 0 < ratio < 1:
        least = sum(size > 1 for size in sizes.values())
        most = sum(size - 1 if size > 1 else 1 for size in sizes.values())
        wanted = min(max(wanted, 1), len(strata) - 1) if len(strata) > 1 else wanted
        wanted = min(max(wanted, least), most)
    assert sum(quotas.values()) == wanted


def test_four_fifths_of_each_label() -> None:
    assert train_quotas({(1,): 50, (2,): 30, (): 20}, Fraction(4, 5)) == {(1,): 40, (2,): 24, (): 16}


def test_ends_of_the_range_leave_one_side_empty() -> None:
    assert train_quotas({(1,): 3}, Fraction(0)) == {(1,): 0}
    assert parse_ratio("0") == 0


@pytest.mark.parametrize("text", ["", "1", "1.00", " "])
def test_no_split(text: str) -> None:
    assert parse_ratio(text) is None


@pytest.mark.parametrize("text", ["0.8", ".8", " 0.80 "])
def test_a_share(text: str) -> None:
    assert parse_ratio(text) == Fraction(4, 5)


@pytest.mark.parametrize("text", ["1.01", "-0.1", "NaN", "Infinity", "half", "0,8", "8e-1", "1e-99999999", "٠.٨"])
def test_no_share(text: str) -> None:
    with pytest.raises(Invalid, match="number from 0 to 1"):
        parse_ratio(text)
