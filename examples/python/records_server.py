"""A server with data that asks the broker about every token it is shown, and denies whatever it cannot decide."""
import json, os, re, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BROKER = os.environ.get("AGENTWRIT_BROKER_URL", "http://127.0.0.1:8080")
PORT = int(os.environ.get("RECORDS_PORT", "9090"))
PATIENTS = {"P-2014": "Elena Marchetti", "P-2077": "Tomasz Nowak"}


def covers(held, needed):
    """Scopes are action:resource:identifier; a `*` counts only as the whole identifier."""
    action, resource, _ = needed.split(":", 2)
    return held in (needed, f"{action}:{resource}:*")


def claims_of(token):
    """What a live token says; None for any other. Whoever keeps this answer serves the dead meanwhile."""
    body = json.dumps({"token": token}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{BROKER}/v1/token/validate", body), timeout=5) as answer:
        result = json.load(answer)
        return result["claims"] if result["valid"] is True else None


def decide(path, authorizations):
    """The answer to a request with these Authorization headers: status, body and the challenge of RFC 6750, if any."""
    found = re.fullmatch(r"/patients/([A-Za-z0-9-]+)", path)
    if not found:
        return 404, {"error_code": "not_found"}, None
    bearer = re.fullmatch(r"Bearer ([\w.~+/=-]+)", authorizations[0]) if len(authorizations) == 1 else None
    if not bearer:
        return 401, {"error_code": "unauthorized"}, "Bearer"
    try:
        claims = claims_of(bearer[1])
    except Exception:  # unreachable, or an answer that is none: nobody knows, so nobody may
        return 503, {"error_code": "service_unavailable"}, None
    if claims is None:
        return 401, {"error_code": "unauthorized"}, 'Bearer error="invalid_token"'
    needed = f"read:records:{found[1]}"
    if not any(covers(held, needed) for held in claims["scope"]):
        return 403, {"error_code": "insufficient_scope"}, f'Bearer error="insufficient_scope", scope="{needed}"'
    if found[1] not in PATIENTS:
        return 404, {"error_code": "not_found"}, None
    return 200, {"id": found[1], "name": PATIENTS[found[1]]}, None


class Records(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body, challenge = decide(self.path, self.headers.get_all("Authorization", []))
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status == 200 else "application/problem+json")
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        """Quiet: this is an example."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Records).serve_forever()
