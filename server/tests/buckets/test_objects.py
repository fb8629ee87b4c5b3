"""Objects over HTTP: bytes in and out, conditions, ranges, names, listings, copies."""

import shutil
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.buckets.conftest import speak

from maquette.buckets.serving import requested_range
from maquette.events import Event
from maquette.iam import issue_token
from maquette.iam.tokens import TokenSpec
from maquette.kit.errors import StorageFull
from maquette.storage import LocalStore

CONTENT = bytes(range(256)) * 5000  # more than one chunk of a store


def test_what_is_put_is_what_is_got(files: Any) -> None:
    stored = files.put("a/b.bin", CONTENT)
    assert stored.status_code == 200, stored.text
    assert stored.json()["key"] == "a/b.bin"
    assert stored.json()["size"] == len(CONTENT)
    got = files.get("a/b.bin")
    assert got.content == CONTENT
    assert got.headers["etag"] == f'"{stored.json()["etag"]}"'
    assert files.put("a/b.bin", b"").json()["size"] == 0
    assert files.get("a/b.bin").content == b""


def test_a_streamed_body_needs_no_length(files: Any) -> None:
    pieces = [CONTENT[at : at + 70_000] for at in range(0, len(CONTENT), 70_000)]
    assert files.put("a", iter(pieces)).json()["size"] == len(CONTENT)
    assert files.get("a").content == CONTENT


def test_head_tells_without_bytes(files: Any, api: Any) -> None:
    files.put("a.png", b"12345")
    head = api.request("HEAD", "/v1", files.path("objects/a.png"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "5"
    assert head.headers["etag"] == files.get("a.png").headers["etag"]
    assert api.request("HEAD", "/v1", files.path("objects/b.png")).status_code == 404


def test_an_absent_object_is_404(files: Any, api: Any) -> None:
    missing = files.get("nothing")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.4404")
    absent = api.get("/v1", "buckets/absent/objects/a")
    assert (absent.status_code, absent.json()["error_code"]) == (404, "ModelArts.4405")
    assert api.delete("/v1", files.path("objects/nothing")).status_code == 204


def test_known_bytes_are_not_sent_again(files: Any, api: Any) -> None:
    files.put("a", b"one")
    first = files.get("a")
    for header in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = api.get("/v1", files.path("objects/a"), headers=header)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert api.request("HEAD", "/v1", files.path("objects/a"), headers=header).status_code == 304
    files.put("a", b"two")
    assert files.get("a", If_None_Match=first.headers["etag"]).content == b"two"


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-99999", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=99-100", 416, None, "bytes */10"),
        ("bytes=3-1", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("items=0-1", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
    ],
)
def test_ranges(files: Any, header: str, status: int, body: bytes | None, content_range: str | None) -> None:
    files.put("digits", b"0123456789")
    answer = files.get("digits", Range=header)
    assert answer.status_code == status
    assert answer.headers.get("content-range") == content_range
    if body is None:
        assert answer.json()["error_code"] == "ModelArts.0416"
    else:
        assert answer.content == body
        assert answer.headers["content-length"] == str(len(body))


def test_a_range_of_another_version_is_the_whole_object(files: Any) -> None:
    files.put("a", b"0123456789")
    known = files.get("a").headers
    assert files.get("a", Range="bytes=0-1", If_Range=known["etag"]).status_code == 206
    assert files.get("a", Range="bytes=0-1", If_Range=known["last-modified"]).status_code == 206
    files.put("a", b"9876543210")
    changed = files.get("a", Range="bytes=0-1", If_Range=known["etag"])
    assert (changed.status_code, changed.content) == (200, b"9876543210")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(CONTENT) - 1), st.integers(0, len(CONTENT) + 5))
def test_every_range_equals_the_slice(files: Any, start: int, length: int) -> None:
    if not files.keys():
        files.put("big", CONTENT)
    answer = files.get("big", Range=f"bytes={start}-{start + length}")
    assert answer.status_code == 206
    assert answer.content == CONTENT[start : start + length + 1]


@given(st.text(st.sampled_from("bytes=-0123456789, "), max_size=20), st.integers(0, 50))
def test_any_range_header_gives_a_span_inside(header: str, size: int) -> None:
    span = requested_range(header, size)
    if span:
        assert 0 <= span[0] < span[1] <= size


def test_an_object_replaced_while_it_is_opened_is_described_anew(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files.put("a", b"old bytes")
    read = LocalStore.read

    def read_late(store: LocalStore, *args: Any) -> Any:
        monkeypatch.setattr(LocalStore, "read", read)
        store.write("a", b"new")
        return store.read(*args)

    monkeypatch.setattr(LocalStore, "read", read_late)
    got = files.get("a")
    assert (got.status_code, got.content, got.headers["content-length"]) == (200, b"new", "3")


def test_bytes_cannot_act_in_our_origin(files: Any, api: Any) -> None:
    for key in ("a.html", "a.svg", "a.png", '文件 "1";%.txt'):
        files.put(quote(key), b"<script>alert(1)</script>")
        plain = files.get(quote(key))
        assert plain.headers["x-content-type-options"] == "nosniff"
        assert plain.headers["content-security-policy"] == "sandbox"
        assert plain.headers["content-disposition"].startswith("attachment; ")
    assert f"filename*=UTF-8''{quote(key, safe='')}" in plain.headers["content-disposition"]


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("a.png", "image/png"),
        ("a.JPG", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.wav", "audio/"),
        ("a.mp3", "audio/mpeg"),
        ("a.mp4", "video/mp4"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.json", "text/plain; charset=utf-8"),
        ("a.xml", "text/plain; charset=utf-8"),
        ("a.svg", None),
        ("a.html", None),
        ("a.pdf", None),
        ("a", None),
    ],
)
def test_only_harmless_types_are_shown_in_place(files: Any, api: Any, name: str, shown_as: str | None) -> None:
    files.put(name, b"x")
    headers = api.get("/v1", files.path(f"objects/{name}"), params={"inline": "true"}).headers
    if shown_as:
        assert headers["content-disposition"].startswith("inline; ")
        assert headers["content-type"].startswith(shown_as)
    else:
        assert headers["content-disposition"].startswith("attachment; ")
        assert headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "raw",
    [
        "../a",
        "a/../../b",
        "%2e%2e/a",
        "%2e%2e%2fa",
        "a/%2e/b",
        "a//b",
        "%2Fetc/passwd",
        "a%00b",
        "a%0ab",
        "a%7f",
        "a%5cb",
        "%ff%fe",
        "a%ED%A0%80",
        "a%E2%80%AEgpj.exe",
        "x" * 300,
        "%E4%BD%A0" * 100,
        "/".join(["seg"] * 300),
        ".maquette-tmp/a",
        "",
        "/",
    ],
)
def test_hostile_names_are_refused_by_every_method(files: Any, platform: Any, raw: str) -> None:
    body = [{"type": "http.request", "body": b"x", "more_body": False}]
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        status = speak(platform, files.api, method, files.path(f"objects/{raw}"), [*body, {"type": "http.disconnect"}])
        # What is a name in other buckets is only absent in this kind.
        reserved = raw.startswith(".maquette") and method != "PUT"
        # No route's path holds a line break.
        refused = {404} if "%0a" in raw else {400}
        assert status in ({204, 404} if reserved else refused), f"{method} {raw}: {status}"
    assert files.listed() == {"objects": [], "prefixes": [], "next_after": None}


def test_a_name_is_decoded_once(files: Any, platform: Any) -> None:
    body = [{"type": "http.request", "body": b"x", "more_body": False}]
    assert speak(platform, files.api, "PUT", files.path("objects/a%2520b%252e%252e"), body) == 200
    assert files.keys() == ["a%20b%2e%2e"]


def test_unusual_names_are_kept_exactly(files: Any) -> None:
    names = [
        "A.txt",
        "a.txt",
        "照片/猫 1.jpg",
        "a+b&c=d?e#f 100%.txt",
        "e\u0301",
        "\u00e9",
        ".hidden",
        "x" * 255,
        "CON",
    ]
    for name in names:
        assert files.put(quote(name), name.encode()).status_code == 200, name
    for name in names:
        assert files.get(quote(name)).content == name.encode()
    assert files.keys() == sorted(names, key=str.encode)


def test_a_key_with_a_slash_makes_a_folder(files: Any) -> None:
    assert files.put("empty/", b"").status_code == 200
    assert files.listed(delimited=True)["prefixes"] == ["empty/"]
    assert files.put("empty/", b"bytes").status_code == 400
    assert files.put("empty/a", b"1").status_code == 200
    assert files.put("empty/a/b", b"1").status_code == 409


def test_listing_by_pages_and_folders(files: Any, api: Any) -> None:
    for key in ("a/1", "a/2", "a-b", "b/x/1", "c"):
        files.put(key, b"1")
    assert files.keys() == ["a-b", "a/1", "a/2", "b/x/1", "c"]
    folders = files.listed(delimited=True)
    assert [item["key"] for item in folders["objects"]] == ["a-b", "c"]
    assert folders["prefixes"] == ["a/", "b/"]
    assert files.keys(prefix="a/") == ["a/1", "a/2"]
    assert files.keys(prefix="../") == []
    first = files.listed(limit=2)
    assert first["next_after"] == "a/1"
    assert files.keys(limit=2, after="a/1") == ["a/2", "b/x/1"]
    for wrong in ({"limit": 0}, {"limit": 1001}, {"limit": 2**70}):
        assert api.get("/v1", files.path("objects"), params=wrong).status_code == 400


def test_many_are_deleted_at_once(files: Any) -> None:
    for key in ("a/1", "a/2", "b/1", "c"):
        files.put(key, b"1")
    assert files.post("delete", {"keys": ["c", "absent"]}).json() == {"deleted": 2}
    assert files.post("delete", {"prefix": "a/"}).json() == {"deleted": 2}
    assert files.post("delete", {"prefix": "a/"}).json() == {"deleted": 0}
    assert files.keys() == ["b/1"]


@pytest.mark.parametrize(
    "body", [{}, {"keys": ["a"], "prefix": "a"}, {"prefix": ""}, {"keys": ["ok", "../a"]}, {"keys": 7}]
)
def test_deletions_that_say_nothing_clear_delete_nothing(files: Any, body: Any) -> None:
    files.put("ok", b"1")
    assert files.post("delete", body).status_code == 400
    assert files.keys() == ["ok"]


def test_copy_and_move(files: Any, api: Any) -> None:
    files.put("a", b"content")
    copied = files.post("copy", {"source": "a", "target": "x/b"})
    assert (copied.status_code, copied.json()["size"]) == (200, 7)
    assert files.post("copy", {"source": "a", "target": "c", "move": True}).status_code == 200
    assert files.keys() == ["c", "x/b"]
    api.post("/v1", "buckets", {"name": "second"})
    assert (
        files.post("copy", {"source": "c", "target": "d", "target_bucket": "second", "move": True}).status_code == 200
    )
    assert api.get("/v1", "buckets/second/objects/d").content == b"content"
    assert files.keys() == ["x/b"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"source": "absent", "target": "b"}, 404),
        ({"source": "absent", "target": "b", "move": True}, 404),
        ({"source": "a", "target": "../b"}, 400),
        ({"source": "../a", "target": "b"}, 400),
        ({"source": "a", "target": "b", "target_bucket": "absent"}, 404),
        ({"source": "a", "target": "a/b"}, 409),
        ({"source": "a"}, 400),
    ],
)
def test_copies_that_cannot_be(files: Any, body: Any, status: int) -> None:
    files.put("a", b"content")
    assert files.post("copy", body).status_code == status
    assert files.keys() == ["a"]


def test_a_copy_onto_itself_changes_nothing(files: Any) -> None:
    files.put("a", b"content")
    for move in (False, True):
        assert files.post("copy", {"source": "a", "target": "a", "move": move}).json()["size"] == 7
    assert files.get("a").content == b"content"


def test_a_full_disk_is_507_and_works_again(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files.put("a", b"x" * 10)
    usage = shutil.disk_usage("/")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5))
        for answer in (
            files.put("b", b"1"),
            files.put("b", iter([b"1"])),
            files.post("copy", {"source": "a", "target": "b"}),
            files.post("uploads", {"key": "b", "size": 1}),
        ):
            assert (answer.status_code, answer.json()["error_code"]) == (507, "ModelArts.0109")
    assert files.keys() == ["a"]
    assert files.put("b", b"1").status_code == 200


def test_a_disk_that_fills_up_in_the_middle(files: Any, platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = iter([1 << 40, 5])
    monkeypatch.setattr("maquette.buckets.space.LOOK_EVERY", 1 << 20)
    real = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: real._replace(free=next(usage)))
    answer = files.put("b", iter([bytes(1 << 20)] * 10))
    assert answer.status_code == 507
    folder = platform.settings.buckets_dir / "pictures"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_store_that_fails_early_leaves_the_rest_unread(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_store: LocalStore, key: str, content: Any) -> None:
        next(iter(content))
        raise StorageFull(f"no room for {key}")

    monkeypatch.setattr(LocalStore, "write", write)
    assert files.put("a", iter([bytes(1 << 20)] * 20)).status_code == 507


def test_an_object_over_the_limit_is_refused(files: Any, platform: Any) -> None:
    platform.settings.object_limit = 10
    assert files.put("a", b"x" * 11).status_code == 413
    assert files.put("a", iter([b"x" * 6, b"x" * 6])).status_code == 413
    assert files.post("uploads", {"key": "a", "size": 11}).status_code == 413
    assert files.put("a", b"x" * 10).status_code == 200


def test_a_jobs_token_uses_the_same_routes(files: Any, api: Any, platform: Any) -> None:
    with platform.database.write() as session:
        owner = session.execute(select(Event.user_id).limit(1)).scalar_one()
        token = issue_token(session, TokenSpec("workload", owner, 60_000, api.project_id, "attempt"))
    headers = {"X-Auth-Token": token}
    url = f"/v1/{api.project_id}/buckets/pictures/objects/out/model.pt"
    assert api.client.put(url, content=b"weights", headers=headers).status_code == 200
    assert api.client.get(url, headers=headers).content == b"weights"


def test_policies_decide(files: Any, platform: Any) -> None:
    bob = platform.user("bob")
    assert bob.request("PUT", "/v1", files.path("objects/a"), content=b"1").status_code == 200
    from maquette.iam.tables import Policy

    with platform.database.write() as session:
        for policy in session.scalars(select(Policy)):
            if "Tenant" not in policy.name:
                statements = [{"Effect": "Allow", "Action": ["obs:object:PutObject", "obs:bucket:ListBucket"]}]
                policy.document = {"Version": "1.1", "Statement": statements}
    assert bob.request("PUT", "/v1", files.path("objects/a"), content=b"2").status_code == 200
    assert bob.get("/v1", files.path("objects")).status_code == 200
    assert bob.get("/v1", files.path("objects/a")).status_code == 403
    assert bob.delete("/v1", files.path("objects/a")).status_code == 403
    assert bob.post("/v1", "buckets", {"name": "his"}).status_code == 403
    assert bob.post("/v1", files.path("copy"), {"source": "a", "target": "b"}).status_code == 403
    assert bob.post("/v1", files.path("extract"), {"key": "a.zip"}).status_code in {403, 404}
