"""What is published stays as it is: triggers on the catalogue, promotions and price lists."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent / "sql" / "0003_catalogue_frozen.sql"
DROP = """
drop trigger billing_plan_frozen on billing_plan;
drop trigger billing_pack_frozen on billing_pack;
drop trigger billing_rate_frozen on billing_topuprate;
drop trigger billing_price_frozen on billing_planprice;
drop trigger billing_catalogue_publish on billing_catalogue;
drop trigger billing_promotion_frozen on billing_promotion;
drop trigger billing_pricelist_frozen on billing_pricelist;
drop trigger billing_priceline_frozen on billing_priceline;
drop function billing_refuse_published();
drop function billing_refuse_published_price();
drop function billing_publish_catalogue();
drop function billing_refuse_promotion();
drop function billing_refuse_price_list();
drop function billing_catalogue_is_published(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_catalogue_orders_memberships")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), DROP)]
