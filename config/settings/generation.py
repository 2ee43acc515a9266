"""Settings of generation: models, GPUs, marks, moderation and where files lie."""

from __future__ import annotations

from pathlib import Path

from config.reading import Env, home
from generation import known_models

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
INKLING_HOME = home()

# The web process never imports the engine; this dotted name is resolved in the GPU worker only.
GENERATION_ENGINE = "config.engine.child_engine"
# The trained demonstration model; its name is what files and jobs say made them.
DEMO_CHECKPOINT = BASE_DIR / "generation" / "demo_model" / "inkling-demo"
ENGINE_IMAGE_MODEL = env.model("ENGINE_IMAGE_MODEL", str(DEMO_CHECKPOINT))
ENGINE_IMAGE_REVISION = env.revision("ENGINE_IMAGE_REVISION")
ENGINE_VIDEO_MODEL = env.model("ENGINE_VIDEO_MODEL", str(DEMO_CHECKPOINT))
ENGINE_VIDEO_REVISION = env.revision("ENGINE_VIDEO_REVISION")
ENGINE_DEVICE = env.device("ENGINE_DEVICE")
ENGINE_SCRATCH_DIR = INKLING_HOME / "scratch"
ENGINE_CACHE_MB = env.integer("ENGINE_CACHE_MB", 0)
# What the models can do, for web servers and GPU workers alike; nothing is loaded for it.
MODEL_REGISTRY = env.registry("ENGINE_MODELS") or known_models.of_two(
    ENGINE_IMAGE_MODEL,
    ENGINE_IMAGE_REVISION,
    ENGINE_VIDEO_MODEL,
    ENGINE_VIDEO_REVISION,
    demo=str(DEMO_CHECKPOINT),
)
# What programs written for Kling may call the models that are here; all mean the same.
KLING_MODEL_NAMES = env.listing("KLING_MODEL_NAMES", ["kling-v1"])
# What programs written for OpenAI may call models that are here.
OPENAI_MODEL_ALIASES = env.model_aliases("OPENAI_MODEL_ALIASES", MODEL_REGISTRY)
# How long a call that answers with its pictures waits for them, holding a thread.
OPENAI_WAIT_SECONDS = 90
ENGINE_BATCH_MAX = max(1, env.integer("ENGINE_BATCH_MAX", 4))
GPU_COST_PER_HOUR_MINOR = env.integer("GPU_COST_PER_HOUR_MINOR", 0)
GPU_DAY_BUDGET_MINOR = env.integer("GPU_DAY_BUDGET_MINOR", 0)
# How long a worker may be silent before its job is given to another; it reports six times as often.
LEASE_SECONDS = 30
# An open stream holds a thread of the web server: fewer than it has, and not for long.
LIVE_STREAMS_MAX, LIVE_STREAM_SECONDS = 4, 25
# Which visible label the operator's law asks for; see generation/watermark.py.
LABEL_JURISDICTION = env.choice(
    "LABEL_JURISDICTION", "NONE", ("NONE", "CN", "CN_ARTICLE_9", "EU", "ALL")
)
# How long a clip shows the visible label: all through, or from its start (the Chinese standard
# wants two seconds).
LABEL_SECONDS = {"ALL": None, "START": 3.0}[env.choice("LABEL_VIDEO", "ALL", ("ALL", "START"))]
LABELLING_AGREEMENT_DIR = env.folder("LABELLING_AGREEMENT_DIR", BASE_DIR / "generation" / "terms")
AIGC_PRODUCER = env.string("AIGC_PRODUCER", "INKLING-SELF-HOSTED")
# Who signs manifests: your own chain, or a local one that is made on first use.
C2PA_DIR = INKLING_HOME / "c2pa"
C2PA_CERTIFICATE_CHAIN, C2PA_PRIVATE_KEY = env.both_files(
    "C2PA_CERTIFICATE_CHAIN", "C2PA_PRIVATE_KEY"
)
C2PA_TIMESTAMP_URL = env.string("C2PA_TIMESTAMP_URL")
ARTIFACT_DIR = INKLING_HOME / "artifacts"
ARTIFACT_LINK_SECONDS = 900
ARTIFACT_BUCKET = env.bucket("ARTIFACT_BUCKET")  # empty: files lie in the folder above
RETENTION_DAYS = env.days_by_plan("RETENTION_DAYS", "free:30,*:365")

# --- moderation -------------------------------------------------------------------------------
MODERATION_MODEL = env.string("MODERATION_MODEL")
MODERATION_TOKEN = env.string("MODERATION_TOKEN")
MODERATION_TIMEOUT_MS = max(1, env.integer("MODERATION_TIMEOUT_MS", 3000))
MODERATION_ON_FAILURE = env.choice("MODERATION_ON_FAILURE", "CLOSED", ("CLOSED", "OPEN"))
MODERATION_TEXT_DAYS = env.integer("MODERATION_TEXT_DAYS", 30)
