"""Says at the end of `make test` what this machine lacks, and which tests were therefore left out."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

LACKS = {
    "a browser (chromium)": lambda: shutil.which("chromium") or shutil.which("google-chrome"),
    "PostgreSQL (postgresql)": lambda: next(iter(Path("/usr/lib/postgresql").glob("*/bin/initdb")), None),
    "a sandbox (bubblewrap)": lambda: shutil.which("bwrap"),
    "an S3 server for tests (MAQUETTE_TEST_S3_PYTHON)": lambda: (
        os.environ.get("MAQUETTE_TEST_S3_PYTHON") or any(importlib.metadata.distributions(name="swift"))
    ),
    "PyTorch": lambda: importlib.util.find_spec("torch"),
}


def main() -> None:
    missing = [name for name, found in LACKS.items() if not found()]
    if missing:
        print("\nLeft out on this machine, for want of: " + ", ".join(missing) + ".")


if __name__ == "__main__":
    main()
