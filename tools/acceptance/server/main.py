"""main.py DIRECTORY ADDRESS: a real Ironic on loopback, API and conductor in one process, that ends when its standard input does.

Prints the two ports as one line of JSON, and waits for a line: by then DIRECTORY has ironic.conf, and http/ with what nodes
fetch. Prints another line when Ironic answers. ADDRESS is where nodes find this machine's loopback.
"""
import json
import os
import signal
import sys
import threading
from pathlib import Path

import conductor_and_api
import files


def main() -> None:
    os.umask(0o077)
    os.setpgid(0, 0)
    directory = Path(sys.argv[1]).resolve()
    os.chdir(directory)

    from cheroot import wsgi

    api = wsgi.Server(("127.0.0.1", 0), None, numthreads=10)
    api.prepare()  # binds: Ironic must know its address before it starts
    served = files.listen(directory / "http")
    _say({"apiPort": api.bind_addr[1], "filesPort": served.server_address[1]})
    if not sys.stdin.readline():
        _end()
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.path.pop(0)  # our modules are loaded; none of them may stand before one of Ironic's own
    api.wsgi_app = conductor_and_api.start(directory / "ironic.conf", sys.argv[2])
    threading.Thread(target=served.serve_forever, daemon=True).start()
    _say({"ready": True})
    api.serve()


def _say(line: dict) -> None:
    print(json.dumps(line), flush=True)


def _end_with_input() -> None:
    while sys.stdin.readline():
        pass
    _end()


def _end() -> None:
    """At once, with whatever Ironic has started: nothing of it is ever used again."""
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
