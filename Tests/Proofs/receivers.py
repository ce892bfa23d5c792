"""Delivers to receivers that fail in every way, each a real process, all at once from one gateway.

Goal: each member ends as the table below says, whatever the others' receivers do: delivered once, parked with its error, or
held back without an attempt; dead receivers open their breakers and get next to no requests; nothing internal is reached.
Certificates come from openssl, HTTP/2 from nginx, names from a preloaded getaddrinfo, the check of signatures from PyPI.

usage: receivers.py PREFIX [--seed N] [--short]
"""
import collections, json, os, random, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, arguments, die_with_parent

options = arguments()
MEMBERS = 150 if options.short else 1000
# Short: the same limits, shorter, but not for receivers that are well on a busy machine.
LIMITS = {"sync.total-timeout-ms": 10_000, "sync.slow-seconds": 3} if options.short else {}
TOTAL, CONNECT, SLOW = (10, 5, 3) if options.short else (30, 5, 10)
# What a busy machine may add to times, in seconds.
SPARE = 300 if options.short else 0
# Longer than the pauses between attempts: who comes again in the meantime has not read Retry-After.
UNTIL = "2" if options.short else "3"
# At the long form's share five failures in a row happen, and open the breaker for 5 s and more; the short form has no time for that.
RATE = 0.12 if options.short else 0.3

# Of members whose receiver says Retry-After: 0.
ATTEMPTS = 3
# A secret that its receiver repeats; nothing of it turns up by chance.
TOKEN = "Zq8vT0kenP4rt-7sEcretXyz19"

proof = Proof("receivers", options.prefix, options.seed, f"{MEMBERS} members each to receivers that fail in every way")
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "receivers")


class Receiver:
    def __init__(self, mode, *arguments, name=None):
        self.name = name or mode
        self.file = proof.path(f"{self.name}.log")
        self.process = subprocess.Popen([sys.executable, f"{here}/faulty.py", mode, self.file, "--seed", str(options.seed), *arguments],
                                        stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        proof.processes.append(self.process)
        self.url = self.process.stdout.readline().split()[0]

    def requests(self):
        if not os.path.exists(self.file):
            return []
        with open(self.file) as lines:
            return [json.loads(line) for line in lines]

    def taken(self):
        """How often each key was taken."""
        return collections.Counter(key for r in self.requests() if r["status"] == 200 for key in r["keys"])


def certificates():
    """An authority, a certificate of it for 127.0.0.1, one for another name, and one that nobody but itself vouches for."""
    run = lambda *a: subprocess.run(["openssl", *a], check=True, capture_output=True, cwd=proof.directory)
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=proof", "-days", "2")
    for name, names in (("right", "IP:127.0.0.1"), ("wrong", "DNS:other.example")):
        run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        with open(proof.path(f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName={names}\n")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", f"{name}.pem",
            "-days", "2", "-extfile", f"{name}.ext")
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.pem", "-subj", "/CN=own", "-days", "2",
        "-addext", "subjectAltName=IP:127.0.0.1")


def nginx(behind):
    """HTTP/2 over TLS in front of a receiver; the log has the protocol of each request and the number of its connection, and
    its key. (URL, log)"""
    import socket
    # Not of those that the kernel gives to whoever asks for any: they are gone again before nginx has it.
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                break
    log = proof.path("nginx.log")
    with open(proof.path("nginx.conf"), "w") as file:
        file.write(f"""daemon off; master_process off; pid {proof.path('nginx.pid')}; error_log {proof.path('nginx.err')};
events {{ worker_connections 512; }}
http {{ log_format proof '$server_protocol $connection $http_idempotency_key'; access_log {log} proof;
  client_body_temp_path {proof.path('body')}; proxy_temp_path {proof.path('proxy')}; fastcgi_temp_path {proof.path('fcgi')};
  uwsgi_temp_path {proof.path('uwsgi')}; scgi_temp_path {proof.path('scgi')}; keepalive_requests 100000;
  server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {proof.path('right.pem')}; ssl_certificate_key {proof.path('right.key')};
    location / {{ proxy_pass {behind}; }} }} }}""")
    process = subprocess.Popen(["nginx", "-c", proof.path("nginx.conf"), "-e", proof.path("nginx.err")], preexec_fn=die_with_parent)
    proof.processes.append(process)
    end = time.monotonic() + 10 * proof.patience
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    return f"https://127.0.0.1:{port}/in", log


def names():
    """The environment of a gateway for which a name server does not answer when it is asked for nameless.example."""
    library = proof.path("names.so")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, f"{here}/names.c", "-ldl"], check=True)
    with open(proof.path("names"), "w") as file:
        file.write("nameless.example silent\n")
    return {"LD_PRELOAD": library, "PROOF_NAMES": proof.path("names")}


def state(gateway, journey):
    """Members of the journey by where and how they are."""
    found, cursor = [], ""
    while True:
        page = gateway.call("GET", f"/journeys/{journey}/members?limit=1000{cursor}")
        found += page["data"]
        if not page["next_cursor"]:
            return found
        cursor = "&cursor=" + page["next_cursor"]


def prove():
    certificates()
    wrong = ("--cert", proof.path("wrong.pem"), "--key", proof.path("wrong.key"))
    own = ("--cert", proof.path("own.pem"), "--key", proof.path("own.key"))
    target = Receiver("fine", name="target")
    receivers = {
        "blackhole": Receiver("blackhole"), "mute": Receiver("mute"), "slow": Receiver("slow"), "reset": Receiver("reset"),
        "endless": Receiver("endless"), "redirect": Receiver("redirect", "--to", target.url), "gone": Receiver("gone"),
        "throttle": Receiver("throttle", "--until", UNTIL),
        "throttle-date": Receiver("throttle-date", "--until", UNTIL),
        "throttle-zero": Receiver("throttle-zero"), "echo": Receiver("echo"),
        "random": Receiver("random", "--rate", str(RATE)), "partial": Receiver("partial"), "poison": Receiver("poison"),
        "wrong-certificate": Receiver("fine", *wrong, name="wrong-certificate"),
        "own-certificate": Receiver("fine", *own, name="own-certificate"), "fine": Receiver("fine"),
    }
    behind = Receiver("fine", name="behind-nginx")
    http2, http2_log = nginx(behind.url)
    settings = [part for name, value in dict(LIMITS, **{"sync.ca-file": proof.path("ca.pem")}).items() for part in ("--setting", f"{name}={value}")]
    gateway = LiveGateway(proof, *settings, environment=names())
    model, keys = gateway.people(MEMBERS)
    secrets = ["whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"]
    more = {"echo": {"authorization": f"Bearer {TOKEN}"}, "partial": {"batch_size": 20}, "poison": {"batch_size": 50}, "fine": {"batch_size": 25, "signing_secrets": secrets}}
    urls = dict({name: r.url for name, r in receivers.items()}, http2=http2, nameless="http://nameless.example/in")
    destinations = {name: gateway.destination(dict({"url": url, "batch_size": 1}, **more.get(name, {}))) for name, url in urls.items()}
    retry = {"attempts": 20, "first_pause": {"duration": 1, "unit": "seconds"}, "longest_pause": {"duration": 1, "unit": "seconds"}}
    few = dict(retry, attempts=ATTEMPTS)
    journeys = {name: gateway.journey(model, id, retry=few if name == "throttle-zero" else retry) for name, id in destinations.items()}
    began = time.monotonic()
    runs = {name: gateway.trigger(journey) for name, journey in journeys.items()}

    # Those that come to an end, at once or after their trouble.
    seconds = {}
    for name in ("fine", "http2", "endless", "redirect", "partial", "poison", "random", "throttle", "throttle-date"):
        run = gateway.finish(journeys[name], runs[name], within=120)
        seconds[name] = time.monotonic() - began
        delivered(gateway, name, receivers.get(name), journeys[name], destinations[name], run, target)
    for name in ("throttle-zero", "echo"):
        seconds[name] = time.monotonic() - began if gateway.finish(journeys[name], runs[name], within=120) else 0
    at_once(gateway, receivers["throttle-zero"], destinations["throttle-zero"])
    repeats(gateway, receivers["echo"], journeys["echo"], destinations["echo"])
    took_http2(http2_log)
    signed(receivers["fine"], secrets)
    # Those that never will: until their breakers are open, or a 410 has closed the destination.
    for name in ("nameless", "blackhole", "mute", "slow", "reset", "wrong-certificate", "own-certificate", "gone"):
        dead(gateway, name, receivers.get(name), journeys[name], destinations[name])
    proof.say(f"ended after: {', '.join(f'{n} {s:.1f} s' for n, s in seconds.items())}")
    proof.check("a receiver that is well waits for nobody", seconds["fine"] < 10 + SPARE, f"{seconds['fine']:.1f} s")
    for journey in journeys.values():
        gateway.call("POST", f"/journeys/{journey}/pause")
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")
    gateway.stop()


def delivered(gateway, name, receiver, journey, destination, run, target):
    counts, page = run["counts"], gateway.page(destination)
    letters = gateway.letters(destination)
    if name == "redirect":
        proof.check("redirect: followed nowhere, all failed for good", len(letters) == MEMBERS and not target.requests()
                    and {l["code"] for l in letters} == {"MISC_ERROR"} and {l["http_status"] for l in letters} == {302})
        return
    bad = {"partial": {n for n in range(MEMBERS) if n % 7 == 0}, "poison": {13, 77}}.get(name, set())
    failed = {int(l["key"][1:]) for l in letters}
    proof.check(f"{name}: who was refused has failed, and nobody else", failed == bad, f"{len(failed)}")
    proof.check(f"{name}: all others were delivered", counts["delivered"] == MEMBERS - len(bad) and counts["failed"] == len(bad), json.dumps(counts))
    if receiver:
        taken = receiver.taken()
        proof.check(f"{name}: each was taken once, under one key", len(taken) == MEMBERS - len(bad) and set(taken.values()) <= {1},
                    f"{len(taken)} taken, {sum(taken.values()) - len(taken)} twice, {len(receiver.requests())} requests")
    if name == "endless":
        most = max(r["sent"] for r in receiver.requests())
        proof.check("endless: hardly more than 64 KB were taken of an answer", most < 16 << 20, f"{most >> 10} KB, sockets' buffers included")
    if name.startswith("throttle"):
        refused = [r for r in receiver.requests() if r["status"] == 429]
        early = [r for r in refused if r["early"]]
        # Requests that were under way when the door closed come early; nothing that was sent after that may.
        latest = max((r["late"] for r in early), default=0)
        proof.check(f"{name}: Retry-After is obeyed", len(refused) >= 3 and len(early) <= 64 * 3 and latest < 0.7 + SPARE,
                    f"{len(refused)} refused, {len(early)} of them were under way, the last {latest * 1000:.0f} ms after the door closed")
        proof.check(f"{name}: the page counts it", page["totals"]["throttled"]["requests"] == len(refused) and page["retries"] == len(refused), page["retries"])
    if name == "random":
        errors = [r for r in receiver.requests() if r["status"] == 500]
        proof.check("random: a failure is an attempt, and is tried again", len(errors) > (0 if options.short else MEMBERS * RATE / 3) and page["totals"]["failed"]["requests"] == len(errors)
                    and page["retries"] == len(errors), f"{len(errors)} answers of 500")
    if name == "poison":
        member = gateway.call("GET", f"/journeys/{journey}/members/p000013")["error"]
        proof.check("poison: its page has request and answer", '"primary_key":"p000013"' in member["request"] and "unlucky" in member["response"], member["message"])
        proof.check("poison: found in few steps", len(receiver.requests()) <= (MEMBERS + 49) // 50 + 2 * 2 * 6, f"{len(receiver.requests())} requests")


def at_once(gateway, receiver, destination):
    """Retry-After: 0 is no leave to come again at once: the tile's own pauses and attempts hold."""
    letters, times = gateway.letters(destination), collections.defaultdict(list)
    for request in receiver.requests():
        for key in request["keys"]:
            times[key].append(request["at"])
    gaps = [b - a for at in times.values() for a, b in zip(at, at[1:])]
    proof.check("throttle-zero: nobody is lost, all are parked after their attempts",
                len(letters) == MEMBERS and {(l["attempts"], l["code"]) for l in letters} == {(ATTEMPTS, "RATE_LIMIT")}, len(letters))
    proof.check("throttle-zero: no more requests than attempts", len(times) == MEMBERS and {len(at) for at in times.values()} == {ATTEMPTS},
                f"{len(receiver.requests())} requests")
    # A second less a tenth of jitter, counted from the beginning of the engine's turn; the receiver notes the time as it can.
    proof.check("throttle-zero: between them the tile's pause", min(gaps) > (0 if options.short else 0.4), f"{min(gaps):.2f} s at the least")


def repeats(gateway, receiver, journey, destination):
    """What an answer repeats of a secret is neither shown nor stored."""
    parts = (TOKEN[:10], TOKEN[10:])
    letters = gateway.letters(destination)
    proof.check("echo: the receiver got the secret, and all have failed", len(letters) == MEMBERS and {r["part"] for r in receiver.requests()} == {TOKEN}
                and {l["code"] for l in letters} == {"BAD_REQUEST"}, len(letters))
    errors = [gateway.call("GET", f"/journeys/{journey}/members/{l['key']}")["error"] for l in letters[:100]]
    shown = json.dumps(errors) + json.dumps(letters)
    proof.check("echo: dead letters show stars for it, whole, in parts, and where the answer is cut",
                not any(part in shown for part in parts) and any("unknown token ********" in e["response"] for e in errors)
                and any(e["response"].endswith("x" + "*" * 12) for e in errors))
    kept = [os.path.join(folder, name) for folder, _, names in os.walk(gateway.data) for name in names] + [proof.path("gateway.err")]
    found, size = [], 0
    for file in kept:
        with open(file, "rb") as content:
            content = content.read()
        size += len(content)
        if any(part.encode() in content for part in parts):
            found.append(os.path.basename(file))
    proof.check("echo: no file of the gateway's, nor its log, holds a part of it", not found and size > 1 << 16, found or f"{len(kept)} files, {size >> 10} KB")


def under_way(members):
    return [m for m in members if not m["waiting_until"] and not m["failed"]]


def dead(gateway, name, receiver, journey, destination):
    page = gateway.until(f"{name} opens its breaker", lambda: (lambda p: p if p["disabled"] or p["breaker"]["state"] != "closed" else None)(gateway.page(destination)),
                         within=TOTAL + 30)
    # The rest is held back as soon as that is known, and what was under way has ended, but for the one that a half-open breaker lets
    # through now and then to see whether the receiver is back.
    members = gateway.until(f"{name} holds all back", lambda: (lambda m: m if len(under_way(m)) <= 1 else None)(state(gateway, journey)),
                            within=TOTAL + 30)
    page = gateway.page(destination)
    tried = [m for m in members if m["attempt"] > 0 or m["failed"]]
    sent = sum(t["requests"] for t in page["totals"].values())
    proof.check(f"{name}: nobody was delivered, and nobody lost", len(members) == MEMBERS and all(m["tile"] == "send" for m in members)
                and page["totals"]["delivered"]["requests"] == 0)
    proof.check(f"{name}: a few requests told enough", sent <= 8 + 5 + page["breaker"]["trips"], f"{sent} requests, {len(tried)} members tried, {page['held_back']} held back")
    proof.check(f"{name}: the others have used no attempt", len(tried) <= sent + len(under_way(members)), len(tried))
    errors = {m["error"]["code"] for m in members if m["error"]}
    if name == "gone":
        stored = gateway.call("GET", f"/destinations/{destination}")
        proof.check("gone: the destination is disabled and says so", stored["status"] == "error" and "410" in stored["status_error"], stored["status_error"])
        proof.check("gone: those that were sent have failed for good", errors == {"ENDPOINT_NOT_FOUND"}, errors)
        return
    messages = {m["error"]["message"] for m in members if m["error"]}
    proof.check(f"{name}: the breaker is open", page["breaker"]["state"] in ("open", "half_open") and page["breaker"]["trips"] >= 1, json.dumps(page["breaker"]))
    proof.check(f"{name}: the error says why", errors == {"SERVICE_UNAVAILABLE"}, next(iter(messages))[:120])
    longest = page["latency_ms"]["max"] / 1000
    limit = {"nameless": CONNECT, "blackhole": CONNECT, "mute": TOTAL, "slow": min(TOTAL, SLOW + 5)}.get(name, 2)
    proof.check(f"{name}: given up in time", longest < limit + 5 + SPARE, f"{longest:.1f} s")
    if name.endswith("-certificate"):
        proof.check(f"{name}: no request was sent", not receiver.requests())


def took_http2(log):
    with open(log) as lines:
        found = [line.split() for line in lines]
    proof.check("http2: spoken in every request", len(found) == MEMBERS and {f[0] for f in found} == {"HTTP/2.0"}, len(found))
    proof.check("http2: each member once", len({f[2] for f in found}) == MEMBERS)
    proof.check("http2: requests shared few connections", len({f[1] for f in found}) <= 8, f"{len({f[1] for f in found})} connections")


def signed(receiver, secrets):
    """By the verifier that the specification's authors publish, with each of the two secrets alone."""
    sys.path.append(os.path.join(proof.root, ".build", "python"))
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError
    verified = refused = 0
    for request in receiver.requests():
        headers = {k: request["headers"][k] for k in ("webhook-id", "webhook-timestamp", "webhook-signature")}
        for secret in secrets:
            Webhook(secret).verify(request["body"], headers)
            verified += 1
        # The verifier is no rubber stamp: another secret, another body and another id are refused.
        for secret, body, id in (("whsec_" + "A" * 32, request["body"], headers["webhook-id"]), (secrets[0], request["body"] + " ", headers["webhook-id"]),
                                 (secrets[0], request["body"], headers["webhook-id"] + "0")):
            try:
                Webhook(secret).verify(body, dict(headers, **{"webhook-id": id}))
            except WebhookVerificationError:
                refused += 1
    proof.check("standardwebhooks verifies each signature with either secret", verified == 2 * len(receiver.requests()) > 0, f"{verified} checks")
    proof.check("standardwebhooks refuses another secret, body or id", refused == 3 * len(receiver.requests()), f"{refused} checks")


sys.exit(proof.run(prove, 120 if options.short else 600))
