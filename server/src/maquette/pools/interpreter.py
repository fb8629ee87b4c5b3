"""The Python that workloads run on: which packages it has, where it lies, and where our runtime for it is.

Nothing of it is imported here: the interpreter is asked in a process of its own, and the answer is kept.
"""

import importlib.util
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from maquette.kit.errors import Unavailable

_ASK = """
import importlib.metadata as m, json, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
names = ("torch", "scikit-learn", "tensorflow", "xgboost", "numpy")
found = {name: version(name) for name in names}
print(json.dumps({"python": sys.version_info[:2], "prefixes": [sys.prefix, sys.base_prefix],
                  "packages": {k: v for k, v in found.items() if v}}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """`version` is `3.11`, `prefixes` the directories it needs, `packages` the frameworks found, with versions."""

    path: Path
    version: str
    prefixes: tuple[Path, ...]
    packages: dict[str, str] = field(default_factory=dict[str, str])


@cache
def interpreter_of(path: Path) -> Interpreter:
    """Ask an interpreter about itself; takes 50 ms the first time. Raises Unavailable when it does not run."""
    try:
        ran = subprocess.run([path, "-I", "-c", _ASK], check=True, capture_output=True, text=True, timeout=30)
        told = json.loads(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Unavailable(f"The interpreter for jobs, {path.name}, does not run. Correct job_python.") from error
    major, minor = told["python"]
    prefixes = tuple(dict.fromkeys(Path(prefix) for prefix in told["prefixes"]))
    return Interpreter(path, f"{major}.{minor}", prefixes, told["packages"])


@cache
def runtime_paths() -> tuple[Path, ...]:
    """Directories that a workload needs on its PYTHONPATH to import `maquette_runtime` and `moxing`.

    Empty where they are installed like any package: then the interpreter for jobs must have them too.
    """
    found = importlib.util.find_spec("maquette_runtime")
    if found is not None and found.origin is not None:
        root = Path(found.origin).resolve().parents[1]
        return () if root.name in ("site-packages", "dist-packages") else (root,)
    beside = Path(__file__).resolve().parents[4] / "sdk" / "src"
    return (beside,) if (beside / "maquette_runtime").is_dir() else ()


def compile_runtime(python: Path) -> None:
    """Let the workloads' interpreter compile our runtime beside its sources, in the background: a sandbox sees them
    read-only, and would otherwise compile them anew at every start."""
    if paths := runtime_paths():
        command = [str(python), "-m", "compileall", "-q", *map(str, paths)]
        run = partial(subprocess.run, command, check=False, capture_output=True)
        threading.Thread(target=run, name="compile", daemon=True).start()


def boot_command(python: Path) -> tuple[str, ...]:
    """The command that starts a job, without its spec. Site packages are left out where our runtime lies elsewhere:
    the boot needs none, and they are a third of its start; the user's own process has them."""
    bare = ("-S",) if runtime_paths() else ()
    return (str(python), "-P", *bare, "-m", "maquette_runtime.job")


def foreign_prefixes(interpreter: Interpreter) -> list[Path]:
    """Its directories that a sandbox does not show by itself (the system's and the server's own are always there)."""
    shown = [Path("/usr"), Path(sys.prefix), Path(sys.base_prefix)]
    return [prefix for prefix in interpreter.prefixes if not any(prefix.is_relative_to(place) for place in shown)]
