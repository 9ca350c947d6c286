from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0027_count_all_tutors'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='tutorprofile',
            constraint=models.CheckConstraint(condition=models.Q(('taught__len__lte', 12), ('spoken__len__lte', 12)), name='tutor_profile_counted'),
        ),
        migrations.AddIndex(
            model_name='tutorprofile',
            index=models.Index(condition=models.Q(('is_listed', True), ('state', 'approved')), fields=['user'], include=('hourly_currency', 'hourly_minor', 'taught', 'taught_levels', 'levels', 'spoken'), name='tutor_counted'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_active', False)), fields=['id'], name='user_closed'),
        ),
    ]
