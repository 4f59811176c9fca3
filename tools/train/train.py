"""Trains the model: Muon for matrices, AdamW for embeddings and norms, a constant rate that falls linearly to zero in the last two fifths.

The constant part does not know the end, so a run can be stopped and resumed with another `--steps` as long as the fall has not begun.
Windows are 128 tokens, 256 once the rate falls, and 512 (the whole context) in the last fifteenth: short ones cost half as much.

Carrying a name along is learned late from stories alone: too few of their tokens ask for it, among many that nobody can foresee. So in
the steps of RECALL only short texts are read, and only rarer tokens that stood there before count; after it these count three times,
until DRILL_FROM. From there on a quarter of every batch are small tables to be known by heart, and all tokens count alike."""
import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from model import Model, Shape


RECALL = range(400, 500)
RECALL_WINDOW = 64
RARE = 0.003
DRILL_FROM = 2200


def batch_of(stream, generator, length, count):
    starts = torch.randint(0, len(stream) - length - 1, (count,), generator=generator)
    rows = torch.stack([torch.from_numpy(stream[s : s + length + 1].astype(np.int64)) for s in starts.tolist()])
    return rows[:, :-1], rows[:, 1:]


def losses_of(model, tokens, targets):
    return F.cross_entropy(model(tokens).float().flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)


def repeats(tokens, targets, rare):
    """Which targets are rarer tokens that the window has said already."""
    return (targets[:, :, None] == tokens[:, None, :]).tril().any(-1) & rare[targets]


@torch.no_grad()
def held_out_loss(model, stream, length=512, windows=32):
    starts = np.linspace(0, len(stream) - length - 1, windows).astype(int)
    rows = torch.stack([torch.from_numpy(stream[s : s + length + 1].astype(np.int64)) for s in starts])
    parts = [losses_of(model, part[:, :-1], part[:, 1:]).mean().item() for part in rows.split(8)]
    return sum(parts) / len(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5200)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    train = np.fromfile(options.data / "train.bin", dtype=np.uint16)
    short = np.fromfile(options.data / "short.bin", dtype=np.uint16)
    drill = np.fromfile(options.data / "drill.bin", dtype=np.uint16)
    held_out = np.fromfile(options.data / "heldout.bin", dtype=np.uint16)
    model = Model(Shape())
    compiled_losses = torch.compile(losses_of, dynamic=False)
    rare = torch.from_numpy(np.bincount(train, minlength=model.shape.vocab) < RARE * len(train))
    matrices = [w for n, w in model.named_parameters() if w.dim() == 2 and not n.startswith("embedding")]
    others = [w for n, w in model.named_parameters() if w.dim() != 2 or n.startswith("embedding")]
    optimizers = [
        torch.optim.Muon(matrices, lr=0.008, momentum=0.95, weight_decay=0.1),
        torch.optim.AdamW(others, lr=3e-3, betas=(0.9, 0.98), weight_decay=0.0),
    ]
    rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    generator = torch.Generator().manual_seed(options.seed)
    checkpoint = options.out / "checkpoint.pt"
    step = seconds = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        generator.set_state(state["generator"])
        step, seconds = state["step"], state["seconds"]
    began = time.time() - seconds
    fall = options.steps * 3 // 5
    log = open(options.out / "log.jsonl", "a", buffering=1)
    recent = []
    while step < options.steps:
        falling = step >= fall
        length = RECALL_WINDOW if step in RECALL else 512 if step >= options.steps * 14 // 15 else 256 if falling else 128
        factor = min(1, (step + 1) / 40, (options.steps - step) / (options.steps - fall))
        count = options.batch_tokens // length
        drilled = count // 4 if step >= DRILL_FROM else 0
        parts = [batch_of(short if step in RECALL else train, generator, length, count - drilled)]
        if drilled:
            parts.append(batch_of(drill, generator, length, drilled))
        tokens, targets = (torch.cat(rows) for rows in zip(*parts))
        again = repeats(tokens, targets, rare)
        before, other = (1, 0) if step in RECALL else (3, 1) if RECALL.stop <= step < DRILL_FROM else (1, 1)
        weights = torch.where(again, float(before), float(other))
        for optimizer, rate in zip(optimizers, rates):
            optimizer.param_groups[0]["lr"] = rate * factor
            optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            losses = compiled_losses(model, tokens, targets)
        ((losses * weights).sum() / weights.sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        recent.append((losses.mean().item(), losses[again].mean().item()))
        if step % 25 == 0 or step == options.steps:
            mean, mean_again = (round(sum(values) / len(values), 4) for values in zip(*recent))
            row = {"step": step, "loss": mean, "repeats": mean_again, "seconds": round(time.time() - began)}
            recent = []
            if step % 100 == 0 or step == options.steps:
                row["heldOut"] = round(held_out_loss(model, held_out), 4)
                state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "generator": generator.get_state(), "step": step, "seconds": time.time() - began}
                torch.save(state, checkpoint.with_suffix(".part"))
                checkpoint.with_suffix(".part").rename(checkpoint)
            print(json.dumps(row), file=log)


if __name__ == "__main__":
    main()
