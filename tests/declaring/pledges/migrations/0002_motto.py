from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0001_initial"),
        ("profiles", "0006_addresses_of_the_web"),
    ]

    operations = [
        migrations.AddField(
            "profile",
            "motto",
            models.CharField("motto", max_length=200, blank=True, default=""),
            preserve_default=False,
        ),
    ]

    def __init__(self, name, app_label):
        # The field belongs to a model of the app `profiles`.
        super().__init__(name, "profiles")
