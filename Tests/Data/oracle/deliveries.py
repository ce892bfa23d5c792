"""What a receiver got, beside what it should have got.

deliveries.py RECEIVED EXPECTED [IN_FLIGHT …]
    RECEIVED   the log of `tessera receiver`
    EXPECTED   lines of MEMBER|ARM|KEY, as members.py prints them
    IN_FLIGHT  for each kill of the gateway a file of the members, one a line, whose outcome was not committed then
prints one JSON object: counts that should all be 0 but `rows`, `members` and `repeats`; `examples` tells of the rest
"""

import collections
import json
import sys


def main():
    received, expected = sys.argv[1:3]
    keys = {}
    for line in open(expected):
        member, _, key = line.rstrip("\n").split("|")
        keys[member] = key
    flights = collections.Counter()
    for file in sys.argv[3:]:
        flights.update(line.rstrip("\n") for line in open(file))

    times = collections.Counter()
    wrong = collections.defaultdict(list)
    rows = 0
    for line in open(received):
        row = json.loads(line)["row"]
        rows += 1
        member = row["primary_key"]
        times[member] += 1
        if member not in keys:
            wrong["unexpected"].append(member)
        elif row["idempotency_key"] != keys[member]:
            wrong["other_key"].append(member)
        if row["data"].get("id") != member:
            wrong["other_data"].append(member)
    for member in keys:
        if member not in times:
            wrong["missing"].append(member)
    repeats = 0
    for member, count in times.items():
        repeats += count - 1
        if count - 1 > flights[member]:
            wrong["repeated_without_cause"].append(member)

    names = ["unexpected", "other_key", "other_data", "missing", "repeated_without_cause"]
    answer = {name: len(wrong[name]) for name in names}
    answer.update(rows=rows, members=len(times), repeats=repeats)
    answer["examples"] = {name: wrong[name][:5] for name in names if wrong[name]}
    print(json.dumps(answer))


main()
