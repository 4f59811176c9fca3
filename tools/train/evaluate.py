"""Held-out loss of each kind of text, before and after quantizing; and how much of sampled text stands word for word in the corpus."""
import argparse
import json
import random
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from export import load_model
from tokenize_corpus import SPECIAL, read, render

GRAM = 12


@torch.no_grad()
def losses(model, tokenizer, rows):
    """Mean nats a token for each kind of document; every document stands alone, cut at the context."""
    sums = {}
    for row in rows:
        ids = torch.tensor(tokenizer.encode(render(row["document"]) + SPECIAL[0]).ids[: model.shape.context])
        loss = F.cross_entropy(model(ids[None, :-1])[0], ids[1:], reduction="sum").item()
        for kind in (row["kind"], "all"):
            total, count = sums.get(kind, (0.0, 0))
            sums[kind] = (total + loss, count + len(ids) - 1)
    return {kind: round(total / count, 4) for kind, (total, count) in sums.items()}


def quantized(model, name):
    """The same model, its matrices rounded as the file would hold them."""
    if name == "F32":
        return model
    kind = gguf.GGMLQuantizationType[name]
    copy = type(model)(model.shape)
    weights = {}
    for key, weight in model.state_dict().items():
        values = weight.numpy()
        rounded = gguf.quants.dequantize(gguf.quants.quantize(values, kind), kind) if values.ndim == 2 else values
        weights[key] = torch.from_numpy(rounded.reshape(values.shape).copy())
    copy.load_state_dict(weights)
    return copy.eval()


@torch.no_grad()
def sample(model, tokenizer, prompts, temperature, seed, length=220):
    """One continuation of each prompt; batches of prompts of the same length."""
    generator = torch.Generator().manual_seed(seed)
    end = {tokenizer.token_to_id(SPECIAL[0]), tokenizer.token_to_id(SPECIAL[2])}
    texts = []
    for prompt in prompts:
        ids = tokenizer.encode(prompt).ids
        start = len(ids)
        while len(ids) < start + length:
            logits = model(torch.tensor([ids]))[0, -1] / temperature
            token = torch.multinomial(logits.softmax(-1), 1, generator=generator).item()
            if token in end:
                break
            ids.append(token)
        texts.append(tokenizer.decode(ids[start:]))
    return texts


def grams(text):
    words = text.split()
    return {hash(tuple(words[i : i + GRAM])) for i in range(len(words) - GRAM + 1)}


def answers(document):
    return [document] if isinstance(document, str) else [m["content"] for m in document if m["role"] == "assistant"]


def prompt_of(document):
    """Up to where the first answer begins."""
    begun = "<|im_start|>assistant\n"
    text = render(document)
    return text[: text.index(begun) + len(begun)]


def copied(texts, known):
    """Share of the texts' runs of 12 words that the corpus has."""
    found = total = 0
    for text in texts:
        mine = grams(text)
        found += len(mine & known)
        total += len(mine)
    return round(found / max(total, 1), 3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--samples", type=int, default=30)
    parser.add_argument("--types", nargs="+", default=["F32", "Q8_0", "Q4_1", "Q4_0"])
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(options.data / "tokenizer.json"))
    model = load_model(options.run)
    held_out = list(read(options.data / "heldout.jsonl"))
    rows = random.Random(1).sample(held_out, options.documents)
    for name in options.types:
        print(json.dumps({"type": name, "heldOutLoss": losses(quantized(model, name), tokenizer, rows)}), flush=True)
    asked = [row["document"] for row in held_out if row["kind"] == "story chat"][: options.samples]
    stories = [answers(document)[0] for document in asked]
    prompts = [prompt_of(document) for document in asked]
    sampled = sample(quantized(model, "Q8_0"), tokenizer, prompts, 0.8, 7)
    known = set()
    for row in read(options.data / "train.jsonl"):
        for text in answers(row["document"]):
            known |= grams(text)
    print(json.dumps({"words": GRAM, "copiedOfSamples": copied(sampled, known), "copiedOfHeldOut": copied(stories, known)}))
    for text in sampled[:5]:
        print("---\n" + text)


if __name__ == "__main__":
    main()
