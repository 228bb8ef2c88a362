"""Making images of folders and of archives, which may be a stranger's."""

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from crucible.domain.errors import ConflictError, CrucibleError, InvalidRequestError
from crucible.sandbox.image_import import import_image
from crucible.sandbox.images import Images


@pytest.fixture
def images(tmp_path: Path) -> Images:
    return Images(tmp_path / "images")


def archive(path: Path, *members: tuple[str, bytes | str, dict[str, object]]) -> Path:
    """Write an archive; a member's content is bytes, or the target of a link."""
    with tarfile.open(path, "w:gz") as file:
        for name, content, attributes in members:
            member = tarfile.TarInfo(name)
            member.mode = 0o755
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
            else:
                member.size = len(content)
            for attribute, value in attributes.items():
                setattr(member, attribute, value)
            file.addfile(member, io.BytesIO(content) if isinstance(content, bytes) else None)
    return path


def test_a_folder_becomes_an_image_with_its_links_and_without_its_devices(images: Images, tmp_path: Path) -> None:
    source = tmp_path / "root"
    (source / "bin").mkdir(parents=True)
    (source / "bin" / "tool").write_text("#!/bin/sh\n")
    (source / "bin" / "tool").chmod(0o755)
    (source / "lib").symlink_to("/usr/lib")
    os.mkfifo(source / "pipe")
    made = import_image(images, "small", source)
    assert images.names() == ["small"]
    assert (made / "bin" / "tool").stat().st_mode & 0o777 == 0o755
    assert (made / "lib").readlink() == Path("/usr/lib")
    assert not (made / "pipe").exists()
    assert made.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in images.folder.iterdir()] == ["small"]


def test_an_archive_becomes_an_image_without_its_devices_and_set_user_id_bits(
    images: Images, tmp_path: Path
) -> None:
    source = archive(
        tmp_path / "root.tar.gz",
        ("bin/su", b"program", {"mode": 0o4755}),
        ("sh", "bin/su", {}),
        ("dev/sda", b"", {"type": tarfile.BLKTYPE, "devmajor": 8}),
    )
    made = import_image(images, "of-an-archive", source)
    assert (made / "bin" / "su").read_bytes() == b"program"
    assert (made / "bin" / "su").stat().st_mode & 0o7777 == 0o755
    assert (made / "sh").readlink() == Path("bin/su")
    assert not (made / "dev" / "sda").exists()


def test_a_folders_set_user_id_bits_and_file_capabilities_do_not_become_its_importers(
    images: Images, tmp_path: Path
) -> None:
    """What root copies is root's: a set-user-id bit that comes along is one of root's, on the host."""
    source = tmp_path / "root"
    source.mkdir()
    (source / "su").write_bytes(b"program")
    os.utime(source / "su", (0, 1_000_000_000))
    os.setxattr(source / "su", "user.test", b"stands for security.capability, which root alone may set")
    (source / "su").chmod(0o6751)
    (source / "sh").symlink_to("su")
    made = import_image(images, "small", source)
    status = (made / "su").stat()
    assert (status.st_mode & 0o7777, status.st_mtime) == (0o751, 1_000_000_000)
    assert os.listxattr(made / "su") == []
    assert (made / "sh").readlink() == Path("su")


def test_a_file_with_two_names_in_an_archive_has_them_in_the_image(images: Images, tmp_path: Path) -> None:
    source = archive(
        tmp_path / "root.tar.gz",
        ("bin/perl", b"program", {}),
        ("bin/perl5", "/bin/perl", {"type": tarfile.LNKTYPE}),
    )
    made = import_image(images, "of-an-archive", source)
    assert (made / "bin" / "perl5").samefile(made / "bin" / "perl")


def test_the_last_of_an_archives_members_with_one_name_is_kept(images: Images, tmp_path: Path) -> None:
    source = archive(
        tmp_path / "root.tar.gz",
        ("folder/file", b"first", {}),
        ("link", "folder/file", {}),
        ("link", b"last", {}),
        ("folder/file", b"second", {}),
    )
    made = import_image(images, "of-an-archive", source)
    assert (made / "link").read_bytes() == b"last"
    assert (made / "folder" / "file").read_bytes() == b"second"


def _no_archive(path: Path) -> Path:
    path.write_bytes(b"no archive")
    return path


def _cut(path: Path) -> Path:
    archive(path, ("file", os.urandom(100_000), {}))
    path.write_bytes(path.read_bytes()[:50_000])
    return path


def _damaged(path: Path) -> Path:
    """What is compressed goes on as nothing that could be."""
    archive(path, ("file", bytes(100_000), {}))
    plain = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(plain[:50_000]) + b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 1000)
    return path


def _too_large(path: Path) -> Path:
    """Its head says how large the file is, and is all that there is of it."""
    member = tarfile.TarInfo("file")
    member.size = 1 << 60
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(tarfile.RECORDSIZE))
    return path


def _a_hard_link(path: Path, *, leading: Callable[[Path], str]) -> Path:
    secret = path.parent / "secret"
    secret.write_bytes(b"the secret of the host")
    secret.chmod(0o600)
    return archive(path, ("bin/file", leading(secret), {"type": tarfile.LNKTYPE, "uid": 4711}))


def _a_hard_link_by_a_link(path: Path) -> Path:
    (path.parent / "secret").write_bytes(b"the secret of the host")
    (path.parent / "secret").chmod(0o600)
    return archive(
        path, ("link", str(path.parent / "secret"), {}), ("file", "link", {"type": tarfile.LNKTYPE, "uid": 4711})
    )


def _too_deep_to_be_followed(path: Path) -> Path:
    """CVE-2025-4517: past PATH_MAX, realpath takes a link's name for a folder's, and filters believed it."""
    deep, steps = "d" * 247, "abcdefghijklmnop"
    members: list[tuple[str, bytes | str, dict[str, object]]] = []
    folder = ""
    for step in steps:
        members += [(f"{folder}{deep}", b"", {"type": tarfile.DIRTYPE}), (f"{folder}{step}", deep, {})]
        folder += f"{deep}/"
    link = f"{'/'.join(steps)}/{'l' * 254}"
    return archive(
        path,
        *members,
        (link, "../" * len(steps), {}),
        ("escape", f"{link}/../../../outside", {}),
        ("file", "escape", {"type": tarfile.LNKTYPE}),
        ("file", b"x", {}),
    )


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path, "there is no"),
        (_no_archive, "must be a tar archive"),
        (_cut, "must be a tar archive"),
        (archive, "nothing in it"),
        (lambda path: archive(path, ("../outside", b"x", {})), "outside"),
        (lambda path: archive(path, ("link", str(path.parent), {}), ("link/outside", b"x", {})), "outside"),
        (lambda path: archive(path, ("a\0b", b"x", {"pax_headers": {"path": "a\0b"}})), "null"),
        (_damaged, "must be a tar archive"),
        (_too_large, "half of the disk's free space"),
        (lambda path: _a_hard_link(path, leading=str), "bin/file"),
        (lambda path: _a_hard_link(path, leading=lambda secret: f"../../../{secret.name}"), "outside"),
        (_a_hard_link_by_a_link, "which is no file"),
        (_too_deep_to_be_followed, "outside"),
    ],
    ids=[
        *("missing", "no archive", "cut", "empty", "a name that leads out", "a link that leads out"),
        *(
            "a name with a NUL",
            "damaged",
            "too large",
            "a hard link to a name of the host's",
            "a hard link that leads out",
        ),
        *("a hard link to a link", "links that are too deep to be followed"),
    ],
)
def test_what_is_no_root_file_system_is_refused_and_leaves_nothing(
    images: Images, tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    with pytest.raises(InvalidRequestError, match=said) as refused:
        import_image(images, "bad", make(tmp_path / "source"))
    assert [error.field for error in refused.value.errors] == ["source"]
    assert not (tmp_path / "outside").exists()
    if (secret := tmp_path / "secret").exists():
        status = secret.stat()
        assert (status.st_mode & 0o777, status.st_uid, status.st_nlink) == (0o600, os.geteuid(), 1)
    assert not images.folder.exists() or list(images.folder.iterdir()) == []


def test_a_name_is_plain_and_free(images: Images, tmp_path: Path) -> None:
    source = archive(tmp_path / "root.tar.gz", ("file", b"x", {}))
    for name in ("../etc", "UPPER", "", ".hidden"):
        with pytest.raises(InvalidRequestError) as refused:
            import_image(images, name, source)
        assert [error.field for error in refused.value.errors] == ["name"]
    import_image(images, "taken", source)
    with pytest.raises(ConflictError, match="there is an image taken already"):
        import_image(images, "taken", source)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("in the way")
    source = archive(tmp_path / "root.tar.gz", ("file", b"x", {}))
    with pytest.raises(CrucibleError, match="could not be made in"):
        import_image(Images(tmp_path / "images"), "small", source)
