"""Kills the gateway with SIGKILL at random moments after the end of a pause, while the waits of many members move page by page, by
the housekeeper or by a run, and starts it again each time.

Goal: with `restart` and with `while_active`, whatever is killed: in the files as they lie there each wait is where it was or where it
belongs, never elsewhere; soon after the start all have moved, each once; `PRAGMA integrity_check` clean; at least a third of the kills
fall between two pages; no acknowledged run lost, and none takes anybody on.

usage: pauses.py PREFIX [--seed N] [--short]
"""
import os, random, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Proof, arguments

options = arguments()
MEMBERS, KILLS = (60_000, 4) if options.short else (200_000, 40)
WAITING = 1
CLOCKS = ("restart", "while_active")

chance = random.Random(options.seed)
proof = Proof("pauses", options.prefix, options.seed, f"{KILLS} kills for each of {len(CLOCKS)} clocks while {MEMBERS:,} waits move")


class Journey:
    def __init__(self, gateway, model, clock):
        self.gateway, self.clock = gateway, clock
        self.id = gateway.call("POST", "/journeys", {"name": clock, "parent_model_id": model, "tiles": [
            {"id": "in", "type": "entry", "config": {"pause_clock": clock}},
            {"id": "rest", "type": "wait", "config": {"duration": 30, "unit": "days"}}], "edges": [{"from": "in", "to": "rest"}]})["id"]
        self.call("POST", "/activate")
        gateway.finish(self.id, gateway.trigger(self.id))

    def call(self, method, path):
        return self.gateway.call(method, f"/journeys/{self.id}{path}")

    def times(self):
        """Of each member of the files: (arrived_at, wake); and what else is wrong with them."""
        file = self.gateway.members_file()
        wrong = [] if file.execute("PRAGMA integrity_check").fetchall() == [("ok",)] else ["the members' database is not whole"]
        rows = file.execute("SELECT key, state, arrived_at, wake FROM members WHERE journey = (SELECT n FROM journeys WHERE id = ?)",
                            (self.id,)).fetchall()
        file.close()
        if len(rows) != MEMBERS or any(state != WAITING for _, state, _, _ in rows):
            wrong.append(f"{len(rows):,} members, not all of them waiting")
        return {key: (arrived, wake) for key, _, arrived, wake in rows}, wrong

    def paused(self):
        """The pauses of control.db that waits are to be told of: (paused_at, resumed_at)."""
        file = self.gateway.control_file()
        rows = file.execute("SELECT paused_at, resumed_at FROM journey_pauses WHERE journey_n = (SELECT n FROM journeys WHERE id = ?)",
                            (self.id,)).fetchall()
        file.close()
        return rows

    def pause(self):
        """A pause that is over: when it began, and between which times it ended, in microseconds."""
        self.call("POST", "/pause")
        (began, _), = self.paused()
        time.sleep(0.01 + 0.05 * chance.random())
        asked = time.time()
        self.call("POST", "/resume")
        return began, asked * 1e6, time.time() * 1e6


def after(clock, times, began, ended):
    """Where waits belong once a pause is over."""
    shifts = {key: ended - (arrived if clock == "restart" else max(arrived, began)) for key, (arrived, _) in times.items()}
    return {key: (arrived + shifts[key], wake + shifts[key]) for key, (arrived, wake) in times.items()}


def end_of(times, clock, began, before):
    """The end of a pause that control.db has forgotten: as one member says, whom all others must bear out."""
    key = next(iter(times))
    arrived = times[key][0]
    return arrived if clock == "restart" else arrived - before[key][0] + max(before[key][0], began)


def kill(journey, number, seconds):
    """(What was wrong, whether it fell between two pages, the runs that were acknowledged.)"""
    gateway = journey.gateway
    before, wrong = journey.times()
    began, earliest, latest = journey.pause()
    runs = [gateway.trigger(journey.id)] if chance.random() < 0.5 else []
    time.sleep(chance.random() * seconds)
    gateway.kill()
    lying, broken = journey.times()
    wrong += broken
    left = journey.paused()
    ended = left[0][1] if left else end_of(lying, journey.clock, began, before)
    if not earliest <= ended <= latest:
        wrong.append(f"the pause ended at {ended}, not between {earliest:.0f} and {latest:.0f}")
    wanted = after(journey.clock, before, began, ended)
    moved = sum(lying[key] == wanted[key] for key in wanted)
    still = sum(lying[key] == before[key] for key in wanted)
    if moved + still != MEMBERS or (not left and still):
        wrong.append(f"{moved:,} waits have moved and {still:,} have not, of {MEMBERS:,}; the pause is {'known' if left else 'forgotten'}")
    gateway.start()
    gateway.until("the waits move", lambda: not journey.paused(), within=60)
    for run in runs:
        ending = gateway.finish(journey.id, run)
        if ending["status"] != "completed" or ending["counts"]["moved"]:
            wrong.append(f"a run is {ending['status']}: {ending['counts']}")
    rested, broken = journey.times()
    wrong += broken
    away = [key for key in wanted if rested[key] != wanted[key]]
    if away:
        wrong.append(f"{len(away):,} waits are not where they belong: {away[0]} is at {rested[away[0]]}, not {wanted[away[0]]}")
    return [f"after kill {number}: {text}" for text in wrong], bool(moved and still)


def prove():
    gateway = LiveGateway(proof)
    model, _ = gateway.people(MEMBERS)
    for clock in CLOCKS:
        journey = Journey(gateway, model, clock)
        journey.pause()
        start = time.monotonic()
        gateway.until("the waits move", lambda: not journey.paused(), within=60)
        seconds = time.monotonic() - start
        wrong, between = [], 0
        for number in range(1, KILLS + 1):
            found, hit = kill(journey, number, seconds)
            wrong += found
            between += hit
        proof.say(f"{clock}: {MEMBERS:,} waits move in {seconds:.2f} s; {between} of {KILLS} kills fell between two pages")
        proof.check(f"{clock}: every wait moved once", not wrong, wrong[:5] or "")
        proof.check(f"{clock}: at least a third of the kills fell between two pages", 3 * between >= KILLS, f"{between} of {KILLS}")
    gateway.stop()
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


sys.exit(proof.run(prove, 160 if options.short else 1800))
