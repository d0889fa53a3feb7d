"""When the law's own clock beside a limit ends, and what a shop promised for one purchase; nothing was told of either before."""

from typing import ClassVar

from django.db import migrations, models

from amends.plumbing.migrating import Together


class Migration(Together):
    dependencies: ClassVar = [("amends", "0004_lanes")]
    operations: ClassVar = [
        migrations.AddField("deadline", "legal_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("turn", "legal_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("order", "promises", models.JSONField(default=list)),
    ]
