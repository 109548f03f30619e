"""Projects, users, roles and the catalog of the local cloud. Changes only what is not as it should be."""
from urllib.parse import urlencode

from accounts import ACCOUNTS, ADMIN
from client import call, token


class Keystone:
    def __init__(self, port: int, passwords: dict[str, str]):
        self.base = f"http://127.0.0.1:{port}/v3"
        self.token = token(port, ADMIN.user, ADMIN.project, passwords[ADMIN.user], timeout=120)

    def get(self, kind: str, **match) -> list[dict]:
        return call("GET", f"{self.base}/{kind}?{urlencode(match)}", self.token)[1][kind]

    def ensure(self, kind: str, match: dict, new: dict) -> dict:
        """The first of its kind that matches, made if there is none. `kind` is the plural, as in the URL."""
        one = kind.removesuffix("s")
        found = self.get(kind, **match)
        return found[0] if found else call("POST", f"{self.base}/{kind}", self.token, {one: {**match, **new}})[1][one]

    def ensure_endpoints(self, service: str, kind: str, url: str) -> None:
        """Public and internal endpoint of a service at the port of today."""
        owner = self.ensure("services", {"type": kind}, {"name": service})
        for interface in ("public", "internal"):
            match = {"service_id": owner["id"], "interface": interface}
            endpoint = self.ensure("endpoints", match, {"region_id": "RegionOne", "url": url})
            if endpoint["url"] != url:
                call("PATCH", f"{self.base}/endpoints/{endpoint['id']}", self.token, {"endpoint": {"url": url}})


def seed(ports: dict[str, int], passwords: dict[str, str]) -> None:
    keystone = Keystone(ports["keystone"], passwords)
    roles = {role["name"]: role["id"] for role in keystone.get("roles")}
    for account in ACCOUNTS:
        if account is ADMIN:
            continue
        project = keystone.ensure("projects", {"name": account.project}, {"domain_id": "default"})
        user = keystone.ensure("users", {"name": account.user}, {"domain_id": "default", "password": passwords[account.user]})
        for role in account.roles:
            call("PUT", f"{keystone.base}/projects/{project['id']}/users/{user['id']}/roles/{roles[role]}", keystone.token)
    keystone.ensure_endpoints("keystone", "identity", f"http://127.0.0.1:{ports['keystone']}/v3")
    keystone.ensure_endpoints("glance", "image", f"http://127.0.0.1:{ports['glance']}")
