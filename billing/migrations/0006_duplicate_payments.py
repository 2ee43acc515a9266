import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_approval'),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicatePayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_id', models.CharField(blank=True, max_length=255, verbose_name='Checkout session')),
                ('invoice_id', models.CharField(blank=True, max_length=255, verbose_name='invoice')),
                ('subscription_id', models.CharField(blank=True, max_length=255, verbose_name='subscription')),
                ('payment_id', models.CharField(blank=True, max_length=255, verbose_name='payment')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount, minor units')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('state', models.CharField(choices=[('begun', 'begun'), ('done', 'done'), ('parked', 'parked')], default='begun', max_length=8, verbose_name='state')),
                ('refund_id', models.CharField(blank=True, max_length=255, verbose_name='refund')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
                ('tries', models.PositiveIntegerField(default=0, verbose_name='tries')),
                ('next_try_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='billing.order')),
            ],
            options={
                'verbose_name': 'duplicate payment',
                'verbose_name_plural': 'duplicate payments',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'begun')), fields=['next_try_at'], name='duplicate_to_give_back')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('session_id', ''), _negated=True), fields=('session_id',), name='duplicate_session_once'), models.UniqueConstraint(condition=models.Q(('invoice_id', ''), _negated=True), fields=('invoice_id',), name='duplicate_invoice_once'), models.UniqueConstraint(condition=models.Q(('payment_id', ''), _negated=True), fields=('payment_id',), name='duplicate_payment_once'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('session_id', ''), _negated=True), models.Q(('invoice_id', ''), _negated=True), _connector='OR'), models.Q(models.Q(('payment_id', ''), _negated=True), models.Q(('subscription_id', ''), _negated=True), _connector='OR'), ('amount_minor__gte', 0)), name='duplicate_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('next_try_at__isnull', False), ('state', 'begun')), models.Q(('next_try_at__isnull', True), ('state__in', ['done', 'parked'])), _connector='OR'), name='duplicate_is_tried_until_closed')],
            },
        ),
    ]
