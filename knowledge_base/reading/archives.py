"""Zip archives from strangers: counted, measured and read in memory, never unpacked on the disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from knowledge_base.reading.unreadable import Unreadable

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost. The whole of service-public.fr is 5,000 members and 60 MiB."""

    members: int = 50_000
    total_bytes: int = 1024 * MIB
    member_bytes: int = 8 * MIB
    ratio: int = 100  # unpacked over packed, for members above 1 MiB; text packs 4 to 20 times


GUIDES = Limits()


def open_archive(source: Path | IO[bytes], limits: Limits = GUIDES) -> zipfile.ZipFile:
    """The archive, its list of members checked; close it after use."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:  # what a bad list raises
        raise Unreadable(f"Archive illisible : {error}.") from None
    infos = archive.infolist()
    if len(infos) > limits.members:
        archive.close()
        raise Unreadable(f"Archive refusée : plus de {limits.members} fichiers.")
    if sum(info.file_size for info in infos) > limits.total_bytes:
        archive.close()
        raise Unreadable(f"Archive refusée : plus de {limits.total_bytes // MIB} Mio une fois ouverte.")
    return archive


def members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Its files, in the order of their names, so that two readings agree."""
    yield from sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda i: i.filename)


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits = GUIDES) -> bytes:
    """The content of a member, or `Unreadable`. What the header promises is not believed: reading stops."""
    _check_member(info, limits)
    try:
        with archive.open(info) as stream:
            data = stream.read(limits.member_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise Unreadable(f"Membre d’archive abîmé : {error}.") from None
    if len(data) > limits.member_bytes:
        raise Unreadable(f"Membre d’archive trop grand : plus de {limits.member_bytes // MIB} Mio.")
    return data


def _check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = info.orig_filename.replace("\\", "/")
    if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name.split("/")[0] or "\0" in name:
        raise Unreadable("Nom de fichier refusé : il sort de l’archive.")
    if info.flag_bits & 1:
        raise Unreadable("Membre d’archive chiffré.")
    if info.file_size > limits.member_bytes:
        raise Unreadable(f"Membre d’archive trop grand : plus de {limits.member_bytes // MIB} Mio.")
    if info.file_size > MIB and info.file_size > limits.ratio * max(info.compress_size, 1):
        raise Unreadable("Membre d’archive refusé : il se déplie démesurément.")
