"""Jobs from creation to their end, run for real: what they print, how they fail, and that nothing kills them but us."""

import os
import signal
import subprocess
import sys
from typing import Any

from maquette.kit.config import Settings

from tests.training.conftest import HELLO, Live, until

LOOP = b"""
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('asked to end', flush=True), sys.exit(0)))
print('begun', flush=True)
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    time.sleep(0.01)
"""


def test_a_job_prints_and_completes(running: Live) -> None:
    desk = running.desk
    path = desk.start("hello", b"import sys; print('hello', sys.argv[1:], flush=True)", parameter=[{"label": "lr", "value": 0.1}])
    told = desk.ended(path)
    assert (told["status"], told["exit_code"]) == (10, 0), (told, desk.log(path))
    assert "error_msg" not in told
    assert told["start_time"] and told["duration"] >= 0
    assert "hello ['--lr=0.1']" in desk.log(path)
