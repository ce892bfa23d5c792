"""GET of one journey, keep-alive, 64 connections, beside nginx serving the same bytes as a file; in turn, three pairs. Both
on loopback with wrk, each load bounded in time. Then journeys created, each durable before its 201."""
import json, os, re, socket, statistics, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from gateway import Gateway

seconds = os.environ.get("SECONDS_EACH", "5")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wrk(url, *more):
    text = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", *more, url], check=True, capture_output=True, text=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        raise SystemExit(f"{url}: {bad.group(0)}")
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)]


gateway = Gateway(sys.argv[1])
nginx = None
try:
    gateway.upload("people", "id", b"id,age\na,1\n")
    model = gateway.model("SELECT * FROM people", "id")
    tiles = [{"id": "in", "type": "entry", "position": {"x": 0, "y": 0}}] + [
        {"id": f"wait-{i}", "type": "wait", "config": {"duration": 3, "unit": "days"}, "position": {"x": 0, "y": 200 * i}} for i in range(1, 6)]
    edges = [{"from": a["id"], "to": b["id"]} for a, b in zip(tiles, tiles[1:])]
    journey = gateway.journey(model, tiles, edges, activate=False)
    body = json.dumps(gateway.call("GET", f"/journeys/{journey}")).encode()
    root = os.path.join(gateway.directory, "www")
    os.makedirs(root)
    with open(os.path.join(root, "journey.json"), "wb") as file:
        file.write(body)
    port = free_port()
    config = os.path.join(gateway.directory, "nginx.conf")
    with open(config, "w") as file:
        file.write(f"""worker_processes 1; daemon off; pid {gateway.directory}/nginx.pid; error_log {gateway.directory}/nginx.err;
user root;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; open_file_cache max=10; types {{ application/json json; }}
server {{ listen 127.0.0.1:{port}; root {root}; }} }}""")
    nginx = subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    url = f"{gateway.api}/journeys/{journey}"
    headers = ["-H", f"Authorization: Bearer {gateway.key}", "-H", f"X-Workspace-ID: {gateway.workspace}"]
    ratios = []
    for pair in range(3):
        ours, p99 = wrk(url, *headers)
        theirs, their_p99 = wrk(f"http://127.0.0.1:{port}/journey.json")
        ratios.append(ours / theirs)
        print(f"pair {pair + 1}: GET journey ({len(body)} bytes) {ours:,.0f}/s p99 {p99:.2f} ms; nginx {theirs:,.0f}/s p99 {their_p99:.2f} ms; ratio {ours / theirs:.2f}")
    print(f"http: median ratio {statistics.median(ratios):.2f} of nginx (goal 1.0)")

    script = os.path.join(gateway.directory, "create.lua")
    with open(script, "w") as file:
        create = json.dumps({"name": "Created", "parent_model_id": model, "tiles": tiles, "edges": edges})
        file.write(f"wrk.method = 'POST'\nwrk.body = [==[{create}]==]\nwrk.headers['Content-Type'] = 'application/json'\n")
    rate, p99 = wrk(f"{gateway.api}/journeys", *headers, "-s", script)
    print(f"durable creates: {rate:,.0f}/s, p99 {p99:.1f} ms (goal of issue 5: 10,000/s, p99 20 ms)")
finally:
    if nginx:
        nginx.terminate()
        nginx.wait()
    gateway.close()
