#!/usr/bin/env python3
"""The yardstick: the described Python system, written small, for side-by-side timing.

It does what a user would otherwise run: aiohttp behind a semaphore, Pillow on the event loop,
the image prepared anew for every call, every task created at once, results kept until the end.
Per question of type multiple_choice it makes two calls (answer, then wrong options), per
fill_in_blank one.

Needs Debian's python3-aiohttp and python3-pil; run it with /usr/bin/python3.

  yardstick.py IMAGES_DIR BASE_URL [--questions 4] [--concurrency 32] [--max-side 2048] [--out FILE]

BASE_URL is what stands before /chat/completions. Prints one JSON line: items, calls, seconds,
cpu_seconds, max_rss_kib, items_per_second.
"""
import argparse
import asyncio
import base64
import io
import json
import random
import resource
import sys
import time
from pathlib import Path

import aiohttp
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
MIB = 1 << 20


def encode_image(path, max_side):
    """A file as base64 JPEG: longest side capped, quality 85 down to 50 until under 7 MiB."""
    image = Image.open(path)
    if image.mode != "RGB":
        image = image.convert("RGB")
    longest = max(image.size)
    if longest > max_side:
        ratio = max_side / longest
        image = image.resize((int(image.width * ratio), int(image.height * ratio)), Image.LANCZOS)
    for quality in range(85, 49, -5):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        text = base64.b64encode(out.getvalue()).decode()
        if len(text) <= 7 * MIB:
            return text
    if len(text) > 10 * MIB:
        raise ValueError(f"{path}: still {len(text)} bytes of base64")
    return text


class Client:
    def __init__(self, base_url, concurrency, max_side):
        self.url = base_url.rstrip("/") + "/chat/completions"
        self.gate = asyncio.Semaphore(concurrency)
        self.max_side = max_side
        self.calls = 0

    async def ask(self, session, path, prompt):
        async with self.gate:
            body = {
                "model": "yardstick",
                "messages": [{"role": "user", "content": [
                    {"type": "text", "text": prompt},
                    {"type": "image_url", "image_url": {
                        "url": "data:image/jpeg;base64," + encode_image(path, self.max_side)}},
                ]}],
                "stream": False, "max_tokens": 4096, "temperature": 0.7,
            }
            for attempt in range(4):
                async with session.post(self.url, json=body) as response:
                    self.calls += 1
                    if response.status == 200:
                        reply = await response.json()
                        return reply["choices"][0]["message"]["content"]
                    await response.read()
                if response.status not in (429, 500, 503) or attempt == 3:
                    raise RuntimeError(f"HTTP {response.status}")
                await asyncio.sleep(2 ** (attempt + 1))


async def make_item(client, session, path, number):
    question = f"Question {number}: what is shown?"
    answer = await client.ask(session, path, f"Answer briefly.\nQuestion: {question}")
    if number % 4 == 3:
        return {"image": str(path), "question": question, "answer": answer}
    reply = await client.ask(session, path,
                             f"Give 3 wrong options, one per line.\nQuestion: {question}\nCorrect answer: {answer}")
    options = [answer] + [line for line in reply.splitlines() if line.strip()][:3]
    random.shuffle(options)
    return {"image": str(path), "question": question, "options": options,
            "answer": "ABCDEFGH"[options.index(answer)]}


async def run(args):
    paths = sorted(p for p in Path(args.images).rglob("*") if p.suffix.lower() in SUFFIXES)
    client = Client(args.base_url, args.concurrency, args.max_side)
    headers = {"Authorization": "Bearer yardstick", "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=args.concurrency)
    begun = time.monotonic()
    async with aiohttp.ClientSession(headers=headers, connector=connector,
                                     timeout=aiohttp.ClientTimeout(total=None)) as session:
        work = [make_item(client, session, p, q) for p in paths for q in range(args.questions)]
        results = await asyncio.gather(*work, return_exceptions=True)
    seconds = time.monotonic() - begun
    items = [r for r in results if isinstance(r, dict)]
    if args.out:
        Path(args.out).write_text(json.dumps(items, ensure_ascii=False, indent=1))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "items": len(items), "failed": len(results) - len(items), "calls": client.calls,
        "seconds": round(seconds, 3), "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "max_rss_kib": usage.ru_maxrss, "items_per_second": round(len(items) / seconds, 2)}))
    return 0 if len(items) == len(results) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images")
    parser.add_argument("base_url")
    parser.add_argument("--questions", type=int, default=4)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--max-side", type=int, default=2048)
    parser.add_argument("--out")
    sys.exit(asyncio.run(run(parser.parse_args())))
