"""Kills the gateway with SIGKILL at random moments of runs over many members of a journey with re-entry (gap 0, so that every
start has work), and starts it again each time. Some kills come while it starts.

Goal: after each kill, in the files as they lie there: no member lost, none on two tiles or on none, counters equal to a full
count, what came to a tile equal to what left the tiles before it, what the runs say equal to what the members say,
`PRAGMA integrity_check` clean; ready within a second of the start with a million members beside; at least half of the kills
meet a run at work; no acknowledged run lost.

usage: engine-kills.py PREFIX [--seed N] [--short]
"""
import http.client, json, os, random, shutil, sqlite3, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from members_check import broken_rules, round_journey
from paths_check import broken_paths
from proof import Caller, Counts, Proof, arguments, die_with_parent

options = arguments()
MEMBERS, CROWD, KILLS, CROWD_KILLS = (40_000, 50_000, 12, 2) if options.short else (200_000, 1_000_000, 200, 20)
# Beside other tests on a busy machine the short form is no measurement.
READY_S = 300.0 if options.short else 1.0
# Kills that come while it starts.
EARLY = 0.1

chance = random.Random(options.seed)
proof = Proof("engine-kills", options.prefix, options.seed,
              f"{KILLS} kills during runs over {MEMBERS:,} members, {CROWD_KILLS} during runs over {CROWD:,}; every start with those {CROWD:,} beside")


class Place:
    """A workspace with one journey over all rows of its source."""
    def __init__(self, gateway, workspace, source, key, members):
        self.gateway, self.id, self.key, self.members = gateway, workspace, key, members
        self.acknowledged, self.known, self.mark = set(), 0, None
        csv = "id,n\n" + "".join(f"p{i:07d},{i}\n" for i in range(members))
        self.call("PUT", f"/sources/{source}/tables/people/rows?key=id&mode=replace", csv.encode(), content_type="text/csv")
        model = self.call("POST", "/models", {"source_id": source, "name": "People", "sql_query": "SELECT * FROM people",
                                              "entity_type": "parent", "primary_key_column": "id"})["id"]
        self.journey = self.call("POST", "/journeys", round_journey(model, members))["id"]
        self.call("POST", f"/journeys/{self.journey}/activate")

    def call(self, method, path, body=None, **more):
        return Caller(self.gateway.base, self.key, Counts(), self.id).call(method, path, body, **more)

    def trigger(self):
        """Sees to it that a run goes on or is about to. One that is queued already refuses a second."""
        try:
            self.acknowledged.add(self.call("POST", f"/journeys/{self.journey}/trigger")["id"])
        except RuntimeError as refused:
            if ": 409 " not in str(refused):
                raise

    def runs(self):
        return self.call("GET", f"/journeys/{self.journey}/runs")

    def is_at_work(self):
        return any(run["status"] == "running" for run in self.runs())

    def rest(self, within=120):
        """Until no run is left."""
        end = time.monotonic() + within * proof.patience
        while any(run["status"] in ("queued", "running") for run in self.runs()):
            if time.monotonic() > end:
                raise TimeoutError(f"the runs have not ended within {within} s")
            time.sleep(0.01)

    def files(self):
        """Copies of both databases as they lie there, open: to open the originals would mend them."""
        copies = []
        for name in ("control.db", f"members/{self.id}.db"):
            copy = proof.path("copy-" + os.path.basename(name))
            for end in ("", "-wal"):
                if os.path.exists(copy + end):
                    os.remove(copy + end)
                if os.path.exists(os.path.join(self.gateway.data, name + end)):
                    shutil.copy(os.path.join(self.gateway.data, name + end), copy + end)
            copies.append(sqlite3.connect(copy))
        return copies

    def look(self, was_ready):
        """After a kill: (what is wrong, whether it met a run at work, whether that had committed a part of its members)."""
        control, members = self.files()
        wrong, count, mark = broken_rules(control, members, self.journey, self.members)
        if count < self.known:
            wrong.append(f"there were {self.known:,} members, now {count:,}")
        self.known = count
        running = control.execute("SELECT id FROM runs WHERE journey_id = ? AND status = 'running'", (self.journey,)).fetchall()
        moved, self.mark = mark != self.mark, mark
        partly = False
        for (run,) in running:
            progress = members.execute("SELECT counts FROM run_progress WHERE run_id = ?", (run,)).fetchone()
            partly = bool(progress) and 0 < json.loads(progress[0])["entered"] < self.members
        control.close(), members.close()
        return wrong, bool(running) and (was_ready or moved), partly


def start(gateway):
    """(Seconds until it says that it is ready, MB of logs that the last life left to be read.)"""
    folder = os.path.join(gateway.data, "members")
    left = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder) if name.endswith("-wal")) / 1e6
    began = time.monotonic()
    gateway.start()
    connection = http.client.HTTPConnection(gateway.base.split("//")[1], timeout=60 * proof.patience)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    seconds = time.monotonic() - began
    if answer.status != 200:
        raise RuntimeError(f"/readyz: {answer.status} {answer.read()}")
    connection.close()
    return seconds, left


def die_while_starting(gateway, seconds):
    process = subprocess.Popen([gateway.tessera, "serve", "--data", gateway.data, "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=open(proof.path("gateway.err"), "ab"), preexec_fn=die_with_parent)
    time.sleep(seconds)
    process.kill()
    process.wait()


class Round:
    """Kills of one place, and what came of them."""
    def __init__(self, gateway, place):
        self.gateway, self.place = gateway, place
        self.hits = self.parts = self.early = 0
        self.ready, self.wrong, self.slow = [], [], 0.0
        place.rest()
        began = time.monotonic()
        place.trigger()
        place.rest()
        self.run_seconds = time.monotonic() - began

    def kill(self, number):
        early = self.gateway.process.poll() is not None and chance.random() < EARLY
        if early:
            self.early += 1
            die_while_starting(self.gateway, chance.random() * 0.4)
        else:
            if self.gateway.process.poll() is not None:
                self.ready.append(start(self.gateway))
            self.place.trigger()
            time.sleep(chance.random() * self.run_seconds)
            # On a machine that is less busy by now than it was, the run has ended: the next one is met.
            while options.short and not self.place.is_at_work():
                self.place.trigger()
            self.gateway.kill()
        wrong, hit, part = self.place.look(not early)
        self.hits += hit
        self.parts += part
        self.wrong += [f"after kill {number}: {text}" for text in wrong]

    def report(self, kills):
        place = self.place
        if self.gateway.process.poll() is not None:
            self.ready.append(start(self.gateway))
        place.rest()
        place.trigger()
        place.rest()
        stats = place.call("GET", f"/journeys/{place.journey}/stats")
        self.gateway.stop()
        control, members = place.files()
        wrong, count, _ = broken_rules(control, members, place.journey, place.members)
        lost_ways, steps = broken_paths(members, place.journey, round_journey("", place.members)["edges"])
        self.wrong += [f"at the end: {text}" for text in wrong + lost_ways]
        status = dict(control.execute("SELECT id, status FROM runs WHERE journey_id = ?", (place.journey,)).fetchall())
        lost = [run for run in place.acknowledged if status.get(run) != "completed"]
        left = members.execute("SELECT count(*) FROM run_progress").fetchone()[0]
        proof.say(f"{kills} kills over {place.members:,} members: {self.hits} met a run at work ({self.parts} of them one that had committed "
                  f"a part of its members), {self.early} came while it started; {len(status)} runs, one undisturbed takes {self.run_seconds:.2f} s")
        proof.say(f"{steps:,} steps of paths, each entry's from `in` to its member without a gap")
        ready = sorted(self.ready)
        proof.say(f"ready after {ready[0][0]:.2f} … {ready[len(ready) // 2][0]:.2f} … {ready[-1][0]:.2f} s (least, median, most of {len(ready)} "
                  f"starts; the slowest found {ready[-1][1]:.0f} MB of log, the most were {max(mb for _, mb in ready):.0f} MB)")
        proof.check("every rule held after every kill and at the end", not self.wrong, self.wrong[:5] or "")
        proof.check("no member is lost", count == place.members, f"{count:,}")
        # In the short form only a few kills come, and chance may let them all come early.
        aimed = kills - self.early if options.short else kills
        proof.check("at least half of the kills met a run at work", 2 * self.hits >= aimed, f"{self.hits} of {aimed}")
        proof.check("every acknowledged run completed, and no other ending is there", not lost and set(status.values()) == {"completed"},
                    lost[:3] or f"{len(place.acknowledged)} acknowledged")
        proof.check("/stats says the same as a full count", stats["total"]["active"] + stats["total"]["completed"] + stats["total"]["exited"]
                    == place.members, json.dumps(stats["total"]))
        proof.check("no ended run has left its progress behind", left == 0, left)
        proof.check(f"every start was ready within {READY_S:g} s", ready[-1][0] <= READY_S, f"{ready[-1][0]:.2f} s")


def prove():
    gateway = LiveGateway(proof)
    made = subprocess.run([gateway.tessera, "workspace", "create", "--data", gateway.data, "--name", "Crowd"],
                          check=True, capture_output=True, text=True)
    other = json.loads(made.stdout)
    crowd = Place(gateway, other["workspace_id"], other["embedded_source_id"], other["api_key"], CROWD)
    crowd.trigger()
    crowd.rest()
    place = Place(gateway, gateway.workspace, gateway.source, gateway.key, MEMBERS)
    place.trigger()
    for target, kills in ((place, KILLS), (crowd, CROWD_KILLS)):
        if gateway.process.poll() is not None:
            start(gateway)
        round = Round(gateway, target)
        for number in range(1, kills + 1):
            round.kill(number)
        round.report(kills)
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:2] or "")


sys.exit(proof.run(prove, 160 if options.short else 3600))
