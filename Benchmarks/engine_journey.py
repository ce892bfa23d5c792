"""The journey of the engine's benchmarks: entry → filter → split → wait over people of 100 ages and two plans."""
import io

TILES = [{"id": "in", "type": "entry"},
         {"id": "adult", "type": "filter", "config": {"type": "condition", "condition_type": "property", "column": "age",
                                                      "operator": "greater_than_or_equal", "value": 18}},
         {"id": "ab", "type": "split", "config": {"variants": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]}},
         {"id": "short", "type": "wait", "config": {"duration": 3, "unit": "days"}},
         {"id": "long", "type": "wait", "config": {"duration": 9, "unit": "days"}}]
EDGES = [{"from": "in", "to": "adult"}, {"from": "adult", "to": "ab", "branch": "yes"},
         {"from": "ab", "to": "short", "branch": "a"}, {"from": "ab", "to": "long", "branch": "b"}]


def people(rows):
    """As CSV, bytes."""
    csv = io.BytesIO(b"id,age,plan\n")
    csv.seek(0, io.SEEK_END)
    for start in range(0, rows, 1_000_000):
        csv.write("".join(f"c{i:09d},{i % 100},{'pro' if i % 3 == 0 else 'free'}\n"
                          for i in range(start, min(rows, start + 1_000_000))).encode())
    return csv.getvalue()
