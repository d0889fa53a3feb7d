"""Who looks at a claim, since when a side asks for a person, when a pause holds a clock; and what a lane may know of consumer and order.

Additions only, each with a default that says what was so before: a person looked at every claim, and no clock was ever held by a pack.
"""

from typing import ClassVar

from django.db import migrations, models

from amends.plumbing.migrating import Together


class Migration(Together):
    dependencies: ClassVar = [("amends", "0003_policy")]
    operations: ClassVar = [
        migrations.AddField("case", "lane", models.CharField(default="assisted", max_length=12)),
        migrations.AddField("case", "person_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("consumer", "tier", models.CharField(blank=True, max_length=20)),
        migrations.AddField("consumer", "region", models.CharField(blank=True, max_length=40)),
        migrations.AddField("deadline", "held_from", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("deadline", "held_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("order", "channel", models.CharField(default="online", max_length=20)),
        migrations.AddField("turn", "held_from", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("turn", "held_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("turn", "expert", models.BooleanField(default=False)),
        migrations.AddIndex("turn", models.Index(fields=["party", "-expert", "due_at", "case"], name="queue_of_experts")),
    ]
