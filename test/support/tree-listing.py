"""Usage: tree-listing.py DIRECTORY. One JSON array a line for everything below, by path: path, type, mode, owner, group, size, link target or device, extended attributes, sha256."""
import hashlib
import json
import os
import stat
import sys

TYPES = {
    stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket",
}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def attributes(path):
    names = sorted(os.listxattr(path, follow_symlinks=False))
    return {name: os.getxattr(path, name, follow_symlinks=False).hex() for name in names}


def entry(root, path):
    found = os.lstat(path)
    kind = TYPES[stat.S_IFMT(found.st_mode)]
    size = found.st_size if kind == "file" else 0
    target = os.readlink(path) if kind == "link" else ("%d" % found.st_rdev if "device" in kind else "")
    content = digest(path) if kind == "file" else ""
    name = "/" + os.path.relpath(path, root)
    return [name, kind, "%o" % (found.st_mode & 0o7777), found.st_uid, found.st_gid, size, target, attributes(path), content]


def main(root):
    for top, directories, files in os.walk(root):
        for name in directories + files:
            print(json.dumps(entry(root, os.path.join(top, name)), ensure_ascii=True))


if __name__ == "__main__":
    main(sys.argv[1])
