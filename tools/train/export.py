"""Writes the trained model as GGUF: matrices in the given type, norms in float32, vocabulary and chat template inside."""
import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import torch

from model import INPUT_SCALE, Model, Shape
from tokenize_corpus import SPECIAL, TEMPLATE

NAMES = {"q": "attn_q", "k": "attn_k", "v": "attn_v", "o": "attn_output", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down"}


def gguf_name(name):
    if name == "embedding.weight":
        return "token_embd.weight"
    if name == "norm":
        return "output_norm.weight"
    _, layer, part, *_ = name.split(".")
    return f"blk.{layer}.{NAMES.get(part, part)}.weight"


def load_model(run):
    model = Model(Shape())
    model.load_state_dict(torch.load(run / "checkpoint.pt", weights_only=True)["model"])
    return model.eval()


def llama_weights(model):
    """The same function without INPUT_SCALE: it goes into the embedding, and out of the last norm."""
    weights = {name: weight.numpy().astype(np.float32) for name, weight in model.state_dict().items()}
    return weights | {"embedding.weight": weights["embedding.weight"] * INPUT_SCALE, "norm": weights["norm"] / INPUT_SCALE}


def write_vocabulary(writer, path):
    vocabulary = json.loads(path.read_text())["model"]
    tokens = sorted(vocabulary["vocab"], key=vocabulary["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens])
    writer.add_token_merges([" ".join(merge) for merge in vocabulary["merges"]])
    writer.add_bos_token_id(tokens.index("<|im_start|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--type", default="Q8_0", choices=["F32", "Q8_0", "Q4_0", "Q4_1"])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model, shape = load_model(options.run), Shape()
    kind = gguf.GGMLQuantizationType[options.type]
    writer = gguf.GGUFWriter(options.out, "llama")
    writer.add_name("Headroom Tiny")
    writer.add_license("Apache-2.0")
    writer.add_file_type(gguf.LlamaFileType[{"F32": "ALL_F32"}.get(options.type, f"MOSTLY_{options.type}")])
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.theta)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_vocab_size(shape.vocab)
    write_vocabulary(writer, options.data / "tokenizer.json")
    for name, values in llama_weights(model).items():
        if values.ndim == 2 and options.type != "F32":
            writer.add_tensor(gguf_name(name), gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(gguf_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(options.out, options.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
