"""Names of buckets and objects: what passes, what does not, and what the refusal says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maquette.kit.errors import Invalid
from maquette.storage import obs_url, parse_obs_url, safe_key
from maquette.storage.keys import safe_bucket


@pytest.mark.parametrize(
    "key",
    [
        "a",
        "a/b",
        "folder/",
        "图像/猫.jpg",
        "a b",
        "...",
        "..a",
        "a..",
        "x" * 255,
        "é" * 127,
        "d/" * 511 + "ab",
        "%2e%2e/x",
        "~",
    ],
)
def test_good_keys_pass_unchanged(key: str) -> None:
    assert safe_key(key) == key


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "empty"),
        ("/", "slash"),
        ("/etc/passwd", "begins with a slash"),
        ("//a", "begins with a slash"),
        ("a//b", "empty segment"),
        ("a//", "empty segment"),
        ("..", "'..'"),
        ("../a", "'..'"),
        ("a/../b", "'..'"),
        ("a/..", "'..'"),
        ("a/../", "'..'"),
        (".", "'.'"),
        ("./a", "'.'"),
        ("a/./b", "'.'"),
        ("a\\b", "backslash"),
        ("..\\..\\a", "backslash"),
        ("图\\b", "backslash"),
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\tb", "U+0009"),
        ("a\x7f", "U+007F"),
        ("a\x85b", "U+0085"),
        ("a\x1b[31m", "U+001B"),
        ("photo\u202egpj.exe", "U+202E"),
        ("\u2066a\u2069", "U+2066"),
        ("a\ud800b", "UTF-8"),
        ("x" * 256, "256 bytes"),
        ("é" * 128, "256 bytes"),
        ("d/" * 512 + "a", "1025 bytes"),
    ],
)
def test_hostile_keys_are_refused_with_reason_and_remedy(key: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        safe_key(key)
    assert reason in caught.value.message
    assert "Use a relative name" in caught.value.message
    assert caught.value.message.isprintable()


@given(st.text())
def test_no_key_climbs(key: str) -> None:
    try:
        safe_key(key)
    except Invalid as error:
        error.message.encode()
    else:
        assert not {"", ".", ".."} & set(key.removesuffix("/").split("/"))
        assert len(key.encode()) <= 1024


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("obs://bucket/a/b.txt", ("bucket", "a/b.txt")),
        ("s3://bucket/a/", ("bucket", "a/")),
        ("S3://bucket/a", ("bucket", "a")),
        ("/bucket/a/", ("bucket", "a/")),
        ("/bucket/", ("bucket", "")),
        ("obs://bucket", ("bucket", "")),
        ("obs://my.bucket-1/图", ("my.bucket-1", "图")),
    ],
)
def test_addresses(url: str, expected: tuple[str, str]) -> None:
    assert parse_obs_url(url) == expected
    assert parse_obs_url(obs_url(*expected)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bucket/a",
        "http://bucket/a",
        "obs:/bucket/a",
        "obs://",
        "obs:///a",
        "//bucket/a",
        "/",
        "obs://B/a",
        "obs://bucket//a",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Invalid):
        parse_obs_url(url)


@pytest.mark.parametrize(
    "name", ["ab", "a" * 64, "Upper", "under_score", "a..b", "-ab", "ab-", ".ab", "ab.", "a/b", "名字", "abc\n", ""]
)
def test_bad_bucket_names(name: str) -> None:
    with pytest.raises(Invalid):
        safe_bucket(name)


def test_good_bucket_names() -> None:
    for name in ("abc", "a" * 63, "my-bucket.data.1", "123"):
        assert safe_bucket(name) == name
