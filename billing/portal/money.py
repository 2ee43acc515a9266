"""Money as the portal's pages read it."""

from __future__ import annotations

from billing.money_text import money as money
from billing.money_text import unit_money as unit_money
from billing.types import minor_per_whole as minor_per_whole
