"""Images from strangers: what one is, whether it decodes, and a small copy of it. Nothing here trusts a file's name.

Pillow does the work, for an allow-list of formats and up to a number of pixels: a file of some kilobytes can claim
gigabytes of them. Whatever a decoder raises becomes `Invalid` with a remedy, since decoders raise almost anything.
"""

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from maquette.kit.errors import Invalid, MaquetteError

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
MAX_PIXELS = 89_000_000  # just under the number at which Pillow itself begins to warn
THUMBNAIL_TYPE = "image/webp"

_REMEDY = f"Use an image that opens in other programs, as {', '.join(FORMATS[:-1])} or {FORMATS[-1]}."
_CHANNELS = {"1": 1, "L": 1, "P": 3, "RGB": 3, "YCbCr": 3, "LAB": 3, "HSV": 3, "RGBA": 4, "CMYK": 4, "LA": 2, "PA": 4}
_ORIENTATION = 0x0112
# What makes each orientation of a camera upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A palette, a mask or 16 bits cannot be scaled smoothly as they are.
_SCALABLE = {"L", "RGB", "RGBA"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says. Width and height are those a viewer shows, after the camera's orientation is applied."""

    width: int
    height: int
    channels: int
    format: str
    mode: str
    orientation: int
    animated: bool


def probe(source: Path | bytes) -> ImageFacts:
    """Read the header only: fast, and no promise that the rest decodes."""
    with _opened(source) as image:
        orientation = image.getexif().get(_ORIENTATION, 1)
        orientation = orientation if orientation in range(1, 9) else 1
        width, height = image.size if orientation < 5 else (image.height, image.width)
        return ImageFacts(
            width=width,
            height=height,
            channels=_CHANNELS.get(image.mode, 1),
            format="JPEG" if image.format == "MPO" else image.format or "",
            mode=image.mode,
            orientation=orientation,
            animated=bool(getattr(image, "is_animated", False)) and image.format != "MPO",
        )


def decode_check(source: Path | bytes) -> ImageFacts:
    """Decode the first frame fully, so that a truncated or damaged file is found; returns what `probe` does."""
    facts = probe(source)
    with _opened(source) as image:
        image.load()
    return facts


def thumbnail(source: Path | bytes, edge: int) -> bytes:
    """A WebP of the first frame that fits into a square of `edge` pixels, upright, never enlarged."""
    with _opened(source) as image:
        if image.format in ("JPEG", "MPO"):
            # The decoder itself scales by up to eight; twice the edge leaves enough for a smooth last step.
            image.draft(None, (edge * 2, edge * 2))
        image.load()
        small = _scalable(image)
        small.thumbnail((edge, edge), Image.Resampling.BILINEAR, reducing_gap=2.0)
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
        upright = small if turn is None else small.transpose(turn)
        # A colour profile describes the values that were converted away, unless none were.
        profile: object = image.info.get("icc_profile") if image.mode == "RGB" else None
        target = io.BytesIO()
        upright.save(target, "WEBP", quality=80, method=2, icc_profile=profile)
        return target.getvalue()


def _scalable(image: Image.Image) -> Image.Image:
    """The image in a mode that scales smoothly and that WebP can hold."""
    if image.mode in _SCALABLE and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):
        return _stretched(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """16 and 32 bits as 8, from the darkest to the brightest value: what matters in them is rarely at the top."""
    grey = image.convert("F")
    low, high = grey.getextrema()
    assert isinstance(low, float)
    assert isinstance(high, float)
    scale = 255 / (high - low) if high > low else 0.0
    return grey.point(lambda value: value * scale - low * scale).convert("L")


@contextmanager
def _opened(source: Path | bytes) -> Generator[Image.Image, None, None]:
    """Open by content, refuse what is too large, and turn any decoder's complaint into one a user can act on."""
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            if image.width < 1 or image.height < 1:
                raise Invalid(f"The image has no pixels. {_REMEDY}")
            yield image
    except MaquetteError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Image.UnidentifiedImageError as error:
        raise Invalid(f"The file is no image of a known format. {_REMEDY}") from error
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk's complaint, not the decoder's
        raise Invalid(f"The image is damaged or incomplete. {_REMEDY}") from error


def _too_large() -> Invalid:
    return Invalid(f"The image has more than {MAX_PIXELS:,} pixels. Scale it down or cut it into tiles.")
