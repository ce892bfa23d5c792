# One command per wish. CI calls the same scripts.
#   make demo     from nothing to a journey that has delivered, and a gateway to play with
#   make test     every test
#   make bench    figures beside peers and limits, as ratios in one run
#   make format   formats the sources        make check   fails when that would change one
#   make install  PREFIX=DIR: program, plugins with their lock file, headers, plugin kit
.PHONY: demo test bench format check install
demo test bench format:
	@scripts/$@
check:
	@scripts/format --check
install:
	@scripts/install $(PREFIX)
