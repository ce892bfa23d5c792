"""Kills the gateway with SIGKILL in the middle of a delivery under a daily cap, again and again, and starts it again each time.

Goal: the destination never gets more rows than `deliveries_per_day`, repeats counted too, nor at any kill more than were reserved
on the disk; what a kill leaves reserved and unused is at most the documented share; all that is not lost so is delivered.

usage: caps.py PREFIX [--seed N] [--short]
"""
import collections, json, os, random, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from noted import Noted
from proof import Proof, arguments

options = arguments()
# In the short form half of the cap is left at the last kill, which is seconds.
MEMBERS, CAP, KILLS, BATCH, IN_FLIGHT, DELAY_MS = (5_000, 4_000, 4, 10, 4, 50) if options.short else (60_000, 40_000, 8, 20, 16, 10)
LIMIT = 1000 if options.short else 600
# Documentation/operator.md, "Deliveries".
LOST_SHARE = 0.075

chance = random.Random(options.seed)
proof = Proof("caps", options.prefix, options.seed, f"{KILLS} kills during a delivery of {MEMBERS:,} members with a cap of {CAP:,} rows a day")


def prove():
    noted = Noted(proof, DELAY_MS)
    gateway = LiveGateway(proof)
    model, _ = gateway.people(MEMBERS)
    destination = gateway.destination({"url": noted.url, "batch_size": BATCH}, limits={"max_in_flight": IN_FLIGHT, "deliveries_per_day": CAP})
    journey = gateway.journey(model, destination)
    run = gateway.trigger(journey)

    received, reserved, lost, hits = [], [], [], 0
    for number in range(1, KILLS + 1):
        # Half of the cap, so that the other half has room for what the kills cost.
        goal = (received[-1] if received else 0) + int(CAP / 2 / KILLS * (0.2 + 0.8 * chance.random()))
        gateway.until(f"kill {number}", lambda: noted.rows() >= goal, within=60)
        gateway.kill()
        last = noted.settled()
        hits += noted.rows() < CAP
        received.append(noted.rows())
        with gateway.control_file() as file:
            reserved.append(file.execute("SELECT reserved FROM destination_deliveries").fetchone()[0])
        # All of the reserve counts as used by the next life: what it did not use, it has lost.
        lost.append(reserved[-1] - received[-1] - sum(lost))
        gateway.start()
    gateway.until("the cap is used up", lambda: (lambda page: page["today"]["remaining"] == 0 and page["in_flight"] == 0)(gateway.page(destination)), within=120)
    rows = noted.rows()
    keys = collections.defaultdict(set)
    for request in noted.read().values():
        for member, key in request["rows"]:
            keys[member].add(key)
    page = gateway.page(destination)
    proof.say(f"received at the kills: {', '.join(f'{n:,}' for n in received)}; in the end {rows:,} rows of {len(keys):,} members")
    proof.say(f"reserved at the kills: {', '.join(f'{n:,}' for n in reserved)}")
    proof.say(f"lost by each kill: {', '.join(f'{n:,}' for n in lost)}; {max(lost) / CAP:.1%} of the cap at the most")
    proof.check("every kill met the delivery in its middle", hits == KILLS, f"{hits} of {KILLS}")
    proof.check(f"no more than {CAP:,} members were sent in the day", len(keys) <= CAP, f"{len(keys):,}")
    proof.check(f"no more than {CAP:,} rows were sent in the day, repeats among them", rows <= CAP, f"{rows:,}")
    proof.check("at no kill had more been sent than was reserved on the disk", min(lost) >= 0, f"{min(lost):,} left at the least")
    proof.check(f"no kill has lost more than {LOST_SHARE:.1%} of the cap", max(lost) <= LOST_SHARE * CAP, f"{max(lost):,} rows")
    proof.check("all that was not lost was sent", rows == CAP - sum(lost), f"{rows:,} and {sum(lost):,} lost")
    proof.check("no member has a second key", all(len(k) == 1 for k in keys.values()))
    proof.check("the destination's page says that the day is over", page["today"]["remaining"] == 0 and page["held_back"] > 0, json.dumps(page["today"]))
    # Who was sent before a kill without that being committed may be waiting for the next day to be sent again.
    sure = {member for number, request in noted.read().items() if number > last for member, _ in request["rows"]}
    gateway.until("what was sent is counted", lambda: gateway.look(journey, run)["counts"]["delivered"] >= len(sure))
    present = gateway.look(journey, run)["counts"]
    proof.check("delivered are those that were sent, and nobody has failed", present["delivered"] <= len(keys) and present["failed"] == 0, json.dumps(present))
    gateway.stop()
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


def prove_in_one_day():
    # The cap is of one day, UTC: none begins in the middle.
    left = 86_400 - time.time() % 86_400
    if left < LIMIT:
        time.sleep(left + 1)
    proof.limit(LIMIT)
    prove()


sys.exit(proof.run(prove_in_one_day))
