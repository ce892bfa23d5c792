"""What must hold of the paths of a journey's members in the file, whenever the gateway died. Decodes them by itself, from the
description in decision 0014."""

ACTIVE, COMPLETED, EXITED, EXIT_TILE, KEPT = 0, 1, 2, 6, 20


def numbers(path):
    number = shift = 0
    for byte in path:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("a path ends in the middle of a number")


def steps(path):
    """[(kind, whether the time counts from the entry, time, attempts)]"""
    found, rest = [], numbers(path)
    for head in rest:
        time = next(rest)
        found.append((head >> 2, bool(head & 2), time >> 1 ^ -(time & 1), next(rest) if head & 1 else 1))
    return found


def broken_paths(file, journey, edges, entry="in"):
    """Of the open members' database, for a journey that keeps paths: (a line for each of the first rules broken, how many steps there are).

    Each entry's path follows the edges from the entry tile to where its row says, one step a tile, without a gap in time."""
    number = file.execute("SELECT n FROM journeys WHERE id = ?", (journey,)).fetchone()[0]
    tiles = dict(file.execute("SELECT n, tile_id FROM tiles WHERE journey = ?", (number,)))
    kinds = {n: (tiles[tile], branch) for n, tile, branch in file.execute("SELECT n, tile, branch FROM step_kinds WHERE journey = ?", (number,))}
    targets = {(edge["from"], edge.get("branch", "next")): edge["to"] for edge in edges}
    known, wrong, count, past = {}, [], 0, {}

    def look(path):
        """(what is wrong, where it leads: a tile, or None for an end; steps, (whether it counts from the entry, time) of each)"""
        place, fault, times = entry, None, []
        for kind, is_first, time, _ in steps(path):
            tile, branch = kinds.get(kind, (None, None))
            if tile != place:
                fault = fault or f"steps out of {tile} by {branch} at {place}"
            place = targets.get((tile, branch))
            times.append((is_first, time))
        return fault, place, times

    def check(status, reason, tile, entered_at, arrived_at, left_at, path):
        nonlocal count
        if path is None:
            return "has no path"
        if path not in known:
            known[path] = look(path)
        fault, place, times = known[path]
        count += len(times)
        time = entered_at
        for is_first, gone in times:
            time = (entered_at if is_first else time) + gone
        if fault:
            return fault
        if status == COMPLETED and reason != EXIT_TILE:
            return None if place is None and time == left_at else f"completed, and its path leads to {place} at {time}, not {left_at}"
        if place != tiles[tile]:
            return f"is at {tiles[tile]}, and its path leads to {place}"
        if arrived_at is not None and time != arrived_at:
            return f"came to {place} at {arrived_at}, by its path at {time}"

    for nth, status, reason, key, tile, entered_at, left_at, path in file.execute(
            "SELECT entry, status, reason, key, tile, entered_at, left_at, path FROM past_entries WHERE journey = ?", (number,)):
        past[key] = past.get(key, 0) + 1
        fault = check(status, reason, tile, entered_at, None, left_at, path)
        if fault and len(wrong) < 5:
            wrong.append(f"{key}, entry {nth}: {fault}")
    for nth, status, reason, key, tile, entered_at, arrived_at, left_at, path in file.execute(
            "SELECT entry, status, reason, key, tile, entered_at, arrived_at, left_at, path FROM members WHERE journey = ?", (number,)):
        fault = check(status, reason, tile, entered_at, arrived_at, left_at, path)
        if not fault and past.get(key, 0) != min(nth - 1, KEPT):
            fault = f"has {past.get(key, 0)} past entries"
        if fault and len(wrong) < 5:
            wrong.append(f"{key}, entry {nth}: {fault}")
    return wrong, count
