from accounts.models.api_keys import ApiKey
from accounts.models.bans import Ban
from accounts.models.registration import RegistrationChange
from accounts.models.users import User

__all__ = ["ApiKey", "Ban", "RegistrationChange", "User"]
