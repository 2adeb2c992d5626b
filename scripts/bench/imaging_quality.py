"""How much a JPEG by vqagen loses beside one by Pillow: PSNR of both against the reduction by Lanczos
that neither has encoded, on photographs that were never enlarged and on a page of small text.

The reduction is made in floating point. Pillow's own is in 8 bits and cuts off at black and white
between rows and columns, by which it differs from the exact one by 42 dB on small text; beside that
one, which Pillow's JPEG is made of, the loss is printed as well.
"""
import io
import math

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
# Below this, a picture that is halved and doubled again has lost detail: it was not enlarged before.
DETAILED_DB = 38
MOST_LOSS_DB = 0.3


def psnr(one, other):
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    mean = sum(squares) / (len(squares) * one.width * one.height)
    return 10 * math.log10(255 * 255 / mean) if mean > 0 else 99.0


def detail(image):
    half = image.resize((image.width // 2, image.height // 2), Image.LANCZOS)
    return psnr(image, half.resize(image.size, Image.LANCZOS))


def make_page(width, height, size):
    """A page of text, black on white, with some red and blue lines."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    try:
        font = ImageFont.truetype(FONT, size)
    except OSError:
        font = ImageFont.load_default()
    words = "The quick brown fox jumps over the lazy dog; 0123456789 pack my box with five dozen jugs. "
    for number, top in enumerate(range(size, height - 2 * size, size * 3 // 2)):
        colour = {7: "#b00000", 13: "#0000b0"}.get(number % 16, "black")
        draw.text((size * 2, top), (words * 20)[number % 60:][:int(width / size * 1.75) - 5], colour, font)
    return page


def reduce_exactly(image, size):
    bands = [band.convert("F").resize(size, Image.LANCZOS) for band in image.split()]
    return Image.merge("RGB", [band.point(lambda value: value * 1 + 0.5).convert("L") for band in bands])


def make_files(sources, folder):
    """(path, what it is), of photographs with detail and of pages."""
    made = []
    for number, source in enumerate(sources):
        with Image.open(source) as opened:
            image = opened.convert("RGB")
        # Reduced, so that whatever was done to it before, it has detail up to its last pixel.
        for share in (1, 0.7):
            shown = image if share == 1 else image.resize(
                (int(image.width * share), int(image.height * share)), Image.LANCZOS)
            shown = shown.crop((0, 0, shown.width // 16 * 16, shown.height // 16 * 16))
            if detail(shown) < DETAILED_DB:
                path = folder / f"{number:02}-{share}.jpg"
                shown.save(path, quality=92)
                made.append((path, f"photograph, {detail(shown):.1f} dB of detail"))
    for width, height, size in ((2480, 3504, 28), (1696, 2192, 16)):
        path = folder / f"page-{size}.jpg"
        make_page(width, height, size).save(path, quality=95, subsampling=0)
        made.append((path, f"page, letters of {size} px"))
        path = folder / f"page-{size}-420.jpg"
        make_page(width, height, size).save(path, quality=95)
        made.append((path, f"page, letters of {size} px, 4:2:0"))
    return made


def compare_quality(ours, sources, folder):
    folder = folder / "quality"
    folder.mkdir()
    worst = worst_own = 0
    print("\nPSNR in dB against the unencoded Lanczos reduction, JPEGs of quality 85 in 4:2:0; in brackets")
    print("the loss against Pillow's own reduction in 8 bits")
    print(f"  {'':32} {'from':>10} {'to':>10} {'ours':>6} {'Pillow':>6} {'loss':>5} {'':>7} {'KB':>5} {'KB':>5}")
    for path, what in make_files(sources, folder):
        for side in (2048, 1024):
            ours.do("keep", side, path)
            kept = path.with_name(f"{path.name}.{side}.jpg")
            mine, source = Image.open(kept).convert("RGB"), Image.open(path).convert("RGB")
            exact, own = reduce_exactly(source, mine.size), source.resize(mine.size, Image.LANCZOS)
            file = io.BytesIO()
            own.save(file, "JPEG", quality=85)
            theirs = Image.open(file).convert("RGB")
            a, b = psnr(mine, exact), psnr(theirs, exact)
            loss_own = psnr(theirs, own) - psnr(mine, own)
            worst, worst_own = max(worst, b - a), max(worst_own, loss_own)
            print(f"  {what:32} {'%dx%d' % source.size:>10} {'%dx%d' % mine.size:>10} {a:6.2f} {b:6.2f} {b - a:5.2f}"
                  f" ({loss_own:5.2f}) {kept.stat().st_size // 1000:5} {len(file.getvalue()) // 1000:5}")
    print(f"  the worst loss         {worst:6.2f}  (target <= {MOST_LOSS_DB})  {'' if worst <= MOST_LOSS_DB else 'MISSED'}"
          f"  ({worst_own:.2f} against Pillow's own reduction)")
