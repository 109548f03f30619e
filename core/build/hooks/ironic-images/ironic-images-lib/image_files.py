"""Files of an image that is not running: nothing here follows a link, which would lead into the build host."""
import contextlib
import os
import re
import sys


def fail(message):
    """Ends the build; the job shows the line that starts like this."""
    print("ironic-images: " + message, file=sys.stderr)
    sys.exit(1)


def at_once(path, flags):
    """Opens a file whose writes are on the disk when they return. An fsync would do nothing: core/build/sandbox/suppress_sync.py."""
    return os.open(path, flags | os.O_DSYNC)


class Image:
    def __init__(self, root):
        self.root = os.path.abspath(root)

    def path(self, relative):
        """Absolute path of a regular file or directory of the image, None if it is not there or a link is on the way."""
        path = self.root
        for part in relative.split("/"):
            path = os.path.join(path, part)
            if os.path.islink(path) or not os.path.exists(path):
                return None
        return path

    def files(self, relative):
        """Relative paths of the regular files at or below a path, sorted."""
        start = self.path(relative)
        if start is None:
            return []
        if os.path.isfile(start):
            return [relative]
        found = []
        for directory, _, names in os.walk(start):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    found.append(os.path.relpath(path, self.root))
        return sorted(found)

    def read(self, relative):
        with open(os.path.join(self.root, relative), encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def wipe(self, relative):
        """Zeros over the content: what is only freed stays on the disk where the build host cannot discard."""
        with open(os.path.join(self.root, relative), "r+b", buffering=0, opener=at_once) as file:
            file.write(bytes(os.fstat(file.fileno()).st_size))

    def write(self, relative, text):
        """In place: owner, mode and SELinux label stay."""
        self.wipe(relative)
        with open(os.path.join(self.root, relative), "r+", encoding="utf-8", errors="surrogateescape") as file:
            file.truncate()
            file.write(text)

    def remove(self, relative):
        self.wipe(relative)
        os.remove(os.path.join(self.root, relative))

    def zero_free_blocks(self):
        """On a small file system, whose blocks of 1 KiB fstrim leaves as they are: it discards pages of 4 KiB."""
        if os.statvfs(self.root).f_bsize >= 4096:
            return
        path = os.path.join(self.root, "ironic-images-zeros")
        with open(path, "xb", buffering=0, opener=at_once) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(2 ** 24))
        os.remove(path)


class Private:
    """Texts of the build host. A host name counts as a whole only: example.org is not in deb.example.org."""

    def __init__(self, texts, allowed_hosts=()):
        self.patterns = [
            (text["what"], self.pattern(text))
            for text in texts
            if text["kind"] == "credential" or text["text"] not in allowed_hosts
        ]

    @staticmethod
    def pattern(text):
        escaped = re.escape(text["text"])
        if text["kind"] == "credential":
            return re.compile(escaped)
        return re.compile(r"(?<![A-Za-z0-9.-])" + escaped + r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])", re.IGNORECASE)

    def found(self, text):
        """What is in the text, in words that give nothing away."""
        return [what for what, pattern in self.patterns if pattern.search(text)]
