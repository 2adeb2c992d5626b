"""`vqagen prepare`: the image stage alone."""
import base64
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import struct
import unittest
import zlib

from harness import TIMEOUT, RunTest, read_lines, samples_images


def png(width, height, rows=None):
    """A grey PNG that declares these sides, and has so many rows of noise."""
    noise = random.Random(1)
    def chunk(name, body):
        return (struct.pack(">I", len(body)) + name + body
                + struct.pack(">I", zlib.crc32(name + body)))
    data = zlib.compress(b"".join(b"\0" + noise.randbytes(width)
                                  for _ in range(rows if rows is not None else height)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


class Prepare(RunTest):
    def prepare(self, source, *options, out="out", code=0, **more):
        done = self.vqagen("prepare", source, "-o", self.folder / out, "--json", *options, code=code,
                           **more)
        summary = json.loads(done.stdout) if done.stdout else None
        return summary, read_lines(self.folder / out / "images.jsonl"), done

    def test_each_image_has_a_row_in_order(self):
        summary, rows, _ = self.prepare(samples_images())
        names = sorted(path.name for path in samples_images().iterdir())
        self.assertEqual([row["path"] for row in rows], names)
        self.assertEqual(summary["images"], len(names))
        self.assertEqual(summary["encoded"] + summary["passed"], len(names))
        self.assertGreater(summary["passed"], 0)
        self.assertEqual(summary["bytes_in"],
                         sum(path.stat().st_size for path in samples_images().iterdir()))
        for row in rows:
            data = (self.folder / "out" / row["file"]).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), row["sha256"])
            self.assertEqual(len(data), row["bytes"])
            self.assertEqual(row["base64_bytes"], (len(data) + 2) // 3 * 4)
            self.assertEqual(row["status"], "passed" if row["quality"] == 0 else "encoded")
            self.assertNotIn(b"Exif", data)
            self.assertGreater(row["tokens"]["anthropic"], 0)
        self.assertGreater(summary["peak_rss_kib"], 0)

    def test_the_same_at_any_number_of_workers(self):
        folder = self.folder / "in"
        for copy in range(12):
            shutil.copytree(samples_images(), folder / f"{copy:02}")
        (folder / "03" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
        texts = set()
        for workers in (1, 2, 7):
            _, rows, _ = self.prepare(folder, "--workers", workers, out=f"out{workers}", code=1)
            self.assertEqual(len(rows), 12 * 16 + 1)
            texts.add((self.folder / f"out{workers}" / "images.jsonl").read_bytes())
        self.assertEqual(len(texts), 1)

    def test_limits_hold(self):
        _, rows, _ = self.prepare(samples_images(), "--max-side", 100, "--quality", 60)
        for row in rows:
            self.assertLessEqual(max(row["out_width"], row["out_height"]), 100)
            self.assertEqual((row["status"], row["quality"]), ("encoded", 60))

    def test_limits_of_the_endpoint_hold(self):
        source = self.folder / "wide.png"
        source.write_bytes(png(6500, 20))
        for endpoint, side in (("zhipu", 6000), ("vllm", 6500), ("https://api.z.ai/v4", 6000)):
            _, rows, _ = self.prepare(source, "--endpoint", endpoint, "--max-side", 16000, out=str(side))
            self.assertEqual(rows[0]["out_width"], side)
        done = self.vqagen("prepare", source, "-o", self.folder / "x", "--endpoint", "zipu", code=3)
        self.assertIn("'zipu'", done.stderr)

    def test_what_cannot_be_prepared_is_named(self):
        folder = self.folder / "in"
        folder.mkdir()
        (folder / "bomb.png").write_bytes(png(60000, 60000, 1))
        (folder / "cut.png").write_bytes(png(200, 200)[:-20000])
        (folder / "good.png").write_bytes(png(40, 40))
        (folder / "notes.txt").write_text("not an image")
        (folder / os.fsdecode(b"na\xffme.png")).write_bytes(png(9, 9))
        os.symlink(".", folder / "loop")
        summary, rows, done = self.prepare(folder, code=1)
        by_name = {row["path"]: row for row in rows}
        self.assertEqual(list(by_name), ["bomb.png", "cut.png", "good.png", "na\ufffdme.png"])
        self.assertEqual(summary["failed"], 2)
        self.assertIn("60000 x 60000", by_name["bomb.png"]["reason"])
        self.assertIn("can be read", by_name["cut.png"]["reason"])
        self.assertNotIn("file", by_name["cut.png"])
        self.assertIn("images.jsonl says why", done.stderr)
        summary, rows, _ = self.prepare(folder, "--accept-damaged", out="accepted", code=1)
        cut = {row["path"]: row for row in rows}["cut.png"]
        self.assertEqual((cut["status"], summary["failed"]), ("encoded", 1))
        self.assertIn("can be read", cut["reason"])

    def test_its_own_pictures_are_no_input(self):
        folder = self.folder / "in"
        folder.mkdir()
        (folder / "a.png").write_bytes(png(40, 40))
        for _ in range(2):
            summary, rows, done = self.prepare(folder, out="in/out")
            self.assertEqual([row["path"] for row in rows], ["a.png"])
        self.assertIn("out/images lies in the input", done.stderr)
        (folder / "a.png").unlink()
        self.assertIn("holds no image", self.prepare(folder, out="in/out")[2].stderr)

    def test_names_that_are_not_text(self):
        folder = os.fsencode(self.folder / "in")
        os.mkdir(folder)
        names = [b"plain.png", b"a\nb.png", b"q\"'\\.png", b"\xfe.png", b"\xff.png", "ü.png".encode()]
        for number, name in enumerate(names):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(png(20 + number, 20))
        _, rows, _ = self.prepare(os.fsdecode(folder))
        found = {}
        for row in rows:
            path = base64.b64decode(row["path_base64"]) if "path_base64" in row \
                else os.path.join(folder, row["path"].encode())
            with open(path, "rb") as file:
                found[os.path.basename(path)] = file.read() == png(row["width"], row["height"])
        self.assertEqual(found, {name: True for name in names})
        self.assertEqual(sum("path_base64" in row for row in rows), 2)

    def begin(self, folder, out):
        """Starts vqagen; returns when the first picture is there."""
        process = self.start("prepare", folder, "-o", out, "--workers", 1)
        self.wait_until(lambda: any(out.glob("images/*.jpg")), "the first picture", process)
        return process

    def pause_within(self, folder, out, most):
        """Stands still with fewer than so many pictures made, even if this process was slow to see the first."""
        for _ in range(20):
            process = self.begin(folder, out)
            process.send_signal(signal.SIGSTOP)
            if len(list(out.glob("images/*.jpg"))) < most:
                return process
            process.kill()
            process.wait()
            shutil.rmtree(out)
        self.fail("it was always too far already")

    def test_what_is_no_file_or_vanishes(self):
        folder = self.folder / "in"
        folder.mkdir()
        large = png(800, 800)
        for i in range(60):
            (folder / f"{i:02}.png").write_bytes(large)
        (folder / "folder.jpg").mkdir()
        os.mkfifo(folder / "fifo.jpg")
        os.symlink("/dev/zero", folder / "zero.jpg")
        os.symlink("nowhere", folder / "dangling.jpg")
        os.symlink("itself.jpg", folder / "itself.jpg")
        os.symlink(folder, folder / "loop")
        os.symlink("..", folder / "folder.jpg" / "up")
        unreadable = folder / "locked.png"
        unreadable.write_bytes(large)
        unreadable.chmod(0)
        out = self.folder / "out"
        process = self.pause_within(folder, out, 40)
        for i in range(50, 60):
            (folder / f"{i:02}.png").unlink()
        (folder / "49.png").write_bytes(large[:5000])
        process.send_signal(signal.SIGCONT)
        _, said = process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 1, said)
        rows = {row["path"]: row for row in read_lines(out / "images.jsonl")}
        for name in ["itself.jpg", "zero.jpg", "fifo.jpg", "folder.jpg", "loop"]:
            self.assertNotEqual(rows.get(name, {"status": "failed"})["status"], "encoded", name)
        if os.geteuid() != 0:
            self.assertIn("Permission denied", rows["locked.png"]["reason"])
        statuses = [rows[f"{i:02}.png"]["status"] for i in range(49)]
        self.assertEqual(statuses, ["encoded"] * 49)
        # Those that were gone before they were listed have no row, the others say so.
        for i in range(50, 60):
            if rows.get(f"{i:02}.png", {"status": "encoded"})["status"] != "encoded":
                self.assertIn("No such file", rows[f"{i:02}.png"]["reason"])
        self.assertIn("damaged", rows["49.png"]["reason"])

    def test_the_row_and_the_line_have_these_fields(self):
        summary, rows, _ = self.prepare(samples_images())
        self.assertEqual(set(summary), {"images", "encoded", "passed", "skipped", "failed", "seconds",
                                        "cpu_seconds", "bytes_in", "bytes_out", "peak_rss_kib"})
        for row in rows:
            self.assertLessEqual({"path", "status", "format", "width", "height", "orientation",
                                  "out_width", "out_height", "quality", "bytes", "base64_bytes", "sha256",
                                  "tokens"}, set(row))

    def test_the_peak_is_its_own(self):
        ballast = bytearray(os.urandom(1 << 20)) * 200  # of this process, which starts the other
        summary, _, _ = self.prepare(samples_images() / "five-shapes.png")
        self.assertGreater(summary["peak_rss_kib"], 1000)
        if "asan" not in str(self.command()) and "tsan" not in str(self.command()):
            self.assertLess(summary["peak_rss_kib"], len(ballast) // 1024)

    def test_large_ones_wait_for_memory_or_are_refused(self):
        folder = self.folder / "in"
        folder.mkdir()
        large = png(1000, 1000)
        for i in range(6):
            (folder / f"{i}.png").write_bytes(large)
        (folder / "huge.png").write_bytes(png(6000, 6000, 1))
        _, rows, _ = self.prepare(folder, "--image-memory", "32MiB", "--workers", 4, code=1)
        self.assertEqual([row["status"] for row in rows], ["encoded"] * 6 + ["failed"])
        self.assertIn("--image-memory", rows[-1]["reason"])

    def test_records(self):
        lines = [{"id": "a", "image": str(samples_images() / "five-shapes.png")},
                 {"id": "b", "image": "http://127.0.0.1:9/none.png"},
                 {"id": "c", "image": str(self.folder / "missing.png")}]
        source = self.folder / "in.jsonl"
        source.write_text("".join(json.dumps(line) + "\n" for line in lines))
        _, rows, _ = self.prepare(source, code=1)
        self.assertEqual([row["status"] for row in rows], ["encoded", "skipped", "failed"])

    def test_interrupted_rows_are_kept(self):
        folder = self.folder / "in"
        folder.mkdir()
        large = png(1500, 1500)
        for i in range(400):
            os.link(folder / "0000.png", folder / f"{i:04}.png") if i else \
                (folder / "0000.png").write_bytes(large)
        out = self.folder / "out"
        process = self.begin(folder, out)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=TIMEOUT)
        self.assertEqual(process.returncode, 130, said)
        rows = read_lines(out / "images.jsonl")
        self.assertTrue(0 < len(rows) < 400, len(rows))
        self.assertEqual([row["path"] for row in rows], [f"{i:04}.png" for i in range(len(rows))])

    def test_a_disk_that_refuses_is_told(self):
        out = self.folder / "out"

        def small_files_only():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
        done = self.vqagen("prepare", samples_images(), "-o", out, code=5,
                           preexec_fn=small_files_only)
        self.assertIn("cannot write", done.stderr)
        self.assertEqual(list(out.glob("images.jsonl*")), [])
        self.assertEqual(list((out / "images").iterdir()), [])

    def test_usage(self):
        self.assertIn("-o DIR", self.vqagen("prepare", samples_images(), code=2).stderr)
        self.assertIn("INPUT is missing", self.vqagen("prepare", "-o", "x", code=2).stderr)
        self.assertIn("above --quality", self.vqagen(
            "prepare", samples_images(), "-o", "x", "--quality", 10, code=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
