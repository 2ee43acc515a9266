from django.db import migrations

from billing.ledger import ddl


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_application_role")]
    operations = [ddl.functions()]
