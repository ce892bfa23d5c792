"""Tries to make a gateway deliver to addresses inside: 40 and more spellings of them, and a name that turns to one.

Goal: not one connection. Every connect() of the gateway is written down by a preloaded library (receivers/names.c), through
which names resolve as the proof wants; a listener on all addresses of the machine counts beside.

usage: inside.py PREFIX [--seed N] [--short]
"""
import json, os, socket, subprocess, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, arguments, die_with_parent

options = arguments(seed=0)
MEMBERS = 60 if options.short else 400
proof = Proof("inside", options.prefix, options.seed, "no delivery reaches an address inside, however it is spelt")
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "receivers")

SPELLINGS = [
    # Loopback in the forms that inet_aton takes, and names of it.
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "0x7f000001", "2130706433",
    "017700000001", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "0", "0.0.0.0", "00000000", "①②⑦.⓪.⓪.①", "127。0。0。1",
    "%31%32%37.0.0.1",
    # IPv6: loopback, unspecified, mapped, compatible, translated, 6to4, link-local, unique local, multicast.
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]", "[2002:c0a8:1::1]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[ff02::1]", "[2001:db8::1]", "[100::1]",
    # Private, shared, link-local, metadata, documentation, benchmark, multicast, reserved, broadcast.
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "169.254.169.254", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    # Names that resolve to one, and URLs that want to be read wrongly.
    "inside.example", "metadata.example", "inside6.example", "mapped.example", "example.com@127.0.0.1", "127.0.0.1#@example.com",
]


class Listener:
    """Counts connections on a port of all addresses of this machine, IPv6's too."""
    def __init__(self):
        self.count, self.addresses = 0, []
        self.socket = socket.socket(socket.AF_INET6)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(("::", 0))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, address = self.socket.accept()
            self.count += 1
            self.addresses.append(address[0])
            peer.close()


def connects():
    try:
        with open(proof.path("connects")) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def tested(gateway, url):
    """How a test of a destination ends: "refused: …" for a config that is not taken, else the last step."""
    import http.client
    connection = http.client.HTTPConnection(gateway.base.split("//")[1], timeout=60)
    body = json.dumps({"destination_type": "webhook", "config": {"url": url}})
    connection.request("POST", f"/api/v1/workspaces/{gateway.workspace}/destinations/test", body.encode(),
                       {"Authorization": f"Bearer {gateway.key}", "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status == 422:
        return "refused: " + json.loads(text)["problems"][0]["message"]
    steps = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    return next((f"{s['step']}: {s['message']}" for s in steps if "step" in s and not s["ok"]), "PASSED")


def spelt(library):
    with open(proof.path("names"), "w") as file:
        file.write("inside.example 127.0.0.1\nmetadata.example 169.254.169.254\ninside6.example ::1\nmapped.example ::ffff:10.0.0.1\n")
    listener = Listener()
    gateway = LiveGateway(proof, environment={"LD_PRELOAD": library, "PROOF_NAMES": proof.path("names"), "PROOF_CONNECTS": proof.path("connects")}, allow=None)
    ends = {host: tested(gateway, f"http://{host}:{listener.port}/in") for host in SPELLINGS}
    for host, end in ends.items():
        proof.say(f"  {host:32} {end[:110]}")
    proof.check(f"{len(SPELLINGS)} spellings, none passed", "PASSED" not in ends.values())
    # A journey's delivery goes the same way: the member fails, for good.
    model, _ = gateway.people(1)
    journeys = {}
    for host in ("127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "inside.example", "169.254.169.254"):
        journeys[host] = gateway.journey(model, gateway.destination({"url": f"http://{host}:{listener.port}/in"}))
    for host, journey in journeys.items():
        run = gateway.finish(journey, gateway.trigger(journey))
        error = gateway.call("GET", f"/journeys/{journey}/members/p000000")["error"]
        proof.check(f"a delivery to {host} fails for good", run["counts"]["failed"] == 1 and error["code"] == "MISC_ERROR" and "allow-destination" in error["message"], error["message"][:100])
    proof.check("0 connections were made", not connects() and listener.count == 0, connects() or listener.addresses or 0)
    gateway.stop()


def let_in(library):
    """The same listener and library, behind a door that is open: both count, so that their silence above says something."""
    os.path.exists(proof.path("connects")) and os.remove(proof.path("connects"))
    listener = Listener()
    gateway = LiveGateway(proof, environment={"LD_PRELOAD": library, "PROOF_NAMES": proof.path("names"), "PROOF_CONNECTS": proof.path("connects")},
                          allow="127.0.0.0/8")
    for host in ("2130706433", "inside.example"):
        tested(gateway, f"http://{host}:{listener.port}/in")
    # A door for IPv4 is none for the same address in the dress of IPv6.
    mapped = tested(gateway, f"http://[::ffff:127.0.0.1]:{listener.port}/in")
    made = [m for m in connects() if m == f"127.0.0.1 {listener.port}"]
    proof.check("where the operator allows it, the listener and the library count", len(made) == listener.count >= 2,
                f"{len(made)} and {listener.count} connections")
    proof.check("[::ffff:127.0.0.1] needs a door of its own", mapped.startswith("connect: "), mapped[:80])
    gateway.stop()


def turned(library):
    """The name leads to an address that is allowed, then to one that is not: the connection that stands is used, no new one is made."""
    log = proof.path("rebound.log")
    receiver = subprocess.Popen([sys.executable, f"{here}/faulty.py", "once", log, "--host", "127.0.0.2"], stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    proof.processes.append(receiver)
    port = receiver.stdout.readline().split()[0].rsplit(":", 1)[1].split("/")[0]
    # The same port, inside: whoever comes here was not to come.
    inside = socket.socket()
    inside.bind(("127.0.0.1", int(port)))
    inside.listen(64)
    inside.setblocking(False)
    with open(proof.path("names"), "w") as file:
        file.write("turning.example 127.0.0.2 127.0.0.2 127.0.0.1\n")
    os.path.exists(proof.path("connects")) and os.remove(proof.path("connects"))
    gateway = LiveGateway(proof, "--setting", "sync.dns-seconds=1", allow="127.0.0.2/32",
                          environment={"LD_PRELOAD": library, "PROOF_NAMES": proof.path("names"), "PROOF_CONNECTS": proof.path("connects")})
    model, _ = gateway.people(MEMBERS)
    destination = gateway.destination({"url": f"http://turning.example:{port}/in", "batch_size": 1}, limits={"requests_per_second": MEMBERS / 4})
    journey = gateway.journey(model, destination)
    run = gateway.finish(journey, gateway.trigger(journey), within=60)
    with open(log) as lines:
        taken = sum(len(json.loads(line)["keys"]) for line in lines)
    made = connects()
    proof.check("turning.example: delivered while it led to where it may", 0 < taken < MEMBERS and run["counts"]["delivered"] == taken, f"{taken} of {MEMBERS}")
    letters = gateway.letters(destination)
    proof.check("turning.example: refused from then on", len(letters) == MEMBERS - taken and {l["code"] for l in letters} == {"MISC_ERROR"}, letters[0]["message"][:120] if letters else "")
    proof.check("turning.example: every connection went to the allowed address", made and {m.split()[0] for m in made} == {"127.0.0.2"}, f"{len(made)} connections")
    try:
        inside.accept()
        proof.check("turning.example: nobody came inside", False)
    except BlockingIOError:
        proof.check("turning.example: nobody came inside", True)
    gateway.stop()


def prove():
    library = proof.path("names.so")
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, f"{here}/names.c", "-ldl"], check=True)
    spelt(library)
    os.rename(proof.path("data"), proof.path("data-of-spellings"))
    let_in(library)
    os.rename(proof.path("data"), proof.path("data-of-the-door"))
    turned(library)


sys.exit(proof.run(prove, 90 if options.short else 300))
