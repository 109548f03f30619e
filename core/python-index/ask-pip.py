"""
Asks pip, with its own configuration, what the command line cannot be asked without running code of a package.
Usage: ask-pip.py settings | ask-pip.py sdist NAME VERSION TARGET-FILE. Prints JSON.
The pip of the lock file is meant: what stands behind its command line may be otherwise in the next one.
"""
import json
import sys
from urllib.parse import urlsplit

from pip._internal.commands.download import DownloadCommand
from pip._internal.models.index import PyPI
from pip._internal.network.utils import response_chunks
from pip._internal.utils.misc import redact_auth_from_url


class Question(DownloadCommand):
    """Files, environment and their order are pip's; source distributions only, for whatever Python they are."""

    def parsed(self):
        options, _ = self.parse_args(["--no-input", "--no-binary", ":all:", "--ignore-requires-python"])
        return options

    def settings(self):
        options = self.parsed()
        return {
            "indexUrl": None if options.index_url == PyPI.simple_url else options.index_url,
            "extraIndexUrls": options.extra_index_urls,
            "trustedHosts": options.trusted_hosts,
            "findLinks": [link for link in options.find_links if urlsplit(link).scheme in ("http", "https")],
            "noIndex": options.no_index,
            "timeout": options.timeout,
            "cert": options.cert,
            "proxy": options.proxy,
        }

    def sdist(self, name, version, target):
        with self.main_context():
            options = self.parsed()
            session = self.get_default_session(options)
            finder = self._build_package_finder(options=options, session=session)
            links = [each.link for each in finder.find_all_candidates(name) if str(each.version) == version]
            # A .zip of the same version would be one more file with another digest.
            links.sort(key=lambda link: not link.filename.endswith(".tar.gz"))
            if not links:
                places = [redact_auth_from_url(place) for place in finder.index_urls + finder.find_links]
                sys.exit("there is no source distribution of %s %s in %s" % (name, version, ", ".join(places) or "no index at all"))
            response = session.get(links[0].url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True)
            response.raise_for_status()
            with open(target, "wb") as file:
                for chunk in response_chunks(response):
                    file.write(chunk)
            return {"url": redact_auth_from_url(links[0].url_without_fragment)}


if __name__ == "__main__":
    question = Question("download", "")
    print(json.dumps(getattr(question, sys.argv[1])(*sys.argv[2:])))
