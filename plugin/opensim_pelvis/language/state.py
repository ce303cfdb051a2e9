"""How much of today's English a translation has, and the same file with today's English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensim_pelvis.language.lookup import Language, Text, fits

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Keys of a translation by how they stand against today's English.

    Parameters
    ----------
    done : tuple of str
    fuzzy : tuple of str
        Translated from an earlier wording, or marked as uncertain; shown all the same.
    missing : tuple of str
        Shown in English.
    unfit : tuple of str
        Ask for something in braces that the English does not have; shown in English.
    gone : tuple of str
        Keys that no text has any more.
    """

    done: tuple[str, ...]
    fuzzy: tuple[str, ...]
    missing: tuple[str, ...]
    unfit: tuple[str, ...]
    gone: tuple[str, ...]


def state_of(language: Language, texts: Iterable[Text]) -> State:
    """Return how a translation stands against the English of today."""
    found: dict[str, list[str]] = {name: [] for name in ("done", "fuzzy", "missing", "unfit")}
    known = set()
    for text in texts:
        known.add(text.key)
        entry = language.entries.get(text.key)
        if entry is None:
            found["missing"].append(text.key)
        elif not all(fits(form, text.english) for form in entry.forms):
            found["unfit"].append(text.key)
        else:
            fresh = entry.english == text.english and not entry.marked
            found["done" if fresh else "fuzzy"].append(text.key)
    gone = tuple(key for key in language.entries if key not in known)
    return State(gone=gone, **{name: tuple(keys) for name, keys in found.items()})


def updated(old: Catalog, texts: Iterable[Text]) -> Catalog:
    """Return a catalogue with the English of today and what is translated already.

    A text whose English was reworded keeps its translation, marked as fuzzy, with the English
    that it was made of; one that is new is empty; one that is gone is kept as obsolete.
    """
    from babel.messages.catalog import Catalog

    made = Catalog(
        locale=old.locale, project="opensim-pelvis", header_comment=old.header_comment,
        fuzzy=False, creation_date=old.creation_date, revision_date=old.revision_date,
        last_translator=old.last_translator, language_team=old.language_team,
    )  # fmt: skip
    before: dict[str, Message] = {str(m.context): m for m in old if m.context}
    for text in texts:
        _add(made, text, before.pop(text.key, None))
    gone: Mapping[str, Message] = {key: m for key, m in before.items() if any(_forms(m.string))}
    made.obsolete.update(old.obsolete)
    made.obsolete.update({(key, ""): message for key, message in gone.items()})
    return made


def _add(made: Catalog, text: Text, before: Message | None) -> None:
    english = (text.one, text.english) if text.one else text.english
    empty = ("",) * made.num_plurals if text.one else ""
    if before is None or not any(_forms(before.string)):
        _plain(made.add(english, empty, context=text.key))
        return
    same = before.id == english
    counted = isinstance(before.string, tuple | list)
    string = before.string if counted == bool(text.one) else _reshaped(before, made, text)
    _plain(
        made.add(
            english,
            string,
            context=text.key,
            flags=before.flags if same else before.flags | {"fuzzy"},
            user_comments=before.user_comments,
            previous_id=() if same else before.id,
        )
    )


def _plain(message: Message) -> None:
    """Take away what Babel guesses of a per cent sign or a brace."""
    message.flags -= {"python-format", "python-brace-format"}


def _reshaped(before: Message, made: Catalog, text: Text) -> str | tuple[str, ...]:
    """Return a translation for a text that a count began, or ceased, to change."""
    last: str = _forms(before.string)[-1]
    return (last,) * made.num_plurals if text.one else last


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)
