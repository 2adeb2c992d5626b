"""An endpoint with whatever misconfiguration a test wants, before the simulator's model.

A Gateway looks at each request as its settings say: path, key, model, parameters, sizes. What it has no
objection to goes on to `vqagen simulate`, which truly looks at the picture, in the same protocol.
"""
import base64
import http.client
import json
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHAT = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages",
        "gemini": "/v1beta/models/simulated:generateContent"}


def openai_error(message, code=None, kind="invalid_request_error", param=None):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def anthropic_error(message, kind="invalid_request_error"):
    return {"type": "error", "error": {"type": kind, "message": message}}


def gemini_error(status, code, message, reason=None):
    error = {"code": code, "message": message, "status": status}
    if reason:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return {"error": error}


def jpeg_sides(data):
    """Width and height from a JPEG's frame header."""
    at = 2
    while at + 9 < len(data):
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if 0xC0 <= marker <= 0xC2:
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            return width, height
        at += 2 + length
    return 0, 0


class Request:
    """What a chat request holds, whatever its protocol."""

    def __init__(self, body):
        self.raw = body
        self.body = json.loads(body)
        self.images = []
        self.names = set(self.body) | set(self.body.get("generationConfig", {}))
        self.collect(self.body)
        self.system = bool(self.body.get("system") or self.body.get("systemInstruction")) or any(
            message.get("role") == "system" for message in self.body.get("messages", []))

    def collect(self, value):
        if isinstance(value, list):
            for part in value:
                self.collect(part)
        elif isinstance(value, dict):
            for name, part in value.items():
                if name == "url" and isinstance(part, str) and ";base64," in part:
                    self.images.append(part.split(",", 1)[1])
                elif name == "data" and isinstance(part, str):
                    self.images.append(part)
                else:
                    self.collect(part)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, content_type="application/json", headers=()):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, refusal):
        """(status, body) or (status, body, content type) or with headers too; or a word."""
        if refusal == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif refusal == "stall":
            self.gateway.closing.wait(20)
            self.close_connection = True
        elif refusal == "trickle":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices":[')
            self.wfile.flush()
            self.gateway.closing.wait(20)
            self.close_connection = True
        elif refusal == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"choices":[')
            self.close_connection = True
        else:
            self.reply(*refusal)

    def do_CONNECT(self):
        self.gateway.count()
        self.refuse(self.gateway.always or (403, ""))

    def do_GET(self):
        self.gateway.count()
        want = self.gateway
        if want.always and not want.lists_models:
            return self.refuse(want.always)
        if want.models is None or self.path.split("?")[0] != want.path.rsplit("/chat/", 1)[0] + "/models":
            return self.refuse(want.missing)
        self.reply(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in want.models]})

    def do_POST(self):
        want = self.gateway
        want.count()
        length = int(self.headers.get("Content-Length", 0))
        if want.early is not None and length > want.early[0]:
            # As nginx does: the refusal goes out while the body still comes in.
            self.refuse(want.early[1])
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if want.always:
            return self.refuse(want.always)
        if self.path != want.path:
            return self.refuse(want.missing)
        if want.key is not None and want.key != (self.headers.get("Authorization", "").replace("Bearer ", "")
                                                 or self.headers.get("x-api-key")
                                                 or self.headers.get("x-goog-api-key")):
            return self.refuse(want.key_refusal)
        request = Request(body)
        refusal = want.objection(request)
        if refusal is not None:
            return self.refuse(refusal)
        with want.lock:
            want.working += 1
            busy = want.together is not None and want.working > want.together[0]
            if busy:
                want.met.set()
        try:
            if busy:
                return self.refuse(want.together[1])
            if want.together is not None and want.chats >= want.together[2]:
                want.met.wait(3)  # for another one that was sent at once with this one
            self.forward(request)
        finally:
            with want.lock:
                want.working -= 1
                if want.working == 0:
                    want.met.clear()

    def forward(self, request):
        want = self.gateway
        if want.blind is not None and request.images:
            return self.reply(200, {"choices": [{"message": {"role": "assistant", "content": want.blind},
                                                 "finish_reason": "stop"}]})
        backend = http.client.HTTPConnection("127.0.0.1", want.backend, timeout=60)
        path = CHAT[want.protocol] if not self.path.endswith("?alt=sse") else self.path
        backend.request("POST", path, request.raw, {"Content-Type": "application/json",
                                                    "anthropic-version": "2023-06-01"})
        answer = backend.getresponse()
        self.reply(answer.status, answer.read(), answer.getheader("Content-Type"))
        backend.close()


class Gateway:
    """Serves until it is closed. What each setting refuses is (status, body...), see Handler.refuse."""

    def __init__(self, backend, protocol="openai", path=None, always=None, missing=(404, {"detail": "Not Found"}),
                 key=None, key_refusal=None, models=None, lists_models=False, model=None, no_vision=None,
                 blind=None, max_base64=None, max_side=None, early=None, refuse=None, refuse_value=None,
                 system=None, schema=None, structured=None, stream=None, together=None, max_body=None,
                 certificate=None, turns=None):
        self.backend, self.protocol, self.always, self.missing = backend, protocol, always, missing
        self.path = path or CHAT[protocol]
        self.key, self.key_refusal = key, key_refusal
        self.models, self.lists_models, self.model = models, lists_models, model
        self.no_vision, self.blind, self.system = no_vision, blind, system
        self.max_base64, self.max_side, self.early, self.max_body = max_base64, max_side, early, max_body
        self.refused, self.refused_value = refuse or {}, refuse_value or {}
        self.schema, self.structured, self.stream, self.together = schema, structured, stream, together
        self.turns = turns  # (every nth chat request, refusal)
        self.requests, self.working, self.chats = 0, 0, 0
        self.lock, self.closing, self.met = threading.Lock(), threading.Event(), threading.Event()
        handler = type("Handler", (Handler,), {"gateway": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def count(self):
        with self.lock:
            self.requests += 1

    def objection(self, request):
        """What there is to mind about a request; None: nothing."""
        self.chats += 1
        if self.turns is not None and self.chats % self.turns[0] == 0:
            return self.turns[1]
        for image in request.images:
            if self.no_vision is not None:
                return self.no_vision
            if self.max_base64 is not None and len(image) > self.max_base64[0]:
                return self.max_base64[1]
            if self.max_side is not None and max(jpeg_sides(base64.b64decode(image))) > self.max_side[0]:
                return self.max_side[1]
        if self.max_body is not None and len(request.raw) > self.max_body[0]:
            return self.max_body[1]
        if self.model is not None and request.body.get("model") != self.model[0]:
            return self.model[1]
        for name, refusal in self.refused.items():
            if name in request.names:
                return refusal
        for name, (largest, refusal) in self.refused_value.items():
            if request.body.get(name, 0) > largest:
                return refusal
        if self.system is not None and request.system:
            return self.system
        asked = (request.body.get("response_format") or {}).get("type")
        if self.schema is not None and asked == "json_schema":
            return self.schema
        if self.structured is not None and asked is not None:
            return self.structured
        if self.stream is not None and request.body.get("stream"):
            return self.stream
        return None

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Listener:
    """A port that accepts connections and says the same bytes to each."""

    def __init__(self, greeting=b""):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        self.greeting = greeting
        self.requests = 0
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    connection.sendall(self.greeting)
                    connection.recv(65536)
                except OSError:
                    pass

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        self.thread.join()
