"""One server, in its own session: serve.py NAME LISTENING-DESCRIPTOR LOCK-DESCRIPTOR, run in the cloud's directory."""
import os
import sys
from pathlib import Path

import processes

WORKERS = {"keystone": 1, "glance": 2}
THREADS = 8


def main() -> None:
    name, listening, lock = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    directory = Path.cwd()
    processes.record(directory, name)
    os.close(lock)  # from here on a start or stop finds us in the record

    import database

    sys.path.pop(0)  # our modules are loaded; none of them may stand before one of the servers' own
    sys.argv = [name]  # Keystone reads the command line as its own
    database.prepare(directory, name)
    database.wait_for_writers()
    _run(name, listening)


def _application(name: str):
    if name == "keystone":
        from keystone.wsgi.api import application
    else:
        from glance.wsgi.api import application
    return application


def _run(name: str, listening: int) -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            for key, value in {
                "bind": [f"fd://{listening}"],
                "workers": WORKERS[name],
                "threads": THREADS,
                "worker_class": "gthread",  # streams chunked bodies
                "timeout": 0,  # an upload may take as long as it takes
                "keepalive": 75,
                "graceful_timeout": 3,
                "accesslog": f"{name}.access.log",
                "errorlog": f"{name}.out",
                "worker_tmp_dir": ".",
                "control_socket_disable": True,
            }.items():
                self.cfg.set(key, value)

        def load(self):
            return _application(name)

    Server().run()


if __name__ == "__main__":
    main()
