"""What long proofs share: an installed gateway and receiver of their own on loopback, ended by their ids; callers that count
what fails; a list of checks. Figures go to standard output; a check that fails ends the proof with status 1."""
import argparse, ctypes, http.client, json, os, platform, random, re, shutil, signal, subprocess, sys, tempfile, threading, time, traceback


LIBC = ctypes.CDLL(None)


def die_with_parent():
    """A proof that is killed leaves no program behind: PR_SET_PDEATHSIG with SIGKILL."""
    LIBC.prctl(1, 9, 0, 0, 0)


def arguments(seed=None, **more):
    """Those of every proof: PREFIX [--short] [--seed N]. Without --seed it is `seed`, where chance has no part, the same each time in
    the short form, which must not fail by chance, or a random one. `more` are options of one proof, with their types."""
    parser = argparse.ArgumentParser()
    parser.add_argument("prefix")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=seed)
    for name, kind in more.items():
        parser.add_argument("--" + name, type=kind)
    options = parser.parse_args()
    if options.short:
        Proof.patience = 10
    if options.seed is None:
        options.seed = 1 if options.short else random.randrange(1 << 32)
    return options


class Proof:
    # The short forms run among the tests, on machines that do other things too: there they wait so many times longer for what must
    # come to pass, and measure neither time nor memory. That is for the long ones.
    patience = 1

    def __init__(self, name, prefix, seed, goal):
        self.name, self.prefix, self.seed = name, prefix, seed
        self.failures = []
        self.directory = tempfile.mkdtemp(prefix=f"tessera-proof-{name}-")
        self.processes = []
        self.is_over = False
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.root = root
        commit = subprocess.run(["git", "-C", root, "log", "-1", "--format=%h %s"], capture_output=True, text=True).stdout.strip()
        self.say(f"proof {name}: {goal}")
        self.say(f"seed {seed}; {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC; {os.cpu_count()} cores, "
                 f"{platform.machine()}, Linux {platform.release()}, {self.surroundings()}; on {commit}")
        self.began = time.monotonic()

    @staticmethod
    def surroundings():
        """What else the machine does, with which swaps and runs have to share it."""
        return f"load average {os.getloadavg()[0]:.1f}"

    def say(self, text):
        print(text, flush=True)

    def check(self, what, holds, detail=""):
        """A line for each check; a failed one is told of at once and at the end."""
        self.say(f"  {'ok  ' if holds else 'FAIL'} {what}{f': {detail}' if detail != '' else ''}")
        if not holds:
            self.failures.append(what)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def spawn(self, arguments, name, stdin=subprocess.DEVNULL):
        """Starts a program and gives (process, the URL on which it says to listen)."""
        errors = open(self.path(name + ".err"), "ab")
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, stdin=stdin, text=True,
                                   preexec_fn=die_with_parent)
        errors.close()
        self.processes.append(process)
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if not found:
            raise RuntimeError(f"{name} did not start: {open(self.path(name + '.err')).read()}")
        return process, found.group(0)

    def compile(self, source, output, *defines):
        subprocess.run(["cc", "-std=c11", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-I", os.path.join(self.prefix, "include"),
                        *[f"-D{define}" for define in defines], "-o", output,
                        os.path.join(self.root, "Tests", "Proofs", "plugins", source)], check=True)

    def swift_tests(self, filter, prefix, **environment):
        """Runs tests of the package; of their output, lines that begin with `prefix` and the first issues are told."""
        os.chdir(self.root)
        built = subprocess.run(["swift", "build", "--build-tests"], capture_output=True, text=True)
        if built.returncode:
            raise RuntimeError(built.stdout[-2000:])
        tests = subprocess.Popen(["swift", "test", "--skip-build", "--filter", filter], stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **environment))
        wrong = passed = 0
        for line in tests.stdout:
            if line.startswith(prefix):
                self.say(line[len(prefix):].rstrip())
            if " recorded an issue " in line:
                wrong += 1
                if wrong <= 10:
                    self.say(line.rstrip()[:400])
                    # What the test says of it, a seed for example.
                    self.say(next(tests.stdout, "").rstrip()[:400])
            passed += bool(re.search(r"Test run with \d+ tests? in \d+ suites? passed", line))
        self.check("every check held", tests.wait() == 0 and passed == 1, f"{wrong} broken" if wrong else "")

    def limit(self, seconds):
        """Ends a proof that hangs."""
        def over(*_):
            raise TimeoutError(f"the proof took longer than {seconds} s")
        signal.signal(signal.SIGALRM, over)
        signal.alarm(seconds)

    def run(self, body, seconds=None):
        """Runs `body`, for `seconds` at the most, ends what was started, and gives the status to exit with."""
        try:
            if seconds:
                self.limit(seconds * self.patience)
            body()
        except BaseException as error:
            traceback.print_exc(file=sys.stdout)
            self.check("the proof came to its end", False, repr(error))
            log = self.path("gateway.err")
            if os.path.exists(log):
                with open(log) as lines:
                    self.say("the gateway's last lines:\n  " + "\n  ".join(line[:400] for line in lines.read().splitlines()[-15:]))
        return self.end()

    def end(self):
        self.is_over = True
        signal.alarm(0)
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if self.failures and os.environ.get("KEEP"):
            self.say(f"kept: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)
        self.say(f"{'FAILED: ' + '; '.join(self.failures) if self.failures else 'proof ' + self.name + ' holds'} "
                 f"({time.monotonic() - self.began:.0f} s, {self.surroundings()})")
        return 1 if self.failures else 0


class Caller:
    """One keep-alive connection, one key. Every answer that is no success, and every connection that breaks, is counted."""
    def __init__(self, base, key, counts, workspace=None):
        self.host = base.split("//")[1]
        self.key, self.counts = key, counts
        self.root = f"/api/v1/workspaces/{workspace}" if workspace else ""
        self.connection, self.used = None, 0.0

    def call(self, method, path, body=None, content_type="application/json"):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        began = time.monotonic()
        # The gateway closes what idles; to use such a connection would be this side's fault.
        if self.connection and began - self.used > 10:
            self.connection.close()
            self.connection = None
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, timeout=300)
            headers = {"Authorization": f"Bearer {self.key}"}
            if body is not None:
                headers["Content-Type"] = content_type
            self.connection.request(method, self.root + path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            self.counts.failed(f"{method} {path}: {error!r}")
            raise
        self.used = time.monotonic()
        self.counts.answered(self.used - began)
        if answer.status >= 300:
            self.counts.failed(f"{method} {path}: {answer.status} {text[:300]}")
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:2000]}")
        return json.loads(text) if text[:1] in b"{[" else text.decode()


class Counts:
    def __init__(self):
        self.lock = threading.Lock()
        self.requests, self.slowest, self.errors = 0, 0.0, []

    def answered(self, seconds):
        with self.lock:
            self.requests += 1
            self.slowest = max(self.slowest, seconds)

    def failed(self, text):
        with self.lock:
            self.errors.append(text)


class Worker(threading.Thread):
    """Runs `body` until told to stop; what it raises is a failure of the proof."""
    def __init__(self, proof, name, body):
        super().__init__(daemon=True)
        self.proof, self.label, self.body, self.error = proof, name, body, None
        self.start()

    def run(self):
        try:
            self.body()
        except BaseException as error:
            self.error = error
            if self.proof.is_over:
                return
            self.proof.say(f"  FAIL {self.label}: {error!r}")
            self.proof.failures.append(self.label)


def memory(pid, store):
    """MB: resident in all, and without the mapped files of `store`; and how many of those are mapped."""
    total = mapped = 0
    files, current = set(), None
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            if line[0] in "0123456789abcdef" and "-" in line.split(" ", 1)[0]:
                parts = line.split(None, 5)
                current = parts[5].strip() if len(parts) > 5 else ""
                if current.startswith(store):
                    files.add(current)
            elif line.startswith("Rss:"):
                size = int(line.split()[1])
                total += size
                if current.startswith(store):
                    mapped += size
    return total / 1024, (total - mapped) / 1024, len(files)


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                if int(fields[1]) == pid:
                    found.append(int(name))
            except OSError:
                pass
    return found
