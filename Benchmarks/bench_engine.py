"""ROWS members through entry, filter, split and wait, committed, beside one SQL statement that writes the same rows into the
same table and index (the members' own schema, SQLite's own program, the gateway's page size and cache). Three pairs in turn; the median ratio counts."""
import os, re, sqlite3, statistics, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from engine_journey import EDGES as edges, TILES as tiles, people
from gateway import Gateway

rows = int(os.environ.get("ROWS", "1000000"))
gateway = Gateway(sys.argv[1])
try:
    csv = people(rows)
    began = time.monotonic()
    loaded = gateway.upload("people", "id", csv)
    print(f"upload: {rows / (time.monotonic() - began):,.0f} rows/s ({loaded['rows']} rows, {len(csv) >> 20} MB of CSV)")
    assert loaded["rows"] == rows
    model = gateway.model("SELECT * FROM people", "id")
    members = os.path.join(gateway.data, "members", f"{gateway.workspace}.db")

    def statement():
        """The same state by one statement into a fresh file, in a process of its own: seconds, without opening the file."""
        target = os.path.join(gateway.directory, "sql.db")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(target + end):
                os.remove(target + end)
        with sqlite3.connect(f"file:{members}?mode=ro", uri=True) as own:
            page = own.execute("PRAGMA page_size").fetchone()[0]
            schema = [s for (s,) in own.execute(
                "SELECT sql FROM sqlite_schema WHERE tbl_name = 'members' AND sql IS NOT NULL ORDER BY type DESC")]
            journey = own.execute("SELECT max(journey) FROM members").fetchone()[0]
            names = [c[1] for c in own.execute("PRAGMA table_info(members)")]
            path = {tile: "NULL" if value is None else f"X'{value.hex()}'" for tile, value in own.execute(
                "SELECT tile, min(path) FROM members WHERE journey = ? GROUP BY tile", (journey,))}
            sample = dict(zip(names, own.execute(f"SELECT {', '.join(names)} FROM members WHERE journey = ? AND wake IS NOT NULL LIMIT 1", (journey,)).fetchone()))
        now = int(time.time() * 1e6)
        def column(name):
            if name == "journey": return str(journey)
            if name == "key": return "p.id"
            if name == "wake": return f"CASE WHEN p.age >= 18 THEN {now} + CASE WHEN p.rowid % 2 THEN 259200000000 ELSE 777600000000 END END"
            if name == "status": return "CASE WHEN p.age >= 18 THEN 0 ELSE 1 END"
            if name == "state": return "CASE WHEN p.age >= 18 THEN 1 ELSE 0 END"
            if name == "tile": return "CASE WHEN p.age >= 18 THEN 3 + p.rowid % 2 ELSE 2 END"
            if name == "left_at": return f"CASE WHEN p.age < 18 THEN {now} END"
            if name == "path": return f"CASE WHEN p.age < 18 THEN {path[2]} WHEN p.rowid % 2 THEN {path[4]} ELSE {path[5]} END"
            value = sample[name]
            return "NULL" if value is None else str(value) if isinstance(value, (int, float)) else f"'{value}'"
        without_rowid = sqlite3.connect(f"file:{os.path.join(gateway.data, 'data', gateway.workspace + '.db')}?mode=ro", uri=True) \
            .execute("SELECT sql FROM sqlite_schema WHERE name = 'people'").fetchone()[0]
        select = ", ".join(column(n) for n in names)
        if "WITHOUT ROWID" in without_rowid.upper():
            select = select.replace("p.rowid", "CAST(substr(p.id, 2) AS INTEGER)")
        script = f"""PRAGMA page_size = {page}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;
            PRAGMA cache_size = -65536; ATTACH '{os.path.join(gateway.data, 'data', gateway.workspace + '.db')}' AS source;
            {';'.join(schema)};
            .timer on
            INSERT INTO main.members({', '.join(names)}) SELECT {select} FROM source.people p ORDER BY p.id;"""
        script = "\n".join(line.strip() for line in script.splitlines())
        done = subprocess.run(["sqlite3", target], input=script, capture_output=True, text=True)
        if done.stderr.strip():
            raise SystemExit(done.stderr)
        return float(re.findall(r"real (\d+\.\d+)", done.stdout)[-1])

    ratios = []
    for pair in range(3):
        journey = gateway.journey(model, tiles, edges)
        took, run = gateway.run(journey)
        assert run["counts"]["entered"] == rows, run
        sql = statement()
        ratios.append(sql / took)
        print(f"pair {pair + 1}: run {took:.2f} s ({rows / took:,.0f} members/s), SQL statement {sql:.2f} s ({rows / sql:,.0f}/s), ratio {sql / took:.2f}")
        if pair == 0:
            again, run = gateway.run(journey)
            assert run["counts"]["moved"] == 0, run
            print(f"a run with nothing due, entry scan included: {again * 1000:.0f} ms")
    def size():
        with sqlite3.connect(f"file:{members}?mode=ro", uri=True) as own:
            return own.execute("PRAGMA page_count").fetchone()[0] * own.execute("PRAGMA page_size").fetchone()[0]

    # What the members' paths cost, with and without in turn: processor time of the gateway, since it is the less noisy. For members
    # that enter, those whose wait of a second is over, and those who enter again: the last two have rows already.
    cost = {"enter": [], "go on": [], "enter again": []}
    for pair in range(int(os.environ.get("PATHS", "3"))):
        took = {}
        for keeps in (True, False) if pair % 2 else (False, True):
            entry = {"id": "in", "type": "entry", "config": {"path": keeps, "reentry": {}}}
            second = tiles[3] | {"config": {"duration": 1, "unit": "seconds"}}

            def measure(what, journey, moved):
                before, cpu = size(), gateway.cpu_seconds()
                seconds, run = gateway.run(journey)
                assert run["counts"]["moved"] == moved, run
                took[what, keeps] = (gateway.cpu_seconds() - cpu, seconds, (size() - before) / rows)
            measure("enter", gateway.journey(model, [entry] + tiles[1:], edges), rows)
            journey = gateway.journey(model, [entry, second, tiles[4]], [{"from": "in", "to": "short"}, {"from": "short", "to": "long"}])
            gateway.run(journey)
            time.sleep(1)
            measure("go on", journey, rows)
            journey = gateway.journey(model, [entry, tiles[1]], edges[:1])
            gateway.run(journey)
            measure("enter again", journey, rows)
        for what in cost:
            one, other = took[what, True], took[what, False]
            cost[what].append(one[0] / other[0])
            print(f"paths, pair {pair + 1}, members {what}: with {one[0]:.2f} s CPU ({one[1]:.2f} s) and {one[2]:.1f} bytes/member, "
                  f"without {other[0]:.2f} s ({other[1]:.2f} s) and {other[2]:.1f}, ratio {cost[what][-1]:.3f}")
    for what, ratios_of in cost.items():
        if ratios_of:
            print(f"paths: members {what} at a median of {statistics.median(ratios_of):.3f} of the processor time without")
    print(f"engine: median ratio {statistics.median(ratios):.2f} of one SQL statement (goal 1.0); peak resident {gateway.resident_peak()} MB")
finally:
    gateway.close()
