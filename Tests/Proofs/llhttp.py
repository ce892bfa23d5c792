"""Random and mutated requests, each sent to the server alone on a connection of its own and given to llhttp (`httptools`).

Goal: whatever the server accepts, llhttp reads the same: as many messages in the same bytes, and of each the method, target,
version, fields and body. What the server refuses is no matter here: the grammar table says what it must refuse.

Four differences are llhttp's or httptools' own, where it refuses or skips what RFC 9112 allows, and are led around: it knows some
forty methods only (for the others it is given POST); it takes no tab around the coding "chunked" (it is given spaces); it heeds the
obsolete Proxy-Connection, and httptools drops the body of a request with Upgrade, both of which this server passes over (it is given
other names of that length).

usage: llhttp.py PREFIX [--short] [--seed N] [--requests N]     (the prefix is not used: the server stands alone in HTTPReader)
"""
import multiprocessing, os, random, re, socket, struct, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, ".build", "python"))
import httptools
import requests_at_random

READER = os.path.join(ROOT, ".build", "release", "HTTPReader")
WORKERS, BATCH = 2, 32
CODING = re.compile(rb"(?i)transfer-encoding:[ \t]*chunked[ \t]*\r\n")
PASSED_OVER = re.compile(rb"(?i)upgrade|proxy-connection")
RESET = struct.pack("ii", 1, 0)


class Message:
    """What llhttp's callbacks say of a connection's messages."""
    def __init__(self):
        self.done, self.parser = [], httptools.HttpRequestParser(self)
        self.on_message_begin()

    def on_message_begin(self):
        self.url, self.fields, self.body, self.has_head = b"", [], b"", False

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        # Those behind the head are trailers, which the server checks and drops.
        if not self.has_head:
            self.fields.append((name, (value or b"").strip(b" \t")))

    def on_headers_complete(self):
        self.has_head = True
        self.method, self.version = self.parser.get_method(), self.parser.get_http_version()

    def on_body(self, body):
        self.body += body

    def on_message_complete(self):
        self.done.append((self.method, self.url, self.version.encode()[-1:], self.fields, self.body))


def llhttp(data):
    """(the messages that llhttp reads in `data`, why it stopped or None)."""
    messages = Message()
    try:
        messages.parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
        return messages.done, error
    return messages.done, None


def led_around(data):
    """What llhttp is given in the place of `data`: as long, with a tilde or a space where it differs."""
    data = CODING.sub(lambda found: found.group(0).replace(b"\t", b" "), data)
    return PASSED_OVER.sub(lambda found: b"~" * len(found.group(0)), data)


def same(theirs, ours):
    """Whether texts are equal, as far as llhttp was not led around."""
    return theirs == ours or len(theirs) == len(ours) and all(a == b or a in b"~ " for a, b in zip(theirs, ours))


def same_message(theirs, ours):
    method, target, minor, fields, body = theirs
    return (same(method, ours[0]) and same(target, ours[1]) and minor == ours[2] and len(fields) == len(ours[3]) and same(body, ours[4])
            and all(same(name, own_name) and same(value, own_value) for (name, value), (own_name, own_value) in zip(fields, ours[3])))


def with_known_methods(data, ours):
    """`data` with POST for the methods of `ours` that llhttp does not know, and `ours` likewise."""
    ours = list(ours)
    for index, (method, *rest) in enumerate(ours):
        if llhttp(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n")[1] is None:
            continue
        start = end_of(data, index)
        start += 2 * data.startswith(b"\r\n", start)
        if data.startswith(method + b" ", start):
            data = data[:start] + b"POST" + data[start + len(method):]
            ours[index] = (b"POST", *rest)
    return data, ours


def end_of(data, count):
    """Where the first `count` messages end, by llhttp's reading: the shortest beginning of `data` that has them."""
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        if len(llhttp(data[:middle])[0]) >= count:
            high = middle
        else:
            low = middle + 1
    return low


def reading(hexadecimal):
    head, _, body = bytes.fromhex(hexadecimal).partition(b"\n\n")
    first, *fields = head.split(b"\n")
    method, target, minor = first.split(b" ")
    return method, target, minor, [tuple(field.split(b":", 1)) for field in fields], body


def answers(text):
    """(what the server read, the status with which it refused or None, whether it said to close)."""
    read, refused, closes = [], None, False
    while text:
        head, end, rest = text.partition(b"\r\n\r\n")
        if not end:
            raise RuntimeError(f"an answer that is cut: {text[:300]}")
        status = int(head[9:12])
        fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
        text = rest[int(fields.get("content-length", 0)) if read or "x-read" not in fields else 0:]
        closes = closes or fields.get("connection") == "close"
        if status == 200:
            read.append(reading(fields["x-read"]))
        elif status >= 200:
            refused = status
    return read, refused, closes


def difference(data, answer):
    """(what kind of request it was, None or what llhttp reads otherwise)."""
    ours, refused, closes = answers(answer)
    kind = f"refused with {refused}" if refused else "accepted" if ours else "incomplete"
    data = led_around(data)
    theirs, error = llhttp(data)
    if ours and len(theirs) < len(ours):
        data, ours = with_known_methods(data, ours)
        theirs, error = llhttp(data)
    for index, message in enumerate(ours):
        if index >= len(theirs):
            return kind, f"llhttp stops at message {index}: {error!r}; the server read {message}"
        if not same_message(theirs[index], message):
            return kind, f"llhttp reads {theirs[index]}, the server {message}"
    if not refused and not closes and len(theirs) > len(ours):
        return kind, f"llhttp reads one more: {theirs[len(ours)]}"
    return kind, None


def exchange(port, batch):
    """Sends each of `batch` on its own connection; gives all that came back."""
    sockets = []
    for data in batch:
        peer = socket.create_connection(("127.0.0.1", port), 20 * Proof.patience)
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        sockets.append(peer)
    for peer in sockets:
        text = b""
        while more := peer.recv(65536):
            text += more
        # All has come: a reset leaves no connection behind that would hold its port for a minute.
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()
        yield text


def work(task):
    port, seed, count, cases = task
    chance = random.Random(seed)
    kinds, differing, several = {}, [], 0
    for start in range(0, count, BATCH):
        batch = [requests_at_random.request(chance, cases) for _ in range(min(BATCH, count - start))]
        for data, answer in zip(batch, exchange(port, batch)):
            kind, wrong = difference(data, answer)
            kinds[kind] = kinds.get(kind, 0) + 1
            several += answer.count(b"HTTP/1.1 200") > 1
            if wrong:
                differing.append((data, wrong))
    return kinds, differing, several


def main(proof, options):
    lines = subprocess.run([READER, "cases"], capture_output=True, text=True, check=True).stdout.split()
    cases = [bytes.fromhex(line) for line in lines]
    count = options.requests or (20_000 if options.short else 1_000_000)
    proof.say(f"{count} requests, from {len(cases)} of the grammar table and from parts; httptools {httptools.__version__}")
    reader, url = proof.spawn([READER, "serve"], "reader", stdin=subprocess.PIPE)
    port = int(url.rsplit(":", 1)[1])
    tasks = [(port, options.seed * 1_000_000 + index, 1000, cases) for index in range(count // 1000)]
    kinds, differing, several = {}, [], 0
    with multiprocessing.get_context("fork").Pool(WORKERS) as pool:
        for part, wrong, pipelines in pool.imap_unordered(work, tasks):
            for kind, number in part.items():
                kinds[kind] = kinds.get(kind, 0) + number
            differing += wrong
            several += pipelines
    for kind, number in sorted(kinds.items()):
        proof.say(f"  {number:9} {kind}")
    proof.say(f"  {several:9} with more than one message")
    for data, wrong in differing[:5]:
        proof.say(f"  {data!r}\n    {wrong}")
    accepted = kinds.get("accepted", 0)
    proof.check("what the server accepts llhttp reads the same", not differing, f"{len(differing)} differ")
    proof.check("enough of them are accepted, and of every kind", accepted > count / 3 and len(kinds) >= 7 and several > count / 50)
    proof.check("the server still runs", reader.poll() is None)


if __name__ == "__main__":
    options = arguments(requests=int)
    proof = Proof("llhttp", options.prefix, options.seed, "what the HTTP server accepts, llhttp reads the same")
    sys.exit(proof.run(lambda: main(proof, options), seconds=3600))
