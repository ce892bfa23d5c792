"""Kills the gateway with SIGKILL in the middle of a delivery, again and again, and starts it again each time.

Goal: every member is delivered; no member is ever sent under a second key; what is sent again (under the same key) is no more
than what was in flight at a kill, member by member; the run goes on under its id.

usage: kills.py PREFIX [--seed N] [--short]
"""
import argparse, collections, hashlib, json, os, random, sys, traceback
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof

options = argparse.ArgumentParser()
options.add_argument("prefix")
options.add_argument("--seed", type=int, default=None)
options.add_argument("--short", action="store_true")
options = options.parse_args()
MEMBERS, KILLS, BATCH = (12_000, 4, 20) if options.short else (100_000, 20, 50)
# What the sync tile says of itself: calls at once, and rows in one of them (the engine's batch).
IN_FLIGHT = 4 * 8192

seed = options.seed if options.seed is not None else random.randrange(1 << 32)
chance = random.Random(seed)
proof = Proof("kills", options.prefix, seed, f"{KILLS} kills during a delivery of {MEMBERS:,} members, {BATCH} a request")


def key_of(workspace, journey, member):
    """DESIGN.md section 4, "Delivery guarantee"."""
    text = b"\0".join(part.encode() for part in ("tessera-key-1", workspace, journey, "send", "1", member))
    return hashlib.sha256(text).digest()[:16].hex()


def prove():
    log = proof.path("received")
    arguments = [os.path.join(options.prefix, "bin", "tessera"), "receiver", "--listen", "127.0.0.1:0", "--log", log, "--delay-ms", "20"]
    _, inbox = proof.spawn(arguments, "receiver")
    gateway = LiveGateway(proof)
    model, members = gateway.people(MEMBERS)
    destination = gateway.destination({"url": inbox, "batch_size": BATCH}, limits={"max_in_flight": 32})
    journey = gateway.journey(model, destination)
    run = gateway.trigger(journey)

    flights, seen, hits = [], [], 0
    for number in range(1, KILLS + 1):
        # Somewhere in the next part, so that each kill meets a delivery that goes on.
        goal = int(MEMBERS * (number - 1 + chance.random()) / (KILLS + 2))
        present = gateway.until(f"kill {number}", lambda: (lambda p: p if p["status"] != "running" and p["status"] != "queued"
                                or p["counts"]["delivered"] >= goal else None)(gateway.look(journey, run)), within=120)
        hits += present["status"] == "running"
        gateway.kill()
        # Their attempt is counted before the tile is called: who waits for a place with none was not handed over.
        with gateway.members_file() as file:
            flights.append({key for (key,) in file.execute("SELECT key FROM members WHERE status = 0 AND state = 4 AND attempt > 0")})
        seen.append(present["counts"]["delivered"])
        gateway.start()
    ended = gateway.finish(journey, run, within=300)

    keys, repeats = collections.defaultdict(set), collections.Counter()
    with open(log) as lines:
        for line in lines:
            row = json.loads(line)["row"]
            keys[row["primary_key"]].add(row["idempotency_key"])
            repeats[row["primary_key"]] += 1
    causes = collections.Counter(key for flight in flights for key in flight)
    again = sum(n - 1 for n in repeats.values())
    proof.say(f"delivered at the kills: {', '.join(f'{n:,}' for n in seen)}")
    proof.say(f"in flight at the kills: {', '.join(f'{len(f):,}' for f in flights)}; sent again: {again:,} of {sum(repeats.values()):,} rows")
    proof.check("every kill met the delivery in its middle", hits == KILLS, f"{hits} of {KILLS}")
    proof.check("the run ended under its id", ended["status"] == "completed" and ended["counts"]["delivered"] == MEMBERS, json.dumps(ended["counts"]))
    proof.check("every member was delivered", set(keys) == set(members), f"{len(keys):,}")
    proof.check("no member has a second key", all(len(k) == 1 for k in keys.values()))
    wrong = [m for m in members if keys[m] != {key_of(gateway.workspace, journey, m)}]
    proof.check("every key is the one that the documents give", not wrong, wrong[:3])
    surplus = [m for m, n in repeats.items() if n - 1 > causes[m]]
    proof.check("only who was in flight at a kill was sent again, once for each", not surplus, surplus[:3])
    most = max(map(len, flights))
    proof.check(f"no more than {IN_FLIGHT:,} were in flight at any kill", most <= IN_FLIGHT, f"{most:,}")
    stats = gateway.stats(journey)
    proof.check("all are where they belong", stats["tiles"]["rest"]["active"] == MEMBERS and stats["total"]["active"] == MEMBERS)
    runs = gateway.call("GET", f"/journeys/{journey}/runs")
    proof.check("there was one run", len(runs) == 1, len(runs))
    gateway.stop()
    with gateway.members_file() as file:
        proof.check("the members' database is whole", file.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


try:
    proof.limit(120 if options.short else 1200)
    prove()
except BaseException as error:
    traceback.print_exc(file=sys.stdout)
    proof.check("the proof came to its end", False, repr(error))
finally:
    status = proof.end()
sys.exit(status)
