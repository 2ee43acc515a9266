from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_one_statement")]
    operations = [ddl.functions()]
