"""Making, attaching, listing and removing buckets, and who may."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from maquette.events import Event
from maquette.iam import User, issue_token
from maquette.iam.tokens import TokenSpec


def create(api: Any, name: str, **more: Any) -> Any:
    return api.post("/v1", "buckets", {"name": name, **more})


def events(platform: Any, name: str) -> list[Event]:
    with platform.database.read() as session:
        return list(session.scalars(select(Event).where(Event.name == name)))


def test_a_local_bucket_is_made_listed_and_removed(api: Any, platform: Any) -> None:
    made = create(api, "pictures")
    assert made.status_code == 201
    assert made.json()["kind"] == "local"
    assert made.json()["workspace_id"] == "0"
    assert made.json()["direct_upload"] is False
    listed = api.get("/v1", "buckets").json()
    assert listed == {"buckets": [made.json()], "total_count": 1}
    assert (platform.settings.buckets_dir / "pictures").is_dir()

    assert api.delete("/v1", "buckets/pictures").status_code == 204
    assert api.get("/v1", "buckets").json()["total_count"] == 0
    assert not (platform.settings.buckets_dir / "pictures").exists()
    assert [event.resource_id for event in events(platform, "createBucket")] == ["pictures"]
    assert [event.resource_id for event in events(platform, "deleteBucket")] == ["pictures"]
    assert api.delete("/v1", "buckets/pictures").json()["error_code"] == "ModelArts.4405"


def test_a_job_of_an_administrator_attaches_nothing(api: Any, platform: Any, tmp_path: Path) -> None:
    """Its token is for files: a folder of the server would be the way out of the sandbox."""
    create(api, "pictures")
    with platform.database.write() as session:
        owner = session.scalar(select(User.id).where(User.name == "admin"))
        token = issue_token(session, TokenSpec("workload", owner, 60_000, api.project_id, "attempt"))
    api.headers = {"X-Auth-Token": token}
    assert api.get("/v1", "buckets").status_code == 200
    assert api.get("/v1", "buckets/pictures/objects").status_code == 200
    assert create(api, "server", path=str(tmp_path)).status_code == 403
    assert create(api, "plain").status_code == 403
    assert api.delete("/v1", "buckets/pictures").status_code == 403


def test_a_bucket_with_files_is_not_removed(files: Any, api: Any) -> None:
    files.put("a.txt", b"x")
    refused = api.delete("/v1", "buckets/pictures")
    assert (refused.status_code, refused.json()["error_code"]) == (409, "ModelArts.4407")
    assert files.get("a.txt").content == b"x"


def test_a_removal_that_crashed_half_way_is_finished_by_repeating_it(files: Any, api: Any, platform: Any) -> None:
    (platform.settings.buckets_dir / "pictures").rmdir()
    assert api.delete("/v1", "buckets/pictures").status_code == 204


@pytest.mark.parametrize(
    "name", ["", "ab", "Upper", "a_b", "a..b", "-ab", "../x", "a/b", "a" * 64, "a\ufffdb", 7, None]
)
def test_bad_names_are_refused(api: Any, name: Any) -> None:
    assert create(api, name).status_code == 400


def test_a_name_is_given_once(api: Any) -> None:
    assert create(api, "pictures").status_code == 201
    again = create(api, "pictures")
    assert (again.status_code, again.json()["error_code"]) == (409, "ModelArts.4406")


def test_a_repeated_request_gets_the_same_answer(api: Any, platform: Any) -> None:
    headers = {"Idempotency-Key": "one"}
    first = api.post("/v1", "buckets", {"name": "pictures"}, headers=headers)
    second = api.post("/v1", "buckets", {"name": "pictures"}, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert len(events(platform, "createBucket")) == 1


def test_an_unknown_field_is_named(api: Any) -> None:
    answer = create(api, "pictures", colour="red")
    assert answer.status_code == 400
    assert "colour" in answer.json()["error_msg"]


def test_an_existing_folder_is_attached_and_detached_untouched(api: Any, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.txt").write_bytes(b"there before")
    made = create(api, "attached", path=str(folder))
    assert made.status_code == 201, made.text
    assert made.json()["kind"] == "folder"
    assert made.json()["location"] == str(folder)
    assert api.get("/v1", "buckets/attached/objects/sub/a.txt").content == b"there before"
    api.request("PUT", "/v1", "buckets/attached/objects/b.txt", content=b"new")
    assert (folder / "b.txt").read_bytes() == b"new"
    assert api.delete("/v1", "buckets/attached").status_code == 204
    assert (folder / "sub" / "a.txt").read_bytes() == b"there before"


@pytest.mark.parametrize(
    "path",
    ["relative/folder", "/", "/etc", "/etc/ssl", "/usr/share", "/proc/self", "/home", "/nowhere/at/all", "/dev/null"],
)
def test_folders_that_cannot_be_buckets(api: Any, path: str) -> None:
    answer = create(api, "attached", path=path)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.4409")


def test_the_platforms_own_files_are_no_bucket_not_even_through_a_link(api: Any, platform: Any, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(platform.settings.home)
    (tmp_path / "file").write_bytes(b"")
    for path in (
        platform.settings.home,
        platform.settings.buckets_dir,
        tmp_path,
        link,
        link / "jobs",
        tmp_path / "file",
    ):
        assert create(api, "attached", path=str(path)).status_code == 400, path


def test_only_administrators_attach_and_detach(api: Any, platform: Any, tmp_path: Path) -> None:
    bob = platform.user("bob")
    (tmp_path / "data").mkdir()
    remote = {"endpoint": "http://127.0.0.1:1", "access_key": "a", "secret_key": "b"}
    assert create(bob, "attached", path=str(tmp_path / "data")).status_code == 403
    assert create(bob, "attached", **remote).status_code == 403
    assert create(bob, "his-own").status_code == 201
    assert create(api, "attached", path=str(tmp_path / "data")).status_code == 201
    shown = {item["name"]: item["location"] for item in bob.get("/v1", "buckets").json()["buckets"]}
    assert shown == {"attached": "", "his-own": ""}
    assert bob.delete("/v1", "buckets/attached").status_code == 403
    assert bob.delete("/v1", "buckets/his-own").status_code == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "ftp://x", "access_key": "a", "secret_key": "b"},
        {"endpoint": "http://user:pw@host", "access_key": "a", "secret_key": "b"},
        {"endpoint": "http://127.0.0.1:1"},
        {"access_key": "a", "secret_key": "b"},
        {"endpoint": "http://127.0.0.1:1", "path": "/data", "access_key": "a", "secret_key": "b"},
        {"endpoint": "http://127.0.0.1:1", "access_key": "a", "secret_key": "b", "remote_bucket": "../x"},
    ],
)
def test_places_that_make_no_sense_are_refused(api: Any, wrong: dict[str, str]) -> None:
    assert create(api, "remote", **wrong).status_code == 400
    assert api.get("/v1", "buckets").json()["total_count"] == 0


def test_an_endpoint_that_does_not_answer_is_not_stored(api: Any) -> None:
    answer = create(api, "remote", endpoint="http://127.0.0.1:1", access_key="a", secret_key="b")
    assert answer.status_code == 503
    assert api.get("/v1", "buckets").json()["total_count"] == 0


@pytest.fixture
def hidden(api: Any, platform: Any) -> Any:
    """Bob's client, and a bucket with a file and an upload in a workspace he may not enter."""
    workspace = api.post("/v1", "workspaces", {"name": "closed", "auth_type": "PRIVATE"}).json()["id"]
    assert create(api, "hidden", workspace_id=workspace).status_code == 201
    api.request("PUT", "/v1", "buckets/hidden/objects/a.txt", content=b"secret")
    upload = api.post("/v1", "buckets/hidden/uploads", {"key": "b", "size": 1}).json()["upload_id"]
    return platform.user("bob"), workspace, upload


def test_nothing_of_a_closed_workspace_is_visible(hidden: Any) -> None:
    bob, workspace, upload = hidden
    assert bob.get("/v1", "buckets").json()["total_count"] == 0
    assert create(bob, "mine").status_code == 201
    bob.request("PUT", "/v1", "buckets/mine/objects/x.zip", content=b"x")
    assert create(bob, "another", workspace_id=workspace).status_code == 404
    requests: list[tuple[str, str, Any]] = [
        ("DELETE", "", None),
        ("GET", "/objects", None),
        ("GET", "/objects/a.txt", None),
        ("HEAD", "/objects/a.txt", None),
        ("PUT", "/objects/a.txt", None),
        ("DELETE", "/objects/a.txt", None),
        ("POST", "/delete", {"keys": ["a.txt"]}),
        ("POST", "/delete", {"prefix": "a"}),
        ("POST", "/copy", {"source": "a.txt", "target": "b.txt"}),
        ("POST", "/uploads", {"key": "x", "size": 1}),
        ("GET", f"/uploads/{upload}", None),
        ("PUT", f"/uploads/{upload}?offset=0", None),
        ("POST", f"/uploads/{upload}/complete", None),
        ("DELETE", f"/uploads/{upload}", None),
        ("POST", "/extract", {"key": "x.zip"}),
    ]
    for method, path, body in requests:
        answer = bob.request(method, "/v1", f"buckets/hidden{path}", json=body)
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
        if method != "HEAD":
            assert answer.json()["error_code"] == "ModelArts.4405"
    away = bob.post("/v1", "buckets/mine/copy", {"source": "x.zip", "target": "y", "target_bucket": "hidden"})
    assert away.json()["error_code"] == "ModelArts.4405"
    # An upload answers only below its own bucket.
    assert bob.get("/v1", f"buckets/mine/uploads/{upload}").json()["error_code"] == "ModelArts.4410"
