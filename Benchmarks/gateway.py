"""A gateway of the installed tree, for benchmarks: started on a free port of loopback, ended by its process id."""
import json, os, re, shutil, subprocess, tempfile, time, urllib.request


class Gateway:
    def __init__(self, prefix):
        self.tessera = os.path.join(prefix, "bin", "tessera")
        self.directory = tempfile.mkdtemp(prefix="tessera-bench-")
        self.data = os.path.join(self.directory, "data")
        made = subprocess.run([self.tessera, "workspace", "create", "--data", self.data, "--name", "Bench"],
                              check=True, capture_output=True, text=True)
        keys = json.loads(made.stdout)
        self.workspace, self.source, self.key = keys["workspace_id"], keys["embedded_source_id"], keys["api_key"]
        self.errors = open(os.path.join(self.directory, "gateway.err"), "w")
        self.process = subprocess.Popen(
            [self.tessera, "serve", "--data", self.data, "--listen", "127.0.0.1:0", "--allow-destination", "127.0.0.0/8",
             # Counted as always, and met by nobody.
             "--requests-per-key", "10000000", "--requests-per-address", "10000000",
             *os.environ.get("BENCH_SERVE", "--access-log off").split()],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.base = re.search(r"http://\S+", self.process.stdout.readline()).group(0)
        self.api = f"{self.base}/api/v1/workspaces/{self.workspace}"

    def call(self, method, path, body=None, content_type="application/json"):
        if body is not None and not isinstance(body, (bytes, bytearray)) and not hasattr(body, "read"):
            body = json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data=body, method=method, headers={
            "Authorization": f"Bearer {self.key}", "X-Workspace-ID": self.workspace, "Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def upload(self, table, key, csv):
        return self.call("PUT", f"/sources/{self.source}/tables/{table}/rows?key={key}", csv, "text/csv")

    def model(self, sql, key):
        return self.call("POST", "/models", {"source_id": self.source, "name": "Bench", "sql_query": sql,
                                             "entity_type": "parent", "primary_key_column": key})["id"]

    def journey(self, model, tiles, edges, activate=True):
        id = self.call("POST", "/journeys", {"name": "Bench", "parent_model_id": model, "tiles": tiles, "edges": edges})["id"]
        if activate:
            self.call("POST", f"/journeys/{id}/activate")
        return id

    def run(self, journey):
        """Triggers a run and waits for its end: (wall seconds, run object)."""
        began = time.monotonic()
        id = self.call("POST", f"/journeys/{journey}/trigger")["id"]
        while True:
            run = self.call("GET", f"/journeys/{journey}/runs/{id}")
            if run["status"] == "completed":
                return time.monotonic() - began, run
            if run["status"] in ("failed", "cancelled"):
                raise SystemExit(f"the run ended as {run['status']}: {run['error']}")
            time.sleep(0.005)

    def resident_peak(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) // 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            times = stat.read().rsplit(")", 1)[1].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        shutil.rmtree(self.directory, ignore_errors=True)
