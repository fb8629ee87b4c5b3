"""Turns screenshots of the journeys into the guide's pictures: `python guide_images.py` after `make e2e`.

The pictures are the light theme at 1280 pixels in both languages.
"""

from pathlib import Path

from PIL import Image

SHOTS = Path(__file__).parent / ".shots"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
LARGEST = 250_000
NAMES = {
    "upload": "uploads",
    "create-dataset": "create-dataset",
    "labelling": "dataset-labelling",
    "version": "version",
    "job-log": "job-log",
    "predict": "service-predict",
}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, shot in NAMES.items():
        for language, ending in (("en", ""), ("zh-CN", ".zh-CN")):
            target = IMAGES / f"{name}{ending}.png"
            with Image.open(SHOTS / f"{shot}.{language}.light.png") as picture:
                picture.convert("RGB").save(target, optimize=True)
            size = target.stat().st_size
            print(f"{target.name}: {size // 1000} kB")
            assert size < LARGEST, f"{target.name} is too large"


if __name__ == "__main__":
    main()
