"""Inputs that are small to send and large to take: depth, numbers out of range, repeated keys, lone surrogates, a journey of 10,000
tiles, a filter tree of 100,000 nodes, bodies and lines without end, and the same at the level of HTTP.

Goal: each is refused with a status of 4xx, in the median of five tries within 50 ms of the byte at which it can be known for one, and costs
at most 10 MB more memory (the peak that the kernel counts, against what was resident just before); the gateway serves on. The short form
has one try each and no goal in time.

usage: bombs.py PREFIX [--short] [--seed N]     (nothing is random)
"""
import json, os, re, socket, statistics, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, arguments

ENDLESS = 1 << 30
BODY, RECORD = 1 << 20, 1 << 20
MEMORY = 10  # MB


def status_value(pid, name):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(name + r":\s+(\d+)", status.read()).group(1)) / 1024


def pieces(data, size=64 << 10):
    for at in range(0, len(data), size):
        yield data[at:at + size]


def endless(first, again, count=ENDLESS):
    yield first
    for _ in range(count // len(again)):
        yield again


def chunked(parts):
    for part in parts:
        yield b"%x\r\n" % len(part) + part + b"\r\n"


class Bombs:
    def __init__(self, gateway):
        self.gateway = gateway
        host, port = gateway.base.split("//")[1].split(":")
        self.address = (host, int(port))
        self.root = f"/api/v1/workspaces/{gateway.workspace}"
        self.pid = gateway.process.pid

    def head(self, method, path, *fields):
        lines = [f"{method} {self.root}{path} HTTP/1.1", "Host: a", f"Authorization: Bearer {self.gateway.key}", *fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def json(self, method, path, body):
        """(what is sent, after how many bytes it can be known for a bomb)."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        head = self.head(method, path, "Content-Type: application/json", f"Content-Length: {len(body)}")
        return lambda: pieces(head + body), len(head) + (len(body) if len(body) <= BODY else 0)

    def stream(self, head, parts, known):
        def send():
            yield head
            yield from parts()
        return send, len(head) + known

    def throw(self, send, known):
        """Sends until there is an answer. Gives (status, seconds since it could be known, MB more, bytes sent)."""
        with open(f"/proc/{self.pid}/clear_refs", "w") as file:
            file.write("5")
        before = status_value(self.pid, "VmRSS")
        peer = socket.create_connection(self.address, 30)
        sent, since = 0, None
        try:
            for piece in send():
                peer.settimeout(0.0)
                try:
                    if peer.recv(1, socket.MSG_PEEK):
                        break
                except BlockingIOError:
                    pass
                peer.settimeout(30)
                # What came before it can be known may take its time.
                if since is None and sent + len(piece) >= known:
                    since = time.monotonic()
                peer.sendall(piece)
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        peer.settimeout(30)
        answer = b""
        try:
            while b"\r\n" not in answer and (more := peer.recv(4096)):
                answer += more
        except ConnectionResetError:
            pass
        seconds = time.monotonic() - (since or time.monotonic())
        peer.close()
        peak = status_value(self.pid, "VmHWM")
        return int(answer[9:12] or 0), seconds, peak - before, sent

    def all(self, model):
        def journey(**more):
            return {"name": "Bomb", "parent_model_id": model, "tiles": [{"id": "a", "type": "entry"}], "edges": [], **more}

        def raw(tail):
            text = json.dumps(journey())
            return (text[:-1] + ", " + tail + "}").encode()

        leaf = {"type": "condition", "column": "n", "operator": "is_null"}
        tiles = [{"id": "a", "type": "entry"}] + [{"id": f"t{i}", "type": "wait", "config": {"duration": 1, "unit": "days"}} for i in range(9_999)]
        edges = [{"from": a["id"], "to": b["id"]} for a, b in zip(tiles, tiles[1:])]
        small = [{"id": str(i), "type": "exit"} for i in range(10_000)]
        yield "depth: 65 arrays", self.json("POST", "/journeys", raw('"description": ' + "[" * 65 + "]" * 65))
        yield "depth: 500,000 arrays", self.json("POST", "/journeys", b"[" * 500_000)
        yield "depth: 150,000 objects", self.json("POST", "/journeys", b'{"a":' * 150_000)
        yield "a filter tree 10,000 levels deep", self.json("POST", "/journeys", raw('"entry_criteria": ' + '{"type":"and","children":[' * 10_000 + "]}" * 10_000))
        yield "1e309", self.json("POST", "/journeys", raw('"entry_criteria": {"type": "condition", "column": "n", "operator": "equals", "value": 1e309}'))
        yield "a number of 900,000 digits", self.json("POST", "/journeys", raw('"entry_criteria": {"type": "condition", "column": "n", "operator": "equals", "value": ' + "9" * 900_000 + "}"))
        yield "a repeated key", self.json("POST", "/journeys", raw('"name": "Other"'))
        yield "a repeated key, escaped", self.json("POST", "/journeys", raw('"n\\u0061me": "Other"'))
        yield "a lone surrogate", self.json("POST", "/journeys", raw('"description": "\\ud800"'))
        yield "a NUL in a name", self.json("POST", "/journeys", raw('"description": "\x00"'))
        yield "no UTF-8", self.json("POST", "/journeys", raw('"description": "x"').replace(b'"x"', b'"\xff\xfe"'))
        yield "10,000 tiles in a row", self.json("POST", "/journeys", journey(tiles=tiles, edges=edges))
        yield "10,000 tiles and no edges", self.json("POST", "/journeys", journey(tiles=small))
        yield "100,000 nodes of a filter", self.json("POST", "/journeys", journey(entry_criteria={"type": "and", "children": [leaf] * 100_000}))
        yield "as many nodes as a body holds", self.json("POST", "/journeys", raw('"entry_criteria":{"type":"and","children":[' + ",".join(['{"type":"and"}'] * 60_000) + "]}"))
        yield "340,000 empty arrays", self.json("POST", "/journeys", raw('"tiles": [' + ",".join(["[]"] * 340_000) + "]"))
        yield "100,000 keys", self.json("POST", "/journeys", ("{" + ",".join(f'"{i:x}":0' for i in range(100_000)) + "}").encode())
        yield "a body of 1 GB by its length", self.stream(
            self.head("POST", "/journeys", "Content-Type: application/json", f"Content-Length: {ENDLESS}"), lambda: endless(b"[", b"1," * 32768), 0)
        yield "a body of 1 GB in chunks", self.stream(
            self.head("POST", "/journeys", "Content-Type: application/json", "Transfer-Encoding: chunked"),
            lambda: chunked(endless(b"[", b"1," * 32768)), BODY + 64)
        rows = f"/sources/{self.gateway.source}/tables/bombs/rows?key=id&mode=replace"
        for kind, first, again in [("text/csv", b"id,a\n1,", b"x" * 65536), ("text/csv", b'id,a\n1,"', b"\n" * 65536), ("text/csv", b"id,", b"a," * 32768),
                                   ("application/x-ndjson", b'{"id":"1","a":"', b"x" * 65536), ("application/x-ndjson", b'{"id":"1","a":', b"[" * 65536)]:
            yield f"a line of 1 GB, {kind} {first.decode()!r}", self.stream(
                self.head("PUT", rows, f"Content-Type: {kind}", f"Content-Length: {ENDLESS + len(first)}"),
                lambda first=first, again=again: endless(first, again), RECORD + 65536)
        yield "a line of 1 GB in chunks", self.stream(
            self.head("PUT", rows, "Content-Type: text/csv", "Transfer-Encoding: chunked"), lambda: chunked(endless(b"id,a\n1,", b"x" * 65536)), RECORD + 65536)
        yield "a header without end", self.stream(b"GET / HTTP/1.1\r\nHost: a\r\nX: ", lambda: endless(b"", b"x" * 4096), 16384)
        yield "a target without end", self.stream(b"GET /", lambda: endless(b"", b"x" * 4096), 8192)
        yield "headers without end", self.stream(b"GET / HTTP/1.1\r\nHost: a\r\n", lambda: endless(b"", b"X: y\r\n" * 100), 600)
        upload = self.head("PUT", rows, "Content-Type: text/csv", "Transfer-Encoding: chunked")
        yield "a chunk extension without end", self.stream(upload, lambda: endless(b"5;a", b"a" * 4096), 4096)
        yield "extensions of tiny chunks", self.stream(upload, lambda: endless(b"", b"1;abc=def\r\nx\r\n" * 400), 14 * 500)
        yield "trailers without end", self.stream(upload, lambda: endless(b"3\r\nid\n\r\n0\r\n", b"X: y\r\n" * 400), 8192)
        yield "a chunk size without end", self.stream(upload, lambda: endless(b"", b"0" * 4096), 16)


def main(proof, options):
    gateway = LiveGateway(proof)
    model, _ = gateway.people(10)
    bombs = Bombs(gateway)
    tries = 1 if options.short else 5
    for name, (send, known) in bombs.all(model):
        thrown = [bombs.throw(send, known) for _ in range(tries)]
        statuses = {status for status, *_ in thrown}
        milliseconds = statistics.median(seconds for _, seconds, _, _ in thrown) * 1000
        memory, sent = max(more for _, _, more, _ in thrown), max(count for *_, count in thrown)
        holds = all(400 <= status < 500 for status in statuses) and memory <= MEMORY and (options.short or milliseconds <= 50)
        proof.check(name, holds, f"{'/'.join(map(str, sorted(statuses)))}, {milliseconds:.1f} ms, {memory:.1f} MB, {sent} bytes sent")
    gateway.call("GET", "/journeys")
    proof.check("the gateway still runs", gateway.process.poll() is None)


options = arguments(seed=0)
proof = Proof("bombs", options.prefix, options.seed, "inputs that are small to send and large to take are refused at once")
sys.exit(proof.run(lambda: main(proof, options), seconds=1800))
