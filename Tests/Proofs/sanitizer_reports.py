"""What ThreadSanitizer, AddressSanitizer and LeakSanitizer say, read from the files that they write, and grouped: by kind and by the
innermost call that is this package's, else by the innermost that is no allocator's. https://github.com/google/sanitizers/wiki"""
import os, re, subprocess

# The one line with which a report begins. FATAL and CHECK: the sanitizer itself could not go on, so nothing more was looked at.
HEAD = re.compile(r"^(?:==\d+==)?\s*(?:WARNING|ERROR|FATAL): (Thread|Address|Leak)Sanitizer:? (.*)|^.*(Thread|Address|Leak)Sanitizer: (CHECK failed.*|.* fatal error.*)")
LEAK = re.compile(r"^(Direct|Indirect) leak of (\d+) byte")
FRAME = re.compile(r"^\s+#\d+ (?:0x[0-9a-f]+ in )?(\S+) (.*)")
ALLOCATORS = re.compile(r"^(malloc|calloc|realloc|reallocarray|posix_memalign|aligned_alloc|memalign|strdup|__interceptor_.*|operator new.*|swift_slowAlloc\w*|swift_alloc\w*|_?swift_\w*[aA]lloc\w*)$")
OURS = re.compile(r"/(Sources|Tests|Plugins|Benchmarks)/")


class Report:
    def __init__(self, kind, text):
        self.kind, self.text = kind, text
        frames = [found.groups() for found in map(FRAME.match, first_stack(text)) if found]
        others = [frame for frame in frames if not ALLOCATORS.match(frame[0])]
        ours = [frame for frame in others if OURS.search(frame[1])]
        function, place = (ours or others or frames or [("unknown", "")])[0]
        self.group = (kind, function, re.sub(r" \(.*", "", place).rsplit("/", 1)[-1])


def first_stack(lines):
    """The lines of the first stack: what raced, overflowed or was allocated."""
    stack = []
    for line in lines:
        if FRAME.match(line):
            stack.append(line)
        elif stack:
            break
    return stack


def reports(text):
    """All reports of a file; each leak is one, also those that hold each other (indirect ones alone are a cycle)."""
    found, current = [], None
    leaking = False
    for line in text.splitlines():
        head, leak = HEAD.match(line), LEAK.match(line)
        if head:
            name, what = head.group(1) or head.group(3), head.group(2) or head.group(4)
            leaking = "detected memory leaks" in what
            current = None if leaking else []
            if not leaking:
                found.append((f"{name}Sanitizer: {re.sub(r' *[(]pid=.*| on (unknown )?address.*| at pc .*', '', what)}", current))
        elif leak and leaking:
            current = [f"{leak.group(2)} bytes"]
            found.append((f"LeakSanitizer: {leak.group(1).lower()} leak", current))
        elif line.startswith(("SUMMARY:", "Shadow bytes", "ThreadSanitizer: reported")):
            current = None
        elif current is not None:
            current.append(line)
    return [Report(kind, lines) for kind, lines in found]


def read(directory, prefix, process=None):
    """(the reports of all files that sanitized processes have written, `prefix`.PID each; how many blocks were left in the one process that
    is given, which are no reports)."""
    found, left = [], 0
    for name in sorted(os.listdir(directory)):
        if name.startswith(prefix + "."):
            with open(os.path.join(directory, name), errors="replace") as file:
                more = reports(file.read())
            if name == f"{prefix}.{process}":
                left += sum(report.kind.startswith("LeakSanitizer") for report in more)
                more = [report for report in more if not report.kind.startswith("LeakSanitizer")]
            found += more
    return found, left


def demangled(text):
    """With names as Swift writes them, without the modules."""
    try:
        return subprocess.run(["swift", "demangle", "--compact", "--simplified"], input=text, capture_output=True, text=True, timeout=60).stdout or text
    except (OSError, subprocess.TimeoutExpired):
        return text


def tell(say, found, lines=24, most=12):
    """Says how many reports there are of each group, and shows the first of each."""
    groups = {}
    for report in found:
        groups.setdefault(report.group, []).append(report)
    shown = sorted(groups.items(), key=lambda group: (group[0][0] == "LeakSanitizer: indirect leak", -len(group[1])))
    if len(shown) > most:
        say(f"    {len(groups)} groups, of which {most}:")
    for (kind, function, place), members in shown[:most]:
        say(f"    {len(members):5} × {kind}: {demangled(function).strip()} ({place})")
        say(demangled("\n".join("          " + re.sub(r" \(BuildId.*", "", line)[:260] for line in members[0].text[:lines])).rstrip("\n"))
