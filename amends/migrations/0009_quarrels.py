"""From quarrel to settlement: offers and talk, arbiters and what they ask, appeals, the case as a whole, tasks, incidents, complaints, proof.

What a time stamp says is never changed; what was offered, ruled, appealed or linked is never deleted.
"""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from amends.plumbing.migrating import Together

CHILDREN = [
    # table, column, parent: FOREIGN KEY (merchant_id, column) REFERENCES parent (merchant_id, id), as in 0002
    ("rulings_appeal", "case_id", "cases_case"),
    ("rulings_appeal", "review_id", "rulings_review"),
    ("rulings_appeal", "grounds_id", "cases_text"),
    ("rulings_appeal", "answer_id", "cases_text"),
    ("rulings_appeal", "answer_also_id", "cases_text"),
    ("cases_link", "case_id", "cases_case"),
    ("cases_link", "other_id", "cases_case"),
    ("complaints_complaint", "case_id", "cases_case"),
    ("complaints_complaint", "words_id", "cases_text"),
    ("complaints_complaint", "answer_id", "cases_text"),
    ("complaints_complaint", "outcome_id", "cases_text"),
    ("cases_extension", "case_id", "cases_case"),
    ("cases_extension", "why_id", "cases_text"),
    ("incidents_case", "case_id", "cases_case"),
    ("cases_likeness", "case_id", "cases_case"),
    ("cases_likeness", "other_id", "cases_case"),
    ("talks_note", "case_id", "cases_case"),
    ("talks_offer", "case_id", "cases_case"),
    ("talks_offer", "answers_id", "talks_offer"),
    ("talks_offer", "words_id", "cases_text"),
    ("sealing_proof_file", "case_id", "cases_case"),
    ("sealing_proof_file", "complaint_id", "complaints_complaint"),
    ("rulings_proof_request", "case_id", "cases_case"),
    ("rulings_proof_request", "review_id", "rulings_review"),
    ("rulings_proof_request", "words_id", "cases_text"),
    ("rulings_proof_request", "answer_id", "cases_text"),
    ("talks_said", "case_id", "cases_case"),
    ("talks_said", "words_id", "cases_text"),
    ("tasks_task", "case_id", "cases_case"),
    ("tasks_task", "words_id", "cases_text"),
    ("tasks_task", "answer_id", "cases_text"),
    ("rulings_test_order", "case_id", "cases_case"),
    ("rulings_test_order", "review_id", "rulings_review"),
    ("rulings_test_order", "question_id", "cases_text"),
    ("rulings_test_order", "report_id", "cases_text"),
    ("sealing_time_stamp", "case_id", "cases_case"),
    ("rulings_review", "reasons_also_id", "cases_text"),
    ("rulings_review", "after_id", "rulings_review"),
]
REFERENCES = "\n".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY (merchant_id, {column})"
    f" REFERENCES {parent} (merchant_id, id) DEFERRABLE INITIALLY DEFERRED;"
    for table, column, parent in CHILDREN
)
NO_REFERENCES = "\n".join(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fk;" for table, column, _ in CHILDREN)
WALLS = """
CREATE OR REPLACE FUNCTION amends_close_walls(app text) RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases_entry', 'ledger_account', 'ledger_posting', 'ledger_line', 'policy_decision', 'policy_pack_version',
            'policy_comment', 'notices_promise', 'approvals_approval', 'approvals_spending', 'compensation_purse_move',
            'market_price_mark', 'reconciliation_statement_line', 'shipping_track_event', 'stock_move',
            'sealing_time_stamp'] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, app);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['cases_case', 'cases_grant', 'refunds_refund', 'refunds_attempt', 'market_payment', 'market_tender',
            'policy_draft', 'notices_message', 'refunds_chargeback', 'refunds_gateway_event', 'refunds_bank_batch', 'refunds_bank_row',
            'approvals_money_rules', 'compensation_voucher', 'compensation_supplement', 'liability_charge_back_to', 'liability_deposit',
            'liability_deposit_move', 'liability_insurance', 'reconciliation_statement', 'reconciliation_run',
            'reconciliation_difference', 'shipping_track', 'shipping_carrier_push', 'stock_level', 'stock_reservation',
            'replacements_replacement', 'replacements_advance', 'repairs_repair', 'repairs_appointment', 'repairs_loan',
            'repairs_warranty', 'repairs_consultation', 'deliveries_delivery', 'liability_proposal', 'liability_signed_link',
            'returns_unknown_parcel', 'returns_scan', 'talks_offer', 'talks_said', 'rulings_review', 'rulings_appeal', 'rulings_proof_request',
            'rulings_test_order', 'cases_link', 'cases_extension', 'tasks_task', 'complaints_complaint', 'incidents_incident',
            'incidents_case', 'sealing_proof_file', 'tasks_seat'] LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %I FROM %I', t, app);
    END LOOP;
    EXECUTE format('GRANT UPDATE (in_force_until) ON policy_pack_version TO %I', app);
    -- What was approved is what was asked for: its payload and sum are written once.
    EXECUTE format('GRANT UPDATE (state, decided_by_id, decided_at, decided_why, outcome, review_due_at, reviewed_by_id, reviewed_at,'
        ' reviewed_as, reviewed_why, warned) ON approvals_approval TO %I', app);
    FOR t IN SELECT inhrelid::regclass::text FROM pg_inherits
        WHERE inhparent IN ('cases_entry'::regclass, 'notices_notice'::regclass, 'notices_message'::regclass)
        AND (SELECT relkind FROM pg_class WHERE oid = inhrelid) = 'r' LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', t, app);
    END LOOP;
END $$;
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'amends_app') AND current_user <> 'amends_app' THEN
        PERFORM amends_close_walls('amends_app');
    END IF;
END $$;
"""


class Migration(Together):

    dependencies = [
        ('amends', '0008_goods'),
    ]

    operations = [
        migrations.CreateModel(
            name='TestingBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('key', models.CharField(max_length=40, unique=True)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('skills', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'rulings_testing_body',
            },
        ),
        migrations.AddField(
            model_name='review',
            name='after',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.review'),
        ),
        migrations.AddField(
            model_name='review',
            name='assigned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='bears',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='review',
            name='blocks',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='review',
            name='draft',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='review',
            name='drafted_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='is_final',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='review',
            name='issues',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='review',
            name='language',
            field=models.CharField(blank=True, max_length=5),
        ),
        migrations.AddField(
            model_name='review',
            name='parts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='review',
            name='reasons_also',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='review',
            name='second_reader',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='skill',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name='review',
            name='outcome',
            field=models.CharField(blank=True, choices=[('for', 'for'), ('against', 'against'), ('partly', 'partly')], max_length=10),
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('authority', models.CharField(max_length=40)),
                ('number', models.CharField(max_length=60)),
                ('received_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('answer_by', models.DateTimeField(blank=True, null=True)),
                ('paused_days', models.PositiveSmallIntegerField(default=0)),
                ('paused_since', models.DateTimeField(blank=True, null=True)),
                ('answer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='complaints', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('outcome', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'complaints_complaint',
            },
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('side', models.CharField(max_length=10)),
                ('turn_life', models.CharField(max_length=20)),
                ('turn_id', models.BigIntegerField()),
                ('turn_generation', models.PositiveIntegerField()),
                ('limit', models.CharField(max_length=30)),
                ('hours', models.PositiveSmallIntegerField()),
                ('agreed', models.JSONField(default=list)),
                ('was_due_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='extensions', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('why', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'cases_extension',
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('cause', models.CharField(max_length=20)),
                ('title_zh', models.CharField(max_length=120)),
                ('title_en', models.CharField(max_length=120)),
                ('words_zh', models.CharField(blank=True, max_length=2000)),
                ('words_en', models.CharField(blank=True, max_length=2000)),
                ('batch', models.CharField(blank=True, max_length=60)),
                ('state', models.CharField(default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=2000)),
                ('opened_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'incidents_incident',
            },
        ),
        migrations.CreateModel(
            name='IncidentCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='incidents', to='amends.case')),
                ('incident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='amends.incident')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
            ],
            options={
                'db_table': 'incidents_case',
            },
        ),
        migrations.CreateModel(
            name='Likeness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score_bps', models.PositiveSmallIntegerField()),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(default='open', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='alike', to='amends.case')),
                ('decided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('other', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case')),
            ],
            options={
                'db_table': 'cases_likeness',
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('merchant', 'merchant'), ('platform', 'platform')], max_length=10)),
                ('body', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='notes', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'talks_note',
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('side', models.CharField(max_length=10)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('parts', models.JSONField(default=list)),
                ('amount_minor', models.BigIntegerField(default=0)),
                ('least_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('agreed', models.JSONField(default=list)),
                ('answers', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.offer')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='offers', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'talks_offer',
            },
        ),
        migrations.CreateModel(
            name='ProofFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('purpose', models.CharField(max_length=20)),
                ('masked', models.BooleanField(default=True)),
                ('head', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('path', models.CharField(max_length=200)),
                ('size', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='proof_files', to='amends.case')),
                ('complaint', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.complaint')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
            ],
            options={
                'db_table': 'sealing_proof_file',
            },
        ),
        migrations.CreateModel(
            name='ProofRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('party', models.CharField(max_length=20)),
                ('issue', models.CharField(blank=True, max_length=40)),
                ('state', models.CharField(default='asked', max_length=10)),
                ('evidence', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='proof_requests', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('review', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='proof_requests', to='amends.review')),
                ('words', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'rulings_proof_request',
            },
        ),
        migrations.CreateModel(
            name='QuickReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('key', models.CharField(max_length=40)),
                ('title_zh', models.CharField(max_length=80)),
                ('title_en', models.CharField(max_length=80)),
                ('body_zh', models.CharField(max_length=1000)),
                ('body_en', models.CharField(max_length=1000)),
                ('used', models.PositiveIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('merchant', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
            ],
            options={
                'db_table': 'talks_quick_reply',
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('declared_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'rulings_relation',
            },
        ),
        migrations.CreateModel(
            name='Said',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('party', models.CharField(max_length=20)),
                ('evidence', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='said', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'talks_said',
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('department', models.CharField(max_length=20)),
                ('passes', models.PositiveSmallIntegerField(default=0)),
                ('passed', models.JSONField(default=list)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='tasks', to='amends.case')),
                ('given_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('words', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
            ],
            options={
                'db_table': 'tasks_task',
            },
        ),
        migrations.CreateModel(
            name='TestOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('cost_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('pays_first', models.CharField(max_length=10)),
                ('bears', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(default='ordered', max_length=12)),
                ('finding', models.CharField(blank=True, max_length=10)),
                ('evidence', models.JSONField(default=list)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('body', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.testingbody')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='test_orders', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('question', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('report', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('review', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='test_orders', to='amends.review')),
            ],
            options={
                'db_table': 'rulings_test_order',
            },
        ),
        migrations.CreateModel(
            name='TimeStamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('head', models.CharField(max_length=64)),
                ('entries_count', models.PositiveIntegerField()),
                ('authority', models.CharField(max_length=80)),
                ('token', models.BinaryField()),
                ('stamped_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='stamps', to='amends.case')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
            ],
            options={
                'db_table': 'sealing_time_stamp',
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('side', models.CharField(max_length=10)),
                ('new_evidence', models.JSONField(default=list)),
                ('entered_from', models.CharField(default='page', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=10)),
                ('parts', models.JSONField(default=list)),
                ('bears', models.JSONField(default=dict)),
                ('blocks', models.JSONField(default=list)),
                ('clause', models.CharField(blank=True, max_length=60)),
                ('admitted_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('answer_also', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='appeals', to='amends.case')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('examiner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grounds', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext')),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('review', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='appeals', to='amends.review')),
            ],
            options={
                'db_table': 'rulings_appeal',
                'indexes': [models.Index(fields=['merchant', 'case'], name='appeals_of_case')],
                'constraints': [models.UniqueConstraint(fields=('merchant', 'id'), name='appeal_tenant_key'), models.UniqueConstraint(fields=('merchant', 'review'), name='one_appeal_a_ruling')],
            },
        ),
        migrations.CreateModel(
            name='ArbiterProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('skills', models.JSONField(default=list)),
                ('languages', models.JSONField(default=list)),
                ('rank', models.PositiveSmallIntegerField(default=1)),
                ('load_most', models.PositiveSmallIntegerField(default=20)),
                ('away_until', models.DateTimeField(blank=True, null=True)),
                ('changed_at', models.DateTimeField()),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='arbiter_profile', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'rulings_arbiter_profile',
                'constraints': [models.CheckConstraint(condition=models.Q(('rank__gte', 1), ('rank__lte', 9)), name='rank_known')],
            },
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('why', models.CharField(blank=True, max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='links', to='amends.case')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merchant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant')),
                ('other', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case')),
            ],
            options={
                'db_table': 'cases_link',
                'indexes': [models.Index(fields=['merchant', 'other'], name='links_to_case')],
                'constraints': [models.UniqueConstraint(fields=('merchant', 'id'), name='case_link_tenant_key'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('merchant', 'case', 'other', 'kind'), name='linked_once'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('kind', 'merged_into')), fields=('merchant', 'case'), name='merged_into_one'), models.CheckConstraint(condition=models.Q(('case', models.F('other')), _negated=True), name='not_linked_to_itself')],
            },
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['merchant', 'case'], name='complaints_of_case'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='complaint_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.UniqueConstraint(fields=('authority', 'number'), name='one_complaint_a_number'),
        ),
        migrations.AddIndex(
            model_name='extension',
            index=models.Index(fields=['merchant', 'case'], name='extensions_of_case'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='extension_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ('to_consumer', 'to_merchant', 'to_both'))), fields=('merchant', 'turn_life', 'turn_id', 'turn_generation'), name='one_open_extension_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.CheckConstraint(condition=models.Q(('hours__gte', 1), ('hours__lte', 720)), name='extension_sane'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['state', '-opened_at'], name='incidents_by_state'),
        ),
        migrations.AddIndex(
            model_name='incidentcase',
            index=models.Index(fields=['merchant', 'case'], name='incidents_of_case'),
        ),
        migrations.AddIndex(
            model_name='incidentcase',
            index=models.Index(fields=['incident', 'id'], name='cases_of_incident'),
        ),
        migrations.AddConstraint(
            model_name='incidentcase',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('merchant', 'incident', 'case'), name='once_an_incident'),
        ),
        migrations.AddIndex(
            model_name='likeness',
            index=models.Index(fields=['merchant', 'other'], name='alike_to_case'),
        ),
        migrations.AddConstraint(
            model_name='likeness',
            constraint=models.UniqueConstraint(fields=('merchant', 'case', 'other'), name='compared_once'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(fields=['merchant', 'case', 'side', 'id'], name='notes_of_case'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='note_tenant_key'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['merchant', 'case'], name='offers_of_case'),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(condition=models.Q(('stage__in', ('to_consumer', 'to_merchant', 'to_both'))), fields=['merchant', 'case'], name='offers_open'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='offer_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('least_minor__gte', 0)), name='offer_not_negative'),
        ),
        migrations.AddIndex(
            model_name='prooffile',
            index=models.Index(fields=['merchant', 'case'], name='proof_files_of_case'),
        ),
        migrations.AddConstraint(
            model_name='prooffile',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='proof_file_tenant_key'),
        ),
        migrations.AddIndex(
            model_name='proofrequest',
            index=models.Index(fields=['merchant', 'review'], name='proof_requests_of_review'),
        ),
        migrations.AddConstraint(
            model_name='proofrequest',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='proof_request_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='quickreply',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('merchant', 'key'), name='one_quick_reply_a_key', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('user', 'merchant'), name='one_relation_a_merchant'),
        ),
        migrations.AddIndex(
            model_name='said',
            index=models.Index(fields=['merchant', 'case', 'id'], name='said_in_case'),
        ),
        migrations.AddConstraint(
            model_name='said',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='said_tenant_key'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['merchant', 'case'], name='tasks_of_case'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('stage__in', ('given', 'raised'))), fields=['department', 'since'], name='tasks_of_department'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('stage__in', ('given', 'raised'))), fields=['owner', 'since'], name='tasks_of_owner'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='task_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='testorder',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='test_order_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='testorder',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ordered')), fields=('merchant', 'review'), name='one_open_test_a_review'),
        ),
        migrations.AddConstraint(
            model_name='testorder',
            constraint=models.CheckConstraint(condition=models.Q(('cost_minor__gte', 0)), name='test_cost_not_negative'),
        ),
        migrations.AddIndex(
            model_name='timestamp',
            index=models.Index(fields=['merchant', 'case', 'entries_count'], name='stamps_of_case'),
        ),
        migrations.AddConstraint(
            model_name='timestamp',
            constraint=models.UniqueConstraint(fields=('merchant', 'case', 'head', 'authority'), name='stamped_once'),
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(max_length=20)),
                ('leads', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('given_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'tasks_seat',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('department', 'user'), name='one_seat_a_person_and_department')],
            },
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='cases_by_end'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['opened_at'], name='open_cases'),
        ),
        migrations.RunSQL(REFERENCES, NO_REFERENCES),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
