"""main.py up|down|status DIRECTORY: a real Keystone and Glance on loopback, without root. Prints its state as JSON."""
import json
import os
import sys
from pathlib import Path

import launch
import processes
import state


def status(directory: Path, **more) -> dict:
    running = processes.leaders(directory)
    return {
        "running": running,
        "healthy": launch.healthy(directory),
        "ports": state.ports(directory),
        "processes": len(processes.members(directory)),
        **more,
    }


def main() -> None:
    os.umask(0o077)
    command, directory = sys.argv[1], Path(sys.argv[2]).resolve()
    if command == "up":
        started = launch.start(directory)
        answer = status(directory, started=started)
    elif command == "down":
        stopped = directory.is_dir()
        if stopped:
            with state.locked(directory):
                stopped = bool(processes.members(directory))
                processes.end(directory)
        answer = {"stopped": stopped}
    elif command == "status":
        answer = status(directory)
    else:
        sys.exit(__doc__)
    print(json.dumps(answer))


if __name__ == "__main__":
    try:
        main()
    except (launch.StartFailed, TimeoutError) as failure:
        sys.exit(str(failure))
