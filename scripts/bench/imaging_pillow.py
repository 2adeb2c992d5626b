"""Prints the middle CPU time of Pillow making a JPEG smaller: FILE SIDE ROUNDS."""
import io
import sys
import time

from PIL import Image, ImageOps

path, side, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = open(path, "rb").read()
times = []
for _ in range(rounds + 1):
    start = time.process_time()
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    image.thumbnail((side, side), Image.LANCZOS)
    image.save(io.BytesIO(), "JPEG", quality=85)
    times.append(time.process_time() - start)
print(sorted(times[1:])[rounds // 2])
