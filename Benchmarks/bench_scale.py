"""How a run's time and memory follow its work, all in one run on one machine: ten times the members, nobody due among them, and the
same steps by DBOS (PyPI) on SQLite.

bench_scale.py PREFIX KEY_SELECT DBOS_DIR"""
import os, statistics, subprocess, sys, time
sys.path.insert(0, os.path.dirname(__file__))
from engine_journey import EDGES, TILES, people
from gateway import Gateway

prefix, key_select, dbos = sys.argv[1:4]
rows = int(os.environ.get("ROWS", "1000000"))


def load(gateway, rows):
    assert gateway.upload("people", "id", people(rows))["rows"] == rows
    return gateway.model("SELECT * FROM people", "id")


def entered(gateway, model, rows):
    journey = gateway.journey(model, TILES, EDGES)
    seconds, run = gateway.run(journey)
    assert run["counts"]["entered"] == rows, run
    return seconds, journey


def peer():
    """Members a second through five steps of DBOS, each committed, as it does."""
    done = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "peer_dbos.py"), "300"], check=True,
                          capture_output=True, text=True, env={**os.environ, "PYTHONPATH": dbos})
    return float(done.stdout.split()[-1])


gateway = Gateway(prefix)
try:
    model = load(gateway, rows)
    ones = [entered(gateway, model, rows)[0] for _ in range(3)]
finally:
    gateway.close()
one = statistics.median(ones)
print(f"{rows:,} members: {one:.2f} s (of {', '.join(f'{s:.2f}' for s in ones)}), {rows / one:,.0f}/s")
rate = peer()
print(f"DBOS: {rate:.1f} members/s; engine at {rows / one / rate:,.0f} times that (goal 10,000)")

gateway = Gateway(prefix)
try:
    model = load(gateway, 10 * rows)
    before = gateway.resident_peak()
    ten, journey = entered(gateway, model, 10 * rows)
    print(f"{10 * rows:,} members: {ten:.2f} s, {ten / one:.1f} times that of {rows:,} (goal at most 11)")
    table = os.path.join(gateway.data, "data", f"{gateway.workspace}.db")
    scans, bare = [], []
    for _ in range(3):
        seconds, run = gateway.run(journey)
        assert run["counts"]["moved"] == run["counts"]["entered"] == 0, run
        scans.append(seconds)
        bare.append(float(subprocess.run([key_select, table, "SELECT id FROM people ORDER BY id"], check=True, capture_output=True,
                                         text=True).stdout))
    gateway.call("POST", f"/journeys/{journey}/drain")
    # Draining, entry is closed: what is left of a run is to see that nobody is due.
    idle = []
    for _ in range(5):
        seconds, run = gateway.run(journey)
        assert run["counts"]["moved"] == 0, run
        idle.append(seconds)
    scan, bare, idle = statistics.median(scans), statistics.median(bare), statistics.median(idle)
    print(f"nothing due among {10 * rows:,}: {idle * 1000:.0f} ms (goal 50); with the entry scan {scan:.2f} s, the bare sorted SELECT of the "
          f"keys {bare:.2f} s, ratio {(scan - idle) / bare:.2f} (goal at most 2)")
    print(f"peak resident {gateway.resident_peak()} MB, {before} of it by the upload (goal under 200)")
finally:
    gateway.close()
