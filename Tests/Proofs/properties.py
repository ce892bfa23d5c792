"""Random journeys (any DAG of entry, filters, splits, waits, tiles with side effects, exits) over random rows that change, through
random lives: runs, time, clean restarts, kills and power cuts at any write of a run, runs that a pause stops, pauses with each
clock, edits, removed members, retries and skips, drains and archiving.

Goal: after every step each member's place, times and reason, all counters, the run's counts and what was sent under which key
are those of a slow and obvious model of the same rules (Tests/EngineTests/Properties/SlowModel.swift); nothing is sent twice
but what a kill found in flight.

The checks are those of EnginePropertyTests, which takes a few journeys in scripts/test.

usage: properties.py PREFIX [--short] [--seed N] [--journeys N]     (the prefix is not used: these are the engine's own rooms)
"""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments

options = arguments(journeys=int)
journeys = options.journeys or (20 if options.short else 2000)
proof = Proof("properties", options.prefix, options.seed, f"{journeys} random journeys beside a slow model of the same rules")
sys.exit(proof.run(lambda: proof.swift_tests("EnginePropertyTests", "property: ", TESSERA_SEED=str(options.seed), TESSERA_PROPERTIES=str(journeys))))
