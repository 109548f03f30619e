"""What nodes fetch over HTTP: boot scripts, kernels, ramdisks, images. Ironic leaves that to a web server beside it."""
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def list_directory(self, path):
        self.send_error(404)


def listen(root: Path) -> ThreadingHTTPServer:
    """A server on a port of the kernel's choice; every request is a line on standard error."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(root)))
