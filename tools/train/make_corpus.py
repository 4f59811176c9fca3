"""Writes the corpus: `train.jsonl`, and `heldout.jsonl` with stories whose (plot, hero's kind, object) no training story has, and sums not seen."""
import argparse
import hashlib
import json
import random
from pathlib import Path

from corpus.chat import arithmetic, small_turns, story_turns
from corpus.plots_journeys import JOURNEY_PLOTS
from corpus.plots_life import LIFE_PLOTS
from corpus.plots_things import THING_PLOTS
from corpus.short import drill_turns, short_turns
from corpus.story import Story

PLOTS = THING_PLOTS + LIFE_PLOTS + JOURNEY_PLOTS
SYSTEM = ["You are a helpful assistant.", "You are a friendly small model.", "You tell stories.", "Answer briefly."]


def is_held_out(plot, story):
    triple = f"{plot.__name__}/{story.hero.kind}/{story.object}"
    return hashlib.sha256(triple.encode()).digest()[0] < 13


def make_story(rng):
    plot = rng.choice(PLOTS)
    story = Story(rng)
    plot(story)
    return story, is_held_out(plot, story)


def chat(rng, turns):
    messages = [{"role": "system", "content": rng.choice(SYSTEM)}] if rng.random() < 0.1 else []
    careless = rng.random() < 0.2
    for user, assistant in turns:
        if careless:
            user = user.lower().rstrip(".?! ")
        messages += [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return messages


def documents(rng):
    """Endless (kind, document, held out): a text, or the messages of a conversation."""
    while True:
        kind = rng.random()
        if kind < 0.2:
            story, held_out = make_story(rng)
            yield "story", story.text(), held_out
        elif kind < 0.5:
            story, held_out = make_story(rng)
            yield "story chat", chat(rng, story_turns(rng, story)), held_out
        else:
            held_out = rng.random() < 0.02
            turns = [arithmetic(rng, held_out=True) for _ in range(3)] if held_out else small_turns(rng)
            yield "sum" if held_out else "small talk", chat(rng, turns), held_out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=120_000)
    parser.add_argument("--short", type=int, default=20_000)
    parser.add_argument("--drills", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=20260)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seen = set()
    counts = {"train": 0, "heldout": 0}
    with open(options.out / "train.jsonl", "w") as train, open(options.out / "heldout.jsonl", "w") as heldout:
        for kind, document, held_out in documents(random.Random(options.seed)):
            line = json.dumps({"kind": kind, "document": document}, ensure_ascii=False)
            if line in seen:
                continue
            seen.add(line)
            counts["heldout" if held_out else "train"] += 1
            print(line, file=heldout if held_out else train)
            if counts["train"] == options.documents:
                break
    for offset, (name, turns, count) in enumerate([("short", short_turns, options.short), ("drill", drill_turns, options.drills)]):
        rng = random.Random(options.seed + 1 + offset)
        with open(options.out / f"{name}.jsonl", "w") as part:
            for _ in range(count):
                print(json.dumps({"kind": name, "document": chat(rng, turns(rng))}, ensure_ascii=False), file=part)
    print(counts)


if __name__ == "__main__":
    main()
