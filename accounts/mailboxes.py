"""Which mailbox an address leads to, and what its domain says. Pure: no Django, no look-ups."""

from __future__ import annotations

import unicodedata

# Providers of mailboxes for everybody: where one costs a telephone number, or years of a name.
ESTABLISHED = frozenset(
    """
    gmail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.jp yahoo.co.uk
    icloud.com me.com mac.com aol.com proton.me protonmail.com fastmail.com gmx.de gmx.net
    web.de t-online.de orange.fr free.fr laposte.net libero.it mail.ru yandex.ru yandex.com
    zoho.com qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com
    189.cn wo.cn aliyun.com naver.com daum.net hanmail.net docomo.ne.jp ezweb.ne.jp
    """.split()  # noqa: SIM905
)
# Two names of one provider; a mailbox of the first is the same mailbox at the second.
_SAME = {"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me",
         "ya.ru": "yandex.ru", "yandex.com": "yandex.ru", "me.com": "icloud.com",
         "mac.com": "icloud.com", "vip.qq.com": "qq.com"}  # fmt: skip
# Dots in the name mean nothing there.
_DOTLESS = frozenset({"gmail.com"})
# Given only to schools, states and armies, so nobody registers a thousand of them.
_RESTRICTED = frozenset({"edu", "gov", "mil", "ac"})
# Names under which a country sells domains: "a.co.uk" is a domain, "co.uk" is none.
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ne", "or", "go", "gob", "nom", "in"})


def host_of(email: str) -> str:
    """The part behind the @ in ASCII and lower case, as mail is sent to it; "" for none."""
    host = unicodedata.normalize("NFKC", email.rpartition("@")[2]).strip().rstrip(".").lower()
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def mailbox_of(email: str) -> str:
    """The mailbox behind an address: "Ann.Lee+x@GoogleMail.com" is "annlee@gmail.com".

    Two addresses with one mailbox are one person's. Where a provider may tell them apart we may
    take two people for one only in what stands behind a "+", which no provider sells.
    """
    name = unicodedata.normalize("NFKC", email.rpartition("@")[0]).strip().strip('"').lower()
    host = _SAME.get(host_of(email), host_of(email))
    plain = name.partition("+")[0] or name
    if host in _DOTLESS:
        plain = plain.replace(".", "") or plain
    if host.startswith("yahoo."):
        plain = plain.partition("-")[0] or plain
    return f"{plain}@{host}"


def registered_domain(host: str) -> str:
    """The domain somebody registered: "a.b.example.co.uk" is under "example.co.uk".

    By rule and not by the list of public suffixes: a wrong guess only counts neighbours together.
    """
    labels = host.split(".")
    if len(labels) <= 2:
        return host
    second = labels[-2]
    wide = len(labels[-1]) == 2 and (second in _SECOND_LEVEL or second in _RESTRICTED)
    return ".".join(labels[-3 if wide else -2 :])


def is_established(host: str) -> bool:
    """A provider everybody knows, or a domain only a school or a state can have."""
    labels = registered_domain(host).split(".")
    restricted = labels[-1] in _RESTRICTED - {"ac"} or (
        len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _RESTRICTED
    )
    return restricted or _SAME.get(host, host) in ESTABLISHED
