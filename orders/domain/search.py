"""Text as it is searched: without accents, case or doubled spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def search_key(texts: Iterable[str | None]) -> str:
    """The words of several texts as one accent-blind line; what SQLite cannot do by itself."""
    return " ".join(part for part in (fold(text) for text in texts if text) if part)


def fold(text: str) -> str:
    """One text without accents, ligatures, case or doubled spaces."""
    if text.isascii():
        return " ".join(text.casefold().split())
    spelled = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    decomposed = unicodedata.normalize("NFKD", spelled.replace("’", "'"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.casefold().split())
