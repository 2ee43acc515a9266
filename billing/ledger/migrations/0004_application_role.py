from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_all_verbs")]
    operations = [ddl.functions()]
