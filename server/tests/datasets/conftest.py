"""Image data sets for the tests that speak HTTP: a bucket with pictures, a dataset over it, and short ways to ask."""

import io
from typing import Any

import pytest
from PIL import Image


def picture(color: str = "red", size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, kind)
    return target.getvalue()


class Pictures:
    """A dataset of images and what tests ask of it. Answers are parsed; a wrong status fails the test."""

    def __init__(self, platform: Any, api: Any, bucket: str = "pictures") -> None:
        self.platform = platform
        self.api = api
        self.bucket = bucket
        self.id = ""
        answer = api.post("/v1", "buckets", {"name": bucket})
        assert answer.status_code == 201, answer.text

    def put(self, *names: str, content: bytes | None = None) -> None:
        for name in names:
            path = f"buckets/{self.bucket}/objects/in/{name}"
            answer = self.api.put("/v1", path, content if content is not None else picture())
            assert answer.status_code == 200, answer.text

    def create(self, *labels: str, name: str = "flowers", sync: bool = True, **fields: Any) -> "Pictures":
        body = {
            "dataset_name": name,
            "dataset_type": 0,
            "data_sources": [{"data_type": 0, "data_path": f"/{self.bucket}/in/"}],
            "work_path": f"/{self.bucket}/out/",
            "work_path_type": 0,
            "labels": [{"name": label} for label in labels],
            **fields,
        }
        answer = self.api.post("/v2", "datasets", body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["dataset_id"]
        if sync:
            self.platform.run_tasks()
        return self

    def ask(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, api: Any = None, **params: Any
    ) -> Any:
        """Ask below the dataset; lists of samples and labels are below `data-annotations`."""
        url = f"datasets/{self.id}/{path}".rstrip("/")
        answer = (api or self.api).request(method, "/v2", url, json=body, params=params)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def detail(self) -> Any:
        return self.ask("GET", "")

    def samples(self, **params: Any) -> list[Any]:
        """By name: a sync finds files in no promised order."""
        answer = self.ask("GET", "data-annotations/samples", **{"limit": 1000, "order": "asc", **params})
        return sorted(answer["samples"], key=lambda sample: sample["sample_name"])

    def count(self, **params: Any) -> int:
        return self.ask("GET", "data-annotations/samples", **params)["sample_count"]

    def ids(self) -> list[str]:
        return [sample["sample_id"] for sample in self.samples()]

    def update(self, *items: dict[str, Any]) -> Any:
        return self.ask("PUT", "data-annotations/samples", {"samples": list(items)})

    def label(self, sample_id: str, *names: str, **more: Any) -> Any:
        return self.update({"sample_id": sample_id, "labels": [{"name": name} for name in names], **more})

    def label_counts(self) -> dict[str, int]:
        stats = self.ask("GET", "data-annotations/stats")["label_stats"]
        return {entry["name"]: entry["sample_count"] for entry in stats}


@pytest.fixture
def pictures(platform: Any, api: Any) -> Pictures:
    return Pictures(platform, api)
