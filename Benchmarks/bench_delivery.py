"""Deliveries beside a bare libcurl multi loop in C, all on this machine in one run, over loopback, to one receiver in C.
  one request a member   the shipped sync and webhook plugins at their boundary (DeliveryBench): goal 0.6 of the bare loop
  batches of 500         the same: goal 500,000 members/s
  one dead of ten        nine destinations at once, without and with a tenth that never answers: goal under 5 % slower
  whole gateway          a journey's entry and sync, its members read and each arrival and outcome durable: no goal, told beside
usage: bench_delivery.py PREFIX BUILD (scripts/bench delivery starts it). ROWS=1000000 sets the size of the gateway's run."""
import io, os, shutil, statistics, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(__file__))
from gateway import Gateway

prefix, build = sys.argv[1:3]
here = os.path.dirname(os.path.abspath(__file__))
folder = tempfile.mkdtemp(prefix="tessera-delivery-")
BODY = 215  # of a webhook's request with one row of the bench


class Receiver:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([f"{folder}/receiver", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        return int((self.process.stdout.read().split() or ["0"])[0])


def output(*command):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, timeout=600).stdout


def ratio():
    receiver = Receiver()
    pairs, batches = [], []
    for _ in range(5):
        bare = float(output(f"{folder}/peer", receiver.port, 200000, 64, BODY))
        single = float(output(f"{build}/DeliveryBench", "single", folder, receiver.port, 200000))
        batches.append(float(output(f"{build}/DeliveryBench", "batch", folder, receiver.port, 3000000)))
        pairs.append(single / bare)
        print(f"  one request a member: {single:,.0f}/s beside {bare:,.0f}/s of the bare loop, {pairs[-1]:.2f};"
              f" batches of 500: {batches[-1]:,.0f} members/s", flush=True)
    receiver.close()
    print(f"one request a member: median {statistics.median(pairs):.2f} of a bare libcurl multi loop (goal 0.6)")
    print(f"batches of 500: median {statistics.median(batches):,.0f} members/s (goal 500,000)", flush=True)


def dead():
    living = [Receiver() for _ in range(9)]
    mute = Receiver("mute")
    lines = output(f"{build}/DeliveryBench", "dead", folder, 20480, *[r.port for r in living], mute.port).split("\n")
    for receiver in living + [mute]:
        receiver.close()
    slower = []
    for line in filter(None, lines):
        alone, beside = map(float, line.split())
        slower.append(beside / alone - 1)
        print(f"  nine destinations: {alone:.2f} s alone, {beside:.2f} s beside a dead one, {slower[-1] * 100:+.1f} %")
    print(f"one dead of ten: median {statistics.median(slower) * 100:+.1f} % (goal under 5 %)", flush=True)


def whole():
    rows = int(os.environ.get("ROWS", "1000000"))
    gateway = Gateway(prefix)
    receiver = Receiver()
    try:
        csv = io.BytesIO(b"id,email,orders\n" + "".join(f"c{i:09d},m{i}@example.com,{i % 100}\n" for i in range(rows)).encode())
        gateway.upload("people", "id", csv.getvalue())
        for size, share in ((500, 1), (1, 5)):
            model = gateway.model(f"SELECT * FROM people LIMIT {rows // share}", "id")
            destination = gateway.call("POST", "/destinations", {
                "name": "Bench", "destination_type": "webhook", "config": {"url": f"http://127.0.0.1:{receiver.port}/in", "batch_size": size}})["id"]
            mapping = [{"source_column": n, "destination_field": n} for n in ("email", "orders")]
            journey = gateway.journey(model, [{"id": "in", "type": "entry"}, {"id": "send", "type": "sync", "config": {
                "destination_id": destination, "field_mapping": mapping}}], [{"from": "in", "to": "send"}])
            seconds, run = gateway.run(journey)
            assert run["counts"]["delivered"] == rows // share, run["counts"]
            print(f"whole gateway, {size} a request: {rows // share / seconds:,.0f} members/s ({rows // share:,} in {seconds:.1f} s,"
                  f" peak {gateway.resident_peak()} MB)", flush=True)
    finally:
        gateway.close()
        receiver.close()


try:
    os.makedirs(f"{folder}/plugins", mode=0o755)
    os.chmod(folder, 0o755)
    for name in ("receiver", "peer"):
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", f"{folder}/{name}", f"{here}/delivery/{name}.c", "-lcurl"], check=True)
    for name in ("Sync", "Webhook"):
        shutil.copy(f"{build}/lib{name}Plugin.so", f"{folder}/plugins/{name.lower()}.so")
    ratio()
    dead()
    whole()
finally:
    shutil.rmtree(folder, ignore_errors=True)
