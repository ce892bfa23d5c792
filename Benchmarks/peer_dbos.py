"""DBOS on SQLite: COUNT workflows of five steps, one after another. Prints how many a second."""
import os, sys, tempfile, time, warnings
warnings.filterwarnings("ignore")
from dbos import DBOS

directory = tempfile.mkdtemp(prefix="tessera-bench-dbos-")
DBOS(config={"name": "peer", "system_database_url": f"sqlite:///{directory}/system.sqlite", "log_level": "ERROR"})


@DBOS.step()
def enter(member): return member


@DBOS.step()
def adult(member): return member % 100 >= 18


@DBOS.step()
def split(member): return "a" if member % 2 else "b"


@DBOS.step()
def wait(member): return time.time() + 259_200


@DBOS.step()
def done(member): return member


@DBOS.workflow()
def journey(member):
    enter(member)
    adult(member)
    split(member)
    wait(member)
    return done(member)


DBOS.launch()
count = int(sys.argv[1])
began = time.monotonic()
for member in range(count):
    journey(member)
print(count / (time.monotonic() - began))
DBOS.destroy()
