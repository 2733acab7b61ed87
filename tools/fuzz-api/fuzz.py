"""Asks a running service everything its OpenAPI document allows, and much that it does not.

    fuzz.py GUITU FOLDER SECONDS [SEED]

Starts `GUITU serve` on an empty data folder below FOLDER, makes two shops with orders and cases,
and has schemathesis ask every operation as an owner, as an agent and as a warehouse receiver.
Ends with failure if an answer is 5xx, has a status, a type or a body that the document does not
say, or lets in what the document rules out; or if a caller of one shop learns a word of the other.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROLES = [("owner", 0.6), ("agent", 0.2), ("warehouse", 0.2)]
# Stands in everything of the other shop, and may stand in no answer.
CANARY = "canary-of-south"


class Service:
    def __init__(self, guitu, folder):
        self.data = folder / "data"
        settings = ["limits.per_address_per_second=0", "limits.per_key_per_second=0"]
        settings += ["logs.format=json", "logs.level=warn"]
        command = [guitu, "serve", "--listen", "127.0.0.1:0", "--data", str(self.data)]
        command += ["--outside", f"sandbox:{folder / 'outside.jsonl'}"]
        for it in settings:
            command += ["--set", it]
        self.log = folder / "service.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        # After the service has made its keys, which it does in an empty installation only.
        made = [guitu, "api", "shops", "--data", str(self.data), "north", "south"]
        self.keys = json.loads(subprocess.check_output(made))

    def send(self, method, path, body=None, shop="north"):
        headers = {"authorization": f"Bearer {self.keys[shop]['owner']}", "if-match": "*"}
        headers["content-type"] = "application/json"
        headers["idempotency-key"] = f"seed-{method}-{path}-{json.dumps(body)[:80]}"[:200].encode(
            "ascii", "replace").decode()
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/api/v1" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()}")

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


def order(mark):
    return {
        "channel": "tmall",
        "buyer": {"account": f"tb_{mark}", "name": "林小满", "phone": "13812345678",
                  "address": f"浙江省杭州市西湖区 {mark}"},
        "placed_at": "2026-11-20T08:00:00+08:00",
        "paid_at": "2026-11-20T08:01:00+08:00",
        "shipped_at": "2026-11-20T18:00:00+08:00",
        "lines": [{"sku": f"DRESS-{mark}", "title": f"真丝连衣裙 {mark}", "unit_price": 10000,
                   "quantity": 3, "class": "standard"}],
        "paid": {"cash": 30000},
    }


def application(case):
    return {"case": case, "request": {
        "kind": "return-refund", "reason": "no-reason-7d", "goods": "received",
        "pieces": [{"line": 1, "quantity": 1}]}}


def seed(service):
    """Orders and cases in both shops; those of `south` all bear the canary."""
    existing = {"shop": ["north"], "order": [], "case": [], "parcel": [], "task": [], "payout": []}
    for nth in range(1, 9):
        for shop, mark in [("north", f"n{nth}"), ("south", f"{CANARY}-{nth}")]:
            name = f"A{nth}" if shop == "north" else mark
            path = f"/shops/{shop}/orders/{name}"
            service.send("PUT", path, order(mark), shop)
            service.send("POST", f"{path}/cases", application(f"R-{name}"), shop)
            if nth % 2 == 0:
                approve = {"command": "approve", "ground": "within 7 days"}
                service.send("POST", f"{path}/cases/R-{name}/commands", approve, shop)
                sent = {"command": "enter-return", "parcel": f"YT-{name}", "carrier": "yto"}
                service.send("POST", f"{path}/cases/R-{name}/commands", sent, shop)
        found = service.send("GET", f"/shops/north/orders/A{nth}")
        existing["order"].append(f"A{nth}")
        existing["case"] += found["cases"]
        existing["parcel"] += [it["parcel"] for it in found["parcels"]]
        existing["task"] += [it["task"] for it in found["tasks"]]
        existing["payout"] += [it["payout"] for it in found["payouts"]]
    return existing


def fuzz(service, folder, existing, role, seconds, nth, more):
    report = folder / f"{role}.json"
    command = [str(pathlib.Path(sys.executable).parent / "st"), "--config-file",
               str(HERE / "schemathesis.toml"), "run", service.url + "/api/openapi.json"]
    command += ["--header", f"Authorization: Bearer {service.keys['north'][role]}"]
    command += ["--max-time", str(seconds), "--report-json-path", str(report), *more]
    command += ["--report-ndjson-path", str(folder / f"{role}.ndjson")]
    environment = {**os.environ, "GUITU_FUZZ_EXISTING": json.dumps(existing), "PYTHONPATH": str(HERE)}
    with open(folder / f"{role}.txt", "w") as out:
        code = subprocess.run(command, cwd=HERE, env=environment, stdout=out,
                              stderr=subprocess.STDOUT).returncode
    return code


def main():
    guitu, folder, seconds = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    more = ["--seed", sys.argv[4]] if len(sys.argv) > 4 else []
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    service = Service(guitu, folder)
    try:
        existing = seed(service)
        for nth, (role, share) in enumerate(ROLES):
            code = fuzz(service, folder, existing, role, max(1, int(seconds * share)), nth, more)
            text = (folder / f"{role}.txt").read_text()
            print(role, code)
            print("\n".join(text.splitlines()[-12:]))
    finally:
        print("service ended with", service.stop())


if __name__ == "__main__":
    main()
