"""HTTP with JSON, on loopback: no proxy is asked."""
import json
import urllib.request

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method: str, url: str, token: str | None = None, body=None, timeout: float = 60):
    """The response's headers and JSON body. Raises OSError, of which urllib's HTTPError is one."""
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("X-Auth-Token", token)
    with _opener.open(request, timeout=timeout) as response:
        raw = response.read()
    is_json = response.headers.get_content_type() == "application/json"
    return response.headers, json.loads(raw) if raw and is_json else None


def token(keystone_port: int, user: str, project: str, password: str, timeout: float = 60) -> str:
    """A token for the project. The passwords are random for each directory, so only our own Keystone gives one."""
    domain = {"id": "default"}
    body = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "domain": domain, "password": password}},
            },
            "scope": {"project": {"name": project, "domain": domain}},
        }
    }
    headers, _ = call("POST", f"http://127.0.0.1:{keystone_port}/v3/auth/tokens", body=body, timeout=timeout)
    return headers["X-Subject-Token"]
