"""Usage: wheels.py ARCHIVE DIRECTORY. Packages of the archive, from whatever directories in it, into one."""
import os
import shutil
import sys
import tarfile

PACKAGES = (".whl", ".tar.gz", ".zip")


def main(archive, directory):
    os.makedirs(directory)
    with tarfile.open(archive) as packages:
        for member in packages:
            if member.isfile() and member.name.endswith(PACKAGES):
                with open(os.path.join(directory, os.path.basename(member.name)), "wb") as file:
                    shutil.copyfileobj(packages.extractfile(member), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
