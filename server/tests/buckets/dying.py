"""Processes of a platform that kill themselves at a chosen moment of an upload; `test_crashes` runs this file.

It reads a JSON list of moments from its standard input, and forks a process for each: everything is imported once.
"""

import json
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZE = 3 << 20
HALF = SIZE // 2


def content_of(moment: str) -> bytes:
    return random.Random(moment).randbytes(SIZE)


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_body(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), 100_000):
        if at > 2_000_000:
            die()
        yield content[at : at + 100_000]


def go(home: str, job: dict[str, str]) -> None:
    from fastapi.testclient import TestClient

    from maquette.app import create_app
    from maquette.buckets import uploads
    from maquette.kit.config import Settings
    from maquette.storage import LocalStore

    client = TestClient(create_app(Settings(home=Path(home))), base_url="http://localhost")
    moment, root = job["moment"], f"/v1/{job['project']}/buckets/pictures"
    upload = f"{root}/uploads/{job['upload']}"
    headers = {"X-Auth-Token": job["token"]}
    content = content_of(moment)
    append, complete, adopt = uploads.append, uploads.complete, LocalStore.adopt
    if moment == "amid a put":
        client.put(f"{root}/objects/whole", content=dying_body(content), headers=headers)
    if moment == "amid a chunk":
        client.put(f"{upload}?offset=0", content=dying_body(content), headers=headers)
    if moment == "a chunk is stored and not answered":
        uploads.append = lambda *arguments: (append(*arguments), die())  # type: ignore[assignment]
        client.put(f"{upload}?offset=0", content=content[:HALF], headers=headers)
    client.put(f"{upload}?offset=0", content=content, headers=headers)
    if moment == "before the bucket takes the file":
        LocalStore.adopt = die  # type: ignore[assignment]
    if moment == "the bucket has the file":
        LocalStore.adopt = lambda *arguments: (adopt(*arguments), die())  # type: ignore[assignment]
    if moment == "complete and not answered":
        uploads.complete = lambda *arguments: (complete(*arguments), die())  # type: ignore[assignment]
    client.post(f"{upload}/complete", headers=headers)


def main() -> None:
    import maquette.app  # noqa: F401 - before the forks

    for job in json.load(sys.stdin):
        child = os.fork()
        if not child:
            go(sys.argv[1], job)
            os._exit(1)
        assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL, job


if __name__ == "__main__":
    main()
