from billing.admin import catalogue, ledger, money, owners, paper, refunds, wallets

__all__ = ["catalogue", "ledger", "money", "owners", "paper", "refunds", "wallets"]
