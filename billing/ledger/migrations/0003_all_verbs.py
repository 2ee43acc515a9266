from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_models")]
    operations = [ddl.once("002_all_verbs.sql"), ddl.functions()]
