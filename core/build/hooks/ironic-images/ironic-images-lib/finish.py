"""Usage: finish.py IMAGE-ROOT FINISH-FILE OWN-MIRROR OWN-SECURITY-MIRROR MANIFEST-DIRECTORY. See README.md of the element."""
import json
import os
import re
import shutil
import sys

from image_files import Image, Private, fail
from begin import APT_CA, CA_FILE
from package_sources import Mirrors, finish_sources, hosts_of

# Where distributions, elements and pip note mirrors, proxies and certificates, a line each.
SETTINGS = [
    "etc/apt/apt.conf", "etc/apt/apt.conf.d", "etc/yum.conf", "etc/dnf/dnf.conf", "etc/pip.conf", "etc/environment", "etc/profile.d",
    "etc/wgetrc", "etc/gitconfig", "root/.pip/pip.conf", "root/.config/pip/pip.conf", "root/.gitconfig", "root/.wgetrc", "root/.curlrc",
]
# Names of files in here are host names of the build's mirrors.
CACHES = ["var/lib/apt/lists", "var/cache/dnf", "var/cache/yum"]


def strip_settings(image, private):
    for name in [file for setting in SETTINGS for file in image.files(setting)]:
        lines = image.read(name).split("\n")
        kept = [line for line in lines if "/" + CA_FILE not in line and not private.found(line)]
        if kept == lines:
            continue
        if any(re.match(r"\s*[^\s#;\[]", line) for line in kept):
            image.write(name, "\n".join(kept))
        else:
            image.remove(name)


def strip_manifests(directory, keep, private):
    """dib_environment lists every DIB_* variable of the build, paths and mirrors of the build host included: only the recipe's stay."""
    manifests = Image(directory)
    for name in [name for name in os.listdir(directory) if manifests.path(name)]:
        text = manifests.read(name)
        if name == "dib_environment":
            entries = re.findall(r"^declare -\S+ (\w+)((?:(?!^declare -).)*)", text, re.MULTILINE | re.DOTALL)
            text = "".join("declare -x %s%s" % entry for entry in entries if entry[0] in keep)
        text = "".join(line for line in text.splitlines(True) if not private.found(line))
        manifests.write(name, text)


def main(root, finish_file, own_mirror, own_security, manifest_directory):
    image = Image(root)
    with open(finish_file, encoding="utf-8") as file:
        job = json.load(file)
    own = {"mirror": own_mirror, "security": own_security}
    finished_hosts = hosts_of(own.values()) | hosts_of(job["sources"].values())
    private = Private(job["private"], finished_hosts)

    finish_sources(image, job["saved"], Mirrors(job["build"], own, job["sources"]), private)
    for name in [APT_CA, CA_FILE]:
        if image.path(name):
            image.remove(name)
    if image.path("mnt/job"):
        os.rmdir(image.path("mnt/job"))
    strip_settings(image, private)
    for directory in [image.path("etc/dib-manifests"), os.path.join(manifest_directory, "dib-manifests")]:
        if directory and os.path.isdir(directory):
            strip_manifests(directory, job["keepVariables"], private)
    for cache in filter(None, map(image.path, CACHES)):
        for entry in os.scandir(cache):
            shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.remove(entry.path)

    # debootstrap copies the build host's name servers and search domains; diskimage-builder keeps them under this name.
    resolver = "etc/resolv.conf.ORIG"
    if image.files(resolver) and os.path.exists("/etc/resolv.conf"):
        with open("/etc/resolv.conf", encoding="utf-8", errors="surrogateescape") as file:
            if image.read(resolver) == file.read():
                image.write(resolver, "")

    left = []
    for name in image.files("etc"):
        # diskimage-builder takes this one away after the last hook.
        if name == "etc/resolv.conf":
            continue
        left += ["/%s (%s)" % (name, what) for what in private.found(image.read(name))]
    if left:
        fail("the image would give away the build host, in " + ", ".join(left) + ": remove it in a cleanup.d hook of the element that writes it")
    image.zero_free_blocks()


if __name__ == "__main__":
    main(*sys.argv[1:])
