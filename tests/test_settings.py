"""The environment composes the product: safe in production, French refusals, nothing secret in the repository."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import CHECKOUT, manage

PRODUCTION = {
    "SECRET_KEY": "production-only-" + "p" * 60,
    "ALLOWED_HOSTS": "segur.example.test",
    "SEGUR_BEHIND_PROXY": "1",
}


def test_production_settings_pass_the_deployment_checks(tmp_path: Path) -> None:
    answer = manage("check", "--deploy", "--fail-level", "WARNING", data_dir=tmp_path, **PRODUCTION)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "oui", "DEBUG vaut 0 ou 1, pas 'oui'."),
        ("SEGUR_INSECURE_HTTP", "2", "SEGUR_INSECURE_HTTP vaut 0 ou 1, pas '2'."),
        ("LOG_LEVEL", "bavard", "LOG_LEVEL vaut DEBUG, INFO, WARNING, ERROR ou CRITICAL, pas 'bavard'."),
        ("SEGUR_MAX_COUNTS_MB", "0", "SEGUR_MAX_COUNTS_MB est un nombre entier de mégaoctets, 1 ou plus, pas '0'."),
        ("SEGUR_MAX_ORDERS_MB", "dix", "SEGUR_MAX_ORDERS_MB est un nombre entier de mégaoctets, 1 ou plus, pas 'dix'."),
        (
            "CELERY_BROKER_URL",
            "ftp://files",
            "CELERY_BROKER_URL commence par filesystem://, redis://, rediss://, amqp:// ou amqps://.",
        ),
        (
            "DATABASE_URL",
            "papyrus://segur",
            "DATABASE_URL a la forme postgres://utilisateur:secret@machine:5432/base ou sqlite:///chemin.",
        ),
        (
            "DATABASE_URL",
            "postgres://segur:[secret@machine:port/base",
            "DATABASE_URL a la forme postgres://utilisateur:secret@machine:5432/base ou sqlite:///chemin.",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_one_french_line(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    answer = manage("check", data_dir=tmp_path, **{name: value})
    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", f"{sentence}\n")


def test_a_data_folder_that_cannot_be_made_is_refused_in_one_french_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("taken")
    answer = manage("check", data_dir=tmp_path / "file" / "data")
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"Le dossier {tmp_path / 'file' / 'data'} ne peut pas être créé (")
    assert answer.stderr.endswith("Vérifiez SEGUR_DATA_DIR.\n")
    assert answer.stderr.count("\n") == 1


def test_the_kept_secret_key_is_private_and_survives_a_restart(tmp_path: Path) -> None:
    ask = ("shell", "-v", "0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)")
    first = manage(*ask, data_dir=tmp_path)
    kept = tmp_path / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first.stdout.strip() == kept.read_text(encoding="ascii")
    assert len(kept.read_text(encoding="ascii")) >= 64
    assert manage(*ask, data_dir=tmp_path).stdout == first.stdout


def test_processes_that_start_together_share_one_secret_key(tmp_path: Path) -> None:
    ask = ("shell", "-v", "0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)")
    with ThreadPoolExecutor(4) as pool:
        keys = {answer.stdout for answer in pool.map(lambda _: manage(*ask, data_dir=tmp_path), range(4))}
    assert len(keys) == 1
    assert [path.name for path in tmp_path.glob("secret_key*")] == ["secret_key"]


def test_a_given_secret_key_leaves_no_file(tmp_path: Path) -> None:
    manage("check", data_dir=tmp_path, SECRET_KEY=PRODUCTION["SECRET_KEY"])
    assert not (tmp_path / "secret_key").exists()


def test_no_configuration_file_with_secrets_is_in_the_checkout() -> None:
    assert not list(CHECKOUT.glob(".env*"))
    assert not list(CHECKOUT.glob("*.pem")) + list(CHECKOUT.glob("*.key"))
