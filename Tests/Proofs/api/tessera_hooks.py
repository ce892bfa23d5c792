"""Hooks of schemathesis for Tests/Proofs/schemathesis.py: puts real ids, of the caller's workspace and of the other one, in the
place of random ones; keeps requests on this machine; and holds every answer against what the other workspace has.

TESSERA_WORLD names a JSON file: {"own": {…}, "other": {…}, "inbox": URL, "seed": N}, each workspace as `ids` by parameter,
`key`, and `secret`: texts that only that workspace may be shown.
"""
import json, os, random, threading, uuid
import requests
import schemathesis

WORLD = json.load(open(os.environ["TESSERA_WORLD"]))
OWN, OTHER = WORLD["own"], WORLD["other"]
chance = random.Random(WORLD["seed"])
lock = threading.Lock()
# Ids that answers named: those of links, which stay as they are.
known = {id for ids in OWN["ids"].values() for id in ids}
# Fields of bodies that name something.
FIELDS = {"parent_model_id": "model", "source_id": "source", "destination_id": "destination"}
tried = {"own": 0, "other": 0, "replayed": 0}


def real(name):
    """An id of that name: mostly of the own workspace, now and then of the other."""
    whose = "other" if chance.random() < 0.15 and OTHER["ids"].get(name) else "own"
    ids = WORLD[whose]["ids"].get(name)
    if not ids:
        return None
    tried[whose] += 1
    return chance.choice(ids)


def rewritten(value, name=""):
    """A body with real ids, and with nothing that would leave this machine."""
    if isinstance(value, dict):
        return {key: rewritten(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [rewritten(item) for item in value]
    if isinstance(value, str):
        if "://" in value:
            return WORLD["inbox"]
        if name in FIELDS and value not in known and len(value) == 36 and chance.random() < 0.8:
            return real(FIELDS[name]) or value
    return value


def spare(case):
    """What all the rest stands on stays: the caller's own key, the one source, the plugins that journeys need."""
    path, label = case.path_parameters or {}, case.operation.label
    if (label.startswith("DELETE") or label.endswith("/rotate")) and str(path.get("key")).lower() == OWN["key_id"]:
        path["key"] = OTHER["key_id"]
    if label.startswith("DELETE") and str(path.get("source")).lower() in OWN["ids"]["source"]:
        path["source"] = OTHER["ids"]["source"][0]
    if label.endswith("/retire"):
        path["plugin"] = "dev.tessera.none"


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    return value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.hook
def before_call(context, case, **kwargs):
    with lock:
        meta = case.meta
        if isinstance(case.body, (dict, list)):
            case.body = rewritten(case.body)
        # A journey's events have no end, and are told in the tests: here of one that there is not.
        if case.operation.label.endswith("/journeys/{journey}/events"):
            case.path_parameters["journey"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            return
        if meta is not None and str(meta.generation.mode.value) == "positive":
            for name, value in (case.path_parameters or {}).items():
                if name in ("workspace", "id") or value in known:
                    continue
                if chance.random() < 0.8:
                    case.path_parameters[name] = real(name) or value
        spare(case)


@schemathesis.hook
def after_call(context, case, response):
    try:
        body = response.json()
    except ValueError:
        return
    items = body if isinstance(body, list) else body.get("data", [body]) if isinstance(body, dict) else []
    with lock:
        known.update(item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str))


def leaked(text, asked):
    """What of the other workspace is in an answer and was not in the request."""
    return [secret for secret in OTHER["secret"] if secret in text and secret not in asked]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Every path gets the workspace of the caller's key, whatever was thought up for that place: a wrong one never gets here, and
    what is in a new workspace can't be looked for there."""
    message = getattr(failure, "message", "")
    if "Invalid component: parameter `workspace` in path" in message:
        return False
    # Lines that are no rows are counted, and the others loaded.
    if case.operation.label.endswith("/rows") and "Invalid data should have been rejected" in message:
        return False
    return not ("a resource that was just created" in str(failure) and "`POST /api/v1/workspaces`" in str(failure))


@schemathesis.check
def no_other_workspace(ctx, response, case):
    """Nothing of the other workspace is in an answer; and with its key nothing of this one is to be had."""
    request = response.request
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("utf-8", "replace")
    # The request's id is said again in every answer.
    asked = request.url + body + request.headers.get("X-Request-Id", "")
    # OPTIONS is answered to everyone: it tells of the path and of nothing in it.
    if "/api/v1/workspaces/" not in request.url or request.method == "OPTIONS" or request.headers.get("Authorization") != "Bearer " + OWN["key"]:
        return
    found = leaked(response.text, asked)
    assert not found, f"{request.method} {request.url} shows of the other workspace: {found}"
    # The same call with the other workspace's key, now and then: refused here, and in the other workspace not known.
    if response.status_code >= 300 or chance.random() > 0.2:
        return
    headers = {name: value for name, value in request.headers.items() if name.lower() not in ("content-length", "x-workspace-id", "idempotency-key")}
    headers["Authorization"] = "Bearer " + OTHER["key"]
    tried["replayed"] += 1
    again = requests.request(request.method, request.url, data=request.body, headers=headers, timeout=30)
    assert again.status_code == 403, f"{request.method} {request.url} with the other workspace's key: {again.status_code} {again.text[:300]}"
    assert not [one for one in OWN["secret"] if one in again.text and one not in asked]
    if len(case.path_parameters or {}) > 1 and any(value in known for value in case.path_parameters.values()):
        moved = request.url.replace(OWN["workspace"], OTHER["workspace"])
        again = requests.request(request.method, moved, data=request.body, headers=headers, timeout=30)
        assert again.status_code in (404, 409, 412, 415, 422), f"{request.method} {moved} finds what is not there: {again.status_code} {again.text[:300]}"


@schemathesis.check
class met_both_workspaces:
    def after_run(self, ctx):
        with lock:
            print(f"ids put in: {tried['own']} of the own workspace, {tried['other']} of the other; "
                  f"{tried['replayed']} calls repeated with the other's key", flush=True)
