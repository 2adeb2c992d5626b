"""An endpoint that goes away, comes back, stands still or fails often: nothing is lost, nothing is asked twice."""
import json
import math
import re
import socket
import struct
import threading
import time
import unittest

from harness import SAMPLES, TIMEOUT, RunTest, own_port, read_lines, samples_images

LIMIT = 7  # images
NO_LINGER = struct.pack("ii", 1, 0)  # closing resets


class Gate:
    """A relay before a simulator, which goes away after so many requests: refuses connections ("refused"),
    or answers 503 ("503"), until it comes back."""

    def __init__(self, port, after, how):
        self.target, self.after, self.how = port, after, how
        self.requests = self.turned_away = 0
        self.away = False
        self.lock = threading.Lock()
        self.open = set()
        self.port = own_port()
        self.listen()

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.open.add(client)
            threading.Thread(target=self.turn_away if self.away else self.relay, args=(client,),
                             daemon=True).start()

    def relay(self, client):
        server = socket.create_connection(("127.0.0.1", self.target))
        with self.lock:
            self.open.add(server)
        threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
        self.copy(client, server, count=True)

    def copy(self, source, sink, count=False):
        try:
            while (chunk := source.recv(1 << 16)):
                if count and chunk.startswith(b"POST ") and self.is_last():
                    self.go_away()
                    return
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def is_last(self):
        with self.lock:
            self.requests += 1
            return self.requests == self.after

    def turn_away(self, client):
        try:
            request = b""
            while b"\r\n\r\n" not in request:
                request += client.recv(1 << 16)
            head, body = request.split(b"\r\n\r\n", 1)
            length = int(next(line for line in head.lower().split(b"\r\n")
                              if line.startswith(b"content-length:"))[15:])
            while len(body) < length:
                body += client.recv(1 << 16)
            self.turned_away += 1
            client.sendall(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
            client.close()
        except (OSError, ValueError):
            pass

    def reset_all(self):
        with self.lock:
            for each in self.open:
                try:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                each.close()
            self.open.clear()

    def close_listener(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def go_away(self):
        self.away = True
        if self.how == "refused":
            self.close_listener()
        self.reset_all()

    def come_back(self):
        self.away = False
        if self.how == "refused":
            self.listen()

    def stop(self):
        self.close_listener()
        self.reset_all()


class Steady(RunTest):
    def gate(self, simulator, *arguments):
        gate = Gate(simulator.port, *arguments)
        self.addCleanup(gate.stop)
        return gate

    def words(self, gate, out, *options):
        return ("generate", samples_images(), "-o", out, "--base-url", gate.url, "--model", "simulated",
                "--retry-wait", "100ms", "--limit", LIMIT, *options)

    def through(self, gate, out, *options, **more):
        return self.vqagen(*self.words(gate, out, *options), **more)

    expected = None

    def undisturbed(self):
        if Steady.expected is None:
            out = self.folder / "undisturbed"
            self.generate(samples_images(), out, "--limit", LIMIT, simulator=self.simulator(), code=None)
            Steady.expected = (out / "dataset.jsonl").read_bytes()
        return Steady.expected

    def test_no_call_is_used_up_while_the_endpoint_is_away(self):
        for how, retries in (("refused", 1), ("503", 1)):
            with self.subTest(how=how):
                gate = self.gate(self.simulator("--latency", "fixed:0.01"), 20, how)
                out = self.folder / how
                run = self.start(*self.words(gate, out, "--concurrency", 8, "--retries", retries))
                said = self.wait_for_line(run, "is away")
                time.sleep(0.6)
                gate.come_back()
                said += run.communicate(timeout=TIMEOUT)[1]
                self.assertIn(run.returncode, (0, 1), said)
                report = self.report(out)
                self.assertEqual(report["items"]["unknown"], 0, said)
                self.assertEqual((out / "dataset.jsonl").read_bytes(), self.undisturbed())
                outages = report["this_run"]["outages"]
                self.assertEqual(outages["count"], 1)
                self.assertGreater(outages["seconds"], 0.5)
                # It takes twenty failures at most, beside the calls in flight, until calls wait; then one
                # at a time looks whether it is back, at intervals that double.
                self.assertLessEqual(gate.turned_away, 20 + 8 + math.log2(1 + outages["seconds"]))
                self.assertEqual(said.count("is away"), 1, said)
                self.assertEqual(said.count("answers again"), 1, said)

    def test_patience_ends_and_the_next_run_goes_on(self):
        simulator = self.simulator("--latency", "fixed:0.01")
        out = self.folder / "out"
        done = self.through(self.gate(simulator, 20, "503"), out, "--concurrency", 8, "--retries", 1,
                            "--outage-patience", "700ms", code=4)
        self.assertIn("has been away for", done.stderr)
        self.assertIn("HTTP 503", done.stderr)
        self.assertIn("--outage-patience", done.stderr)
        report = self.report(out)
        self.assertEqual(report["items"]["unknown"], 0)
        self.assertGreater(report["items"]["open"], 0)
        self.generate(samples_images(), out, "--limit", LIMIT, simulator=simulator, code=None)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), self.undisturbed())

    def test_without_patience_calls_are_given_up(self):
        gate = self.gate(self.simulator("--latency", "fixed:0.01"), 20, "503")
        out = self.folder / "out"
        self.through(gate, out, "--concurrency", 8, "--retries", 0, "--outage-patience", 0, code=1)
        self.assertGreater(self.report(out)["items"]["unknown"], 0)
        self.assertEqual(self.report(out)["this_run"]["outages"]["count"], 0)

    def test_a_call_that_fails_alone_is_no_outage(self):
        """One image breaks the server every time; the others are answered."""
        records = [{"id": f"q{i}", "image": str(SAMPLES / "images" / name), "question": "Is there a shape?"}
                   for i, name in enumerate(("five-shapes.png", "four-triangles.jpg", "odd-circle.jpg"))]
        (self.folder / "q.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        threading.Thread(target=serve_poisoned, args=(server,), daemon=True).start()
        out = self.folder / "out"
        self.vqagen("generate", self.folder / "q.jsonl", "-o", out, "--base-url",
                    f"http://127.0.0.1:{server.getsockname()[1]}/v1", "--model", "m", "--concurrency", 1,
                    "--retries", 1, "--retry-wait", "50ms", "--format", "fill-in-blank", code=1)
        self.assertEqual(self.report(out)["failures"], {"server_error": 1})
        self.assertEqual(len(read_lines(out / "dataset.jsonl")), 2)

    def test_equal_calls_in_flight_are_made_once(self):
        image = str(SAMPLES / "images" / "five-shapes.png")
        questions = ["How many shapes are there?", "What colour is the ground?"]
        records = [{"id": f"q{i}", "image": image, "question": questions[i % 2]} for i in range(12)]
        several, single = self.folder / "several.jsonl", self.folder / "single.jsonl"
        several.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
        single.write_text("".join(json.dumps(r) + "\n" for r in records[:2]), encoding="utf-8")
        counts = {}
        for source in (single, several):
            simulator = self.simulator("--latency", "fixed:0.3", "--fault", "500:0.3")
            self.generate(source, self.folder / source.stem, "--concurrency", 32, "--retries", 8,
                          "--retry-wait", "50ms", "--format", "fill-in-blank", simulator=simulator, code=None)
            by_status = simulator.stats()["by_status"]
            counts[source] = by_status["200"]
        self.assertEqual(counts[several], counts[single])
        report = self.report(self.folder / "several")
        self.assertEqual(report["this_run"]["calls"], 6 * counts[single])
        self.assertEqual(report["this_run"]["shared_calls"], 5 * counts[single])
        self.assertEqual(report["all_runs"]["requests"], report["this_run"]["requests"])
        once = self.report(self.folder / "single")
        self.assertEqual(report["all_runs"]["input_tokens"], once["all_runs"]["input_tokens"])
        rows = read_lines(self.folder / "several" / "dataset.jsonl") + read_lines(
            self.folder / "several" / "failures.jsonl")
        self.assertEqual(len(rows), 12)
        # The same as if each had been asked for itself.
        apart = self.folder / "apart"
        self.generate(several, apart, "--concurrency", 1, "--format", "fill-in-blank", simulator=self.simulator(),
                      code=None)
        self.assertEqual((apart / "dataset.jsonl").read_bytes(),
                         (self.folder / "several" / "dataset.jsonl").read_bytes())

    def test_trace_and_log_name_item_and_call(self):
        key = "sk-steady-0123456789abcdefgh"
        simulator = self.simulator("--fault", "500:0.4")
        out, log = self.folder / "out", self.folder / "run.log"
        done = self.generate(samples_images(), out, "--limit", 3, "--retries", 8, "--retry-wait", "20ms",
                             "--trace", "client,retry", "--log", log, simulator=simulator, code=None,
                             environment={"VQAGEN_API_KEY": key})
        report = self.report(out)["this_run"]
        lines = read_lines(log)
        events = [line for line in lines if line["level"] == "trace"]
        sent = [line for line in events if line["event"].startswith("sent")]
        waits = [line for line in events if line["component"] == "retry" and line["event"].startswith("waits")]
        self.assertEqual(len(sent), report["requests"])
        self.assertEqual(len(waits), report["retries"])
        self.assertGreater(len(waits), 0)
        for line in sent + waits:
            self.assertIn(".", line["item"])
            self.assertRegex(line["call"], r"^(draft|answer|options)/\d+$")
        self.assertEqual(len(re.findall(r"^client \S+ \S+/1: sent", done.stderr, re.M)),
                         sum(line["call"].endswith("/1") for line in sent))
        self.assertEqual(len(re.findall(r"^retry \S+ \S+: waits", done.stderr, re.M)), len(waits))
        self.assertIn("server_error", [line.get("kind") for line in waits])
        self.assertTrue(any(line["level"] == "warning" for line in lines))
        self.assertNotIn(key, log.read_text(encoding="utf-8") + done.stderr)
        self.assertNotIn("\npace", done.stderr)
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)
        self.vqagen("generate", samples_images(), "-o", out, "--endpoint", "builtin", "--trace", "clients", code=2)

    def test_a_limit_that_is_used_up_for_hours_is_told(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        threading.Thread(target=serve_used_up, args=(server,), daemon=True).start()
        (self.folder / "q.jsonl").write_text(json.dumps({
            "id": "q", "image": str(SAMPLES / "images" / "five-shapes.png"), "question": "What is the colour?"}))
        done = self.vqagen("generate", self.folder / "q.jsonl", "-o", self.folder / "out", "--base-url",
                           f"http://127.0.0.1:{server.getsockname()[1]}/v1", "--model", "m", "--format", "fill-in-blank",
                           code=0)
        self.assertIn("says that its limit is used up, for 360 min: it is asked once a minute", done.stderr)

    def test_calls_that_stall_now_and_then(self):
        simulator = self.simulator("--fault", "stall:0.2")
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", LIMIT, "--retries", 20, "--retry-wait", "50ms",
                      "--concurrency", 32, "--first-byte-timeout", "1s", simulator=simulator, code=None)
        report = self.report(out)
        self.assertGreater(report["this_run"]["retries"], 0)
        self.assertEqual(report["items"]["unknown"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), self.undisturbed())

    def test_a_storm_of_passing_faults(self):
        # No fault here is one that a slow machine adds to: how many requests it takes is the product's alone.
        kinds = ("429", "500", "503", "reset", "cut", "html", "broken-json", "wrong-json")
        faults = [word for kind in kinds for word in ("--fault", f"{kind}:{0.3 / len(kinds):.4f}")]
        simulator = self.simulator(*faults)
        out = self.folder / "out"
        self.generate(samples_images(), out, "--limit", LIMIT, "--retries", 8, "--retry-wait", "50ms",
                      "--concurrency", 32, simulator=simulator, code=None)
        report = self.report(out)
        self.assertEqual(report["items"]["unknown"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), self.undisturbed())
        self.assertLessEqual(simulator.stats()["requests"], 1.6 * report["this_run"]["calls"] + 10)


def serve_used_up(server):
    """Answers, and says that nothing is left for six hours."""
    text = json.dumps({"choices": [{"message": {"content": '{"answer": "red", "explanation": "x"}'},
                                    "finish_reason": "stop"}]}).encode()
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client, client.makefile("rb") as lines:
            length = 0
            while (line := lines.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            lines.read(length)
            client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nx-ratelimit-limit-requests: 100\r\n"
                           b"x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 6h0m0s\r\n"
                           b"Content-Length: %d\r\n\r\n%s" % (len(text), text))


def serve_poisoned(server):
    """Counts the calls: those on the first image that comes get a 500, all others an answer."""
    poisoned = None
    good = json.dumps({"model": "m", "choices": [{"message": {"role": "assistant", "content": '{"answer": "yes"}'},
                                                  "finish_reason": "stop"}]}).encode()
    answered = False
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client, client.makefile("rb") as lines:
            while (line := lines.readline()):
                length = 0
                while line not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line[15:])
                    line = lines.readline()
                body = lines.read(length)
                picture = body[body.find(b"base64,"):][:4000]
                if answered and poisoned is None:
                    poisoned = picture
                answered = True
                status, text = (b"500 Internal Server Error", b'{"error":{"message":"crash"}}') \
                    if picture == poisoned else (b"200 OK", good)
                client.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))


if __name__ == "__main__":
    unittest.main()
