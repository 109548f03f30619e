"""Databases and keys of the servers: made at the first start, brought up to date with a new version."""
import getpass
import grp
import os
import sqlite3
import sys
import traceback
from importlib.metadata import version
from pathlib import Path

import state
from accounts import ADMIN


def prepare(directory: Path, name: str) -> None:
    """Makes what the server `name` keeps in its directory. Can be interrupted and run again."""
    mark = directory / f"{name}.version"
    if mark.exists() and mark.read_text() == version(name):
        return
    {"keystone": _keystone, "glance": _glance}[name](directory)
    state.write(mark, version(name))


def wait_for_writers() -> None:
    """Makes every transaction take the write lock at its beginning.

    oslo.db begins deferred ones: SELECT, then UPDATE fails at once ("database is locked"), whatever the timeout, when
    somebody else wrote in between.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def immediate(connection, _cursor, statement, parameters, _context, _many):
        if statement == "BEGIN" and connection.dialect.name == "sqlite":
            statement = "BEGIN IMMEDIATE"
        return statement, parameters


def _keystone(directory: Path) -> None:
    from keystone.cmd import cli

    def manage(*command: str) -> None:
        _in_a_child(lambda: cli.main(["keystone-manage", "--config-file", "keystone.conf", *command]))

    owner = ("--keystone-user", getpass.getuser(), "--keystone-group", grp.getgrgid(os.getgid()).gr_name)
    manage("db_sync")
    _write_ahead(directory / "keystone.db")
    manage("fernet_setup", *owner)
    manage("credential_setup", *owner)
    url = f"http://127.0.0.1:{state.ports(directory)['keystone']}/v3"
    os.environ["OS_BOOTSTRAP_PASSWORD"] = state.passwords(directory)[ADMIN.user]
    manage("bootstrap", "--bootstrap-region-id", "RegionOne", "--bootstrap-public-url", url, "--bootstrap-internal-url", url)
    del os.environ["OS_BOOTSTRAP_PASSWORD"]


def _glance(directory: Path) -> None:
    from glance.cmd import manage

    def synchronize() -> None:
        sys.argv = ["glance-manage", "--config-file", "glance-api.conf", "db", "sync"]
        manage.main()

    _in_a_child(synchronize)
    _write_ahead(directory / "glance.db")


def _write_ahead(path: Path) -> None:
    """Readers do not wait for a writer."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _in_a_child(function) -> None:
    """Runs it in a fork: the management commands leave global configuration behind, but importing them anew is slow."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            function()
            code = 0
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
            if isinstance(exit_.code, str):
                print(exit_.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit("a management command failed, see above")
