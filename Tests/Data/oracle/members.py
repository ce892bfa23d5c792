"""What a split and a delivery must give, computed from DESIGN.md alone and from none of Tessera's code.

members.py WORKSPACE JOURNEY SPLIT_TILE ARM=TILE[:WEIGHT],… FILE (of member keys, one a line)
prints for each member: MEMBER|ARM|IDEMPOTENCY KEY at the arm's tile, in its first entry
"""

import hashlib
import sys

MASK = (1 << 64) - 1


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def fmix(value):
    value ^= value >> 33
    value = (value * 0xFF51AFD7ED558CCD) & MASK
    value ^= value >> 33
    value = (value * 0xC4CEB9FE1A85EC53) & MASK
    return value ^ (value >> 33)


def unit(journey, tile, member):
    return (fmix(fnv1a(b"\0".join([journey, tile, member]))) >> 11) / 2**53


def key(workspace, journey, tile, entry, member):
    text = b"\0".join([b"tessera-key-1", workspace, journey, tile, str(entry).encode(), member])
    return hashlib.sha256(text).hexdigest()[:32]


def main():
    workspace, journey, split = (text.encode() for text in sys.argv[1:4])
    arms = []
    for text in sys.argv[4].split(","):
        name, _, rest = text.partition("=")
        tile, _, weight = rest.partition(":")
        arms.append((name, tile.encode(), float(weight or 1)))
    total = sum(weight for _, _, weight in arms)
    lines = []
    for line in open(sys.argv[5], "rb"):
        member = line.rstrip(b"\n")
        where, reached = unit(journey, split, member), 0.0
        for name, tile, weight in arms:
            reached += weight
            if reached / total > where:
                break
        lines.append("%s|%s|%s" % (member.decode(), name, key(workspace, journey, tile, 1, member)))
    print("\n".join(lines))


main()
