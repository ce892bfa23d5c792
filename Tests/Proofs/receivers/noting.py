"""A receiver that notes when it had each request and when it began to answer it: a process of its own on 127.0.0.1, HTTP/1.1, a
thread for each connection. It answers 200 after a delay.

usage: noting.py LOG [--delay-ms N]
Prints the URL on which it listens. LOG gets a line of JSON for each request that is there whole ({"got": number, "at", "rows":
[[member, key], …]}) and, before it is answered, another ({"answers": number, "at"}); `at` is monotonic time in seconds. GET
/connections tells how many connections are there, those counted of which something is still to be read.
"""
import argparse, http.server, itertools, json, os, threading, time

options = argparse.ArgumentParser()
options.add_argument("log")
options.add_argument("--delay-ms", type=int, default=20)
options = options.parse_args()
log = os.open(options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
numbers = itertools.count(1)
connections, lock = 0, threading.Lock()


def count(more):
    global connections
    with lock:
        connections += more
        return connections


def note(**what):
    os.write(log, json.dumps(dict(what, at=time.monotonic())).encode() + b"\n")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        text = str(count(0)).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        self.close_connection = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        number = next(numbers)
        note(got=number, rows=[[row["primary_key"], row["idempotency_key"]] for row in json.loads(body)["rows"]])
        time.sleep(options.delay_ms / 1000)
        note(answers=number)
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # The gateway was killed.
        finally:
            count(-1)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def process_request(self, request, address):
        count(1)
        super().process_request(request, address)


server = Server(("127.0.0.1", 0), Handler)
print(f"noting receiver on http://127.0.0.1:{server.server_address[1]}/", flush=True)
server.serve_forever()
