"""A bucket to work in, through the files API."""

import asyncio
from typing import Any
from urllib.parse import unquote

import pytest


class Files:
    """The files API for one bucket and one user."""

    def __init__(self, api: Any, bucket: str) -> None:
        self.api = api
        self.bucket = bucket

    def path(self, rest: str) -> str:
        return f"buckets/{self.bucket}/{rest}"

    def put(self, key: str, content: Any, **options: Any) -> Any:
        return self.api.request("PUT", "/v1", self.path(f"objects/{key}"), content=content, **options)

    def get(self, key: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.get("/v1", self.path(f"objects/{key}"), headers=named)

    def post(self, rest: str, body: Any = None, **options: Any) -> Any:
        return self.api.post("/v1", self.path(rest), body, **options)

    def listed(self, **params: Any) -> Any:
        answer = self.api.get("/v1", self.path("objects"), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def keys(self, **params: Any) -> list[str]:
        return [item["key"] for item in self.listed(**params)["objects"]]

    def begin(self, key: str, content: bytes, **more: Any) -> str:
        answer = self.post("uploads", {"key": key, "size": len(content), **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["upload_id"]

    def append(self, upload: str, offset: int, content: Any) -> Any:
        options = {"params": {"offset": offset}, "content": content}
        return self.api.request("PUT", "/v1", self.path(f"uploads/{upload}"), **options)

    def offset(self, upload: str) -> int:
        answer = self.api.get("/v1", self.path(f"uploads/{upload}"))
        assert answer.status_code == 200, answer.text
        return answer.json()["offset"]

    def complete(self, upload: str) -> Any:
        return self.post(f"uploads/{upload}/complete")


@pytest.fixture
def files(api: Any) -> Files:
    """The administrator in an empty local bucket of the default workspace."""
    answer = api.post("/v1", "buckets", {"name": "pictures"})
    assert answer.status_code == 201, answer.text
    return Files(api, "pictures")


def speak(platform: Any, api: Any, method: str, path: str, messages: list[dict[str, Any]]) -> int:
    """Send a request in plain ASGI and return the answer's status: client libraries tidy paths and finish bodies."""
    feed = iter(messages)
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return next(feed)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    raw, _, query = f"/v1/{api.project_id}/{path}".partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"x-auth-token", api.token.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "state": {},
    }
    asyncio.run(platform.app(scope, receive, send))
    return statuses[0]
