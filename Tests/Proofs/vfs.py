"""The disk under control.db and under the members loses its power, fails once, or stays full or read-only, at every single write
and sync of a run of 50 batches that deliver, and of one of 200 that only move (Tests/FaultVFS, a VFS over SQLite's own).

Goal: whatever the operation, of control.db no acknowledged write is lost; of the members a committed prefix is left, in which
counters and files are whole; the run goes on under its id and ends; what is sent again was in flight at the power cut, and
after an error that passes nobody is sent again at all.

The checks are those of DiskFaultTests, which takes a sample of the operations in scripts/test.

usage: vfs.py PREFIX [--short] [--seed N]     (the prefix is not used: these are the engine's own rooms)
"""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments

options = arguments(seed=0)
proof = Proof("vfs", options.prefix, options.seed, "power cuts and errors at " + ("some of the" if options.short else "all") + " writes and syncs of a run")
sys.exit(proof.run(lambda: proof.swift_tests("DiskFaultTests/[a-zA-Z]*\\(", "fault: ", TESSERA_FAULTS="sample" if options.short else "every")))
