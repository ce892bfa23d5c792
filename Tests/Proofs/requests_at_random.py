"""Requests for llhttp.py: put together from parts that parsers have disagreed about, taken from the grammar table, mutated, and
several in one connection."""

METHODS = [b"GET"] * 4 + [b"POST"] * 6 + [b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS", b"TRACE", b"PURGE", b"QUERY",
           b"M-SEARCH", b"get", b"FOO", b"SOURCE", b"PRI"]
TARGETS = [b"/"] * 4 + [b"/a/b?c=d", b"/%2e%2e/%00", b"/a//b/../c", b"/?", b"/a?b?c", b"//a/b", b"http://a/b?c", b"http://a", b"HTTPS://A/",
           b"/;,@:!$&'()*+-._~="]
BAD_TARGETS = [b"*", b"http://a:80/", b"/a#b", b"/a b", b"/\xc3\xa9", b"a", b"", b"http:///", b"/%zz"]
VERSIONS = [b"HTTP/1.1"] * 12 + [b"HTTP/1.0"]
BAD_VERSIONS = [b"HTTP/1.2", b"HTTP/2.0", b"http/1.1", b"HTTP/01.1", b"HTTP/1.1 ", b"HTTP/0.9"]
HOSTS = [b"Host: a"] * 8 + [b"host:a", b"HOST:  a \t"]
BAD_HOSTS = [b"Host: [::1]:8080", b"Host: a.b-c.d:", b"Host: b", b"Host: a, b", b"Host:", b"X: a", b"Host: a/b", b"Host: u@a"]
FIELDS = [b"X: y", b"X:", b"X: \t y \t", b"X-Long: " + b"v" * 200, b"Accept: */*", b"X: \xe9\x80", b"Connection: keep-alive",
          b"Connection: x", b"Connection: Upgrade\r\nUpgrade: websocket", b"Upgrade: h2c", b"Expect: 100-continue", b"Expect: 100-Continue",
          b"Cookie: a=b; c=d", b"X!#$%&'*+-.^_`|~9: y", b"Keep-Alive: 5", b"Proxy-Connection: close", b"TE: trailers", b"Trailer: X",
          b"Content-Type: text/plain; a=\"b\\\"c\"", b"Transfer-Encodin: chunked", b"Content-Lengt: 3", b"Content_Length: 3"]
RARE = [b"Connection: close", b"Connection: Close , x", b"Content-Length: 3", b"Transfer-Encoding: chunked", b"X : y", b" X: y", b"X: a\r\n b",
        b"X: a\rb", b"X: a\nY: b", b"X\0: y", b"X: \0", b"Transfer-Encoding: gzip", b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding : chunked", b"Content-Length: 3, 3",
        b"Content-Length: +3", b"Content-Length: 3\r\nContent-Length: 3", b"Expect: x", b"Host: a"]
LENGTHS = [b"Content-Length: %d"] * 6 + [b"content-length:%d", b"Content-Length: 000%d", b"Content-Length: \t%d \t", b"Content-Length: %d "]
CODINGS = [b"Transfer-Encoding: chunked"] * 4 + [b"transfer-encoding:Chunked", b"Transfer-Encoding: \tCHUNKED ", b"Transfer-Encoding: chunked\t"]
EXTENSIONS = [b""] * 8 + [b";a", b";a=b", b";a=\"b c\"", b";a=\"\\\"\"", b";a;b=c;d"]
BAD_EXTENSIONS = [b" ;a", b";", b" ", b"; a=b", b";a=\"b", b"\t", b";a\n"]
TRAILERS = [b""] * 6 + [b"X: y\r\n", b"X:\r\nY: z \r\n"]
BAD_TRAILERS = [b"Content-Length: 5\r\n", b"Host: b\r\n", b"X\r\n", b" X: y\r\n", b"\n", b"X: y\n"]
BODIES = [b"", b"a", b"hello", b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", b"0\r\n\r\n", b"\r\n", b"x" * 70, bytes(range(256)), b"z" * 1000]
SPICE = [b"\0", b"\t", b"\n", b"\r", b"\r\n", b" ", b'"', b",", b":", b";", b"\x7f", b"\x80", b"\xff", b"0", b"/", b"\r\n\r\n", b"-", b"+", b"_", b"\x0b"]


def mostly(chance, good, bad):
    return chance.choice(good if chance.random() < 0.98 else bad)


def part(chance):
    """One request of parts."""
    method = chance.choice(METHODS)
    target, version = mostly(chance, TARGETS, BAD_TARGETS), mostly(chance, VERSIONS, BAD_VERSIONS)
    fields = [chance.choice(FIELDS) for _ in range(chance.randrange(5))]
    if chance.random() < 0.05:
        fields.append(chance.choice(RARE))
    fields.append(mostly(chance, HOSTS, BAD_HOSTS))
    body = b""
    way = chance.random()
    if way < 0.3:
        body = chance.choice(BODIES)
        fields.append(chance.choice(LENGTHS) % (len(body) if chance.random() < 0.97 else max(0, len(body) + chance.choice([-1, 1]))))
    elif way < 0.65:
        fields.append(chance.choice(CODINGS))
        body = chunks(chance)
    chance.shuffle(fields)
    return chance.choice([b"", b"", b"", b"", b"", b"\r\n"]) + method + b" " + target + b" " + version + b"\r\n" + \
        b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def chunks(chance):
    body = b""
    for _ in range(chance.randrange(4)):
        data = chance.choice(BODIES[1:])
        size = chance.choice([b"%x", b"%x", b"%X", b"00%x"]) % len(data)
        body += size + mostly(chance, EXTENSIONS, BAD_EXTENSIONS) + b"\r\n" + data + b"\r\n"
    return body + chance.choice([b"0", b"0", b"0", b"000"]) + mostly(chance, EXTENSIONS, BAD_EXTENSIONS) + b"\r\n" + mostly(chance, TRAILERS, BAD_TRAILERS) + b"\r\n"


def mutated(chance, data):
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data) + 1)
        way = chance.randrange(7)
        if way == 0:
            data = data[:at] + chance.choice(SPICE) + data[at:]
        elif way == 1:
            data = data[:at] + chance.choice(SPICE) + data[at + 1:]
        elif way == 2:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1:]
        elif way == 3:
            data = data[:at] + data[at + chance.randrange(1, 5):]
        elif way == 4:
            data = data[:at] + data[at:at + chance.randrange(1, 30)] + data[at:]
        elif way == 5:
            data = data[:at] + data[at:at + 1].swapcase() + data[at + 1:]
        else:
            lines = data.split(b"\r\n")
            lines.insert(chance.randrange(len(lines)), chance.choice(FIELDS + RARE))
            data = b"\r\n".join(lines)
    return data


def request(chance, cases):
    """What one connection sends: one to three requests, a third of them mutated."""
    data = b""
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        data += chance.choice(cases) if chance.random() < 0.1 else part(chance)
    data = data[:8000]
    return mutated(chance, data) if chance.random() < 0.33 else data
