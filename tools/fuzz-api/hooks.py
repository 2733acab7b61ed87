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
def before_call(context, case, kwargs):
    """Three times in four what is named is there, and mostly each request is a new one, made by
    somebody who has read what is there. An order and what belongs to it go together."""
    # It would take the place of the caller's own.
    (case.cookies or {}).pop("guitu_session", None)
    names = case.path_parameters or {}
    chance = drawn(sorted(names.items(), key=repr))
    if names and chance % 4:
        for name in names:
            values = EXISTING.get(name)
            if values:
                names[name] = values[chance // 4 % len(values)]
    headers = case.headers or {}
    key, read = headers.get("Idempotency-Key"), headers.get("If-Match")
    if key and drawn(key) % 10:
        headers["Idempotency-Key"] = f"{RUN}-{next(COUNT)}"
    if read and drawn(read) % 4:
        headers["If-Match"] = "*"
