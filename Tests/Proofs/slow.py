"""Peers that are slow, idle or many: slowhttptest in its three modes (slow head, slow body, slow read), idle connections beside busy
ones, and connections opened and closed.

Goal: the gateway answers others all the time, and slowhttptest finds it available; with 10,000 idle connections it has less than 100 MB
and the p99 of 64 busy ones is at most twice what it is without them (median of three pairs, wrk); after 100,000 connections
opened and ended in four ways it has as many descriptors as before. The short form has smaller numbers and no goal in time.

usage: slow.py PREFIX [--short] [--seed N]     (nothing is random)
"""
import http.client, os, re, resource, socket, statistics, struct, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, Worker, arguments, die_with_parent

RESET = struct.pack("ii", 1, 0)
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


class Probe:
    """Asks /healthz on connections of its own, all the time."""
    def __init__(self, proof, address):
        self.address, self.times, self.wrong, self.stopped = address, [], [], False
        self.worker = Worker(proof, "the gateway answers others", self.ask)

    def ask(self):
        while not self.stopped:
            began = time.monotonic()
            try:
                connection = http.client.HTTPConnection(*self.address, timeout=10)
                connection.request("GET", "/healthz")
                status = connection.getresponse().status
                connection.close()
                if status != 200:
                    self.wrong.append(f"status {status}")
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
            self.times.append(time.monotonic() - began)
            time.sleep(0.05)

    def end(self):
        self.stopped = True
        self.worker.join(30)
        self.times.sort()
        return len(self.times), self.times[len(self.times) * 99 // 100] * 1000, self.times[-1] * 1000


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def settled(read, wanted, seconds=30):
    """The value when it is `wanted` or less, at the latest after `seconds`: connections end on the gateway's own time."""
    end = time.monotonic() + seconds
    while (value := read()) > wanted and time.monotonic() < end:
        time.sleep(0.1)
    return value


def slow_modes(proof, gateway, address, connections, seconds):
    url = f"{gateway.base}/api/v1/workspaces/{gateway.workspace}/sources"
    modes = [("slow head", ["-H", "-i", "5", "-u", url]), ("slow body", ["-B", "-i", "5", "-s", "65536", "-u", url]),
             ("slow read", ["-X", "-w", "10", "-y", "20", "-n", "3", "-z", "16", "-k", "3", "-u", gateway.base + "/api/v1/openapi.json"])]
    for name, mode in modes:
        probe = Probe(proof, address)
        run = subprocess.run(
            ["slowhttptest", "-c", str(connections), "-r", str(max(100, connections // 10)), "-l", str(seconds), "-p", "5", "-x", "24", *mode],
            capture_output=True, text=True, timeout=seconds + 120, preexec_fn=die_with_parent)
        asked, p99, slowest = probe.end()
        text = re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)
        available = re.findall(r"service available:\s+(\w+)", text)
        ended = re.search(r"Exit status:\s*(.*)", text)
        proof.say(f"  {name}: {connections} connections; {asked} probes, p99 {p99:.1f} ms, slowest {slowest:.0f} ms; {ended.group(1).strip() if ended else text[-200:]!r}")
        proof.check(f"{name}: slowhttptest finds the service available", available and set(available) == {"YES"}, f"{len(available)} looks")
        proof.check(f"{name}: all others are answered", asked > 10 and not probe.wrong, "; ".join(probe.wrong[:3]))


def wrk(url, seconds):
    text = subprocess.run(["wrk", "-t1", "-c64", f"-d{seconds}s", "--latency", url], check=True, capture_output=True, text=True).stdout
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    if re.search(r"Non-2xx|Socket errors", text):
        raise RuntimeError(text)
    return rate, float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)]


def idle(proof, gateway, address, count, seconds, short):
    pid, url = gateway.process.pid, gateway.base + "/healthz"
    ratios, before = [], descriptors(pid)
    for pair in range(1 if short else 3):
        rate, p99 = wrk(url, seconds)
        settled(lambda: descriptors(pid), before)
        peers = []
        for _ in range(count):
            peer = socket.create_connection(address, 20)
            peer.sendall(GET)
            peers.append(peer)
        for peer in peers:
            if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("an idle connection was not answered")
        held = descriptors(pid) - before
        idle_rate, idle_p99 = wrk(url, seconds)
        memory = resident(pid)
        ratios.append(idle_p99 / p99)
        proof.say(f"  {count} idle: {memory:.0f} MB; 64 busy {idle_rate:,.0f}/s, p99 {idle_p99:.2f} ms; without them {rate:,.0f}/s, p99 {p99:.2f} ms")
        alive = 0
        for peer in peers:
            peer.sendall(GET)
            alive += peer.recv(4096).startswith(b"HTTP/1.1 200")
            peer.close()
        proof.check("all idle connections were held and are served", held >= count and alive == count, f"{held} held, {alive} served")
        proof.check("memory is below 100 MB", memory < 100, f"{memory:.0f} MB")
        settled(lambda: descriptors(pid), before)
    if not short:
        ratio = statistics.median(ratios)
        proof.check("the p99 of busy ones at most doubles", ratio <= 2, f"{ratio:.2f}")


def churn(proof, gateway, address, count):
    pid = gateway.process.pid
    before = descriptors(pid)
    began = time.monotonic()
    for number in range(count):
        peer = socket.socket()
        # Several addresses of the loopback net: one has not ports enough for so many that have just ended.
        peer.bind((f"127.0.0.{2 + number % 16}", 0))
        peer.settimeout(20)
        peer.connect(address)
        way = number % 4
        if way == 1:
            peer.sendall(GET[:20])
        elif way == 2:
            peer.sendall(GET)
            peer.recv(4096)
        elif way == 3:
            peer.sendall(GET[:20])
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        peer.close()
    after = settled(lambda: descriptors(pid), before)
    proof.say(f"  {count} connections opened and ended in {time.monotonic() - began:.0f} s; {before} descriptors before, {after} after")
    proof.check("no descriptor leaks", after <= before, f"{after - before} more")


def main(proof, options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # wrk asks faster than the default allows one address.
    gateway = LiveGateway(proof, "--requests-per-address", "10000000")
    host, port = gateway.base.split("//")[1].split(":")
    address = (host, int(port))
    short = options.short
    slow_modes(proof, gateway, address, 200 if short else 4000, 3 if short else 60)
    idle(proof, gateway, address, 1000 if short else 10_000, 1 if short else 5, short)
    churn(proof, gateway, address, 2000 if short else 100_000)
    proof.check("the gateway still runs", gateway.process.poll() is None)


options = arguments(seed=0)
proof = Proof("slow", options.prefix, options.seed, "slow, idle and many peers")
sys.exit(proof.run(lambda: main(proof, options), seconds=3600))
