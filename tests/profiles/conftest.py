"""The staff who try the desk."""

import pytest
from django.contrib.auth.models import User


@pytest.fixture
def staff(client):
    """A client signed in as an account of the staff that has no permission yet."""
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    return client
