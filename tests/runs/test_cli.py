"""What a user gets to hear: wrong usage, keys, addresses, model names, and the silence of stdout."""
import fcntl
import http.server
import json
import os
import pty
import struct
import subprocess
import termios
import threading
import unittest

from harness import RunTest, clean_environment, read_lines, samples_images

KEY = "sk-test-0123456789"
NOWHERE = "http://127.0.0.1:9/v1"  # the discard port: refused at once, and never reached here


class Cli(RunTest):
    def setUp(self):
        super().setUp()
        self.image = samples_images() / "three-circles.jpg"
        self.out = self.folder / "out"

    def refused(self, *options, code, says, **more):
        """The run is refused, in one line on standard error that says so."""
        done = self.vqagen("generate", self.image, "-o", self.out, *options, code=code, **more)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done

    def first_request(self, *options):
        """The first request's body, as an endpoint sees it that refuses all."""
        bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.vqagen("generate", self.image, "-o", self.out, "--base-url",
                    f"http://127.0.0.1:{server.server_port}/v1", *options, code=3)
        return bodies[0]


class Usage(Cli):
    def test_values_out_of_range_name_the_range(self):
        for options, says in ((("--concurrency", "0"), "from 1 to 10000"),
                              (("--concurrency", "1e3"), "\"1e3\" is not a whole number"),
                              (("--options", "27"), "from 2 to 26"),
                              (("--tries", "0"), "from 1 to 20"),
                              (("--seed", "18446744073709551616"), "from 0 to 18446744073709551615"),
                              (("--seed", "-1"), "--seed: \"-1\""),
                              (("--max-side", "15"), "from 16 to 16384"),
                              (("--max-bytes", "2k"), "from 4 KiB to 10 MiB"),
                              (("--timeout", "5parsecs"), "is not a time"),
                              (("--limit", "-1"), "--limit: \"-1\""),
                              (("--format", "nonsense"), "is not a question type"),
                              (("--language", "klingon"), "is not en or zh"),
                              (("--extra-body", "[1]"), "not an object"),
                              (("--endpont", "builtin"), "did you mean --endpoint?"),
                              (("--quality", "10", "--min-quality", "50"), "above --quality 10")):
            with self.subTest(options=options):
                self.refused("--endpoint", "builtin", *options, code=2, says=says)
                self.assertFalse(self.out.exists(), "nothing is written before the settings are right")

    def test_what_would_break_the_run_is_refused_before_it(self):
        for options, says in ((("--topics", "counting,countin"), "there is no topic \"countin\""),
                              (("--extra-body", '{"messages": []}'), "must not set 'messages'"),
                              (("--extra-body", '{"stream": true}'), "use --stream"),
                              (("--ca-file", "/nonexistent"), "--ca-file: cannot read /nonexistent"),
                              (("--settings", "/nonexistent"), "cannot open /nonexistent")):
            with self.subTest(options=options):
                self.refused("--endpoint", "builtin", *options, code=3, says=says)

    def test_settings_files(self):
        for number, (text, says) in enumerate((
                ("concurency: 3\n", "line 1: there is no setting \"concurency\"; did you mean concurrency?"),
                ("seed: 1\nconcurrency: three\n", "line 2: concurrency: \"three\""),
                ("concurrency: [3\n", "line 1"),
                ("api-key: sk-abcdefgh12345678\n", "a key does not belong into a settings file"))):
            with self.subTest(text=text):
                path = self.folder / f"settings{number}.yaml"
                path.write_text(text)
                done = self.refused("--endpoint", "builtin", "--settings", path, code=3, says=says)
                self.assertNotIn("abcdefgh", done.stderr)

    def test_variables(self):
        self.refused("--endpoint", "builtin", code=3, says="VQAGEN_CONCURRENCY: \"abc\"",
                     environment={"VQAGEN_CONCURRENCY": "abc"})
        done = self.generate(self.image, self.out, environment={"VQAGEN_CONCURENCY": "3", "VQAGEN_PER_IMAGE": "2"})
        self.assertIn("did you mean VQAGEN_CONCURRENCY?", done.stderr)
        self.assertEqual(len(read_lines(self.out / "dataset.jsonl")), 2)

    def test_the_bounds_work_and_stdout_stays_empty(self):
        for number, options in enumerate((
                ("--options", 2), ("--tries", 1), ("--repeat", 3), ("--batch-size", 1),
                ("--concurrency", 1), ("--concurrency", 512), ("--max-side", 16), ("--max-bytes", "4096"),
                ("--limit", 1), ("--limit", 0), ("--seed", 18446744073709551615), ("--system-prompt", ""),
                ("--format", "multiple_choice"), ("--format", "fill_in_blank:3"), ("--verbose",),
                ("--quiet",))):
            with self.subTest(options=options):
                out = self.folder / str(number)
                done = self.generate(self.image, out, *options, code=None)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                self.assertEqual(done.stdout, "")
                report = self.report(out)
                self.assertEqual(report["items"]["total"], 4)
                self.assertEqual(report["items"]["unknown"] + report["items"]["open"], 0)
                if options == ("--quiet",):
                    self.assertEqual(done.stderr, "")
                for item in read_lines(out / "dataset.jsonl"):
                    if options[0] == "--options":
                        self.assertIn(len(item["options"]), (0, 2))
                    if options[0] == "--format":
                        self.assertEqual(item["question_type"], options[1].split(":")[0])

    def test_a_device_is_written_to_and_not_replaced(self):
        pipe = self.folder / "summary"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.generate(self.image, self.out, "--summary-json", pipe)
        text = os.read(reader, 1 << 20)
        os.close(reader)
        self.assertEqual(json.loads(text)["items"]["total"], 4)
        self.assertTrue(pipe.is_fifo())


class Keys(Cli):
    def test_keys_that_no_endpoint_has(self):
        for key, says in (('"sk-abcdefghijkl"', "quotation mark"), ("sk-abc\ndef-ghi", "line break"),
                          ("Bearer sk-abcdefghijkl", "without 'Bearer'"), ("sk-\u00fcber-abcdefgh", "outside ASCII")):
            with self.subTest(key=key):
                done = self.refused("--base-url", NOWHERE, "--model", "m", code=3, says=says,
                                    environment={"VQAGEN_API_KEY": key})
                self.assertNotIn("abcdefgh", done.stderr)

    def test_a_missing_key_names_its_variable(self):
        self.refused("--endpoint", "openai", "--model", "m", code=3, says="set OPENAI_API_KEY")
        self.refused("--endpoint", "openai", "--model", "m", code=3, says="set OPENAI_API_KEY",
                     environment={"OPENAI_API_KEY": ""})

    def test_a_key_is_not_sent_in_the_clear(self):
        done = self.refused("--base-url", "http://api.invalid/v1", "--model", "m", code=3,
                            says="unencrypted over http:// to api.invalid", environment={"VQAGEN_API_KEY": KEY})
        self.assertNotIn(KEY, done.stderr)
        self.refused("--api-key", KEY, code=2, says="a key is not taken from the command line")
        self.refused("--base-url", "http://user:secret@127.0.0.1:9/v1", "--model", "m", code=3,
                     says="user name or password")

    def test_key_files(self):
        path = self.folder / "key"
        path.write_text(KEY + "\n")
        path.chmod(0o644)
        self.refused("--base-url", NOWHERE, "--model", "m", "--api-key-file", path, code=3, says="chmod 600")
        path.chmod(0o600)
        simulator = self.simulator("--key", KEY)
        self.generate(self.image, self.out, "--api-key-file", path, simulator=simulator)
        for file in self.out.iterdir():
            if file.is_file():
                self.assertNotIn(KEY.encode(), file.read_bytes(), file.name)
        path.write_text("")
        self.refused("--base-url", NOWHERE, "--model", "m", "--api-key-file", path, code=3, says="is empty")


class Addresses(Cli):
    def test_what_is_not_there(self):
        for options, says in ((("--base-url", NOWHERE), "connection_refused"),
                              (("--base-url", NOWHERE, "--proxy", "http://127.0.0.1:9"), "Check that the proxy runs")):
            with self.subTest(options=options):
                done = self.vqagen("generate", self.image, "-o", self.out, "--model", "m", "--retries", 0,
                                   *options, code=4)
                self.assertIn(says, done.stderr)

    def test_https_to_a_plain_port(self):
        simulator = self.simulator()
        done = self.vqagen("generate", self.image, "-o", self.out, "--model", "m", "--base-url",
                           simulator.url.replace("http", "https", 1), code=4)
        self.assertIn("use http:// in the base URL", done.stderr)

    def test_addresses_that_are_none(self):
        for url in ("ftp://127.0.0.1/", "127.0.0.1:8000/v1", "http://", " "):
            with self.subTest(url=url):
                self.refused("--base-url", url, "--model", "m", code=2, says="is not an http:// or https:// URL")

    def test_the_whole_address_may_be_given(self):
        for end in ("/v1", "/v1/", "/v1/chat/completions"):
            with self.subTest(end=end):
                simulator = self.simulator()
                self.vqagen("generate", self.image, "-o", self.folder / end.replace("/", "-"), "--model", "m",
                            "--base-url", simulator.url.replace("/v1", end), code=0)


class Requests(Cli):
    def test_model_names(self):
        name = "/data/models/Qwen2-VL"
        for mode, sent in ((None, "qwen2-vl"), ("verbatim", name), ("normalized", "qwen2-vl")):
            with self.subTest(mode=mode):
                body = self.first_request("--model", name, *(("--model-name", mode) if mode else ()))
                self.assertEqual(body["model"], sent)

    def test_extra_body_and_system_prompt(self):
        body = self.first_request("--model", "m", "--extra-body", '{"top_p": 0.25, "vendor": {"a": [1]}, '
                                  '"temperature": 0.125}', "--system-prompt", "Be \"brief\".\n")
        self.assertEqual((body["top_p"], body["vendor"], body["temperature"]), (0.25, {"a": [1]}, 0.125))
        self.assertEqual(body["messages"][0], {"role": "system", "content": "Be \"brief\".\n"})

    def test_a_refused_run_leaves_the_settings_free(self):
        simulator = self.simulator("--model", "right")
        done = self.vqagen("generate", self.image, "-o", self.out, "--base-url", simulator.url,
                           "--model", "wrong", code=3)
        self.assertIn("model_unknown", done.stderr)
        self.vqagen("generate", self.image, "-o", self.out, "--base-url", simulator.url,
                    "--model", "right", code=0)
        done = self.vqagen("generate", self.image, "-o", self.out, "--base-url", simulator.url,
                           "--model", "wrong", code=3)
        self.assertIn('model was "right" and is now "wrong"', done.stderr)


class Terminal(Cli):
    def watch(self, columns, **environment):
        """What a terminal of so many columns is sent by a run of a few tenths of a second."""
        simulator = self.simulator("--latency", "fixed:0.2")
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen(self.command("generate", self.image, "-o", self.folder / f"{columns}{len(environment)}",
                                           "--base-url", simulator.url, "--model", "m"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                              env=clean_environment(**environment)) as process:
            os.close(theirs)
            seen = b""
            while True:
                try:
                    seen += os.read(ours, 65536)
                except OSError:  # the other side is closed
                    break
            self.assertEqual(process.wait(), 0, seen)
        os.close(ours)
        return seen.decode()

    def test_a_narrow_terminal_has_whole_parts(self):
        for columns in (40, 120):
            seen = self.watch(columns, TERM="xterm")
            lines = [line for line in seen.replace("\x1b[K", "").split("\r") if " items  " in line]
            self.assertTrue(lines, seen)
            for line in lines:
                self.assertLess(len(line), columns)
                self.assertRegex(line.split("  ")[-1], r"^(\d+/\d+\+? items|[\d.]+/s|\d+s( left)?|\d+ in flight|"
                                                       r"tokens [\d.k]+ in [\d.k]+ out)$")

    def test_a_dumb_terminal_is_not_steered(self):
        self.assertNotIn("\x1b", self.watch(80, TERM="dumb"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
