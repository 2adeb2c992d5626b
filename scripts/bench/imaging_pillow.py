"""Pillow making a JPEG smaller, as most programs do: open, resize(LANCZOS), save.

Takes orders and answers like imaging.c: "prepare SIDE PATH", then CPU seconds and bytes.
"""
import io
import sys
import time

from PIL import Image


def prepare(data, side):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    ratio = side / max(image.size)
    if ratio < 1:
        image = image.resize((round(image.width * ratio), round(image.height * ratio)), Image.LANCZOS)
    image.save(io.BytesIO(), "JPEG", quality=85)


for line in sys.stdin:
    _, side, path = line.rstrip("\n").split(" ", 2)
    with open(path, "rb") as file:
        data = file.read()
    start = time.process_time()
    prepare(data, int(side))
    print(f"{time.process_time() - start:.9f} {len(data)}", flush=True)
