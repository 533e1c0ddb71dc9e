import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from studium.data import Dataset, ImageSchema, encode_images, open_dataset
from studium.errors import DataError, SettingError

from .sentences import refused

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOUR = np.arange(36, dtype=np.uint8).reshape(3, 4, 3) * 7


def save(path: Path, pixels: np.ndarray = GREY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "pets" / "dog" / "1.png", GREY)
    save(tmp_path / "pets" / "cat" / "2.png", GREY + 1)
    save(tmp_path / "pets" / "cat" / "1.bmp", GREY + 2)
    return tmp_path / "pets"


def test_sub_folders_are_classes(folder: Path) -> None:
    (folder / "cat" / ".hidden").write_text("not a picture")
    (folder / ".git").mkdir()
    (folder / "README").write_text("not a class")
    data = open_dataset(folder)
    assert (data.name, data.task, data.class_names) == ("pets", "classification", ("cat", "dog"))
    assert data.schema == ImageSchema(channels=1, height=3, width=4)
    assert data.targets.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(data.inputs[:, 0], np.stack([GREY + 2, GREY + 1, GREY]))


def test_one_colour_picture_makes_all_rgb(folder: Path) -> None:
    save(folder / "dog" / "2.png", COLOUR)
    data = open_dataset(folder)
    assert data.input_shape == (3, 3, 4)
    np.testing.assert_array_equal(data.inputs[3], COLOUR.transpose(2, 0, 1))
    np.testing.assert_array_equal(data.inputs[2], np.stack([GREY] * 3))


def test_transparency_is_dropped(folder: Path) -> None:
    alpha = np.full((3, 4, 1), 200, dtype=np.uint8)
    save(folder / "dog" / "2.png", np.concatenate([COLOUR, alpha], axis=2))
    palette = Image.fromarray(COLOUR).quantize(8)
    palette.info["transparency"] = bytes(range(8))
    palette.save(folder / "dog" / "3.png")
    data = open_dataset(folder)
    np.testing.assert_array_equal(data.inputs[3], COLOUR.transpose(2, 0, 1))
    assert data.input_shape == (3, 3, 4)


def test_the_exif_orientation_is_followed(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees
    for name, value in (("a", 10), ("b", 200)):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((8, 16), value, np.uint8)).save(tmp_path / name / "1.jpg", exif=exif)
        save(tmp_path / name / "2.png", np.full((16, 8), value, np.uint8))
    assert open_dataset(tmp_path).input_shape == (1, 16, 8)


def test_an_exif_orientation_that_does_not_exist_is_ignored(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 9
    Image.fromarray(GREY).save(folder / "dog" / "2.png", exif=exif)
    assert open_dataset(folder).input_shape == (1, 3, 4)


def test_a_second_folder_is_the_test_set(folder: Path, tmp_path: Path) -> None:
    save(tmp_path / "test" / "dog" / "9.png")
    data = open_dataset(folder, test=tmp_path / "test")
    assert data.test_rows is not None
    assert (data.test_rows.tolist(), data.targets.tolist()) == ([3], [0, 0, 1, 1])
    save(tmp_path / "test" / "cow" / "9.png")
    with refused("'cow'", "cat, dog"):
        open_dataset(folder, test=tmp_path / "test")


def test_pictures_of_differing_size(folder: Path) -> None:
    save(folder / "dog" / "2.png", GREY[:2])
    with refused("1.bmp is 4x3", "2.png is 4x2", "resize"):
        open_dataset(folder)


def test_unreadable_pictures(folder: Path) -> None:
    path = folder / "dog" / "2.png"
    whole = (folder / "dog" / "1.png").read_bytes()
    for content in (b"", b"text", whole[:20], whole[:50]):
        path.write_bytes(content)
        with refused("2.png", "not a readable picture"):
            open_dataset(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 80), bits=st.integers(1, 255), suffix=st.sampled_from(["png", "bmp", "gif", "jpg"])
)
def test_a_damaged_picture_gives_a_dataset_or_a_sentence(
    folder: Path, place: int, bits: int, suffix: str
) -> None:
    path = save(folder / "dog" / f"damaged.{suffix}")
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= bits
    path.write_bytes(content)
    try:
        assert isinstance(open_dataset(folder), Dataset)
    except DataError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both outcomes are right
    finally:
        path.unlink()


@pytest.mark.parametrize("side", [10_000, 20_000])  # Pillow warns of the first and refuses the second
def test_decompression_bombs(folder: Path, side: int) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    (folder / "dog" / "bomb.png").write_bytes(bomb)
    with refused("bomb.png", "too many pixels"):
        open_dataset(folder)


def test_pixels_of_more_than_8_bits(folder: Path) -> None:
    save(folder / "dog" / "wide.png", GREY.astype(np.uint16) * 256)
    with refused("wide.png", "8 bits"):
        open_dataset(folder)


def test_bad_folders(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    with refused("1 sub-folders", "two classes"):
        open_dataset(tmp_path)
    (tmp_path / "dog").mkdir()
    with refused("cat", "no pictures"):
        open_dataset(tmp_path)
    save(tmp_path / "cat" / "young" / "1.png")
    with refused("'young'", "pictures only"):
        open_dataset(tmp_path)
    with refused("target", error=SettingError):
        open_dataset(tmp_path, target="y")
    with refused("task", error=SettingError):
        open_dataset(tmp_path, task="regression")


def test_new_pictures_are_encoded_by_the_schema(tmp_path: Path) -> None:
    grey, colour = ImageSchema(channels=1, height=3, width=4), ImageSchema(channels=3, height=3, width=4)
    plain, tinted = save(tmp_path / "plain.png"), save(tmp_path / "tinted.png", COLOUR)
    repeated = save(tmp_path / "repeated.png", np.stack([GREY] * 3, axis=2))
    np.testing.assert_array_equal(encode_images(grey, [plain, repeated])[:, 0], [GREY, GREY])
    np.testing.assert_array_equal(encode_images(colour, [plain])[0], [GREY] * 3)
    np.testing.assert_array_equal(encode_images(colour, [tinted])[0], COLOUR.transpose(2, 0, 1))
    with refused("tinted.png", "colour", "greyscale"):
        encode_images(grey, [tinted])
    with refused("plain.png is 4x3", "5x3 are needed"):
        encode_images(ImageSchema(channels=1, height=3, width=5), [plain])
    with refused("gone.png", "not a readable picture"):
        encode_images(grey, [tmp_path / "gone.png"])
