"""`make bench`: every benchmark in turn, each with its reference from the same run; prints one table.

python benchmarks/run.py [NAME ...]
"""

import importlib
import platform
import sys
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))
BENCHMARKS = ("startup", "jobs", "gateway", "sync", "data", "grid")


def main(names: list[str]) -> None:
    memory = psutil.virtual_memory().total / 2**30
    print(f"{platform.platform()}, {psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}\n")
    print("| what | figure | against | target |\n|---|---|---|---|", flush=True)
    for name in names or BENCHMARKS:
        for row in importlib.import_module(name).main():
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
