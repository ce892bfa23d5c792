# One command per wish. CI calls the same scripts.
#   make demo     from nothing to a journey that has delivered, and a gateway to play with
#   make test     every test
#   make bench    figures beside peers and limits, as ratios in one run
#   make prove    NAME=swaps: a long proof; its last output is kept under Documentation/proofs
#   make format   formats the sources        make check   fails when that would change one
#   make install  PREFIX=DIR: program, plugins with their lock file, headers, plugin kit
.PHONY: demo test bench prove format check install
demo test bench format:
	@scripts/$@
check:
	@scripts/format --check
prove:
	@scripts/prove $(NAME)
install:
	@scripts/install $(PREFIX)
