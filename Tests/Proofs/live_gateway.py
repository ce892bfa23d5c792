"""A gateway of the installed tree for proofs of deliveries: a workspace, calls, journeys, kills; all on 127.0.0.1."""
import json, os, shutil, sqlite3, subprocess, time
from proof import Caller, Counts, die_with_parent


class LiveGateway:
    def __init__(self, proof, *arguments, environment=None, allow="127.0.0.0/8"):
        self.proof, self.arguments, self.environment, self.allow = proof, list(arguments), environment, allow
        self.data = proof.path("data")
        self.tessera = os.path.join(proof.prefix, "bin", "tessera")
        made = subprocess.run([self.tessera, "workspace", "create", "--data", self.data, "--name", "Proof"],
                              check=True, capture_output=True, text=True)
        keys = json.loads(made.stdout)
        self.workspace, self.source, self.key = keys["workspace_id"], keys["embedded_source_id"], keys["api_key"]
        self.counts = Counts()
        self.start()

    def start(self):
        arguments = [self.tessera, "serve", "--data", self.data, "--listen", "127.0.0.1:0", *self.arguments]
        if self.allow:
            arguments += ["--allow-destination", self.allow]
        if self.environment:
            arguments = ["env", *[f"{k}={v}" for k, v in self.environment.items()], *arguments]
        self.process, self.base = self.proof.spawn(arguments, "gateway")
        self.caller = Caller(self.base, self.key, self.counts, self.workspace)

    def call(self, method, path, body=None, **more):
        return self.caller.call(method, path, body, **more)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60 * self.proof.patience)

    def kill(self):
        """What the process had in hand is gone; what it has committed stays. Gives the (monotonic) time: its end takes longer than
        many an answer."""
        self.process.kill()
        at = time.monotonic()
        self.process.wait()
        return at

    def people(self, count):
        """Members p000000 … with an email; (model id, keys)."""
        keys = [f"p{i:06d}" for i in range(count)]
        csv = "id,email,n\n" + "".join(f"{key},{key}@example.com,{i}\n" for i, key in enumerate(keys))
        self.call("PUT", f"/sources/{self.source}/tables/people/rows?key=id&mode=replace", csv.encode(), content_type="text/csv")
        model = self.call("POST", "/models", {"source_id": self.source, "name": "People", "sql_query": "SELECT * FROM people ORDER BY id",
                                              "entity_type": "parent", "primary_key_column": "id"})["id"]
        return model, keys

    def destination(self, config, type="webhook", limits=None):
        body = {"name": type, "destination_type": type, "config": config}
        if limits:
            body["limits"] = limits
        return self.call("POST", "/destinations", body)["id"]

    def journey(self, model, destination, failed=False, retry=None, fields=("email", "n"), where=None):
        """entry → send → rest; who fails goes to lost when `failed`, else is parked. Active."""
        config = {"destination_id": destination, "field_mapping": [{"source_column": f, "destination_field": f} for f in fields]}
        if retry:
            config["retry"] = retry
        tiles = [{"id": "in", "type": "entry"}, {"id": "send", "type": "sync", "config": config},
                 {"id": "rest", "type": "wait", "config": {"duration": 30, "unit": "days"}}]
        edges = [{"from": "in", "to": "send"}, {"from": "send", "to": "rest"}]
        if failed:
            tiles.append({"id": "lost", "type": "wait", "config": {"duration": 30, "unit": "days"}})
            edges.append({"from": "send", "to": "lost", "branch": "failed"})
        body = {"name": "Proof", "parent_model_id": model, "tiles": tiles, "edges": edges}
        if where:
            body["entry_criteria"] = where
        id = self.call("POST", "/journeys", body)["id"]
        self.call("POST", f"/journeys/{id}/activate")
        return id

    def trigger(self, journey):
        return self.call("POST", f"/journeys/{journey}/trigger")["id"]

    def look(self, journey, run):
        return self.call("GET", f"/journeys/{journey}/runs/{run}")

    def finish(self, journey, run, within=60):
        end = time.monotonic() + within * self.proof.patience
        while True:
            present = self.look(journey, run)
            if present["status"] not in ("queued", "running"):
                return present
            if time.monotonic() > end:
                raise TimeoutError(f"the run has not ended within {within} s: {json.dumps(present)}")
            time.sleep(0.02)

    def until(self, what, body, within=30):
        """Waits until `body` gives something true, and gives that."""
        end = time.monotonic() + within * self.proof.patience
        while True:
            found = body()
            if found:
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not within {within} s")
            time.sleep(0.02)

    def page(self, destination):
        return self.call("GET", f"/destinations/{destination}/delivery")

    def stats(self, journey):
        return self.call("GET", f"/journeys/{journey}/stats")

    def letters(self, destination):
        return self.call("GET", f"/dead-letters?destination={destination}&limit=1000")["data"]

    def members_file(self):
        """A copy of the members' database as it is on the disk, open."""
        return self._copy(os.path.join("members", f"{self.workspace}.db"))

    def control_file(self):
        """The same of control.db."""
        return self._copy("control.db")

    def _copy(self, name):
        file = os.path.join(self.data, name)
        copy = self.proof.path("copy-of-" + os.path.basename(name))
        for end in ("", "-wal"):
            if os.path.exists(copy + end):
                os.remove(copy + end)
            if os.path.exists(file + end):
                shutil.copy(file + end, copy + end)
        return sqlite3.connect(copy)

    def alarms(self):
        """Errors in the gateway's log."""
        with open(self.proof.path("gateway.err")) as log:
            lines = [json.loads(line) for line in log if line.startswith("{")]
        return [line for line in lines if line["level"] == "error"]
