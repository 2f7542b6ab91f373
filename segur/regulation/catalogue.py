"""The programmes at hand: those published with the product, then an operator's additions and corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

from segur.regulation.finding import Finding, Severity
from segur.regulation.loader import PACKAGED, RegulationError, load_programme, read_toml
from segur.regulation.loader.section import Section
from segur.regulation.rules import load_rules
from segur.regulation.schema import Programme, ProgrammeKind

_KINDS = tuple(ProgrammeKind)


class UnknownProgrammeError(LookupError):
    """No programme, or no version, of that name; the message is a French sentence."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every programme version that the product may apply."""

    versions: tuple[Programme, ...]

    @classmethod
    def load(cls, dirs: tuple[Path, ...] = ()) -> Catalogue:
        """Packaged files, then those of ``dirs`` in their order: a file with the same programme and version replaces.

        Kept in memory for the life of the process. Raises RegulationError.
        """
        return _load(dirs)

    @property
    def ids(self) -> tuple[str, ...]:
        """The programmes, RIS before DRIMbox."""
        return tuple(dict.fromkeys(programme.id for programme in self.versions))

    def programmes(self) -> tuple[Programme, ...]:
        """Every version, RIS before DRIMbox, oldest first."""
        return self.versions

    def programme(self, id: str, *, on: date) -> Programme:
        """The version in force on a day: the latest that has begun, else the earliest.

        Raises UnknownProgrammeError.
        """
        versions = self._of(id)
        begun = [version for version in versions if version.valid_from <= on]
        return begun[-1] if begun else versions[0]

    def version(self, id: str, version: str) -> Programme:
        """One version by its name; raises UnknownProgrammeError."""
        for programme in self._of(id):
            if programme.version == version:
                return programme
        raise UnknownProgrammeError(f"Le programme {id} n’a pas de version « {version} ».")

    def _of(self, id: str) -> list[Programme]:
        versions = [programme for programme in self.versions if programme.id == id]
        if not versions:
            raise UnknownProgrammeError(f"Programme inconnu : « {id} ». Programmes connus : {', '.join(self.ids)}.")
        return versions


@cache
def _load(dirs: tuple[Path, ...]) -> Catalogue:
    kept: dict[tuple[str, str], tuple[Path, Programme]] = {}
    for folder in (PACKAGED, *dirs):
        here = {path: load_programme(path) for path in programme_files(folder)}
        _refuse_twins(here)
        for path, programme in here.items():
            _refuse_stranger(path, programme, kept, is_packaged=folder == PACKAGED)
            kept[programme.id, programme.version] = path, programme
    _refuse_same_start(kept.values())
    ordered = sorted(
        (programme for _, programme in kept.values()),
        key=lambda programme: (_KINDS.index(programme.kind), programme.id, programme.valid_from),
    )
    return Catalogue(tuple(ordered))


def programme_files(folder: Path) -> tuple[Path, ...]:
    """The TOML files of a folder, by name; raises RegulationError when the folder cannot be read."""
    if not folder.is_dir():
        reason = "ce n’est pas un dossier." if folder.exists() else "le dossier n’existe pas."
        raise RegulationError(reason, folder)
    try:
        return tuple(sorted(path for path in folder.iterdir() if path.suffix == ".toml"))
    except OSError as error:
        raise RegulationError(f"le dossier ne peut pas être lu ({error.strerror}).", folder) from None


def _refuse_twins(here: dict[Path, Programme]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for path, programme in here.items():
        key = programme.id, programme.version
        if key in seen:
            raise RegulationError(f"même programme et même version que {seen[key].name}.", path, "version")
        seen[key] = path


def _refuse_stranger(
    path: Path, programme: Programme, kept: dict[tuple[str, str], tuple[Path, Programme]], *, is_packaged: bool
) -> None:
    """An operator corrects or adds a version of a known programme; the rules of another one are not written."""
    if is_packaged:
        return
    kinds = {known.id: known.kind for _, known in kept.values()}
    if programme.id not in kinds:
        raise RegulationError(f"programme inconnu ; programmes connus : {', '.join(sorted(kinds))}.", path, "id")
    if programme.kind is not kinds[programme.id]:
        raise RegulationError(f"le programme {programme.id} est de type {kinds[programme.id]}.", path, "kind")


def _refuse_same_start(entries: Iterable[tuple[Path, Programme]]) -> None:
    seen: dict[tuple[str, date], str] = {}
    for path, programme in entries:
        key = programme.id, programme.valid_from
        if key in seen:
            message = f"la version « {seen[key]} » commence le même jour : laquelle appliquer ?"
            raise RegulationError(message, path, "valid_from")
        seen[key] = programme.version


def check(dirs: tuple[Path, ...] = ()) -> tuple[Finding, ...]:
    """What is wrong with the regulation files: a published file that changed, a file that cannot be read.

    An operator's file has no pin: a note gives its hash. Raises RegulationError only for a folder that is not one.
    """
    for folder in dirs:
        programme_files(folder)
    findings = [
        *_pin_findings(),
        *_schema_findings(programme_files(PACKAGED), load_programme),
        *_schema_findings([PACKAGED.parent / "rules.toml"], load_rules),
    ]
    for folder in dirs:
        findings += [*_schema_findings(programme_files(folder), load_programme), *_operator_notes(folder)]
    if not any(finding.blocks for finding in findings):
        findings += _whole_findings(dirs)
    return tuple(findings)


def _error(code: str, message: str, path: Path, remedy: str) -> Finding:
    return Finding(code, Severity.ERROR, message, "Fichiers de réglementation", remedy, path.name)


def _pins(path: Path) -> dict[str, str]:
    _, raw = read_toml(path)
    seals = Section(raw, path).only(("sha256",)).section("sha256")
    return {name: seals.text(name) for name in seals.raw}


def _pin_findings() -> list[Finding]:
    root = PACKAGED.parent
    try:
        pins = _pins(root / "pins.toml")
    except RegulationError as refusal:
        return [_error("regulation-pin", str(refusal), refusal.path, "Rétablissez le fichier d’origine.")]
    present = {path.relative_to(root).as_posix(): path for path in PACKAGED.iterdir() if path.is_file()}
    present["rules.toml"] = root / "rules.toml"
    findings = []
    for name in sorted({*pins, *present}):
        path = present.get(name, root / name)
        if not path.is_file():
            message = f"Le fichier publié {name} a disparu."
            findings.append(_error("regulation-missing", message, path, "Rétablissez le fichier d’origine."))
        elif name not in pins:
            message = f"Le fichier {name} n’est pas un fichier publié."
            remedy = "Placez vos fichiers dans un dossier nommé par SEGUR_REGULATION_DIRS."
            findings.append(_error("regulation-unpinned", message, path, remedy))
        elif sha256(path.read_bytes()).hexdigest() != pins[name]:
            message = f"Le fichier publié {name} a été modifié."
            remedy = "Rétablissez l’original et placez la correction dans un dossier nommé par SEGUR_REGULATION_DIRS."
            findings.append(_error("regulation-pin", message, path, remedy))
    return findings


def _schema_findings(paths: Iterable[Path], read: Callable[[Path], object]) -> list[Finding]:
    findings = []
    for path in paths:
        try:
            read(path)
        except RegulationError as refusal:
            findings.append(_error("regulation-schema", str(refusal), path, "Corrigez le fichier."))
    return findings


def _operator_notes(folder: Path) -> list[Finding]:
    files = programme_files(folder)
    if not files:
        message = f"Le dossier {folder} ne contient aucun fichier TOML."
        return [Finding("regulation-empty", Severity.INFO, message, str(folder), path=str(folder))]
    return [_operator_note(path) for path in files if path.is_file()]


def _operator_note(path: Path) -> Finding:
    digest = sha256(path.read_bytes()).hexdigest()
    message = f"{path.name} est un fichier de l’exploitant, non scellé ; empreinte {digest}."
    return Finding("regulation-operator", Severity.INFO, message, str(path.parent), path=path.name)


def _whole_findings(dirs: tuple[Path, ...]) -> list[Finding]:
    try:
        _load.__wrapped__(dirs)
    except RegulationError as refusal:
        return [_error("regulation-schema", str(refusal), refusal.path, "Corrigez le fichier.")]
    return []
