from billing.admin import catalogue, ledger, money, owners, refunds, wallets

__all__ = ["catalogue", "ledger", "money", "owners", "refunds", "wallets"]
