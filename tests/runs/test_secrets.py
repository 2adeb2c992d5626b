"""No key stands in anything that vqagen prints or writes, whatever the endpoint says back."""
import base64
import json
import re
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import RunTest, samples_images

FIRST = "sk-first-9Zx81kQmWv0aTr5LpE3u"
SECOND = "plain9Zx81kQmWv0aTr5LpE3uSecond"
FILED = "sk-filed-7Yc62jPnXw1bUs4MqD8v"
PASSWORD = "pr0xyPassw0rd-5Tg"
TOLD = base64.b64encode(f"user:{PASSWORD}".encode()).decode()  # as a proxy is told it
SECRETS = (FIRST, SECOND, FILED, PASSWORD, TOLD)


class Gossip(BaseHTTPRequestHandler):
    """An endpoint that repeats the whole request's headers in its refusal, and with 422 the body too."""
    protocol_version = "HTTP/1.1"
    status = 400

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.status == 422:
            # The key lies across the 2000th byte, where what is kept of a refusal ends.
            body = f'{{"detail":"{"x " * 985}{self.headers["Authorization"]}", "input":{sent}}}'.encode()
            self.answer(body)
            return
        said = " ".join(f"{name}: {value};" for name, value in self.headers.items())
        self.answer(json.dumps({"error": {"message": f"bad request, headers were {said}", "type": "invalid"}}).encode())

    def answer(self, body):
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("x-request-id", self.headers.get("Authorization", "none"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_CONNECT = lambda self: self.send_error(404)

    def log_message(self, *_):
        pass


class Secrets(RunTest):
    def gossip(self, status):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Gossip)
        server.status, server.daemon_threads = status, True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}/v1"

    def setUp(self):
        super().setUp()
        self.runs = 0
        self.key_file = self.folder / "key.txt"
        self.key_file.write_text(FILED + "\n")
        self.key_file.chmod(0o600)

    def look(self, *arguments):
        """Runs vqagen with secrets in its environment, and looks for them in what it says."""
        done = self.vqagen(*arguments, environment={"VQAGEN_API_KEY": FIRST, "ONE_KEY": FIRST, "TWO_KEY": SECOND,
                                                    "https_proxy": f"http://user:{PASSWORD}@127.0.0.1:9"})
        self.assertNotIn(done.returncode, (2, -11, -6), f"{arguments}: {done.stderr}")
        self.runs += 1
        for secret in SECRETS:
            self.assertNotIn(secret, done.stdout + done.stderr, arguments)
        return done

    def look_at(self, *where, out):
        loud = ("--trace", "client,retry,pace", "--log", out.with_suffix(".jsonl"), "--verbose")
        common = (samples_images(), "--limit", 2, "--per-image", 1, "--retries", 1, "--retry-wait", "10ms", "--model", "m")
        self.look("generate", *common, "-o", out, *where, *loud, "--summary-json", out.with_suffix(".summary"))
        self.look("generate", *common, *where, "--show-settings")
        self.look("generate", *common, *where, "--dry-run")
        for command in (("show", out), ("show", out, "--json"), ("diagnose", out), ("diagnose", out, "--json")):
            self.look(*command)
        failures = out / "failures.jsonl"
        for line in failures.read_text().splitlines()[:1] if failures.exists() else ():
            item = json.loads(line)["id"]
            proxy = where[2:] if "--proxy" in where else ()
            self.look("diagnose", out, "--replay", item, *proxy)
            self.look("diagnose", out, "--replay", item, "--json")
            self.look("show", out, "--item", item)
            self.look("show", out, "--item", item, "--json")

    def test_nothing_that_is_said_or_written_holds_a_key(self):
        jobs = []
        for status in (400, 401):
            url = self.gossip(status)
            for name, where in (("one", ("--base-url", url)),
                                ("file", ("--base-url", url, "--api-key-file", self.key_file)),
                                ("several", ("--endpoints", f"{url},name=a,key_variable=ONE_KEY",
                                             "--endpoints", f"{url},name=b,key_variable=TWO_KEY")),
                                ("proxy", ("--base-url", url, "--proxy", url.replace("//", f"//user:{PASSWORD}@")))):
                jobs.append((self.look_at, where, {"out": self.folder / f"{name}{status}"}))
            diagnose = ("diagnose", "--base-url", url, "--model", "m")
            jobs += [(self.look, (*diagnose, *more), {}) for more in (
                ("--json",), ("--api-key-file", self.key_file), ("--proxy", f"http://user:{PASSWORD}@127.0.0.1:9"))]
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(what, *words, **more) for what, words, more in jobs]:
                done.result()
        self.look("prepare", samples_images(), "-o", self.folder / "prepared", "--verbose")
        self.key_file.unlink()
        written = [path for path in self.folder.rglob("*") if path.is_file()]
        self.assertTrue({"run.db", "run.json", "failures.jsonl"} <= {path.name for path in written})
        for path in written:
            for secret in SECRETS:
                self.assertNotIn(secret.encode(), path.read_bytes(), path)
        self.assertGreater(self.runs, 60)

    def test_what_is_kept_of_a_refusal_holds_no_part_of_a_key_and_no_image(self):
        out = self.folder / "out"
        self.look("generate", samples_images(), "--limit", 1, "--per-image", 1, "--retries", 0, "--model", "m", "-o", out,
                  "--base-url", self.gossip(422))
        row = json.loads((out / "failures.jsonl").read_text().splitlines()[0])
        self.assertIn("Bearer sk-f...pE3u", row["reply"])
        for path in (out / "failures.jsonl", out / "run.db"):
            self.assertNotIn(FIRST[:8].encode(), path.read_bytes(), path)
            self.assertIsNone(re.search(rb"[A-Za-z0-9+/]{300}", path.read_bytes()), path)


if __name__ == "__main__":
    unittest.main()
