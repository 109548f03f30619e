"""Starts the servers of one directory."""
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import client
import processes
import seed
import state
from accounts import ACCOUNTS

SERVE = Path(__file__).resolve().parent / "serve.py"


class StartFailed(Exception):
    pass


def healthy(directory: Path) -> bool:
    """True if both servers run and are ours: Keystone knows our random password, and Glance believes its token."""
    ports = state.ports(directory)
    if len(processes.leaders(directory)) < len(state.SERVERS) or not state.knows_all_accounts(directory):
        return False
    account = next(account for account in ACCOUNTS if account.cloud == "local")
    try:
        token = client.token(ports["keystone"], account.user, account.project, state.passwords(directory)[account.user], 30)
        client.call("GET", f"http://127.0.0.1:{ports['glance']}/v2/images?limit=1", token, timeout=30)
    except (OSError, ValueError, KeyError):
        return False
    return True


def start(directory: Path) -> bool:
    """Starts what does not run; False if all was up. Raises StartFailed, with nothing left running."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with state.locked(directory) as lock:
        if healthy(directory):
            return False
        processes.end(directory)  # one of the two may be left
        sockets = {name: _listen(state.ports(directory).get(name, 0)) for name in state.SERVERS}
        ports = {name: listening.getsockname()[1] for name, listening in sockets.items()}
        try:
            _write_files(directory, ports)
            servers = {name: _spawn(directory, name, listening, lock) for name, listening in sockets.items()}
            _wait(directory, "keystone", servers["keystone"], f"http://127.0.0.1:{ports['keystone']}/v3")
            seed.seed(ports, state.passwords(directory))
            _wait(directory, "glance", servers["glance"], f"http://127.0.0.1:{ports['glance']}/healthcheck")
            state.write_clouds(directory, ports)
            if not healthy(directory):
                raise StartFailed(f"the servers answer, but do not accept their own tokens: see {directory}/*.log")
        except BaseException:
            processes.end(directory)
            raise
    return True


def _listen(port: int) -> socket.socket:
    """A listening socket on the port of the last time, so that clouds.yaml stays right; on another if that is taken."""
    for wanted in (port, 0) if port else (0,):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", wanted))
            listening.listen(128)
            return listening
        except OSError:
            listening.close()
    raise StartFailed("no port is free on 127.0.0.1")


def _write_files(directory: Path, ports: dict[str, int]) -> None:
    for folder in ("images", "staging", "tasks"):
        (directory / folder).mkdir(exist_ok=True)
    state.write(directory / "ports.json", json.dumps(ports))
    state.write_configuration(directory, ports)
    shutil.copyfile(Path(sys.prefix) / "etc/glance/glance-api-paste.ini", directory / "glance-api-paste.ini")
    # Distributions ship such a schema with Glance, the Python package does not: the ids are checked as they are there.
    shutil.copyfile(state.TEMPLATES / "schema-image.json", directory / "schema-image.json")


def _spawn(directory: Path, name: str, listening: socket.socket, lock: int) -> subprocess.Popen:
    """A server that outlives us. It holds the lock until it is on record, so none can be lost, wherever we are killed."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(directory),
        "OS_KEYSTONE_CONFIG_FILES": "keystone.conf",
        "OS_GLANCE_CONFIG_DIR": ".",
        "PYTHONWARNINGS": "ignore",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with listening, open(directory / f"{name}.out", "ab") as output:
        return subprocess.Popen(
            [sys.executable, "-B", str(SERVE), name, str(listening.fileno()), str(lock)],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[listening.fileno(), lock],
            start_new_session=True,
        )


def _wait(directory: Path, name: str, server: subprocess.Popen, url: str) -> None:
    """Until the server answers. Its socket listens already, so one patient request is enough; it breaks if the server ends."""
    try:
        client.call("GET", url, timeout=240)
    except OSError as error:
        code = server.poll()
        ended = "" if code is None else f" (it ended with code {code})"
        raise StartFailed(f"{name} did not come up: {error}{ended}; see {directory}/{name}.out and {name}.log") from error
