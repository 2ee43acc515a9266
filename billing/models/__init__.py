from billing.models.price_lists import PriceLine, PriceList
from billing.models.quotes import Quote
from billing.models.wallet_owners import WalletOwner

__all__ = ["PriceLine", "PriceList", "Quote", "WalletOwner"]
