"""Hot swaps under load: while runs over many members and deliveries follow one another and API clients read, files of a tile
(in a child process), of the webhook connector and of Sync (in process) are put into a watched directory, by rename and by copy
in place in turn. Then as many again, half of them broken. No batch and no request may fail, every member is delivered once
under one key, and each swap takes less than a second from the complete file. At last some swaps at rest, where nothing but
them can make memory grow.

swaps.py PREFIX [--short] [--seed N]"""
import hashlib, itertools, json, os, random, statistics, subprocess, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Caller, Counts, Proof, Worker, arguments, children, memory
from swap_files import KINDS, WatchedDirectory, Workshop

options = arguments()
DELIVERY_JOURNEYS = 4
ROWS, JOURNEYS, DELIVERED, DESTINATIONS = (20_000, 10, 2_000, 4) if options.short else (1_000_000, 100, 100_000, 20)
PHASE = {"tile": 20, "webhook": 10, "sync": 8} if options.short else {"tile": 40, "webhook": 40, "sync": 20}
SWAPS = sum(PHASE.values())
AT_REST = {"tile": 4, "webhook": 4, "sync": 2} if options.short else {"tile": 12, "webhook": 12, "sync": 6}
# What a generation that ran in the gateway may leave there beside its mapping, in MB: metadata that the Swift runtime makes at
# the first use of an image's types and keeps. One in a child process may leave nothing.
LEFT_BEHIND_MB = 0.15
# What the load's last batches may have in hand.
OWN_MB = 8
WARM_UP = 4 if options.short else 12
# Among the tests the short form is no measurement: what it allows more only tells what hangs, and what keeps whole generations.
LIMIT_S, PATIENCE_S, SPARE_MB = (120.0, 300, 50) if options.short else (1.0, 60, 0)
random.seed(options.seed)
proof = Proof("swaps", options.prefix, options.seed,
              f"{SWAPS} hot swaps, then {SWAPS} more of which half are broken; {ROWS:,} members, {JOURNEYS} live journeys, "
              f"deliveries of {DELIVERED:,}")
tessera = os.path.join(options.prefix, "bin", "tessera")
store = proof.path("data", "plugins")


def command(*words):
    return json.loads(subprocess.run([tessera, *words], check=True, capture_output=True, text=True).stdout)


class Load:
    """Runs over all members and deliveries, in turn, each checked to the last member."""
    def __init__(self, caller, model, destinations, received):
        self.caller, self.received = caller, received
        self.phase, self.stop = "idle", threading.Event()
        self.runs = self.deliveries = self.rows = 0
        self.run_seconds, self.delivery_seconds, self.generations = [], [], []
        self.everyone = caller.call("POST", "/journeys", {"name": "Everyone", "parent_model_id": model, "tiles": [
            {"id": "in", "type": "entry", "config": {"reentry": {}}},
            {"id": "hot", "type": "com.example.hot", "config": {"salt": 1, "live": True}},
            {"id": "high", "type": "filter", "config": condition("score", "greater_than_or_equal", 500)},
            {"id": "ab", "type": "split", "config": {"variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 3}]}},
            {"id": "out", "type": "exit"}], "edges": [
            {"from": "in", "to": "hot"}, {"from": "hot", "to": "high", "branch": "even"}, {"from": "hot", "to": "ab", "branch": "odd"},
            {"from": "high", "to": "out", "branch": "yes"}, {"from": "high", "to": "out", "branch": "no"},
            {"from": "ab", "to": "out", "branch": "a"}, {"from": "ab", "to": "out", "branch": "b"}]})["id"]
        # No journey is made while swaps go on, so that the load needs the same memory all the time.
        self.delivering = [caller.call("POST", "/journeys", {
            "name": f"Delivery {i}", "parent_model_id": model, "entry_criteria": condition("deliver", "equals", 1),
            "tiles": delivery_tiles(destination, i, {"reentry": {}}), "edges": DELIVERY_EDGES})["id"]
            for i, destination in enumerate(destinations[:DELIVERY_JOURNEYS])]
        for journey in [self.everyone] + self.delivering:
            caller.call("POST", f"/journeys/{journey}/activate")

    def work(self):
        while not self.stop.is_set():
            self.cycle()

    def cycle(self):
        self.phase = "run"
        self.run_everyone()
        self.phase = "delivery"
        self.deliver()
        self.phase = "idle"

    def finish(self, journey):
        began = time.monotonic()
        run = self.caller.call("POST", f"/journeys/{journey}/trigger")
        while run["status"] in ("queued", "running"):
            time.sleep(0.02)
            run = self.caller.call("GET", f"/journeys/{journey}/runs/{run['id']}")
        if run["status"] != "completed" or run["error"] or run["counts"]["failed"]:
            raise RuntimeError(f"a run ended as {json.dumps(run)}")
        self.generations.append({tile: len(of["generations"]) for tile, of in run["tiles"].items()})
        return run["counts"], time.monotonic() - began

    def run_everyone(self):
        counts, seconds = self.finish(self.everyone)
        self.runs += 1
        self.run_seconds.append(seconds)
        expect("counts of a run", (counts["entered"], counts["completed"]), (ROWS, ROWS))
        stats = self.caller.call("GET", f"/journeys/{self.everyone}/stats")
        expect("branches of the tile", stats["tiles"]["hot"]["branches"], {"even": ROWS // 2 * self.runs, "odd": ROWS // 2 * self.runs})
        expect("members at their end", stats["total"], {"active": 0, "completed": ROWS, "exited": 0})

    def deliver(self):
        """The delivery's journeys in turn: each member that enters is delivered once, under the key that DESIGN.md computes."""
        journey = self.delivering[self.deliveries % len(self.delivering)]
        os.truncate(self.received, 0)
        counts, seconds = self.finish(journey)
        self.deliveries += 1
        self.delivery_seconds.append(seconds)
        expect("counts of a delivery", (counts["entered"], counts["delivered"], counts["completed"]), (DELIVERED,) * 3)
        self.check_received(journey, entry=(self.deliveries - 1) // len(self.delivering) + 1)

    def check_received(self, journey, entry):
        keys = {}
        with open(self.received) as log:
            for line in log:
                row = json.loads(line)["row"]
                keys.setdefault(row["primary_key"], []).append(row["idempotency_key"])
        self.rows += sum(len(all) for all in keys.values())
        wanted = {member: [key_of(self.caller.workspace, journey, "send", entry, member)] for member in DELIVERED_MEMBERS}
        if keys != wanted:
            missing = [m for m in wanted if m not in keys]
            wrong = [(m, keys[m]) for m in keys if keys[m] != wanted.get(m)]
            raise RuntimeError(f"delivered wrongly: {len(missing)} missing {missing[:3]}, {len(wrong)} wrong {wrong[:3]}")


def expect(what, found, wanted):
    if found != wanted:
        raise RuntimeError(f"{what}: {found}, not {wanted}")


def condition(column, operator, value):
    return {"type": "condition", "condition_type": "property", "column": column, "operator": operator, "value": value}


def delivery_tiles(destination, salt, entry={}):
    return [{"id": "in", "type": "entry", "config": entry}, {"id": "hot", "type": "com.example.hot", "config": {"salt": salt, "live": True}},
            {"id": "send", "type": "sync", "config": {"destination_id": destination, "field_mapping": [
                {"source_column": "score", "destination_field": "score"}, {"value": salt, "destination_field": "salt"}]}},
            {"id": "out", "type": "exit"}]


DELIVERY_EDGES = [{"from": "in", "to": "hot"}, {"from": "hot", "to": "send", "branch": "even"}, {"from": "hot", "to": "send", "branch": "odd"},
                  {"from": "send", "to": "out"}]
MEMBERS = [f"m{i:07d}" for i in range(ROWS)]
DELIVERED_MEMBERS = MEMBERS[::ROWS // DELIVERED]


def key_of(workspace, journey, tile, entry, member):
    parts = ["tessera-key-1", workspace, journey, tile, str(entry), member]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


class Swapper:
    """Puts files in place one after another and waits until each is active, or refused."""
    def __init__(self, operator, directory, load):
        self.operator, self.directory, self.load = operator, directory, load
        self.active, self.seconds, self.during, self.refusals = {}, {}, {}, {}
        self.swapped = self.refused = 0

    def swap(self, file, by_rename):
        id, name, vouched = KINDS[file.kind]
        if vouched and not file.broken:
            self.directory.vouch(file)
        during = self.load.phase
        complete = self.directory.put(file, by_rename)
        self.during[during] = self.during.get(during, 0) + 1
        deadline = complete + PATIENCE_S
        while time.monotonic() < deadline:
            if file.broken:
                reason = self.refusal(file, name)
                if reason:
                    now = self.operator.call("GET", f"/api/v1/plugins/{id}")
                    expect(f"{id} after a broken file ({file.broken})", (now["sha256"], now["state"]), (self.active[id], "active"))
                    self.refusals.setdefault((file.kind, file.broken), []).append(reason)
                    self.refused += 1
                    return
            else:
                now = self.operator.call("GET", f"/api/v1/plugins/{id}")
                if now["sha256"] == file.sha256 and now["state"] == "active":
                    self.seconds.setdefault((file.kind, "rename" if by_rename else "copy"), []).append(time.monotonic() - complete)
                    self.active[id] = file.sha256
                    self.swapped += 1
                    return
            time.sleep(0.004)
        raise RuntimeError(f"{name} ({file.broken or 'good'}) was not {'refused' if file.broken else 'active'} within {PATIENCE_S} s")

    def refusal(self, file, name):
        for plugin in self.operator.call("GET", "/api/v1/plugins"):
            found = [plugin] + plugin.get("generations", [])
            for entry in found:
                if entry.get("sha256") == file.sha256 and entry.get("state") == "refused" and entry.get("reason"):
                    return entry["reason"]

    def all(self, files):
        # Each kind by rename and by copy in turn, so that both are had of each.
        turn = {kind: itertools.cycle([True, False]) for kind in KINDS}
        for file in files:
            self.swap(file, next(turn[file.kind]))
            time.sleep(random.uniform(0, 0.02 if options.short else 0.3))

    def all_seconds(self):
        return [s for each in self.seconds.values() for s in each]


class Sampler:
    """The most that was seen at once."""
    def __init__(self, pid, stop):
        self.pid, self.stop, self.resident, self.children = pid, stop, 0, 0

    def work(self):
        while not self.stop.wait(0.25):
            with open(f"/proc/{self.pid}/statm") as statm:
                self.resident = max(self.resident, int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20)
            self.children = max(self.children, len(children(self.pid)))


def settle(gateway, wanted):
    """Waits for children of retired generations to end; gives how many there are."""
    for _ in range(200 * proof.patience):
        if len(children(gateway.pid)) == wanted:
            break
        time.sleep(0.05)
    return len(children(gateway.pid))


def figures(operator):
    """Sums over all generations of all plugins."""
    sums = {}
    for plugin in operator.call("GET", "/api/v1/plugins"):
        for entry in plugin["generations"] or [plugin]:
            for name, value in (entry.get("figures") or {}).items():
                sums[name] = sums.get(name, 0) + value
    return sums


def inproc_generations(operator):
    return sum(1 for plugin in operator.call("GET", "/api/v1/plugins") for g in plugin["generations"]
               if g["isolation"] == "inproc" and g["state"] != "refused")


def resident(gateway, operator):
    """As `memory`, and MB allocated and not freed but for what databases' caches hold: those grow to their limits with the data
    that is read and written, and freed memory stays with the heaps for the next batches."""
    found = metrics(operator)
    used = found["tessera_heap_bytes"] - found["tessera_database_memory_bytes"]
    return (*memory(gateway.pid, store), used / 2**20)


def metrics(operator):
    """All figures of one moment that have no labels, by name."""
    lines = [line.split(" ") for line in operator.call("GET", "/metrics").splitlines() if line[:1] not in ("", "#")]
    return {name: int(float(value)) for name, value, *_ in lines if "{" not in name}


def prove():
    workshop = Workshop(proof)
    directory = WatchedDirectory(proof.path("plugins"))
    first = workshop.good("tile")
    directory.put(first, True)
    made = command("workspace", "create", "--data", proof.path("data"), "--name", "Swaps")
    operator_key = command("key", "create", "--data", proof.path("data"), "--role", "operator")["api_key"]
    received = proof.path("received.ndjson")
    _, inbox = proof.spawn([tessera, "receiver", "--listen", "127.0.0.1:0", "--quiet", "--log", received], "receiver")
    gateway, base = proof.spawn([tessera, "serve", "--data", proof.path("data"), "--listen", "127.0.0.1:0", "--allow-destination",
                                 "127.0.0.0/8", "--plugins", directory.path], "gateway")
    counts, setup = Counts(), Counts()
    key, workspace = made["api_key"], made["workspace_id"]

    def caller(counts=counts):
        one = Caller(base, key, counts, workspace)
        one.workspace = workspace
        return one

    main, operator = caller(setup), Caller(base, operator_key, setup)
    csv = "id,score,deliver\n" + "".join(f"{m},{i % 1000},{int(i % (ROWS // DELIVERED) == 0)}\n" for i, m in enumerate(MEMBERS))
    loaded = main.call("PUT", f"/sources/{made['embedded_source_id']}/tables/people/rows?key=id", csv.encode(), "text/csv")
    expect("rows loaded", loaded["rows"], ROWS)
    model = main.call("POST", "/models", {"source_id": made["embedded_source_id"], "name": "People", "sql_query": "SELECT * FROM people",
                                          "entity_type": "parent", "primary_key_column": "id"})["id"]
    destinations = [main.call("POST", "/destinations", {"name": f"Inbox {i}", "destination_type": "webhook",
                                                        "config": {"url": f"{inbox}/{i}", "batch_size": 50}})["id"] for i in range(DESTINATIONS)]
    journeys = []
    for i in range(JOURNEYS):
        journeys.append(main.call("POST", "/journeys", {
            "name": f"Live {i}", "parent_model_id": model, "tiles": delivery_tiles(destinations[i % DESTINATIONS], 1000 + i),
            "edges": DELIVERY_EDGES})["id"])
        main.call("POST", f"/journeys/{journeys[-1]}/activate")
    load = Load(caller(), model, destinations, received)
    swapper = Swapper(Caller(base, operator_key, counts), directory, load)
    swapper.active = {p["id"]: p["sha256"] for p in operator.call("GET", "/api/v1/plugins") if p["state"] == "active"}
    readers_stop = threading.Event()

    def read(number):
        mine, ops, choose = caller(), Caller(base, operator_key, counts), random.Random(options.seed + number)
        while not readers_stop.is_set():
            journey = choose.choice(journeys + [load.everyone])
            for path in (f"/journeys/{journey}", f"/journeys/{load.everyone}/runs", f"/journeys/{journey}/stats", "/journeys"):
                mine.call("GET", path)
            ops.call("GET", "/api/v1/plugins")
            time.sleep(0.02)

    readers = [Worker(proof, f"reader {i}", lambda i=i: read(i)) for i in range(4)]
    # Caches and the like fill before the first swap: what grows after that is the swaps'.
    for _ in range(WARM_UP):
        load.cycle()
    before = resident(gateway, operator)
    sampler = Sampler(gateway.pid, readers_stop)
    sampling = Worker(proof, "sampler", sampler.work)
    working = Worker(proof, "runs and deliveries", load.work)
    kinds = [kind for kind, n in PHASE.items() for _ in range(n)]

    # 1: all good
    random.shuffle(kinds)
    began = time.monotonic()
    swapper.all([workshop.good(kind) for kind in kinds])
    first_seconds = time.monotonic() - began
    middle_rows = load.rows

    # 2: half of them broken
    wrong = {kind: itertools.count() for kind in KINDS}
    files = []
    for kind, n in PHASE.items():
        files += [workshop.broken(kind, next(wrong[kind])) if i % 2 else workshop.good(kind) for i in range(n)]
    random.shuffle(files)
    mid = resident(gateway, operator)
    began = time.monotonic()
    swapper.all(files)
    second_seconds = time.monotonic() - began
    load.stop.set()
    working.join(timeout=300 * proof.patience)
    proof.check("runs and deliveries came to their end", not working.is_alive())
    readers_stop.set()
    for reader in readers + [sampling]:
        reader.join(timeout=60 * proof.patience)

    # 3: once more with what is active now, then swaps at rest: the first ones fill what is kept of each kind
    load.cycle()
    swapper.load.phase = "rest"
    swapper.all([workshop.good(kind) for kind in PHASE for _ in range(2)])
    settle(gateway, 1)
    rest = resident(gateway, operator)
    swapper.all([workshop.good(kind) for kind, n in AT_REST.items() for _ in range(n)])
    kids = settle(gateway, 1)
    after = resident(gateway, operator)
    seconds = (first_seconds, second_seconds)
    report(swapper, load, counts, operator, main, gateway, (before, mid, rest, after), kids, seconds, sampler)


def report(swapper, load, counts, operator, main, gateway, memories, kids, seconds, sampler):
    proof.say(f"{swapper.swapped} swaps and {swapper.refused} refusals, {seconds[0]:.0f} s and {seconds[1]:.0f} s under load; "
              f"put in place during {', '.join(f'{phase}: {n}' for phase, n in sorted(swapper.during.items()))}")
    proof.say("from the complete file to the active generation, in ms:     count  median     max")
    for (kind, how), seconds in sorted(swapper.seconds.items()):
        proof.say(f"  {kind + ' by ' + how:55} {len(seconds):6} {statistics.median(seconds) * 1000:7.0f} {max(seconds) * 1000:7.0f}")
    slow = swapper.all_seconds()
    proof.say(f"  {'all':55} {len(slow):6} {statistics.median(slow) * 1000:7.0f} {max(slow) * 1000:7.0f}")
    proof.say("broken files, each refused with the old generation serving:")
    for (kind, broken), reasons in sorted(swapper.refusals.items()):
        proof.say(f"  {len(reasons):2} {kind}, {broken}: {reasons[0][:230]}")
    proof.say(f"{load.runs} runs of {ROWS:,} members (median {statistics.median(load.run_seconds):.2f} s, slowest {max(load.run_seconds):.2f} s), "
              f"{load.deliveries} deliveries of {DELIVERED:,} (median {statistics.median(load.delivery_seconds):.2f} s, "
              f"slowest {max(load.delivery_seconds):.2f} s): {load.rows:,} rows received")
    several = [sum(1 for of in load.generations if of.get(tile, 0) > 1) for tile in ("hot", "send")]
    proof.say(f"of these, {several[0]} had more than one generation of the tile at work, {several[1]} more than one of Sync")
    proof.say(f"{counts.requests:,} API requests, the slowest {counts.slowest:.2f} s")
    sums = figures(operator)
    proof.say(f"plugins' figures, all generations: {json.dumps(sums)}")
    proof.say(f"at most {sampler.resident:.0f} MB resident and {sampler.children} child processes at once")
    whens = ("before the first swap", f"after {SWAPS} swaps under load", "before the swaps at rest", "after them")
    for when, (total, own, files, used) in zip(whens, memories):
        proof.say(f"memory {when}: {total:.0f} MB resident, {own:.0f} MB without plugin files, {files} plugin files mapped; "
                  f"{used:.1f} MB in use beside databases")

    under_load = SWAPS + sum((n + 1) // 2 for n in PHASE.values())
    at_rest = 2 * len(PHASE) + sum(AT_REST.values())
    expected_swaps = under_load + at_rest
    proof.check("every good file became active", swapper.swapped == expected_swaps, f"{swapper.swapped} of {expected_swaps}")
    proof.check("every broken file was refused with a reason", swapper.refused == 2 * SWAPS - under_load, swapper.refused)
    proof.check(f"every swap under {LIMIT_S:.0f} s", max(slow) < LIMIT_S, f"{max(slow) * 1000:.0f} ms at most")
    bad = {name: sums.get(name, 0) for name in ("failures", "timeouts", "dropped_outcomes", "restarts")}
    proof.check("no failed batch", not any(bad.values()), json.dumps(bad))
    proof.check("no failed request", not counts.errors, "; ".join(counts.errors[:5]) or f"{counts.requests:,} answered")
    proof.check("every member delivered once, under its one key", load.rows == load.deliveries * DELIVERED, f"{load.rows:,}")
    states = {j["status"] for j in main.call("GET", "/journeys") }
    proof.check("every journey is still active", states == {"active"}, ", ".join(sorted(states)))
    proof.check("the gateway never ended", gateway.poll() is None)
    where = {p["id"]: p["isolation"] for p in operator.call("GET", "/api/v1/plugins") if p["state"] == "active"}
    proof.check("the tile runs in a child process, the vouched for in the gateway",
                all(where.get(id) == ("inproc" if vouched else "process") for id, _, vouched in KINDS.values()))
    with open(proof.path("gateway.err")) as log:
        lines = [json.loads(line) for line in log]
    alarms = [line for line in lines if line["level"] in ("warning", "error") and line["message"] != "plugin refused"]
    proof.check("the log has no warning and no error but the refusals", not alarms, json.dumps(alarms[:3])[:600] if alarms else len(lines))
    refusals = [line for line in lines if line["message"] == "plugin refused"]
    proof.check("each refusal is in the log once", len(refusals) == swapper.refused, len(refusals))
    proof.check("one child process is left, that of the tile", kids == 1, kids)
    wanted = inproc_generations(operator)
    proof.check("mapped files are those that the gateway lists", memories[-1][2] == wanted, f"{memories[-1][2]} mapped, {wanted} generations in process")
    counted = metrics(operator)["tessera_plugin_mappings"]
    proof.check("and those that /metrics counts", counted == memories[-1][2], counted)
    growth = memories[2][3] - memories[0][3]
    ran_inside = memories[2][2] - memories[0][2]
    allowed = LEFT_BEHIND_MB * ran_inside + OWN_MB + SPARE_MB
    proof.check("swaps under load leave nothing but mappings and what Swift keeps of them", growth <= allowed,
                f"{growth:+.1f} MB in use, {ran_inside} generations in process, {allowed:.0f} allowed")
    growth = memories[-1][1] - memories[-2][1]
    allowed = LEFT_BEHIND_MB * sum(AT_REST.values()) + SPARE_MB
    proof.check(f"{sum(AT_REST.values())} swaps at rest leave nothing but mappings", growth <= allowed, f"{growth:+.1f} MB without them")


sys.exit(proof.run(prove, 180 if options.short else 1800))
