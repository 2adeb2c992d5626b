"""`vqagen diagnose` at set-ups that people get wrong, first written without a look at how it works.

Each set-up says which causes are right, what words the verdict or the fix has to have, and that no more than
twenty requests were sent.
"""
import gzip
import json
import socket
import subprocess
import unittest
import zlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gateway import Gateway, Listener, anthropic_error, openai_error
from harness import SAMPLES, SANITIZED, RunTest, Simulator, some
from setups import Stand, read_setups

CASES = Path(__file__).parents[1] / "cases"
KEY = "sk-proj-0a1b2c3d4e5f6a7b8c9d0e1f2a3b"
PAGE = "<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center>" \
       "<hr><center>nginx/1.24.0</center></body></html>"


def wrong_key(_=None):
    return (401, openai_error("Incorrect API key provided: sk-***. You can find your API key at https://x.", "invalid_api_key"))


class Rule(Gateway):
    """A gateway with one objection of its own: a function of the request."""

    def __init__(self, backend, rule, **more):
        self.rule = rule
        super().__init__(backend, **more)

    def objection(self, request):
        return self.rule(request) or super().objection(request)


class V6(ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


class Misconfigured(RunTest):
    def setUp(self):
        super().setUp()
        if SANITIZED and zlib.crc32(self.id().encode()) % 3:
            self.skipTest("under a sanitizer a third of these is enough")

    @classmethod
    def setUpClass(cls):
        cls.back = Simulator()
        cls.addClassCleanup(cls.back.stop)

    def gateway(self, make=Gateway, *arguments, **more):
        gateway = make(self.back.port, *arguments, **more)
        self.addCleanup(gateway.close)
        return gateway

    def certificate(self, *more):
        """A key and a certificate for 127.0.0.1 in one file."""
        where = self.folder / "server.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", where, "-out", self.folder / "ca.pem", "-subj", "/CN=model.test",
                        "-addext", "subjectAltName=IP:127.0.0.1", *more], check=True, capture_output=True)
        with open(where, "ab") as both:
            both.write((self.folder / "ca.pem").read_bytes())
        return where

    def certificate_of(self, year):
        """The same, of a January long ago: only `openssl ca` takes the dates."""
        (self.folder / "ca.conf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index\nnew_certs_dir={self.folder}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n"
            "[x]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:true\n")
        (self.folder / "index").touch()
        key, asked, ca = (self.folder / name for name in ("key.pem", "asked.pem", "ca.pem"))
        for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                         "-keyout", key, "-out", asked, "-subj", "/CN=model.test"],
                        ["ca", "-batch", "-notext", "-selfsign", "-config", self.folder / "ca.conf", "-keyfile", key,
                         "-in", asked, "-out", ca, "-startdate", f"{year}0101000000Z", "-enddate", f"{year}0131000000Z"]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        where = self.folder / "server.pem"
        where.write_bytes(key.read_bytes() + ca.read_bytes())
        return where

    def diagnose(self, url, causes, *words, options=(), key=None, variable="VQAGEN_API_KEY", model="simulated",
                 environment=None, large=False):
        environment = dict(environment or {})
        if key is not None:
            environment[variable] = key
        side = ("--max-side", "1024" if large else "256")
        done = self.vqagen("diagnose", "--base-url", url, "--model", model, "--json", *side, *options, environment=environment)
        self.assertIn(done.returncode, (0, 1, 3, 7), done.stderr)
        found = json.loads(done.stdout.splitlines()[-1])
        said = json.dumps(found, ensure_ascii=False)
        self.assertIn(found["cause"], causes.split("|"), said[-1500:])
        self.assertLessEqual(found["calls"], 20, said)
        for word in words:
            self.assertIn(word.lower(), f"{found.get('verdict')} {found.get('fix')} {found.get('message', '')}".lower(), said[-1500:])
        return found

    def at(self, gateway, path="/v1", scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{gateway.port}{path}"

    # The address.
    def test_chat_completions_appended(self):
        self.diagnose(self.at(self.gateway()) + "/chat/completions", "none|path_wrong")

    def test_slash_at_the_end(self):
        self.diagnose(self.at(self.gateway()) + "/", "none")

    def test_v1_missing_behind_nginx(self):
        self.diagnose(self.at(self.gateway(missing=(404, PAGE, "text/html")), ""), "path_v1_missing", "/v1")

    def test_v1_twice(self):
        # vqagen mends this by itself.
        self.diagnose(self.at(self.gateway(), "/v1/v1"), "none")

    def test_v1_where_none_belongs(self):
        gateway = self.gateway(path="/api/paas/v4/chat/completions",
                               missing=(404, {"timestamp": "2026-11-22", "status": 404, "error": "Not Found",
                                              "path": "/v4/v1/chat/completions"}))
        self.diagnose(self.at(gateway, "/api/paas/v4/v1"), "path_v1_extra|path_wrong")

    def test_no_scheme(self):
        done = self.vqagen("diagnose", "--base-url", "127.0.0.1:8000/v1", "--model", "m", "--json", code=2)
        self.assertIn("is not an http:// or https:// URL", done.stderr)

    def test_refused_port(self):
        self.diagnose("http://127.0.0.1:9/v1", "connection_refused")

    def test_no_such_host(self):
        self.diagnose("https://gpu-server.invalid:8000/v1", "dns", key=KEY)

    def test_no_key_for_a_host_by_name(self):
        self.diagnose("http://gpu-server.invalid:8000/v1", "key_missing", "VQAGEN_API_KEY")

    def test_ssh_port(self):
        listener = Listener(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        self.addCleanup(listener.close)
        self.diagnose(self.at(listener), "not_http")

    def test_login_page(self):
        page = "<html><title>Sign in</title><form action=/login><input type=password></form></html>"
        self.diagnose(self.at(self.gateway(always=(200, page, "text/html"))), "web_page")

    def test_moved(self):
        moved = (301, "", "text/html", [("Location", "https://llm.corp.example/v1/chat/completions")])
        self.diagnose(self.at(self.gateway(always=moved)), "redirected", "https://llm.corp.example")

    def test_proxy_points_nowhere(self):
        self.diagnose("https://llm.corp.example/v1", "proxy", "proxy", key=KEY,
                      environment={"HTTPS_PROXY": "http://127.0.0.1:9"})

    def test_ipv6_only(self):
        try:
            server = V6(("::1", 0), type("H", (BaseHTTPRequestHandler,), {"log_message": lambda *_: None}))
        except OSError:
            self.skipTest("no IPv6 here")
        self.addCleanup(server.server_close)
        self.diagnose(f"http://127.0.0.1:{server.server_address[1]}/v1", "connection_refused")

    # TLS.
    def test_self_signed(self):
        self.diagnose(self.at(self.gateway(certificate=self.certificate("-days", "3")), scheme="https"), "tls_untrusted", "--ca-file")

    def test_expired(self):
        gateway = self.gateway(certificate=self.certificate_of(2024))
        self.diagnose(self.at(gateway, scheme="https"), "tls_expired", options=["--ca-file", self.folder / "ca.pem"])

    def test_wrong_name(self):
        gateway = self.gateway(certificate=self.certificate("-days", "3"))
        self.diagnose(self.at(gateway, scheme="https", host="localhost"), "tls_name", options=["--ca-file", self.folder / "ca.pem"])

    def test_https_at_http(self):
        self.diagnose(self.at(self.gateway(), scheme="https"), "https_at_http_port", "http://")

    def test_http_at_https(self):
        self.diagnose(self.at(self.gateway(certificate=self.certificate("-days", "3"))), "http_at_https_port|connection_reset", "https://")

    # The key.
    def test_key_in_quotes(self):
        gateway = self.gateway(key=KEY, key_refusal=wrong_key())
        self.diagnose(self.at(gateway), "key_malformed", "quote", key=f'"{KEY}"')

    def test_key_with_newline(self):
        gateway = self.gateway(key=KEY, key_refusal=wrong_key())
        self.diagnose(self.at(gateway), "key_malformed|none", key=KEY + "\n")

    def test_key_with_bearer(self):
        gateway = self.gateway(key=KEY, key_refusal=wrong_key())
        self.diagnose(self.at(gateway), "key_malformed", "bearer", key="Bearer " + KEY)

    def test_key_with_blank_within(self):
        gateway = self.gateway(key=KEY, key_refusal=wrong_key())
        self.diagnose(self.at(gateway), "key_malformed", key=KEY[:10] + " " + KEY[10:])

    def test_key_wanted(self):
        gateway = self.gateway(key=KEY, key_refusal=(401, "Unauthorized", "text/plain"))
        self.diagnose(self.at(gateway), "key_missing")

    def test_key_of_other_site(self):
        gateway = self.gateway(key="sk-ant-api03-0a1b2c3d", key_refusal=(401, anthropic_error("invalid x-api-key", "authentication_error")), protocol="anthropic")
        self.diagnose(self.at(gateway, ""), "key_other_site", options=["--endpoint", "anthropic"], key=KEY,
                      variable="ANTHROPIC_API_KEY", model="claude-haiku-4-5")

    def test_key_of_a_gateway(self):
        refusal = (401, openai_error("Authentication Error, Invalid proxy server token passed. key=9a8b not found in db. "
                                     "Create key via `/key/generate` call.", "401", "token_not_found_in_db", "key"))
        gateway = self.gateway(key="sk-1234", key_refusal=refusal)
        self.diagnose(self.at(gateway), "key_wrong", key="sk-9a8b7c6d5e4f")
        self.diagnose(self.at(gateway), "key_other_site", "OpenAI", key=KEY)

    def test_no_money_in_chinese(self):
        refusal = (403, openai_error("用户额度不足, 剩余额度: ＄0.000000", "insufficient_user_quota", "new_api_error"))
        self.diagnose(self.at(self.gateway(always=refusal)), "no_money", key=KEY)

    # The model.
    def test_model_typo(self):
        refusal = (400, openai_error("/chat/completions: Invalid model name passed in model=qwen2.5-v1-7b. Call `/v1/models` "
                                     "to view available models for your key.", "400"))
        gateway = self.gateway(models=["llava:13b", "qwen2.5-vl-7b", "gpt-4o"], model=("qwen2.5-vl-7b", refusal))
        self.diagnose(self.at(gateway), "model_unknown", "qwen2.5-vl-7b", model="qwen2.5-v1-7b")

    def test_model_without_channel(self):
        refusal = (503, openai_error("当前分组 default 下对于模型 gpt-4o-mimi 无可用渠道 (request id: 2026)", None, "one_api_error"))
        gateway = self.gateway(models=["gpt-4o", "gpt-4o-mini"], model=("gpt-4o-mini", refusal))
        self.diagnose(self.at(gateway), "model_unknown", "gpt-4o-mini", model="gpt-4o-mimi")

    def test_listed_model_without_channel(self):
        refusal = (503, openai_error("No available channel for model gpt-4o under group default (distributor)",
                                     "model_not_found", "new_api_error"))
        gateway = self.gateway(models=["gpt-4o", "gpt-4o-mini"], always=refusal, lists_models=True)
        self.diagnose(self.at(gateway), "model_unknown", "channels are switched on", model="gpt-4o")

    def test_a_run_waits_for_a_channel_and_not_for_ever(self):
        refusal = (503, openai_error("No available channel for model m under group default (distributor)",
                                     "model_not_found", "new_api_error"))
        for missing, code in ((2, 0), (1000, 3)):
            asked = []
            gateway = self.gateway(Rule, lambda _: refusal if asked.append(1) or len(asked) <= missing else None)
            out = self.folder / str(missing)
            done = self.vqagen("generate", SAMPLES / "images", "-o", out, "--limit", 1, "-n", 1, "-c", 1, "--base-url",
                               self.at(gateway), "--model", "m", "--retries", 2, "--retry-wait", "20ms", code=code)
            self.assertIn("no_channel (HTTP 503)", done.stderr)
            if code:
                self.assertIn("refuses every call (no_channel, HTTP 503): No available channel", done.stderr)
                self.assertIn("channels and groups", done.stderr)
                self.assertEqual(len(asked), 3)

    def test_compressed_refusal(self):
        body = gzip.compress(json.dumps(openai_error("Model Not Exist")).encode())
        gateway = self.gateway(always=(400, body, "application/json", [("Content-Encoding", "gzip")]))
        self.diagnose(self.at(gateway), "model_unknown")

    def test_text_model_says_so_in_a_200(self):
        refusal = (200, {"error": {"message": "Error in iterating prediction stream: ValueError: Vision add-on is not "
                                              "loaded, but images were provided for processing"}})
        self.diagnose(self.at(self.gateway(no_vision=refusal)), "no_vision")

    def test_image_dropped(self):
        self.diagnose(self.at(self.gateway(blind="A cat sits on a red sofa.")), "image_ignored")

    def test_loading(self):
        refusal = (503, {"error": "Model Qwen/Qwen2-VL is currently loading", "estimated_time": 176.7})
        self.diagnose(self.at(self.gateway(always=refusal)), "model_loading")

    def test_other_protocol(self):
        gateway = self.gateway(protocol="anthropic", missing=(404, anthropic_error("Not found", "not_found_error")))
        self.diagnose(self.at(gateway), "protocol_other|path_wrong", "anthropic")

    # Parts of the request, refused without a word about which.
    def test_cap_too_large(self):
        refusal = (400, {"message": "Bad request"})
        gateway = self.gateway(Rule, lambda asked: refusal if max(
            asked.body.get("max_tokens", 0), asked.body.get("max_completion_tokens", 0)) > 1024 else None)
        self.diagnose(self.at(gateway), "parameter_refused", "max-tokens", options=["--max-tokens", "4096"])

    def test_temperature(self):
        refusal = (422, {"detail": "Unprocessable"})
        gateway = self.gateway(Rule, lambda asked: refusal if "temperature" in asked.names else None)
        self.diagnose(self.at(gateway), "parameter_refused", "temperature", options=["--temperature", "0.4"])

    def test_system_turn(self):
        refusal = (400, {"error": "invalid request"})
        self.diagnose(self.at(self.gateway(Rule, lambda asked: refusal if asked.system else None)), "parameter_refused", "system")

    def test_schema_crashes_the_server(self):
        refusal = (500, {"detail": "Internal Server Error"})
        gateway = self.gateway(Rule, lambda asked: refusal if "response_format" in asked.names else None)
        self.diagnose(self.at(gateway), "structured_refused")

    def test_schema(self):
        refusal = (400, {"error": {"message": "invalid request body", "code": 400}})
        gateway = self.gateway(Rule, lambda asked: refusal if "response_format" in asked.names else None)
        self.diagnose(self.at(gateway), "structured_refused", "capabilities")

    def test_cap_by_another_name(self):
        refusal = (400, {"message": "Bad request"})
        gateway = self.gateway(Rule, lambda asked: refusal if "max_tokens" in asked.names else None)
        self.diagnose(self.at(gateway), "parameter_refused", "max_tokens: max_completion_tokens")

    def test_cap_by_an_older_name(self):
        refusal = (400, {"message": "Bad request"})
        settings = self.folder / "newer.yaml"
        settings.write_text("capabilities:\n  - model: simulated\n    max_tokens: max_completion_tokens\n")
        gateway = self.gateway(Rule, lambda asked: refusal if "max_completion_tokens" in asked.names else None)
        self.diagnose(self.at(gateway), "parameter_refused", "max_tokens: max_tokens", options=["--settings", settings])

    def test_stream(self):
        refusal = (400, {"error": {"message": "invalid request body", "code": 400}})
        gateway = self.gateway(Rule, lambda asked: refusal if asked.body.get("stream") else None)
        self.diagnose(self.at(gateway), "stream_refused", "stream")

    def test_usage_in_stream(self):
        refusal = (400, {"error": {"message": "invalid request body", "code": 400}})
        gateway = self.gateway(Rule, lambda asked: refusal if "stream_options" in asked.names else None)
        self.diagnose(self.at(gateway), "parameter_refused|stream_refused", "stream")

    def test_rewritten_refusal(self):
        refusal = (502, "upstream says: 400 Bad Request {\"error\":{\"message\":\"Unsupported value: 'temperature' does not "
                        "support 0.4 with this model. Only the default (1) value is supported.\"}}", "text/plain")
        gateway = self.gateway(Rule, lambda asked: refusal if "temperature" in asked.names else None)
        self.diagnose(self.at(gateway), "parameter_refused", "temperature", options=["--temperature", "0.4"])

    # Size.
    def test_body_limit_without_a_word(self):
        refusal = (400, {"message": "Bad Request"})
        gateway = self.gateway(Rule, lambda asked: refusal if len(asked.raw) > 262_144 else None)
        self.diagnose(self.at(gateway), "image_bytes|image_size", "--max-", large=True)

    def test_firewall_limit(self):
        refusal = (403, "<html><title>403 Forbidden</title><body>Request blocked.</body></html>", "text/html")
        gateway = self.gateway(Rule, lambda asked: refusal if len(asked.raw) > 131_072 else None)
        self.diagnose(self.at(gateway), "image_bytes|image_size", "--max-", large=True)

    def test_reset_when_large(self):
        gateway = self.gateway(Rule, lambda asked: "reset" if len(asked.raw) > 262_144 else None)
        self.diagnose(self.at(gateway), "image_bytes|image_size", "--max-", large=True)

    def test_side_limit_without_a_word(self):
        self.diagnose(self.at(self.gateway(max_side=(512, (400, {"message": "Bad Request"})))), "image_pixels|image_size", "--max-side", large=True)

    # Time and number.
    def test_closes_within_the_answer(self):
        self.diagnose(self.at(self.gateway(always="cut")), "reply_cut|connection_reset")

    def test_never_begins(self):
        self.diagnose(self.at(self.gateway(always="stall")), "slow_first_byte", "--first-byte-timeout",
                      options=["--first-byte-timeout", "0.5"])

    def test_one_at_a_time(self):
        gateway = self.gateway(together=(1, (503, "busy", "text/plain"), 7))
        self.diagnose(self.at(gateway), "concurrency_refused", "--concurrency")

    # Set-ups as data.
    def test_setups(self):
        setups = some(read_setups(CASES / "setup/memory.setups"))
        with ThreadPoolExecutor(3) as together:
            for setup, found in zip(setups, together.map(self.play, setups)):
                with self.subTest(setup.name):
                    said = json.dumps(found, ensure_ascii=False)
                    self.assertIn(found["cause"], setup.expect.split("|"), said)
                    self.assertLessEqual(found["calls"], 20, said)
                    for words in setup.says:
                        self.assertIn(words, said)

    def play(self, setup):
        """What diagnose finds there, as it prints it."""
        stand = Stand(self.back.port, setup)
        try:
            done = self.vqagen("diagnose", "--base-url", setup.url.format(base=f"http://127.0.0.1:{stand.port}", port=stand.port),
                               "--model", setup.model, "--json", "--max-side", "1024" if setup.large else "256", *setup.args,
                               environment={} if setup.key == "-" else {"VQAGEN_API_KEY": setup.key})
        finally:
            stand.close()
        return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
