"""Lets the zoo's plugins loose on a live gateway, each in a journey of its own beside healthy ones, over many members.

Goal: the gateway answers all the time; of each journey only the poisoned member fails, with the plugin's end in its error; all
others take their own way exactly once; a plugin that dies of everything is put away with its journeys until it is lifted.
The checker is Tests/AcceptanceTests/ZooTests.swift, which scripts/test runs over few members.

usage: zoo.py PREFIX [--seed N] [--short]
"""
import os
import subprocess
import sys
import time


def main():
    prefix = sys.argv[1]
    members = 16 if "--short" in sys.argv else 20_000
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    environment = dict(os.environ, TESSERA_PREFIX=prefix, ZOO_MEMBERS=str(members))
    print(f"members of each journey: {members} and the poisoned one; nothing is random, so there is no seed", flush=True)
    subprocess.run(["swift", "build", "--build-tests"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    start = time.monotonic()
    run = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "ZooTests"], cwd=root, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800)
    for line in run.stdout.splitlines():
        if line.startswith("zoo:") or "recorded an issue" in line or "Test run with" in line:
            print(line)
    print(f"{time.monotonic() - start:.0f} s; {'held' if run.returncode == 0 else 'FAILED'}")
    sys.exit(run.returncode)


main()
