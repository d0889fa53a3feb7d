"""Money: the books as a package of their own, ways of paying, gateways' pushes, chargebacks, approvals, compensation, liability, statements.

The books' tables change their names and their walls: one check of a posting at commit instead of one for each line, and no line may be
added to a posting of another transaction. What was granted so far is counted, so that no price or freight goes back twice.
"""
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from amends.plumbing.migrating import Together

CHILDREN = [
    # table, column, parent: FOREIGN KEY (merchant_id, column) REFERENCES parent (merchant_id, id), as in 0002
    ("cases_grant", "line_id", "market_order_line"),
    ("market_price_mark", "product_id", "market_product"),
    ("ledger_line", "reverses_id", "ledger_line"),
    ("refunds_payee", "case_id", "cases_case"),
    ("refunds_refund", "payee_id", "refunds_payee"),
    ("refunds_refund", "stands_for_id", "refunds_refund"),
    ("refunds_chargeback", "tender_id", "market_tender"),
    ("refunds_bank_row", "refund_id", "refunds_refund"),
    ("compensation_voucher", "case_id", "cases_case"),
    ("compensation_voucher", "grant_id", "cases_grant"),
    ("compensation_supplement", "case_id", "cases_case"),
    ("compensation_supplement", "order_id", "market_order"),
    ("compensation_supplement", "tender_id", "market_tender"),
    ("liability_charge_back_to", "case_id", "cases_case"),
    ("liability_charge_back_to", "why_id", "cases_text"),
    ("liability_charge_back_to", "answer_id", "cases_text"),
    ("liability_charge_back_to", "decision_id", "cases_text"),
    ("liability_deposit_move", "charge_id", "liability_charge_back_to"),
    ("liability_deposit_move", "of_hold_id", "liability_deposit_move"),
    ("liability_insurance", "order_id", "market_order"),
    ("liability_insurance", "grant_id", "cases_grant"),
]
REFERENCES = "\n".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY (merchant_id, {column})"
    f" REFERENCES {parent} (merchant_id, id) DEFERRABLE INITIALLY DEFERRED;"
    for table, column, parent in CHILDREN
)
NO_REFERENCES = "\n".join(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fk;" for table, column, _ in CHILDREN)
# solidus#707 and B27. A posting's transaction is kept beside it: once that has ended, the posting is closed for good.
BALANCE = """
DROP TRIGGER posting_balances ON ledger_line;
DROP FUNCTION refunds_must_balance();
ALTER TABLE ledger_posting ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE FUNCTION ledger_posting_must_balance() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    units integer;
    lines integer;
    wrong integer;
BEGIN
    SELECT count(*), coalesce(sum(n), 0), count(*) FILTER (WHERE minor <> 0) INTO units, lines, wrong FROM (
        SELECT count(*) AS n, sum(amount_minor) AS minor FROM ledger_line
        WHERE merchant_id = NEW.merchant_id AND posting_id = NEW.id GROUP BY unit) AS sums;
    IF wrong > 0 OR lines < 2 THEN
        RAISE EXCEPTION 'posting % does not balance', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_must_balance();
CREATE FUNCTION ledger_line_must_belong() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM 1 FROM ledger_posting WHERE merchant_id = NEW.merchant_id AND id = NEW.posting_id AND xid = pg_current_xact_id();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'posting % is closed', NEW.posting_id USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_is_closed';
    END IF;
    PERFORM 1 FROM ledger_account WHERE id = NEW.account_id AND unit = NEW.unit;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % is not in %', NEW.account_id, NEW.unit USING ERRCODE = 'check_violation', CONSTRAINT = 'one_unit_an_account';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_belongs BEFORE INSERT ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line_must_belong();
"""
# What was granted before this counted: of each live grant's sum the goods first, the rest is freight.
GRANTED = """
UPDATE cases_grant g SET currency = c.currency,
    parts = jsonb_build_object('goods', least(g.amount_minor, u.paid_minor), 'freight', greatest(0, g.amount_minor - u.paid_minor))
FROM cases_case c, market_unit u
WHERE c.merchant_id = g.merchant_id AND c.id = g.case_id AND u.merchant_id = g.merchant_id AND u.id = g.unit_id;
UPDATE market_unit u SET granted_minor = (g.parts->>'goods')::bigint FROM cases_grant g
WHERE g.merchant_id = u.merchant_id AND g.unit_id = u.id AND g.stage IN ('owed', 'doing', 'done');
UPDATE market_order_line l SET freight_granted_minor = least(l.freight_minor, s.minor) FROM (
    SELECT u.merchant_id, u.line_id, sum((g.parts->>'freight')::bigint) AS minor FROM cases_grant g
    JOIN market_unit u ON u.merchant_id = g.merchant_id AND u.id = g.unit_id
    WHERE g.stage IN ('owed', 'doing', 'done') GROUP BY u.merchant_id, u.line_id) s
WHERE s.merchant_id = l.merchant_id AND s.line_id = l.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
WALLS = """
CREATE OR REPLACE FUNCTION amends_close_walls(app text) RETURNS void LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['cases_entry', 'ledger_account', 'ledger_posting', 'ledger_line', 'policy_decision', 'policy_pack_version',
            'policy_comment', 'notices_promise', 'approvals_approval', 'approvals_spending', 'compensation_purse_move',
            'market_price_mark', 'reconciliation_statement_line'] LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', t, app);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['cases_case', 'cases_grant', 'refunds_refund', 'refunds_attempt', 'market_payment', 'market_tender',
            'policy_draft', 'notices_message', 'refunds_chargeback', 'refunds_gateway_event', 'refunds_bank_batch', 'refunds_bank_row',
            'approvals_money_rules', 'compensation_voucher', 'compensation_supplement', 'liability_charge_back_to', 'liability_deposit',
            'liability_deposit_move', 'liability_insurance', 'reconciliation_statement', 'reconciliation_run',
            'reconciliation_difference'] LOOP
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
        ('amends', '0006_notices'),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('action', models.CharField(max_length=30)),
                ('payload', models.JSONField()),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('consumer_id', models.BigIntegerField(blank=True, null=True)),
                ('amount_minor', models.BigIntegerField()),
                ('unit', models.CharField(max_length=20)),
                ('asked_as', models.CharField(max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('asked_why', models.CharField(max_length=500)),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(default='asked', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_why', models.CharField(blank=True, max_length=500)),
                ('outcome', models.CharField(blank=True, max_length=120)),
                ('review_due_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_as', models.CharField(blank=True, max_length=12)),
                ('reviewed_why', models.CharField(blank=True, max_length=500)),
                ('warned', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'db_table': 'approvals_approval',
            },
        ),
        migrations.CreateModel(
            name='BankBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('total_minor', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(default='made', max_length=12)),
                ('made_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('confirmation', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'db_table': 'refunds_bank_batch',
            },
        ),
        migrations.CreateModel(
            name='BankRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('answer', models.CharField(blank=True, max_length=12)),
                ('reason', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'db_table': 'refunds_bank_row',
            },
        ),
        migrations.CreateModel(
            name='Bearer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=80)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('contact', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'liability_bearer',
            },
        ),
        migrations.CreateModel(
            name='Chargeback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('gateway', models.CharField(max_length=20)),
                ('provider_ref', models.CharField(max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('unit', models.CharField(max_length=20)),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(default='open', max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('proof', models.JSONField(default=list)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('covered_minor', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'refunds_chargeback',
            },
        ),
        migrations.CreateModel(
            name='ChargeBackTo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(max_length=30)),
                ('generation', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('party', models.CharField(max_length=10)),
                ('borne_by', models.CharField(max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('unit', models.CharField(max_length=20)),
                ('what', models.CharField(max_length=20)),
                ('clause', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'db_table': 'liability_charge_back_to',
            },
        ),
        migrations.CreateModel(
            name='Deposit',
            fields=[
                ('merchant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='deposit', serialize=False, to='amends.merchant')),
                ('currency', models.CharField(max_length=3)),
                ('required_minor', models.BigIntegerField(default=0)),
                ('warn_minor', models.BigIntegerField(default=0)),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'liability_deposit',
            },
        ),
        migrations.CreateModel(
            name='DepositMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('reason', models.CharField(max_length=30)),
                ('why', models.CharField(blank=True, max_length=500)),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('state', models.CharField(max_length=10)),
                ('approval_ref', models.CharField(blank=True, max_length=20)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('made_at', models.DateTimeField()),
                ('notice_until', models.DateTimeField(blank=True, null=True)),
                ('contested_why', models.CharField(blank=True, max_length=500)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('taken_minor', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'liability_deposit_move',
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('gateway', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=16)),
                ('what', models.CharField(max_length=12)),
                ('key', models.CharField(max_length=120)),
                ('provider_ref', models.CharField(blank=True, max_length=120)),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('refund_id', models.BigIntegerField(blank=True, null=True)),
                ('ours_minor', models.BigIntegerField(blank=True, null=True)),
                ('theirs_minor', models.BigIntegerField(blank=True, null=True)),
                ('unit', models.CharField(max_length=20)),
                ('ours_state', models.CharField(blank=True, max_length=12)),
                ('theirs_state', models.CharField(blank=True, max_length=12)),
                ('found_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolution', models.CharField(blank=True, max_length=10)),
                ('why', models.CharField(blank=True, max_length=500)),
                ('warned', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'db_table': 'reconciliation_difference',
            },
        ),
        migrations.CreateModel(
            name='GatewayEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20)),
                ('event', models.CharField(max_length=120)),
                ('kind', models.CharField(blank=True, max_length=60)),
                ('told', models.JSONField()),
                ('received_at', models.DateTimeField()),
                ('times', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(default='stored', max_length=10)),
                ('outcome', models.CharField(blank=True, max_length=120)),
                ('worked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'refunds_gateway_event',
            },
        ),
        migrations.CreateModel(
            name='Insurance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('paid_by', models.CharField(max_length=10)),
                ('premium_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('rules_version', models.CharField(max_length=12)),
                ('zone', models.CharField(max_length=20)),
                ('made_at', models.DateTimeField()),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('paid_out_minor', models.BigIntegerField(default=0)),
                ('paid_out_at', models.DateTimeField(blank=True, null=True)),
                ('refused_because', models.CharField(blank=True, max_length=30)),
            ],
            options={
                'db_table': 'liability_insurance',
            },
        ),
        migrations.CreateModel(
            name='MoneyRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=12, unique=True)),
                ('body', models.TextField()),
                ('why', models.CharField(max_length=500)),
                ('written_at', models.DateTimeField()),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('in_force_from', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'approvals_money_rules',
            },
        ),
        migrations.CreateModel(
            name='Payee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('way', models.CharField(choices=[('tender', 'Tender'), ('transfer', 'Transfer'), ('bank', 'Bank'), ('credit', 'Credit')], max_length=10)),
                ('sealed', models.TextField(blank=True)),
                ('hint', models.CharField(blank=True, max_length=80)),
                ('consented_at', models.DateTimeField()),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'refunds_payee',
            },
        ),
        migrations.CreateModel(
            name='PriceMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('price_minor', models.BigIntegerField()),
                ('since', models.DateTimeField()),
                ('source', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'market_price_mark',
            },
        ),
        migrations.CreateModel(
            name='PurseMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purse', models.CharField(max_length=10)),
                ('unit', models.CharField(max_length=20)),
                ('amount_minor', models.BigIntegerField()),
                ('what', models.CharField(max_length=12)),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('grant_id', models.BigIntegerField(blank=True, null=True)),
                ('spent_for', models.CharField(blank=True, max_length=80)),
                ('key', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'compensation_purse_move',
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('gateway', models.CharField(max_length=20)),
                ('covers_from', models.DateTimeField()),
                ('covers_until', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('matched', models.PositiveIntegerField(default=0)),
                ('missing_here', models.PositiveIntegerField(default=0)),
                ('missing_there', models.PositiveIntegerField(default=0)),
                ('amount_differs', models.PositiveIntegerField(default=0)),
                ('status_differs', models.PositiveIntegerField(default=0)),
                ('sums', models.JSONField(default=dict)),
                ('failed', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'reconciliation_run',
            },
        ),
        migrations.CreateModel(
            name='Spending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(max_length=20)),
                ('action', models.CharField(max_length=30)),
                ('day', models.DateField()),
                ('unit', models.CharField(max_length=20)),
                ('amount_minor', models.BigIntegerField()),
                ('case_id', models.BigIntegerField(blank=True, null=True)),
                ('consumer_id', models.BigIntegerField(blank=True, null=True)),
                ('approval_ref', models.CharField(blank=True, max_length=20)),
                ('key', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'approvals_spending',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('gateway', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=10)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('covers_from', models.DateTimeField()),
                ('covers_until', models.DateTimeField()),
                ('lines_count', models.PositiveIntegerField(default=0)),
                ('taken_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'reconciliation_statement',
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=12)),
                ('provider_ref', models.CharField(max_length=120)),
                ('key', models.CharField(blank=True, max_length=80)),
                ('tender', models.CharField(blank=True, max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('unit', models.CharField(max_length=20)),
                ('state', models.CharField(max_length=12)),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'reconciliation_statement_line',
            },
        ),
        migrations.CreateModel(
            name='Supplement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('why', models.CharField(max_length=30)),
                ('state', models.CharField(default='asked', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('gateway', models.CharField(max_length=20)),
                ('pay_url', models.CharField(blank=True, max_length=400)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'compensation_supplement',
            },
        ),
        migrations.CreateModel(
            name='Voucher',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('scope', models.CharField(default='merchant', max_length=10)),
                ('given_by', models.CharField(default='merchant', max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('min_spend_minor', models.BigIntegerField(default=0)),
                ('valid_from', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('state', models.CharField(default='issued', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('redeemed_for', models.CharField(blank=True, max_length=80)),
                ('redeemed_minor', models.BigIntegerField(default=0)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'compensation_voucher',
            },
        ),
        migrations.RemoveConstraint(
            model_name='grant',
            name='one_live_grant_a_unit',
        ),
        migrations.RemoveConstraint(
            model_name='order',
            name='order_adds_up',
        ),
        migrations.AddField(
            model_name='grant',
            name='borne_by',
            field=models.CharField(default='merchant', max_length=10),
        ),
        migrations.AddField(
            model_name='grant',
            name='currency',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='grant',
            name='line',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.orderline'),
        ),
        migrations.AddField(
            model_name='grant',
            name='parts',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='grant',
            name='subject',
            field=models.CharField(default='unit', max_length=10),
        ),
        migrations.AddField(
            model_name='line',
            name='order_line_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='line',
            name='reverses',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.line'),
        ),
        migrations.AddField(
            model_name='order',
            name='packaging_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='orderline',
            name='commission_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='orderline',
            name='freight_granted_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='orderline',
            name='packaging_granted_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='orderline',
            name='packaging_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='refund',
            name='expected_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='refund',
            name='gateway',
            field=models.CharField(default='house', max_length=20),
        ),
        migrations.AddField(
            model_name='refund',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='refund',
            name='stands_for',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.refund'),
        ),
        migrations.AddField(
            model_name='refund',
            name='turn',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='refund',
            name='way',
            field=models.CharField(choices=[('tender', 'Tender'), ('transfer', 'Transfer'), ('bank', 'Bank'), ('credit', 'Credit')], default='tender', max_length=10),
        ),
        migrations.AddField(
            model_name='tender',
            name='gateway',
            field=models.CharField(default='house', max_length=20),
        ),
        migrations.AddField(
            model_name='tender',
            name='payer_ref',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='tender',
            name='payment_ref',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='unit',
            name='commission_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='unit',
            name='granted_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='unit',
            name='packaging_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='unit',
            name='packaging_shares',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='grant',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.unit'),
        ),
        migrations.AlterField(
            model_name='line',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.account'),
        ),
        migrations.AlterField(
            model_name='posting',
            name='order',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.order'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='tender',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.tender'),
        ),
        migrations.AddIndex(
            model_name='line',
            index=models.Index(fields=['account'], name='lines_of_account'),
        ),
        migrations.AddIndex(
            model_name='line',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['merchant', 'reverses'], name='lines_that_reverse'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(condition=models.Q(('case_id__isnull', False)), fields=['merchant', 'case_id'], name='postings_of_case'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['merchant', 'made_at'], name='postings_by_time'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['owed', 'doing', 'done']), ('subject', 'unit')), fields=('merchant', 'unit'), name='one_live_grant_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject', 'unit'), _negated=True), ('unit__isnull', False), _connector='OR'), name='unit_grant_names_its_unit'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='ledger_line_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='a_line_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('paid_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('list_minor'), '-', models.F('discount_minor')), '+', models.F('freight_minor')), '+', models.F('packaging_minor')))), name='order_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('freight_granted_minor__gte', 0), ('freight_granted_minor__lte', models.F('freight_minor')), ('packaging_granted_minor__gte', 0), ('packaging_granted_minor__lte', models.F('packaging_minor'))), name='extras_granted_once'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('commission_minor__gte', 0)), name='commission_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('granted_minor__gte', 0), ('granted_minor__lte', models.F('paid_minor'))), name='unit_granted_within_price'),
        ),
        migrations.AlterModelTable(
            name='account',
            table='ledger_account',
        ),
        migrations.AlterModelTable(
            name='line',
            table='ledger_line',
        ),
        migrations.AlterModelTable(
            name='posting',
            table='ledger_posting',
        ),
        migrations.AddField(
            model_name='approval',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approval',
            name='decided_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approval',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='approval',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankbatch',
            name='made_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankbatch',
            name='released_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankrow',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='amends.bankbatch'),
        ),
        migrations.AddField(
            model_name='bankrow',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='bankrow',
            name='refund',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bank_rows', to='amends.refund'),
        ),
        migrations.AddConstraint(
            model_name='bearer',
            constraint=models.UniqueConstraint(fields=('kind', 'key'), name='one_bearer_a_key'),
        ),
        migrations.AddField(
            model_name='chargeback',
            name='answered_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='chargeback',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='chargeback',
            name='tender',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='chargebacks', to='amends.tender'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='answer',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='bearer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.bearer'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='charge_backs', to='amends.case'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='decision',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='chargebackto',
            name='why',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.casetext'),
        ),
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.CheckConstraint(condition=models.Q(('required_minor__gte', 0), ('warn_minor__gte', 0)), name='deposit_not_negative'),
        ),
        migrations.AddField(
            model_name='depositmove',
            name='asked_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='depositmove',
            name='charge',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.chargebackto'),
        ),
        migrations.AddField(
            model_name='depositmove',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='depositmove',
            name='of_hold',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.depositmove'),
        ),
        migrations.AddField(
            model_name='difference',
            name='merchant',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='difference',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='difference',
            name='resolved_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='gatewayevent',
            index=models.Index(condition=models.Q(('state', 'stored')), fields=['received_at'], name='gateway_events_waiting'),
        ),
        migrations.AddIndex(
            model_name='gatewayevent',
            index=models.Index(fields=['-received_at'], name='gateway_events_by_time'),
        ),
        migrations.AddConstraint(
            model_name='gatewayevent',
            constraint=models.UniqueConstraint(fields=('gateway', 'event'), name='one_event_an_id'),
        ),
        migrations.AddField(
            model_name='insurance',
            name='grant',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.grant'),
        ),
        migrations.AddField(
            model_name='insurance',
            name='insurer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.bearer'),
        ),
        migrations.AddField(
            model_name='insurance',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='insurance',
            name='order',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.order'),
        ),
        migrations.AddField(
            model_name='moneyrules',
            name='signed_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='moneyrules',
            name='written_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payee',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case'),
        ),
        migrations.AddField(
            model_name='payee',
            name='consented_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payee',
            name='consumer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.consumer'),
        ),
        migrations.AddField(
            model_name='payee',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='refund',
            name='payee',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.payee'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('stage__in', ['intended', 'frozen', 'unknown', 'failed'])), fields=['since'], name='refunds_in_need'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('provider_ref', ''), _negated=True), fields=['gateway', 'provider_ref'], name='refunds_at_provider'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['merchant', 'tender'], name='refunds_of_tender'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['merchant', 'grant'], name='refunds_of_grant'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('tender__isnull', True), models.Q(('stage__in', ['dropped', 'redirected', 'reversed']), _negated=True)), fields=('merchant', 'grant'), name='one_live_refund_without_tender'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('tender__isnull', False), models.Q(('way', 'tender'), _negated=True), _connector='OR'), name='back_to_some_tender'),
        ),
        migrations.AddField(
            model_name='pricemark',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='pricemark',
            name='product',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='price_marks', to='amends.product'),
        ),
        migrations.AddField(
            model_name='pursemove',
            name='consumer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.consumer'),
        ),
        migrations.AddField(
            model_name='pursemove',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='run',
            name='made_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='difference',
            name='found_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='found', to='amends.run'),
        ),
        migrations.AddField(
            model_name='spending',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='spending',
            name='user',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statement',
            name='taken_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='statementline',
            name='statement',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='amends.statement'),
        ),
        migrations.AddField(
            model_name='supplement',
            name='case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='supplements', to='amends.case'),
        ),
        migrations.AddField(
            model_name='supplement',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddField(
            model_name='supplement',
            name='order',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.order'),
        ),
        migrations.AddField(
            model_name='supplement',
            name='tender',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.tender'),
        ),
        migrations.AddField(
            model_name='voucher',
            name='case',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.case'),
        ),
        migrations.AddField(
            model_name='voucher',
            name='consumer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.consumer'),
        ),
        migrations.AddField(
            model_name='voucher',
            name='grant',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='amends.grant'),
        ),
        migrations.AddField(
            model_name='voucher',
            name='merchant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='amends.merchant'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['due_at'], name='approvals_waiting'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('reviewed_at__isnull', True), ('state', 'broken')), fields=['review_due_at'], name='approvals_to_review'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['merchant', 'case_id'], name='approvals_of_case'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(fields=['-asked_at'], name='approvals_by_time'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='approval_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['granted', 'refused']), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='asker_never_approves'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('reviewed_by__isnull', True), models.Q(('reviewed_by', models.F('asked_by')), _negated=True), _connector='OR'), name='breaker_never_reviews'),
        ),
        migrations.AddConstraint(
            model_name='bankbatch',
            constraint=models.CheckConstraint(condition=models.Q(('released_by__isnull', True), models.Q(('released_by', models.F('made_by')), _negated=True), _connector='OR'), name='batch_released_by_another'),
        ),
        migrations.AddConstraint(
            model_name='bankrow',
            constraint=models.UniqueConstraint(fields=('batch', 'position'), name='one_row_a_position'),
        ),
        migrations.AddConstraint(
            model_name='bankrow',
            constraint=models.UniqueConstraint(condition=models.Q(('answer', 'failed'), _negated=True), fields=('merchant', 'refund'), name='one_open_row_a_refund'),
        ),
        migrations.AddIndex(
            model_name='chargeback',
            index=models.Index(fields=['merchant', 'tender'], name='chargebacks_of_tender'),
        ),
        migrations.AddConstraint(
            model_name='chargeback',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='chargeback_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='chargeback',
            constraint=models.UniqueConstraint(fields=('gateway', 'provider_ref'), name='one_chargeback_a_provider_ref'),
        ),
        migrations.AddConstraint(
            model_name='chargeback',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('covered_minor__gte', 0)), name='chargeback_is_positive'),
        ),
        migrations.AddIndex(
            model_name='chargebackto',
            index=models.Index(fields=['merchant', 'case'], name='charge_backs_of_case'),
        ),
        migrations.AddIndex(
            model_name='chargebackto',
            index=models.Index(fields=['bearer', '-made_at'], name='charge_backs_of_bearer'),
        ),
        migrations.AddConstraint(
            model_name='chargebackto',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='charge_back_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='chargebackto',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='charge_back_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='chargebackto',
            constraint=models.CheckConstraint(condition=models.Q(('party', models.F('borne_by')), _negated=True), name='charged_to_another'),
        ),
        migrations.AddConstraint(
            model_name='chargebackto',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bearer__isnull', True), ('party', 'merchant')), models.Q(models.Q(('party', 'merchant'), _negated=True), ('bearer__isnull', False)), _connector='OR'), name='bearer_named'),
        ),
        migrations.AddIndex(
            model_name='depositmove',
            index=models.Index(fields=['merchant', '-made_at'], name='deposit_moves_of_merchant'),
        ),
        migrations.AddIndex(
            model_name='depositmove',
            index=models.Index(condition=models.Q(('state', 'announced')), fields=['notice_until'], name='deductions_due'),
        ),
        migrations.AddConstraint(
            model_name='depositmove',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='deposit_move_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='depositmove',
            constraint=models.UniqueConstraint(condition=models.Q(('provider_ref', ''), _negated=True), fields=('merchant', 'provider_ref'), name='topped_up_once'),
        ),
        migrations.AddConstraint(
            model_name='depositmove',
            constraint=models.UniqueConstraint(condition=models.Q(('charge__isnull', False), models.Q(('state', 'withdrawn'), _negated=True)), fields=('merchant', 'charge'), name='one_deduction_a_charge'),
        ),
        migrations.AddConstraint(
            model_name='depositmove',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='deposit_move_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='insurance',
            constraint=models.UniqueConstraint(fields=('merchant', 'order'), name='one_insurance_an_order'),
        ),
        migrations.AddConstraint(
            model_name='insurance',
            constraint=models.CheckConstraint(condition=models.Q(('paid_out_minor__gte', 0), ('premium_minor__gte', 0)), name='insurance_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='moneyrules',
            constraint=models.CheckConstraint(condition=models.Q(('signed_by__isnull', True), models.Q(('signed_by', models.F('written_by')), _negated=True), _connector='OR'), name='money_rules_signed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='moneyrules',
            constraint=models.CheckConstraint(condition=models.Q(('in_force_from__isnull', True), ('signed_at__isnull', False), _connector='OR'), name='in_force_once_signed'),
        ),
        migrations.AddIndex(
            model_name='payee',
            index=models.Index(fields=['merchant', 'case'], name='payees_of_case'),
        ),
        migrations.AddConstraint(
            model_name='payee',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='payee_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='pricemark',
            constraint=models.UniqueConstraint(fields=('merchant', 'product', 'currency', 'since'), name='one_price_an_instant'),
        ),
        migrations.AddConstraint(
            model_name='pricemark',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__gte', 0)), name='price_not_negative'),
        ),
        migrations.AddIndex(
            model_name='pursemove',
            index=models.Index(fields=['consumer', 'purse', '-made_at'], name='purse_of_consumer'),
        ),
        migrations.AddConstraint(
            model_name='pursemove',
            constraint=models.UniqueConstraint(fields=('merchant', 'key'), name='moved_once'),
        ),
        migrations.AddConstraint(
            model_name='pursemove',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='purse_move_is_positive'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['gateway', '-made_at'], name='runs_of_gateway'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['due_at'], name='differences_open'),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(fields=['-found_at'], name='differences_by_time'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('gateway', 'what', 'kind', 'key'), name='one_open_difference_a_thing'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('resolution', ''), ('resolved_at__isnull', True)), models.Q(('resolved_at__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='resolved_as'),
        ),
        migrations.AddIndex(
            model_name='spending',
            index=models.Index(fields=['user', 'day'], name='spending_of_user'),
        ),
        migrations.AddIndex(
            model_name='spending',
            index=models.Index(fields=['merchant', 'day'], name='spending_of_merchant'),
        ),
        migrations.AddIndex(
            model_name='spending',
            index=models.Index(fields=['consumer_id', 'day'], name='spending_on_consumer'),
        ),
        migrations.AddIndex(
            model_name='spending',
            index=models.Index(fields=['merchant', 'case_id'], name='spending_on_case'),
        ),
        migrations.AddConstraint(
            model_name='spending',
            constraint=models.UniqueConstraint(fields=('merchant', 'key'), name='spent_once'),
        ),
        migrations.AddIndex(
            model_name='statement',
            index=models.Index(fields=['gateway', '-covers_until'], name='statements_of_gateway'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('gateway', 'digest'), name='one_statement_a_file'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(fields=['statement'], name='lines_of_statement'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(condition=models.Q(('key', ''), _negated=True), fields=['key'], name='statement_lines_by_key'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(fields=['gateway', 'at'], name='statement_lines_by_time'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.UniqueConstraint(fields=('gateway', 'kind', 'provider_ref', 'state'), name='one_line_a_provider_ref'),
        ),
        migrations.AddIndex(
            model_name='supplement',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['due_at'], name='supplements_due'),
        ),
        migrations.AddIndex(
            model_name='supplement',
            index=models.Index(fields=['merchant', 'case'], name='supplements_of_case'),
        ),
        migrations.AddConstraint(
            model_name='supplement',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='supplement_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='supplement',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='supplement_is_positive'),
        ),
        migrations.AddIndex(
            model_name='voucher',
            index=models.Index(fields=['consumer', '-made_at'], name='vouchers_of_consumer'),
        ),
        migrations.AddIndex(
            model_name='voucher',
            index=models.Index(condition=models.Q(('state', 'issued')), fields=['valid_until'], name='vouchers_running_out'),
        ),
        migrations.AddIndex(
            model_name='voucher',
            index=models.Index(fields=['merchant', 'case'], name='vouchers_of_case'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.UniqueConstraint(fields=('merchant', 'id'), name='voucher_tenant_key'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.UniqueConstraint(condition=models.Q(('grant__isnull', False)), fields=('merchant', 'grant'), name='one_voucher_a_grant'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('min_spend_minor__gte', 0)), name='voucher_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='voucher_valid_some_time'),
        ),
        migrations.AddConstraint(
            model_name='voucher',
            constraint=models.CheckConstraint(condition=models.Q(('redeemed_minor__gte', 0), ('redeemed_minor__lte', models.F('amount_minor'))), name='redeemed_within'),
        ),
        migrations.RunSQL(REFERENCES, NO_REFERENCES),
        migrations.RunSQL(BALANCE, migrations.RunSQL.noop),
        migrations.RunSQL(GRANTED, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
