"""The desk's pages about who comes in. `accounts.admin` loads them."""
