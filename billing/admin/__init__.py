from billing.admin import catalogue, ledger, money, wallets

__all__ = ["catalogue", "ledger", "money", "wallets"]
