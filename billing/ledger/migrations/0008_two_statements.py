from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_entries")]
    operations = [ddl.functions()]
