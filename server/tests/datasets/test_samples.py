"""Samples over HTTP: annotating, uploading and deleting them, and the counts that must stay exact."""

import base64
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from tests.datasets.conftest import picture

from maquette.datasets.service import lock_dataset_row
from maquette.datasets.tables import Dataset, Label, Sample, SampleLabelEntry
from maquette.datasets.working_set import add_samples
from maquette.iam.tables import Group, Policy, PolicyGrant
from maquette.kit.ids import new_id
from maquette.storage import LocalStore

SAMPLES = "data-annotations/samples"


@pytest.fixture
def flowers(pictures: Any) -> Any:
    pictures.put(*(f"{letter}.jpg" for letter in "abcd"))
    return pictures.create("rose", "tulip", "fern")


def fill(pictures: Any, number: int) -> list[str]:
    """Samples without files: for what only concerns rows."""
    rows = [{"id": new_id(), "source": f"obs://pictures/in/{n:06}.jpg", "name": f"{n:06}.jpg"} for n in range(number)]
    with pictures.platform.database.write() as session:
        dataset = lock_dataset_row(session, pictures.id)
        assert dataset
        add_samples(session, dataset, rows)
    return [row["id"] for row in rows]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_sample_as_the_contract_describes_it(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose", "tulip")
    sample = flowers.ask("GET", f"{SAMPLES}/{first}")
    assert sample["labels"][0] == {"name": "rose", "type": 0, "annotated_by": "human", "property": {}}
    assert sample["labelers"] == [{"email": "admin", "worker_id": "human/admin/admin", "role": 0}]
    assert sample["sample_status"] == "MANUAL_ANNOTATION"
    assert (sample["sample_name"], sample["sample_dir"]) == ("a.jpg", "obs://pictures/in/")
    assert sample["obs_url"] == "obs://pictures/in/a.jpg"
    assert sample["metadata"]["@modelarts:import_origin"] == 0
    assert sample["revision"] == 1
    assert sample["source"].startswith(
        f"http://localhost/v1/{flowers.api.project_id}/datasets/{flowers.id}/samples/{first}/media?v="
    )
    flowers.ask("GET", f"{SAMPLES}/nobody", expect=404)


def test_labels_are_replaced_and_cleared(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose", "rose")
    assert flowers.label_counts() == {"rose": 1, "tulip": 0, "fern": 0}
    flowers.label(first, "tulip")
    assert flowers.label_counts() == {"rose": 0, "tulip": 1, "fern": 0}
    flowers.update({"sample_id": first, "labels": []})
    assert flowers.label_counts() == {"rose": 0, "tulip": 0, "fern": 0}
    sample = flowers.samples()[0]
    assert (sample["sample_status"], sample.get("labelers")) == ("UN_ANNOTATION", None)
    assert flowers.detail()["annotated_sample_count"] == 0


def test_metadata_and_usage_leave_labels_alone(flowers: Any) -> None:
    first = flowers.ids()[0]
    flowers.label(first, "rose")
    flowers.update(
        {"sample_id": first, "metadata": {"@modelarts:hard": 1, "@modelarts:hard_reasons": [1, 30], "field": "x"}}
    )
    flowers.update({"sample_id": first, "sample_usage": "train"})
    sample = flowers.samples()[0]
    assert sample["labels"][0]["name"] == "rose"
    assert sample["sample_usage"] == "TRAIN"
    assert (sample["metadata"]["@modelarts:hard"], sample["metadata"]["field"]) == (1, "x")
    assert flowers.detail()["hard_sample_count"] == 1
    stats = flowers.ask("GET", "data-annotations/stats")
    assert stats["key_sample_stats"] == {"total": 4, "key_sample": 1, "non_key_sample": 3}
    flowers.update({"sample_id": first, "metadata": {"@modelarts:hard": "0", "field": None}, "sample_usage": ""})
    sample = flowers.samples()[0]
    assert "sample_usage" not in sample
    assert not {"@modelarts:hard", "field"} & set(sample["metadata"])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"labels": [{"name": "nobody"}]}, "no label 'nobody'"),
        ({"labels": [{"name": "rose", "type": 1}]}, "type 1"),
        ({"sample_type": 2}, "sample_type 2"),
        ({"sample_usage": "party"}, "usage"),
        ({"metadata": {"@modelarts:hard": "perhaps"}}, "@modelarts:hard"),
        ({"metadata": {"@modelarts:hard_coefficient": 2}}, "between 0 and 1"),
        ({"metadata": {"@modelarts:hard_reasons": [31]}}, "reasons"),
        ({"metadata": {"@modelarts:size": "big"}}, "width"),
        ({"metadata": {"field": "x" * 70_000}}, "bytes"),
    ],
)
def test_a_wrong_item_fails_alone(flowers: Any, change: dict[str, Any], word: str) -> None:
    first, second = flowers.ids()[:2]
    good = {"sample_id": second, "labels": [{"name": "rose"}]}
    answer = flowers.update({"sample_id": first, "labels": [{"name": "tulip"}], **change}, good)
    assert [item["success"] for item in answer["results"]] == [False, True]
    assert word in answer["error_msg"]
    assert flowers.label_counts() == {"rose": 1, "tulip": 0, "fern": 0}
    assert flowers.samples()[0]["revision"] == 0


def test_a_score_out_of_range_fails_the_request(flowers: Any) -> None:
    item = {"sample_id": flowers.ids()[0], "labels": [{"name": "rose", "score": 1.5}]}
    flowers.ask("PUT", SAMPLES, {"samples": [item]}, expect=400)


def test_a_stale_revision_is_told_with_both_versions(flowers: Any) -> None:
    first = flowers.ids()[0]
    answer = flowers.label(first, "rose", revision=0)
    assert answer["results"] == [{"success": True, "sample_id": first, "revision": 1}]
    bob = flowers.platform.user("bob")
    body = {"samples": [{"sample_id": first, "labels": [{"name": "tulip"}], "revision": 0}]}
    stale = flowers.ask("PUT", SAMPLES, body, api=bob)["results"][0]
    assert (stale["success"], stale["error_code"]) == (False, "ModelArts.4358")
    assert stale["error_details"]["current"]["labels"][0]["name"] == "rose"
    assert stale["error_details"]["current"]["revision"] == 1
    assert stale["error_details"]["yours"]["labels"][0]["name"] == "tulip"
    assert flowers.label_counts()["tulip"] == 0
    flowers.label(first, "fern")
    assert flowers.label_counts() == {"rose": 0, "tulip": 0, "fern": 1}


def test_one_sample_twice_in_a_request(flowers: Any) -> None:
    first = flowers.ids()[0]
    labels = {"sample_id": first, "labels": [{"name": "rose"}]}
    assert flowers.update(labels, {"sample_id": first, "sample_usage": "EVAL"}) == {"success": True}
    sample = flowers.samples()[0]
    assert (sample["labels"][0]["name"], sample["sample_usage"], sample["revision"]) == ("rose", "EVAL", 1)


def test_a_thousand_samples_in_one_request_are_quick(flowers: Any) -> None:
    ids = fill(flowers, 1000)
    times: list[float] = []
    for name in ("rose", "tulip", "fern", "rose", "tulip"):
        body = {"samples": [{"sample_id": key, "labels": [{"name": name}]} for key in ids]}
        begun = time.process_time()
        assert flowers.ask("PUT", SAMPLES, body) == {"success": True}
        times.append(time.process_time() - begun)
    assert flowers.label_counts() == {"rose": 0, "tulip": 1000, "fern": 0}
    # Time on the processor, client included: what else the machine does must not decide.
    assert min(times) < 0.2


def test_delete_samples_keeps_files_unless_asked(flowers: Any) -> None:
    first, second = flowers.ids()[:2]
    flowers.label(first, "rose")
    answer = flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [first, "nobody"]})
    assert [item["success"] for item in answer["results"]] == [True, False]
    assert flowers.label_counts()["rose"] == 0
    answer = flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [second], "delete_source": True})
    assert answer["success"]
    flowers.platform.run_tasks()
    for name, status in (("a.jpg", 200), ("b.jpg", 404), ("c.jpg", 200)):
        assert flowers.api.get("/v1", f"buckets/pictures/objects/in/{name}").status_code == status
    detail = flowers.detail()
    assert (detail["total_sample_count"], detail["deleted_sample_count"]) == (2, 2)


def test_a_sync_in_between_does_not_keep_a_deleted_file(flowers: Any) -> None:
    first = flowers.ids()[0]
    with flowers.platform.database.read() as session:
        generation = session.get_one(Dataset, flowers.id).generation
    flowers.ask("POST", f"{SAMPLES}/delete", {"samples": [first], "delete_source": True})
    with flowers.platform.database.write() as session:
        dataset = lock_dataset_row(session, flowers.id)
        assert dataset
        assert dataset.generation == generation
        add_samples(session, dataset, [{"id": new_id(), "source": "obs://pictures/in/a.jpg", "name": "a.jpg"}])
    flowers.platform.run_tasks()
    assert [sample["sample_name"] for sample in flowers.samples()] == ["b.jpg", "c.jpg", "d.jpg"]
    assert flowers.detail()["total_sample_count"] == 3


def test_upload_stores_and_adds(flowers: Any) -> None:
    data = picture("blue", (20, 10), "PNG")
    items = [
        {
            "name": "new/one.png",
            "data": encoded(data),
            "labels": [{"name": "rose"}],
            "metadata": {"@modelarts:hard": 1},
        },
        {"name": "two.png", "data": f"data:image/png;base64,{encoded(data)}"},
        {"name": "three.jpg", "data_source": {"data_type": 0, "data_path": "/pictures/in/a.jpg"}},
    ]
    answer = flowers.ask("POST", SAMPLES, {"samples": items})
    assert answer["success"], answer
    assert answer["results"][0]["name"] == "/pictures/in/new/one.png"
    sample = flowers.ask("GET", f"{SAMPLES}/{answer['results'][0]['info']}")
    assert sample["metadata"]["@modelarts:size"] == [20, 10, 3]
    assert (sample["sample_status"], sample["metadata"]["@modelarts:hard"]) == ("MANUAL_ANNOTATION", 1)
    assert flowers.api.get("/v1", "buckets/pictures/objects/in/new/one.png").content == data
    assert flowers.detail()["total_sample_count"] == 7
    flowers.ask("POST", "sync-data")
    flowers.platform.run_tasks()
    assert flowers.detail()["total_sample_count"] == 7


def test_upload_never_overwrites(flowers: Any) -> None:
    answer = flowers.ask("POST", SAMPLES, {"samples": [{"name": "a.jpg", "data": encoded(picture("blue"))}] * 2})
    names = {item["name"] for item in answer["results"]}
    assert len(names) == 2
    assert "/pictures/in/a.jpg" not in names
    assert flowers.detail()["total_sample_count"] == 6


def test_an_upload_sent_twice_adds_once(flowers: Any) -> None:
    body = {"samples": [{"name": "again.jpg", "data": encoded(picture("blue"))}]}
    path, headers = f"datasets/{flowers.id}/{SAMPLES}", {"Idempotency-Key": "upload-1"}
    first, again = (flowers.api.post("/v2", path, body, headers=headers).json() for _ in range(2))
    assert first == again
    assert flowers.detail()["total_sample_count"] == 5


def test_files_go_only_with_the_right_to_delete_them(flowers: Any) -> None:
    statement = {"Effect": "Deny", "Action": ["obs:object:DeleteObject"]}
    with flowers.platform.database.write() as session:
        group = session.scalar(select(Group).where(Group.name == "admin"))
        session.add(Policy(id="p", name="no files", document={"Version": "1.1", "Statement": [statement]}))
        session.flush()
        session.add(PolicyGrant(group_id=group.id, policy_id="p"))
    first = flowers.samples()[0]["sample_id"]
    flowers.label(first, "rose")
    base = f"datasets/{flowers.id}/data-annotations"
    for path, body in (
        ("samples/delete", {"samples": [first], "delete_source": True}),
        ("labels/delete?delete_policy=2", {"labels": [{"name": "rose"}]}),
    ):
        assert flowers.api.post("/v2", f"{base}/{path}", body).status_code == 403
    assert flowers.detail()["total_sample_count"] == 4
    assert flowers.ask("POST", "data-annotations/samples/delete", {"samples": [first]})["success"]


def test_labels_for_confirmation(flowers: Any) -> None:
    item = {
        "name": "x.jpg",
        "data": encoded(picture()),
        "labels": [{"name": "rose", "score": 0.7, "annotated_by": "auto"}],
    }
    flowers.ask("POST", SAMPLES, {"samples": [item], "final_annotation": False})
    found = flowers.samples(sample_state="__AUTO_ANNOTATION__")
    assert [(sample["sample_status"], sample["score"]) for sample in found] == [("AUTO_ANNOTATION", "0.7")]
    assert flowers.detail()["unconfirmed_sample_count"] == 1
    flowers.label(found[0]["sample_id"], "rose")
    assert flowers.detail()["unconfirmed_sample_count"] == 0


@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"name": "a.gif", "data": encoded(picture(kind="GIF"))}, "a.gif"),
        ({"name": "a.txt", "data": "aGVsbG8="}, "a.txt"),
        ({"name": "a.png", "data": encoded(picture())}, "JPEG"),
        ({"name": "a.jpg", "data": encoded(picture()[:200])}, "image"),
        ({"name": "a.jpg", "data": "not base64!"}, "base64"),
        ({"name": "a.jpg", "data": "aGVsbG8="}, "image"),
        ({"name": "a.jpg"}, "neither"),
        ({"name": "../a.jpg", "data": encoded(picture())}, "cannot be used"),
        ({"name": "b.jpg", "data": encoded(picture()), "labels": [{"name": "nobody"}]}, "nobody"),
        ({"name": "b.jpg", "data": encoded(picture()), "sample_type": 1}, "sample_type"),
        ({"name": "b.jpg", "data_source": {"data_path": "/nowhere/a.jpg"}}, "nowhere"),
    ],
)
def test_a_wrong_upload_fails_alone(flowers: Any, item: dict[str, Any], word: str) -> None:
    good = {"name": "good.jpg", "data": encoded(picture())}
    answer = flowers.ask("POST", SAMPLES, {"samples": [item, good]})
    assert [result["success"] for result in answer["results"]] == [False, True]
    assert word in answer["results"][0]["error_msg"]
    assert flowers.detail()["total_sample_count"] == 5


def test_an_upload_over_the_limit(flowers: Any) -> None:
    flowers.platform.settings.image_bytes = 100
    answer = flowers.ask("POST", SAMPLES, {"samples": [{"name": "big.jpg", "data": encoded(picture())}]})
    assert answer["results"][0]["error_code"] == "ModelArts.0106"


def recounted(pictures: Any) -> tuple[Any, ...]:
    """What the counts should be, from the rows; and the index rows against the annotations."""
    with pictures.platform.database.read() as session:
        dataset = session.get_one(Dataset, pictures.id)
        rows = session.scalars(select(Sample).where(Sample.dataset_id == dataset.id)).all()
        states = Counter(row.state for row in rows)
        carried = Counter((label["code"]) for row in rows for label in row.labels)
        entries = {(row.sample_id, row.code) for row in session.scalars(select(SampleLabelEntry))}
        assert entries == {(row.id, label["code"]) for row in rows for label in row.labels}
        labels = session.scalars(select(Label).where(Label.dataset_id == dataset.id)).all()
        assert {row.code: row.sample_count for row in labels} == {row.code: carried[row.code] for row in labels}
        assert {row.code: row.annotation_count for row in labels} == {row.code: carried[row.code] for row in labels}
        assert set(carried) <= {row.code for row in labels}
        kept = (dataset.total_samples, dataset.labelled_samples, dataset.unconfirmed_samples, dataset.hard_samples)
        assert kept == (len(rows), states[1], states[2], sum(row.hard for row in rows))
        return kept


@pytest.mark.parametrize("seed", range(4))
def test_counts_stay_exact_whatever_happens(pictures: Any, seed: int) -> None:
    dice = random.Random(seed)
    pictures.put("a.jpg", "b.jpg")
    pictures.create("l0", "l1", "l2")
    fill(pictures, 20)
    names = ["l0", "l1", "l2"]
    for turn in range(40):
        ids = pictures.ids() or ["nobody"]
        match dice.randrange(7):
            case 0 | 1 | 2:
                some = [
                    {
                        "sample_id": dice.choice(ids),
                        "labels": [{"name": name} for name in dice.sample([*names, "nobody"], dice.randrange(3))],
                        "metadata": {"@modelarts:hard": dice.randrange(2)},
                    }
                    for _ in range(6)
                ]
                pictures.update(*some)
            case 3:
                pictures.ask("POST", f"{SAMPLES}/delete", {"samples": dice.sample(ids, min(2, len(ids)))})
            case 4 if len(names) > 1:
                gone = names.pop(dice.randrange(len(names)))
                policy = dice.randrange(3)
                pictures.ask(
                    "POST", "data-annotations/labels/delete", {"labels": [{"name": gone}]}, delete_policy=policy
                )
                pictures.platform.run_tasks()
            case 5:
                names.append(f"n{turn}")
                pictures.ask("POST", "data-annotations/labels", {"labels": [{"name": names[-1]}]})
            case _:
                label = [{"name": dice.choice(names), "score": 0.5}]
                item = {"name": f"u{turn}.jpg", "data": encoded(picture(size=(2, 2))), "labels": label}
                pictures.ask("POST", SAMPLES, {"samples": [item], "final_annotation": bool(dice.randrange(2))})
        recounted(pictures)


def test_two_people_at_once_lose_no_count(flowers: Any) -> None:
    ids = fill(flowers, 60)
    problems: list[str] = []

    def work(name: str, turn: int) -> None:
        client = flowers.platform.user(name)
        for number, key in enumerate(ids):
            label = ("rose", "tulip", "fern")[(number + turn) % 3]
            body = {"samples": [{"sample_id": key, "labels": [{"name": label}]}]}
            answer = client.put("/v2", f"datasets/{flowers.id}/{SAMPLES}", body)
            if answer.json() != {"success": True}:
                problems.append(answer.text)

    people = [threading.Thread(target=work, args=(f"user{turn}", turn)) for turn in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert problems == []
    assert recounted(flowers) == (64, 60, 0, 0)


def test_files_of_one_name_uploaded_at_once_are_all_kept(flowers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4, timeout=10)
    create = LocalStore.create

    def at_once(store: LocalStore, key: str, content: bytes) -> Any:
        if key.endswith("/rose.jpg"):
            together.wait()
        return create(store, key, content)

    monkeypatch.setattr(LocalStore, "create", at_once)
    pictures = [picture(color) for color in ("red", "green", "blue", "white")]

    def upload(data: bytes) -> str:
        answer = flowers.ask("POST", SAMPLES, {"samples": [{"name": "rose.jpg", "data": encoded(data)}]})
        return answer["results"][0]["name"]

    with ThreadPoolExecutor(4) as threads:
        names = list(threads.map(upload, pictures))
    stored = [flowers.api.get("/v1", f"buckets/pictures/objects/{name.split('/', 2)[2]}").content for name in names]
    assert stored == pictures
    assert "/pictures/in/rose.jpg" in names
    assert flowers.detail()["total_sample_count"] == 8
