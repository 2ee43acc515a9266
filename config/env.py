"""Every environment variable Inkling reads, in one place, typed and documented.

`config.reading` reads them: one that is set but wrong stops the start with one clear line. The
table in the README is checked against `VARIABLES` by a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it reads as when unset, and what it is for."""

    name: str
    default: str
    help: str


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL", "embedded PostgreSQL", "PostgreSQL to use instead of the embedded one"
    ),
    Variable(
        "DATABASE_ROLE",
        "`ledger_application` with the embedded PostgreSQL",
        "role taken on after connecting; the one `migrate` makes may read the ledger and call"
        " its functions, not write its tables",
    ),
    Variable("REDIS_URL", "embedded Valkey", "Redis or Valkey to use instead of the embedded one"),
    Variable(
        "INKLING_HOME",
        "`/var/lib/inkling` as root, else `~/.local/share/inkling`",
        "where data lives: embedded servers, artifacts, development mail",
    ),
    Variable("INKLING_PORT", "8000", "port of the web server"),
    Variable(
        "INKLING_HOST",
        "127.0.0.1",
        "address the web server listens on; any other bars the demo sign-ins and `/dev/mail/`",
    ),
    Variable("INKLING_PUBLIC_URL", "http://HOST:PORT", "address users reach it by, for links"),
    Variable("SECRET_KEY", "made once, kept in INKLING_HOME", "signs sessions and download links"),
    Variable(
        "ENCRYPTION_SECRETS",
        "SECRET_KEY",
        "encrypt what must be readable again, comma-separated: the first encrypts, all decrypt",
    ),
    Variable(
        "ABUSE_HASH_SECRET",
        "SECRET_KEY",
        "hashes mailboxes, addresses and devices; with another one they are all forgotten",
    ),
    Variable("ALLOWED_HOSTS", "localhost and 127.0.0.1", "host names served, comma-separated"),
    Variable("POINTS_DAY_TZ", "Asia/Shanghai", "time zone whose midnight starts a points day"),
    Variable(
        "GRANT_DAY_BUDGET_POINTS",
        "no budget",
        "free points given on a server day in all, until the desk sets a budget",
    ),
    Variable("SIGN_UPS_PER_ADDRESS", "5", "sign-ups a server day from one address"),
    Variable("SIGN_UPS_PER_NETWORK", "15", "sign-ups a server day from one /24, or IPv6 /64"),
    Variable(
        "CAPTCHA",
        "altcha",
        "what asks visitors to show that they are no program: `altcha`, which calls nobody, or the"
        " dotted name of a Django form field",
    ),
    Variable(
        "ENGINE_IMAGE_MODEL",
        "demo checkpoint",
        "folder or repository id of the diffusers checkpoint for pictures",
    ),
    Variable("ENGINE_IMAGE_REVISION", "", "pinned commit (40 hex digits) when it is a repository"),
    Variable(
        "ENGINE_VIDEO_MODEL",
        "demo checkpoint",
        "folder or repository id of the diffusers checkpoint for video",
    ),
    Variable("ENGINE_VIDEO_REVISION", "", "pinned commit (40 hex digits) when it is a repository"),
    Variable(
        "ENGINE_MODELS",
        "the two above",
        "file with the registry of models, see docs/models.md; the two above are not used then",
    ),
    Variable(
        "ENGINE_CACHE_MB",
        "0",
        "how much the loaded models may occupy together, by what the registry says; 0: no bound",
    ),
    Variable("ENGINE_DEVICE", "cuda if there is one, else cpu", "torch device of the GPU worker"),
    Variable(
        "KLING_MODEL_NAMES",
        "kling-v1",
        "model names that the Kling dialect takes, comma-separated; all mean your own models",
    ),
    Variable(
        "OPENAI_MODEL_ALIASES",
        "",
        "further names that the OpenAI dialect takes for your models, such as"
        " `gpt-image-1=main,sora-2=main`",
    ),
    Variable("ENGINE_BATCH_MAX", "4", "pictures that are rendered together in one call, at most"),
    Variable(
        "STRIPE_SECRET_KEY",
        "a stand-in that takes no money, on your own machine; else nothing is sold",
        "secret key of the Stripe account",
    ),
    Variable(
        "STRIPE_API_BASE",
        "the stand-in, at `INKLING_PORT` + 1, or Stripe",
        "another address of Stripe's API; refused together with a live key",
    ),
    Variable(
        "STRIPE_WEBHOOK_SECRETS",
        "those `sync_stripe` keeps in the database",
        "signing secrets of webhook endpoints, comma-separated, the current one first",
    ),
    Variable(
        "GPU_COST_PER_HOUR_MINOR",
        "0",
        "what an hour of one GPU costs you, in minor units of your currency",
    ),
    Variable(
        "GPU_DAY_BUDGET_MINOR",
        "no brake",
        "accept no more jobs on a day whose GPU time has cost this much, in minor units",
    ),
    Variable("SELLER_NAME", "Inkling", "your name or company on invoices"),
    Variable("SELLER_ADDRESS", "", "your address on invoices, lines separated by `;`"),
    Variable("SELLER_TAX_ID", "", "your tax number on invoices"),
    Variable("SELLER_EMAIL", "", "where a buyer writes about an invoice"),
    Variable("TAX_PERCENT", "0", "tax rate on everything sold, such as 6 or 8.25"),
    Variable(
        "TAX_INCLUDED",
        "yes",
        "`yes`: prices contain the tax; `no`: it is added to them at the pay page",
    ),
    Variable("TERMS_VERSION", "1", "version of your terms of sale, kept with every order"),
    Variable(
        "STAFF_REFUND_LIMIT_MINOR",
        "50000",
        "above this, in minor units, a refund by staff needs a second person",
    ),
    Variable(
        "STAFF_CODES_LIMIT_POINTS",
        "10000",
        "above this, in points within a day, redeem codes made by one of the staff need a second "
        "person",
    ),
    Variable(
        "WITHDRAWAL_CONSENT",
        "REQUIRED",
        "whether a purchase needs consent to paying for points used before a withdrawal: "
        "REQUIRED or OPTIONAL (then a withdrawal gives everything back)",
    ),
    Variable(
        "LABEL_JURISDICTION",
        "NONE",
        "visible label on everything: NONE, CN (AI生成), EU (AI-generated), ALL (both), or"
        " CN_ARTICLE_9 (CN, but not for members who accepted the labelling agreement)",
    ),
    Variable("LABEL_VIDEO", "ALL", "where a clip shows it: ALL through, or its first 3 s (START)"),
    Variable(
        "LABELLING_AGREEMENT_DIR",
        "the text that comes with Inkling",
        "folder with your own labelling agreement: `labelling.en.txt`, `labelling.zh-hans.txt`",
    ),
    Variable(
        "API_READS_PER_MINUTE",
        "1200",
        "reading requests a minute to the API for one user; 0: no limit",
    ),
    Variable("API_WRITES_PER_MINUTE", "600", "writing requests a minute to the API for one user"),
    Variable(
        "API_OPEN_PER_MINUTE", "240", "requests a minute to the API from one address without a key"
    ),
    Variable(
        "TRUSTED_PROXIES",
        "0; in production it must be set",
        "how many proxies of your own stand before the web server and add to `X-Forwarded-For`",
    ),
    Variable(
        "MODERATION_MODEL",
        "no model: rules and hashes alone",
        "address of a service, or dotted name of a class, that judges texts and pictures",
    ),
    Variable("MODERATION_TOKEN", "", "bearer token for that service"),
    Variable(
        "MODERATION_TIMEOUT_MS", "3000", "how long one answer of the model may take, milliseconds"
    ),
    Variable(
        "MODERATION_ON_FAILURE",
        "CLOSED",
        "when the model does not answer: CLOSED refuses, free of charge; OPEN goes on without it",
    ),
    Variable(
        "MODERATION_TEXT_DAYS", "30", "days that the text of a refused request is kept for appeals"
    ),
    Variable(
        "ARTIFACT_BUCKET", "files lie in INKLING_HOME", "bucket of an S3-like store for all files"
    ),
    Variable("ARTIFACT_BUCKET_FOLDER", "", "folder in that bucket"),
    Variable("ARTIFACT_BUCKET_ENDPOINT", "AWS", "address of another store than Amazon's"),
    Variable("ARTIFACT_BUCKET_REGION", "", "region of the bucket"),
    Variable(
        "ARTIFACT_BUCKET_KEY", "as the AWS tools find it", "access key that may read, write, delete"
    ),
    Variable("ARTIFACT_BUCKET_SECRET", "as the AWS tools find it", "secret of that key"),
    Variable(
        "RETENTION_DAYS",
        "free:30,*:365",
        "days that results are kept, by plan; `*` for other plans, 0 for ever",
    ),
    Variable(
        "SOCIAL_SIGN_IN",
        "none",
        "sign-in through others, comma-separated: `github=CLIENT_ID:SECRET`, also google, gitlab,"
        " microsoft, discord, weixin, and `oidc=CLIENT_ID:SECRET@https://issuer`",
    ),
    Variable(
        "STAFF_SECOND_FACTOR",
        "no",
        "`yes`: the desk opens only to staff who have an authenticator app or a passkey",
    ),
    Variable("AIGC_PRODUCER", "INKLING-SELF-HOSTED", "provider code written into the AIGC field"),
    Variable(
        "C2PA_CERTIFICATE_CHAIN",
        "a local chain, made once, kept in INKLING_HOME",
        "file with your own certificates for C2PA manifests, PEM, the leaf first",
    ),
    Variable("C2PA_PRIVATE_KEY", "", "file with the leaf's private key, PEM, without a password"),
    Variable(
        "C2PA_TIMESTAMP_URL",
        "no time stamps",
        "RFC 3161 service that stamps manifests; asked once for each file, from the GPU worker",
    ),
    Variable(
        "WEBHOOK_PRIVATE_RECEIVERS",
        "`no`; `yes` on your own machine",
        "`yes`: webhooks also go to, and pictures come from, http, any port and private addresses",
    ),
    Variable("WEBHOOK_LOG_DAYS", "30", "days that webhook deliveries are kept"),
    Variable(
        "WEBHOOKS_AT_ONCE",
        "8",
        "webhooks on their way at the same moment, at most; keep the workers' threads above it",
    ),
    Variable("EMAIL_URL", "kept in INKLING_HOME, readable at /dev/mail/", "mail server"),
    Variable("DEFAULT_FROM_EMAIL", "Inkling <noreply@localhost>", "sender of mail"),
    Variable("LOG_LEVEL", "INFO", "least severe log line written"),
)

DOCUMENTED = frozenset(variable.name for variable in VARIABLES)
