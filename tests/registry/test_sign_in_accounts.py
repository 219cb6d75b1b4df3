"""What administrators may do to accounts, and whom an address stands for."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from iscm_registry.sign_in.addresses import accounts_of

pytestmark = pytest.mark.django_db

PASSWORD = "not one that is guessed"
NEW = {
    "usable_password": "true",
    "password1": "x7-other-one",
    "password2": "x7-other-one",
}


def account(name, *groups, **fields):
    user = User.objects.create_user(
        name, f"{name}@example.org", PASSWORD, is_staff=True, **fields
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def clerk():
    return account("clerk", DATA_ENTRY)


@pytest.fixture
def boss():
    return account("boss", is_superuser=True)


@pytest.fixture
def administrator():
    return account("administrator", ADMINISTRATOR)


@pytest.fixture
def desk(administrator):
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def beyond():
    """A permission that administrators do not have."""
    return Permission.objects.get(
        codename="delete_logentry", content_type__app_label="auditlog"
    )


def form_of(user, **changes):
    """What the browser would send; crafted where `changes` says so."""
    form = {
        "username": user.username,
        "email": user.email,
        "is_active": "on",
        "is_staff": "on",
        "groups": list(user.groups.values_list("pk", flat=True)),
        "user_permissions": [],
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def shown(page):
    """Return what a page says that it showed, as its form would send it back."""
    return {"_shown": (page.context or {}).get("shown", "")}


def change(client, user, **changes):
    address = reverse("admin:auth_user_change", args=[user.pk])
    form = form_of(user, **changes) | shown(client.get(address))
    answer = client.post(address, form)
    user.refresh_from_db()
    return answer


# --- What administrators are for ----------------------------------------------------


def test_administrators_make_accounts_give_roles_and_close_them(desk):
    desk.post(reverse("admin:auth_user_add"), {"username": "new", **NEW})
    new = User.objects.get(username="new")
    reviewers = Group.objects.get(name=REVIEWER)

    assert change(desk, new, groups=[reviewers.pk]).status_code == 302
    assert list(new.groups.all()) == [reviewers]
    assert change(desk, new, is_active=None).status_code == 302
    assert not new.is_active
    address = reverse("admin:auth_user_password_change", args=[new.pk])
    assert desk.post(address, NEW).status_code == 302
    address = reverse("admin:auth_user_delete", args=[new.pk])
    confirmed = {"post": "yes"} | shown(desk.get(address))
    assert desk.post(address, confirmed).status_code == 302
    assert not User.objects.filter(username="new").exists()


# --- What they cannot do ------------------------------------------------------------


@pytest.mark.attack("An administrator becomes a superuser")
@pytest.mark.parametrize("who", ["clerk", "administrator"])
def test_administrators_make_no_superuser(desk, clerk, administrator, who):
    user = {"clerk": clerk, "administrator": administrator}[who]

    answer = change(desk, user, is_superuser="on", last_name="Taken")

    assert answer.status_code == 302
    assert user.last_name == "Taken"
    assert not user.is_superuser


def test_administrators_add_no_superuser(desk):
    desk.post(
        reverse("admin:auth_user_add"),
        {"username": "new", "is_superuser": "on", "is_staff": "on", **NEW},
    )

    assert not User.objects.get(username="new").is_superuser


@pytest.mark.attack("An administrator becomes a superuser")
def test_administrators_do_not_touch_a_superuser(desk, boss):
    before = User.objects.filter(pk=boss.pk).values().get()

    for name, form in {
        "change": form_of(boss, is_active=None, is_staff=None, email="me@example.org"),
        "delete": {"post": "yes"},
    }.items():
        address = reverse(f"admin:auth_user_{name}", args=[boss.pk])
        assert desk.post(address, form).status_code == 403, name
    address = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert desk.get(address).status_code == 403
    assert desk.post(address, NEW).status_code == 403
    together = {
        "action": "delete_selected",
        "_selected_action": [boss.pk],
    }
    address = reverse("admin:auth_user_changelist")
    confirmed = together | {"post": "yes"} | shown(desk.post(address, together))
    assert desk.post(address, confirmed).status_code == 403

    assert User.objects.filter(pk=boss.pk).values().get() == before


@pytest.mark.parametrize("kind", ["factor", "session"])
def test_administrators_take_nothing_from_a_superuser(desk, boss, kind):
    TOTP.activate(boss, "JBSWY3DPEHPK3PXP")
    UserSession.objects.create(user=boss, ip="192.0.2.1", session_key="x" * 32)
    record, name = {
        "factor": (Authenticator.objects.get(), "mfa_authenticator"),
        "session": (UserSession.objects.get(user=boss), "usersessions_usersession"),
    }[kind]

    address = reverse(f"admin:{name}_delete", args=[record.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    together = {
        "action": "delete_selected",
        "_selected_action": [record.pk],
        "post": "yes",
    }
    assert desk.post(reverse(f"admin:{name}_changelist"), together).status_code == 403

    assert type(record).objects.filter(pk=record.pk).exists()


def test_administrators_give_nothing_that_they_do_not_have(desk, clerk, beyond):
    strong = Group.objects.create(name="strong")
    strong.permissions.add(beyond)

    for changes in ({"groups": [strong.pk]}, {"user_permissions": [beyond.pk]}):
        answer = change(desk, clerk, **changes)
        assert answer.status_code == 200
        assert "Select a valid choice" in answer.text

    assert list(clerk.groups.values_list("name", flat=True)) == [DATA_ENTRY]
    assert not clerk.user_permissions.exists()


def test_administrators_do_not_make_groups_stronger_than_themselves(
    desk, administrator, beyond
):
    own = administrator.groups.get()
    address = reverse("admin:auth_group_change", args=[own.pk])
    kept = [p.pk for p in own.permissions.all()]

    answer = desk.post(address, {"name": own.name, "permissions": [*kept, beyond.pk]})

    assert "Select a valid choice" in answer.text
    assert beyond not in own.permissions.all()

    strong = Group.objects.create(name="strong")
    strong.permissions.add(beyond)
    address = reverse("admin:auth_group_change", args=[strong.pk])
    assert desk.post(address, {"name": "weak", "permissions": []}).status_code == 403
    address = reverse("admin:auth_group_delete", args=[strong.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403


@pytest.mark.attack("An administrator becomes a superuser")
@pytest.mark.parametrize("is_active", [True, False])
def test_administrators_do_not_become_somebody_who_may_do_more(
    desk, clerk, beyond, is_active
):
    clerk.user_permissions.add(beyond)
    clerk.is_active = is_active
    clerk.save()

    address = reverse("admin:auth_user_password_change", args=[clerk.pk])
    assert desk.post(address, NEW).status_code == 403
    assert change(desk, clerk).status_code == 403
    assert clerk.is_active == is_active


def test_superusers_can(clerk, boss):
    desk = Client()
    desk.force_login(boss)

    assert change(desk, clerk, is_superuser="on").status_code == 302
    assert clerk.is_superuser
    address = reverse("admin:auth_user_password_change", args=[clerk.pk])
    assert desk.post(address, NEW).status_code == 302
    assert change(desk, clerk).status_code == 302
    assert not clerk.is_superuser


# --- Whom an address stands for ------------------------------------------------------


@pytest.mark.parametrize("address", ["ADMIN.sk@example.org", "admin.sk@Example.ORG"])
def test_address_in_other_capitals_is_the_same(address):
    user = User.objects.create_user("admin", "Admin.sk@example.org")

    assert accounts_of(address) == [user]


@pytest.mark.attack(
    "An e-mail address that looks like an administrator's opens the account"
)
@pytest.mark.parametrize(
    "address",
    [
        "adm\u0131n.sk@example.org",
        "ADM\u0130N.sk@example.org",
        "admin.\u017fk@example.org",
        "admin.s\u212a@example.org",
        "\uff41dmin.sk@example.org",
        "\u0430dmin.sk@example.org",
        "admin.sk@example.org ",
        "admin.sk@example.org\u200b",
        "",
    ],
)
def test_address_that_only_looks_the_same_is_not(address):
    User.objects.create_user("admin", "admin.sk@example.org")
    User.objects.create_user("nobody", "")

    assert accounts_of(address) == []


@pytest.mark.attack(
    "An e-mail address that looks like an administrator's opens the account"
)
def test_letters_of_other_alphabets_are_compared_as_they_are():
    user = User.objects.create_user("jose", "josé@example.org")

    assert accounts_of("JOSé@example.org") == [user]
    assert accounts_of("jose\u0301@example.org") == []
