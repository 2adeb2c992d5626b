"""The same run over every wire format: equal datasets, equal kinds of failure."""
import copy
import json
import unittest
import urllib.error
import urllib.request

from harness import RunTest, read_lines, samples_images, some

WIRES = ("openai", "anthropic", "gemini")
OTHERS = WIRES[1:]

# fault, kind in failures.jsonl and HTTP status there by wire: the items end as unknown.
ITEM_FAULTS = [("400", "bad_request", 400), ("413", "body_too_large", 413), ("429", "rate_limited", 429),
               ("500", "server_error", 500), ("529", "overloaded", 529), ("503", "overloaded", 503),
               ("504", "gateway_error", 504), ("html", "html_reply", 200), ("cut", "reply_cut", None),
               ("wrong-json", "reply_unreadable", 200), ("broken-json", "reply_unreadable", 200),
               ("empty", "empty_reply", 200), ("refusal", "refused", 200)]

# fault, word that the message must hold: no retry heals it, so the run stops.
RUN_FAULTS = [("401", "key_wrong"), ("402", "no_money"), ("403", "key_forbidden"), ("404", "model_unknown")]


def without_wire(record):
    """The record without what must differ: who answered, and what was counted."""
    record = copy.deepcopy(record)
    for name in ("provider", "endpoint"):
        record.get("provenance", {}).pop(name, None)
    for holder in (record, record.get("provenance", {})):
        holder.pop("usage", None)
    return record


class Wires(RunTest):
    def over(self, wire, simulator, out, *options, code=None, key="sk-test-0123456789"):
        """A run over the wire; the base URL is the root, to which each preset adds its own path."""
        root = f"http://127.0.0.1:{simulator.port}"
        base = root + "/v1" if wire == "openai" else root
        return self.vqagen("generate", samples_images(), "-o", out, "--endpoint", wire, "--base-url", base,
                           "--model", "simulated", *options, code=code,
                           environment={"VQAGEN_API_KEY": key})

    def test_datasets_are_equal(self):
        rows, reports, stats = {}, {}, {}
        for wire in WIRES:
            simulator = self.simulator("--strict", "--key", "sk-test-0123456789")
            out = self.folder / wire
            self.over(wire, simulator, out, "--limit", 8)
            rows[wire] = read_lines(out / "dataset.jsonl")
            reports[wire] = self.report(out)
            stats[wire] = simulator.stats()
            self.assertEqual(stats[wire]["by_status"], {"200": stats[wire]["requests"]})
            providers = {row["provenance"]["endpoint"] for row in rows[wire]}
            self.assertEqual(providers, {wire})
        self.assertGreater(len(rows["openai"]), 10)
        wanted = [without_wire(row) for row in rows["openai"]]
        for wire in OTHERS:
            self.assertEqual([without_wire(row) for row in rows[wire]], wanted)
            self.assertEqual(reports[wire]["items"], reports["openai"]["items"])
            for name in ("input", "output"):
                self.assertEqual(stats[wire]["tokens"][name], stats["openai"]["tokens"][name])
            # The beginnings are the same bytes, and Anthropic's marker stands behind the image.
            self.assertGreater(stats[wire]["tokens"]["cached"], 0)

    def test_usage_is_counted_alike(self):
        totals = {}
        for wire in WIRES:
            simulator = self.simulator()
            out = self.folder / wire
            self.over(wire, simulator, out, "--limit", 3, "--concurrency", 1)
            tokens = simulator.stats()["tokens"]
            report = json.dumps(self.report(out))
            totals[wire] = tokens
            for name in ("input", "cached", "output"):
                self.assertIn(str(tokens[name]), report, (wire, name))
        self.assertEqual(totals["anthropic"], totals["openai"])
        self.assertEqual(totals["gemini"], totals["openai"])

    def test_a_failed_call_is_data(self):
        for wire in OTHERS:
            for fault, kind, status in some(ITEM_FAULTS):
                with self.subTest(wire=wire, fault=fault):
                    out = self.folder / f"{wire}-{fault}"
                    self.over(wire, self.simulator("--fault", fault), out, "--retries", 0, "--limit", 1, code=1)
                    failures = read_lines(out / "failures.jsonl")
                    self.assertGreater(len(failures), 0)
                    self.assertEqual({failure["kind"] for failure in failures}, {kind})
                    if status is not None:
                        self.assertEqual({failure["http_status"] for failure in failures}, {status})
                    self.assertEqual(read_lines(out / "dataset.jsonl"), [])

    def test_what_no_retry_heals_stops_the_run(self):
        quota = {"anthropic": "no_money", "gemini": "quota_exhausted"}
        for wire in OTHERS:
            for fault, word in some([*RUN_FAULTS, ("quota", quota[wire])]):
                with self.subTest(wire=wire, fault=fault):
                    simulator = self.simulator("--fault", fault)
                    out = self.folder / f"{wire}-{fault}"
                    done = self.over(wire, simulator, out, "--limit", 1, code=3)
                    self.assertIn(word, done.stderr)
                    self.assertLessEqual(simulator.stats()["requests"], 2)

    def test_a_wrong_key(self):
        for wire in OTHERS:
            with self.subTest(wire=wire):
                simulator = self.simulator("--key", "sk-right-0123456789")
                done = self.over(wire, simulator, self.folder / wire, "--limit", 1, code=3)
                self.assertIn("key_wrong", done.stderr)
                self.assertNotIn("sk-test-0123456789", done.stderr)

    def test_lessons_are_learned_once(self):
        # What is sent to Anthropic is a schema or nothing; Gemini takes JSON without a schema, too.
        cases = [("anthropic", ("--structured", "none"), 1), ("anthropic", ("--structured", "object"), 1),
                 ("gemini", ("--structured", "none"), 2), ("gemini", ("--structured", "object"), 1),
                 ("anthropic", ("--fault", "no-temperature"), 1), ("gemini", ("--fault", "no-temperature"), 1),
                 ("gemini", ("--fault", "no-max-tokens"), 1)]
        for wire, options, refusals in cases:
            with self.subTest(wire=wire, options=options):
                simulator = self.simulator("--strict", *options)
                out = self.folder / f"{wire}{options[1]}"
                self.over(wire, simulator, out, "--concurrency", 1, "--limit", 2)
                self.assertGreater(len(read_lines(out / "dataset.jsonl")), 0)
                self.assertEqual(simulator.stats()["by_status"].get("400", 0), refusals)

    def test_passing_faults_leave_no_trace(self):
        for wire in OTHERS:
            with self.subTest(wire=wire):
                faults = [word for fault in ("429", "500", "529", "reset", "cut", "html", "broken-json")
                          for word in ("--fault", f"{fault}:0.03")]
                out, fresh = self.folder / wire, self.folder / f"{wire}-fresh"
                self.over(wire, self.simulator(*faults), out, "--retries", 8, "--limit", 4)
                self.over(wire, self.simulator(), fresh, "--limit", 4)
                self.assertGreater(self.report(out)["this_run"]["retries"], 0)
                self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())

    def test_extra_body(self):
        cases = [("anthropic", '{"top_k": 5, "output_config": {"effort": "low"}}', None),
                 ("gemini", '{"generationConfig": {"topP": 0.9, "thinkingConfig": {"thinkingBudget": 0}}}', None),
                 ("anthropic", '{"system": "x"}', "--system-prompt"),
                 ("gemini", '{"contents": []}', "'contents'"),
                 ("gemini", '{"generationConfig": {"candidateCount": 2}}', "--repeat")]
        for index, (wire, extra, refusal) in enumerate(cases):
            with self.subTest(wire=wire, extra=extra):
                simulator = self.simulator("--strict")
                done = self.over(wire, simulator, self.folder / str(index), "--limit", 1, "--extra-body", extra)
                if refusal:
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn(refusal, done.stderr)
                    self.assertEqual(simulator.stats()["requests"], 0)
                else:
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    self.assertEqual(list(simulator.stats()["by_status"]), ["200"])


class Strictness(RunTest):
    """What the simulator refuses, in the words of each protocol."""

    def ask(self, simulator, path, body, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{simulator.port}{path}",
                                         data=json.dumps(body).encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def test_anthropic(self):
        simulator = self.simulator("--strict", "--model", "m")
        good = {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "x"}]}
        cases = [({}, 200, None),
                 ({"max_tokens": None}, 400, "max_tokens"), ({"max_tokens": 0}, 400, "max_tokens"),
                 ({"max_tokens": 1 << 20}, 400, "maximum allowed number of output tokens"),
                 ({"model": "other"}, 404, "model: other"), ({"n": 1}, 400, "n: Extra inputs"),
                 ({"temperature": 1.5}, 400, "temperature"), ({"messages": []}, 400, "at least one message"),
                 ({"response_format": {"type": "json_object"}}, 400, "Extra inputs"),
                 ({"messages": [{"role": "system", "content": "x"}]}, 400, "system"),
                 ({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]},
                  400, "prefill"),
                 ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, 400, "non-empty"),
                 ({"messages": [{"role": "user", "content": [{"type": "image", "source": {
                     "type": "base64", "media_type": "image/jpeg", "data": "AAAA"}}]}]}, 400, "Could not process"),
                 ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {
                     "url": "data:image/jpeg;base64,AAAA"}}]}]}, 400, "image_url"),
                 ({"messages": [{"role": "user", "content": [
                     {"type": "text", "text": "x", "cache_control": {"type": "forever"}}]}]}, 400, "ephemeral"),
                 ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, 400,
                  "additionalProperties")]
        for changes, status, words in cases:
            with self.subTest(changes=changes):
                body = {name: value for name, value in {**good, **changes}.items() if value is not None}
                got, reply = self.ask(simulator, "/v1/messages", body, **{"anthropic-version": "2023-06-01"})
                self.assertEqual(got, status, reply)
                if words:
                    self.assertEqual(reply["type"], "error")
                    self.assertIn(words, reply["error"]["message"])
                else:
                    self.assertEqual((reply["type"], reply["stop_reason"]), ("message", "end_turn"))
        got, reply = self.ask(simulator, "/v1/messages", good)
        self.assertEqual(got, 400)
        self.assertIn("anthropic-version", reply["error"]["message"])

    def test_gemini(self):
        simulator = self.simulator("--strict", "--model", "m")
        good = {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}
        cases = [({}, 200, None),
                 ({"contents": []}, 400, "contents is not specified"),
                 ({"messages": []}, 400, 'Unknown name "messages"'),
                 ({"generationConfig": {"max_tokens": 5}}, 400, "Unknown name"),
                 ({"generationConfig": {"temperature": 3}}, 400, "supported range"),
                 ({"generationConfig": {"maxOutputTokens": 100000}}, 400, "65537 (exclusive)"),
                 ({"generationConfig": {"responseJsonSchema": {}}}, 400, "response_mime_type"),
                 ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, 400, "valid role"),
                 ({"contents": [{"role": "user", "parts": [{}]}]}, 400, "oneof field"),
                 ({"contents": [{"role": "user", "parts": [
                     {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]}, 400, "MIME type"),
                 ({"contents": [{"role": "user", "parts": [
                     {"inlineData": {"mimeType": "image/jpeg", "data": "AAAA"}}]}]}, 400, "Unable to process")]
        for changes, status, words in cases:
            with self.subTest(changes=changes):
                got, reply = self.ask(simulator, "/v1beta/models/m:generateContent", {**good, **changes})
                self.assertEqual(got, status, reply)
                if words:
                    self.assertEqual(reply["error"]["code"], status)
                    self.assertIn(words, reply["error"]["message"])
                else:
                    self.assertEqual(reply["candidates"][0]["finishReason"], "STOP")
        got, reply = self.ask(simulator, "/v1beta/models/other:generateContent", good)
        self.assertEqual((got, reply["error"]["status"]), (404, "NOT_FOUND"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
