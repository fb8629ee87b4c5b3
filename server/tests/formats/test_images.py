"""Images as cameras, scanners and attackers make them."""

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from maquette.formats.images import decode_check, probe, thumbnail
from maquette.kit.errors import Invalid


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, format_, **options)
    return target.getvalue()


def shown(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "WEBP"
    return image


def halves(mode: str = "RGB", size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of some bytes that claims any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))

    header = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("format_", "mode", "channels"),
    [
        ("JPEG", "RGB", 3),
        ("JPEG", "L", 1),
        ("JPEG", "CMYK", 4),
        ("PNG", "RGB", 3),
        ("PNG", "RGBA", 4),
        ("PNG", "P", 3),
        ("PNG", "LA", 2),
        ("PNG", "1", 1),
        ("PNG", "I;16", 1),
        ("BMP", "RGB", 3),
        ("GIF", "P", 3),
        ("WEBP", "RGB", 3),
        ("TIFF", "RGB", 3),
        ("TIFF", "F", 1),
    ],
)
def test_every_format_and_mode(format_: str, mode: str, channels: int, tmp_path: Path) -> None:
    data = encoded(halves("I").convert("I;16") if mode == "I;16" else halves(mode), format_)
    facts = probe(data)
    assert (facts.width, facts.height, facts.channels, facts.format) == (80, 40, channels, format_)
    assert not facts.animated
    assert decode_check(data) == facts
    (tmp_path / "image").write_bytes(data)
    assert probe(tmp_path / "image") == facts
    small = shown(thumbnail(data, 20))
    assert small.size == (20, 10)
    left, right = (small.convert("L").getpixel((x, 5)) for x in (3, 16))
    assert left != right


def test_colours_survive() -> None:
    for data in (encoded(halves(), "JPEG", quality=95), encoded(halves("CMYK"), "TIFF"), encoded(halves("P"), "PNG")):
        red, green, blue = shown(thumbnail(data, 40)).convert("RGB").getpixel((8, 10))  # type: ignore[misc]
        assert red > 200
        assert max(green, blue) < 80


def test_transparency_survives() -> None:
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    image.paste((0, 255, 0, 255), (0, 0, 20, 40))
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 255, 0, 255, 0, 0])
    palette.paste(0, (0, 0, 20, 40))
    for data in (encoded(image, "PNG"), encoded(palette, "PNG", transparency=1)):
        small = shown(thumbnail(data, 20))
        assert small.mode == "RGBA"
        assert small.getpixel((3, 10))[3] == 255  # type: ignore[index]
        assert small.getpixel((16, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_orientation_is_applied(orientation: int) -> None:
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("black", (0, 0, 16, 16))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the turn that undoes the one applied on showing
    turned = upright if orientation == 1 else upright.transpose(Image.Transpose(back[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    for format_ in ("JPEG", "PNG"):
        data = encoded(turned, format_, exif=exif)
        facts = probe(data)
        assert (facts.width, facts.height, facts.orientation) == (64, 32, orientation)
        small = shown(thumbnail(data, 32)).convert("L")
        assert small.size == (32, 16)
        assert small.getpixel((3, 3)) < 60  # type: ignore[operator]
        assert small.getpixel((28, 12)) > 200  # type: ignore[operator]


def test_the_first_frame_of_an_animation() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    for format_ in ("GIF", "WEBP"):
        data = encoded(frames[0], format_, save_all=True, append_images=frames[1:])
        assert probe(data).animated
        assert shown(thumbnail(data, 10)).convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_small_images_are_not_enlarged() -> None:
    assert shown(thumbnail(encoded(halves(size=(8, 4)), "PNG"), 100)).size == (8, 4)
    assert shown(thumbnail(encoded(Image.new("RGB", (4000, 1)), "PNG"), 100)).size == (100, 1)


@pytest.mark.parametrize("size", [(50_000, 50_000), (9_500, 9_500), (2**31 - 1, 2**31 - 1)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    for call in (probe, decode_check, lambda data: thumbnail(data, 64)):
        with pytest.raises(Invalid, match="pixels"):
            call(claimed_png(*size))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_truncated_images_are_found(format_: str) -> None:
    image = Image.effect_noise((200, 200), 50).convert("RGB")
    data = encoded(image, format_)
    for call in (decode_check, lambda data: thumbnail(data, 64)):
        with pytest.raises(Invalid, match="Use an image") as caught:
            call(data[: len(data) // 2])
        assert caught.value.status == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"8BPS\x00\x01" + b"\x00" * 60,
        b"\xff\xd8\xff",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"II*\x00\x08\x00\x00\x00",
        b"P6 2 2 255 " + b"\x00" * 12,
    ],
)
def test_what_is_no_image(data: bytes) -> None:
    for call in (probe, decode_check, lambda data: thumbnail(data, 64)):
        with pytest.raises(Invalid):
            call(data)


SEEDS = [encoded(halves(), format_) for format_ in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
@pytest.mark.filterwarnings("ignore")
def test_damage_anywhere_gives_an_image_or_a_clear_no(seed: bytes, damage: list[tuple[int, int]]) -> None:
    data = bytearray(seed)
    for at, value in damage:
        data[at % len(data)] = value
    for call in (probe, decode_check, lambda source: thumbnail(source, 16)):
        with contextlib.suppress(Invalid):
            call(bytes(data))


def test_an_absent_file_is_not_a_damaged_image(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "absent")
