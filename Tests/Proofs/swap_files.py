"""The files of the proof `swaps`: good ones, each with a hash of its own, and broken ones in every way that shows up."""
import hashlib, json, os, time


class SwapFile:
    def __init__(self, kind, path, broken=""):
        self.kind, self.path, self.broken = kind, path, broken
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.sha256 = hashlib.sha256(self.bytes).hexdigest()


# Of each kind: its plugin id, its name in the watched directory, whether it is vouched for (and so stays in process).
KINDS = {"tile": ("com.example.hot", "hot.so", False), "webhook": ("dev.tessera.webhook", "webhook.so", True),
         "sync": ("dev.tessera.sync", "sync.so", True)}

# What C makes of each kind: (name, source, macros).
BROKEN = {
    "tile": [("wrong symbol", "hot.c", ["ENTRY=tessera_plugin_v2"]), ("crash in start", "hot.c", ["CRASH_IN_START"]),
             ("start fails", "hot.c", ["START_STATUS=3"]), ("branch gone", "hot.c", ['ODD="uneven"']),
             ("config refused", "hot.c", ["REFUSE_LIVE"]), ("lying size", "hot.c", ["PLUGIN_SIZE=8"]),
             ("null table", "hot.c", ["NULL_TABLE"]), ("type gone", "hot.c", ['TYPE_ID="com.example.cold"']),
             ("truncated", None, 0.5), ("text", None, None)],
    "webhook": [("config refused", "refusing_webhook.c", []), ("truncated", None, 0.7),
                ("crash in start", "hot.c", ["CRASH_IN_START", 'PLUGIN_ID="dev.tessera.webhook"']),
                ("type gone", "hot.c", ['PLUGIN_ID="dev.tessera.webhook"', 'TYPE_ID="com.example.cold"']), ("text", None, None)],
    "sync": [("truncated", None, 0.3), ("type gone", "hot.c", ['PLUGIN_ID="dev.tessera.sync"', 'TYPE_ID="com.example.cold"']),
             ("wrong symbol", "hot.c", ["ENTRY=tessera_plugin_v2"]),
             ("crash in start", "hot.c", ["CRASH_IN_START", 'PLUGIN_ID="dev.tessera.sync"'])],
}


class Workshop:
    """Makes files in a folder that nobody watches."""
    def __init__(self, proof):
        self.proof, self.made = proof, 0
        self.folder = proof.path("files")
        os.makedirs(self.folder)
        self.sources = {}
        for kind, name in (("webhook", "webhook.so"), ("sync", "sync.so")):
            with open(os.path.join(proof.prefix, "lib", "tessera", "plugins", name), "rb") as file:
                self.sources[kind] = file.read()
        proof.compile("hot.c", os.path.join(self.folder, "base.so"))
        with open(os.path.join(self.folder, "base.so"), "rb") as file:
            self.sources["tile"] = file.read()
        self.compiled = {}

    def _write(self, kind, content, broken=""):
        self.made += 1
        path = os.path.join(self.folder, f"{self.made:03d}-{kind}.so")
        with open(path, "wb") as file:
            file.write(content)
        return SwapFile(kind, path, broken)

    def mark(self):
        """Bytes behind the end of the ELF file: the same plugin with another hash."""
        return f"proof swaps, seed {self.proof.seed}, file {self.made + 1}\n".encode()

    def good(self, kind):
        return self._write(kind, self.sources[kind] + self.mark())

    def broken(self, kind, index):
        name, source, how = BROKEN[kind][index % len(BROKEN[kind])]
        if source:
            key = (source, *how)
            if key not in self.compiled:
                output = os.path.join(self.folder, "compiled.so")
                self.proof.compile(source, output, *how)
                with open(output, "rb") as file:
                    self.compiled[key] = file.read()
            content = self.compiled[key] + self.mark()
        elif name == "truncated":
            content = self.sources[kind][:int(len(self.sources[kind]) * how)] + self.mark()
        else:
            content = b"this is a letter, not a plugin\n" + self.mark()
        return self._write(kind, content, name)


class WatchedDirectory:
    """The plugin directory of the operator: files are put in place by rename and by copy in turn."""
    def __init__(self, path):
        self.path = path
        self.locked = []
        os.makedirs(path, mode=0o755)

    def vouch(self, file):
        """The lock entry comes before the file, the newest first."""
        secrets = file.kind == "sync"
        self.locked.insert(0, {"file": KINDS[file.kind][1], "sha256": file.sha256, "isolation": "inproc", "secrets": secrets})
        with open(self.path + "/plugins.lock.new", "w") as lock:
            json.dump({"plugins": self.locked}, lock, indent=1)
        os.chmod(self.path + "/plugins.lock.new", 0o644)
        os.rename(self.path + "/plugins.lock.new", self.path + "/plugins.lock")

    def put(self, file, by_rename):
        """Gives the time at which the file was complete."""
        target = os.path.join(self.path, KINDS[file.kind][1])
        if by_rename:
            with open(target + ".new", "wb") as new:
                new.write(file.bytes)
            os.chmod(target + ".new", 0o644)
            os.rename(target + ".new", target)
        else:
            # In two halves with a pause: what lies there meanwhile must never be loaded.
            with open(target, "wb", buffering=0) as old:
                old.write(file.bytes[:len(file.bytes) // 2])
                time.sleep(0.02)
                old.write(file.bytes[len(file.bytes) // 2:])
        return time.monotonic()
