"""What a browser loads of samples: the image, thumbnails made once, cache headers, and files that do not decode."""

import errno
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.datasets.conftest import picture

from maquette.datasets import media


@pytest.fixture
def flowers(pictures: Any) -> Any:
    pictures.put("a.jpg", content=picture("green", (800, 400)))
    pictures.put("broken.jpg", content=picture("green", (800, 400))[:300])
    pictures.put("text.jpg", content=b"<script>alert(1)</script>")
    return pictures.create()


def load(pictures: Any, url: str, **headers: str) -> Any:
    return pictures.api.client.get(url, headers=pictures.api.headers | headers)


def thumbnails(pictures: Any) -> list[Any]:
    return list(pictures.platform.settings.cache_dir.glob("thumbnails/*/*.webp"))


def test_the_image_itself(flowers: Any) -> None:
    source = flowers.samples()[0]["source"]
    answer = load(flowers, source)
    assert answer.content == picture("green", (800, 400))
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("inline")
    assert load(flowers, source, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    part = load(flowers, source, Range="bytes=0-9")
    assert (part.status_code, len(part.content)) == (206, 10)
    assert "immutable" not in load(flowers, source.split("?")[0]).headers["cache-control"]


def test_a_thumbnail_is_made_once(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = flowers.samples()[0]["thumbnail_url"]
    answer = load(flowers, url)
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (200, 100)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert len(thumbnails(flowers)) == 1

    def again(*_: Any) -> bytes:
        raise AssertionError("made twice")

    monkeypatch.setattr(media, "thumbnail", again)
    assert load(flowers, url).content == answer.content
    assert load(flowers, url, **{"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_a_full_disk_withholds_no_thumbnail(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    url = flowers.samples()[0]["thumbnail_url"]
    monkeypatch.setattr(Path, "write_bytes", full)
    answer = load(flowers, url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert thumbnails(flowers) == []


def test_edges_come_from_a_ladder(flowers: Any) -> None:
    base = flowers.samples()[0]["thumbnail_url"].replace("&edge=200", "")
    for edge, width in ((1, 64), (150, 200), (201, 400), (4096, 800)):
        answer = load(flowers, f"{base}&edge={edge}")
        assert Image.open(io.BytesIO(answer.content)).width == width
    for edge in (0, 5000, "x"):
        assert load(flowers, f"{base}&edge={edge}").status_code == 400


def test_a_changed_file_gets_a_new_thumbnail(flowers: Any) -> None:
    first = load(flowers, flowers.samples()[0]["thumbnail_url"])
    flowers.put("a.jpg", content=picture("blue", (400, 800)))
    flowers.ask("POST", "sync-data")
    flowers.platform.run_tasks()
    second = load(flowers, flowers.samples()[0]["thumbnail_url"])
    assert second.headers["etag"] != first.headers["etag"]
    assert Image.open(io.BytesIO(second.content)).size == (100, 200)


@pytest.mark.parametrize("which", [1, 2])
def test_a_file_that_does_not_decode(flowers: Any, which: int) -> None:
    answer = load(flowers, flowers.samples()[which]["thumbnail_url"])
    assert answer.status_code == 415
    assert answer.json()["error_code"] == "ModelArts.4359"
    assert flowers.samples()[which]["sample_name"] in answer.json()["error_msg"]
    assert thumbnails(flowers) == []


def test_a_file_over_the_limit_is_not_opened(flowers: Any) -> None:
    flowers.platform.settings.image_bytes = 100
    answer = load(flowers, flowers.samples()[0]["thumbnail_url"])
    assert (answer.status_code, "limit" in answer.json()["error_msg"]) == (415, True)


def test_a_file_that_is_gone(flowers: Any) -> None:
    flowers.api.delete("/v1", "buckets/pictures/objects/in/a.jpg")
    sample = flowers.samples()[0]
    for url in (sample["source"], sample["thumbnail_url"]):
        assert load(flowers, url).json()["error_code"] == "ModelArts.4404"


def test_a_source_opens_by_itself_and_nothing_else_does(flowers: Any) -> None:
    sample = flowers.samples()[0]
    client = flowers.api.client
    assert client.get(sample["source"]).content == client.get(sample["source"], headers=flowers.api.headers).content
    unsigned = sample["source"].partition("&expires=")[0]
    for url in (unsigned, sample["source"].replace("/media", "/thumbnail"), sample["thumbnail_url"]):
        assert client.get(url).status_code == 401
