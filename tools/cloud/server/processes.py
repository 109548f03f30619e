"""Which processes are ours, and how they end.

A server leads a session of its own and writes `<name>.pid.json` before it does anything else: its pid and the time at
which the kernel started it. A process belongs to us when its session is the one on record and it runs in our directory.
"""
import json
import os
import signal
import time
from pathlib import Path

import state


def _fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name (0: state, 3: session, 19: start time), None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


def start_time(pid: int) -> str | None:
    fields = _fields(pid)
    return fields and fields[19]


def record(directory: Path, name: str) -> None:
    """Puts the calling process on record as a server."""
    pid = os.getpid()
    state.write(directory / f"{name}.pid.json", json.dumps({"pid": pid, "startTime": start_time(pid)}))


def leaders(directory: Path) -> dict[str, int]:
    """The servers that run: name and pid."""
    found = {}
    for name in state.SERVERS:
        entry = state.read_json(directory / f"{name}.pid.json")
        if entry and start_time(entry["pid"]) == entry["startTime"]:
            found[name] = entry["pid"]
    return found


def members(directory: Path) -> list[int]:
    """All processes of the servers, workers that have outlived their leader too."""
    sessions = set()
    for name in state.SERVERS:
        entry = state.read_json(directory / f"{name}.pid.json")
        # While a session lives the kernel gives its number to nobody else, so another start time means: not ours.
        if entry and start_time(entry["pid"]) in (None, entry["startTime"]):
            sessions.add(entry["pid"])
    here = os.stat(directory)
    found = []
    for entry in os.listdir("/proc") if sessions else []:
        fields = _fields(int(entry)) if entry.isdigit() else None
        if fields and int(fields[3]) in sessions and _runs_in(int(entry), here):
            found.append(int(entry))
    return found


def _runs_in(pid: int, directory: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(f"/proc/{pid}/cwd"), directory)
    except OSError:
        return False


def end(directory: Path) -> None:
    """Ends the servers: asks first, then kills. Raises TimeoutError if one stays."""
    for number, seconds in ((signal.SIGTERM, 6.0), (signal.SIGKILL, 4.0)):
        for pid in members(directory):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        limit = time.monotonic() + seconds
        while members(directory) and time.monotonic() < limit:
            time.sleep(0.05)
    left = members(directory)
    if left:
        raise TimeoutError(f"still running after SIGKILL: {left}")
    for name in state.SERVERS:
        (directory / f"{name}.pid.json").unlink(missing_ok=True)
