"""Random filter trees over random rows, nulls and values of every storage class included: SQL and the evaluation over columns.

Goal: both pick the same rows for each of 100,000 trees, as filter, as flag and in counts; and no literal of a tree ever enters
SQL text: a tree with other literals has the same text.

The checks are those of FilterEquivalenceTests, which takes some of the trees in scripts/test.

usage: filters.py PREFIX [--short] [--seed N] [--trees N]     (the prefix is not used: this is the warehouse's own room)
"""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments

options = arguments(trees=int)
trees = options.trees or (2000 if options.short else 100_000)
proof = Proof("filters", options.prefix, options.seed, f"{trees} random filter trees, in SQL and over columns")
sys.exit(proof.run(lambda: proof.swift_tests("FilterEquivalenceTests", "filter: ", TESSERA_SEED=str(options.seed), TESSERA_FILTERS=str(trees))))
