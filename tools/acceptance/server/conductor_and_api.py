"""Conductor and API of Ironic, as its command `ironic` puts them together (ironic/command/singleprocess.py), without a second process."""
import os
import sys
import traceback
from pathlib import Path


def start(configuration: Path, seen_by_nodes: str):
    """Makes the database, starts the conductor, and returns the API as a WSGI application.

    seen_by_nodes: where a node finds this machine's loopback.
    """
    import ironic.command  # noqa: F401  has oslo.service use threads
    from ironic.common import service

    arguments = ["ironic", "--config-file", str(configuration)]
    _make_database(arguments)
    # Before the conductor's modules: their periodic tasks read the configuration while they are imported.
    service.prepare_service("ironic", arguments)

    from ironic.api import app
    from ironic.conductor import rpc_service
    from ironic.conf import CONF
    _reach_what_nodes_reach(seen_by_nodes)
    rpc_service.RPCService(CONF.host, "ironic.conductor.manager", "ConductorManager").start()
    return app.VersionSelectorApplication()


def _make_database(arguments: list[str]) -> None:
    """In a fork, because Alembic's own configuration silences all loggers."""
    from ironic.common import service
    from ironic.db import migration

    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            service.prepare_command(arguments)
            migration.create_schema()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit("Ironic's database could not be made, see above")


def _reach_what_nodes_reach(address: str) -> None:
    """Ironic looks whether what it publishes is there, under the address that nodes will use."""
    from urllib3.util import connection

    connect = connection.create_connection

    def mapped(target, *args, **kwargs):
        host, port = target
        return connect(("127.0.0.1" if host == address else host, port), *args, **kwargs)

    connection.create_connection = mapped
