"""Reads translations from gettext files, and finds those that come with the package."""

from __future__ import annotations

import codecs
import functools
import gettext
import io
import stat
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from opensim_pelvis.errors import SettingsError
from opensim_pelvis.language.lookup import ENGLISH, Entry, Language

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

COMMENT: Final = """\
# Texts of opensim-pelvis. msgctxt is the key of a text and stays; msgid is the English; write the
# translation into msgstr. What stays empty is shown in English. Words in braces are filled in by
# the program; those after a bar or a semicolon inside braces are shown and may be translated."""
MAX_BYTES: Final = 20_000_000
_ENDING: Final = ".po"


def find_language(name: Path) -> Path:
    """Return the file of a language: one that ends in .po, or that of a code, which comes along.

    Raises
    ------
    SettingsError
        When there is none; the message lists the codes.
    """
    if name.suffix in (_ENDING, ".toml"):
        return name
    own = {path.name: path for path in files("opensim_pelvis.language").iterdir()}
    found = own.get(f"{name.name}{_ENDING}")
    if found is None:
        codes = sorted(n.removesuffix(_ENDING) for n in own if n.endswith(_ENDING))
        raise SettingsError(
            f"--language ([report] language): wanted a .po file or one of "
            f"{', '.join(['en', *codes])}; found '{name.name[:40]}'. "
            "Write a file to translate with: opensim-pelvis texts FILE.po --language CODE"
        )
    return Path(str(found))


def read_language(name: str | Path | None) -> Language:
    """Return a language by its code or its file; English for none.

    Raises
    ------
    SettingsError
        When the file is missing, is no gettext file, or does not say its language.
    """
    if name is None or Path(name).name == ENGLISH.code:
        return ENGLISH
    path = find_language(Path(name))
    if path.suffix == ".toml":
        raise SettingsError(
            f"{path}: translations are gettext files now. Make one of this file with: "
            f"opensim-pelvis texts {path.stem}.po --language CODE --from {path.name}"
        )
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SettingsError(f"{path}: wanted a translation (.po file), found no regular file")
        if status.st_size > MAX_BYTES:
            raise SettingsError(f"{path}: wanted a translation of at most 20 MB, found more")
        return _read(path, status.st_mtime_ns, status.st_size)
    except OSError as fault:
        raise SettingsError(
            f"{path}: no translation could be read there ({fault.strerror})"
        ) from fault


@functools.lru_cache(maxsize=8)
def _read(path: Path, _: int, __: int) -> Language:
    return language_of(read_catalogue(path), path)


def read_catalogue(path: Path) -> Catalog:
    """Return the messages of a gettext file.

    Raises
    ------
    SettingsError
        When it is none.
    """
    from babel.messages.pofile import PoFileError, read_po

    content = path.read_bytes()
    try:
        return read_po(io.BytesIO(content.removeprefix(codecs.BOM_UTF8)), abort_invalid=True)
    except (PoFileError, ValueError, LookupError, AttributeError, TypeError) as fault:
        raise SettingsError(f"{path}: wanted a gettext file (.po) in UTF-8: {fault}") from fault


def language_of(catalogue: Catalog, path: Path) -> Language:
    """Return a catalogue as a language."""
    from babel.numbers import get_decimal_symbol

    locale = catalogue.locale
    if locale is None:
        raise SettingsError(
            f'{path}: wanted a line "Language: CODE\\n" of a known language in the header of the '
            "file, such as de or pt_BR"
        )
    try:
        form_of = gettext.c2py(catalogue.plural_expr)
    except ValueError as fault:
        raise SettingsError(f"{path}: Plural-Forms in the header: {fault}") from fault
    entries = {str(message.context): entry for message in catalogue if (entry := _entry(message))}
    return Language(
        code=str(locale).replace("_", "-"),
        entries=entries,
        form_of=form_of,
        decimal=get_decimal_symbol(locale),
        source=path,
    )


def _entry(message: Message) -> Entry | None:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string or "",)
    if not message.context or not all(forms):
        return None
    english = message.id if isinstance(message.id, str) else message.id[-1]
    return Entry(english=english, forms=tuple(forms), marked=message.fuzzy)
