from billing.admin import catalogue, money, wallets

__all__ = ["catalogue", "money", "wallets"]
