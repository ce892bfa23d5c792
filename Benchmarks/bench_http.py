"""GET of one journey, keep-alive, 64 connections, beside nginx serving the same bytes as a file and, where it could be built,
beside Hummingbird's hello-world with the same bytes as its text; in turn, three rounds, all on loopback with wrk, each load
bounded in time. Then journeys created, each durable before its 201.

bench_http.py PREFIX [HUMMINGBIRD_PEER]"""
import json, os, platform, re, socket, statistics, subprocess, sys, time, urllib.request
sys.path.insert(0, os.path.dirname(__file__))
from gateway import Gateway

seconds = os.environ.get("SECONDS_EACH", "5")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def fetch(url, headers={}):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return answer.read()


def wrk(url, *more):
    text = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", *more, url], check=True, capture_output=True, text=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        raise SystemExit(f"{url}: {bad.group(0)}")
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)]


def nginx(directory, root):
    port = free_port()
    config = os.path.join(directory, "nginx.conf")
    with open(config, "w") as file:
        file.write(f"""worker_processes 1; daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.err;
user root;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; open_file_cache max=10; types {{ application/json json; }}
server {{ listen 127.0.0.1:{port}; root {root}; }} }}""")
    return subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL), f"http://127.0.0.1:{port}/journey.json", port


def hummingbird(program, file):
    port = free_port()
    # One event loop, as we have one reactor and nginx one worker: of two cores wrk needs the other.
    return subprocess.Popen([program, file, str(port), "1"]), f"http://127.0.0.1:{port}/journey.json", port


commit = subprocess.run(["git", "log", "-1", "--format=%h %s"], capture_output=True, text=True).stdout.strip()
print(f"bench http: {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC; {os.cpu_count()} cores, {platform.machine()}, "
      f"Linux {platform.release()}, load average {os.getloadavg()[0]:.1f}; on {commit}", flush=True)
gateway = Gateway(sys.argv[1])
peers = {}
try:
    gateway.upload("people", "id", b"id,age\na,1\n")
    model = gateway.model("SELECT * FROM people", "id")
    tiles = [{"id": "in", "type": "entry", "position": {"x": 0, "y": 0}}] + [
        {"id": f"wait-{i}", "type": "wait", "config": {"duration": 3, "unit": "days"}, "position": {"x": 0, "y": 200 * i}} for i in range(1, 6)]
    edges = [{"from": a["id"], "to": b["id"]} for a, b in zip(tiles, tiles[1:])]
    journey = gateway.journey(model, tiles, edges, activate=False)
    url = f"{gateway.api}/journeys/{journey}"
    names = {"Authorization": f"Bearer {gateway.key}", "X-Workspace-ID": gateway.workspace}
    headers = [argument for name, value in names.items() for argument in ("-H", f"{name}: {value}")]
    body = fetch(url, names)
    root = os.path.join(gateway.directory, "www")
    os.makedirs(root)
    file = os.path.join(root, "journey.json")
    with open(file, "wb") as out:
        out.write(body)
    peers["nginx"] = nginx(gateway.directory, root)
    if len(sys.argv) > 2:
        peers["Hummingbird"] = hummingbird(sys.argv[2], file)
    for _, address, port in peers.values():
        wait_for(port)
        if fetch(address) != body:
            raise SystemExit(f"{address} serves other bytes")
    ratios = {name: [] for name in peers}
    for round in range(3):
        ours, p99 = wrk(url, *headers)
        line = f"round {round + 1}: GET journey ({len(body)} bytes) {ours:,.0f}/s p99 {p99:.2f} ms"
        for name, (_, address, _) in peers.items():
            theirs, their_p99 = wrk(address)
            ratios[name].append(ours / theirs)
            line += f"; {name} {theirs:,.0f}/s p99 {their_p99:.2f} ms, ratio {ours / theirs:.2f}"
        print(line, flush=True)
    print(f"http: median ratio {statistics.median(ratios['nginx']):.2f} of nginx (goal 1.0)")
    if "Hummingbird" in ratios:
        print(f"http: median ratio {statistics.median(ratios['Hummingbird']):.2f} of Hummingbird's hello-world")
    else:
        print("http: Hummingbird could not be built here: not measured")

    script = os.path.join(gateway.directory, "create.lua")
    with open(script, "w") as out:
        create = json.dumps({"name": "Created", "parent_model_id": model, "tiles": tiles, "edges": edges})
        out.write(f"wrk.method = 'POST'\nwrk.body = [==[{create}]==]\nwrk.headers['Content-Type'] = 'application/json'\n")
    rate, p99 = wrk(f"{gateway.api}/journeys", *headers, "-s", script)
    print(f"durable creates: {rate:,.0f}/s, p99 {p99:.1f} ms (goal of issue 5: 10,000/s, p99 20 ms)")
finally:
    for process, _, _ in peers.values():
        process.terminate()
        process.wait()
    gateway.close()
