"""The directory of one local cloud: its files, and how they are written."""
import contextlib
import fcntl
import json
import os
import secrets
from pathlib import Path
from string import Template

from accounts import ACCOUNTS

SERVERS = ("keystone", "glance")
TEMPLATES = Path(__file__).resolve().parent / "templates"


def write(path: Path, text: str) -> None:
    """Replaces a file whole, readable by its owner only."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read_json(path: Path):
    """The content of a JSON file; None if it is missing or damaged."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def locked(directory: Path):
    """One start or stop at a time; yields the descriptor, which a server holds until its process is on record."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def passwords(directory: Path) -> dict[str, str]:
    """A random password for each user, made once for the directory."""
    path = directory / "passwords.json"
    known = read_json(path) or {}
    wanted = {account.user: known.get(account.user) or secrets.token_hex(16) for account in ACCOUNTS}
    if wanted != known:
        write(path, json.dumps(wanted))
    return wanted


def ports(directory: Path) -> dict[str, int]:
    """The ports of the last start; empty before the first."""
    return read_json(directory / "ports.json") or {}


def write_configuration(directory: Path, ports: dict[str, int]) -> None:
    """The servers' configuration files."""
    values = {
        "keystone_port": ports["keystone"],
        "glance_port": ports["glance"],
        "glance_password": passwords(directory)["glance"],
    }
    for name in ("keystone.conf", "glance-api.conf"):
        write(directory / name, Template((TEMPLATES / name).read_text()).substitute(values))


def knows_all_accounts(directory: Path) -> bool:
    """False before the first start has ended, and after the last one of a version with fewer accounts."""
    path = directory / "clouds.yaml"
    text = path.read_text() if path.exists() else ""
    return all(f"\n  {account.cloud}:\n" in text for account in ACCOUNTS if account.cloud)


def write_clouds(directory: Path, ports: dict[str, int]) -> None:
    """clouds.yaml, with a cloud for each account that is for people."""
    template = Template((TEMPLATES / "cloud.yaml").read_text())
    known = passwords(directory)
    text = "clouds:\n" + "".join(
        template.substitute(
            cloud=account.cloud,
            user=account.user,
            project=account.project,
            password=known[account.user],
            keystone_port=ports["keystone"],
        )
        for account in ACCOUNTS
        if account.cloud
    )
    path = directory / "clouds.yaml"
    if not path.exists() or path.read_text() != text:
        write(path, text)
