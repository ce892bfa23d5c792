"""Lets schemathesis loose on a live gateway with its own OpenAPI file: every operation, examples, edges of every schema, random
requests and chains of calls, with the key of one workspace and then of another, and an operator's.

Goal: the file is valid OpenAPI 3.1; no 5xx; no answer whose status, type, headers or body are not described; what a schema
forbids is refused and what it allows is not a 400; keys are asked for; nothing of the other workspace is in any answer, and the
other's key opens nothing. Checker: schemathesis with all its checks, and Tests/Proofs/api/tessera_hooks.py.

usage: schemathesis.py PREFIX [--seed N] [--short]
"""
import copy, json, os, re, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from live_gateway import LiveGateway
from proof import Caller, Counts, Proof, arguments

options = arguments(seconds=int)
# The short form is bounded by its examples alone: a time would leave little of it on a busy machine.
SECONDS, EXAMPLES, PHASES = (None, 2, "examples,stateful") if options.short else (options.seconds or 300, 60, "examples,coverage,fuzzing,stateful")
proof = Proof("schemathesis", options.prefix, options.seed,
              f"schemathesis over the whole API with two workspaces' keys, {f'{SECONDS} s each, ' if SECONDS else ''}{EXAMPLES} examples an operation")
TOOLS = os.path.join(proof.root, ".build", "schemathesis")
HOOKS = os.path.join(proof.root, "Tests", "Proofs", "api")

CONFIG = """
seed = {seed}
continue-on-failure = true
request-timeout = {patience}
max-stream-events = 50
[parameters]
"path.workspace" = "{workspace}"
"header.X-Workspace-ID" = "{workspace}"
[auth.openapi.workspaceKey]
bearer = "{key}"
[auth.openapi.serverKey]
bearer = "{operator}"
[checks]
# A schema does not know columns, ids, graphs, versions, plugins, nor how large a body may be in all: these answers to what it
# allows are right, a 400 is not.
positive_data_acceptance.expected-statuses = ["2xx", "304", 401, 403, 404, 409, 412, 413, 422, 429]
# What is too large, or of another version, is refused for that before it is looked at.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
[generation]
database = "none"
[phases.examples]
fill-missing = true
"""


def workspace(gateway, inbox, mark):
    """Things of every kind, named so that they are known wherever they turn up."""
    model, keys = gateway.people(3)
    gateway.call("PUT", f"/models/{model}", {"name": f"{mark}-model"})
    destination = gateway.destination({"url": inbox})
    gateway.call("PUT", f"/destinations/{destination}", {"name": f"{mark}-destination"})
    at_work = gateway.journey(model, destination)
    gateway.call("PUT", f"/journeys/{at_work}", {"name": f"{mark}-journey"})
    run = gateway.trigger(at_work)
    gateway.finish(at_work, run)
    draft = gateway.call("POST", "/journeys", {"name": f"{mark}-draft", "parent_model_id": model})["id"]
    spare = gateway.call("POST", "/api-keys", {"name": f"{mark}-key", "role": "viewer"})["id"]
    own = next(key["id"] for key in gateway.call("GET", "/api-keys") if key["id"] != spare)
    ids = {"journey": [at_work, draft], "run": [run], "model": [model], "destination": [destination],
           "source": [gateway.source], "key": [spare, own], "member": keys, "table": ["people"], "schema": ["main"],
           "plugin": ["dev.tessera.wait", "dev.tessera.slack"]}
    secret = [gateway.key, mark, run, at_work, draft, model, destination, gateway.source, spare, own]
    return {"workspace": gateway.workspace, "key": gateway.key, "key_id": own, "ids": ids, "secret": secret}


def attack(gateway, name, own, other, inbox, operator, operations):
    with open(proof.path("world.json"), "w") as file:
        json.dump({"own": own, "other": other, "inbox": inbox, "seed": options.seed}, file)
    with open(proof.path("schemathesis.toml"), "w") as file:
        file.write(CONFIG.format(seed=options.seed, patience=30 * Proof.patience, workspace=own["workspace"], key=own["key"], operator=operator))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([TOOLS, HOOKS]), TESSERA_WORLD=proof.path("world.json"),
                       SCHEMATHESIS_HOOKS="tessera_hooks")
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", proof.path("schemathesis.toml"), "run", proof.path("openapi.json"),
         "--url", gateway.base, "--checks", "all", "--phases", PHASES, "--max-examples", str(EXAMPLES), 
         *(["--max-time", str(SECONDS)] if SECONDS else []), "--no-color", "--suppress-health-check", "all", "--warnings", "off"],
        cwd=proof.directory, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=((SECONDS or 30) * 3 + 60) * Proof.patience)
    lines = run.stdout.splitlines()
    if run.returncode:
        proof.say("\n".join(lines[-400:]))
    for line in lines:
        if any(word in line for word in ("ids put in", " generated, ", "API Links:", "Scenarios:")):
            proof.say("  " + line.strip())
    proof.check(f"{name}: every check of schemathesis held", run.returncode == 0, f"status {run.returncode}" if run.returncode else "")
    tested = re.search(r"Tested: (\d+)", run.stdout)
    proof.check(f"{name}: every operation was called", tested and int(tested.group(1)) == operations, tested.group(0) if tested else "none")
    # Without its key all that was called answered 401.
    caller = Caller(gateway.base, own["key"], Counts(), own["workspace"])
    proof.check(f"{name}: its key is good still", caller.call("GET", "/api-keys/" + own["key_id"])["status"] == "active")


def prove():
    if not os.path.isdir(TOOLS):
        raise RuntimeError("schemathesis is not there: scripts/prove and scripts/test install it")
    _, inbox = proof.spawn([os.path.join(options.prefix, "bin", "tessera"), "receiver", "--listen", "127.0.0.1:0", "--quiet"], "receiver")
    # It asks for many things without a key, and wants to see the 401.
    gateway = LiveGateway(proof, "--strangers-per-address", "0")
    made = subprocess.run([gateway.tessera, "key", "create", "--data", gateway.data, "--role", "operator"], check=True, capture_output=True, text=True)
    operator = json.loads(made.stdout)["api_key"]
    server = Caller(gateway.base, operator, Counts())
    second = copy.copy(gateway)
    keys = server.call("POST", "/api/v1/workspaces", {"name": "Other"})
    second.workspace, second.source, second.key = keys["id"], keys["embedded_source_id"], keys["api_key"]
    second.caller = Caller(gateway.base, second.key, gateway.counts, second.workspace)

    description = Caller(gateway.base, "", Counts()).call("GET", "/api/v1/openapi.json")
    with open(proof.path("openapi.json"), "w") as file:
        json.dump(description, file)
    operations = sum(len(path) for path in description["paths"].values())
    valid = subprocess.run([sys.executable, "-m", "openapi_spec_validator", proof.path("openapi.json")], text=True,
                           env=dict(os.environ, PYTHONPATH=TOOLS), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    proof.check("the file is valid OpenAPI 3.1", valid.returncode == 0, "" if valid.returncode == 0 else valid.stdout[-500:])

    first_world, second_world = workspace(gateway, inbox, "alpha7c1"), workspace(second, inbox, "omega3f9")
    attack(gateway, "first workspace", first_world, second_world, inbox, operator, operations)
    attack(gateway, "second workspace", second_world, first_world, inbox, operator, operations)
    proof.check("the gateway answers still", server.call("GET", "/healthz") == {"status": "ok"})
    proof.check("the log has no error", not gateway.alarms(), gateway.alarms()[:3] or "")


sys.exit(proof.run(prove, 165 if options.short else SECONDS * 8))
