"""`vqagen simulate` as other clients see it: streams as they arrive, limits, paths, early answers."""
import http.client
import json
import socket
import unittest
from base64 import b64encode

from harness import RunTest, samples_images

IMAGE = b64encode((samples_images() / "great-circle.jpg").read_bytes()).decode()
QUESTION = "Question: What is the orientation of the image?"


def openai(**more):
    content = [{"type": "image_url", "image_url": {"url": "data:image/jpeg;base64," + IMAGE}},
               {"type": "text", "text": QUESTION}]
    return "/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": content}], **more}


def anthropic(**more):
    content = [{"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": IMAGE}},
               {"type": "text", "text": QUESTION}]
    return "/v1/messages", {"model": "m", "max_tokens": 100,
                            "messages": [{"role": "user", "content": content}], **more}


def gemini(stream=False):
    parts = [{"inlineData": {"mimeType": "image/jpeg", "data": IMAGE}}, {"text": QUESTION}]
    call = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/v1beta/models/m:{call}", {"contents": [{"role": "user", "parts": parts}]}


def streamed():
    return [openai(stream=True, stream_options={"include_usage": True}), anthropic(stream=True),
            gemini(stream=True)]


def post(simulator, path, body, headers=()):
    """Status, headers and the pieces of the body as they came."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=60)
    try:
        connection.request("POST", path, json.dumps(body),
                           {"Content-Type": "application/json", "anthropic-version": "2023-06-01",
                            **dict(headers)})
        reply = connection.getresponse()
        pieces = []
        try:
            while piece := reply.read1(1 << 20):
                pieces.append(piece)
        except http.client.IncompleteRead:
            pieces.append(None)
        return reply.status, reply.headers, pieces
    finally:
        connection.close()


def events(body):
    """The events of a stream, as the specification of server-sent events reads them."""
    found = []
    for block in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = [line for line in block.split(b"\n") if line and not line.startswith(b":")]
        data = b"\n".join(line[6:] for line in lines if line.startswith(b"data: "))
        if data:
            found.append(data.decode())
    return found


def text_of(found):
    """The text of a stream in any of the three protocols."""
    text = ""
    for data in found:
        event = {} if data == "[DONE]" else json.loads(data)
        for choice in event.get("choices", []):
            text += choice["delta"].get("content") or ""
        if event.get("type") == "content_block_delta":
            text += event["delta"].get("text", "")
        for candidate in event.get("candidates", []):
            text += "".join(part["text"] for part in candidate["content"].get("parts", [])
                            if not part.get("thought"))
    return text


class Streams(RunTest):
    def test_streams_arrive_by_and_by(self):
        simulator = self.simulator("--strict", "--tokens-per-second", "500")
        for path, body in streamed():
            status, headers, pieces = post(simulator, path, body)
            self.assertEqual(status, 200)
            self.assertEqual(headers["Content-Type"], "text/event-stream")
            self.assertGreater(len(pieces), 1)
            self.assertEqual(text_of(events(b"".join(pieces))), "landscape")
        stats = simulator.stats()
        self.assertEqual(stats["by_status"], {"200": 3})
        self.assertEqual(stats["working"], 0)

    def test_odd_streams_say_the_same(self):
        for fault in ["stream-comments", "stream-crlf", "stream-split", "stream-odd", "stream-no-done",
                      "reasoning", "no-usage", "keep-alive"]:
            simulator = self.simulator("--fault", fault)
            for path, body in streamed():
                pieces = post(simulator, path, body)[2]
                self.assertEqual(text_of(events(b"".join(pieces))), "landscape", (fault, path))
            self.assertEqual(simulator.stats()["bodies"]["answered"], 0 if fault == "stream-no-done" else 3)

    def test_usage_comes_when_it_is_asked_for(self):
        simulator = self.simulator()
        for wanted in [False, True]:
            path, body = openai(stream=True, stream_options={"include_usage": wanted})
            found = events(b"".join(post(simulator, path, body)[2]))
            self.assertEqual(found[-1], "[DONE]")
            last = json.loads(found[-2])
            self.assertEqual("usage" in last, wanted)
            self.assertEqual(last["choices"] == [], wanted)

    def test_broken_streams_are_not_billed(self):
        for fault, end in [("stream-cut", None), ("stream-error", b"error")]:
            simulator = self.simulator("--fault", fault)
            for path, body in streamed():
                pieces = post(simulator, path, body)[2]
                if end is None:
                    self.assertIsNone(pieces[-1])
                else:
                    self.assertIn(end, pieces[-1])
            self.assertEqual(simulator.stats()["tokens"]["output"], 0)

    def test_gemini_streams_an_array_without_sse(self):
        path, body = gemini(stream=True)
        pieces = post(self.simulator(), path.partition("?")[0], body)[2]
        self.assertGreater(len(json.loads(b"".join(pieces))), 1)


class Limits(RunTest):
    def test_each_provider_tells_its_limits(self):
        for make, remaining, retry in [(openai, "x-ratelimit-remaining-requests", "Retry-After"),
                                       (anthropic, "anthropic-ratelimit-requests-remaining", "Retry-After"),
                                       (gemini, None, None)]:
            simulator = self.simulator("--requests-per-minute", "2")
            path, body = make()
            for left in ["1", "0"]:
                status, headers, _ = post(simulator, path, body)
                self.assertEqual(status, 200)
                self.assertEqual(headers.get(remaining or "no"), left if remaining else None)
            status, headers, pieces = post(simulator, path, body)
            self.assertEqual(status, 429)
            self.assertEqual(headers.get(retry or "no") is not None, retry is not None)
            if make is gemini:
                details = json.loads(b"".join(pieces))["error"]["details"]
                self.assertRegex(details[1]["retryDelay"], r"^[\d.]+s$")
            stats = simulator.stats()
            self.assertEqual(stats["faults"], {"rate-requests": 1})
            self.assertEqual(stats["bodies"]["answered"], 2)

    def test_a_fault_by_chance_speaks_of_no_limit_but_the_one_that_is_played(self):
        for make, name in [(openai, "x-ratelimit-limit-requests"), (anthropic, "anthropic-ratelimit-requests-limit")]:
            for options, wanted in [((), None), (("--requests-per-minute", "3000"), "3000")]:
                path, body = make()
                status, headers, pieces = post(self.simulator("--fault", "429", *options), path, body)
                self.assertEqual(status, 429)
                self.assertEqual(headers.get_all(name), [wanted] if wanted else None)
                self.assertIsNone(headers.get("Retry-After"))
                self.assertNotRegex(b"".join(pieces), rb"\d ?m?s\b|second|minute")

    def test_capacity_refuses(self):
        simulator = self.simulator("--capacity", "1", "--capacity-mode", "refuse", "--fault", "stream-stall",
                                   "--play", "ollama")
        path, body = openai(stream=True)
        held = socket.create_connection(("127.0.0.1", simulator.port))
        self.addCleanup(held.close)
        text = json.dumps(body).encode()
        held.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path.encode(), len(text)) + text)
        self.assertTrue(held.recv(100))
        status, _, pieces = post(simulator, path, body)
        self.assertEqual(status, 503)
        self.assertIn(b"maximum pending requests", b"".join(pieces))


class Faults(RunTest):
    def test_all_are_listed(self):
        kinds = self.vqagen("simulate", "--fault", "list", code=0).stdout.splitlines()
        self.assertGreater(len(kinds), 130)
        self.assertIn("no-vision", [line.split()[0] for line in kinds])
        self.assertIn("--fault list", self.vqagen("simulate", "--fault", "teapot", code=3).stderr)


class Conditions(RunTest):
    def refusal(self, simulator, request, status=400):
        got, _, pieces = post(simulator, *request)
        self.assertEqual(got, status)
        return b"".join(pieces).decode()

    def test_only_what_is_over_is_refused(self):
        simulator = self.simulator("--max-image-bytes", str(len(IMAGE) - 1), "--play", "anthropic")
        self.assertIn(f"{len(IMAGE)} bytes > {len(IMAGE) - 1} bytes", self.refusal(simulator, anthropic()))
        self.assertEqual(post(self.simulator("--max-image-bytes", str(len(IMAGE))), *openai())[0], 200)
        simulator = self.simulator("--refuse-parameter", "temperature,top_p", "--max-output-tokens", "50")
        self.assertIn("'top_p'", self.refusal(simulator, openai(top_p=1)))
        self.assertIn("at most 50", self.refusal(simulator, openai(max_tokens=51)))
        self.assertEqual(post(simulator, *openai(max_tokens=50))[0], 200)

    def test_blind_ones_answer_without_a_look(self):
        simulator = self.simulator("--blind")
        seen = json.loads(b"".join(post(self.simulator(), *openai())[2]))
        blind = json.loads(b"".join(post(simulator, *openai())[2]))
        self.assertLess(blind["usage"]["prompt_tokens"], 85)
        self.assertGreater(seen["usage"]["prompt_tokens"], 85)

    def test_paths_are_served_only_where_told(self):
        for error, words in [("own", "Invalid URL (POST /v1/chat/completions)"), ("html", "<html>"),
                             ("plain", "404 page not found"), ("fastapi", '{"detail":"Not Found"}')]:
            simulator = self.simulator("--path", "/api/paas/v4", "--path-error", error)
            self.assertIn(words, self.refusal(simulator, openai(), status=404))
            self.assertEqual(post(simulator, "/api/paas/v4/chat/completions", openai()[1])[0], 200)
            self.assertEqual(post(simulator, "/api/paas/v4/v1/chat/completions", openai()[1])[0], 404)

    def test_models_are_listed_and_wanted(self):
        simulator = self.simulator("--model", "small", "--model", "org/large", "--key", "k")
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=60)
        self.addCleanup(connection.close)
        for path, header, key, names in [("/v1/models", "Authorization", "Bearer k", ["small", "org/large"]),
                                         ("/v1/models/org/large", "Authorization", "Bearer k", None),
                                         ("/v1beta/models", "x-goog-api-key", "k",
                                          ["models/small", "models/org/large"])]:
            connection.request("GET", path, headers={header: key})
            reply = json.load(connection.getresponse())
            if names is None:
                self.assertEqual(reply["id"], "org/large")
            else:
                listed = [model.get("id", model.get("name")) for model in reply.get("data", reply.get("models"))]
                self.assertEqual(listed, names)
        connection.request("GET", "/v1/models")
        reply = connection.getresponse()
        self.assertEqual(reply.status, 401)
        reply.read()
        path, body = openai()
        status, _, pieces = post(simulator, path, body, {"Authorization": "Bearer k"}.items())
        self.assertEqual(status, 404)
        self.assertIn(b"model_not_found", b"".join(pieces))

    def test_a_prefix_is_continued_on_the_beta_path(self):
        simulator = self.simulator("--play", "deepseek")
        path, body = openai(stop=["scape"])
        body["messages"].append({"role": "assistant", "content": "```\n", "prefix": True})
        self.assertIn("https://api.deepseek.com/beta", self.refusal(simulator, (path, body)))
        reply = json.loads(b"".join(post(simulator, "/beta/chat/completions", body)[2]))
        self.assertEqual(reply["choices"][0]["message"]["content"], "land")
        self.assertEqual(reply["choices"][0]["finish_reason"], "stop")

    def test_early_answers_come_before_the_body(self):
        simulator = self.simulator("--early", "--key", "right", "--max-body-bytes", "1000")
        for key, length, status in [("wrong", 900, b"401"), ("right", 5000000, b"413")]:
            with socket.create_connection(("127.0.0.1", simulator.port), timeout=60) as early:
                early.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                              b"Content-Length: %d\r\n\r\n{" % (key.encode(), length))
                self.assertEqual(early.recv(4096).split(b" ")[1], status)


if __name__ == "__main__":
    unittest.main()
