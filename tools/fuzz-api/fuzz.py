"""Asks a running service everything its OpenAPI document allows, and much that it does not.

    fuzz.py GUITU FOLDER SECONDS [SEED]

Starts `GUITU serve` on an empty folder, sets it up with two shops, and has schemathesis ask every
operation as each of several callers. Ends with failure if an answer is 5xx, has a status, a type or
a body that the document does not say, lets in what the document rules out, or holds a word of the
other shop; or if the service logs an error or does not end well.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys

from installation import CANARY, Installation, Refused, Service

HERE = pathlib.Path(__file__).resolve().parent
# Who asks, and the share of the time.
CALLERS = [("owner", 0.4), ("warehouse", 0.2), ("agent", 0.15), ("buyer", 0.1), ("admin", 0.15)]
# What would end the caller's own session, after which every answer is 401.
LAST_WORDS = ["signOut", "endSessions", "endSession", "endUserSessions", "leaveAsBuyer",
              "changePassword"]


def fuzz(service, installation, caller, seconds, folder, seed):
    """Returns what the caller saw: how often each status came by operation, and what is wrong."""
    events = folder / f"{caller}.ndjson"
    st = pathlib.Path(sys.executable).with_name("st")
    command = [st, "--config-file", HERE / "schemathesis.toml", "run",
               service.url + "/api/openapi.json", "--max-time", str(seconds),
               "--report-ndjson-path", events, *(["--seed", seed] if seed else [])]
    for name, value in installation.callers[caller].items():
        command += ["--header", f"{name}: {value}"]
    if "Cookie" in installation.callers[caller]:
        # A bad key beside a good session is no matter: the session counts.
        command += ["--exclude-checks", "ignored_auth"]
    for operation in LAST_WORDS:
        command += ["--exclude-operation-id", operation]
    environment = {**os.environ, "GUITU_FUZZ_EXISTING": json.dumps(installation.existing),
                   "GUITU_FUZZ_RUN": caller, "SCHEMATHESIS_HOOKS": "hooks",
                   "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    told = folder / f"{caller}.txt"
    with open(told, "w", encoding="utf-8") as out:
        ended = subprocess.run(command, cwd=folder, env=environment, stdout=out,
                               stderr=subprocess.STDOUT, check=False)
    faults = []
    if ended.returncode != 0:
        faults.append(f"{caller}: see {told}\n{told.read_text(encoding='utf-8')[-6000:]}")
    seen = collections.defaultdict(collections.Counter)
    for request, response in exchanges(events) if events.exists() else []:
        seen[request][response["status_code"]] += 1
        if CANARY in json.dumps(response):
            faults.append(f"{caller}: {request} tells of the other shop: {response}")
    return seen, faults


def exchanges(events):
    with open(events, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line).get("ScenarioFinished")
            if event is None:
                continue
            for name, exchange in event["recorder"].get("interactions", {}).items():
                case = event["recorder"]["cases"][name]["value"]
                if exchange.get("response"):
                    yield f"{case['method']} {case['path']}", exchange["response"]


def errors_logged(service):
    with open(service.log, encoding="utf-8") as lines:
        return [line for line in lines if '"level":"ERROR"' in line or "panicked" in line]


def report(seen):
    statuses = collections.Counter()
    for counts in seen.values():
        statuses.update(counts)
    n_asked = sum(statuses.values())
    told = ", ".join(f"{status} {n}" for status, n in sorted(statuses.items()))
    print(f"{n_asked} requests: {told}")
    # A method that an address does not take was asked, too.
    there = {it: counts for it, counts in seen.items() if set(counts) != {405}}
    never = sorted(it for it, counts in there.items() if not any(200 <= n < 300 for n in counts))
    print(f"never with success: {', '.join(never) or 'none'}")
    return n_asked


def main():
    guitu, folder, seconds = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3])
    seed = sys.argv[4] if len(sys.argv) > 4 else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    service = Service(guitu, folder)
    seen, faults = collections.defaultdict(collections.Counter), []
    try:
        installation = Installation(service)
        for caller, share in CALLERS:
            their_time = max(1, round(seconds * share))
            theirs, wrong = fuzz(service, installation, caller, their_time, folder, seed)
            faults += wrong
            for operation, counts in theirs.items():
                seen[operation].update(counts)
    except Refused as refused:
        faults.append(str(refused))
    finally:
        ended = service.stop()
    faults += [ended] if ended else []
    faults += [f"logged: {line}" for line in errors_logged(service)]
    # A run that hardly asked anything proves nothing.
    if report(seen) < 500:
        faults.append("fewer than 500 requests were made")
    for fault in faults:
        print(f"\n{fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
