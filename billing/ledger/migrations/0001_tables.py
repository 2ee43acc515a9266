from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [ddl.tables(), ddl.functions()]
