"""`vqagen diagnose` against what `vqagen simulate` plays: each provider's own words, over its own protocol."""
import json
import statistics
import unittest
from concurrent.futures import ThreadPoolExecutor

from harness import RunTest

KEY = "sk-test-0123456789abcdefghij"
WAYS = {"anthropic": ("", ["--endpoint", "anthropic"]), "gemini": ("/v1beta", ["--endpoint", "gemini"])}

# What a provider says (vqagen simulate --fault list), and the cause it must be traced to.
PLAYED = {
    "openai": {
        "key-expired": "key_expired", "key-organization": "key_forbidden", "region": "region", "quota": "no_money",
        "model-forbidden": "model_forbidden", "model-unknown": "model_unknown", "no-vision": "no_vision",
        "context": "context_exceeded", "cap": "parameter_refused", "no-temperature": "parameter_refused",
        "no-max-tokens": "parameter_refused", "parameter": "parameter_refused", "no-structured": "structured_refused",
        "json-word": "structured_refused", "no-stream": "stream_refused", "stream-error": "stream_refused",
        "body-size": "image_bytes", "image-bytes": "image_bytes", "image-side": "image_pixels", "rate-tokens": "rate_limited",
        "concurrency": "rate_limited", "filter": "content_filtered", "not-found-detail": "path_wrong", "method": "path_wrong",
        "redirect-308": "redirected", "https-port": "http_at_https_port", "526": "tls", "407": "proxy", "500": "server_error",
        "nginx-502": "gateway_error", "error-in-200": "server_error", "json-invalid": "unexplained"},
    "anthropic": {
        "key-revoked": "key_expired", "key-forbidden": "key_forbidden", "billing": "no_money", "context": "context_exceeded",
        "no-temperature": "parameter_refused", "temperature-top-p": "parameter_refused", "schema": "structured_refused",
        "no-stream": "stream_refused", "image-many": "image_pixels", "image-type": "image_rejected",
        "acceleration": "rate_limited", "529": "overloaded"},
    "gemini": {
        "key-leaked": "key_expired", "key-blocked": "key_forbidden", "region-free": "region", "quota-day": "quota_exhausted",
        "model-retired": "model_unknown", "no-vision": "no_vision", "schema-name": "structured_refused",
        "no-max-tokens": "parameter_refused", "high-demand": "overloaded", "not-found": "path_wrong"},
    "zhipu": {"key-locked": "key_forbidden", "plan": "model_forbidden", "fair-use": "quota_exhausted"},
    "deepseek": {"402": "no_money", "no-vision": "no_vision"},
    "vllm": {"engine-dead": "engine_dead", "no-images": "no_vision"},
    "llama.cpp": {"loading": "model_loading", "batch": "context_exceeded", "no-vision": "no_vision"},
}

# Options of the simulator that are wrong for what diagnose sends, and a part of the fix.
RULES = [
    (["--blind"], "image_ignored", ""),
    (["--key", "sk-another-0123456789"], "key_wrong", ""),
    (["--refuse-parameter", "temperature"], "parameter_refused", "--temperature none"),
    (["--refuse-parameter", "system"], "parameter_refused", ""),
    (["--refuse-parameter", "response_format"], "structured_refused", ""),
    (["--refuse-parameter", "stream"], "stream_refused", ""),
    (["--max-output-tokens", "1000"], "parameter_refused", "--max-tokens 1000"),
    (["--max-image-side", "300"], "image_pixels", "--max-side"),
    (["--max-body-bytes", "40k", "--early"], "image_bytes", ""),
    (["--path", "/api/v4"], "path_wrong", ""),
    (["--path", "/v1/messages"], "protocol_other", "--endpoint anthropic"),
    (["--model", "qwen2.5-vl-7b"], "model_unknown", "qwen2.5-vl-7b"),
    (["--structured", "none"], "structured_refused", ""),
    (["--capacity", "1", "--capacity-mode", "refuse", "--latency", "0.5"], "concurrency_refused", ""),
    (["--requests-per-minute", "3"], "rate_limited", ""),
    (["--answers", "look"], "none", ""),
]


class Played(RunTest):
    def diagnose(self, simulator, model, way=("/v1", [])):
        base, options = way
        done = self.vqagen("diagnose", *options, "--base-url", f"http://127.0.0.1:{simulator.port}{base}", "--model", model,
                           "--max-side", 512, "--json", environment={"VQAGEN_API_KEY": KEY})
        self.assertIn(done.returncode, (0, 1, 7), f"{model}: {done.stderr}")
        self.assertNotIn(KEY, done.stdout + done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual(done.returncode, {"none": 0, "unexplained": 7}.get(found["cause"], 1), found)
        return found

    def check(self, cases):
        """cases: name, wanted cause, part of the fix, arguments of diagnose."""
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda case: self.diagnose(*case[3]), cases))
        missed = [f"{name}: {found['cause']} in place of {cause}: {found['fix']}"
                  for (name, cause, fix, _), found in zip(cases, results)
                  if found["cause"] != cause or fix not in found["fix"]]
        self.assertFalse(missed, "\n".join(missed))
        calls = [found["calls"] for found in results]
        self.assertLess(statistics.median(calls), 8)
        self.assertLessEqual(max(calls), 20)

    def test_each_providers_words(self):
        cases = []
        for provider, faults in PLAYED.items():
            simulator = self.simulator("--fault-models", "--play", provider)
            for fault, cause in faults.items():
                cases.append((f"{provider} {fault}", cause, "", (simulator, f"fault-{fault}", WAYS.get(provider, ("/v1", [])))))
        self.assertGreaterEqual(len(cases), 60)
        self.check(cases)

    def test_rules_of_the_endpoint(self):
        self.check([(" ".join(options), cause, fix, (self.simulator(*options), "simulated")) for options, cause, fix in RULES])


if __name__ == "__main__":
    unittest.main()
