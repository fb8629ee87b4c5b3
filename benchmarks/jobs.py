"""From a training job's submission to the start of the user's process. Reference: starting the same file by hand."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from serving import percentile, served

ROUNDS = 30
# Written through the log, which the platform keeps: the moment at which the user's code began.
_CODE = b"import time; print('began', time.time_ns() // 1000, flush=True)\n"


def main() -> list[tuple[str, str, str, str]]:
    took: list[float] = []
    with served() as server:
        rest = server.rest
        rest.call("POST", "v1", "buckets", json={"name": "bench"})
        rest.call("PUT", "v1", "buckets/bench/objects/code/main.py", content=_CODE)
        engine = rest.call("GET", "v1", "job/ai-engines")["engines"][0]["engine_id"]
        spec = rest.call("GET", "v1", "job/resource-specs")["specs"][0]["spec_id"]
        config = {
            "worker_server_num": 1,
            "app_url": "/bench/code/",
            "boot_file_url": "/bench/code/main.py",
            "engine_id": engine,
            "spec_id": spec,
        }
        for number in range(ROUNDS + 1):
            sent = time.time_ns() // 1000
            job = rest.call("POST", "v1", "training-jobs", json={"job_name": f"bench-{number}", "config": config})
            took.append((_began(rest, job) - sent) / 1000)
        del took[0]  # the worker was still on its way
    bare = percentile([_by_hand() for _ in range(10)], 0.5)
    middle, high = percentile(took, 0.5), percentile(took, 0.95)
    reference = f"p50 {middle:.0f} ms; {high / bare:.1f} × python main.py by hand ({bare:.0f} ms)"
    return [("job submitted to user process, p95", f"{high:.0f} ms", reference, "300 ms")]


def _began(rest, job) -> int:
    address = f"training-jobs/{job['job_id']}/versions/{job['version_id']}"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if rest.call("GET", "v1", address)["status"] in {10, 11, 12, 13, 14}:
            name = rest.call("GET", "v1", f"{address}/log/file-names")["log_file_list"][0]
            content = rest.call("GET", "v1", f"{address}/aom-log", params={"log_file": name, "lines": 50})["content"]
            return int(next(line for line in content.splitlines() if line.startswith("began")).split()[1])
        time.sleep(0.02)
    raise SystemExit("the job did not end")


def _by_hand() -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main.py"
        path.write_bytes(_CODE)
        sent = time.time_ns() // 1000
        ran = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
        return (int(ran.stdout.split()[1]) - sent) / 1000


if __name__ == "__main__":
    for row in main():
        print(" | ".join(row))
