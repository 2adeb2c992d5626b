"""`vqagen diagnose` finds the cause of each of many misconfigurations, in few calls."""
import json
import shutil
import socket
import statistics
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from gateway import Gateway, Listener, anthropic_error, gemini_error, openai_error
from harness import RunTest, Simulator, clean_environment, samples_images, some

KEY = "sk-test-0123456789abcdefghijklmnop"
PAGE = "<!doctype html><html><head><title>Welcome</title></head><body>Please log in.</body></html>"
NGINX_413 = "<html><head><title>413 Request Entity Too Large</title></head><body><center><h1>413 Request " \
            "Entity Too Large</h1></center><hr><center>nginx</center></body></html>"
BLAND = openai_error("The request could not be processed.")
UNSUPPORTED = "Unsupported parameter: '%s' is not supported with this model."
VLLM_KEY = (401, {"error": "Unauthorized"})
OPENAI_KEY = (401, openai_error("Incorrect API key provided: sk-test-****. You can find your API key at "
                                "https://platform.openai.com/account/api-keys.", "invalid_api_key"))
SMALL = ["--max-side", "768"]  # a picture of 340 kB of base64
MODELS = ["qwen2.5-vl-7b", "qwen2.5-vl-72b", "llama-3.2-vision", "simulated-large"]


def case(name, cause, gateway=None, options=(), environment=None, base="/v1", code=1, **more):
    """gateway: its settings; None: no server of its own. base: what the base URL ends in."""
    return dict(name=name, cause=cause, gateway=gateway, options=list(options), environment=environment or {},
                base=base, code=code, **more)


# Settings: nothing is sent.
SETTINGS = [
    case("no endpoint", "endpoint_unset", options=["--model", "m"], calls=0),
    case("endpoint mistyped", "endpoint_unset", options=["--endpoint", "opnai", "--model", "m"], calls=0),
    case("two providers' keys", "endpoint_unset", options=["--model", "m"], calls=0,
         environment={"OPENAI_API_KEY": KEY, "DEEPSEEK_API_KEY": KEY}),
    case("no model", "model_unset", options=["--base-url", "http://127.0.0.1:9/v1"], calls=0),
    case("no key", "key_missing", options=["--endpoint", "openai", "--model", "m"], calls=0),
    case("key with quotes", "key_malformed", options=["--endpoint", "openai", "--model", "m"], calls=0,
         environment={"OPENAI_API_KEY": f'"{KEY}"'}),
    case("key with Bearer", "key_malformed", options=["--endpoint", "openai", "--model", "m"], calls=0,
         environment={"OPENAI_API_KEY": f"Bearer {KEY}"}),
    case("placeholder", "key_placeholder", options=["--endpoint", "openai", "--model", "m"], calls=0,
         environment={"OPENAI_API_KEY": "your-api-key"}),
    case("Google's key at OpenAI", "key_other_site", options=["--endpoint", "openai", "--model", "m"], calls=0,
         environment={"OPENAI_API_KEY": "AIzaSyA0123456789abcdefghijklmnopqrstu"}),
    case("Groq's key at Anthropic", "key_other_site", options=["--endpoint", "anthropic", "--model", "m"], calls=0,
         environment={"ANTHROPIC_API_KEY": "gsk_0123456789abcdefghijklmnopqrstu"}),
    case("key over http", "key_unencrypted", options=["--base-url", "http://api.example.com/v1", "--model", "m"],
         environment={"VQAGEN_API_KEY": KEY}, calls=0),
    case("no scheme", "address_unusable", options=["--endpoint", "custom://x", "--model", "m"], calls=0),
]

# Below HTTP.
REACH = [
    case("no such host", "dns", calls=0, environment={"VQAGEN_API_KEY": KEY},
         options=["--base-url", f"https://{'a' * 64}.example/v1", "--model", "m"]),
    case("closed port", "connection_refused", server="closed", calls=0),
    case("proxy not there", "proxy", {}, server="gateway", options=["--proxy", "http://127.0.0.1:{closed}"]),
    case("proxy refuses", "proxy", dict(always=(407, "")), scheme="https", calls=0,
         options=["--proxy", "http://127.0.0.1:{port}"]),
    case("proxy refuses plain http", "proxy", dict(always=(407, "")), options=["--proxy", "http://127.0.0.1:{port}"]),
    case("unknown authority", "tls_untrusted", dict(certificate="loopback"), scheme="https", calls=0),
    case("certificate for another host", "tls_name", dict(certificate="other"), scheme="https", calls=0,
         options=["--ca-file", "{other}"]),
    case("https at an http port", "https_at_http_port", {}, scheme="https", calls=0),
    case("http at an https port", "http_at_https_port", dict(certificate="loopback")),
    case("http at an https port of nginx", "http_at_https_port", dict(always=(
        400, "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>", "text/html"))),
    case("not HTTP", "not_http", server="ssh"),
    case("closes at once", "connection_reset", dict(always="reset")),
]

# Paths and protocols.
PATHS = [
    case("no /v1, FastAPI", "path_v1_missing", {}, base=""),
    case("no /v1, Go", "path_v1_missing", dict(missing=(404, "404 page not found", "text/plain")), base=""),
    case("no /v1, a page for people", "path_v1_missing", dict(missing=(200, PAGE, "text/html")), base=""),
    case("no /v1, below a path", "path_v1_missing", dict(path="/llm/v1/chat/completions"), base="/llm"),
    case("/v1 too many", "path_v1_extra", dict(path="/api/paas/v4/chat/completions"), base="/api/paas/v4/v1"),
    case("wrong path", "path_wrong", {}, base="/v2"),
    case("no path at all", "path_wrong", dict(always=(404, {"detail": "Not Found"}))),
    case("takes no POST", "path_v1_missing", dict(missing=(405, {"detail": "Method Not Allowed"})), base=""),
    case("Anthropic's protocol", "protocol_other", dict(
        protocol="anthropic", missing=(404, anthropic_error("Not found", "not_found_error")))),
    case("Gemini's protocol", "protocol_other", dict(
        protocol="gemini", missing=(404, gemini_error("NOT_FOUND", 404, "Requested entity was not found.")))),
    case("OpenAI's protocol", "protocol_other", {}, base="", options=["--endpoint", "anthropic"],
         environment={"ANTHROPIC_API_KEY": KEY}),
    case("another protocol's answer", "protocol_other", dict(always=(200, {
        "type": "message", "role": "assistant", "content": [{"type": "text", "text": "ready"}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 1}}))),
    case("redirect to https", "redirected", dict(always=(
        301, "", "text/html", [("Location", "https://example.org/v1/chat/completions")]))),
    case("login page", "web_page", dict(always=(200, PAGE, "text/html"))),
    case("JSON of another kind", "reply_unreadable", dict(always=(200, {"status": "ok"}))),
]

# Keys and accounts.
KEYS = [
    case("key needed", "key_missing", dict(key=KEY, key_refusal=VLLM_KEY)),
    case("wrong key", "key_wrong", dict(key=KEY, key_refusal=OPENAI_KEY), key="sk-other-0123456789abcdefghij"),
    case("wrong key, vLLM", "key_wrong", dict(key=KEY, key_refusal=VLLM_KEY), key="token-0123456789"),
    case("wrong key, Anthropic", "key_wrong", dict(
        protocol="anthropic", key=KEY, key_refusal=(401, anthropic_error("invalid x-api-key", "authentication_error"))),
        base="", options=["--endpoint", "anthropic"], key="sk-other-0123456789abcdefghij"),
    case("wrong key, Gemini", "key_wrong", dict(
        protocol="gemini", key=KEY, key_refusal=(400, gemini_error(
            "INVALID_ARGUMENT", 400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"))),
        base="/v1beta", options=["--endpoint", "gemini"], key="sk-other-0123456789abcdefghij"),
    case("expired key, Gemini", "key_expired", dict(always=(400, gemini_error(
        "INVALID_ARGUMENT", 400, "API key expired. Please renew the API key.", "API_KEY_INVALID"))), key=KEY),
    case("OpenRouter's key elsewhere", "key_other_site", dict(key=KEY, key_refusal=OPENAI_KEY),
         key="sk-or-v1-0123456789abcdefghij"),
    case("Anthropic's key at a gateway", "key_other_site", dict(key=KEY, key_refusal=VLLM_KEY),
         key="sk-ant-api03-0123456789abcdefghij"),
    case("key without rights", "key_forbidden", dict(always=(403, openai_error(
        "You have insufficient permissions for this operation.", None, "permission_error"))), key=KEY),
    case("no right to the model", "model_forbidden", dict(always=(403, openai_error(
        "Project `proj_1` does not have access to model `simulated`", "model_not_found"))), key=KEY),
    case("no money, 402", "no_money", dict(always=(402, openai_error("Insufficient Balance", "invalid_request_error"))),
         key=KEY),
    case("no money, OpenAI", "no_money", dict(always=(429, openai_error(
        "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota",
        "insufficient_quota"))), key=KEY),
    case("no money, Anthropic", "no_money", dict(always=(400, anthropic_error(
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."))), key=KEY),
    case("no money, Zhipu", "no_money", dict(always=(429, {"error": {"code": "1113", "message": "您的账户已欠费"}})), key=KEY),
    case("day's quota", "quota_exhausted", dict(always=(429, openai_error(
        "Rate limit exceeded: free-models-per-day", "429"))), key=KEY),
    case("region", "region", dict(always=(403, openai_error(
        "Country, region, or territory not supported", "unsupported_country_region_territory", "request_forbidden"))),
        key=KEY),
]

# Models.
MODEL = [
    case("unknown model, OpenAI", "model_unknown", dict(models=MODELS, model=("qwen2.5-vl-7b", (404, openai_error(
        "The model `qwen2.5-vl7b` does not exist or you do not have access to it.", "model_not_found")))),
        model="qwen2.5-vl7b", fix="--model qwen2.5-vl-7b"),
    case("unknown model, Ollama", "model_unknown", dict(models=MODELS, model=("simulated-large", (
        404, openai_error('model "simulated" not found, try pulling it first')))), fix="--model simulated-large"),
    case("unknown model, DeepSeek", "model_unknown", dict(model=("deepseek-flash", (400, openai_error("Model Not Exist"))))),
    case("unknown model, no words", "model_unknown", dict(models=MODELS, model=("simulated-large", (404, {"detail": "Not Found"}))),
         fix="simulated-large"),
    case("unknown model, a 500", "model_unknown", dict(models=MODELS, model=("simulated-large", (500, "Internal Server Error",
                                                                                                "text/plain")))),
    case("text model, vLLM", "no_vision", dict(no_vision=(400, openai_error(
        "simulated is not a multimodal model", None, "BadRequestError")))),
    case("text model, llama.cpp", "no_vision", dict(no_vision=(500, openai_error(
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", 500, "server_error")))),
    case("text model, DeepSeek", "no_vision", dict(no_vision=(400, openai_error(
        "Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected "
        "`text` at line 1 column 80")))),
    case("text model, no words", "no_vision", dict(no_vision=(400, BLAND))),
    case("blind, invents", "image_ignored", dict(blind="red, green, blue, yellow, black"), SMALL),
    case("blind, says so", "image_ignored", dict(blind="I cannot see any image. Please upload it again."), SMALL),
    case("blind, chats", "image_ignored", dict(blind="Hello! How can I help you today?"), SMALL),
]

# Sizes of images.
IMAGES = [
    case("too many bytes, with words", "image_bytes", dict(max_base64=(200000, (400, anthropic_error(
        "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: 8000000 bytes > 5242880 bytes")))), SMALL),
    case("too many bytes, no words", "image_bytes", dict(max_base64=(150000, (400, BLAND))), SMALL),
    case("too large for nginx", "image_bytes", dict(early=(250000, (413, NGINX_413, "text/html"))), SMALL),
    case("too large, reset", "image_bytes", dict(max_body=(250000, "reset")), SMALL),
    case("too large, 500", "image_bytes", dict(max_base64=(220000, (500, {"detail": "Internal Server Error"}))), SMALL),
    case("too many pixels, with words", "image_pixels", dict(max_side=(600, (400, openai_error(
        "The image dimensions exceed the maximum of 600 pixels.", "image_too_large")))), SMALL, side=600),
    case("too many pixels, no words", "image_pixels", dict(max_side=(512, (400, BLAND))),
         ["--image", str(samples_images() / "five-shapes.png")], side=512, own=True),
    case("too many pixels, 422", "image_pixels", dict(max_side=(300, (422, {"detail": "Unprocessable"}))), SMALL, side=300),
]

# Parameters.
PARAMETERS = [
    case("temperature, OpenAI", "parameter_refused", dict(refuse={"temperature": (400, openai_error(
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
        "unsupported_value", param="temperature"))}), SMALL, fix="--temperature none"),
    case("temperature, no words", "parameter_refused", dict(refuse={"temperature": (400, BLAND)}), SMALL,
         fix="--temperature none"),
    case("max_tokens, OpenAI", "parameter_refused", dict(refuse={"max_tokens": (400, openai_error(
        (UNSUPPORTED % "max_tokens") + " Use 'max_completion_tokens' instead.", "unsupported_parameter", param="max_tokens"))}),
        SMALL, detail="max_completion_tokens"),
    case("max_tokens, no words", "parameter_refused", dict(refuse={"max_tokens": (422, {"detail": "Unprocessable"})}), SMALL,
         detail="`max_tokens`"),
    case("max_tokens too large", "parameter_refused", dict(refuse_value={"max_tokens": (2048, (400, openai_error(
        "max_tokens is too large: 4096. This model supports at most 2048 completion tokens.", "invalid_value")))}),
        SMALL, fix="--max-tokens 2048"),
    case("a member of --extra-body", "parameter_refused", dict(refuse={"top_k": (400, openai_error(
        "Unrecognized request argument supplied: top_k"))}), SMALL + ["--extra-body", '{"top_k": 5, "top_p": 0.9}'],
        fix='"top_k"'),
    case("one of three members, no words", "parameter_refused", dict(refuse={"seed": (400, BLAND)}),
         SMALL + ["--extra-body", '{"top_p": 0.9, "seed": 7, "presence_penalty": 0}'], fix='"seed"'),
    case("two at once, no words", "parameter_refused", dict(refuse={"top_p": (400, BLAND), "temperature": (400, BLAND)}),
         SMALL + ["--extra-body", '{"top_p": 0.9, "seed": 7}'], detail="`temperature` and `top_p`"),
    case("a 500 for a parameter", "parameter_refused", dict(refuse={"temperature": (500, "Internal Server Error",
                                                                                     "text/plain")}), SMALL),
    case("no system prompt", "parameter_refused", dict(system=(400, BLAND)), SMALL, detail="system prompt"),
    case("schema, with words", "structured_refused", dict(schema=(400, openai_error(
        "This response_format type is unavailable now"))), SMALL, detail="json_object"),
    case("schema, no words", "structured_refused", dict(schema=(400, BLAND)), SMALL, detail="json_object"),
    case("no structured output", "structured_refused", dict(structured=(400, BLAND)), SMALL),
    case("schema, Anthropic", "structured_refused", dict(protocol="anthropic", refuse={"output_config": (
        400, anthropic_error("output_config: Extra inputs are not permitted"))}),
        SMALL + ["--endpoint", "anthropic"], base="", key=KEY),
    case("no streams", "stream_refused", dict(stream=(400, openai_error("Streaming is not supported."))), SMALL),
    case("no streams, no words", "stream_refused", dict(stream=(422, {"detail": "Unprocessable"})), SMALL),
    case("an error inside a stream", "stream_refused", dict(stream=(
        200, 'data: {"error":{"message":"stream failed","code":500}}\n\ndata: [DONE]\n\n', "text/event-stream")), SMALL),
]

# Limits, load and time.
LOAD = [
    case("one at a time", "concurrency_refused", dict(together=(1, (429, openai_error(
        "Rate limit reached: too many concurrent requests", "rate_limit_exceeded", "requests")), 8)), SMALL),
    case("rate limit", "rate_limited", dict(always=(429, openai_error(
        "Rate limit reached for requests. Please try again in 20s.", "rate_limit_exceeded", "requests"), "application/json",
        [("Retry-After", "20")]))),
    case("overloaded, Anthropic", "overloaded", dict(always=(529, anthropic_error("Overloaded", "overloaded_error")))),
    case("loading", "model_loading", dict(always=(503, openai_error("Loading model", 503, "unavailable_error")))),
    case("engine dead", "engine_dead", dict(always=(500, openai_error("EngineCore encountered an issue", None,
                                                                      "InternalServerError")))),
    case("fails inside", "server_error", dict(always=(500, "Internal Server Error", "text/plain"))),
    case("bad gateway", "gateway_error", dict(always=(502, "<html><body><h1>502 Bad Gateway</h1></body></html>",
                                                      "text/html"))),
    case("slow first byte", "slow_first_byte", dict(always="stall"), ["--timeout", "700ms"]),
    case("later than --first-byte-timeout", "slow_first_byte", dict(always="stall"), ["--first-byte-timeout", "300ms"]),
    case("stands still", "stalled", dict(always="trickle"), ["--idle-timeout", "2s"]),
    case("slow reply", "slow_reply", dict(always="trickle"), ["--timeout", "2s"]),
    case("cut", "reply_cut", dict(always="cut")),
    case("content filter", "content_filtered", dict(always=(400, openai_error(
        "Your request was rejected as a result of our safety system. content_policy_violation", "content_policy_violation")))),
    case("nothing said", "reply_empty", dict(always=(200, {"choices": [{"message": {"role": "assistant", "content": ""},
                                                                        "finish_reason": "stop"}]}))),
    case("fails by turns", "fails_by_turns", dict(turns=(4, (400, BLAND))), SMALL),
    case("no reason given", "unexplained", dict(always=(400, BLAND)), code=7),
]

HEALTHY = [
    case("healthy", "none", {}, SMALL, code=0),
    case("healthy with a key", "none", dict(key=KEY, key_refusal=OPENAI_KEY), SMALL, key=KEY, code=0),
    case("healthy, Anthropic", "none", dict(protocol="anthropic"), SMALL + ["--endpoint", "anthropic"], base="", key=KEY, code=0),
    case("healthy, trusted authority", "none", dict(certificate="loopback"), SMALL + ["--ca-file", "{loopback}"],
         scheme="https", code=0),
    case("healthy with a file", "none", {}, ["--image", str(samples_images() / "five-shapes.png")], code=0),
]

FAULTY = SETTINGS + REACH + PATHS + KEYS + MODEL + IMAGES + PARAMETERS + LOAD


def make_certificate(folder, name, subject):
    path = folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "30", "-subj", "/CN=vqagen-test", "-addext", f"subjectAltName={subject}",
                    "-keyout", str(folder / f"{name}.key"), "-out", str(path)], check=True, capture_output=True)
    whole = folder / f"{name}-whole.pem"
    whole.write_text(path.read_text() + (folder / f"{name}.key").read_text())
    return path, whole


class Diagnose(RunTest):
    def setUp(self):
        super().setUp()
        self.backend = self.simulator()
        self.certificates = {}

    def need_certificates(self):
        self.certificates = {"loopback": make_certificate(self.folder, "loopback", "IP:127.0.0.1"),
                             "other": make_certificate(self.folder, "other", "DNS:other.example")}

    def closed_port(self):
        held = socket.socket()
        self.addCleanup(held.close)
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]

    def serve(self, want):
        """The case's server, or None."""
        if want.get("server") == "ssh":
            return Listener(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        if want["gateway"] is None:
            return None
        settings = dict(want["gateway"])
        if "certificate" in settings:
            settings["certificate"] = self.certificates[settings["certificate"]][1]
        return Gateway(self.backend.port, **settings)

    def diagnose(self, want):
        """Runs a case: exit code, parsed JSON, requests that the server met, all that was printed."""
        server = self.serve(want)
        closed = self.closed_port()
        port = closed if server is None else server.port
        names = {"port": port, "closed": closed, **{name: paths[0] for name, paths in self.certificates.items()}}
        options = want["options"]
        for name, value in names.items():
            options = [option.replace("{" + name + "}", str(value)) for option in options]
        if want.get("server") or server is not None:
            options += ["--base-url", f"{want.get('scheme', 'http')}://127.0.0.1:{port}{want['base']}",
                        "--model", want.get("model", "simulated")]
        environment = dict(want["environment"])
        if "key" in want:
            environment["VQAGEN_API_KEY"] = want["key"]
        try:
            done = self.vqagen("diagnose", *options, "--json", environment=environment)
        finally:
            if server is not None:
                server.close()
        found = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        return done, found, server.requests if server is not None else 0

    def run_cases(self, cases):
        self.need_certificates()
        with ThreadPoolExecutor(4) as pool:
            return list(zip(cases, pool.map(self.diagnose, cases)))

    def check(self, want, done, found):
        """What is wrong with a case's result; "" for nothing."""
        if done.returncode not in (0, 1, 7) or not found:
            return f"ended with {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}"
        wrong = []
        if found["cause"] != want["cause"]:
            wrong.append(f"cause {found['cause']} in place of {want['cause']}")
        if done.returncode != want["code"]:
            wrong.append(f"exit code {done.returncode}")
        for field in ("fix", "detail"):
            if field in want and want[field] not in found[field]:
                wrong.append(f"{field} is {found[field]!r}, without {want[field]!r}")
        if "side" in want:
            passes = int(found["fix"].split()[-1].rstrip("."))
            if not want["side"] * 0.85 <= passes <= want["side"]:
                wrong.append(f"the side {passes} is not just below {want['side']}")
        if not wrong:
            return ""
        rungs = " / ".join(f"{rung['rung']}: {rung['seen']}" for rung in found["rungs"][-2:])
        return f"{'; '.join(wrong)} [{rungs}] {found.get('steps')}"

    def test_misconfigurations(self):
        self.assertGreaterEqual(len(FAULTY), 40)
        missed, calls, met = [], [], []
        cases = some(FAULTY)
        for want, (done, found, requests) in self.run_cases(cases):
            problem = self.check(want, done, found)
            if problem:
                missed.append(f"{want['name']}: {problem}")
            if not found:
                continue
            calls.append(found["calls"])
            met.append((want["name"], found["calls"], requests))
            if "calls" in want:
                self.assertEqual(found["calls"], want["calls"], want["name"])
            for secret in [want.get("key"), *want["environment"].values()]:
                if secret and len(secret) > 12:
                    self.assertNotIn(secret, done.stdout + done.stderr, want["name"])
        # libcurl itself sends again once when a kept connection turns out to be closed.
        for name, counted, requests in met:
            if "reset" in name:
                continue
            self.assertLessEqual(requests, counted + 1, f"{name}: the server met more than was counted")
        print(f"\n{len(cases)} misconfigurations, {len(cases) - len(missed)} right; calls: median "
              f"{statistics.median(calls)}, most {max(calls)}")
        self.assertLessEqual(len(missed), len(FAULTY) * 0.05, "\n".join(missed))
        self.assertFalse(missed, "\n".join(missed))
        self.assertLess(statistics.median(calls), 8)
        self.assertLessEqual(max(calls), 20)

    def test_healthy(self):
        for want, (done, found, _) in self.run_cases(HEALTHY):
            self.assertEqual(self.check(want, done, found), "", want["name"])
            self.assertEqual(found["verdict"], "healthy")
            self.assertLessEqual(found["calls"], 11, want["name"])
            self.assertEqual({rung["result"] for rung in found["rungs"]} - {"skipped"}, {"passed"})

    def test_the_builtin_model_is_healthy(self):
        done = self.vqagen("diagnose", "--endpoint", "builtin", "--max-side", 512, code=0)
        self.assertIn("Verdict: healthy", done.stdout)
        self.assertIn("At most 20 requests", done.stdout)

    def test_the_words_for_people(self):
        want = case("wrong key", "key_wrong", dict(key=KEY, key_refusal=OPENAI_KEY))
        server = self.serve(want)
        try:
            done = self.vqagen("diagnose", "--base-url", f"http://127.0.0.1:{server.port}/v1", "--model", "simulated",
                               environment={"VQAGEN_API_KEY": "sk-secret-0123456789abcdefghij"}, code=1)
        finally:
            server.close()
        lines = done.stdout.splitlines()
        self.assertTrue(any(line.startswith("ok     connection") for line in lines), done.stdout)
        self.assertTrue(any(line.startswith("BROKEN key") for line in lines), done.stdout)
        self.assertTrue(any(line.startswith("Verdict: diagnosed (key_wrong") for line in lines), done.stdout)
        self.assertTrue(any(line.startswith("Fix: ") for line in lines), done.stdout)
        self.assertNotIn("sk-secret-0123456789abcdefghij", done.stdout + done.stderr)


class DiagnoseRun(RunTest):
    """What `vqagen diagnose DIR` says of a run."""

    def gateway(self, **settings):
        if not hasattr(self, "backend"):
            self.backend = self.simulator()
        gateway = Gateway(self.backend.port, **settings)
        self.addCleanup(gateway.close)
        return gateway

    def run_through(self, gateway, *options, code=1, environment=None):
        out = self.folder / "out"
        self.vqagen("generate", samples_images(), "-o", out, "--base-url", f"http://127.0.0.1:{gateway.port}/v1",
                    "--model", "simulated", "--limit", 3, "--retries", 0, *options, code=code, environment=environment)
        return out

    def found(self, out, *options, code, environment=None):
        done = self.vqagen("diagnose", out, "--json", *options, code=code, environment=environment)
        return json.loads(done.stdout)

    def bytes_of(self, out):
        return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}

    def test_failures_are_grouped_and_replayed(self):
        out = self.run_through(self.gateway(max_side=(500, (400, BLAND))))
        before = self.bytes_of(out)
        found = self.found(out, code=7)
        self.assertEqual(found["calls"], 0)
        self.assertEqual([(group["count"], group["kind"], group["stage"], group["http_status"])
                          for group in found["failures"]], [(12, "bad_request", "draft", 400)])
        group = found["failures"][0]
        self.assertEqual(len(group["examples"]), 3)
        self.assertLessEqual(group["since"], group["until"])
        self.assertEqual(group["message"], BLAND["error"]["message"].rstrip("."))
        found = self.found(out, "--replay", group["examples"][1], code=1)
        self.assertEqual(found["cause"], "image_pixels", found)
        self.assertLessEqual(found["calls"], 20)
        self.assertLessEqual(int(found["fix"].split()[-1].rstrip(".")), 500)
        self.assertEqual(self.bytes_of(out), before)
        # The same call passes where nothing is refused.
        found = self.found(out, "--replay", group["examples"][0], "--base-url", self.backend.url, code=1)
        self.assertEqual((found["cause"], found["calls"]), ("passed_meanwhile", 1))

    def test_a_parameter_of_a_later_step(self):
        # Refused to answers alone, whose temperature is lower.
        out = self.run_through(self.gateway(refuse={"top_k": (422, {"detail": "Unprocessable"})}),
                               "--extra-body", '{"top_k": 3, "top_p": 0.9}')
        found = self.found(out, "--replay", self.first_failed(out), code=1)
        self.assertEqual(found["cause"], "parameter_refused", found)
        self.assertIn("`top_k`", found["detail"])

    def first_failed(self, out):
        return json.loads((out / "failures.jsonl").read_text().splitlines()[0])["id"]

    def test_a_stopped_run(self):
        out = self.run_through(self.gateway(key=KEY, key_refusal=OPENAI_KEY), code=3,
                               environment={"VQAGEN_API_KEY": "sk-other-0123456789abcdefghij"})
        found = self.found(out, code=1)
        self.assertEqual((found["cause"], found["kind"]), ("key_wrong", "key_wrong"))

    def test_a_good_run(self):
        out = self.run_through(self.gateway(), code=0)
        found = self.found(out, code=0)
        self.assertEqual((found["verdict"], found["failures"]), ("healthy", []))
        accepted = json.loads((out / "dataset.jsonl").read_text().splitlines()[0])["id"]
        self.assertIn("was accepted", self.vqagen("diagnose", out, "--replay", accepted, code=2).stderr)
        self.assertIn("no item", self.vqagen("diagnose", out, "--replay", "nobody.jpg#1", code=2).stderr)

    def test_no_run_there(self):
        done = self.vqagen("diagnose", self.folder, code=2)
        self.assertIn("holds no run", done.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertIn("--replay needs the DIR", self.vqagen("diagnose", "--replay", "x", code=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
