"""A random adapter for the demo checkpoint: `python -m tests.engine.lora_weights FOLDER FILE`.

It stands for a camera move that a checkpoint was taught.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from diffusers import DiffusionPipeline, LTXPipeline
from peft import LoraConfig, get_peft_model_state_dict


def main() -> None:
    folder, path = sys.argv[1], Path(sys.argv[2])
    torch.manual_seed(0)
    transformer = DiffusionPipeline.from_pretrained(folder, local_files_only=True).transformer
    transformer.add_adapter(LoraConfig(r=4, init_lora_weights=False, target_modules=["to_v"]))
    LTXPipeline.save_lora_weights(
        path.parent,
        transformer_lora_layers=get_peft_model_state_dict(transformer),
        weight_name=path.name,
    )


if __name__ == "__main__":
    main()
