"""Sample lists over HTTP: pages, filters and search conditions; and the same conditions on every database."""

import json
from typing import Any

import pytest
from sqlalchemy import update
from tests.datasets.stage import ACTOR

from maquette.datasets.labels import LabelBook
from maquette.datasets.samples import list_samples
from maquette.datasets.search import SampleFilter, filter_by_conditions, filter_by_label, filter_by_state, labelers
from maquette.datasets.stats import dataset_stats
from maquette.datasets.tables import LABELLED, UNCONFIRMED, Dataset, Label
from maquette.datasets.working_set import ANNOTATED, add_samples, change_samples, read_samples, remove_samples
from maquette.db import Database
from maquette.kit.clock import now_ms
from maquette.kit.errors import Invalid
from maquette.kit.ids import new_id
from maquette.kit.pages import Page

DAY = 86_400_000


@pytest.fixture
def flowers(pictures: Any) -> Any:
    pictures.put("a.jpg", "b.jpg", "deep/c.jpg", "deep/er/d_1.jpg", "e.jpg")
    pictures.create("rose", "tulip", "fern")
    a, b, c, d, _ = pictures.ids()
    pictures.label(a, "rose")
    pictures.label(b, "rose", "tulip", sample_usage="TRAIN")
    pictures.label(c, "tulip", metadata={"@modelarts:hard": 1, "weather": "rain", "@modelarts:hard_coefficient": 0.7})
    pictures.update({"sample_id": d, "metadata": {"weather": "sun"}, "sample_usage": "EVAL"})
    return pictures


def found(pictures: Any, *conditions: Any, **params: Any) -> str:
    """The first letters of the matches' names; the count must agree with them."""
    if conditions:
        params["search_conditions"] = json.dumps(conditions[0] if len(conditions) == 1 else list(conditions))
    names = [sample["sample_name"][0] for sample in pictures.samples(**params)]
    assert pictures.count(**params) == len(names)
    return "".join(names)


@pytest.mark.parametrize(
    ("params", "letters"),
    [
        ({}, "abcde"),
        ({"sample_state": "__ALL__"}, "abc"),
        ({"sample_state": "__NONE__"}, "de"),
        ({"sample_state": "__AUTO_ANNOTATION__"}, ""),
        ({"sample_state": "__UNCHECK__"}, ""),
        ({"sample_state": "__WORKFORCE_SAMPLED__"}, ""),
        ({"label_name": "rose"}, "ab"),
        ({"label_name": "rose", "label_type": 0}, "ab"),
        ({"label_name": "nobody"}, ""),
        ({"label_name": "rose", "sample_state": "__ALL__"}, "ab"),
        ({"label_name": "rose", "sample_state": "__NONE__"}, ""),
        ({"sample_type": 0}, "abcde"),
        ({"sample_type": 1}, ""),
        ({"low_score": "0.1"}, ""),
        ({"low_score": "0", "high_score": "1"}, "abcde"),
        ({"email": "x", "locale": "zh-cn", "preview": True}, "abcde"),
    ],
)
def test_plain_filters(flowers: Any, params: dict[str, Any], letters: str) -> None:
    assert found(flowers, **params) == letters


@pytest.mark.parametrize(
    ("condition", "letters"),
    [
        ({"hard": "1"}, "c"),
        ({"hard": "0"}, "abde"),
        ({"hard": 0}, "abde"),
        ({"label_list": {"labels": [{"name": "rose"}]}}, "ab"),
        ({"label_list": {"labels": [{"name": "rose"}, {"name": "tulip"}], "op": "OR"}}, "abc"),
        ({"label_list": {"labels": [{"name": "rose"}, {"name": "tulip"}], "op": "AND"}}, "b"),
        ({"label_list": {"labels": [{"name": "rose"}, {"name": "nobody"}], "op": "OR"}}, "ab"),
        ({"label_list": {"labels": [{"name": "rose"}, {"name": "nobody"}], "op": "AND"}}, ""),
        ({"label_list": {"labels": [{"name": "nobody"}, {"name": "nothing"}], "op": "OR"}}, ""),
        ({"label_list": {"labels": []}}, "abcde"),
        ({"labeler": "human/admin/admin"}, "abc"),
        ({"labeler": "admin"}, "abc"),
        ({"labeler": "bob"}, ""),
        ({"sample_name": "D_"}, "d"),
        ({"sample_name": "_"}, "d"),
        ({"sample_name": "%"}, ""),
        ({"sample_dir": "/pictures/in/"}, "abe"),
        ({"sample_dir": "obs://pictures/in/deep/"}, "c"),
        ({"sample_time": "month"}, "abcde"),
        ({"sample_time": "day"}, "abcde"),
        ({"sample_time": "20000101-20000131"}, ""),
        ({"sample_time": "20000101-99991231"}, "abcde"),
        ({"usage": "TRAIN"}, "b"),
        ({"usage": "none"}, "ace"),
        ({"metadata": {"props": {"weather": ["rain", "snow"]}}}, "c"),
        ({"metadata": {"op": "OR", "props": {"weather": ["sun"], "other": ["x"]}}}, "d"),
        ({"metadata": {"op": "AND", "props": {"weather": ["sun"], "other": ["x"]}}}, ""),
        ({"coefficient": "0.5-0.9"}, "c"),
        ({"coefficient": "0.8-0.9"}, ""),
        ({"import_origin": "0"}, "abcde"),
        ({"hard": "1", "sample_name": "c"}, "c"),
        ({"hard": "1", "label_list": {"labels": [{"name": "rose"}]}}, ""),
        ({"kvp": ""}, "abcde"),
        ({"any_of": [{"hard": "1"}, {"usage": "EVAL"}]}, "cd"),
        ({"any_of": [{"label_list": {"labels": [{"name": "rose"}]}, "usage": "TRAIN"}, {"hard": "1"}]}, "bc"),
        ({"sample_name": "c", "any_of": [{"hard": "1"}, {"usage": "EVAL"}]}, "c"),
        ({"any_of": [{"hard": "0"}, {}]}, "abcde"),
        ({"any_of": []}, "abcde"),
        ({}, "abcde"),
    ],
)
def test_search_conditions(flowers: Any, condition: dict[str, Any], letters: str) -> None:
    assert found(flowers, condition) == letters


def test_several_conditions_all_hold(flowers: Any) -> None:
    rose, tulip = ({"label_list": {"labels": [{"name": name}]}} for name in ("rose", "tulip"))
    assert found(flowers, rose, tulip) == "b"
    assert found(flowers, rose, {"hard": "0"}, {"sample_name": "a"}) == "a"
    assert found(flowers, {"hard": "0"}, {"hard": "1"}) == ""
    assert found(flowers, tulip, label_name="rose", sample_state="__ALL__") == "b"


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "7",
        '[{"hard": "2"}]',
        '[{"unheard_of": 1}]',
        '[{"sample_time": "yesterday"}]',
        '[{"sample_time": "20240231-20240301"}]',
        '[{"sample_time": "20240301-20240201"}]',
        '[{"study_date": "2020"}]',
        '[{"score": "high"}]',
        '[{"usage": "party"}]',
        '[{"metadata": {"props": {"a\\"b": ["x"]}}}]',
        '[{"label_list": {"labels": [{"name": "rose", "property": {"a\\"b": ["red"]}}]}}]',
        '[{"text": "x"}]',
        '[{"time_in_video": "1"}]',
        '[{"any_of": [{"any_of": [{"hard": "1"}]}]}]',
        '[{"any_of": [{"study_date": "2020"}]}]',
        '[{"label_list": {"labels": [{"name": "rose", "type": 9}]}}]',
        '[{"sample_dir": "nowhere"}]',
        "[" * 5000,
    ],
)
def test_a_condition_that_cannot_be_met_is_refused(flowers: Any, text: str) -> None:
    flowers.ask("GET", "data-annotations/samples", expect=400, search_conditions=text)


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 1001},
        {"offset": -1},
        {"offset": 2**40},
        {"order": "up"},
        {"sample_state": "__WHAT__"},
        {"low_score": 2},
        {"low_score": 0.9, "high_score": 0.1},
        {"label_name": "rose", "label_type": 1},
        {"process_parameter": "image/rotate,90"},
        {"process_parameter": "image/resize,m_lfit"},
        {"process_parameter": "image/resize,h_99999"},
        {"version_id": "nothing"},
    ],
)
def test_wrong_parameters(flowers: Any, params: dict[str, Any]) -> None:
    status = 404 if "version_id" in params else 400
    flowers.ask("GET", "data-annotations/samples", expect=status, **params)


def test_pages_are_numbered_and_ordered(flowers: Any) -> None:
    path = "data-annotations/samples"
    newest = [entry["sample_id"] for entry in flowers.ask("GET", path)["samples"]]
    assert newest == sorted(newest, reverse=True)
    pages = [flowers.ask("GET", path, limit=2, offset=number, order="asc") for number in range(4)]
    assert [page["sample_count"] for page in pages] == [5, 5, 5, 5]
    assert [entry["sample_id"] for page in pages for entry in page["samples"]] == newest[::-1]


def test_a_size_asks_for_thumbnails(flowers: Any) -> None:
    sample = flowers.samples(process_parameter="image/resize,m_lfit,h_200")[0]
    assert "/thumbnail?v=" in sample["source"]
    assert sample["source"].partition("&expires=")[0].endswith("&edge=200")


def test_stats_of_all_and_of_a_state(flowers: Any) -> None:
    stats = flowers.ask("GET", "data-annotations/stats")
    assert stats["sample_stats"] == {
        "un_annotation": 2,
        "manual_annotation": 3,
        "auto_annotation": 0,
        "all": 5,
        "total": 5,
        "deleted": 0,
        "lefted": 5,
    }
    assert stats["data_spliting_enable"] is False
    assert stats["data_path"] == "/pictures/in/"
    counts = {entry["name"]: (entry["count"], entry["sample_count"]) for entry in stats["label_stats"]}
    assert counts == {"rose": (2, 2), "tulip": (2, 2), "fern": (0, 0)}
    none = flowers.ask("GET", "data-annotations/stats", sample_state="__NONE__")
    assert all(entry["sample_count"] == 0 for entry in none["label_stats"])
    assert none["key_sample_stats"] == {"total": 2, "key_sample": 0, "non_key_sample": 2}
    flowers.ask("GET", "data-annotations/stats", expect=400, sample_state="__WHAT__")


def test_a_published_version_is_listed_as_it_was(flowers: Any) -> None:
    made = flowers.ask("POST", "versions", {"version_name": "V1"}, expect=201)["version_id"]
    flowers.platform.run_tasks()
    before = flowers.samples()
    flowers.label(before[0]["sample_id"], "fern")
    flowers.ask("PUT", "data-annotations/labels/rose", {"@modelarts:rename_to": "wild"})
    listed = flowers.samples(version_id=made)
    assert [[label["name"] for label in sample["labels"]] for sample in listed] == [
        [label["name"] for label in sample["labels"]] for sample in before
    ]
    assert listed[0]["obs_url"] == "obs://pictures/in/a.jpg"
    assert flowers.count(version_id=made, label_name="rose") == 2
    assert flowers.count(version_id=made, sample_state="__NONE__") == 2
    assert flowers.count(version_id=made, sample_state="__UNCHECK__") == 0
    assert flowers.count(version_id=made, limit=2, offset=9) == 5
    labels = flowers.ask("GET", "data-annotations/labels", version_id=made)["labels"]
    assert [label["name"] for label in labels] == ["rose", "tulip", "fern"]
    flowers.ask("GET", "data-annotations/samples", expect=400, version_id=made, search_conditions='[{"hard": "1"}]')
    shown = flowers.api.client.get(listed[0]["source"], headers=flowers.api.headers)
    assert shown.headers["content-type"] == "image/jpeg"


# The same on SQLite and PostgreSQL, below HTTP.


@pytest.fixture
def garden(database: Database) -> Database:
    with database.write() as session:
        dataset = Dataset(
            id="d", name="garden", dataset_type=0, data_sources=[], data_url="/garden/in/", work_path="/garden/out/",
            project_id="p", workspace_id="0", owner_id="u",
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        session.add_all(Label(dataset_id="d", code=code, name=f"l{code}", type=0) for code in (1, 2))
        session.flush()
        rows: list[dict[str, Any]] = []
        for number in range(40):
            codes = [code for code in (1, 2) if number % (code + 1) == 0]
            rows.append(
                {
                    "id": new_id(),
                    "source": f"obs://garden/in/{number % 4}/{number:02}.jpg",
                    "name": f"{number:02}.jpg",
                    "labels": [{"code": code, "type": 0, "score": number / 40} for code in codes],
                    "state": (UNCONFIRMED if number % 5 == 0 else LABELLED) if codes else 0,
                    "hard": number % 7 == 0,
                    "meta": {"n": str(number % 3), "@modelarts:hard_coefficient": number / 100},
                    "labelled_by": f"human/acct/user{number % 2}" if codes else "",
                    "created_at": now_ms() - (40 * DAY if number < 10 else 0),
                }
            )
        add_samples(session, dataset, rows)
    return database


def matches(database: Database, conditions: Any = None, label: str = "", state: str = "") -> list[int]:
    with database.read() as session:
        dataset = session.get_one(Dataset, "d")
        book = LabelBook(session, dataset)
        wanted = SampleFilter()
        filter_by_state(wanted, state)
        if label:
            filter_by_label(wanted, book, label)
        if conditions:
            filter_by_conditions(wanted, book, json.dumps(conditions))
        rows, count = list_samples(session, dataset, wanted, descending=False, page=Page(0, 100))
        assert len(rows) == count
        second, _ = list_samples(session, dataset, wanted, descending=True, page=Page(1, 2))
        assert [row.id for row in second] == [row.id for row in rows][::-1][1:3]
        return [int(row.name[:2]) for row in rows]


def test_conditions_on_every_database(garden: Database) -> None:
    everything = range(40)
    assert matches(garden) == [*everything]
    assert matches(garden, label="l1") == [n for n in everything if n % 2 == 0]
    assert matches(garden, label="l1", state="__AUTO_ANNOTATION__") == [n for n in everything if n % 10 == 0]
    either = {"label_list": {"labels": [{"name": "l1"}, {"name": "l2"}], "op": "OR"}}
    assert matches(garden, either) == [n for n in everything if n % 2 == 0 or n % 3 == 0]
    both = {"label_list": {"labels": [{"name": "l1"}, {"name": "l2"}], "op": "AND"}}
    assert matches(garden, both) == [n for n in everything if n % 6 == 0]
    assert matches(garden, {"hard": "1"}) == [n for n in everything if n % 7 == 0]
    assert matches(garden, {"hard": "0"}) == [n for n in everything if n % 7]
    assert matches(garden, {"metadata": {"props": {"n": ["1"]}}}) == [n for n in everything if n % 3 == 1]
    assert matches(garden, {"coefficient": "0.1-0.2"}) == [*range(10, 21)]
    assert matches(garden, {"score": "0.5-1"}) == [n for n in range(20, 40) if n % 2 == 0 or n % 3 == 0]
    assert matches(garden, {"sample_dir": "/garden/in/1/"}) == [n for n in everything if n % 4 == 1]
    assert matches(garden, {"sample_name": ".JPG"}) == [*everything]
    assert matches(garden, {"sample_time": "month"}) == [*range(10, 40)]
    assert matches(garden, {"labeler": "user1"}) == [n for n in everything if n % 2 and n % 3 == 0]
    with garden.read() as session:
        assert labelers(session, session.get_one(Dataset, "d")) == ["human/acct/user0", "human/acct/user1"]


def described(database: Database, number: int, *samples: dict[str, Any]) -> None:
    """Make the garden one of another type, with these samples only."""
    with database.write() as session:
        dataset = session.get_one(Dataset, "d", with_for_update=True)
        rows, _ = list_samples(session, dataset, SampleFilter(), descending=False, page=Page(0, 100))
        remove_samples(session, dataset, ACTOR, rows)
        dataset.dataset_type = number
        session.execute(update(Label).where(Label.dataset_id == "d").values(type=number))
        session.flush()
        given = [
            {"id": new_id(), "source": f"obs://g/{n}", "name": f"{n:02}.x", **own} for n, own in enumerate(samples)
        ]
        add_samples(session, dataset, given)


def said(code: int, **own: Any) -> dict[str, Any]:
    return {"code": code, "type": 1, "id": str(id(own)), "property": own}


def test_what_annotations_say_on_every_database(garden: Database) -> None:
    objects = (
        [said(1, color="white", kind="Persian")],
        [said(1, color="black"), said(1, kind="Persian")],
        [said(2, color="white"), said(1, color="brown")],
        [said(2, color="white")],
        [],
    )
    described(garden, 1, *({"labels": labels, "state": LABELLED if labels else 0} for labels in objects))

    def labels(*given: dict[str, Any], op: str = "OR") -> list[int]:
        return matches(garden, {"label_list": {"labels": list(given), "op": op}})

    white = {"name": "l1", "property": {"color": ["white", "grey"]}}
    assert labels(white) == [0]
    assert labels({"name": "l1", "property": {"color": ["black", "white"], "kind": ["Persian"]}}) == [0]
    assert labels({"name": "l1", "op": "OR", "property": {"color": ["black"], "kind": ["Persian"]}}) == [0, 1]
    assert labels(white, {"name": "l2", "property": {"color": ["white"]}}) == [0, 2, 3]
    assert labels({"name": "l1"}, {"name": "l2", "property": {"color": ["white"]}}, op="AND") == [2]
    assert labels(white, {"name": "l2"}) == [0, 2, 3]
    assert labels({"name": "l1", "property": {"nothing": ["x"]}}) == []
    assert matches(garden, {"any_of": [{"label_list": {"labels": [white]}}, {"sample_name": "04"}]}) == [0, 4]
    with garden.read() as session:
        found = dataset_stats(session, session.get_one(Dataset, "d"), "__ALL__").label_stats
        assert [(entry.count, entry.sample_count) for entry in found] == [(4, 3), (2, 2)]


def test_texts_and_frames_on_every_database(garden: Database) -> None:
    texts = ("The Content of a tea cup", "我爱机器学习", "100% of_it")
    described(garden, 100, *({"source": f"content://{text}"} for text in texts))
    found = [matches(garden, {"text": part}) for part in ("CONTENT", "机器", "content://", "%", "_", "e")]
    assert found == [[0], [1], [], [2], [2], [0]]
    frames = ({}, {"meta": {"@modelarts:time_in_video": 1.473722}}, {"meta": {"@modelarts:time_in_video": 12}})
    described(garden, 600, *({"sample_type": 6, **own} for own in frames))
    asked = ("1.473722", "1.474", "1", "1-12", "2-11.9", "12")
    assert [matches(garden, {"time_in_video": moment}) for moment in asked] == [[1], [1], [], [1, 2], [], [2]]
    with pytest.raises(Invalid):
        matches(garden, {"time_in_video": "soon"})


def test_changes_and_removals_on_every_database(garden: Database) -> None:
    with garden.write() as session:
        dataset = session.get_one(Dataset, "d", with_for_update=True)
        wanted = SampleFilter()
        rows, _ = list_samples(session, dataset, wanted, descending=False, page=Page(0, 10))
        labels = [{"code": 2, "type": 0}]
        untouched = {"usage": "", "meta": {}, "labelled_by": "", "labelled_at": None, "hard": False}
        changes = [(row, {**untouched, "labels": labels, "state": LABELLED}) for row in rows]
        change_samples(session, dataset, ACTOR, changes, ANNOTATED)
        changed = read_samples(session, dataset, [row.id for row in rows])
        assert all((row.labels, row.revision, row.meta) == (labels, 1, {}) for row in changed.values())
        remove_samples(session, dataset, ACTOR, list(changed.values())[:5])
    with garden.read() as session:
        dataset = session.get_one(Dataset, "d")
        expected = list(range(10, 40))
        l1, l2 = (session.get_one(Label, ("d", code)) for code in (1, 2))
        assert l1.sample_count == len([n for n in expected if n % 2 == 0])
        assert l2.sample_count == len([n for n in expected if n % 3 == 0]) + 5
        assert (dataset.total_samples, dataset.deleted_samples) == (35, 5)
        assert dataset.hard_samples == len([n for n in expected if n % 7 == 0])
    assert len(matches(garden, label="l2")) == len([n for n in range(10, 40) if n % 3 == 0]) + 5


def test_a_range_the_wrong_way_round(garden: Database) -> None:
    with pytest.raises(Invalid):
        matches(garden, {"score": "0.9-0.1"})
