"""Makes the groups of the three roles.

Permissions come to be only after all migrations, so the groups are filled then: see
iscm_registry.roles.fill_groups.
"""

from django.db import migrations

ROLES = ("data entry", "reviewer", "administrator")


def make_groups(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for role in ROLES:
        groups.get_or_create(name=role)


class Migration(migrations.Migration):

    dependencies = [
        ("iscm_registry", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        # Going back leaves the groups: people are in them.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
