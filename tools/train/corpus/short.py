"""Short texts that say the same names and things over and over: from them the model learns to carry a word along before it learns stories."""
from . import lexicon as l
from .chat import animal, any_of, arithmetic, calendar, category, colour, counting, one_fact, opposite, remembering
from .story import Story

THINGS = l.TOYS + l.TREASURES + l.CLOTHES + l.TOOLS
MEETING = [
    "{h} was a {h.trait} {h.kind}. {f} was a {f.trait} {f.kind}.",
    '"[Hello|Good morning|How are you], {f}[!|?]" said {h}. "[Hello|Good morning|I am glad to see you], {h}!" said {f}.',
    "{h} had a {o} and showed the {o.noun} to {f}. {F} liked the {o}.",
    "{h} and {f} went to {p}. It was quiet {p.at}, and {h} sang a song for {f}.",
    'Then {f} asked, "[Whose {o.noun} is this|Where is your {o.noun}|May I have the {o.noun}], {h}?"',
    "{h} gave the {o.noun} to {f}, and {f} thanked {h}.",
    "{f} was tired, so {h} carried the {o.noun} for {f}.",
    "{h} asked {f}, and {f} answered {h}.",
    "In the evening {h} and {f} went home. {F} slept, and {h} dreamed of {p} and of the {o}.",
]


def meeting(random):
    """A few sentences about two people and a thing, and questions about them."""
    story = Story(random)
    story.put(o=l.Thing(random.choice(THINGS), random.choice(l.COLOURS)))
    for index in sorted(random.sample(range(1, len(MEETING)), random.randint(1, 4))):
        if not story.paragraphs[0]:
            story.say(MEETING[0])
        story.say(MEETING[index])
    told = story.text()
    s = story.slots
    asked = [f"[Tell me|Write] a story about {story.hero} the {story.hero.kind} and {story.friend}.", f"[Tell me|Write] a story about a {story.hero.kind} named {story.hero} and a {story.friend.kind} named {story.friend}."]
    turns = [(any_of(random, random.choice(asked)), told)]
    story.ask("[Who was {h}?|What was {h}?]", "[{H} was a {h.trait} {h.kind}.|A {h.kind}.]")
    story.ask("[Who was {f}?|What was {f}?]", "[{F} was a {f.trait} {f.kind}.|A {f.kind}.]")
    if s["o"].noun in told:
        story.ask("What did {h} have?", "{H} had a {o.noun}.")
    return turns + random.sample(story.questions, random.randint(0, 2))


def echo(random):
    """A word to say again."""
    pool = random.choice([l.GIRLS + l.BOYS, l.ANIMAL_NAMES, l.ANIMALS, THINGS, l.COLOURS, [place.name for place in l.PLACES]])
    first, second, third = random.sample(pool, 3)
    return random.choice([
        (f"Say {first}.", f"{first}."),
        (f"Repeat: {first}, {second}, {third}.", f"{first}, {second}, {third}."),
        (f"{first} and {second}. [Which|What] comes first?", f"{first} comes first."),
        (f"{first} and {second}. [Which|What] comes last?", f"{second} comes last."),
        (f"I like {first}, not {second}.", f"You like {first}, and you do not like {second}."),
        (f"Say {first} twice.", f"{first}, {first}."),
    ])


def short_turns(random):
    kind = random.random()
    if kind < 0.5:
        return meeting(random)
    if kind < 0.75:
        return [tuple(any_of(random, part) for part in echo(random)) for _ in range(random.randint(1, 3))]
    if kind < 0.9:
        return remembering(random)
    return [one_fact(random)]


DRILLS = [arithmetic] * 7 + [opposite] * 5 + [calendar] * 3 + [counting] * 2 + [animal, category, colour]


def drill_turns(random):
    """What must be known by heart, a few at a time: small tables that stories never ask for."""
    return [random.choice(DRILLS)(random) for _ in range(random.randint(2, 6))]
