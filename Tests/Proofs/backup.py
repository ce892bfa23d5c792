"""Backs a live gateway up again and again while a delivery and runs with re-entry go on, then restores each set and lets it go on.

Goal: each set is of one moment: the runs that went on at it go on under their ids and end, no member is lost, the restored
gateway sends to exactly those whom the set does not show as done, once each and under the same keys; of what had been sent by
then only who was in flight is sent again; counters, flows and runs agree (members_check.py). The backups hold nothing up.

usage: backup.py PREFIX [--seed N] [--short]
"""
import collections, hashlib, json, os, random, shutil, sqlite3, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from members_check import broken_rules, round_journey
from proof import Caller, Counts, Proof, arguments

options = arguments()
# In the short form half of the delivery is left when the last backup begins, which is seconds.
MEMBERS, BACKUPS, PARTS, BATCH, DELAY_MS = (12_000, 3, 6, 20, 120) if options.short else (60_000, 12, 13, 20, 40)
ON_THE_WIRE = 8

chance = random.Random(options.seed)
proof = Proof("backup", options.prefix, options.seed, f"{BACKUPS} backups during a delivery of {MEMBERS:,} members and runs with re-entry, each restored and ended")


class Restored(LiveGateway):
    """A gateway on a data directory that a backup became."""
    def __init__(self, original, data):
        for name in ("proof", "arguments", "environment", "allow", "tessera", "workspace", "source", "key"):
            setattr(self, name, getattr(original, name))
        self.data, self.counts = data, Counts()
        self.start()


def key_of(workspace, journey, member):
    """DESIGN.md section 4, "Delivery guarantee"."""
    text = b"\0".join(part.encode() for part in ("tessera-key-1", workspace, journey, "send", "1", member))
    return hashlib.sha256(text).digest()[:16].hex()


def sent(log, start, end=None):
    """How often each member was sent in a part of the log, and the keys."""
    counts, keys = collections.Counter(), collections.defaultdict(set)
    with open(log, "rb") as lines:
        lines.seek(start)
        while end is None or lines.tell() < end:
            line = lines.readline()
            if not line.endswith(b"\n"):
                break
            row = json.loads(line)["row"]
            counts[row["primary_key"]] += 1
            keys[row["primary_key"]].add(row["idempotency_key"])
    return counts, keys


def settled(log):
    size, since = -1, time.monotonic()
    while time.monotonic() - since < (1.5 if options.short else 0.3):
        present = os.path.getsize(log) if os.path.exists(log) else 0
        if present != size:
            size, since = present, time.monotonic()
        time.sleep(0.01)
    return size


def opened(directory, workspace):
    return [sqlite3.connect(os.path.join(directory, name)) for name in ("control.db", f"members/{workspace}.db")]


def prove():
    log = proof.path("received")
    _, inbox = proof.spawn([os.path.join(options.prefix, "bin", "tessera"), "receiver", "--listen", "127.0.0.1:0", "--log", log,
                            "--quiet", "--delay-ms", str(DELAY_MS)], "receiver")
    gateway = LiveGateway(proof)
    model, members = gateway.people(MEMBERS)
    destination = gateway.destination({"url": inbox, "batch_size": BATCH}, limits={"max_in_flight": ON_THE_WIRE})
    journey = gateway.journey(model, destination)
    turning = gateway.call("POST", "/journeys", round_journey(model, MEMBERS))["id"]
    gateway.call("POST", f"/journeys/{turning}/activate")
    run = gateway.trigger(journey)

    sets, seconds = [], []
    for number in range(BACKUPS):
        goal = int(MEMBERS * (number + chance.random()) / PARTS)
        gateway.until("delivery", lambda: gateway.look(journey, run)["counts"]["delivered"] >= goal, within=120)
        try:
            turn = gateway.trigger(turning)
        except RuntimeError as refused:
            turn = None
            assert ": 409 " in str(refused), refused
        time.sleep(chance.random() * 0.02)
        mark = os.path.getsize(log)
        began = time.monotonic()
        made = subprocess.run([gateway.tessera, "backup", "--data", gateway.data, "--to", proof.path(f"set-{number}")], capture_output=True, text=True)
        seconds.append(time.monotonic() - began)
        if made.returncode:
            raise RuntimeError(made.stderr)
        sets.append((proof.path(f"set-{number}"), mark, turn))
    live = gateway.look(journey, run)
    proof.check("the delivery went on beside all backups", live["status"] == "running", json.dumps(live["counts"]))
    proof.check("the gateway's log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")
    secret = os.path.join(gateway.data, "secret.key")
    gateway.kill()
    proof.say(f"a backup took {min(seconds):.2f} … {max(seconds):.2f} s, "
              f"{sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(sets[-1][0]) for f in fs) / 1e6:.0f} MB")

    wrong, again, flights, middles, turns = [], [], [], 0, 0
    for number, (directory, mark, turn) in enumerate(sets):
        start = settled(log)
        data = proof.path(f"data-{number}")
        made = subprocess.run([gateway.tessera, "restore", "--from", directory, "--data", data], capture_output=True, text=True)
        if made.returncode:
            raise RuntimeError(made.stderr)
        shutil.copy(secret, data)
        control, file = opened(data, gateway.workspace)
        inside = file.execute("SELECT m.key, t.tile_id, m.state, m.attempt FROM members m JOIN journeys j ON j.n = m.journey AND j.id = ? "
                              "JOIN tiles t ON t.journey = m.journey AND t.n = m.tile", (journey,)).fetchall()
        done = {key for key, tile, _, _ in inside if tile == "rest"}
        flight = {key for key, tile, state, attempt in inside if tile == "send" and state == 4 and attempt > 0}
        running = {id for (id,) in control.execute("SELECT id FROM runs WHERE status IN ('running', 'queued')")}
        wrong += [f"set {number}: {text}" for text in broken_rules(control, file, turning, MEMBERS)[0]]
        control.close(), file.close()
        middles += run in running
        turns += len(running - {run})
        restored = Restored(gateway, data)
        ended = restored.finish(journey, run, within=120)
        if ended["status"] != "completed" or ended["counts"]["delivered"] != MEMBERS:
            wrong.append(f"set {number}: the delivery ended as {json.dumps(ended)}")
        for other in running - {run}:
            status = restored.finish(turning, other)["status"]
            if status != "completed":
                wrong.append(f"set {number}: the run {other} is {status}")
        stats = restored.stats(journey)
        if stats["tiles"]["rest"]["active"] != MEMBERS:
            wrong.append(f"set {number}: {json.dumps(stats)}")
        restored.stop()
        control, file = opened(data, gateway.workspace)
        wrong += [f"set {number}, ended: {text}" for text in broken_rules(control, file, turning, MEMBERS)[0]]
        control.close(), file.close()
        before, _ = sent(log, 0, mark)
        after, keys = sent(log, start)
        expected = set(members) - done
        if set(after) != expected:
            wrong.append(f"set {number}: {len(set(after) - expected)} sent that were done, {len(expected - set(after))} not sent")
        twice = [m for m, n in after.items() if n > 1]
        if twice:
            wrong.append(f"set {number}: {len(twice)} sent twice, as {twice[:3]}")
        others = [m for m in after if keys[m] != {key_of(gateway.workspace, journey, m)}]
        if others:
            wrong.append(f"set {number}: {len(others)} under another key, as {others[:3]}")
        strangers = (set(after) & set(before)) - flight
        if strangers:
            wrong.append(f"set {number}: {len(strangers)} were sent again that were not in flight, as {sorted(strangers)[:3]}")
        again.append(len(set(after) & set(before)))
        flights.append(len(flight))
        shutil.rmtree(data)
    proof.say(f"in flight at the backups: {', '.join(f'{n:,}' for n in flights)}; of them sent before and sent again: {', '.join(f'{n:,}' for n in again)}")
    proof.check("every restored gateway did what its set left to do, and nothing else", not wrong, wrong[:4] or "")
    proof.check("every backup met the delivery in its middle", middles == BACKUPS, f"{middles} of {BACKUPS}; {turns} other runs")
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


sys.exit(proof.run(prove, 160 if options.short else 1800))
