"""`maquette demo`: the whole road on real data, every step of it through the public REST API.

The data are the 1,797 handwritten digits that scikit-learn ships, written out as PNG files. Ten of them are held out
for the service; the others become a dataset, are labelled, published, trained on and served.
"""

import contextlib
import io
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from maquette.cli.lock import HomeLock
from maquette.cli.rest import Rest, answers, local, remote
from maquette.kit.config import Settings
from maquette.kit.errors import MaquetteError

BUCKET = "maquette-demo"
HELD_OUT = 10
EDGE = 64
PAGE = 100
BATCH = 500
TERMINAL = {10: "completed", 11: "failed", 12: "killed", 13: "cancelled", 14: "lost", 5: "not submitted"}
Picture = tuple[str, bytes, str]


def run(settings: Settings, endpoint: str | None) -> None:
    """Do it all, then print the answer for a held-out digit and the accuracy. Raises MaquetteError at a failure."""
    console = Console()
    with remote(endpoint) if endpoint else _at_home(settings) as rest:
        columns = (
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console) as progress:
            story = Story(rest, progress)
            story.tell()
    console.print()
    console.print(f"A held-out digit [bold]{story.truth}[/] was sent to the service, which answered: {story.answer}")
    console.print(f"Evaluation accuracy: [bold]{story.accuracy:.4f}[/]")
    console.print(f"The dataset, the job, the AI application and the service are in the console, named {story.name}.")


class Story:
    """The steps, in order; each leaves what the next one needs."""

    def __init__(self, rest: Rest, progress: Progress) -> None:
        self.rest = rest
        self.progress = progress
        self.name = f"digits-{time.strftime('%Y%m%d-%H%M%S')}"
        self.root = f"{self.name}/"
        self.truth = self.answer = ""
        self.accuracy = 0.0
        self.service: dict[str, Any] = {}

    def tell(self) -> None:
        pictures = list(digits())
        known, held_out = pictures[:-HELD_OUT], pictures[-HELD_OUT:]
        self._upload(known)
        dataset_id = self._dataset(len(known))
        self._label(dataset_id, {name: label for name, _, label in known})
        version_id = self._publish(dataset_id)
        job = self._train(dataset_id, version_id)
        model_id = self._model(job)
        self._serve(model_id)
        self._predict(held_out)

    def _upload(self, pictures: list[Picture]) -> None:
        with self._step("Upload pictures and code", len(pictures)) as advance:
            with contextlib.suppress(MaquetteError):  # it is there from an earlier demo
                self.rest.call("POST", "v1", "buckets", json={"name": BUCKET})
            for path in sorted(example().rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    self._put(f"code/digits/{path.relative_to(example())}", path.read_bytes())

            def put(picture: Picture) -> None:
                self._put(f"images/{picture[0]}", picture[1])
                advance(1, "")

            with ThreadPoolExecutor(8) as pool:
                list(pool.map(put, pictures))

    def _put(self, name: str, content: bytes) -> None:
        self.rest.call("PUT", "v1", f"buckets/{BUCKET}/objects/{self.root}{name}", content=content)

    def _dataset(self, expected: int) -> str:
        with self._step("Create the dataset and sync it", expected) as advance:
            body = {
                "dataset_name": self.name,
                "dataset_type": 0,
                "data_sources": [{"data_type": 0, "data_path": f"/{BUCKET}/{self.root}images/"}],
                "work_path": f"/{BUCKET}/{self.root}work/",
                "work_path_type": 0,
                "labels": [{"name": str(digit), "type": 0} for digit in range(10)],
            }
            dataset_id = str(self.rest.call("POST", "v2", "datasets", json=body)["dataset_id"])

            def synced() -> bool:
                found = self.rest.call("GET", "v2", f"datasets/{dataset_id}")["total_sample_count"]
                state = self.rest.call("GET", "v2", f"datasets/{dataset_id}/sync-data/status")
                if state["status"] == "FAILED":
                    raise MaquetteError(f"The sync failed: {state.get('error_msg')}")
                advance(0, f"{found} pictures")
                return state["status"] == "COMPLETED" and found >= expected

            _until(synced)
            return dataset_id

    def _label(self, dataset_id: str, labels: dict[str, str]) -> None:
        samples = f"datasets/{dataset_id}/data-annotations/samples"
        with self._step("Label the pictures", len(labels)) as advance:
            waiting: list[dict[str, Any]] = []
            for page in range(-(-len(labels) // PAGE)):
                found = self.rest.call("GET", "v2", samples, params={"offset": page, "limit": PAGE})
                waiting += [
                    {"sample_id": each["sample_id"], "labels": [{"name": labels[each["sample_name"]], "type": 0}]}
                    for each in found["samples"]
                ]
            for start in range(0, len(waiting), BATCH):
                batch = waiting[start : start + BATCH]
                done = self.rest.call("PUT", "v2", samples, json={"samples": batch})
                if not done["success"]:
                    raise MaquetteError(f"Some pictures could not be labelled: {done}")
                advance(len(batch), "")

    def _publish(self, dataset_id: str) -> str:
        with self._step("Publish version V001", 1) as advance:
            body = {"version_name": "V001", "version_format": "Default", "train_evaluate_sample_ratio": "0.8"}
            versions = f"datasets/{dataset_id}/versions"
            version_id = str(self.rest.call("POST", "v2", versions, json=body)["version_id"])

            def published() -> bool:
                version = self.rest.call("GET", "v2", f"{versions}/{version_id}")
                if version["status"] == 4:
                    raise MaquetteError(f"Publishing failed: {version.get('message')}")
                return version["status"] == 1

            _until(published)
            advance(1, "")
            return version_id

    def _train(self, dataset_id: str, version_id: str) -> dict[str, Any]:
        with self._step("Train", 1) as advance:
            code = f"/{BUCKET}/{self.root}code/digits/"
            spec = self.rest.call("GET", "v1", "job/resource-specs")["specs"][0]
            engines = self.rest.call("GET", "v1", "job/ai-engines")["engines"]
            engine = next((each for each in engines if each["engine_name"].startswith("PyTorch")), None)
            if engine is None:
                raise MaquetteError("The interpreter for jobs has no PyTorch; install it and try again.")
            config = {
                "worker_server_num": 1,
                "app_url": code,
                "boot_file_url": f"{code}train.py",
                "parameter": [{"label": "epochs", "value": "12"}],
                "dataset_id": dataset_id,
                "dataset_version_id": version_id,
                "train_url": f"/{BUCKET}/{self.root}output/",
                "engine_id": engine["engine_id"],
                "spec_id": spec["spec_id"],
            }
            job = self.rest.call("POST", "v1", "training-jobs", json={"job_name": self.name, "config": config})
            address = f"training-jobs/{job['job_id']}/versions/{job['version_id']}"

            def ended() -> bool:
                told = self.rest.call("GET", "v1", address)
                advance(0, self._last_line(address))
                return told["status"] in TERMINAL

            _until(ended, limit_s=1800)
            told = self.rest.call("GET", "v1", address)
            if told["status"] != 10:
                reason = told.get("error_msg") or self._last_line(address)
                raise MaquetteError(f"The training job {TERMINAL[told['status']]}: {reason}")
            metrics = self.rest.raw(
                "GET", f"/v1/{self.rest.project_id}/buckets/{BUCKET}/objects/{self.root}output/metrics.json"
            )
            self.accuracy = float(metrics.json()["accuracy"])
            advance(1, f"accuracy {self.accuracy:.4f}")
            return job

    def _last_line(self, address: str) -> str:
        told: dict[str, list[str]] = self.rest.call("GET", "v1", f"{address}/log/file-names")
        names = told.get("log_file_list") or []
        if not names:
            return ""
        query: dict[str, str | int] = {"log_file": names[0], "lines": 1, "order": "desc"}
        content = str(self.rest.call("GET", "v1", f"{address}/aom-log", params=query).get("content") or "")
        return content.strip().rpartition("\n")[2][-60:]

    def _model(self, job: dict[str, Any]) -> str:
        with self._step("Create the AI application", 1) as advance:
            body = {
                "model_name": self.name,
                "model_version": "1.0.0",
                "model_type": "PyTorch",
                "source_job_id": str(job["job_id"]),
                "source_job_version": str(job["version_id"]),
                "source_location": "",
            }
            model_id = str(self.rest.call("POST", "v1", "models", json=body)["model_id"])

            def published() -> bool:
                model = self.rest.call("GET", "v1", f"models/{model_id}")
                if model["model_status"] == "failed":
                    raise MaquetteError(f"The model package was refused: {model.get('error_msg')}")
                return model["model_status"] == "published"

            _until(published)
            advance(1, "")
            return model_id

    def _serve(self, model_id: str) -> None:
        with self._step("Deploy the service", 1) as advance:
            flavor = self.rest.call("GET", "v1", "services/specifications")["specifications"][0]["specification"]
            share = {"model_id": model_id, "weight": 100, "specification": flavor, "instance_count": 1}
            body = {"service_name": self.name, "infer_type": "real-time", "config": [share]}
            service_id = self.rest.call("POST", "v1", "services", json=body)["service_id"]

            def running() -> bool:
                self.service = self.rest.call("GET", "v1", f"services/{service_id}")
                if self.service["status"] == "failed":
                    raise MaquetteError(f"The service failed: {self.service.get('error_msg')}")
                advance(0, self.service["status"])
                return self.service["status"] == "running"

            _until(running, limit_s=300)
            advance(1, "running")

    def _predict(self, held_out: list[Picture]) -> None:
        with self._step("Ask it about held-out digits", len(held_out)) as advance:
            path = "/" + str(self.service["access_address"]).split("/", 3)[3]
            right = 0
            for name, content, truth in held_out:
                answer = self.rest.raw("POST", path, files={"images": (name, content, "image/png")}).json()
                right += str(answer["predicted_label"]) == truth
                self.truth, self.answer = truth, f"{answer}"
                advance(1, f"{right} of {len(held_out)} right")

    @contextlib.contextmanager
    def _step(self, title: str, total: int) -> Generator[Callable[[int, str], None]]:
        task: TaskID = self.progress.add_task(title, total=total, note="")

        def advance(by: int, note: str) -> None:
            self.progress.update(task, advance=by, note=note) if note else self.progress.advance(task, by)

        yield advance
        self.progress.update(task, completed=total)


def digits() -> Iterator[Picture]:
    """Every digit as `(file name, PNG, label)`, in the order scikit-learn has them."""
    try:
        from sklearn.datasets import load_digits  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MaquetteError("The demo needs scikit-learn: pip install 'maquette[engines]'") from None
    from PIL import Image

    found = cast(Any, load_digits())
    for number, (pixels, label) in enumerate(zip(found.images, found.target, strict=True)):
        picture = Image.fromarray((pixels * (255 / 16)).astype("uint8")).resize((EDGE, EDGE), Image.Resampling.NEAREST)
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        yield f"{number:04d}.png", buffer.getvalue(), str(int(label))


def example() -> Path:
    """The example's folder: beside this package when it is installed, in the repository otherwise."""
    package = Path(__file__).parents[1]
    places = (package / "examples" / "digits", package.parents[2] / "examples" / "digits")
    return next(place for place in places if place.is_dir())


@contextlib.contextmanager
def _at_home(settings: Settings) -> Generator[Rest]:
    """The server of this home; one that is not running is started for the time being."""
    if answers(settings) or HomeLock(settings.home).held():
        _until(lambda: answers(settings))  # one that has only just begun
        with local(settings) as rest:
            yield rest
        return
    command = [sys.executable, "-m", "maquette.cli", "serve", "--home", str(settings.home), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _until(lambda: answers(settings) or server.poll() is not None)
        if server.poll() is not None:
            raise MaquetteError("The server could not be started; see above.")
        with local(settings) as rest:
            yield rest
    finally:
        server.terminate()
        server.wait()


def _until(done: Callable[[], bool], limit_s: float = 120) -> None:
    until = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > until:
            raise MaquetteError(
                f"This step did not end within {limit_s:.0f} seconds. The console's task drawer may tell why."
            )
        time.sleep(0.2)
