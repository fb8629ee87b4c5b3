"""Pages of a log join without gap or overlap, whatever bytes it is made of."""

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maquette.training import logs

TEXT = "".join(f"line {number} ünï\n" for number in range(100))


def test_forward_pages_join(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(TEXT)
    seen, position = "", 0
    while (page := logs.read_forward(path, position, 7)).content:
        assert page.lines <= 7
        seen, position = seen + page.content, page.end
    assert seen == TEXT


def test_backward_pages_join(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(TEXT + "no newline at the end")
    last = logs.read_backward(path, None, 2)
    assert last.content == "line 99 ünï\nno newline at the end"
    seen, position = last.content, last.start
    while (page := logs.read_backward(path, position, 7)).content:
        assert page.lines <= 7
        seen, position = page.content + seen, page.start
    assert seen == TEXT + "no newline at the end"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(content=st.binary(max_size=400), lines=st.integers(1, 5))
def test_any_bytes_are_read_to_their_end(tmp_path: Path, content: bytes, lines: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    position = 0
    while (page := logs.read_forward(path, position, lines)).end > position:
        position = page.end
    assert len(content) - position <= 3  # a character may still be on its way
    end = len(content)
    while (page := logs.read_backward(path, end, lines)).start < end:
        end = page.start
    assert end == 0


def test_nothing_is_an_empty_page(tmp_path: Path) -> None:
    assert logs.read_forward(tmp_path / "absent", 5, 10).content == ""
    assert logs.read_backward(tmp_path / "absent", None, 10).content == ""
    (tmp_path / "log").write_text(TEXT)
    assert logs.read_forward(tmp_path / "log", 1 << 62, 10).content == ""
    assert logs.read_backward(tmp_path / "log", 1 << 62, 0).content == ""


def test_a_stream_tells_all_and_then_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes("ü".encode()[:1])
    answers: list[dict[str, Any] | None] = [None, {"status": 10}]

    async def look() -> dict[str, Any] | None:
        if len(answers) == 1:
            path.write_text("über\n")
        return answers.pop(0)

    async def collect() -> list[str]:
        return [event async for event in logs.follow(path, 0, look)]

    events = asyncio.run(collect())
    assert events == [
        'id: 6\nevent: log\ndata: {"offset": 6, "text": "\\u00fcber\\n"}\n\n',
        'id: 6\nevent: end\ndata: {"offset": 6, "status": 10}\n\n',
    ]
