"""What the stand-ins of public APIs have in common: HTTP/1.1 with keep-alive on a free port of 127.0.0.1, and GET /standin,
which tells tests what came in. Each stand-in is built from the API's public documentation, named at its top, and enforces it.

Options of all: --log FILE gets a line of JSON for each request, with its status and what of it was taken; --rate N and --burst N:
requests a second that are taken, and how many may come at once."""
import argparse, http.server, json, sys, threading, time

options = argparse.ArgumentParser()
options.add_argument("--log")
options.add_argument("--rate", type=float, default=1e9)
options.add_argument("--burst", type=float, default=1e9)


class Standin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    state = {"requests": 0}
    log = None

    def answer(self, status, body, headers=()):
        """`body`: text, or something that becomes JSON."""
        self.status = status
        kind = "text/html" if isinstance(body, str) else "application/json"
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(data))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def wait(self):
        """Seconds until the next request would be taken; 0 takes this one."""
        now = time.monotonic()
        filled, at = self.bucket
        filled = min(self.burst, filled + (now - at) * self.rate)
        self.bucket[:] = [filled - 1 if filled >= 1 else filled, now]
        return 0 if filled >= 1 else (1 - filled) / self.rate

    def do_GET(self):
        with self.lock:
            self.answer(200, self.state)

    def serve_api(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.lock:
            self.state["requests"] += 1
            self.taken = []
            try:
                self.body = json.loads(data)
            except ValueError:
                self.body = None
            self.api()
            if self.log:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.log.write(json.dumps({"path": self.path, "status": self.status, "headers": headers, "body": self.body,
                                           "taken": self.taken}) + "\n")

    do_POST = do_PUT = do_PATCH = do_DELETE = serve_api

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


def run(handler, given):
    handler.rate, handler.burst, handler.bucket = given.rate, given.burst, [given.burst, time.monotonic()]
    if given.log:
        handler.log = open(given.log, "a", buffering=1)
    server = Server(("127.0.0.1", 0), handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    # Whoever started this is gone when its end of the pipe is.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
