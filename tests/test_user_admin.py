"""The administration keeps the people of the workspace."""

import pytest
from django.test import Client
from django.urls import reverse

from segur.models import Role, User


@pytest.fixture
def administrator(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("patronne", role=Role.ADMIN))
    return client


def test_a_person_is_added_with_a_role(administrator: Client) -> None:
    answer = administrator.post(
        reverse("admin:segur_user_add"),
        {
            "username": "nouvelle",
            "usable_password": "true",
            "password1": "un-mot-de-passe-long",
            "password2": "un-mot-de-passe-long",
            "role": Role.BACK_OFFICE,
        },
    )

    assert answer.status_code == 302
    assert User.objects.get(username="nouvelle").role == Role.BACK_OFFICE


def test_the_list_and_a_person_are_shown_with_their_role(administrator: Client) -> None:
    person = User.objects.create_user("lectrice", first_name="Ada", last_name="Lestrange", role=Role.READER)

    people = administrator.get(reverse("admin:segur_user_changelist"))
    page = administrator.get(reverse("admin:segur_user_change", args=[person.pk]))

    assert "Lecture seule" in people.content.decode()
    assert 'name="role"' in page.content.decode()


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.READER])
def test_the_administration_is_closed_to_the_other_roles(client: Client, db: None, role: Role) -> None:
    client.force_login(User.objects.create_user("autre", role=role, is_staff=True))

    assert client.get(reverse("admin:segur_user_changelist")).status_code == 302
