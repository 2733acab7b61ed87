"""A service of its own on an empty folder, set up as a newcomer would, with two shops at work."""

import json
import subprocess
import urllib.error
import urllib.request

# Stands in everything of the other shop, and may stand in no answer.
CANARY = "canary-of-south"
PASSWORD = "correct horse battery staple"
# What a key may not be allowed, whatever its position.
FOR_PEOPLE = {"manage-keys", "manage-users", "platform"}

SETTINGS = [
    "limits.per_address_per_second=0",
    "limits.per_key_per_second=0",
    "logs.format=json",
    "logs.level=warn",
]


class Refused(Exception):
    pass


class Service:
    def __init__(self, guitu, folder):
        command = [guitu, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data")]
        command += ["--outside", f"sandbox:{folder / 'outside.jsonl'}"]
        for setting in SETTINGS:
            command += ["--set", setting]
        self.log = folder / "service.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        self.n_sent = 0
        said = {}
        for line in self.process.stdout:
            words = line.split()
            said[words[0]] = words[-1]
            if words[0] == "listening":
                break
        if "listening" not in said:
            raise Refused(f"the service did not start, see {self.log}")
        self.url = said["listening"]
        self.code = said["set"]

    def send(self, method, path, body=None, headers=None):
        """The answer and its headers."""
        self.n_sent += 1
        all_headers = {"content-type": "application/json", "if-match": "*",
                       "idempotency-key": f"seed-{self.n_sent}", **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + "/api/v1" + path, data, all_headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), answer.headers
        except urllib.error.HTTPError as refused:
            said = refused.read().decode()
            raise Refused(f"{method} {path}: {refused.code} {said}") from None

    def stop(self):
        """How it ended; by itself, it has not."""
        if self.process.poll() is not None:
            return f"it ended by itself with {self.process.returncode}"
        self.process.terminate()
        code = self.process.wait(60)
        return None if code == 0 else f"told to stop, it ended with {code}"


class Installation:
    """Who may ask, as headers; and what there is to be asked about, by part of the address."""

    def __init__(self, service):
        self.service = service
        shop = {"name": "North", "channel": "tmall", "pack": "base"}
        service.send("POST", "/setup", {
            "code": service.code, "login": "admin", "name": "Admin", "password": PASSWORD,
            "shop": {"id": "north", **shop}})
        signed_in = {"login": "admin", "password": PASSWORD}
        session, headers = service.send("POST", "/session", signed_in)
        cookie = headers["set-cookie"].split(";")[0]
        self.admin = {"Cookie": cookie, "X-CSRF-Token": session["csrf"]}
        south = {**shop, "id": "south", "name": CANARY}
        service.send("POST", "/shops", south, self.admin)
        matrix, _ = service.send("GET", "/permissions", headers=self.admin)
        scopes = {it["position"]: [of for of in it["permissions"] if of not in FOR_PEOPLE]
                  for it in matrix["positions"]}
        self.callers = {"admin": self.admin}
        for position in ["owner", "agent", "warehouse"]:
            self.callers[position] = self.key("north", position, scopes)
        self.stranger = self.key("south", "owner", scopes)
        # Not the admin's own, who would soon be nobody.
        ben = {"login": "benben", "name": "Ben", "password": PASSWORD,
               "seat": {"positions": ["agent"], "grade": 1}}
        user, _ = service.send("POST", "/shops/north/users", ben, self.admin)
        self.existing = {"shop": ["north"], "order": [], "case": [], "parcel": [], "task": [],
                         "payout": [], "user": [user["id"]]}
        for nth in range(1, 9):
            self.order("north", f"A{nth}", f"n{nth}", nth)
            self.order("south", f"{CANARY}-{nth}", f"{CANARY}-{nth}", nth)
        link, _ = service.send("POST", "/shops/north/orders/A2/buyer-links", {}, self.admin)
        buyer, _ = service.send("POST", "/buyer/session", {"by": "link", "link": link["link"]})
        self.callers["buyer"] = {"Authorization": f"Bearer {buyer['token']}"}

    def key(self, shop, position, scopes):
        wanted = {"name": position, "position": position, "scopes": scopes[position]}
        made, _ = self.service.send("POST", f"/shops/{shop}/keys", wanted, self.admin)
        return {"Authorization": f"Bearer {made['secret']}"}

    def order(self, shop, name, mark, nth):
        by = self.callers["owner"] if shop == "north" else self.stranger
        path, case = f"/shops/{shop}/orders/{name}", f"R-{name}"
        self.service.send("PUT", path, order(mark), by)
        self.service.send("POST", f"{path}/cases", application(case), by)
        if nth % 2 == 0:
            for command in [
                {"command": "approve", "ground": "within 7 days"},
                {"command": "enter-return", "parcel": f"YT-{name}", "carrier": "yto"},
            ]:
                self.service.send("POST", f"{path}/cases/{case}/commands", command, by)
        if shop == "north":
            found, _ = self.service.send("GET", path, headers=by)
            self.existing["order"].append(name)
            # At the same place in each list, what belongs together.
            self.existing["case"].append(case)
            for kind in ["parcel", "task", "payout"]:
                names = [it[kind] for it in found[f"{kind}s"]]
                self.existing[kind].append(names[0] if names else f"no-{kind}")


def order(mark):
    return {
        "channel": "tmall",
        "buyer": {"account": f"tb_{mark}", "name": "林小满", "phone": "13812345678",
                  "address": f"浙江省杭州市西湖区 {mark}"},
        "placed_at": "2026-11-20T08:00:00+08:00",
        "paid_at": "2026-11-20T08:01:00+08:00",
        "shipped_at": "2026-11-20T18:00:00+08:00",
        "lines": [{"sku": f"DRESS-{mark}", "title": f"真丝连衣裙 {mark}", "unit_price": 10_000,
                   "quantity": 3, "class": "standard"}],
        "paid": {"cash": 30_000},
    }


def application(case):
    return {"case": case, "request": {
        "kind": "return-refund", "reason": "no-reason-7d", "goods": "received",
        "pieces": [{"line": 1, "quantity": 1}]}}
