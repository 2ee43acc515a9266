from billing.admin import catalogue, ledger, money, paper, wallets

__all__ = ["catalogue", "ledger", "money", "paper", "wallets"]
