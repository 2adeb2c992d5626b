"""HTTP/2 with TLS: through nghttpx, before the simulator and before servers that refuse a request early."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from harness import RunTest, own_port, read_lines, samples_images

NGHTTPX = shutil.which("nghttpx") or shutil.which("nghttpx", path="/usr/sbin:/usr/local/sbin")


class EarlyServer:
    """Refuses each request when its headers have come, while the body is still being sent."""

    def __init__(self, status, body, tls=None):
        """tls: an ssl.SSLContext. Then the connection is closed right behind the answer, with the body unread."""
        self.tls = tls
        self.answer = (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n{body}")
        self.early = 0  # answers given before the body was there
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            try:
                if self.tls is not None:
                    client = self.tls.wrap_socket(client, server_side=True)
                while (request := self.read_head(client)) is not None:
                    head, body = request
                    length = int(next(line for line in head.lower().split(b"\r\n")
                                      if line.startswith(b"content-length:"))[15:])
                    self.early += len(body) < length
                    client.sendall(self.answer.encode())
                    if self.tls is not None:
                        client.close()
                        return
                    while len(body) < length and (chunk := client.recv(1 << 16)):
                        body += chunk
            except (OSError, StopIteration):
                pass

    @staticmethod
    def read_head(client):
        request = b""
        while b"\r\n\r\n" not in request:
            chunk = client.recv(4096)
            if not chunk:
                return None
            request += chunk
        return request.split(b"\r\n\r\n", 1)


@unittest.skipIf(NGHTTPX is None, "nghttpx is not installed (Debian: nghttp2-proxy)")
class Http2(RunTest):
    def setUp(self):
        super().setUp()
        self.key, self.certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", self.key, "-out", self.certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)

    def proxy(self, port):
        """nghttpx before that port; returns the options that lead a run through it."""
        front = own_port()
        process = subprocess.Popen([NGHTTPX, "--conf=/dev/null", "--workers=1", "--log-level=FATAL", "--no-ocsp",
                                    f"--frontend=127.0.0.1,{front}", f"--backend=127.0.0.1,{port}",
                                    f"--accesslog-file={self.folder}/access.log", "--accesslog-format=$alpn $status",
                                    str(self.key), str(self.certificate)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def listens():
            with socket.socket() as tried:
                return tried.connect_ex(("127.0.0.1", front)) == 0
        self.wait_until(listens, "nghttpx listens")
        return ("--base-url", f"https://127.0.0.1:{front}/v1", "--model", "simulated", "--ca-file", self.certificate)

    def noise(self):
        """An image that makes a body of more than a megabyte, which no buffer between takes whole."""
        with open(self.folder / "noise.ppm", "wb") as file:
            file.write(b"P6 1400 1400 255\n" + os.urandom(1400 * 1400 * 3))
        return self.folder / "noise.ppm"

    def test_a_storm_through_http2(self):
        kinds = ("429", "500", "503", "reset", "cut", "html", "broken-json")
        faults = [word for kind in kinds for word in ("--fault", f"{kind}:0.04")]
        simulator = self.simulator(*faults)
        out, fresh = self.folder / "out", self.folder / "fresh"
        self.vqagen("generate", samples_images(), "-o", out, "--limit", 6, "--retries", 8, "--retry-wait", "50ms",
                    "--concurrency", 32, *self.proxy(simulator.port), code=None)
        self.generate(samples_images(), fresh, "--limit", 6, simulator=self.simulator(), code=None)
        report = self.report(out)
        self.assertGreater(report["this_run"]["retries"], 0)
        self.assertEqual(report["items"]["unknown"], 0)
        self.assertEqual((out / "dataset.jsonl").read_bytes(), (fresh / "dataset.jsonl").read_bytes())
        # A gateway that meets a broken connection may ask the server once more by itself.
        self.assertLessEqual(report["this_run"]["requests"], 1.6 * report["this_run"]["calls"] + 10)
        # Only what was refused before its body was sent is asked again over HTTP/1.1.
        seen = (self.folder / "access.log").read_text(encoding="utf-8").split("\n")
        self.assertGreater(seen.count("h2 200"), 0.9 * report["this_run"]["calls"])

    def test_an_early_413_is_the_items_own(self):
        server = EarlyServer("413 Payload Too Large", json.dumps({"error": {"message": "body is too large"}}))
        self.addCleanup(server.listener.close)
        out = self.folder / "out"
        self.vqagen("generate", self.noise(), "-o", out, "--quality", 95, "--per-image", 2, "--retries", 0,
                    *self.proxy(server.port), code=1)
        self.assertEqual(self.report(out)["failures"], {"body_too_large": 2}, read_lines(out / "failures.jsonl"))
        self.assertEqual({line["http_status"] for line in read_lines(out / "failures.jsonl")}, {413})
        self.assertGreater(server.early, 0)

    def test_an_early_401_stops_the_run(self):
        server = EarlyServer("401 Unauthorized", json.dumps(
            {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}))
        self.addCleanup(server.listener.close)
        done = self.vqagen("generate", self.noise(), "-o", self.folder / "out", "--retries", 0, "--quality", 95,
                           *self.proxy(server.port), code=3,
                           environment={"VQAGEN_API_KEY": "sk-wrong-0123456789abcdef"})
        self.assertIn("key_wrong", done.stderr)
        self.assertGreater(server.early, 0)

    def test_an_early_413_of_a_server_with_tls_of_its_own(self):
        # The connection breaks before the answer is read: what is lost so is asked for with leave.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        server = EarlyServer("413 Payload Too Large", json.dumps({"error": {"message": "body is too large"}}), context)
        self.addCleanup(server.listener.close)
        self.vqagen("generate", self.noise(), "-o", self.folder / "out", "--quality", 95, "--per-image", 8, "--retries", 0,
                    "--base-url", f"https://127.0.0.1:{server.port}/v1", "--model", "simulated", "--ca-file",
                    self.certificate, code=1)
        self.assertEqual(self.report(self.folder / "out")["failures"], {"body_too_large": 8})
        self.assertGreater(server.early, 0)


if __name__ == "__main__":
    unittest.main()
