"""Usage: begin.py IMAGE-ROOT FINISH-FILE. Saves package sources; brings the build's CA certificates in."""
import json
import os
import shutil
import sys

from image_files import Image, fail

SOURCES = ["etc/apt/sources.list", "etc/apt/sources.list.d", "etc/yum.repos.d"]
# Inside and outside the image one path, because both see the same variables.
CA_FILE = "mnt/job/ca.pem"
APT_CA = "etc/apt/apt.conf.d/00ironic-images-build"


def main(root, finish_file):
    image = Image(root)
    with open(finish_file, encoding="utf-8") as file:
        job = json.load(file)
    if job["sources"] and image.path("etc/apt") is None:
        fail("the recipe's `sources` can be put into images with apt only: remove `sources` from the recipe")
    for source in SOURCES:
        for name in image.files(source):
            saved = os.path.join(job["saved"], name)
            os.makedirs(os.path.dirname(saved), exist_ok=True)
            shutil.copy2(os.path.join(image.root, name), saved)
    if os.path.exists("/" + CA_FILE):
        directory = os.path.join(image.root, os.path.dirname(CA_FILE))
        os.makedirs(directory, exist_ok=True)
        shutil.copyfile("/" + CA_FILE, os.path.join(image.root, CA_FILE))
        if image.path("etc/apt/apt.conf.d") is not None:
            with open(os.path.join(image.root, APT_CA), "w", encoding="utf-8") as file:
                file.write('Acquire::https::CaInfo "/%s";\n' % CA_FILE)


if __name__ == "__main__":
    main(*sys.argv[1:])
