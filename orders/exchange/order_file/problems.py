"""What is wrong in a file, row by row: the place, a code, and a French sentence with the cure."""

from __future__ import annotations

from dataclasses import dataclass, field

_LONGEST_SHOWN = 40
_KINDS = {
    bool: "un oui ou non",
    int: "un nombre",
    float: "un nombre",
    str: "un texte",
    list: "une liste",
    type(None): "null",
}


class Refused(Exception):
    """One value that cannot be read: ``code`` is an English slug, ``message`` a French sentence with the cure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class RowError:
    """A refused place of an order file.

    ``order``: the number of the order, and then ``path`` is relative to it (``clients[0].lines[1].finess``);
    None outside orders or where the order has no readable number, and then ``path`` starts at the file's root.
    """

    order: str | None
    path: str
    code: str
    message: str

    def as_json(self) -> dict[str, str | None]:
        """An element of ``errors`` in the answer of ``import_orders``."""
        return {"order": self.order, "path": self.path, "code": self.code, "message": self.message}


@dataclass(slots=True)
class Reading:
    """The reading of one record: where it stands, what was found wrong, and what the order holds so far.

    ``numbers``: each AM and FINESS with its path (A18). ``sirens``: of each Client, None where it cannot be read.
    """

    root: str
    order: str | None = None
    errors: list[RowError] = field(default_factory=list)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    sirens: list[str | None] = field(default_factory=list)

    def add(self, path: str, code: str, message: str) -> None:
        if self.order is None:
            path = below(self.root, path) if path else self.root
        self.errors.append(RowError(self.order, path, code, message))

    def once(self, number: str, activity: str, path: str, name: str) -> bool:
        """Refuse a number that the order already holds (A18), and say whether it does.

        ``activity`` is empty for a number that counts once whatever the activity.
        """
        place = self.numbers.setdefault((number, activity), path)
        if place == path:
            return False
        self.add(
            path,
            "A18-number-twice",
            f"Ce {name} figure deux fois dans la commande (déjà à {place}). Gardez une seule ligne.",
        )
        return True


def below(path: str, key: str) -> str:
    """The path of ``key`` under ``path``."""
    return f"{path}.{key}" if path else key


def shown(value: object) -> str:
    """A value of the file for a sentence: a text or a number, short and on one line; otherwise its kind."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return kind_of(value)
    text = str(value)[: _LONGEST_SHOWN + 1]
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def kind_of(value: object) -> str:
    """The JSON type of a value, in French."""
    return _KINDS.get(type(value), "un objet")
