"""Endpoints set up wrongly, as data: tests/cases/setup/*.setups (its README says how one is written).

A Setup is one block of such a file; Stand plays its server: the first rule that fits a request answers it, and
what no rule minds goes on to the simulator.
"""
import base64
import json
import re

from gateway import Gateway, Handler, jpeg_sides


class Setup:
    def __init__(self, name, lines):
        self.name, self.rules, self.moves = name, [], []
        self.expect, self.url, self.key, self.drop = "", "{base}/v1", "sk-proj-0a1b2c3d4e5f6a7b8c9d0e1f2a3b", False
        self.args, self.model, self.says = [], "vision-1", []
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "rule":
                condition, _, action = rest.partition(" => ")
                self.rules.append((condition, action))
            elif word == "move":
                self.moves.append(rest.split(" => "))
            elif word == "args":
                self.args = rest.split()
            elif word == "says":
                self.says.append(rest)
            elif line == "drop image":
                self.drop = True
            elif word in ("expect", "url", "key", "model"):
                setattr(self, word, rest)
            else:
                raise ValueError(f"{name}: no line is called '{word}'")

    @property
    def large(self):
        """Whether images have to be large for the rules to mind them."""
        return any(re.match("image-bytes>|image-side>|body>", condition) for condition, _ in self.rules)


def read_setups(path):
    setups, name, lines = [], None, []
    for line in path.read_text(encoding="utf-8").splitlines() + ["=== end"]:
        if line.startswith("=== "):
            if name is not None:
                setups.append(Setup(name, lines))
            name, lines = line[4:], []
        elif line and not line.startswith("#"):
            lines.append(line)
    return setups


class StandHandler(Handler):
    def do_GET(self):
        self.serve(b"")

    do_CONNECT = do_GET

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def serve(self, body):
        stand = self.gateway
        with stand.lock:
            stand.working += 1
            stand.requests += 1
            busy = stand.working
        try:
            self.answer(Asked(self, body, busy))
        finally:
            with stand.lock:
                stand.working -= 1

    def answer(self, asked):
        stand = self.gateway
        if stand.meets and asked.method == "POST" and stand.requests > 7:
            stand.closing.wait(0.3)  # so that requests sent at once meet here
            asked.busy = max(asked.busy, stand.working)
        for condition, action in stand.setup.rules:
            if asked.fits(condition):
                return self.act(action, asked)
        for old, new in stand.setup.moves:
            if asked.path.startswith(old):
                asked.path = new + asked.path[len(old):]
        return self.pass_on(asked)

    def pass_on(self, asked):
        if asked.method == "GET":
            if asked.path != "/v1/models":
                return self.reply(404, {"error": {"message": f"Unknown request URL: GET {asked.path}"}})
            return self.reply(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in ("text-1", "vision-1")]})
        if not asked.path.startswith("/v1/"):
            return self.reply(404, {"detail": "Not Found"})
        if asked.images and self.gateway.setup.drop:
            return self.reply(200, {"choices": [{"message": {"role": "assistant", "content": "A busy street."}, "finish_reason": "stop"}]})
        return self.forward(asked)

    def act(self, action, asked):
        word = action.split(" ")[0].strip()
        if word in ("close", "hang", "cut-length"):
            return self.refuse({"close": "reset", "hang": "stall", "cut-length": "cut"}[word])
        if word == "cut-chunked":
            self.head(200, [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")])
            self.wfile.write(b'c\r\n{"choices":[\r\n')
        elif word == "cut-stream":
            self.head(200, [("Content-Type", "text/event-stream")])
            self.wfile.write(b'data: {"choices":[{"index":0,"delta":{"content":"re"}}]}\n\n')
        elif word == "raw":
            self.wfile.write(action[4:].encode() + b"\r\n")
        elif word == "as-if-no-stream":
            self.reply(200, {"choices": [{"message": {"role": "assistant", "content": '{"answer":"red","explanation":"It is red."}'},
                                          "finish_reason": "stop"}]})
            return None
        else:
            status, headers, body = re.fullmatch(r"(\d+) ?(?:\[([^\]]*)\])? ?(.*)", action, re.S).groups()
            headers = [tuple(header.split(": ", 1)) for header in (headers or "").split("; ") if header]
            kind = dict((name.lower(), value) for name, value in headers).get("content-type", "application/json" if body[:1] in "{[" else "text/plain")
            return self.reply(int(status), body.replace("\\n", "\n"), kind, [header for header in headers if header[0].lower() != "content-type"])
        self.close_connection = True
        return None

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()


class Asked:
    """A request, and whether a rule's condition holds of it."""

    def __init__(self, handler, raw, busy):
        self.method, self.path, self.headers, self.raw, self.busy = handler.command, handler.path, handler.headers, raw, busy
        self.path = re.sub(r"^http://[^/]*", "", self.path)
        try:
            self.body = json.loads(raw)
        except ValueError:
            self.body = {}
        self.images = re.findall(rb'data:image/\w+;base64,([^"]*)', raw)
        self.names = set(self.body)

    def fits(self, condition):
        if condition == "always":
            return True
        if condition in ("image", "stream", "no-stream", "system"):
            return self.method == "POST" and {"image": bool(self.images), "stream": bool(self.body.get("stream")),
                    "no-stream": not self.body.get("stream"),
                    "system": any(turn.get("role") == "system" for turn in self.body.get("messages", []))}[condition]
        name, sign, value = re.fullmatch(r"([\w-]+)(!=|\^=|=|>|:)(.*)", condition).groups()
        if name == "path":
            found = self.path.split("?")[0]
            return found.startswith(value) if sign == "^=" else (found in value.split(",")) == (sign == "=")
        if name == "method":
            return self.method == value
        if name == "model":
            return self.method == "POST" and (self.body.get("model") == value) == (sign == "=")
        if name in ("param", "no-param"):
            return self.method == "POST" and (value in self.names) == (name == "param")
        if name in ("header", "no-header"):
            return (value in self.headers) == (name == "header")
        if name == "schema":
            return (self.body.get("response_format") or {}).get("type") == value
        most = {"image-bytes": lambda: max(map(len, self.images), default=0), "body": lambda: len(self.raw),
                "image-side": lambda: max((max(jpeg_sides(base64.b64decode(image))) for image in self.images), default=0),
                "concurrent": lambda: self.busy if self.method == "POST" else 0}
        return (most[name]() if name in most else self.body.get(name, 0)) > int(value)


class Stand(Gateway):
    def __init__(self, backend, setup, **more):
        self.setup = setup
        self.meets = any(condition.startswith("concurrent") for condition, _ in setup.rules)
        super().__init__(backend, **more)
        self.server.RequestHandlerClass = type("Handler", (StandHandler,), {"gateway": self})
