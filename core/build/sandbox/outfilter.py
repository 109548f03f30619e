"""Stands in for diskimage-builder's lib/outfilter.py: puts the time before each line, and never holds a line whole.

The original reads to the next line feed, however many gigabytes away that is, and needs the same text three times.
"""
import argparse
import datetime
import sys

LONGEST_PIECE = 64 * 1024
# What the original leaves out too: the traces of scripts that switch their tracing off and on.
NOISE = (b"set +o", b"xtrace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("-b", "--no-timestamp", action="store_true")
    options = parser.parse_args()
    is_first, is_shown = True, True
    for piece in iter(lambda: sys.stdin.buffer.readline(LONGEST_PIECE), b""):
        if is_first:
            is_shown = options.verbose and not any(word in piece for word in NOISE)
        if is_shown:
            if is_first and not options.no_timestamp:
                now = datetime.datetime.now(datetime.timezone.utc)
                sys.stdout.buffer.write(now.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3].encode() + b" | ")
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        is_first = piece.endswith(b"\n")


if __name__ == "__main__":
    main()
