"""Goods: stock, carriers' tracks, labels and pick-ups, a receiving desk, replacements, repairs, deliveries put right, links to answer by.

A technician is in one place at a time: the database refuses appointments that overlap. What a carrier told, and what stock moved, is
never changed.
"""
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from amends.plumbing.migrating import Together

CHILDREN = [
    # table, column, parent: FOREIGN KEY (merchant_id, column) REFERENCES parent (merchant_id, id), as in 0002
    ("stock_level", "product_id", "market_product"),
    ("stock_reservation", "level_id", "stock_level"),
    ("returns_unknown_parcel", "parcel_id", "returns_shipment"),
    ("liability_signed_link", "case_id", "cases_case"),
    ("shipping_track_event", "track_id", "shipping_track"),
    ("replacements_advance", "case_id", "cases_case"),
    ("replacements_advance", "grant_id", "cases_grant"),
    ("replacements_advance", "security_id", "compensation_supplement"),
    ("returns_shipment", "travels_with_id", "returns_shipment"),
    ("returns_shipment", "goes_to_id", "shipping_return_address"),
    ("deliveries_delivery", "case_id", "cases_case"),
    ("deliveries_delivery", "order_id", "market_order"),
    ("deliveries_delivery", "shipment_id", "market_shipment"),
    ("deliveries_delivery", "address_id", "cases_text"),
    ("deliveries_delivery", "why_id", "cases_text"),
    ("deliveries_delivery", "answer_id", "cases_text"),
    ("replacements_replacement", "case_id", "cases_case"),
    ("replacements_replacement", "grant_id", "cases_grant"),
    ("replacements_replacement", "unit_id", "market_unit"),
    ("replacements_replacement", "wanted_id", "market_product"),
    ("replacements_replacement", "part_id", "cases_text"),
    ("replacements_replacement", "address_id", "cases_text"),
    ("repairs_repair", "case_id", "cases_case"),
    ("repairs_repair", "grant_id", "cases_grant"),
    ("repairs_repair", "unit_id", "market_unit"),
    ("repairs_repair", "workshop_id", "repairs_workshop"),
    ("repairs_repair", "fault_id", "cases_text"),
    ("repairs_repair", "diagnosis_id", "cases_text"),
    ("repairs_repair", "quote_id", "cases_text"),
    ("repairs_repair", "quote_payment_id", "compensation_supplement"),
    ("repairs_repair", "outcome_id", "cases_text"),
    ("liability_proposal", "case_id", "cases_case"),
    ("liability_proposal", "charge_id", "liability_charge_back_to"),
    ("repairs_consultation", "case_id", "cases_case"),
    ("repairs_consultation", "why_id", "cases_text"),
    ("repairs_consultation", "advice_id", "cases_text"),
    ("stock_move", "product_id", "market_product"),
    ("stock_move", "unit_id", "market_unit"),
    ("stock_move", "reservation_id", "stock_reservation"),
    ("repairs_appointment", "repair_id", "repairs_repair"),
    ("repairs_appointment", "technician_id", "repairs_technician"),
    ("repairs_appointment", "address_id", "cases_text"),
    ("repairs_technician", "workshop_id", "repairs_workshop"),
    ("repairs_warranty", "unit_id", "market_unit"),
    ("shipping_pickup", "address_id", "cases_text"),
    ("returns_scan", "batch_id", "returns_batch"),
    ("returns_scan", "parcel_id", "returns_shipment"),
    ("returns_scan", "unknown_id", "returns_unknown_parcel"),
    ("repairs_loan", "case_id", "cases_case"),
    ("repairs_loan", "repair_id", "repairs_repair"),
    ("repairs_loan", "unit_id", "repairs_loan_unit"),
    ("repairs_loan", "condition_out_id", "cases_text"),
    ("repairs_loan", "condition_back_id", "cases_text"),
    ("repairs_loan_unit", "workshop_id", "repairs_workshop"),
    ("replacements_offered", "case_id", "cases_case"),
    ("replacements_offered", "replacement_id", "replacements_replacement"),
    ("replacements_offered", "product_id", "market_product"),
    ("repairs_part", "repair_id", "repairs_repair"),
]
REFERENCES = "\n".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY (merchant_id, {column})"
    f" REFERENCES {parent} (merchant_id, id) DEFERRABLE INITIALLY DEFERRED;"
    for table, column, parent in CHILDREN
)
NO_REFERENCES = "\n".join(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fk;" for table, column, _ in CHILDREN)
ONE_PLACE_AT_A_TIME = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE repairs_appointment ADD CONSTRAINT one_place_at_a_time
    EXCLUDE USING gist (technician_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state = 'booked');
"""
NOT_IN_ONE_PLACE = "ALTER TABLE repairs_appointment DROP CONSTRAINT one_place_at_a_time;"
WALLS = """
CREATE OR REPLACE FUNCTION amends_close_walls(app text) RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases_entry', 'ledger_account', 'ledger_posting', 'ledger_line', 'policy_decision', 'policy_pack_version',
            'policy_comment', 'notices_promise', 'approvals_approval', 'approvals_spending', 'compensation_purse_move',
            'market_price_mark', 'reconciliation_statement_line', 'shipping_track_event', 'stock_move'] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, app);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['cases_case', 'cases_grant', 'refunds_refund', 'refunds_attempt', 'market_payment', 'market_tender',
            'policy_draft', 'notices_message', 'refunds_chargeback', 'refunds_gateway_event', 'refunds_bank_batch', 'refunds_bank_row',
            'approvals_money_rules', 'compensation_voucher', 'compensation_supplement', 'liability_charge_back_to', 'liability_deposit',
            'liability_deposit_move', 'liability_insurance', 'reconciliation_statement', 'reconciliation_run',
            'reconciliation_difference', 'shipping_track', 'shipping_carrier_push', 'stock_level', 'stock_reservation',
            'replacements_replacement', 'replacements_advance', 'repairs_repair', 'repairs_appointment', 'repairs_loan',
            'repairs_warranty', 'repairs_consultation', 'deliveries_delivery', 'liability_proposal', 'liability_signed_link',
            'returns_unknown_parcel', 'returns_scan'] LOOP
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
        ('amends', '0007_money'),
    ]

    operations = [
        migrations.CreateModel(
            name='Advance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('value_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('tier', models.CharField(blank=True, max_length=20)),
            ],
            options={
                'db_table': 'replacements_advance',
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('state', models.CharField(default='booked', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_appointment',
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'returns_batch',
            },
        ),
        migrations.CreateModel(
            name='CarrierPush',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=40)),
                ('event', models.CharField(max_length=120)),
                ('told', models.JSONField()),
                ('received_at', models.DateTimeField()),
                ('times', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(default='stored', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=120)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('worked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'shipping_carrier_push',
            },
        ),
        migrations.CreateModel(
            name='Consultation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('skill', models.CharField(max_length=40)),
                ('kind', models.CharField(default='notes', max_length=10)),
                ('link', models.CharField(blank=True, max_length=300)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('consented_at', models.DateTimeField(blank=True, null=True)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_consultation',
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('life', models.CharField(max_length=20)),
                ('life_id', models.BigIntegerField()),
                ('carrier', models.CharField(max_length=40)),
                ('waybill', models.CharField(blank=True, max_length=60)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('drop_off_code', models.CharField(blank=True, max_length=200)),
                ('path', models.CharField(blank=True, max_length=200)),
                ('cost_minor', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('state', models.CharField(default='asked', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('bought_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'shipping_label',
            },
        ),
        migrations.CreateModel(
            name='Loan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('out_at', models.DateTimeField(blank=True, null=True)),
                ('back_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_loan',
            },
        ),
        migrations.CreateModel(
            name='LoanUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('serial', models.CharField(blank=True, max_length=60)),
                ('goods_class', models.CharField(max_length=20)),
                ('value_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_loan_unit',
            },
        ),
        migrations.CreateModel(
            name='Offered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_minor', models.BigIntegerField()),
                ('difference_minor', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'replacements_offered',
            },
        ),
        migrations.CreateModel(
            name='OutboundDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('carrier', models.CharField(max_length=40)),
                ('waybill', models.CharField(max_length=60)),
                ('new_waybill', models.CharField(blank=True, max_length=60)),
                ('expected_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'deliveries_delivery',
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('quantity', models.PositiveSmallIntegerField(default=1)),
                ('price_minor', models.BigIntegerField(default=0)),
                ('state', models.CharField(default='ordered', max_length=10)),
                ('ordered_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_part',
            },
        ),
        migrations.CreateModel(
            name='Pickup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('life', models.CharField(max_length=20)),
                ('life_id', models.BigIntegerField()),
                ('carrier', models.CharField(max_length=40)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('people', models.PositiveSmallIntegerField(default=1)),
                ('packaging', models.BooleanField(default=False)),
                ('state', models.CharField(default='asked', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('changes', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'shipping_pickup',
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('party', models.CharField(max_length=10)),
                ('what', models.CharField(max_length=20)),
                ('amount_minor', models.BigIntegerField()),
                ('unit', models.CharField(max_length=20)),
                ('score_bps', models.PositiveSmallIntegerField()),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(default='proposed', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'liability_proposal',
            },
        ),
        migrations.CreateModel(
            name='Repair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('attempt', models.PositiveSmallIntegerField(default=1)),
                ('way', models.CharField(choices=[('post', 'post'), ('workshop', 'workshop'), ('home', 'home')], default='post', max_length=10)),
                ('in_warranty', models.BooleanField(default=True)),
                ('quote_minor', models.BigIntegerField(blank=True, null=True)),
                ('tests', models.JSONField(default=list)),
                ('photos_before', models.JSONField(default=list)),
                ('photos_after', models.JSONField(default=list)),
                ('carrier', models.CharField(blank=True, max_length=40)),
                ('waybill', models.CharField(blank=True, max_length=60)),
                ('taken_in_at', models.DateTimeField(blank=True, null=True)),
                ('handed_back_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_repair',
            },
        ),
        migrations.CreateModel(
            name='Replacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(choices=[('exchange', 'exchange'), ('resend', 'resend')], max_length=10)),
                ('price_minor', models.BigIntegerField(blank=True, null=True)),
                ('before_return', models.BooleanField(default=False)),
                ('serial', models.CharField(blank=True, max_length=60)),
                ('carrier', models.CharField(blank=True, max_length=40)),
                ('waybill', models.CharField(blank=True, max_length=60)),
                ('shipped_at', models.DateTimeField(blank=True, null=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'replacements_replacement',
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('life', models.CharField(max_length=20)),
                ('life_id', models.BigIntegerField()),
                ('state', models.CharField(default='held', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'stock_reservation',
            },
        ),
        migrations.CreateModel(
            name='ReturnAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('key', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('address', models.CharField(max_length=300)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('zones', models.JSONField(default=list)),
                ('goods', models.JSONField(default=list)),
                ('hours', models.JSONField(default=list)),
                ('tz', models.CharField(default='Asia/Shanghai', max_length=40)),
                ('is_default', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'shipping_return_address',
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('waybill', models.CharField(max_length=60)),
                ('outcome', models.CharField(max_length=10)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'returns_scan',
            },
        ),
        migrations.CreateModel(
            name='SignedLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('life', models.CharField(max_length=20)),
                ('life_id', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'liability_signed_link',
            },
        ),
        migrations.CreateModel(
            name='StockLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(blank=True, max_length=40)),
                ('on_hand', models.PositiveIntegerField(default=0)),
                ('reserved', models.PositiveIntegerField(default=0)),
                ('told_at', models.DateTimeField()),
                ('source', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'stock_level',
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('inspection_id', models.BigIntegerField(blank=True, null=True)),
                ('kind', models.CharField(max_length=12)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('grade', models.CharField(blank=True, max_length=1)),
                ('key', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'stock_move',
            },
        ),
        migrations.CreateModel(
            name='Technician',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('skills', models.JSONField(default=list)),
                ('zones', models.JSONField(default=list)),
                ('day_most', models.PositiveSmallIntegerField(default=8)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_technician',
            },
        ),
        migrations.CreateModel(
            name='Track',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=40)),
                ('waybill', models.CharField(max_length=60)),
                ('state', models.CharField(blank=True, max_length=20)),
                ('state_at', models.DateTimeField(blank=True, null=True)),
                ('place', models.CharField(blank=True, max_length=120)),
                ('weight_grams', models.PositiveIntegerField(blank=True, null=True)),
                ('said_grams', models.PositiveIntegerField(blank=True, null=True)),
                ('expected_at', models.DateTimeField(blank=True, null=True)),
                ('heard_at', models.DateTimeField(blank=True, null=True)),
                ('poll_at', models.DateTimeField(blank=True, null=True)),
                ('polls', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'shipping_track',
            },
        ),
        migrations.CreateModel(
            name='TrackEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('place', models.CharField(blank=True, max_length=120)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('weight_grams', models.PositiveIntegerField(blank=True, null=True)),
                ('expected_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(max_length=10)),
                ('heard_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'shipping_track_event',
            },
        ),
        migrations.CreateModel(
            name='UnknownParcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('carrier', models.CharField(blank=True, max_length=40)),
                ('waybill', models.CharField(max_length=60)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('shelf', models.CharField(blank=True, max_length=40)),
                ('weight_grams', models.PositiveIntegerField(blank=True, null=True)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(default='shelved', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'returns_unknown_parcel',
            },
        ),
        migrations.CreateModel(
            name='Warranty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('days', models.PositiveIntegerField()),
                ('paused_days', models.PositiveIntegerField(default=0)),
                ('extended_once', models.BooleanField(default=False)),
                ('restarted_by', models.BigIntegerField(blank=True, null=True)),
                ('repair_ends_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'repairs_warranty',
            },
        ),
        migrations.CreateModel(
            name='Workshop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('key', models.CharField(max_length=40)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('ways', models.JSONField(default=list)),
                ('skills', models.JSONField(default=list)),
                ('zones', models.JSONField(default=list)),
                ('hours', models.JSONField(default=list)),
                ('tz', models.CharField(default='Asia/Shanghai', max_length=40)),
                ('slot_minutes', models.PositiveSmallIntegerField(default=60)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'repairs_workshop',
            },
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='one_role_once',
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='role_names_its_side',
        ),
        migrations.AddField(
            model_name='inspection',
            name='checks',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='inspection',
            name='disposed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='inspection',
            name='disposition',
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name='inspection',
            name='found_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='inspection',
            name='grade',
            field=models.CharField(blank=True, max_length=1),
        ),
        migrations.AddField(
            model_name='inspection',
            name='photos',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='inspection',
            name='serial',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='inspection',
            name='serial_fits',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='inspection',
            name='weight_grams',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='bundle',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='orderline',
            name='bundle_en',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='orderline',
            name='bundle_zh',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='product',
            name='bulky',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='product',
            name='currency',
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name='product',
            name='price_minor',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='product',
            name='serialised',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='product',
            name='supplier',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='variant_en',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='variant_zh',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='variants',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='product',
            name='weight_grams',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='bulky',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='freight_minor',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='number',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='received_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='received_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='received_place',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='travels_with',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.returnshipment'),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='way',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='weight_grams',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='shipment',
            name='expected_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='shipment',
            name='weight_grams',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='unit',
            name='batch',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='unit',
            name='serial',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('consumer', 'consumer'), ('merchant', 'merchant'), ('workshop', 'workshop'), ('agent', 'agent'), ('arbiter', 'arbiter'), ('supervisor', 'supervisor'), ('policy_owner', 'policy_owner'), ('analyst', 'analyst'), ('admin', 'admin')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('variants', ''), _negated=True), fields=['merchant', 'variants'], name='variants_of_an_article'),
        ),
        migrations.AddIndex(
            model_name='shipment',
            index=models.Index(condition=models.Q(('waybill', ''), _negated=True), fields=['merchant', 'waybill'], name='shipments_by_waybill'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__isnull', True), ('price_minor__gte', 0), _connector='OR'), name='product_price_not_negative'),
        ),
        migrations.AddField(
            model_name='advance',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='advances', to='amends.case'),
        ),
        migrations.AddField(
            model_name='advance',
            name='grant',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.grant'),
        ),
        migrations.AddField(
            model_name='advance',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='advance',
            name='security',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.supplement'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='batch',
            name='made_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='batch',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddIndex(
            model_name='carrierpush',
            index=models.Index(condition=models.Q(('state', 'stored')), fields=['received_at'], name='carrier_pushes_waiting'),
        ),
        migrations.AddIndex(
            model_name='carrierpush',
            index=models.Index(fields=['-received_at'], name='carrier_pushes_by_time'),
        ),
        migrations.AddConstraint(
            model_name='carrierpush',
            constraint=models.UniqueConstraint(fields=('carrier', 'event'), name='one_push_an_event'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='advice',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='called_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consultation',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='consultations', to='amends.case'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='expert',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consultation',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='why',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='label',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='loan',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='loans', to='amends.case'),
        ),
        migrations.AddField(
            model_name='loan',
            name='condition_back',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='loan',
            name='condition_out',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='loan',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='loanunit',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='loan',
            name='unit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.loanunit'),
        ),
        migrations.AddField(
            model_name='offered',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case'),
        ),
        migrations.AddField(
            model_name='offered',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='offered',
            name='product',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.product'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='answer',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='deliveries', to='amends.case'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='order',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.order'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='shipment',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.shipment'),
        ),
        migrations.AddField(
            model_name='outbounddelivery',
            name='why',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='part',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='pickup',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='pickup',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='bearer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.bearer'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='charge',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.chargebackto'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='ended_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposal',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='repair',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='repairs', to='amends.case'),
        ),
        migrations.AddField(
            model_name='repair',
            name='diagnosis',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='repair',
            name='fault',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='repair',
            name='grant',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.grant'),
        ),
        migrations.AddField(
            model_name='repair',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='repair',
            name='outcome',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='repair',
            name='quote',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='repair',
            name='quote_payment',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.supplement'),
        ),
        migrations.AddField(
            model_name='repair',
            name='unit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unit'),
        ),
        migrations.AddField(
            model_name='part',
            name='repair',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='parts', to='amends.repair'),
        ),
        migrations.AddField(
            model_name='loan',
            name='repair',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.repair'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='repair',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='appointments', to='amends.repair'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='replacements', to='amends.case'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='grant',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.grant'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='part',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='unit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unit'),
        ),
        migrations.AddField(
            model_name='replacement',
            name='wanted',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.product'),
        ),
        migrations.AddField(
            model_name='offered',
            name='replacement',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='alternatives', to='amends.replacement'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='returnaddress',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='returnshipment',
            name='goes_to',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.returnaddress'),
        ),
        migrations.AddIndex(
            model_name='returnshipment',
            index=models.Index(condition=models.Q(('waybill', ''), _negated=True), fields=['merchant', 'waybill'], name='parcels_by_waybill'),
        ),
        migrations.AddIndex(
            model_name='returnshipment',
            index=models.Index(condition=models.Q(('travels_with__isnull', False)), fields=['merchant', 'travels_with'], name='parcels_that_travel_with'),
        ),
        migrations.AddField(
            model_name='scan',
            name='batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='scans', to='amends.batch'),
        ),
        migrations.AddField(
            model_name='scan',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='scan',
            name='parcel',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.returnshipment'),
        ),
        migrations.AddField(
            model_name='signedlink',
            name='bearer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.bearer'),
        ),
        migrations.AddField(
            model_name='signedlink',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case'),
        ),
        migrations.AddField(
            model_name='signedlink',
            name='made_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='signedlink',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='product',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='levels', to='amends.product'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='level',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.stocklevel'),
        ),
        migrations.AddField(
            model_name='stockmove',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='stockmove',
            name='product',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.product'),
        ),
        migrations.AddField(
            model_name='stockmove',
            name='reservation',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.reservation'),
        ),
        migrations.AddField(
            model_name='stockmove',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unit'),
        ),
        migrations.AddField(
            model_name='technician',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='technician',
            name='user',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointment',
            name='technician',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.technician'),
        ),
        migrations.AddField(
            model_name='track',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='trackevent',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='trackevent',
            name='track',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='amends.track'),
        ),
        migrations.AddField(
            model_name='unknownparcel',
            name='made_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='unknownparcel',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='unknownparcel',
            name='parcel',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.returnshipment'),
        ),
        migrations.AddField(
            model_name='scan',
            name='unknown',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unknownparcel'),
        ),
        migrations.AddField(
            model_name='warranty',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='warranty',
            name='unit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unit'),
        ),
        migrations.AddField(
            model_name='workshop',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='technician',
            name='workshop',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='technicians', to='amends.workshop'),
        ),
        migrations.AddField(
            model_name='repair',
            name='workshop',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.workshop'),
        ),
        migrations.AddField(
            model_name='loanunit',
            name='workshop',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.workshop'),
        ),
        migrations.AddField(
            model_name='membership',
            name='workshop',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='amends.workshop'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('user', 'role', 'merchant', 'consumer', 'workshop'), name='one_role_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consumer__isnull', True), ('merchant__isnull', False), ('role', 'merchant'), ('workshop__isnull', True)), models.Q(('consumer__isnull', False), ('merchant__isnull', True), ('role', 'consumer'), ('workshop__isnull', True)), models.Q(('consumer__isnull', True), ('merchant__isnull', False), ('role', 'workshop'), ('workshop__isnull', False)), models.Q(models.Q(('role__in', ['merchant', 'consumer', 'workshop']), _negated=True), ('consumer__isnull', True), ('merchant__isnull', True), ('workshop__isnull', True)), _connector='OR'), name='role_names_its_side'),
        ),
        migrations.AddIndex(
            model_name='advance',
            index=models.Index(fields=['merchant', 'case'], name='advances_of_case'),
        ),
        migrations.AddConstraint(
            model_name='advance',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='advance_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='advance',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['declined', 'dropped']), _negated=True), fields=('merchant', 'grant'), name='one_live_advance_a_grant'),
        ),
        migrations.AddConstraint(
            model_name='advance',
            constraint=models.CheckConstraint(condition=models.Q(('value_minor__gte', 0)), name='advance_not_negative'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['merchant', '-made_at'], name='batches_of_merchant'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='batch_tenant_key'),
        ),
        migrations.AddIndex(
            model_name='consultation',
            index=models.Index(fields=['merchant', 'case'], name='consultations_of_case'),
        ),
        migrations.AddConstraint(
            model_name='consultation',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='consultation_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='label_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'bought'])), fields=('merchant', 'life', 'life_id'), name='one_label_a_life'),
        ),
        migrations.AddIndex(
            model_name='outbounddelivery',
            index=models.Index(fields=['merchant', 'case'], name='deliveries_of_case'),
        ),
        migrations.AddConstraint(
            model_name='outbounddelivery',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='outbound_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='outbounddelivery',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['confirmed', 'fetched', 'lost', 'dropped']), _negated=True), fields=('merchant', 'shipment'), name='one_open_enquiry_a_shipment'),
        ),
        migrations.AddIndex(
            model_name='pickup',
            index=models.Index(condition=models.Q(('state__in', ['asked', 'booked'])), fields=['until_at'], name='pickups_due'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='pickup_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'booked'])), fields=('merchant', 'life', 'life_id'), name='one_pickup_a_life'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('from_at'))), name='pickup_lasts'),
        ),
        migrations.AddConstraint(
            model_name='pickup',
            constraint=models.CheckConstraint(condition=models.Q(('people__gte', 1), ('people__lte', 4)), name='pickup_people'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('state', 'proposed')), fields=['merchant', '-made_at'], name='proposals_open'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='proposal_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('merchant', 'case', 'party', 'what'), name='one_open_proposal_a_party'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('score_bps__lte', 10000)), name='proposal_sane'),
        ),
        migrations.AddIndex(
            model_name='part',
            index=models.Index(fields=['merchant', 'repair'], name='parts_of_repair'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='part_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__gte', 0), ('quantity__gte', 1), ('quantity__lte', 99)), name='part_sane'),
        ),
        migrations.AddIndex(
            model_name='loan',
            index=models.Index(fields=['merchant', 'case'], name='loans_of_case'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='loan_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['promised', 'out', 'called_back', 'returning'])), fields=('merchant', 'unit'), name='lent_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['promised', 'out', 'called_back', 'returning'])), fields=('merchant', 'repair'), name='one_loan_a_repair'),
        ),
        migrations.AddIndex(
            model_name='replacement',
            index=models.Index(fields=['merchant', 'case'], name='replacements_of_case'),
        ),
        migrations.AddConstraint(
            model_name='replacement',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='replacement_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='replacement',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['fallen_back', 'dropped']), _negated=True), fields=('merchant', 'grant'), name='one_live_replacement_a_grant'),
        ),
        migrations.AddConstraint(
            model_name='replacement',
            constraint=models.UniqueConstraint(condition=models.Q(('waybill', ''), _negated=True), fields=('merchant', 'carrier', 'waybill'), name='one_replacement_a_waybill'),
        ),
        migrations.AddConstraint(
            model_name='offered',
            constraint=models.UniqueConstraint(fields=('merchant', 'replacement', 'product'), name='offered_once'),
        ),
        migrations.AddConstraint(
            model_name='returnaddress',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='return_address_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='returnaddress',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('merchant', 'key'), name='one_address_a_key'),
        ),
        migrations.AddConstraint(
            model_name='returnaddress',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('is_default', True)), fields=('merchant',), name='one_default_address'),
        ),
        migrations.AddConstraint(
            model_name='signedlink',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='signed_link_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='signedlink',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('used_at__isnull', True)), fields=('merchant', 'life', 'life_id'), name='one_open_link_a_matter'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='level_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.UniqueConstraint(fields=('merchant', 'product', 'place'), name='one_level_a_place'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__lte', models.F('on_hand'))), name='no_more_kept_than_there_is'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['merchant', 'level'], name='kept_of_level'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='reservation_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'held')), fields=('merchant', 'life', 'life_id'), name='one_piece_kept_a_life'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(fields=['merchant', '-made_at'], name='stock_moves_by_time'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.UniqueConstraint(fields=('merchant', 'key'), name='stock_moves_once'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.UniqueConstraint(condition=models.Q(('inspection_id__isnull', False)), fields=('merchant', 'inspection_id'), name='one_move_an_inspection'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['restock', 'refurbish', 'scrap', 'to_supplier', 'out'])), name='stock_move_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='appointment',
            index=models.Index(fields=['merchant', 'technician', 'starts_at'], name='appointments_of_technician'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='appointment_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'booked')), fields=('merchant', 'repair'), name='one_appointment_a_repair'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='appointment_lasts'),
        ),
        migrations.AddIndex(
            model_name='track',
            index=models.Index(fields=['carrier', 'waybill'], name='tracks_by_waybill'),
        ),
        migrations.AddIndex(
            model_name='track',
            index=models.Index(fields=['waybill'], name='tracks_by_number'),
        ),
        migrations.AddIndex(
            model_name='track',
            index=models.Index(condition=models.Q(('poll_at__isnull', False)), fields=['poll_at'], name='tracks_to_poll'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='track_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.UniqueConstraint(fields=('merchant', 'carrier', 'waybill'), name='one_track_a_waybill'),
        ),
        migrations.AddIndex(
            model_name='trackevent',
            index=models.Index(fields=['merchant', 'track', 'at'], name='events_of_track'),
        ),
        migrations.AddConstraint(
            model_name='trackevent',
            constraint=models.UniqueConstraint(fields=('merchant', 'track', 'key'), name='told_once_of_a_track'),
        ),
        migrations.AddIndex(
            model_name='unknownparcel',
            index=models.Index(condition=models.Q(('state', 'shelved')), fields=['due_at'], name='shelved_too_long'),
        ),
        migrations.AddConstraint(
            model_name='unknownparcel',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='unknown_parcel_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='unknownparcel',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'shelved')), fields=('merchant', 'waybill'), name='shelved_once'),
        ),
        migrations.AddConstraint(
            model_name='scan',
            constraint=models.UniqueConstraint(fields=('merchant', 'batch', 'number'), name='scans_numbered'),
        ),
        migrations.AddConstraint(
            model_name='scan',
            constraint=models.UniqueConstraint(fields=('merchant', 'batch', 'waybill'), name='scanned_once_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='warranty',
            constraint=models.UniqueConstraint(fields=('merchant', 'unit'), name='one_warranty_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='workshop',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='workshop_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='workshop',
            constraint=models.UniqueConstraint(fields=('merchant', 'key'), name='one_workshop_a_key'),
        ),
        migrations.AddConstraint(
            model_name='workshop',
            constraint=models.CheckConstraint(condition=models.Q(('slot_minutes__gte', 15), ('slot_minutes__lte', 480)), name='slot_sane'),
        ),
        migrations.AddIndex(
            model_name='technician',
            index=models.Index(fields=['merchant', 'workshop'], name='technicians_of_workshop'),
        ),
        migrations.AddConstraint(
            model_name='technician',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='technician_tenant_key'),
        ),
        migrations.AddIndex(
            model_name='repair',
            index=models.Index(fields=['merchant', 'case'], name='repairs_of_case'),
        ),
        migrations.AddIndex(
            model_name='repair',
            index=models.Index(fields=['merchant', 'workshop', 'stage'], name='repairs_of_workshop'),
        ),
        migrations.AddIndex(
            model_name='repair',
            index=models.Index(fields=['merchant', 'unit'], name='repairs_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='repair',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='repair_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='repair',
            constraint=models.UniqueConstraint(fields=('merchant', 'grant', 'attempt'), name='one_repair_an_attempt'),
        ),
        migrations.AddConstraint(
            model_name='repair',
            constraint=models.CheckConstraint(condition=models.Q(('quote_minor__isnull', True), ('quote_minor__gt', 0), _connector='OR'), name='quote_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='loanunit',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='loan_unit_tenant_key'),
        ),
        migrations.RemoveField(model_name='supplement', name='pay_url'),
        migrations.AddIndex(
            model_name='gatewayevent',
            index=models.Index(condition=models.Q(('state__in', ['worked', 'ignored']), models.Q(('told', {}), _negated=True)), fields=['received_at'], name='gateway_events_to_empty'),
        ),
        migrations.RemoveConstraint(
            model_name='grant',
            name='one_live_grant_a_unit',
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=models.Q(('subject', 'unit'), models.Q(('stage__in', ['owed', 'doing']), models.Q(('stage', 'done'), models.Q(('remedy__in', ['exchange', 'resend', 'repair']), _negated=True)), _connector='OR')), fields=('merchant', 'unit'), name='one_live_grant_a_unit'),
        ),
        migrations.AddField(
            model_name='carrierpush',
            name='waybill',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddIndex(
            model_name='carrierpush',
            index=models.Index(condition=models.Q(('state', 'ignored'), models.Q(('waybill', ''), _negated=True)), fields=['waybill'], name='carrier_pushes_unknown'),
        ),
        migrations.RunSQL(REFERENCES, NO_REFERENCES),
        migrations.RunSQL(ONE_PLACE_AT_A_TIME, NOT_IN_ONE_PLACE),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
