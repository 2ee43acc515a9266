"""django-hordak 2.0.0 on a database of its own. It is no dependency of ours: BENCH_HORDAK names the
folder where it was installed, with mptt, djmoney and what they need.
"""

import os
import sys

from config.settings.dev import DATABASES as OURS

sys.path.append(os.environ["BENCH_HORDAK"])
SECRET_KEY = "only-for-measuring"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"]
DATABASE = "inkling_bench_hordak"
DATABASES = {"default": OURS["default"] | {"NAME": DATABASE}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
