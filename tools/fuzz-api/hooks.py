"""What schemathesis cannot know of the service: names of things that exist.

Left to chance, no address would ever name an order, and every answer would be 404. What is drawn
decides what it is replaced by, so that a seed still makes the same run.
"""

import itertools
import json
import os
import zlib

import schemathesis

EXISTING = json.loads(os.environ.get("GUITU_FUZZ_EXISTING", "{}"))
RUN = os.environ.get("GUITU_FUZZ_RUN", "run")
COUNT = itertools.count()


def drawn(value):
    return zlib.crc32(repr(value).encode())


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Three times in four, each part of the address is one that exists."""
    for name, value in (path_parameters or {}).items():
        values, chance = EXISTING.get(name), drawn(value)
        if values and chance % 4:
            path_parameters[name] = values[chance // 4 % len(values)]
    return path_parameters


@schemathesis.hook
def map_headers(context, headers):
    """Mostly, each request is a new one, made by somebody who has read what is there."""
    key, read = (headers or {}).get("Idempotency-Key"), (headers or {}).get("If-Match")
    if key is not None and drawn(key) % 10:
        headers["Idempotency-Key"] = f"{RUN}-{next(COUNT)}"
    if read is not None and drawn(read) % 4:
        headers["If-Match"] = "*"
    return headers
