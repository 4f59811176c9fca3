"""A story as it grows: its people, its sentences, and the questions that can be asked about it."""
from . import lexicon as l
from .grammar import write


class Story:
    def __init__(self, random, wanted_kind=None):
        self.random, self.paragraphs, self.questions = random, [[]], []
        self.hero = self._character(wanted_kind, l.TRAITS)
        self.friend = self._character(None, l.FRIEND_TRAITS, unlike=self.hero)
        self.place = random.choice(l.PLACES)
        elder = random.choice(list(l.FAMILY))
        self.slots = {"h": self.hero, "f": self.friend, "p": self.place, "spot": random.choice(self.place.spots), "e": l.Character(elder, elder, l.FAMILY[elder] == "she", "")}
        self.topic = ""

    def _character(self, kind, traits, unlike=None):
        random = self.random
        while True:
            of = kind or random.choice([*[random.choice(["girl", "boy"])] * 3, random.choice(l.PEOPLE), *[random.choice(l.ANIMALS)] * 6])
            she = of in l.SHE or (of not in l.HE and random.random() < 0.5)
            names = l.ANIMAL_NAMES if of in l.ANIMALS else l.GIRLS if she else l.BOYS
            made = l.Character(random.choice(names), of, she, random.choice(traits))
            if unlike is None or (made.name != unlike.name and made.kind != unlike.kind):
                return made

    def put(self, **slots):
        self.slots.update(slots)

    def say(self, template, chance=1.0):
        if chance == 1.0 or self.random.random() < chance:
            self.paragraphs[-1].append(write(self.random, template, self.slots))

    def turn(self):
        if self.paragraphs[-1]:
            self.paragraphs.append([])

    def ask(self, question, answer):
        """A question about this story, its answer in its own words."""
        self.questions.append((write(self.random, question, self.slots), write(self.random, answer, self.slots)))

    def text(self):
        return "\n\n".join(" ".join(sentences) for sentences in self.paragraphs if sentences)

    # What every plot needs.

    def open(self):
        if self.random.random() < 0.6:
            self.say("[Once upon a time|Long ago|Once|One [spring|summer|autumn|winter]|Not far from here|In a small town|In a land far away|Many years ago|Near the sea|Behind the hills][,|] there [was|lived] a {h.trait} {h.kind} [named|called] {h}.")
        else:
            self.say("{h} was a {h.trait} {h.kind} who lived [near {p}|not far from {p}|in a small house|at the end of a long road|with {h.his} {e}|in a house with a green door].")

    def day(self):
        self.say(
            "[One day|One morning|One afternoon|One [sunny|windy|cold|warm|rainy|quiet] [day|morning|afternoon]|On [Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday]|After breakfast|Before lunch], {h} [went|walked|ran|wandered|set out] to {p}[| alone| with a light heart| because the weather was fine]."
        )
        self.say("[There|It was a fine day:|As always,] " + self.place.sight + ".", 0.5)

    def meet(self):
        self.say("[There|On the way|At the corner|Soon|Near a tree] {h.he} met {f}, a {f.trait} {f.kind}.")

    def sad(self):
        self.say("{h} [felt very sad|was close to tears|sat down and sighed|began to cry|did not know what to do|hung {h.his} head|felt a lump in {h.his} throat].")

    def happy(self, who="h"):
        self.say("{%s} [laughed with joy|was very happy|jumped up and down|smiled from ear to ear|felt warm inside|could not stop smiling|danced in a circle|was as happy as could be]." % who)

    def close(self, lesson=None):
        self.say(
            "[From that day on|After that|Since then], {h} and {f} [were the best of friends|did everything together|met every [day|week|Sunday]|never forgot that day|often laughed about it|told everyone the story]."
            if self.random.random() < 0.45
            else "[That [night|evening]|In the evening|When the sun went down|At last], {h} [slept well and dreamed of {p}|went home, tired and happy|told {h.his} {e} everything|lay in bed and smiled|looked at the stars and was glad]."
        )
        if lesson:
            self.say(f"[{{H}} had learned|And {{h}} never forgot|So {{h}} understood|Now {{h}} knew] that {lesson}.", 0.6)
            self.ask("[What did {h} learn?|What is the lesson of the story?|What can we learn from it?|What does the story teach?]", f"[{{H}} learned|The story teaches|It shows|We learn] that {lesson}.")
        self.common_questions()

    def common_questions(self):
        self.ask("[Who is the story about?|Who was the hero?|Who was {h}?|What kind of animal or child was {h}?]", "[It is about {h}, a {h.trait} {h.kind}.|{H} was a {h.trait} {h.kind}.|The hero was a {h.kind} named {h}.]")
        self.ask("[Who was {f}?|Who else was in the story?|Who was {h}'s friend?|Who helped {h}?]", "[{F} was a {f.trait} {f.kind}.|A {f.trait} {f.kind} named {f}.|It was {f}, the {f.kind}.]")
        if self.place.name in self.text():
            self.ask("[Where did it happen?|Where was {h}?|Where did {h} go?|What place was it?]", "[It happened {p.at}.|{H} was {p.at}.|{H} went to {p}.|Most of it happened {p.at}.]")

    def topic_with_article(self):
        """The topic as a request names it: `a red ball`, `the dark`, `learning to swim`."""
        plain = self.topic.startswith(("a ", "an ", "the ", "learning ", "being ", "getting ", "some ")) or self.topic in UNCOUNTED or self.topic.endswith("s")
        return self.topic if plain else f"a {self.topic}"


UNCOUNTED = {"bread", "cheese", "soup", "honey", "milk", "wool", "straw", "heavy rain", "thick fog", "hail"}
