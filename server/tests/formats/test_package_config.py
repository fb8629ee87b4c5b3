"""Reading the `config.json` of model packages, clean and as they are found."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.formats.package_config import BadPackage, read_config

GOOD = {"model_type": "PyTorch", "model_algorithm": "image_classification"}


def test_a_whole_config() -> None:
    api = {"url": "predict", "method": "POST", "procotol": "HTTPS", "request": {"Content-type": "multipart/from-data"}}
    told = read_config(json.dumps(GOOD | {"apis": [api], "runtime": "python3.6", "metrics": {"f1": 1}}).encode())
    assert told.apis == [
        {"url": "/predict", "method": "post", "protocol": "https", "request": api["request"], "response": {}}
    ]
    assert (told.model_type, told.runtime, told.metrics) == ("PyTorch", "python3.6", {"f1": 1})


@pytest.mark.parametrize("apis", [None, [], "text", 7, {"url": "/"}, [{}], [7]])
def test_a_package_always_answers_somewhere(apis: object) -> None:
    assert [api["url"] for api in read_config(json.dumps(GOOD | {"apis": apis}).encode()).apis] == ["/"]


def test_comments_and_trailing_commas() -> None:
    text = '\ufeff{ // why\n "model_type": "pytorch", /* a\n "b": */ "model_algorithm": "a//b,]",\n'
    text += ' "apis": [{"url": "/x",},],}'
    told = read_config(text.encode())
    assert (told.model_type, told.model_algorithm, told.apis[0]["url"]) == ("PyTorch", "a//b,]", "/x")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "line 1"),
        (b'{/* a\n\n*/\n"x" 1}', "line 4"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[]", "one JSON object"),
        (b"{}", "model_type must be one of"),
        (b'{"model_type": "PyTorch"}', "model_algorithm needs"),
        (json.dumps(GOOD | {"model_algorithm": "a" * 37}).encode(), "model_algorithm needs"),
        (b" " * ((1 << 20) + 1), "1 MiB"),
        (b"[" * 100_000, "line 1"),
    ],
)
def test_faults_are_named(content: bytes, reason: str) -> None:
    with pytest.raises(BadPackage, match=reason):
        read_config(content)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.lists(st.text(max_size=5)), max_size=5))
def test_clean_json_is_read_as_it_is(metrics: dict[str, object]) -> None:
    assert read_config(json.dumps(GOOD | {"metrics": metrics}, ensure_ascii=False).encode()).metrics == metrics


@given(st.binary(max_size=200))
def test_nothing_but_a_bad_package_is_raised(content: bytes) -> None:
    with suppress(BadPackage):
        read_config(content)
