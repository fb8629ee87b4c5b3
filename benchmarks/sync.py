"""Syncing 10,000 new images into a dataset, against a bare walk of the same folder with a stat of each file."""

import os
import time
from pathlib import Path

from serving import percentile, served

FILES = 10_000


def main() -> list[tuple[str, str, str, str]]:
    with served() as server:
        rest = server.rest
        rest.call("POST", "v1", "buckets", json={"name": "bench"})
        folder = server.settings.buckets_dir / "bench" / "images"
        folder.mkdir(parents=True)
        for number in range(FILES):
            (folder / f"{number:05d}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
        bare = percentile([_walk(folder) for _ in range(5)], 0.5)
        body = {
            "dataset_name": "bench",
            "dataset_type": 0,
            "data_sources": [{"data_type": 0, "data_path": "/bench/images/"}],
            "work_path": "/bench/work/",
            "work_path_type": 0,
        }
        begun = time.perf_counter()
        dataset_id = rest.call("POST", "v2", "datasets", json=body)["dataset_id"]
        address = f"datasets/{dataset_id}/sync-data/status"
        while rest.call("GET", "v2", address)["status"] != "COMPLETED":
            time.sleep(0.005)
        took = time.perf_counter() - begun
        found = rest.call("GET", "v2", f"datasets/{dataset_id}")["total_sample_count"]
    assert found == FILES, found
    reference = f"{took / bare:.1f} × a bare walk with stat ({bare * 1000:.0f} ms)"
    return [(f"sync of {FILES:,} new images", f"{took * 1000:.0f} ms", reference, "20 ×")]


def _walk(folder: Path) -> float:
    begun = time.perf_counter()
    for root, _, names in os.walk(folder):
        for name in names:
            os.stat(os.path.join(root, name))
    return time.perf_counter() - begun


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
