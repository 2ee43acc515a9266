"""All modules that answer calls: importing them is what fills the routing table."""

from tests.servers.stripe import balance, charges, disputes, refunds, setups
from tests.servers.stripe.checkout import portal, sessions
from tests.servers.stripe.resources import (
    clocks,
    coupons,
    customers,
    events,
    invoices,
    payment_intents,
    payment_methods,
    products,
    schedules,
    subscriptions,
)

RESOURCES = (
    balance, charges, clocks, coupons, customers, disputes, events, invoices, payment_intents,
    payment_methods, portal, products, refunds, schedules, sessions, setups, subscriptions,
)  # fmt: skip
