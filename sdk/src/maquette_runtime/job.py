"""`python -m maquette_runtime.job <spec.json>`: bring the code, prepare, and become the user's process.

The last step replaces this process (exec), so that exit codes and signals are the user's own. The order before it is
fixed: download the code directory, install `pip-requirements.txt`, run `ma-pre-start.sh` or `.py`, start. Exit codes of
our own: 64 a wrong spec, 65 code that cannot be downloaded, 66 a failed installation, 127 a missing boot file; a failed
pre-start script ends the job with its own code.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from maquette_runtime import environment
from maquette_runtime.spec import JobSpec, SpecError, load
from moxing.framework import file

EXIT_SPEC, EXIT_DOWNLOAD, EXIT_INSTALL, EXIT_MISSING = 64, 65, 66, 127
LISTED = 40


class Stop(Exception):
    """Ends the job before the user's code: the exit code, and a sentence for the log."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    """Print one platform line, in the form that log readers look for."""
    now = time.time()
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
    print(f"[ModelArts Service Log]{stamp},{int(now % 1 * 1000):03d} - {message}", flush=True)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m maquette_runtime.job <spec.json>", file=sys.stderr)
        return EXIT_SPEC
    try:
        spec = JobSpec(load(arguments[0]))
        variables = environment.build(spec, dict(os.environ))
        download(spec)
        os.makedirs(spec.log_dir, exist_ok=True)
        os.makedirs(spec.working_dir, exist_ok=True)
        os.chdir(spec.working_dir)
        install(spec, variables)
        boot = None if spec.command else boot_file(spec)
        before_start(spec, boot, variables)
        start(spec, boot, variables)
    except Stop as stop:
        say(f"[ERROR] {stop}")
        return stop.code
    except (OSError, ValueError, KeyError, SpecError) as problem:
        say(f"[ERROR] The job cannot be started: {type(problem).__name__}: {problem}")
        return EXIT_SPEC
    return 0


def download(spec: JobSpec) -> None:
    """Bring the code directory to where the job expects it."""
    os.makedirs(spec.code_path, exist_ok=True)
    if not spec.code_dir:
        return
    begun = time.monotonic()
    try:
        file.copy_parallel(f"{spec.code_dir}/", spec.code_path)  # a directory: no need to ask
    except OSError as problem:
        raise Stop(EXIT_DOWNLOAD, f"The code directory '{spec.code_dir}' cannot be downloaded: {problem}") from problem
    took = 1000 * (time.monotonic() - begun)
    say(f"[INFO] downloaded {spec.code_dir} to {spec.code_path} in {took:.0f} ms")


def install(spec: JobSpec, variables: dict[str, str]) -> None:
    """Install what the code directory asks for; file names of wheels in it are relative to it."""
    wanted = f"{spec.code_path}/pip-requirements.txt"
    if not os.path.exists(wanted):
        return
    say(f"[INFO] installing {wanted}")
    command = [spec.python, "-m", "pip", "install", "--disable-pip-version-check", *spec.pip_options, "-r", wanted]
    code = _run(command, spec.code_path, variables)
    if code:
        raise Stop(
            EXIT_INSTALL,
            f"pip-requirements.txt could not be installed: pip ended with exit code {code}, see its lines above. "
            "Jobs may have no network: put wheels into the code directory and name their files.",
        )


def boot_file(spec: JobSpec) -> str:
    """The boot file's path; when it is missing, the message lists what the code directory holds."""
    if os.path.isfile(spec.boot_path):
        return spec.boot_path
    names = file.list_directory(spec.code_path, recursive=True, skip_dir=True)
    listing = ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
    raise Stop(
        EXIT_MISSING,
        f"The boot file '{spec.boot_file}' is not in the code directory '{spec.code_dir}'. "
        f"Downloaded to {spec.code_path}: {listing or 'nothing'}.",
    )


def before_start(spec: JobSpec, boot: str | None, variables: dict[str, str]) -> None:
    """Run the user's preparation, which lies next to the boot file."""
    folder = os.path.dirname(boot) if boot else spec.code_path
    for name, interpreter in (("ma-pre-start.sh", "bash"), ("ma-pre-start.py", spec.python)):
        if os.path.exists(f"{folder}/{name}"):
            say(f"[INFO] running {folder}/{name}")
            if code := _run([interpreter, f"{folder}/{name}"], folder, variables):
                raise Stop(code if code > 0 else 128 - code, f"{name} ended with exit code {code}.")
            return


def start(spec: JobSpec, boot: str | None, variables: dict[str, str]) -> None:
    """Become the user's process."""
    if boot is None:
        import shlex

        # Appended as the platform always did: they go to the last command of a list, and not into quotes.
        line = " ".join((spec.command, *map(shlex.quote, spec.arguments)))
        command = ["bash", "-c", line]
        say(f"[INFO] running command: {line}")
    else:
        command = [spec.python, "-u", boot, *spec.arguments]
        say(f"[INFO] running command: {' '.join(command)}")
    sys.stdout.flush()
    # Python ignores SIGPIPE and an ignored signal outlives exec: the user's shell pipelines need the default.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606
    except FileNotFoundError:
        raise Stop(EXIT_MISSING, f"There is no interpreter '{command[0]}'.") from None


def _run(command: list[str], folder: str, variables: dict[str, str]) -> int:
    import subprocess  # only jobs that prepare something pay for it

    return subprocess.call(command, cwd=folder, env=variables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
