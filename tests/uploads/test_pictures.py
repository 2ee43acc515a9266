"""A picture somebody sent becomes a clean one, or is named for what is wrong with it."""

import io

import numpy as np
import pytest
from PIL import Image

from generation.pictures import BYTES_MAX, LONG_SIDE_MAX, Fault, PictureFault, clean
from tests.uploads import files


def cleaned(data: bytes) -> Image.Image:
    """The clean picture, which must be a bare PNG."""
    picture = clean(data)
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (picture.width, picture.height))
    assert not image.info
    assert not image.getexif()
    return image


def fault_of(data: bytes) -> Fault:
    with pytest.raises(PictureFault) as refused:
        clean(data)
    return refused.value.fault


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_types_that_are_taken(kind: str) -> None:
    options = {} if kind == "PNG" else {"quality": 95}
    image = cleaned(files.encoded(files.gradient(), kind, **options))
    gap = np.asarray(image).astype(int) - np.asarray(files.gradient())
    assert np.abs(gap).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright_and_its_metadata_is_dropped(orientation: int) -> None:
    image = cleaned(files.photograph(orientation))
    assert image.size == ((400, 300) if orientation < 5 else (300, 400))
    # The darkest corner is where a viewer that obeys EXIF shows it.
    x, y = {
        1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1),
    }[orientation]  # fmt: skip
    corners = {
        (a, b): sum(image.getpixel((a * (image.width - 1), b * (image.height - 1))))  # type: ignore[arg-type]
        for a in (0, 1)
        for b in (0, 1)
    }
    assert min(corners, key=lambda corner: corners[corner]) == (x, y)


def test_cmyk() -> None:
    image = cleaned(files.encoded(files.gradient().convert("CMYK"), "JPEG", quality=95))
    gap = np.asarray(image).astype(int) - np.asarray(files.gradient())
    assert np.abs(gap).mean() < 8


def test_transparent_parts_become_white() -> None:
    image = files.gradient()
    image.putalpha(Image.new("L", image.size, 0))
    assert np.asarray(cleaned(files.encoded(image))).min() == 255
    palette = files.gradient().convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    data = files.encoded(palette, transparency=palette.getpixel((0, 0)))
    assert cleaned(data).getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    deep = np.linspace(0, 65535, 400, dtype=np.uint16)[None, :].repeat(300, 0)
    row = np.asarray(cleaned(files.encoded(Image.fromarray(deep))))[150, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert abs(row[200] - 128) <= 2


def test_a_wide_gamut_becomes_srgb() -> None:
    from_lab = Image.new("RGB", (400, 300), (128, 128, 128))
    broken = files.encoded(from_lab, icc_profile=b"not a profile at all" * 10)
    assert cleaned(broken).getpixel((5, 5)) == (128, 128, 128)


def test_a_large_one_is_made_smaller() -> None:
    image = cleaned(files.encoded(files.gradient(5000, 2500), "JPEG"))
    assert image.size == (LONG_SIDE_MAX, LONG_SIDE_MAX // 2)


def test_of_a_phones_two_pictures_the_first_counts() -> None:
    second = Image.new("RGB", (400, 300), "white")
    data = files.encoded(files.gradient(), "MPO", save_all=True, append_images=[second])
    assert np.asarray(cleaned(data)).mean() < 200


def test_what_hides_behind_a_picture_is_gone() -> None:
    data = files.encoded(files.gradient(), "JPEG") + b"PK\x03\x04 <script>alert(1)</script>"
    assert b"script" not in clean(data).data


PNG = files.encoded(files.gradient())
JPEG = files.encoded(files.gradient(), "JPEG")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (files.bomb(), Fault.TOO_MANY_PIXELS),
        (files.png_of(60000, 60000, b""), Fault.TOO_MANY_PIXELS),
        (b"\xff\xd8\xff" + bytes(BYTES_MAX), Fault.TOO_LARGE),
        (files.text_bomb(), Fault.BROKEN),
        (files.animation("PNG"), Fault.ANIMATED),
        (files.animation("WEBP"), Fault.ANIMATED),
        (files.animation("GIF"), Fault.TYPE),
        (files.encoded(files.gradient(), "BMP"), Fault.TYPE),
        (files.encoded(files.gradient(), "TIFF"), Fault.TYPE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.TYPE),
        (b"%PDF-1.7", Fault.TYPE),
        (b"", Fault.TYPE),
        (PNG[: len(PNG) // 2], Fault.BROKEN),
        (JPEG[: len(JPEG) // 2], Fault.BROKEN),
        (PNG[:20], Fault.BROKEN),
        (files.png_of(400, 300, b"not deflate"), Fault.BROKEN),
        (files.encoded(files.gradient(299, 400)), Fault.TOO_SMALL),
        (files.encoded(files.gradient(1000, 399)), Fault.SHAPE),
        (files.encoded(files.gradient(399, 1000)), Fault.SHAPE),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_not_taken(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


def test_the_narrowest_that_is_taken() -> None:
    assert cleaned(files.encoded(files.gradient(1000, 400))).size == (1000, 400)
