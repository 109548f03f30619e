"""Usage: fstrim.py FSTRIM [OPTION]... MOUNTPOINT. Writes what is dirty in the file system, then runs FSTRIM with the other words.

What was deleted since the last commit of the journal would not be discarded, so it would stay in the image. diskimage-builder says sync before
fstrim for that, which suppress_sync.py answers with nothing.
"""
import ctypes
import os
import sys

# The same in suppress_sync.py.
DESCRIPTOR = 1000


def main(command):
    os.dup2(os.open(command[-1], os.O_RDONLY | os.O_DIRECTORY), DESCRIPTOR, inheritable=False)
    if ctypes.CDLL(None, use_errno=True).syncfs(DESCRIPTOR) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), command[-1])
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
