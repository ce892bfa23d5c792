"""libFuzzer with AddressSanitizer on the HTTP parser: heads and chunked bodies, requests one after the other (Tests/Fuzz).

Goal: ten million executions without a finding; each input is read whole and in pieces, with the same outcome. It begins with the
payloads of the grammar table, without which it would reach little of the parser.

usage: fuzz.py PREFIX [--short] [--seed N]     (the prefix is not used: the fuzzer is built here, from the parser's sources)
"""
import os, re, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments, die_with_parent

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
READER = os.path.join(ROOT, ".build", "release", "HTTPReader")
PARTS = ["ASCII", "HTTPFault", "HTTPMethod", "HTTPHeaders", "HeadParser", "HeadParser+Fields", "HeadParser+RequestLine", "ChunkedDecoder"]
WORDS = ["HTTP/1.1", "HTTP/1.0", "\\x0d\\x0a", "\\x0d\\x0a\\x0d\\x0a", "Host: a\\x0d\\x0a", "Content-Length: ", "Transfer-Encoding: chunked\\x0d\\x0a", "chunked",
         "Connection: close\\x0d\\x0a", "Expect: 100-continue\\x0d\\x0a", "GET ", "POST ", "http://a/", "https://", "0\\x0d\\x0a\\x0d\\x0a", "5;a=\\\"b\\\"\\x0d\\x0a", "%2f", "[::1]"]


def build(program):
    sources = [os.path.join(ROOT, "Sources", "HTTPServer", part + ".swift") for part in PARTS]
    sources.append(os.path.join(ROOT, "Tests", "Fuzz", "HTTPParserFuzz.swift"))
    built = subprocess.run(
        ["swiftc", "-O", "-g", "-parse-as-library", "-swift-version", "6", "-package-name", "tessera", "-module-name", "HTTPParserFuzz",
         "-sanitize=fuzzer,address", *sources, "-o", program], capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(built.stderr[-3000:])


def main(proof, options):
    program, corpus = proof.path("fuzzer"), proof.path("corpus")
    build(program)
    os.mkdir(corpus)
    cases = subprocess.run([READER, "cases"], capture_output=True, text=True, check=True).stdout.split()
    for index, case in enumerate(cases):
        with open(os.path.join(corpus, f"case-{index}"), "wb") as file:
            # Two bytes say where the input is cut.
            file.write(bytes([index % 251, index * 7 % 251]) + bytes.fromhex(case)[:700])
    with open(proof.path("words"), "w") as words:
        words.writelines(f'"{word}"\n' for word in WORDS)
    runs = options.runs or (100_000 if options.short else 10_000_000)
    proof.say(f"{runs} executions, begun with {len(cases)} payloads of the grammar table")
    fuzzer = subprocess.Popen(
        [program, corpus, f"-runs={runs}", f"-seed={options.seed or 1}", "-max_len=768", "-len_control=20", "-timeout=10", "-rss_limit_mb=2048",
         f"-dict={proof.path('words')}", f"-artifact_prefix={proof.directory}/", "-print_final_stats=1", "-verbosity=1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=die_with_parent, env=dict(os.environ, SWIFT_BACKTRACE="enable=no"))
    proof.processes.append(fuzzer)
    tail, last = [], ""
    for line in fuzzer.stderr:
        line = line.decode(errors="replace").rstrip()
        tail = (tail + [line])[-60:]
        if " cov: " in line:
            last = line
            if "pulse" in line or "INITED" in line:
                proof.say("  " + line[:120])
    found = re.search(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)", last)
    if fuzzer.wait() != 0 or not found:
        proof.say("\n".join(tail))
        for name in sorted(os.listdir(proof.directory)):
            if name.startswith(("crash-", "timeout-", "oom-", "leak-")):
                with open(proof.path(name), "rb") as file:
                    proof.say(f"{name}: {file.read().hex()}")
    else:
        done, coverage, features, kept = map(int, found.groups())
        speed = re.search(r"average_exec_per_sec:\s+(\d+)", "\n".join(tail))
        proof.say(f"  {done} executions, {speed.group(1) if speed else '?'} a second; {coverage} edges and {features} features covered, {kept} inputs kept")
        proof.check("all executions were made", done >= runs)
        proof.check("the parser is reached", coverage >= 400, f"{coverage} edges")
    proof.check("no finding", fuzzer.returncode == 0)


options = arguments(runs=int)
proof = Proof("fuzz", options.prefix, options.seed, "libFuzzer finds nothing in the HTTP parser")
sys.exit(proof.run(lambda: main(proof, options), seconds=7200))
