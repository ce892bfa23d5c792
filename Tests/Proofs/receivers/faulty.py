"""A receiver that misbehaves in one way, as a process of its own on 127.0.0.1 (or --host): HTTP/1.1, a thread for each connection.

usage: faulty.py MODE LOG [--host H] [--seed N] [--until SECONDS] [--rate SHARE] [--to URL] [--cert FILE --key FILE] [--ca FILE]
Prints the URL on which it listens. LOG gets a line of JSON for each request: what was taken, by key, and how it was answered.
"""
import argparse, email.utils, json, random, socket, ssl, struct, sys, threading, time

options = argparse.ArgumentParser()
options.add_argument("mode")
options.add_argument("log")
options.add_argument("--host", default="127.0.0.1")
options.add_argument("--seed", type=int, default=0)
options.add_argument("--until", type=float, default=1)
options.add_argument("--rate", type=float, default=0.3)
options.add_argument("--to", default="")
options.add_argument("--cert")
options.add_argument("--key")
options = options.parse_args()

chance = random.Random(options.seed)
lock = threading.Lock()
log = open(options.log, "a", buffering=1)
state = {"requests": 0, "closed_at": 0.0, "closed_until": 0.0}


def note(**what):
    with lock:
        log.write(json.dumps(dict(what, at=time.time())) + "\n")


class Request:
    def __init__(self, peer):
        """Reads one request; `line` is empty when the peer has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = peer.recv(65536)
            if not part:
                self.line = ""
                return
            data += part
        head, self.body = data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.line = lines[0]
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        while len(self.body) < int(self.headers.get("content-length", 0)):
            self.body += peer.recv(65536)
        try:
            self.rows = json.loads(self.body).get("rows", [])
        except ValueError:
            self.rows = []
        self.keys = [row["idempotency_key"] for row in self.rows]


def answer(peer, status, headers=(), body=b""):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def serve(peer):
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        request = Request(peer)
        if not request.line:
            return
        with lock:
            state["requests"] += 1
            number = state["requests"]
        if act(peer, request, number):
            return


def act(peer, request, number):
    """Answers; true ends the connection."""
    mode, now = options.mode, time.time()
    if mode == "mute":
        note(keys=request.keys, status=0)
        time.sleep(60)
        return True
    if mode == "slow":
        note(keys=request.keys, status=0)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            peer.sendall(b"x")
            time.sleep(1)
        return True
    if mode == "endless":
        peer.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        sent = 0
        try:
            while sent < 1 << 26:
                sent += peer.send(b"x" * 65536)
        except OSError:
            pass
        note(keys=request.keys, status=200, sent=sent)
        return True
    if mode == "reset":
        note(keys=request.keys, status=0)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return True
    if mode == "redirect":
        note(keys=request.keys, status=302)
        answer(peer, 302, [f"Location: {options.to}"])
        return False
    if mode == "gone":
        note(keys=request.keys, status=410)
        answer(peer, 410)
        return False
    if mode in ("throttle", "throttle-date"):
        with lock:
            # Each third of the first requests closes the door for a while; whoever knocks meanwhile has not listened.
            early = now < state["closed_until"]
            shut = number in (3, 40, 80)
            if shut:
                state["closed_at"] = now
                state["closed_until"] = now + options.until
        if shut or early:
            note(keys=request.keys, status=429, early=early, late=now - state["closed_at"])
            if mode == "throttle":
                value = str(int(options.until))
            else:
                value = email.utils.formatdate(int(now + options.until + 0.999), usegmt=True)
            answer(peer, 429, [f"Retry-After: {value}"])
            return False
        note(keys=request.keys, status=200)
        answer(peer, 200)
        return False
    if mode == "throttle-zero":
        note(keys=request.keys, status=429)
        answer(peer, 429, ["Retry-After: 0"])
        return False
    if mode == "echo":
        # As APIs do that tell which token they did not know; every other time at the place where the answer is cut.
        whole = request.headers["authorization"]
        part = whole.split()[-1]
        note(keys=request.keys, status=400, part=part)
        said = json.dumps({"error": f"unknown token {part}", "got": whole, "at": f"/in?token={part}"})
        answer(peer, 400, [f"X-Got: {part}"], body=(said if number % 2 else "x" * (65536 - 12) + part).encode())
        return False
    if mode == "random":
        with lock:
            status = 500 if chance.random() < options.rate else 200
        note(keys=request.keys, status=status)
        answer(peer, status)
        return False
    if mode == "partial":
        failed = [row for row in request.rows if row["data"]["n"] % 7 == 0]
        results = [{"idempotency_key": row["idempotency_key"], "status": "failed", "message": "no such mailbox"} for row in failed]
        refused = {r["idempotency_key"] for r in results}
        note(keys=[k for k in request.keys if k not in refused], status=200, refused=sorted(refused))
        answer(peer, 200, body=json.dumps({"results": results}).encode())
        return False
    if mode == "poison":
        bad = any(row["data"]["n"] in (13, 77) for row in request.rows)
        note(keys=[] if bad else request.keys, status=422 if bad else 200)
        answer(peer, 422 if bad else 200, body=b'{"error": "n is unlucky"}' if bad else b"")
        return False
    note(keys=request.keys, status=200, headers=request.headers, body=request.body.decode())
    answer(peer, 200)
    # The next request needs a new connection, and so a new look at the name.
    return mode == "once"


def safely(peer):
    try:
        if options.cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.cert, options.key)
            peer = context.wrap_socket(peer, server_side=True)
        serve(peer)
    except (OSError, ValueError):
        pass
    finally:
        peer.close()


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((options.host, 0))
listener.listen(0 if options.mode == "blackhole" else 512)
port = listener.getsockname()[1]
fillers = []
if options.mode == "blackhole":
    # The queue of a listener that accepts nobody fills up; after that connections get no answer at all.
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((options.host, port))
        fillers.append(filler)
    time.sleep(0.2)
print(f"{'https' if options.cert else 'http'}://{options.host}:{port}/in listening on http://{options.host}:{port}", flush=True)
while True:
    if options.mode == "blackhole":
        time.sleep(60)
        continue
    peer, _ = listener.accept()
    threading.Thread(target=safely, args=(peer,), daemon=True).start()
