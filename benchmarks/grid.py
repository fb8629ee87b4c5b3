"""Frames while a dataset of 100,000 samples scrolls by in a headless Chromium, by wheel and by dragging the scrollbar,
against an empty page of the same height scrolled likewise in the same browser.

The pictures are hard links of 200 small PNGs, put into the dataset by its own sync; their thumbnails really load. The
browser paints without a GPU and shares the machine with the server. `grid.mjs` moves the mouse and counts.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image
from serving import Served, served

SAMPLES, PICTURES = 100_000, 200
_CONSOLE = Path(__file__).parents[1] / "console"


def main() -> list[tuple[str, str, str, str]]:
    with served() as server:
        dataset_id = _fill(server)
        words = ["node.py", "node", str(Path(__file__).with_suffix(".mjs")), server.sign_in, dataset_id]
        done = subprocess.run([sys.executable, *words], cwd=_CONSOLE, stdout=subprocess.PIPE, text=True, check=True)
    seen: dict[str, dict[str, Any]] = json.loads(done.stdout)
    ways = seen["grid"]
    return [
        (
            f"{SAMPLES:,} samples scrolled by {way}",
            f"{ways[way]['fps']:.1f} fps",
            f"{_told(ways[way])}; an empty page {seen['empty'][way]['fps']:.1f} fps, {_told(seen['empty'][way])}",
            "60 fps",
        )
        for way in ways
    ]


def _told(frames: dict[str, float]) -> str:
    return f"p50 {frames['p50']:.1f} ms, p95 {frames['p95']:.1f} ms, {frames['slow']:.1%} over 20 ms"


def _fill(server: Served) -> str:
    call = server.rest.call
    call("POST", "v1", "buckets", json={"name": "bench"})
    folder = server.settings.buckets_dir / "bench" / "images"
    folder.mkdir(parents=True)
    for number in range(SAMPLES):
        path = folder / f"{number:06d}.png"
        if number < PICTURES:
            _picture(number).save(path)
        else:
            os.link(folder / f"{number % PICTURES:06d}.png", path)
    body = {
        "dataset_name": "bench",
        "dataset_type": 0,
        "data_sources": [{"data_type": 0, "data_path": "/bench/images/"}],
        "work_path": "/bench/work/",
        "work_path_type": 0,
        "labels": [{"name": "cat"}, {"name": "dog"}],
    }
    dataset_id = call("POST", "v2", "datasets", json=body)["dataset_id"]
    while call("GET", "v2", f"datasets/{dataset_id}/sync-data/status")["status"] != "COMPLETED":
        time.sleep(0.1)
    found = call("GET", "v2", f"datasets/{dataset_id}")["total_sample_count"]
    assert found == SAMPLES, found
    return dataset_id


def _picture(number: int) -> Image.Image:
    """256 × 256 pixels that differ from each other."""
    turned = [Image.linear_gradient("L").rotate(number * step) for step in (7, 31)]
    return Image.merge("RGB", [Image.radial_gradient("L"), *turned])


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
