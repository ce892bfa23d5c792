"""The whole suite under ThreadSanitizer, and again under AddressSanitizer with LeakSanitizer: every test in a bundle that was built with
the sanitizer, `tessera` too where tests start it, and the acceptance tests over an installed tree whose `tessera` is the sanitized one.

Goal: every test passes, as many as the bundle lists, and no process reports anything: no race, no misuse of memory, no leak.

Plugins and `tessera-plugin-host` are those of an ordinary build of the same sources: the host's limits have no room for the shadow memory
of a sanitizer. LEFT_OUT names the tests that are not run, and why. Needs gigabytes of disk for three builds, and an hour or two.

The short form gives the same checker small programs, compiled in seconds with each sanitizer: the room Platform under threads, of which
nothing may be reported, and a planted race, overflow and leak, each of which must be.

usage: sanitizers.py PREFIX [--short] [--seed N] [--only thread|address] [--tests REGEX]     (--tests: modules, to look at a few of them)
"""
import glob, os, re, shutil, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from proof import Proof, arguments, die_with_parent
import sanitizer_reports

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ORDINARY = os.path.join(ROOT, ".build", "debug")
BUNDLE = "tesseraPackageTests.xctest"
# What is not to be reported, with the reasons.
MEMORY, LEAKS = (os.path.join(ROOT, "Tests", "Sanitized", name) for name in ("memory.txt", "leaks.txt"))
# Of each sanitizer: the folder of its build, the variable with its options, and the options.
SANITIZERS = {
    "thread": (".build-tsan", "TSAN_OPTIONS", "halt_on_error=0:exitcode=66:second_deadlock_stack=1"),
    "address": (".build-asan", "ASAN_OPTIONS", f"detect_leaks=1:malloc_context_size=50:suppressions={MEMORY}"),
}
LEFT_OUT = {
    "AcceptanceTests.ArchitectureTests": "reads sources, headers and the release's binaries; runs nothing of Tessera",
    "AcceptanceTests.ProofTests": "runs the short forms of the long proofs: those in GATEWAY are run here one by one",
}
# Proofs that live in a gateway: their short forms are run over the tree whose `tessera` is sanitized. The others build programs of their own
# (fuzz, llhttp), measure the release's time and memory (slow, bombs), or are this one.
GATEWAY = ["swaps", "kills", "caps", "receivers", "inside", "connectors", "engine-kills", "pauses", "backup"]
# A module that takes longer hangs.
LONGEST = 3600


class Sanitized:
    """Programs with one sanitizer; what they report goes to files in a folder of the proof."""
    def __init__(self, proof, name):
        self.proof, self.name = proof, name
        self.scratch, self.variable, self.options = SANITIZERS[name]
        # Swift's own reads what Swift writes.
        beside = os.path.join(os.path.dirname(os.path.realpath(shutil.which("swiftc"))), "llvm-symbolizer")
        self.symbolizer = beside if os.path.exists(beside) else shutil.which("llvm-symbolizer")

    def environment(self, run, **more):
        options = f"{self.options}:log_path={self.proof.path(run)}"
        if self.symbolizer:
            options += f":external_symbolizer_path={self.symbolizer}"
        # Held by the backtracer, a process that a sanitizer ends would take minutes to end.
        return dict(os.environ, **{self.variable: options}, LSAN_OPTIONS=f"suppressions={LEAKS}:print_suppressions=0",
                    SWIFT_BACKTRACE="enable=no", NO_COLOR="1", **more)

    def reports(self, run, process=None):
        return sanitizer_reports.read(self.proof.directory, run, process)


# The short form

def compile_small(sanitizer, program):
    sources = sorted(glob.glob(os.path.join(ROOT, "Sources", "Platform", "*.swift")))
    built = subprocess.run(
        ["swiftc", "-Onone", "-g", "-parse-as-library", "-swift-version", "6", "-package-name", "tessera", "-module-name", "PlatformThreads",
         f"-sanitize={sanitizer.name}", "-I", os.path.join(ROOT, "Sources", "CPlatform"), *sources,
         os.path.join(ROOT, "Tests", "Sanitized", "PlatformThreads.swift"), "-o", program], capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(built.stderr[-3000:])


PLANTED = {"thread": {"race": "plantRace"}, "address": {"overflow": "plantOverflow", "leak": "plantLeak"}}


def short(proof, sanitizer):
    program = proof.path(f"platform-{sanitizer.name}")
    compile_small(sanitizer, program)
    for what in ["rooms", *PLANTED[sanitizer.name]]:
        run = f"{sanitizer.name}-{what}"
        done = subprocess.run([program, what], env=sanitizer.environment(run), capture_output=True, text=True, timeout=60 * proof.patience)
        found, _ = sanitizer.reports(run)
        if what == "rooms":
            sanitizer_reports.tell(proof.say, found)
            proof.check(f"{sanitizer.name}: Platform under four threads gives no report", not found and done.returncode == 0,
                        f"{len(found)} reports, status {done.returncode}, {done.stdout.strip()}{done.stderr[-500:]}")
        else:
            function = PLANTED[sanitizer.name][what]
            is_named = found and all(function in report.group[1] for report in found)
            proof.check(f"{sanitizer.name}: the planted {what} is reported, and where", is_named and done.returncode != 0,
                        f"{[report.group for report in found]}, status {done.returncode}")


# The long form

def build(proof, *arguments):
    """One of the three builds."""
    began = time.monotonic()
    built = subprocess.run(["swift", "build", "--build-tests", *arguments], cwd=ROOT, capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(built.stdout[-3000:])
    proof.say(f"  swift build --build-tests {' '.join(arguments)}: {time.monotonic() - began:.0f} s")


def link(source, target):
    """A hard link: a program finds what lies beside it by its own path, which a symbolic link would not change."""
    if os.path.lexists(target):
        os.unlink(target)
    os.link(os.path.realpath(source), target)


def is_sanitized(sanitizer, program):
    symbols = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    return ("__tsan_init" if sanitizer.name == "thread" else "__asan_init") in symbols


def put_together(sanitizer, prefix):
    """Folders as a build and an installation have them, with the sanitizer in what is not a plugin or their host. Gives both."""
    built = os.path.join(ROOT, sanitizer.scratch, "debug")
    products, tree = os.path.join(ROOT, sanitizer.scratch, "products"), os.path.join(ROOT, sanitizer.scratch, "install")
    os.makedirs(products, exist_ok=True)
    for name in (BUNDLE, "tessera"):
        link(os.path.join(built, name), os.path.join(products, name))
    for path in [os.path.join(ORDINARY, "tessera-plugin-host"), *glob.glob(os.path.join(ORDINARY, "lib*Plugin.so"))]:
        link(path, os.path.join(products, os.path.basename(path)))
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(prefix, tree, symlinks=True)
    link(os.path.join(built, "tessera"), os.path.join(tree, "bin", "tessera"))
    return products, tree


SUMMARY = re.compile(r"Test run with (\d+) tests? in \d+ suites? (passed|failed) after ([\d.]+) seconds")


class Module:
    """One run of the bundle: the tests of one module."""
    def __init__(self, name, listed, output, seconds, reports):
        self.name, self.listed, self.seconds = name, listed, seconds
        # The bundle ends with gateways at work that tests share, and with objects of tests that hold each other: what is left there is told,
        # and no failure. In `tessera` it is.
        self.reports, self.left = reports
        summary = SUMMARY.search(output)
        self.ran = int(summary.group(1)) if summary else 0
        self.is_whole = summary is not None and self.ran == listed
        self.failed = sorted(set(re.findall(r"^✘ Test (?!run with|case )(.*?) failed after", output, re.M)))
        self.skipped = re.findall(r"^➜ Test (.*?) skipped.*", output, re.M)
        lines = output.splitlines()
        self.issues = [f"{line} {lines[index + 1] if index + 1 < len(lines) else ''}" for index, line in enumerate(lines) if " recorded an issue " in line]
        # Where it broke off.
        self.tail = [] if summary else lines[-25:]

    def holds(self):
        return self.is_whole and not self.failed and not self.reports

    def tell(self, say):
        say(f"  {self.name}: {self.ran} of {self.listed} tests run, {self.ran - len(self.failed) - len(self.skipped)} passed, {len(self.failed)} failed, "
            f"{len(self.skipped)} skipped; {len(self.reports)} reports{f', and {self.left} blocks that tests left behind' if self.left else ''}; "
            f"{self.seconds:.0f} s")
        for line in [f"skipped: {name}" for name in self.skipped] + [f"failed: {name}" for name in self.failed] + self.issues[:10] + self.tail:
            say("      " + line[:400])
        sanitizer_reports.tell(say, self.reports)


def run_module(proof, sanitizer, bundle, tree, name, listed):
    run = f"{sanitizer.name}-{name}"
    skips = [argument for left_out in LEFT_OUT for argument in ("--skip", "^" + re.escape(left_out) + "/")]
    began = time.monotonic()
    with open(proof.path(run + "-output"), "w+", errors="replace") as output:
        # Its own group of processes: one that hangs is ended with all that it has started.
        tests = subprocess.Popen(
            ["nice", "-n", "15", bundle, "--testing-library", "swift-testing", "--filter", f"^{name}\\.", *skips], cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, env=sanitizer.environment(run, TESSERA_PREFIX=tree), preexec_fn=die_with_parent)
        proof.processes.append(tests)
        try:
            tests.wait(LONGEST)
        except subprocess.TimeoutExpired:
            tests.kill()
            tests.wait()
        output.seek(0)
        return Module(name, listed, re.sub(r"\x1b\[\d+m", "", output.read()), time.monotonic() - began, sanitizer.reports(run, tests.pid))


def run_proof(proof, sanitizer, tree, name):
    """The short form of another proof. Gives whether it holds with nothing reported, and the reports."""
    run = f"{sanitizer.name}-proof-{name}"
    began = time.monotonic()
    done = subprocess.run(["nice", "-n", "15", sys.executable, os.path.join(ROOT, "Tests", "Proofs", name + ".py"), tree, "--short"], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=sanitizer.environment(run), timeout=LONGEST)
    found, _ = sanitizer.reports(run)
    proof.say(f"  proof {name}, short: {'holds' if done.returncode == 0 else 'does not hold'}; {len(found)} reports; {time.monotonic() - began:.0f} s")
    if done.returncode:
        proof.say("\n".join("      " + line[:400] for line in done.stdout.splitlines()[-25:]))
    sanitizer_reports.tell(proof.say, found)
    return done.returncode == 0 and not found, found


def tests_of(sanitizer, bundle):
    """How many tests each module of the bundle has, without those left out."""
    listed = subprocess.run([bundle, "--testing-library", "swift-testing", "--list-tests"], cwd=ROOT, capture_output=True, text=True,
                            env=dict(os.environ, SWIFT_BACKTRACE="enable=no"), check=True).stdout
    counts = {}
    for test in listed.split("\n"):
        module = re.match(r"(\w+Tests)\.", test)
        if module and not any(test.startswith(left_out + "/") for left_out in LEFT_OUT):
            counts[module.group(1)] = counts.get(module.group(1), 0) + 1
    return counts


def long(proof, sanitizer, options):
    proof.say(f"{sanitizer.name}: {sanitizer.variable}={sanitizer.options.replace(ROOT + '/', '')}")
    build(proof, f"--sanitize={sanitizer.name}", "--scratch-path", sanitizer.scratch)
    products, tree = put_together(sanitizer, options.prefix)
    bundle = os.path.join(products, BUNDLE)
    proof.check(f"{sanitizer.name}: the bundle and both tessera have it, the plugins' host has not",
                all(is_sanitized(sanitizer, program) for program in (bundle, products + "/tessera", tree + "/bin/tessera"))
                and not is_sanitized(sanitizer, products + "/tessera-plugin-host"))
    modules = []
    for name, listed in sorted(tests_of(sanitizer, bundle).items()):
        if re.search(options.tests or "", name):
            modules.append(run_module(proof, sanitizer, bundle, tree, name, listed))
            modules[-1].tell(proof.say)
    broken = [module.name for module in modules if not module.holds()]
    total = lambda of: sum(map(of, modules))
    proof.check(f"{sanitizer.name}: every test passes, and nothing is reported", modules and not broken,
                f"{total(lambda m: m.ran)} tests run, {total(lambda m: len(m.failed))} failed, {total(lambda m: len(m.skipped))} skipped, "
                f"{total(lambda m: len(m.reports))} reports, {total(lambda m: m.seconds):.0f} s{'; not so: ' + ', '.join(broken) if broken else ''}")
    if not options.tests:
        held = {name: run_proof(proof, sanitizer, tree, name) for name in GATEWAY}
        proof.check(f"{sanitizer.name}: the gateway's proofs hold, and nothing is reported", all(holds for holds, _ in held.values()),
                    f"{len(held)} proofs, {sum(len(found) for _, found in held.values())} reports")


def main(proof, options):
    sanitizers = [Sanitized(proof, name) for name in SANITIZERS if options.only in (None, name)]
    if options.short:
        for sanitizer in sanitizers:
            short(proof, sanitizer)
        return
    for name, reason in LEFT_OUT.items():
        proof.say(f"  left out: {name}: {reason}")
    build(proof)
    for sanitizer in sanitizers:
        long(proof, sanitizer, options)


options = arguments(only=str, tests=str)
goal = "what is planted is reported, and nothing else" if options.short else "the whole suite passes under the sanitizers, and they report nothing"
proof = Proof("sanitizers", options.prefix, options.seed, goal)
sys.exit(proof.run(lambda: main(proof, options), seconds=60 if options.short else 6 * 3600))
