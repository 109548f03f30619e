"""Reads one JSON object per line, {"path": …, "changes": [[offset, hex], …], "size": …}, and answers with what Glance
finds out with oslo.utils about the file after these changes: {"formats": […], "failures": […]}."""

import io
import json
import logging
import sys

from oslo_utils.imageutils import format_inspector

logging.disable(logging.CRITICAL)
files = {}


def changed(case):
    path = case["path"]
    if path not in files:
        with open(path, "rb") as file:
            files[path] = file.read()
    changes = case.get("changes", [])
    if not changes and "size" not in case:
        return files[path]
    data = bytearray(files[path])
    for offset, digits in changes:
        data[offset : offset + len(digits) // 2] = bytes.fromhex(digits)
    return bytes(data[: case.get("size", len(data))])


def verdict(data):
    wrapper = format_inspector.InspectWrapper(io.BytesIO(data))
    while wrapper.read(65536):
        pass
    wrapper.close()
    try:
        found = wrapper.formats
    except Exception as error:
        return {"formats": [], "failures": [repr(error)]}
    failures = []
    if len(found) == 1:
        try:
            found[0].safety_check()
        except format_inspector.SafetyCheckFailed as error:
            failures = sorted(error.failures)
        except Exception as error:
            failures = [repr(error)]
    return {"formats": sorted(str(one) for one in found), "failures": failures}


for line in sys.stdin:
    print(json.dumps(verdict(changed(json.loads(line)))), flush=True)
