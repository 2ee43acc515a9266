"""Drafts of prices: submitted by one person, published by another, at an instant to come or now."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FOLDER = Path(__file__).resolve().parent / "sql"
SQL = (FOLDER / "0005_approval.sql").read_text(encoding="utf-8")
BEFORE = (FOLDER / "0003_catalogue_frozen.sql").read_text(encoding="utf-8")
# Published rows get what the new constraints ask for; their triggers would refuse it.
UNGUARD = """
drop trigger billing_pricelist_frozen on billing_pricelist;
drop trigger billing_catalogue_publish on billing_catalogue;
drop trigger billing_promotion_frozen on billing_promotion;
"""
FILL = """
update billing_pricelist set published_at = starts_at;
update billing_catalogue
   set submitted_by_id = drafted_by_id, submitted_at = published_at,
       reason = 'published before reasons were asked for'
 where published_at is not null and drafted_by_id is not null;
update billing_promotion
   set submitted_by_id = drafted_by_id, submitted_at = published_at,
       reason = 'published before reasons were asked for'
 where published_at is not null and drafted_by_id is not null;
set constraints all immediate;
set constraints all deferred;
"""
DROP = """
drop trigger billing_catalogue_approval_new on billing_catalogue;
drop trigger billing_catalogue_approval on billing_catalogue;
drop trigger billing_pricelist_approval_new on billing_pricelist;
drop trigger billing_pricelist_approval on billing_pricelist;
drop trigger billing_promotion_approval_new on billing_promotion;
drop trigger billing_promotion_approval on billing_promotion;
drop trigger billing_offerstep_frozen on billing_offerstep;
drop trigger billing_priceline_frozen on billing_priceline;
drop trigger billing_pricelist_frozen on billing_pricelist;
drop trigger billing_catalogue_publish on billing_catalogue;
drop trigger billing_promotion_frozen on billing_promotion;
drop function billing_approve();
drop function billing_works_here(uuid);
drop function billing_publish_price_list();
drop function billing_refuse_published_line();
drop function billing_refuse_step();
"""
# Back on the way down: the functions and triggers of before, without what the new ones used.
UNDO_LAST = "drop function billing_refuse_closed(text, timestamptz, timestamptz);" + BEFORE


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0004_refunds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(UNGUARD, UNDO_LAST),
        migrations.CreateModel(
            name='OfferStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('catalogue', 'catalogue'), ('price_list', 'price list'), ('promotion', 'promotion')], max_length=12, verbose_name='kind')),
                ('reference', models.CharField(max_length=40, verbose_name='version or name')),
                ('action', models.CharField(choices=[('drafted', 'drafted'), ('edited', 'edited'), ('submitted', 'submitted'), ('withdrawn', 'withdrawn'), ('published', 'published'), ('discarded', 'discarded'), ('ended', 'ended early')], max_length=10, verbose_name='action')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('details', models.JSONField(default=list, verbose_name='what changed')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'step of a price',
                'verbose_name_plural': 'steps of prices',
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='catalogue',
            name='catalogue_second_person',
        ),
        migrations.RemoveConstraint(
            model_name='promotion',
            name='promotion_second_person',
        ),
        migrations.AddField(
            model_name='catalogue',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='catalogue',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='submitted'),
        ),
        migrations.AddField(
            model_name='catalogue',
            name='submitted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='submitted by'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='drafted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='published'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='submitted'),
        ),
        migrations.AddField(
            model_name='pricelist',
            name='submitted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='submitted by'),
        ),
        migrations.AddField(
            model_name='promotion',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='promotion',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='submitted'),
        ),
        migrations.AddField(
            model_name='promotion',
            name='submitted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='submitted by'),
        ),
        migrations.AlterField(
            model_name='catalogue',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AlterField(
            model_name='catalogue',
            name='drafted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by'),
        ),
        migrations.AlterField(
            model_name='promotion',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AlterField(
            model_name='promotion',
            name='drafted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drafted by'),
        ),
        migrations.AlterField(
            model_name='promotion',
            name='periods',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name='periods'),
        ),
        migrations.AlterField(
            model_name='promotion',
            name='plans',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='plans'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='catalogue',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('approved_by__isnull', True), ('drafted_by__isnull', True), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('approved_by__isnull', False), ('drafted_by__isnull', False), ('submitted_at__isnull', False), models.Q(('approved_by', models.F('drafted_by')), _negated=True), models.Q(('approved_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='catalogue_second_person', violation_error_message='A second person publishes what another submitted.'),
        ),
        migrations.AddConstraint(
            model_name='catalogue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='catalogue_submitted_with_reason', violation_error_message='Whoever submits says why.'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('approved_by__isnull', True), ('drafted_by__isnull', True), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('approved_by__isnull', False), ('drafted_by__isnull', False), ('submitted_at__isnull', False), models.Q(('approved_by', models.F('drafted_by')), _negated=True), models.Q(('approved_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='pricelist_second_person', violation_error_message='A second person publishes what another submitted.'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='pricelist_submitted_with_reason', violation_error_message='Whoever submits says why.'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('approved_by__isnull', True), ('drafted_by__isnull', True), ('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('approved_by__isnull', False), ('drafted_by__isnull', False), ('submitted_at__isnull', False), models.Q(('approved_by', models.F('drafted_by')), _negated=True), models.Q(('approved_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='promotion_second_person', violation_error_message='A second person publishes what another submitted.'),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='promotion_submitted_with_reason', violation_error_message='Whoever submits says why.'),
        ),
        migrations.AddField(
            model_name='offerstep',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='offerstep',
            index=models.Index(fields=['kind', 'reference'], name='offer_step_of'),
        ),
        migrations.RunSQL(SQL, DROP),
    ]
