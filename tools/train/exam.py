"""How often greedy answers are right: questions with one answer of each kind, and stories about two who were named."""
import argparse
import json
import random
import re
from pathlib import Path

import torch
from tokenizers import Tokenizer

from corpus import chat, lexicon
from corpus.knowledge import NUMBERS
from corpus.story import Story
from evaluate import quantized
from export import load_model
from make_corpus import PLOTS
from tokenize_corpus import SPECIAL

KINDS = {"opposite": chat.opposite, "sum": chat.arithmetic, "sum not seen": lambda r: chat.arithmetic(r, held_out=True), "calendar": chat.calendar, "capital": chat.capital, "definition": chat.definition, "reason": chat.reason, "animal": chat.animal}
EMPTY = set("a an the it is that in on of to and you get after before comes opposite plus minus".split())
NAMES = set(lexicon.ANIMAL_NAMES + lexicon.GIRLS + lexicon.BOYS)


def words(text):
    return [str(NUMBERS.index(word)) if word in NUMBERS else word for word in re.findall(r"[\w']+", text.lower())]


def is_right(question, answer, expected):
    """All words of the expected answer that carry it are there; words of the question are given."""
    wanted = set(words(expected)) - EMPTY - set(words(question))
    return wanted <= set(words(answer))


@torch.no_grad()
def greedy(model, tokenizer, prompt, length=230):
    end = {tokenizer.token_to_id(SPECIAL[0]), tokenizer.token_to_id(SPECIAL[2])}
    ids = tokenizer.encode(f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n").ids
    start = len(ids)
    while len(ids) < start + length:
        token = model(torch.tensor([ids]))[0, -1].argmax().item()
        if token in end:
            break
        ids.append(token)
    return tokenizer.decode(ids[start:])


def story_of_two(rng):
    story = Story(rng)
    rng.choice(PLOTS)(story)
    return f"Tell me a story about a {story.hero.kind} named {story.hero} and a {story.friend.kind} named {story.friend}.", {str(story.hero), str(story.friend)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--stories", type=int, default=10)
    parser.add_argument("--type", default="Q8_0")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(options.data / "tokenizer.json"))
    model = quantized(load_model(options.run), options.type)
    rng = random.Random(5)
    right = {}
    for kind, draw in KINDS.items():
        wrong = []
        for question, expected in [draw(rng) for _ in range(options.questions)]:
            answer = greedy(model, tokenizer, question, 60)
            if not is_right(question, answer, expected):
                wrong.append((question, answer, expected))
        right[kind] = round(1 - len(wrong) / options.questions, 3)
        for row in wrong if options.show else []:
            print(*row, sep=" | ")
    clean = 0
    for question, names in [story_of_two(rng) for _ in range(options.stories)]:
        text = greedy(model, tokenizer, question)
        said = {name for name in NAMES if re.search(rf"\b{name}\b", text)}
        met = any(re.search(rf"\b{name}\b[^.]* met {name}\b", text) for name in names)
        clean += said == names and not met
        if options.show:
            print("---", question, text, said, sep="\n")
    print(json.dumps({"right": right, "storiesWithTheirTwoNames": clean / max(1, options.stories)}))


if __name__ == "__main__":
    main()
