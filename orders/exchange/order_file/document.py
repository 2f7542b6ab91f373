"""From the bytes of a file to one JSON object: what makes a whole file unusable is refused here."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from orders.exchange.order_file.problems import shown

_BYTE_ORDER_MARK = "\ufeff"


class UnusableFile(Exception):
    """The file as a whole cannot be read: ``str(error)`` is one French sentence with the way out."""


def load_document(source: str | bytes) -> dict[str, Any]:
    """The JSON object that ``source`` holds.

    Raises :class:`UnusableFile` for an empty file, another encoding than UTF-8, a byte order mark, text that is not
    JSON, NaN or Infinity, one key twice in an object, nesting beyond what the parser takes, or another value than an
    object.
    """
    text = _decoded(source)
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UnusableFile(
            f"Ce fichier n’est pas du JSON : ligne {error.lineno}, colonne {error.colno}."
            " Corrigez cet endroit ou exportez le fichier à nouveau."
        ) from error
    except RecursionError as error:
        raise UnusableFile("Trop de niveaux imbriqués. Choisissez un fichier de commandes.") from error
    except ValueError as error:
        raise UnusableFile("Un nombre du fichier a trop de chiffres. Corrigez-le.") from error
    if type(document) is not dict:
        raise UnusableFile('Le fichier doit contenir un objet JSON : { "format": … }. Ajoutez les accolades.')
    return document


def _decoded(source: str | bytes) -> str:
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnusableFile(
                f"Ce fichier n’est pas en UTF-8 (octet {error.start + 1}). Enregistrez-le en UTF-8."
            ) from error
    if source.startswith(_BYTE_ORDER_MARK):
        raise UnusableFile("Le fichier commence par une marque d’ordre (BOM). Enregistrez-le en UTF-8 sans BOM.")
    if not source.strip():
        raise UnusableFile("Fichier vide. Choisissez un fichier de commandes.")
    return source


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in document if keys.count(key) > 1)
        raise UnusableFile(f"La clé « {shown(twice)} » figure deux fois dans un même objet. Gardez-en une.")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise UnusableFile(f"{name} n’est pas une valeur JSON. Écrivez un montant entre guillemets ou null.")
