"""What a receiver of proofs that kill the gateway has noted (receivers/noting.py), as requests."""
import json, os, sys, time, urllib.request


class Noted:
    def __init__(self, proof, delay):
        self.log = proof.path("received")
        here = os.path.dirname(os.path.abspath(__file__))
        _, self.url = proof.spawn([sys.executable, f"{here}/receivers/noting.py", self.log, "--delay-ms", str(delay)], "receiver")
        self.place, self.rest, self.requests = 0, b"", {}

    def read(self):
        """All requests as far as they are noted: number → {"got", "answered" (None: not yet), "rows"}."""
        if os.path.exists(self.log):
            with open(self.log, "rb") as file:
                file.seek(self.place)
                text = self.rest + file.read()
                self.place = file.tell()
            *lines, self.rest = text.split(b"\n")
            for line in map(json.loads, lines):
                if "got" in line:
                    self.requests[line["got"]] = {"got": line["at"], "answered": None, "rows": line["rows"]}
                else:
                    self.requests[line["answers"]]["answered"] = line["at"]
        return self.requests

    def rows(self):
        return sum(len(request["rows"]) for request in self.read().values())

    def settled(self):
        """How many requests there are once the receiver has read what the killed gateway had sent: all after are of the next life.
        The connections end with the gateway, and the receiver's threads with them."""
        while self.connections():
            time.sleep(0.01)
        return len(self.read())

    def connections(self):
        """How many the receiver has, but for the one that asks."""
        with urllib.request.urlopen(self.url + "connections") as answer:
            return int(answer.read()) - 1
