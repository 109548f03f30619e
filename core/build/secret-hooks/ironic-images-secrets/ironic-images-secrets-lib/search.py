"""Usage: search.py IMAGE-ROOT SEARCH-FILE. Fails if a file of the image, its name or its target holds a secret. See README.md of the element."""
import json
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ironic-images-lib"))
from image_files import fail

CHUNK = 4 * 2 ** 20
# The build host's, mounted while hooks run; what an image has below them itself is searched with its bytes.
MOUNTED = ["proc", "sys", "dev"]
MOST_NAMED = 20


class Search:
    """forms: {name of a secret: [text]}, the ways in which it can stand in a file."""

    def __init__(self, forms):
        self.forms = [(name, text.encode()) for name, texts in forms.items() for text in texts]
        self.overlap = max(len(form) for _, form in self.forms) - 1

    def names_in(self, data):
        return {name for name, form in self.forms if form in data}

    def names_in_file(self, path):
        found, rest = set(), b""
        with open(path, "rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                found |= self.names_in(rest + chunk)
                rest = chunk[-self.overlap:]
        return found


def tree(root):
    """Absolute paths of all that is in the image; no link is followed, for it would lead into the build host."""
    for directory, names, files in os.walk(root):
        if directory == root:
            names[:] = [name for name in names if not (name in MOUNTED and os.path.ismount(os.path.join(root, name)))]
        for name in sorted(names + files):
            yield os.path.join(directory, name)
        names.sort()


def secrets_of(path, search, is_allowed):
    """Names of the secrets that a directory entry holds."""
    found = search.names_in(os.fsencode(os.path.basename(path)))
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        found |= search.names_in(os.fsencode(os.readlink(path)))
    elif stat.S_ISREG(mode) and not is_allowed:
        found |= search.names_in_file(path)
    return found


def main(root, search_file):
    root = os.path.abspath(root)
    with open(search_file, encoding="utf-8") as file:
        job = json.load(file)
    search = Search(job["forms"])
    left = []
    for path in tree(root):
        inside = path[len(root):]
        found = secrets_of(path, search, inside in job["allowed"])
        if found:
            left.append("%s (%s)" % (inside.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), ", ".join(sorted(found))))
    if left:
        more = "" if len(left) <= MOST_NAMED else " and %d more" % (len(left) - MOST_NAMED)
        fail(
            "the image holds secrets, in " + ", ".join(left[:MOST_NAMED]) + more
            + ": remove them in a hook of the element that writes them, or say secretFiles if they are meant to be there"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
