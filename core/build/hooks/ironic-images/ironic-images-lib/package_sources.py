"""Puts the finished image's package sources in the place of the build host's. sources.list(5) in both its formats."""
import os
import re
from urllib.parse import urlsplit

DEB_LINE = re.compile(r"^(\s*#?\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?)(\S+)(\s+)(\S+)(.*)$")


def bare(uri):
    return uri.rstrip("/") if uri else None


def is_security(suite):
    return suite.endswith("-security") or suite.endswith("/updates")


class Mirrors:
    """
    What each source of the image becomes.
    build, own, asked: {"mirror", "security"} of the build host, of the distribution, of the recipe; values may be missing.
    """

    def __init__(self, build, own, asked):
        self.mirror = asked.get("mirror") or own.get("mirror")
        self.asked_security = asked.get("security")
        self.security = asked.get("security") or own.get("security")
        self.known = {bare(value) for source in (build, own) for value in source.values() if value}
        self.known_security = {bare(source["security"]) for source in (build, own) if source.get("security")}
        self.known_security -= {bare(source["mirror"]) for source in (build, own) if source.get("mirror")}

    def finished(self, uri, suites, is_original):
        """The URI for the finished image; unchanged if it is none of the distribution's."""
        security = bare(uri) in self.known_security or any(is_security(suite) for suite in suites)
        if security and self.asked_security and (is_original or bare(uri) in self.known):
            return self.asked_security
        if bare(uri) not in self.known:
            return uri
        return (self.security if security else None) or self.mirror or uri

    def rewrite_list(self, text, is_original):
        def line(match):
            uri = self.finished(match.group(2), [match.group(4)], is_original)
            return match.group(1) + uri + match.group(3) + match.group(4) + match.group(5)

        return "\n".join(DEB_LINE.sub(line, row) for row in text.split("\n"))

    def rewrite_deb822(self, text, is_original):
        def stanza(part):
            found = re.search(r"^Suites:(.*(?:\n[ \t].*)*)", part, re.MULTILINE | re.IGNORECASE)
            suites = found.group(1).split() if found else []
            return re.sub(
                r"^(URIs:)(.*(?:\n[ \t].*)*)",
                lambda m: m.group(1) + re.sub(r"\S+", lambda w: self.finished(w.group(0), suites, is_original), m.group(2)),
                part,
                flags=re.MULTILINE | re.IGNORECASE,
            )

        return "".join(stanza(part) for part in re.split(r"(\n\s*\n)", text))


def finish_sources(image, saved, mirrors, private):
    """
    private: the texts that may not be in the image. A file that has one gets back what it held before the build if that is free
    of them: so the distribution's own words come back; then the URIs of the build become those of the finished image.
    """
    names = image.files("etc/apt/sources.list") + image.files("etc/apt/sources.list.d") + image.files("etc/yum.repos.d")
    for name in names:
        text = finished = image.read(name)
        original = os.path.join(saved, name)
        is_original = os.path.isfile(original)
        if is_original and private.found(text):
            with open(original, encoding="utf-8", errors="surrogateescape") as file:
                before = file.read()
            if not private.found(before):
                finished = before
        if name.endswith(".list"):
            finished = mirrors.rewrite_list(finished, is_original)
        elif name.endswith(".sources"):
            finished = mirrors.rewrite_deb822(finished, is_original)
        if finished != text:
            image.write(name, finished)


def hosts_of(urls):
    return {urlsplit(url).hostname for url in urls if url}

