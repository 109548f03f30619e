"""Usage: suppress_sync.py COMMAND [WORD]...

Runs a command, and all that it starts, with a seccomp filter that answers "wait until this is on the disk" with "done", at once. What systemd-nspawn's
--suppress-sync does; no library has to be loaded into programs for it, so it holds through sudo and chroot, and in static programs. A build that dies
is thrown away whole, and what is published of one that ends is forced to the disk by core/artifacts. Left alone: syncfs on the one descriptor that
fstrim.py uses; files opened with O_SYNC or O_DSYNC; and what the kernel itself does on umount and when a block device is closed.
Without filters in the kernel, or on an architecture that is not below, the command runs as it would have, and a line says so.
"""
import ctypes
import os
import signal
import struct
import sys

# linux/audit.h: AUDIT_ARCH_*; the architecture's table of system calls: fsync, fdatasync, msync, sync, sync_file_range; syncfs.
X86_64 = (0xC000003E, (74, 75, 26, 162, 277), 306)
I386 = (0x40000003, (118, 148, 144, 36, 314), 344)
ARM64 = (0xC00000B7, (82, 83, 227, 81, 84), 267)
ARM = (0x40000028, (118, 148, 144, 36, 341), 373)
# By the kernel's machine: the number of seccomp(2) there, and every architecture whose programs it runs.
MACHINES = {"x86_64": (317, (X86_64, I386)), "aarch64": (277, (ARM64, ARM))}
# Marks a system call of x32, whose numbers are those of x86_64 otherwise; no other architecture's numbers have the bit.
X32 = 0x40000000
# The same in fstrim.py: syncfs on it is the kernel's.
DESCRIPTOR = 1000

LOAD, AND, EQUAL, RETURN = 0x20, 0x54, 0x15, 0x06
ALLOW, DONE = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16
SET_MODE_FILTER = 1
# Kernels before 5.16 switch off the processor's speculation in everything that has a filter, unless they are told not to.
SPEC_ALLOW = 4


def program(architectures):
    """The filter as linux/filter.h has it: (code, jump if true, jump if false, operand) each."""
    code = [(LOAD, 0, 0, ARCHITECTURE)]
    for architecture, numbers, syncfs in architectures:
        block = [(LOAD, 0, 0, NUMBER), (AND, 0, 0, 0xFFFFFFFF ^ X32)]
        block += [(EQUAL, len(numbers) - at + 3, 0, number) for at, number in enumerate(numbers)]
        block += [(EQUAL, 0, 2, syncfs), (LOAD, 0, 0, ARGUMENT), (EQUAL, 0, 1, DESCRIPTOR)]
        block += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DONE)]
        code += [(EQUAL, 0, len(block), architecture), *block]
    return [*code, (RETURN, 0, 0, ALLOW)]


def suppress():
    """Raises OSError where it cannot be done. Takes CAP_SYS_ADMIN, so that programs may still gain privileges."""
    machine = os.uname().machine
    if machine not in MACHINES or struct.calcsize("P") != 8:
        raise OSError("not known on " + machine)
    seccomp, architectures = MACHINES[machine]
    code = program(architectures)
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *instruction) for instruction in code))
    filter_ = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(instructions)))
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    for flags in (SPEC_ALLOW, 0):
        if syscall(ctypes.c_long(seccomp), ctypes.c_long(SET_MODE_FILTER), ctypes.c_long(flags), filter_) == 0:
            return
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(command):
    try:
        suppress()
    except OSError as error:
        print("suppress_sync.py: no seccomp filter (%s): this build waits for the disk" % error, file=sys.stderr)
    # Python ignores these two, and a new program would inherit that.
    for name in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(name, signal.SIG_DFL)
    sys.stderr.flush()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
