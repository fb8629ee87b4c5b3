"""The supervisor of one attempt: it starts the workload, watches it, ends it and says how it ended.

What to run, and within which limits, stands in `<directory>/launch.json`; the truth goes to `<directory>/state.json`.
How a sandbox is built is decided by the engine, not here. The process is a subreaper: whatever the workload starts,
daemonised or not, becomes its child when orphaned, so "no children left" proves that the tree is gone.
"""

import ctypes
import json
import os
import resource
import select
import signal
import time

from .journal import Log, Record, now_ms
from .kernel import children, descendants, kill_group, proportional, read_key, remove_group, send, weigh

TICK_S = 0.2
USAGE_S = 2.0


class Supervisor:
    def __init__(self, directory: str) -> None:
        self.directory = directory
        with open(f"{directory}/launch.json", "rb") as file:
            self.plan = json.load(file)
        self.group: str = self.plan["cgroup"] or ""
        self.record = Record(directory, self.plan["boot"])
        self.log = Log(f"{directory}/log", self.plan["log_bytes"], self.plan["owner"])
        self.child = 0
        self.status: int | None = None
        self.verdict: tuple[str, str] | None = None  # reason and message, when it was we who ended the workload
        self.kill_at: float | None = None
        self.sandbox_status = -1
        self.last_usage = (0.0, 0.0)
        self.next_usage = 0.0
        self.began = time.monotonic()
        self.grace = 0.0
        self.told = False
        self.next_look = 0.0
        self.wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    # -- starting -----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0):  # PR_SET_CHILD_SUBREAPER
            raise OSError("this kernel has no subreapers")
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, nothing)  # the descriptor below wakes us
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(self.wake[1], warn_on_full_buffer=False)

    def spawn(self) -> str:
        """Start the workload; the answer is empty, or why the operating system would not start it."""
        argv: list[str] = list(self.plan["argv"])
        told, tells = os.pipe2(os.O_CLOEXEC)
        inherited: list[int] = []
        if self.plan["sandbox"]:
            # The arguments travel through memory: they carry the environment, and argv is readable by all.
            options = os.memfd_create("options", os.MFD_CLOEXEC)
            self.sandbox_status, status = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            with open(os.dup(options), "wb") as file:
                file.write(b"".join(os.fsencode(option) + b"\0" for option in self.plan["sandbox"]))
            os.lseek(options, 0, os.SEEK_SET)
            inherited = [options, status]
            argv[1:1] = ["--args", str(options), "--json-status-fd", str(status)]
        self.child = os.fork()
        if not self.child:
            try:
                self.become(argv, inherited)
            except BaseException as error:
                os.write(tells, str(error).encode()[:1000])
            os._exit(127)
        for fd in (tells, self.log.sink, *inherited):
            os.close(fd)
        with open(told, "rb") as file:
            return file.read().decode(errors="replace")

    def become(self, argv: list[str], inherited: list[int]) -> None:
        """In the forked child: take the limits on and turn into the workload."""
        if self.group:
            with open(f"{self.group}/cgroup.procs", "wb", buffering=0) as file:
                file.write(b"0")
        os.setsid()
        signal.set_wakeup_fd(-1)
        for name in ("TERM", "CHLD", "HUP", "INT", "PIPE", "XFSZ"):
            signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_DFL)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(self.log.sink, 1)
        os.dup2(self.log.sink, 2)
        # When the host itself runs out of memory, the kernel shall take a workload and never the server.
        with open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
            file.write(b"800")
        os.nice(5)
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self.plan["rlimit_processes"]:
            resource.setrlimit(resource.RLIMIT_NPROC, (self.plan["rlimit_processes"],) * 2)
        os.chdir(self.plan["cwd"])
        for fd in inherited:
            os.set_inheritable(fd, True)
        os.execvpe(argv[0], argv, self.plan["env"])  # noqa: S606  (the user's command is what we are here to run)

    # -- watching -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        self.prepare()
        self.record.write(durable=False)
        if self.stop_asked() is not None:
            self.finish("stopped", "It was stopped before it began.")
            return
        self.began = time.monotonic()
        self.next_look = self.began + TICK_S
        started = now_ms()
        refused = self.spawn()
        if refused:
            os.waitpid(self.child, 0)
            self.finish("not_started", f"The command could not be started: {refused}")
            return
        self.record.write(durable=True, phase="running", child=self.child, started_ms=started)
        poller = select.poll()
        poller.register(self.wake[0], select.POLLIN)
        poller.register(self.log.source, select.POLLIN)
        while self.status is None:
            ready = dict(poller.poll(self.patience()))
            if self.log.source in ready and not self.log.take():
                poller.unregister(self.log.source)  # it closed its output, and lives on
            asked = self.drain()
            self.reap()
            if self.status is None and (asked or time.monotonic() >= self.next_look):
                self.look(asked)
        self.sweep()
        self.log.finish()
        self.conclude()
        remove_group(self.group)

    def patience(self) -> int:
        due = self.next_look if self.kill_at is None else min(self.next_look, self.kill_at)
        return int(max(0.0, due - time.monotonic()) * 1000) + 1

    def drain(self) -> bool:
        """Whether the engine, or somebody else, asks us to end: among the signals that came there is a TERM."""
        try:
            return signal.SIGTERM in os.read(self.wake[0], 4096)
        except BlockingIOError:
            return False

    def reap(self) -> bool:
        """Collect who ended; True when no child of any kind is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if not pid:
                return False
            if pid == self.child:
                self.status = os.waitstatus_to_exitcode(status)

    def look(self, asked: bool) -> None:
        """One round of care: requests to stop, time, memory, processes."""
        now = time.monotonic()
        self.next_look = now + TICK_S
        grace = self.stop_asked()
        if grace is not None:
            self.end("stopped", "It was stopped on request.", grace)
        elif asked:
            message = "It was stopped by a signal to its supervisor: by an administrator, or the machine going down."
            self.end("stopped", message, self.plan["grace_s"])
        limit = self.plan["timeout_s"]
        if limit and now - self.began >= limit:
            self.end("timeout", f"It was ended after {limit} seconds, its time limit.", self.plan["grace_s"])
        if self.kill_at is not None and now >= self.kill_at:
            self.sweep()
            return
        if self.kill_at is not None and not self.told:
            self.ask()  # the sandbox was still being built when we asked first
        self.measure(now)

    def stop_asked(self) -> float | None:
        try:
            with open(f"{self.directory}/stop", "rb") as file:
                return max(0.0, float(file.read() or b"0"))
        except (OSError, ValueError):
            return None

    def end(self, reason: str, message: str, grace: float) -> None:
        """Ask the tree to end. A second, more impatient request shortens the grace; the first reason stays."""
        kill_at = time.monotonic() + grace
        if self.verdict is not None:
            if grace < self.grace and self.kill_at is not None:
                self.kill_at, self.grace = min(self.kill_at, kill_at), grace
            return
        self.verdict, self.kill_at, self.grace = (reason, message), kill_at, grace
        self.ask()

    def ask(self) -> None:
        """Tell each process once; who is started to save something in the time of grace is left alone."""
        for pid in self.workload():
            send(pid, signal.SIGTERM)
            self.told = True

    def workload(self) -> list[int]:
        """The user's processes: all but the sandbox's own two, whose death would be no graceful end."""
        tree = descendants(os.getpid())
        if not self.plan["sandbox"]:
            return tree
        own = {self.child, *children(self.child)}
        return [pid for pid in tree if pid not in own]

    def measure(self, now: float) -> None:
        report = now >= self.next_usage
        kernel_bounds = self.plan["kernel_memory"] and self.plan["kernel_processes"]
        if kernel_bounds and not report:
            return
        tree = descendants(os.getpid())
        memory, ticks = weigh(tree)
        bound = self.plan["memory_bytes"]
        if self.plan["kernel_memory"]:
            with open(f"{self.group}/memory.current", "rb") as file:
                memory = int(file.read())
        elif memory > bound and proportional(tree) > bound:
            self.cut_short("out_of_memory", self.too_large())
        most = self.plan["processes"]
        if len(tree) > most and not self.plan["kernel_processes"]:
            self.cut_short("failed", f"It was killed for starting more than {most} processes.")
        # What is ending has given its memory back already: it uses nothing any more, and that is no measure of it.
        if report and weigh(self.workload())[0]:
            self.report(now, memory, ticks, len(tree))

    def cut_short(self, reason: str, message: str) -> None:
        self.verdict = self.verdict or (reason, message)
        self.sweep()

    def too_large(self) -> str:
        return f"It was killed for using more than its {self.plan['memory_bytes'] / 1048576:.0f} MiB of memory."

    def report(self, now: float, memory: int, ticks: int, processes: int) -> None:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy = ticks / os.sysconf("SC_CLK_TCK") + used.ru_utime + used.ru_stime
        if self.group:
            busy = read_key(f"{self.group}/cpu.stat", b"usage_usec") / 1e6
        before, busy_before = self.last_usage
        cores = max(0.0, (busy - busy_before) / (now - (before or self.began) or 1))
        line = {"t": now_ms(), "cpu": round(cores, 3), "memory": memory, "processes": processes}
        self.last_usage, self.next_usage = (now, busy), now + USAGE_S
        try:
            with open(f"{self.directory}/usage.jsonl", "ab") as file:
                file.write(json.dumps(line).encode() + b"\n")
        except OSError:
            pass  # a full disk costs a point in a chart, never the job

    # -- ending -------------------------------------------------------------------------------------------------

    def sweep(self) -> None:
        """Kill all that is left until no child remains; a child that cannot die is retried for ever, and told."""
        while True:
            if self.group:
                kill_group(self.group)
            for pid in descendants(os.getpid()):
                send(pid, signal.SIGKILL)
            if self.reap():
                return
            time.sleep(0.003)

    def conclude(self) -> None:
        """Say how it ended, and why."""
        code = self.status or 0
        code = 128 - code if code < 0 else code  # a signal is told as shells do, 128 and its number, sandboxed or not
        number = code - 128 if 128 < code < 160 else None
        if self.verdict is not None:
            reason, message = self.verdict
        elif code and self.group and read_key(f"{self.group}/memory.events", b"oom_kill"):
            reason, message = "out_of_memory", self.too_large()
        elif self.never_ran(code):
            reason, message, code = "not_started", f"The command could not be started: {self.log.last_line()}", None
        elif number is not None:
            reason, message = "signal", f"It was ended by signal {number} ({signal.Signals(number).name})."
        elif code == 0:
            reason, message = "completed", ""
        else:
            reason, message = "failed", f"The command ended with exit code {code}."
        self.finish(reason, message, exit_code=code, signal=number)

    def never_ran(self, code: int) -> bool:
        """In a sandbox the command's own start is two programs away: bubblewrap reports an exit code only if it
        could build the sandbox, and the launcher inside says so in the log."""
        if not self.plan["sandbox"] or code == 0:
            return False
        try:
            told = os.read(self.sandbox_status, 65536)
        except BlockingIOError:
            told = b""
        if b'"exit-code"' not in told and code == 1:
            return True
        return self.log.last_line().startswith(("setpriv: failed to execute", "bwrap: execvp"))

    def finish(self, reason: str, message: str, **facts: object) -> None:
        facts |= {"phase": "exited", "reason": reason, "message": message, "finished_ms": now_ms()}
        while os.path.isdir(self.directory):
            try:
                self.record.write(durable=True, **facts)
                return
            except OSError:
                time.sleep(1)  # a full disk: the end is told as soon as there is room


def nothing(number: int, frame: object) -> None:
    pass


def supervise(directory: str) -> None:
    supervisor = Supervisor(directory)
    try:
        supervisor.run()
    except BaseException as error:
        # An attempt must never stay without an end, whatever is wrong here.
        supervisor.sweep()
        supervisor.finish("failed", f"The supervisor of this attempt failed: {error!r}")
        raise
