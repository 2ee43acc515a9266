"""LTX-Video's own size with random weights: `python -m tests.gpu.production_checkpoint FOLDER`.

The denoiser of 2 billion parameters and the autoencoder as published; the text encoder is small,
since it runs once. Made on the GPU, stored in bfloat16, about 6 GB.
"""

from __future__ import annotations

import json
import string
import sys
from pathlib import Path

import torch
import transformers
from diffusers import (
    AutoencoderKLLTXVideo,
    FlowMatchEulerDiscreteScheduler,
    LTXConditionPipeline,
    LTXVideoTransformer3DModel,
)


def main() -> None:
    folder = Path(sys.argv[1])
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    letters = [(letter, -3.0) for letter in string.ascii_letters + string.punctuation]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    text = transformers.T5Config(
        vocab_size=128, d_model=4096, d_kv=64, num_heads=8, d_ff=1024, num_layers=2
    )
    with torch.device("cuda"):
        pipeline = LTXConditionPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(),
            vae=AutoencoderKLLTXVideo(),
            text_encoder=transformers.T5EncoderModel(text).eval(),
            tokenizer=transformers.T5TokenizerFast(vocab=pieces, extra_ids=0),
            transformer=LTXVideoTransformer3DModel(),
        )
    pipeline.save_pretrained(folder, safe_serialization=True)
    profile = {"name": "production-size", "steps": 40, "guidance": 3.0, "size_multiple": 32}
    profile |= {"frame_ratio": 8, "fps": 24, "video_size": [768, 512]}
    (folder / "engine_profile.json").write_text(json.dumps(profile))


if __name__ == "__main__":
    main()
