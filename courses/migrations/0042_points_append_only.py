import django.db.models.deletion
from django.db import migrations, models

from tutorme.core.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [('courses', '0041_keep_what_is_there')]

    operations = [
        migrations.RemoveField(model_name='userachievement', name='slug'),
        migrations.AlterField(
            model_name='userachievement',
            name='achievement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='courses.achievement'),
        ),
        migrations.AddConstraint(
            model_name='userachievement',
            constraint=models.UniqueConstraint(fields=('user', 'achievement'), name='user_achievement_once'),
        ),
        AppendOnly('courses_pointsentry'),
    ]
