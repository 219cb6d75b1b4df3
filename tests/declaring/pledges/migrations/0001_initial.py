
import django.db.models.deletion
import profiles.partial_dates
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('profiles', '0006_addresses_of_the_web'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pledge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='identifier')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='Smaller numbers come first.', verbose_name='position')),
                ('certainty', models.CharField(choices=[('stated', 'Stated by the source'), ('inferred', 'Inferred from the source'), ('dated', 'Dated: true when the source was written'), ('disputed', 'Disputed between sources')], max_length=10, verbose_name='certainty')),
                ('is_public', models.BooleanField(default=True, help_text='Untick for a sensitive statement: only staff will see it.', verbose_name='public')),
                ('note', models.TextField(blank=True, help_text='Shown with the fact wherever it is public.', verbose_name='note')),
                ('words', models.CharField(max_length=200, verbose_name='what was promised')),
                ('made', profiles.partial_dates.PartialDateField(blank=True, default='', help_text='A year, a month or a day: 2011, 2011-06 …', max_length=10, verbose_name='made on')),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pledges', to='profiles.profile', verbose_name='profile')),
                ('source', models.ForeignKey(blank=True, help_text='Who says so.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_facts', to='profiles.source', verbose_name='source')),
                ('state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pledges', to='profiles.state')),
            ],
            options={
                'verbose_name': 'pledge',
                'verbose_name_plural': 'pledges',
                'ordering': ['profile', 'position', 'pk'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('profile', 'uid'), name='pledge_uid_once_per_edition'), models.CheckConstraint(condition=models.Q(('certainty__in', ['stated', 'inferred', 'dated', 'disputed'])), name='pledge_certainty_is_listed', violation_error_message='This is not a term of the controlled list.')],
            },
        ),
    ]
