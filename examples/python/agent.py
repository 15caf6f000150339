"""An app starts an agent, the agent reads from a server, renews, gives its token back. Plain HTTP, no SDK."""
import base64, json, os, secrets, urllib.error, urllib.request
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

BROKER = os.environ.get("AGENTWRIT_BROKER_URL", "http://127.0.0.1:8080")
RECORDS = os.environ.get("RECORDS_URL", "http://127.0.0.1:9090")
SCOPE = ["read:records:P-2014"]


class Refused(Exception):
    """The other side said no: `code` is for programs (docs/reference/wire-contract.md, 1.4), the rest for people."""

    def __init__(self, status, problem):
        self.code = problem.get("error_code", str(status))
        super().__init__(f"{self.code}: {problem.get('detail', '')}")


def ask(url, body=None, bearer=None, **headers):
    """A POST when there is a body, else a GET; the answer as a dict, None for 204. Never write a bearer to a log."""
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=10) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise Refused(error.code, json.loads(error.read() or b"{}")) from None


def start_agent(client_id, client_secret, orch_id, task_id):
    """The app asks for a launch token, good for one agent at one task; the agent proves a fresh key with it."""
    app = ask(f"{BROKER}/v1/app/auth", {"client_id": client_id, "client_secret": client_secret})
    launch = ask(
        f"{BROKER}/v1/app/launch-tokens",
        {"agent_name": f"{orch_id}/{task_id}", "allowed_scope": SCOPE, "orch_id": orch_id, "task_id": task_id},
        bearer=app["access_token"],
    )
    key = Ed25519PrivateKey.generate()
    nonce = ask(f"{BROKER}/v1/challenge")["nonce"]
    return ask(f"{BROKER}/v1/register", {
        "launch_token": launch["launch_token"],
        "nonce": nonce,
        "public_key": to_base64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "signature": to_base64(key.sign(bytes.fromhex(nonce))),  # the 32 bytes, not their hex
        "orch_id": orch_id,
        "task_id": task_id,
        "requested_scope": SCOPE,
    })


def renew(token):
    """The old token is dead at once. With the key, a renewal whose answer was lost can be asked for again for 30 s."""
    key = {"Idempotency-Key": secrets.token_hex(16)}
    for attempt in range(3):
        try:
            return ask(f"{BROKER}/v1/token/renew", {}, token, **key)
        except (urllib.error.URLError, TimeoutError):
            if attempt == 2:
                raise


def to_base64(data):
    return base64.b64encode(data).decode()


def try_to_read(token, patient):
    try:
        print(f"records of {patient}:", ask(f"{RECORDS}/patients/{patient}", bearer=token)["name"])
    except Refused as refused:
        print(f"records of {patient}: {refused.code}")


if __name__ == "__main__":
    registered = start_agent(os.environ["AGENTWRIT_CLIENT_ID"], os.environ["AGENTWRIT_CLIENT_SECRET"], "clinic", "visit-7")
    token = registered["access_token"]
    try:
        print("agent:", registered["agent_id"])
        try_to_read(token, "P-2014")
        try_to_read(token, "P-2077")
        first, token = token, renew(token)["access_token"]
        print("renewed")
        try_to_read(first, "P-2014")
        try_to_read(token, "P-2014")
    finally:
        ask(f"{BROKER}/v1/token/release", {}, token)
    print("released")
    try_to_read(token, "P-2014")
