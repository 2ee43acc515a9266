"""What a page may load, send to and be shown in: our own things only."""

from __future__ import annotations

from csp.constants import NONE, SELF

from config.settings.sign_in import SOCIAL_SIGN_IN

POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        # A form that signs in through others is answered by a way to them.
        "form-action": [SELF, *SOCIAL_SIGN_IN.origins],
        "frame-ancestors": [NONE],
    }
}
