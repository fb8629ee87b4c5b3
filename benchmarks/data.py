"""A large dataset through the API: a manifest taken in against orjson parsing it, pages, numbers, labels, a version.

MAQUETTE_BENCH_SAMPLES says how many samples, 200,000 by default; the targets are those of 1,000,000.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from serving import Served, percentile, served

SAMPLES = int(os.environ.get("MAQUETTE_BENCH_SAMPLES", "200000"))
LABELS = 10
ASKED = 30

Row = tuple[str, str, str, str]


def main() -> list[Row]:
    with served() as server:
        return list(_measured(server, _Data(server)))


class _Data:
    """One dataset of the server, and ways to ask about it."""

    def __init__(self, server: Served) -> None:
        self.rest = server.rest
        self.rest.call("POST", "v1", "buckets", json={"name": "bench"})
        self.file = server.settings.buckets_dir / "bench" / "m.manifest"
        (self.file.parent / "in").mkdir()
        body = {
            "dataset_name": "bench",
            "dataset_type": 0,
            "data_sources": [{"data_type": 0, "data_path": "/bench/in/"}],
            "work_path": "/bench/out/",
            "work_path_type": 0,
        }
        self.id = self.rest.call("POST", "v2", "datasets", json=body)["dataset_id"]

    def ask(self, method: str, path: str, **options: Any) -> Any:
        return self.rest.call(method, "v2", f"datasets/{self.id}/{path}", **options)

    def timed(self, ask: Callable[[], Any], times: int = ASKED) -> list[float]:
        found: list[float] = []
        for _ in range(times):
            begun = time.perf_counter()
            ask()
            found.append((time.perf_counter() - begun) * 1000)
        return found

    def wait(self, path: str, done: Callable[[Any], bool]) -> float:
        begun = time.perf_counter()
        while not done(self.ask("GET", path)):
            time.sleep(0.02)
        return time.perf_counter() - begun

    def samples(self, **params: Any) -> Any:
        return self.ask("GET", "data-annotations/samples", params=params)


def _measured(server: Served, data: _Data) -> Iterator[Row]:
    parse = _write_manifest(data)
    worker = server.memory()
    body = {"import_path": "/bench/m.manifest", "import_type": "manifest"}
    task = data.ask("POST", "import-tasks", json=body)["task_id"]
    took = data.wait(f"import-tasks/{task}", lambda state: state["status"] == "COMPLETED")
    grown = (sum(server.memory().values()) - sum(worker.values())) / 2**20
    size = data.file.stat().st_size / 1e6
    told = f"{took / parse:.0f} × orjson ({parse:.2f} s)"
    yield (f"import of {SAMPLES:,} samples ({size:.0f} MB)", f"{took:.1f} s", told, "15 ×")
    yield ("memory grown by it", f"{grown:.0f} MB", "", "100 MB")

    pages = {
        "first page": {"limit": 100},
        "page at 90 %": {"limit": 100, "offset": SAMPLES * 9 // 1000},
        "page by label and state": {"limit": 100, "label_name": "label3", "sample_state": "__ALL__"},
    }
    for name, params in pages.items():
        times = data.timed(lambda params=params: data.samples(**params))
        target = "300 ms" if "label" in name else "150 ms"
        yield (f"{name}, p95", f"{percentile(times, 0.95):.0f} ms", f"p50 {percentile(times, 0.5):.0f} ms", target)
    times = data.timed(lambda: data.ask("GET", "data-annotations/stats"))
    yield (
        "label statistics, p95",
        f"{percentile(times, 0.95):.0f} ms",
        f"p50 {percentile(times, 0.5):.0f} ms",
        "50 ms",
    )

    ids = [sample["sample_id"] for sample in data.samples(limit=1000)["samples"]]

    def label() -> None:
        changes = [{"sample_id": key, "labels": [{"name": f"label{random.randrange(LABELS)}"}]} for key in ids]
        data.ask("PUT", "data-annotations/samples", json={"samples": changes})

    times = data.timed(label, 10)
    yield (
        "1,000 samples labelled, p95",
        f"{percentile(times, 0.95):.0f} ms",
        f"p50 {percentile(times, 0.5):.0f} ms",
        "200 ms",
    )
    begun = time.perf_counter()
    version = data.ask("POST", "versions", json={})["version_id"]
    data.wait(f"versions/{version}", lambda state: state["status"] == 1)
    yield ("version published", f"{time.perf_counter() - begun:.1f} s", f"{SAMPLES:,} samples", "30 s")


def _write_manifest(data: _Data) -> float:
    """The manifest, and the time that orjson needs to parse it."""
    with data.file.open("w") as file:
        for number in range(SAMPLES):
            annotation = {
                "type": "modelarts/image_classification",
                "name": f"label{number % LABELS}",
                "annotated-by": "human",
                "creation-time": "2026-01-23 11:30:30",
            }
            line = {"source": f"s3://bench/in/{number % 100}/image_{number:08d}.jpg", "annotation": [annotation]}
            file.write(json.dumps(line) + "\n")
    begun = time.perf_counter()
    with data.file.open("rb") as file:
        for line in file:
            orjson.loads(line)
    return time.perf_counter() - begun


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
