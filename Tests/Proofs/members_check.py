"""What must hold of a journey's members in the files, whenever the gateway died: for the proofs that kill it."""
import json

ACTIVE, COMPLETED, EXITED = 0, 1, 2
WAITING, PARKED = 1, 3


def round_journey(model, members):
    """A journey in which everybody enters again at each run, and nearly two fifths wait for a second; `n` of the model counts from 0."""
    low = {"type": "condition", "condition_type": "property", "column": "n", "operator": "less_than", "value": members * 3 // 4}
    return {"name": "Round", "parent_model_id": model, "tiles": [
        {"id": "in", "type": "entry", "config": {"reentry": {}}},
        {"id": "low", "type": "filter", "config": low},
        {"id": "ab", "type": "split", "config": {"variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]}},
        {"id": "hold", "type": "wait", "config": {"duration": 1, "unit": "seconds"}},
        {"id": "out", "type": "exit"}], "edges": [
        {"from": "in", "to": "low"}, {"from": "low", "to": "ab", "branch": "yes"}, {"from": "low", "to": "out", "branch": "no"},
        {"from": "ab", "to": "hold", "branch": "a"}, {"from": "ab", "to": "out", "branch": "b"}, {"from": "hold", "to": "out"}]}


def broken_rules(control, members, journey, most):
    """Of the open databases: (a line for each rule that is broken, how many members there are, a mark that changes with any movement).

    Tiles are those of `round_journey`."""
    wrong = []

    def expect(what, found, wanted):
        if found != wanted:
            wrong.append(f"{what}: {found}, not {wanted}")

    for name, file in (("control.db", control), ("the members' database", members)):
        expect(f"integrity of {name}", file.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
    number = members.execute("SELECT n FROM journeys WHERE id = ?", (journey,)).fetchone()
    if not number:
        return wrong, 0, None
    number = number[0]
    tiles = dict(members.execute("SELECT n, tile_id FROM tiles WHERE journey = ?", (number,)).fetchall())
    counted = {tile: [0, 0, 0, 0] for tile in tiles}
    count = entries = 0
    for tile, status, state, rows, ordinals in members.execute(
            "SELECT tile, status, state, count(*), sum(entry) FROM members WHERE journey = ? GROUP BY tile, status, state", (number,)):
        count += rows
        entries += ordinals
        if tile not in tiles or status not in (ACTIVE, COMPLETED, EXITED):
            wrong.append(f"{rows} members are on tile {tile} with status {status}")
            continue
        if status == ACTIVE and (tiles[tile], state) != ("hold", WAITING):
            wrong.append(f"{rows} members are active in state {state} on {tiles[tile]}")
        counted[tile][status] += rows
        counted[tile][3] += rows if status == ACTIVE and state == PARKED else 0
    expect("keys", members.execute("SELECT count(DISTINCT key) FROM members WHERE journey = ?", (number,)).fetchone()[0], count)
    if count > most:
        wrong.append(f"{count} members of {most} rows")
    counters = {tile: [0, 0, 0, 0] for tile in tiles}
    arrived = dict.fromkeys(tiles.values(), 0)
    for tile, active, completed, exited, failed, entered in members.execute(
            "SELECT tile, active, completed, exited, failed, entered FROM counters WHERE journey = ?", (number,)):
        counters[tile] = [active, completed, exited, failed]
        arrived[tiles[tile]] = entered
    expect("counters", counters, counted)
    left = {(tiles[tile], branch): n for tile, branch, n in members.execute(
        "SELECT tile, branch, n FROM branch_counters WHERE journey = ?", (number,))}
    for tile, sources in {"low": [("in", "next")], "ab": [("low", "yes")], "hold": [("ab", "a")],
                          "out": [("low", "no"), ("ab", "b"), ("hold", "next")]}.items():
        expect(f"arrivals at {tile}", arrived.get(tile, 0), sum(left.get(source, 0) for source in sources))
    expect("entries of all members", entries, arrived.get("in", 0))
    places = {tiles[tile]: of for tile, of in counted.items()}
    expect("members in hold", places.get("hold", [0])[ACTIVE], arrived.get("hold", 0) - left.get(("hold", "next"), 0))
    # What the runs say: one that goes on tells it beside the members, one that has ended in control.db.
    progress = {run: json.loads(counts) for run, counts in members.execute("SELECT run_id, counts FROM run_progress WHERE journey = ?", (number,))}
    told = 0
    for run, status, counts in control.execute("SELECT id, status, counts FROM runs WHERE journey_id = ?", (journey,)):
        is_over = status in ("completed", "failed", "cancelled")
        told += (json.loads(counts) if is_over else progress.get(run, {})).get("entered", 0)
    expect("entries that runs tell of", told, entries)
    return wrong, count, (entries, tuple(sorted(left.items())))

