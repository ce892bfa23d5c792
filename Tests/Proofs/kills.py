"""Kills the gateway with SIGKILL in the middle of a delivery, again and again, and starts it again each time.

Goal: every member is delivered; no member is ever sent under a second key; no life of the gateway sends a member twice; what
the next life sends again (under the same key) was in flight at the kill before it, member by member: on the wire, no more requests
than the destination's limit, or answered without that being committed; the run goes on under its id.

usage: kills.py PREFIX [--seed N] [--short]
"""
import collections, hashlib, json, os, random, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from noted import Noted
from paths_check import broken_paths
from proof import Proof, arguments

options = arguments()
# In the short form half of the delivery is left at the last kill, which is seconds.
MEMBERS, KILLS, PARTS, BATCH, DELAY_MS = (12_000, 4, 8, 20, 250) if options.short else (100_000, 20, 22, 50, 20)
# What the sync tile says of itself: calls at once, and rows in one of them (the engine's batch).
IN_FLIGHT = 4 * 8192
# What can have been sent without that being in the database: requests on the wire, and rows of answers of which the next commit
# tells (it comes after 1,000 of them or 0.1 s; more arrive while it is written, which one batch is room for; and an answer that
# the receiver has begun is on the wire a little longer).
ON_THE_WIRE = 32
UNCOMMITTED = 8192 + ON_THE_WIRE * BATCH

chance = random.Random(options.seed)
proof = Proof("kills", options.prefix, options.seed, f"{KILLS} kills during a delivery of {MEMBERS:,} members, {BATCH} a request")


def key_of(workspace, journey, member):
    """DESIGN.md section 4, "Delivery guarantee"."""
    text = b"\0".join(part.encode() for part in ("tessera-key-1", workspace, journey, "send", "1", member))
    return hashlib.sha256(text).digest()[:16].hex()


def prove():
    noted = Noted(proof, DELAY_MS)
    gateway = LiveGateway(proof)
    model, members = gateway.people(MEMBERS)
    destination = gateway.destination({"url": noted.url, "batch_size": BATCH}, limits={"max_in_flight": ON_THE_WIRE})
    journey = gateway.journey(model, destination)
    run = gateway.trigger(journey)

    flights, seen, hits, marks, deaths = [], [], 0, [], []
    for number in range(1, KILLS + 1):
        # Somewhere in the next part, so that each kill meets a delivery that goes on.
        goal = int(MEMBERS * (number - 1 + chance.random()) / PARTS)
        present = gateway.until(f"kill {number}", lambda: (lambda p: p if p["status"] != "running" and p["status"] != "queued"
                                or p["counts"]["delivered"] >= goal else None)(gateway.look(journey, run)), within=120)
        hits += present["status"] == "running"
        deaths.append(gateway.kill())
        # Their attempt is counted before the tile is called: who waits for a place with none was not handed over.
        with gateway.members_file() as file:
            flights.append({key for (key,) in file.execute("SELECT key FROM members WHERE status = 0 AND state = 4 AND attempt > 0")})
        seen.append(present["counts"]["delivered"])
        marks.append(noted.settled())
        gateway.start()
    ended = gateway.finish(journey, run, within=300)

    keys = collections.defaultdict(set)
    # What each life of the gateway sent, and of that what an earlier one had sent already.
    lives, again, strangers, twice, before, start = [], [], [], [], set(), 0
    # Of each kill: requests that had no answer at that moment, and rows with one that were sent again all the same.
    wire, uncommitted, unanswered = [], [], set()
    requests = [request for _, request in sorted(noted.read().items())]
    for end, death in zip([*marks, len(requests)], [*deaths, None]):
        life = requests[start:end]
        start = end
        sent = collections.Counter(member for request in life for member, _ in request["rows"])
        for request in life:
            for member, key in request["rows"]:
                keys[member].add(key)
        anew = sent.keys() & before
        strangers += anew - (flights[len(lives) - 1] if lives else set())
        if lives:
            uncommitted.append(len(anew - unanswered))
        if death:
            open_ones = [request for request in life if request["answered"] is None or request["answered"] > death]
            wire.append(len(open_ones))
            unanswered = {member for request in open_ones for member, _ in request["rows"]}
        twice += [m for m, n in sent.items() if n > 1]
        before |= sent.keys()
        lives.append(sent.total())
        again.append(len(anew))
    proof.say(f"delivered at the kills: {', '.join(f'{n:,}' for n in seen)}")
    proof.say(f"taken by a call at the kills: {', '.join(f'{len(f):,}' for f in flights)}")
    proof.say(f"sent again after the kills: {', '.join(f'{n:,}' for n in again[1:])}; together {sum(again):,} of {sum(lives):,} rows")
    proof.say(f"requests on the wire at the kills: {', '.join(map(str, wire))}")
    proof.say(f"sent again though answered, since that was not committed: {', '.join(f'{n:,}' for n in uncommitted)}")
    proof.check("every kill met the delivery in its middle", hits == KILLS, f"{hits} of {KILLS}")
    proof.check("the run ended under its id", ended["status"] == "completed" and ended["counts"]["delivered"] == MEMBERS, json.dumps(ended["counts"]))
    proof.check("every member was delivered", set(keys) == set(members), f"{len(keys):,}")
    proof.check("no member has a second key", all(len(k) == 1 for k in keys.values()))
    wrong = [m for m in members if keys[m] != {key_of(gateway.workspace, journey, m)}]
    proof.check("every key is the one that the documents give", not wrong, wrong[:3])
    proof.check("no life of the gateway sent a member twice", not twice, f"{len(twice)}: {twice[:3]}" if twice else "")
    proof.check("only who was in flight at a kill was sent again after it", not strangers, f"{len(strangers)}: {strangers[:3]}" if strangers else "")
    proof.check(f"no kill met more than {ON_THE_WIRE} requests on the wire", max(wire) <= ON_THE_WIRE, max(wire))
    proof.check(f"no kill has more than {UNCOMMITTED:,} sent again that were answered", max(uncommitted) <= UNCOMMITTED, f"{max(uncommitted):,}")
    most = max(map(len, flights))
    proof.check(f"no more than {IN_FLIGHT:,} were in flight at any kill", most <= IN_FLIGHT, f"{most:,}")
    stats = gateway.stats(journey)
    proof.check("all are where they belong", stats["tiles"]["rest"]["active"] == MEMBERS and stats["total"]["active"] == MEMBERS)
    runs = gateway.call("GET", f"/journeys/{journey}/runs")
    proof.check("there was one run", len(runs) == 1, len(runs))
    gateway.stop()
    with gateway.members_file() as file:
        wrong, steps = broken_paths(file, journey, [{"from": "in", "to": "send"}, {"from": "send", "to": "rest"}])
        proof.check("every path is there once, and leads to its member", not wrong and steps == 2 * MEMBERS, wrong or f"{steps:,} steps")
        proof.check("the members' database is whole", file.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


sys.exit(proof.run(prove, 120 if options.short else 1200))
