"""What the kernel says about processes, read from /proc and a control group; standard library only.

Pure readings and signals: who is decided about, and why, is the supervisor's affair.
"""

import os


def start_time(pid: int | str) -> int:
    """When a process began, in clock ticks since boot: with the boot id and the pid this is its identity."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[19])


def children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass  # it ended while we looked
    return found


def descendants(pid: int) -> list[int]:
    """All below a process, parents first; whoever is born while we look may be missing."""
    born = children if os.path.exists(f"/proc/{pid}/task/{pid}/children") else families().get
    found: list[int] = []
    todo = [pid]
    while todo:
        young = born(todo.pop()) or []
        found += young
        todo += young
    return found


def families() -> dict[int, list[int]]:
    """Who is whose child on the whole machine, for kernels without lists of children."""
    found: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except OSError:
                continue
            found.setdefault(parent, []).append(int(name))
    return found


def read_key(path: str, key: bytes) -> int:
    """One number of a kernel file made of `key number` lines; 0 when it is not there."""
    try:
        with open(path, "rb") as file:
            for line in file:
                words = line.split()
                if words[0] == key:
                    return int(words[1])
    except OSError:
        pass
    return 0


def send(pid: int, number: int) -> None:
    try:  # noqa: SIM105  (contextlib would cost each start a millisecond)
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_group(group: str) -> None:
    try:
        with open(f"{group}/cgroup.kill", "wb", buffering=0) as file:
            file.write(b"1")
    except OSError:
        pass  # older kernels have no such file; the walk over the tree does the work


def remove_group(group: str) -> None:
    try:  # noqa: SIM105  (as above)
        os.rmdir(group)
    except OSError:
        pass  # there is none, or the engine was faster


def weigh(pids: list[int]) -> tuple[int, int]:
    """Resident bytes (pages shared between processes counted for each) and CPU ticks of some processes."""
    memory = ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        memory += int(fields[21]) * 4096
        ticks += sum(int(field) for field in fields[11:15])
    return memory, ticks


def proportional(pids: list[int]) -> int:
    """Resident bytes with shared pages divided among their users: exact, and too slow to ask always."""
    return sum(read_key(f"/proc/{pid}/smaps_rollup", b"Pss:") * 1024 or weigh([pid])[0] for pid in pids)
