"""--stream over every wire format, what refusals teach, what models are known to take, and prefixes."""
import http.server
import json
import sqlite3
import threading
import unittest

from harness import RunTest, read_lines, samples_images

WIRES = ("openai", "anthropic", "gemini")
KEY = "sk-test-0123456789"

# What a stream brings that is not quite as it should be, and does no harm.
ODDITIES = ("stream-comments", "stream-crlf", "stream-split", "stream-no-done", "keep-alive", "stream-odd")


class Endpoint:
    """A chat endpoint of the test's own: `refuse` maps a request to a (status, body), or to None."""

    def __init__(self, refuse=lambda path, body: None, text=lambda body: "{\"answer\": \"red\", \"explanation\": \"x\"}"):
        self.requests = []
        lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                with lock:
                    self.requests.append((handler.path, body))
                refusal = refuse(handler.path, body)
                kind = "application/json"
                if refusal is not None:
                    status, reply = refusal
                    data = json.dumps(reply).encode()
                else:
                    status = 200
                    data = self.reply(text(body), body.get("stream"), body.get("stream_options"))
                    kind = "text/event-stream" if body.get("stream") else kind
                handler.send_response(status)
                handler.send_header("Content-Type", kind)
                handler.send_header("Content-Length", str(len(data)))
                handler.end_headers()
                handler.wfile.write(data)

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @staticmethod
    def reply(text, stream, options):
        usage = {"prompt_tokens": 50, "completion_tokens": 5}
        if not stream:
            return json.dumps({"model": "m", "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
                               "usage": usage}).encode()
        chunks = [{"choices": [{"delta": {"content": part}}]} for part in (text[:7], text[7:])]
        chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        if options:
            chunks.append({"choices": [], "usage": usage})
        return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class StreamTest(RunTest):
    def over(self, wire, simulator, out, *options, code=0):
        root = f"http://127.0.0.1:{simulator.port}"
        return self.vqagen("generate", samples_images(), "-o", out, "--endpoint", wire, "--base-url",
                           root + "/v1" if wire == "openai" else root, "--model", "simulated", *options,
                           code=code, environment={"VQAGEN_API_KEY": KEY})

    def endpoint(self, **how):
        endpoint = Endpoint(**how)
        self.addCleanup(endpoint.stop)
        return endpoint

    def ask(self, endpoint, out, *options, questions=2, code=0, preset=()):
        """A run over given fill-in questions: one call each."""
        source = self.folder / "questions.jsonl"
        image = samples_images() / "two-squares.png"
        source.write_text("".join(json.dumps({"id": f"q{i}", "image": str(image), "question": f"What colour is part {i}?",
                                              "question_type": "fill_in_blank"}) + "\n" for i in range(questions)))
        return self.vqagen("generate", source, "-o", out, *preset, "--base-url", endpoint.url, "--model", "m",
                           "--concurrency", 1, *options, code=code, environment={"VQAGEN_API_KEY": KEY})

    def test_datasets_are_equal(self):
        for wire in WIRES:
            simulator = self.simulator("--strict", "--key", KEY)
            whole, stream = self.folder / wire, self.folder / f"{wire}-stream"
            self.over(wire, simulator, whole, "--limit", 4)
            self.over(wire, simulator, stream, "--limit", 4, "--stream")
            self.assertEqual((stream / "dataset.jsonl").read_bytes(), (whole / "dataset.jsonl").read_bytes())
            self.assertGreater(len(read_lines(whole / "dataset.jsonl")), 8)
            self.assertIsNone(self.report(whole)["this_run"]["first_token_ms"])
            first = self.report(stream)["this_run"]["first_token_ms"]
            self.assertLessEqual(first["p50"], first["p99"])
            self.assertLessEqual(first["mean"], self.report(stream)["this_run"]["latency_ms"]["mean"])
            for out, streamed in ((whole, False), (stream, True)):
                with sqlite3.connect(out / "run.db") as database:
                    kept = [row[0] for row in database.execute("SELECT first_token_ms FROM calls")]
                self.assertTrue(kept)
                self.assertTrue(all((ms >= 0) == streamed for ms in kept), kept)
            # Streaming is no part of what the dataset is: the same DIR goes on without it.
            self.over(wire, simulator, stream, "--limit", 5)

    def test_oddities_do_no_harm(self):
        simulator = self.simulator()
        plain = self.folder / "plain"
        self.over("openai", simulator, plain, "--limit", 1)
        # Of Gemini, "stream-no-done" takes the event that says why the model ended: that is a cut one.
        for wire, oddities in (("openai", ODDITIES), ("anthropic", ODDITIES[2:4]), ("gemini", ODDITIES[2:3])):
            for oddity in oddities:
                simulator = self.simulator("--fault", oddity)
                out = self.folder / f"{wire}-{oddity}"
                self.over(wire, simulator, out, "--limit", 1, "--stream")
                report = self.report(out)
                self.assertEqual(report["this_run"]["faults"], 0, (wire, oddity))
                self.assertEqual(report["items"]["accepted"], self.report(plain)["items"]["accepted"], (wire, oddity))

    def test_broken_streams_are_told_apart(self):
        for wire in WIRES:
            for fault, kinds in (("stream-no-done" if wire == "gemini" else "stream-cut", {"reply_cut"}),
                                 ("stream-cut", {"reply_cut"}),
                                 ("stream-error", {"overloaded", "server_error", "rate_limited"})):
                simulator = self.simulator("--fault", fault)
                out = self.folder / f"{wire}-{fault}"
                self.over(wire, simulator, out, "--limit", 1, "--stream", "--retries", 0, code=1)
                failures = read_lines(out / "failures.jsonl")
                self.assertTrue(failures)
                self.assertTrue({row["kind"] for row in failures} <= kinds, (wire, fault, failures))
                # What had come is kept, and is no event but the answer's text.
                kept = [row.get("reply") or "" for row in failures]
                self.assertFalse(any("data:" in text for text in kept), kept)
                self.assertTrue(any(kept), (wire, fault))

    def test_stream_usage_refused(self):
        endpoint = self.endpoint(refuse=lambda path, body: (400, {"error": {
            "message": "Unknown parameter: 'stream_options'.", "param": "stream_options",
            "code": "unknown_parameter"}}) if "stream_options" in body else None)
        out = self.folder / "out"
        done = self.ask(endpoint, out, "--stream")
        self.assertEqual(["stream_options" in body for _, body in endpoint.requests], [True, False, False])
        self.assertIn("stream_options is not taken; this is kept to from now on", done.stderr)
        self.assertEqual([row["asked_with"] for row in self.report(out)["learned"]], ["no_stream_usage"])

    def test_lessons_are_kept_and_forgotten(self):
        endpoint = self.endpoint(refuse=lambda path, body: (400, {"error": {
            "message": "Unsupported value: 'stream' does not support true with this model.", "param": "stream",
            "code": "unsupported_value"}}) if body["stream"] else None)
        out = self.folder / "out"
        told = "streams are not taken"
        done = self.ask(endpoint, out, "--stream", questions=1)
        self.assertIn(f"learned of m at 127.0.0.1: {told}\n", done.stderr)
        self.assertIn(f"127.0.0.1, m: {told}\n", self.vqagen("show", out, code=0).stdout)
        self.assertEqual([body["stream"] for _, body in endpoint.requests], [True, False])
        done = self.ask(endpoint, out, "--stream", questions=2)
        self.assertEqual([body["stream"] for _, body in endpoint.requests[2:]], [False])
        self.assertIn("an earlier run here learned", done.stderr)
        self.assertEqual(self.report(out)["learned"], [{"endpoint": "127.0.0.1", "model": "m", "asked_with": "no_stream"}])
        self.ask(endpoint, out, "--stream", "--relearn", questions=3)
        self.assertEqual([body["stream"] for _, body in endpoint.requests[3:]], [True, False])
        # Another version of vqagen may know better.
        with sqlite3.connect(out / "run.db") as database:
            database.execute("UPDATE lessons SET version = '0.0.1'")
        self.ask(endpoint, out, "--stream", questions=4)
        self.assertEqual([body["stream"] for _, body in endpoint.requests[5:]], [True, False])

    def test_the_cap_is_asked_for_by_its_other_name_before_none(self):
        names = ("max_tokens", "max_completion_tokens")
        settings = self.folder / "s.yaml"
        settings.write_text("capabilities:\n  - model: m\n    max_tokens: max_completion_tokens\n")
        for refused, options, word, told in (
                (names[1:], ("--settings", settings), "max_tokens", "max_completion_tokens is called max_tokens"),
                (names[:1], (), "max_completion_tokens", "max_tokens is called max_completion_tokens"),
                (names, ("--settings", settings), "max_tokens no_max_tokens", "no limit of the output is taken")):
            with self.subTest(refused=refused):
                endpoint = self.endpoint(refuse=lambda path, body, refused=refused: next(
                    ((400, {"error": {"message": f"Unrecognized request argument supplied: {name}"}})
                     for name in refused if name in body), None))
                out = self.folder / word
                self.assertIn(told, self.ask(endpoint, out, *options, questions=1).stderr)
                self.ask(endpoint, out, *options, questions=2)
                kept = set(word.split()) & set(names) if len(refused) == 1 else set()
                self.assertEqual([set(names) & set(body) for _, body in endpoint.requests[len(refused):]], [kept, kept])
                self.assertEqual(self.report(out)["learned"][0]["asked_with"], word)

    def test_known_capabilities(self):
        endpoint = self.endpoint()
        settings = self.folder / "s.yaml"
        settings.write_text("capabilities:\n  - model: m\n    temperature: no\n    structured: none\n"
                            "    max_tokens: max_completion_tokens\n    thinking_off: '{\"think\": false}'\n")
        self.ask(endpoint, self.folder / "a", "--settings", settings, "--thinking", "off", questions=1)
        body = endpoint.requests[0][1]
        self.assertIs(body["think"], False)
        self.assertIn("max_completion_tokens", body)
        for name in ("temperature", "response_format", "max_tokens", "stream_options"):
            self.assertNotIn(name, body)
        # Thinking is part of what is asked.
        done = self.ask(endpoint, self.folder / "a", "--settings", settings, questions=1, code=3)
        self.assertIn("thinking was \"off\"", done.stderr)
        settings.write_text("capabilities:\n  - model: m\n    vision: no\n")
        done = self.ask(endpoint, self.folder / "b", "--settings", settings, code=3)
        self.assertIn("the model m takes no images", done.stderr)
        self.assertFalse((self.folder / "b").exists())
        self.assertEqual(len(endpoint.requests), 1)

    @staticmethod
    def goes_on(body):
        """What a model says that goes on with the prefix, if there is one."""
        last = body["messages"][-1]
        whole = "```json\n{\"answer\": \"red\", \"explanation\": \"x\"}\n"
        if last["role"] != "assistant":
            return whole[8:]
        assert whole.startswith(last["content"]), last
        return whole[len(last["content"]):]

    def test_prefix(self):
        endpoint = self.endpoint(text=self.goes_on)
        for stream in ((), ("--stream",)):
            first = len(endpoint.requests)
            out = self.folder / f"out{len(stream)}"
            self.ask(endpoint, out, *stream, preset=("--endpoint", "deepseek"))
            for path, body in endpoint.requests[first:]:
                self.assertEqual(path, "/beta/chat/completions")
                self.assertEqual(body["messages"][-1], {"role": "assistant", "content": "```json\n{\"answer\": \"",
                                                        "prefix": True})
                self.assertEqual(body["stop"], ["```"])
                self.assertNotIn("response_format", body)
            rows = read_lines(out / "dataset.jsonl")
            self.assertEqual([row["answer"] for row in rows], ["red", "red"])
        # It is part of what is asked.
        done = self.ask(endpoint, self.folder / "out0", "--prefix", "off", preset=("--endpoint", "deepseek"), code=3)
        self.assertIn("prefix was \"on\"", done.stderr)

    def test_prefix_refused(self):
        endpoint = self.endpoint(text=self.goes_on, refuse=lambda path, body: (404, {"detail": "Not Found"})
                                 if path.startswith("/beta") else None)
        out = self.folder / "out"
        self.ask(endpoint, out, preset=("--endpoint", "deepseek"))
        self.assertEqual([path for path, _ in endpoint.requests],
                         ["/beta/chat/completions", "/chat/completions", "/chat/completions"])
        self.assertEqual(endpoint.requests[1][1]["response_format"], {"type": "json_object"})
        self.assertEqual([row["answer"] for row in read_lines(out / "dataset.jsonl")], ["red", "red"])
        self.assertEqual(self.report(out)["learned"][0]["asked_with"], "no_prefix")


if __name__ == "__main__":
    unittest.main()
