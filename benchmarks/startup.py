"""How long a server takes to answer on a warm home, and what it costs idle. Reference: an empty uvicorn."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from serving import percentile, served

_EMPTY = """
import asyncio, uvicorn
async def app(scope, receive, send):
    pass
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets); print("ready", flush=True)
Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error")).run()
"""


def reference() -> float:
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", _EMPTY], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - begun
    process.kill()
    process.wait()
    return took


def main() -> list[tuple[str, str, str, str]]:
    with tempfile.TemporaryDirectory(prefix="mqb-") as folder:
        home = Path(folder) / "home"
        with served(home):
            pass
        times: list[float] = []
        for _ in range(5):
            with served(home) as server:
                times.append(server.ready_s)
                time.sleep(3)
                memory = server.memory()
    bare = percentile([reference() for _ in range(5)], 0.5)
    ready = percentile(times, 0.5)
    total = sum(memory.values()) / 1e6
    parts = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in memory.items())
    return [
        ("server ready, warm", f"{ready:.2f} s", f"{ready / bare:.1f} × an empty uvicorn ({bare:.2f} s)", "3 s"),
        ("idle memory", f"{total:.0f} MB", parts, "300 MB"),
    ]


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
