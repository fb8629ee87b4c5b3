"""kill -9 in the middle of uploads: what was acknowledged is there, nothing is there twice, and the rest goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.buckets.dying import HALF, SIZE, content_of

from maquette.buckets import background

# What the server may say it has after dying at each moment.
MOMENTS = {
    "amid a chunk": range(SIZE),
    "a chunk is stored and not answered": range(HALF, HALF + 1),
    "before the bucket takes the file": range(SIZE, SIZE + 1),
    "the bucket has the file": range(SIZE, SIZE + 1),
    "complete and not answered": range(SIZE, SIZE + 1),
}


def test_uploads_survive_death_at_any_moment(files: Any, api: Any, platform: Any, monkeypatch: Any) -> None:
    uploads = {moment: files.begin(moment, content_of(moment)) for moment in MOMENTS}
    files.put("whole", b"before")
    known = {"token": api.token, "project": api.project_id}
    jobs = [{"moment": moment, "upload": upload, **known} for moment, upload in uploads.items()]
    jobs.append({"moment": "amid a put", "upload": "", **known})
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, Path(__file__).with_name("dying.py"), platform.settings.home],
        input=json.dumps(jobs).encode(),
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        check=True,
        timeout=120,
    )

    for moment, upload in uploads.items():
        content = content_of(moment)
        reached = files.offset(upload)
        assert reached in MOMENTS[moment], (moment, reached)
        if reached < SIZE:
            assert files.append(upload, reached, content[reached:]).json() == {"offset": SIZE}
        done = files.complete(upload)
        assert done.status_code == 200, (moment, done.text)
        assert files.get(moment).content == content, moment
        assert files.complete(upload).json() == done.json(), moment
    assert files.get("whole").content == b"before"
    assert files.keys() == sorted([*MOMENTS, "whole"])
    assert list(platform.settings.uploads_dir.iterdir()) == []
    monkeypatch.setattr(background, "TEMPORARY_S", -1.0)
    background.tidy(platform.settings, platform.database, platform.app.state.stores)
    temporary = platform.settings.buckets_dir / "pictures" / ".maquette-tmp"
    assert list(temporary.iterdir()) == []
