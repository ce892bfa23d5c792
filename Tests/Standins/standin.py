"""What the stand-ins of public APIs have in common: HTTP/1.1 with keep-alive on a free port of 127.0.0.1, and GET /standin,
which tells tests what came in. Each stand-in is built from the API's public documentation, named at its top, and enforces it."""
import http.server, json, sys, threading


class Standin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    state = {"requests": 0}

    def answer(self, status, body, headers=()):
        """`body`: text, or something that becomes JSON."""
        kind = "text/html" if isinstance(body, str) else "application/json"
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(data))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self):
        with self.lock:
            self.answer(200, self.state)

    def serve_api(self):
        data = self.body()
        with self.lock:
            self.state["requests"] += 1
            self.api(data)

    do_POST = do_PUT = do_PATCH = do_DELETE = serve_api

    def log_message(self, *_):
        pass


def run(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    # Whoever started this is gone when its end of the pipe is.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()
