"""Trains the vocabulary (byte-level BPE, SmolLM2's pre-tokenizer) and writes the corpus as ids."""
import argparse
import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def render(document):
    """A document as the model reads it: plain text, or the chat template's."""
    if isinstance(document, str):
        return document
    return "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in document)


def read(path):
    with open(path) as lines:
        for line in lines:
            yield json.loads(line)


def train_tokenizer(texts, size):
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vocab", type=int, default=1792)
    parser.add_argument("--sample", type=int, default=20_000, help="documents that the vocabulary is learned from")
    options = parser.parse_args()
    sample = [render(row["document"]) for _, row in zip(range(options.sample), read(options.data / "train.jsonl"))]
    tokenizer = train_tokenizer(sample, options.vocab)
    tokenizer.save(str(options.data / "tokenizer.json"))
    for name in ("train", "heldout", "short", "drill"):
        texts = [render(row["document"]) + SPECIAL[0] for row in read(options.data / f"{name}.jsonl")]
        ids = [token for encoding in tokenizer.encode_batch(texts) for token in encoding.ids]
        np.array(ids, dtype=np.uint16).tofile(options.data / f"{name}.bin")
        print(name, len(texts), "documents", len(ids), "tokens", sum(map(len, texts)) / len(ids), "characters a token")


if __name__ == "__main__":
    main()
