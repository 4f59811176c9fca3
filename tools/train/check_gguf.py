"""Greedy answers of transformers, float32 on the dequantized file: what the engine's must equal. Prints them as the test's fixture."""
import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, LlamaConfig

PROMPTS = ["What is the opposite of hot?", "Tell me a story about a fox and a red kite.", "My name is Zoe.", "What is 3 plus 4?", "Why is the sky blue?"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--max-tokens", type=int, default=120)
    options = parser.parse_args()
    torch.set_num_threads(1)
    # It wants the hidden size to be a multiple of the heads even where the head size is given; the computation does not.
    LlamaConfig.__class_validators__ = [v for v in LlamaConfig.__class_validators__ if v.__name__ != "validate_architecture"]
    model = AutoModelForCausalLM.from_pretrained(options.model.parent, gguf_file=options.model.name, dtype=torch.float32).eval()
    tokenizer = Tokenizer.from_file(str(options.data / "tokenizer.json"))
    stop = tokenizer.token_to_id("<|im_end|>")
    rows = []
    for prompt in PROMPTS:
        ids = tokenizer.encode(f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n").ids
        out = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=options.max_tokens, eos_token_id=stop, pad_token_id=0)[0, len(ids) :].tolist()
        text = tokenizer.decode([token for token in out if token != stop])
        rows.append({"prompt": prompt, "promptTokens": ids, "tokens": out, "text": text})
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
