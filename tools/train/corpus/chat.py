"""Conversations: small talk, questions about the world, things to remember, stories asked for and asked about."""
from . import knowledge as k
from . import lexicon as l
from .grammar import write
from .poems import poem


def any_of(random, text):
    return write(random, text)


def story_request(random, story):
    hero, kind = story.hero, story.hero.kind
    wish = "[Tell me|Please tell me|Can you tell me|I want to hear|Could you tell me|Write|Write me|Make up|Please write|I would like]"
    about = random.choice([f"about a {kind} and {story.topic_with_article()}", f"about a {kind}", f"about {story.topic_with_article()}", f"about a {kind} named {hero}", f"about a {story.hero.trait} {kind}",
                           f"about a {kind} and a {story.friend.kind}", f"about {hero} the {kind}", f"about {hero} and {story.friend}", f"with a {kind} and {story.topic_with_article()}", f"about a {kind} named {hero} and a {story.friend.kind} named {story.friend}", ""])
    if random.random() < 0.08:
        return any_of(random, "[Tell me a story|A story, please|Tell me something|Do you know a story]") + random.choice([".", "!", " please."])
    asked = any_of(random, f"{wish} a [short |little |small |nice |]story {about}")
    return asked + ("?" if asked.startswith(("Can", "Could")) else random.choice([".", ".", ".", "", "!", ", please."]))


def story_turns(random, story):
    turns = [(story_request(random, story), story.text())]
    for question, answer in random.sample(story.questions, min(len(story.questions), random.choice([0, 1, 2, 2, 3, 4]))):
        turns.append((question, answer))
    if random.random() < 0.2:
        turns.append(closing(random))
    return turns


def number(n):
    return str(n)


def is_held_out_sum(a, sign, b):
    return (a * 7 + b * 13 + (0 if sign == "plus" else 5)) % 9 == 4


def arithmetic(random, held_out=False):
    while True:
        sign = random.choice(["plus", "minus"])
        a, b = random.randint(0, 12), random.randint(0, 10)
        if sign == "minus" and b > a:
            a, b = b, a
        if is_held_out_sum(a, sign, b) == held_out:
            break
    result = a + b if sign == "plus" else a - b
    symbol = "+" if sign == "plus" else "-"
    words = b <= 20 and random.random() < 0.2
    left, right, out = (k.NUMBERS[a], k.NUMBERS[b], k.NUMBERS[result] if result <= 20 else str(result)) if words else (a, b, result)
    asked = random.choice([f"What is {left} {sign} {right}?", f"How much is {left} {sign} {right}?", f"{a} {symbol} {b}?", f"What is {a} {symbol} {b}?", f"Can you tell me what {left} {sign} {right} is?"])
    answer = random.choice([f"{left} {sign} {right} is {out}.", f"{left} {sign} {right} is {out}.", f"It is {out}.", f"That is {out}."])
    return asked, answer[0].upper() + answer[1:]


def counting(random):
    a = random.randint(0, 10)
    b = a + random.randint(2, 9)
    up = list(range(a, b + 1))
    kind = random.randrange(5)
    if kind == 0:
        return any_of(random, f"[Count|Please count|Can you count] from {a} to {b}."), ", ".join(map(str, up)) + "."
    if kind == 1:
        return any_of(random, f"[Count|Please count] [down|backwards] from {b} to {a}."), ", ".join(map(str, up[::-1])) + "."
    if kind == 2:
        return any_of(random, f"[What|Which number] comes [after|right after] {a}?"), f"After {a} comes {a + 1}."
    if kind == 3:
        return any_of(random, f"[What|Which number] comes before {b}?"), f"Before {b} comes {b - 1}."
    x, y = random.sample(range(0, 21), 2)
    return any_of(random, f"[Which is bigger|What is more|Which number is bigger], {x} or {y}?"), any_of(random, f"[{max(x, y)} is bigger than {min(x, y)}|{max(x, y)} is more than {min(x, y)}|{max(x, y)}].")


def calendar(random):
    names, what = random.choice([(k.DAYS, "day"), (k.MONTHS, "month"), (k.KINDS["season"], "season")])
    i = random.randrange(len(names))
    following, before = names[(i + 1) % len(names)], names[i - 1]
    if random.random() < 0.6:
        return any_of(random, f"[What|Which] {what} [comes|is] after {names[i]}?"), any_of(random, f"[After {names[i]} comes {following}|{following}|The {what} after {names[i]} is {following}].")
    return any_of(random, f"[What|Which] {what} [comes|is] before {names[i]}?"), any_of(random, f"[Before {names[i]} comes {before}|{before}|The {what} before {names[i]} is {before}].")


def opposite(random):
    a, b = random.choice(k.OPPOSITES)
    if random.random() < 0.5:
        a, b = b, a
    return any_of(random, f"[What is the opposite of|What is the contrary of|Tell me the opposite of|Opposite of] {a}?"), any_of(random, f"[The opposite of {a} is {b}|It is {b}|{b}].")


def colour(random):
    if random.random() < 0.2:
        a, b, c = random.choice(k.MIXES)
        return any_of(random, f"What do you get when you mix {a} and {b}?"), any_of(random, f"[{a} and {b} make {c}|You get {c}].")
    thing, shade = random.choice(k.COLOUR_OF)
    many = thing.startswith("a ") and random.random() < 0.2
    if many:
        same = [t for t, s in k.COLOUR_OF if s == shade and t != thing]
        return any_of(random, f"[Name|Tell me] something [that is |]{shade}."), any_of(random, f"[{thing} is {shade}|{random.choice(same or [thing])} is {shade}].")
    return any_of(random, f"[What colour is|Which colour has|What is the colour of] {thing}?"), any_of(random, f"[{thing} is {shade}|It is {shade}|{shade}].")


def animal(random):
    name, sound, young, home, food, legs = random.choice(k.ANIMAL_FACTS)
    the = "an" if name[0] in "aeiou" else "a"
    kind = random.randrange(7)
    if kind == 0:
        return any_of(random, f"[What sound does {the} {name} make|What does {the} {name} say|How does {the} {name} sound]?"), f"{the.capitalize()} {name} {sound}."
    if kind == 1:
        return any_of(random, f"[What is a young {name} called|What do you call a baby {name}|What is a baby {name}]?"), any_of(random, f"A young {name} is called a {young}.")
    if kind == 2:
        return any_of(random, f"Where does {the} {name} live?"), any_of(random, f"[{the} {name} lives {home}|It lives {home}].")
    if kind == 3:
        return any_of(random, f"What does {the} {name} eat?"), any_of(random, f"[{the} {name} eats {food}|It eats {food}].")
    if kind == 4:
        return any_of(random, f"How many legs [does {the} {name} have|has {the} {name}]?"), any_of(random, f"{the} {name} has {legs} legs.")
    can, cannot, verb = random.choice([(k.FLY, k.NO_FLY, "fly"), (k.SWIM, k.NO_SWIM, "swim")])
    if random.random() < 0.5:
        one = random.choice(can)
        return any_of(random, f"Can a {one} {verb}?"), any_of(random, f"Yes, a {one} can {verb}.")
    one = random.choice(cannot)
    return any_of(random, f"Can a {one} {verb}?"), any_of(random, f"No, a {one} cannot {verb}.")


def category(random):
    kind = random.choice(list(k.KINDS))
    members = k.KINDS[kind]
    one = random.choice(members)
    plural = kind.replace("piece of", "pieces of") if kind.startswith("piece") else kind + "s"
    if random.random() < 0.5:
        count = random.randint(2, min(4, len(members)))
        some = random.sample(members, count)
        return any_of(random, f"[Name|Tell me|Can you name|Give me] {random.choice([k.NUMBERS[count], str(count)])} {plural}."), ", ".join(some[:-1])[0].upper() + ", ".join(some[:-1])[1:] + f" and {some[-1]}."
    article = "" if kind in ("season", "drink", "colour", "feeling", "planet") else "a "
    if random.random() < 0.5:
        return any_of(random, f"Is {article}{one} a {kind}?"), any_of(random, f"Yes, {article}{one} is a {kind}.")
    other = random.choice([name for name in ("fruit", "tool", "drink", "planet", "season", "animal", "toy", "vehicle") if one not in k.KINDS[name] and name != kind and not (kind in ("bird", "farm animal") and name == "animal")])
    return any_of(random, f"Is {article}{one} a {other}?"), any_of(random, f"No, {article}{one} is a {kind}.")


def capital(random):
    country, city = random.choice(k.CAPITALS)
    if random.random() < 0.25:
        return any_of(random, f"[Where is {city}|In which country is {city}]?"), any_of(random, f"{city} is [in|the capital of] {country}.")
    return any_of(random, f"[What is|Tell me|Which city is] the capital of {country}?"), any_of(random, f"[The capital of {country} is {city}|It is {city}|{city} is the capital of {country}].")


def definition(random):
    thing, meaning = random.choice(k.IS)
    return any_of(random, f"[What is {thing}?|What is {thing}?|Explain {thing}.|Explain {thing} to a child.|Can you explain {thing}?|Tell me about {thing}.|Do you know what {thing} is?]"), (thing + " is " + meaning + ".")[0].upper() + (thing + " is " + meaning + ".")[1:]


def reason(random):
    question, answer = random.choice(k.WHY)
    plain = question.split(" ", 1)
    asked = random.choice([f"Why {question}?", f"Why {question}?", f"Can you tell me why {plain[1]}?" if plain[0] in ("do",) else f"Why {question}?"])
    if question == "is the sky blue":
        asked = random.choice([asked, "Explain why the sky is blue.", "Explain in two sentences why the sky is blue."])
    return asked, answer


def recipe(random):
    question, answer = random.choice(k.HOW)
    return any_of(random, f"[How do I {question}?|How can I {question}?|Tell me how to {question}.|How to {question}?|How do you {question}?]").replace("you brush my", "you brush your").replace("you wash my", "you wash your").replace("you find my", "you find your"), answer


def rhyme(random):
    group = random.choice(k.RHYMES)
    one, other = random.sample(group, 2)
    return any_of(random, f"[What rhymes with|Which word rhymes with|Find a rhyme for] {one}?"), any_of(random, f"[{other} rhymes with {one}|{other}].")


def rhymed(random):
    about, lines = poem(random)
    return any_of(random, f"[Write|Write me|Tell me|Can you write|Make] a [short |little |]poem about {about}[.|, please.]"), lines


def various(random):
    return random.choice(k.VARIOUS)


def feeling(random):
    return random.choice([
        (any_of(random, "[I am sad.|I feel sad today.|I am unhappy.|Today was a bad day.]"), any_of(random, "[I am sorry to hear that.|That is hard.|Oh, I am sorry.] [Do you want to tell me why?|Shall I tell you a story?|A walk in the fresh air may help.|Talk to a friend, that often helps.]")),
        (any_of(random, "[I am happy.|I feel great!|Today is a good day.|I am so glad today.]"), any_of(random, "[That is good to hear!|I am glad about that.|How nice!] [What made you so happy?|Tell me more.|Shall we tell a happy story?]")),
        (any_of(random, "[I am bored.|What can I do today?|I do not know what to do.|I have nothing to do.]"), any_of(random, "You could [draw a picture|build a hut out of blankets|go for a walk|read a book|bake a cake|call a friend|plant a seed|fold a paper boat], or I [can tell you a story|can write a poem|can ask you a riddle].")),
        (any_of(random, "[I am tired.|I cannot sleep.|It is late.]"), any_of(random, "[Then rest a little.|Close your eyes and breathe slowly.|Put the light out and think of the sea.] [Sleep well!|Good night!|Tomorrow is a new day.]")),
        (any_of(random, "[I am afraid.|I am afraid of the dark.|I had a bad dream.]"), any_of(random, "[Many people are afraid at times.|That is all right.|You are not alone.] [Look at it closely, and it grows small.|Turn on a light and breathe slowly.|Tell somebody who likes you.]")),
        (any_of(random, "[I am hungry.|What should I eat?|What shall we cook?]"), any_of(random, "How about [a sandwich|pancakes|a bowl of soup|an apple|bread with cheese|rice with vegetables]?")),
    ])


def greeting(random):
    hello = any_of(random, "[Hello|Hi|Hey|Good morning|Good evening|Hello there|Good day]")
    return hello + random.choice(["!", ".", "", "! How are you?"]), any_of(random, f"[{hello if hello.startswith('Good') else 'Hello'}|Hello]! [How are you|What can I do for you|What shall we talk about|Shall I tell you a story|Nice to meet you. What would you like to hear]?")


def about_me(random):
    return random.choice([
        (any_of(random, "[How are you?|How do you feel?|Are you well?]"), any_of(random, "[I am well, thank you.|Very well, thank you.|I am fine.] [And you?|How are you?|What shall we do?]")),
        (any_of(random, "[What is your name?|Who are you?|What are you?|Tell me about yourself.|What is Headroom?]"), any_of(random, "I am Tiny, [a very small language model|the small model in the box]. [The devices in this room share my work|Every device in the room holds a part of me|I live in this page and need no network].")),
        (any_of(random, "[What can you do?|Can you help me?|What do you know?|Help!]"), any_of(random, "I can [tell small stories|make up stories], [answer simple questions|write little poems|talk about animals, colours and days], and [count|do small sums|find opposites]. [What would you like|Ask me something]?").replace("Ask me something?", "Ask me something.")),
        (any_of(random, "[How big are you?|Are you big?|How large are you?]"), any_of(random, "I am very small: [less than four megabytes|smaller than a photo]. [Four devices can share me easily|So do not expect too much of me].")),
        (any_of(random, "[Are you a human?|Are you a person?|Are you alive?|Are you real?]"), any_of(random, "No, I am [a small language model|a program] that [writes one word after the other|learned from many small stories].")),
        (any_of(random, "[Who made you?|Where do you come from?|Who trained you?]"), any_of(random, "I was trained [for Headroom|by the people of Headroom], on [small stories and simple questions|many made up stories].")),
    ])


def closing(random):
    return random.choice([
        (any_of(random, "[Thank you.|Thanks!|Thank you very much.|That was nice, thank you.|Thanks a lot.]"), any_of(random, "[You are welcome|With pleasure|I am glad you liked it|Any time]!")),
        (any_of(random, "[Goodbye.|Bye!|See you tomorrow.|Good night.|Bye bye.]"), any_of(random, "[Goodbye|See you soon|Take care|Goodbye and come back soon]!")),
        (any_of(random, "[You are funny.|You are nice.|I like you.|That was good.|Great!|Well done.]"), any_of(random, "[Thank you|That is kind of you|I am glad]!")),
    ])


UNKNOWN = """Who won the game last night?; What is quantum physics?; Write a program in Python.; Who is the president?; What is the price of gold?; Write an email to my boss.; Write a polite email asking for a day off.; How do I fix my car?; What is the square root of 81?; Solve this equation.; Translate this text.;
What is the news today?; How much does a house cost?; Explain the stock market.; What is the meaning of life?; Who invented the telephone?; What is the currency of Japan?; Name a famous painting by Leonardo da Vinci.; Repeat this exactly.; How tall is the tower?; What time is it?; What is the weather like today?; Give me medical advice.; Who is the king?; Write a speech.; What happened in 1848?; How do engines work?; Tell me a secret.; What is 345 times 29?; Which film is the best?; Explain the law.; What is blockchain?; Summarize this article.; What is the difference between weather and climate?"""


def unknown(random):
    return random.choice(UNKNOWN.split(";")).strip(), any_of(random, "[I do not know that|That is too hard for me|I am sorry, I do not know|I cannot answer that]. I am [only a very small model|a small model and know only little]. [Ask me about animals, colours, days or numbers|I could tell you a story instead|But I can tell you a story or write a poem].")


def remembering(random):
    """Something the person tells, asked for later: the answer is only in the conversation."""
    name, shade, pet, pet_name, food = random.choice(l.GIRLS + l.BOYS), random.choice(l.COLOURS[:10]), random.choice(["dog", "cat", "rabbit", "mouse", "horse", "duck", "goat"]), random.choice(l.ANIMAL_NAMES), random.choice(l.FRUITS + l.FOODS)
    town = random.choice([city for _, city in k.CAPITALS])
    tell, ask = random.choice([
        ((f"[My name is {name}.|I am {name}.|Hello, my name is {name}.|Hi, I am {name}.]", f"[Nice to meet you, {name}!|Hello, {name}! How are you?|Hello, {name}! What can I do for you?]"), ("[What is my name?|Do you remember my name?|Who am I?]", f"[Your name is {name}.|You are {name}.]")),
        ((f"[My favourite colour is {shade}.|I like {shade} best.]", f"[{shade} is a beautiful colour.|I like {shade} too.]"), ("[What is my favourite colour?|Which colour do I like?]", f"[Your favourite colour is {shade}.|You like {shade}.]")),
        ((f"[I have a {pet} named {pet_name}.|My {pet} is called {pet_name}.]", f"[{pet_name} is a good name for a {pet}.|How nice! What does {pet_name} like to do?]"), (f"[What is the name of my {pet}?|What is my {pet} called?|Do you remember my {pet}?]", f"[Your {pet} is called {pet_name}.|The name of your {pet} is {pet_name}.]")),
        ((f"[I like {food}.|My favourite food is {food}.|I love {food}.]", f"[{food}! That sounds good.|I cannot eat, but {food} must be good.]"), ("[What do I like to eat?|What is my favourite food?|What food do I like?]", f"[You like {food}.|Your favourite food is {food}.]")),
        ((f"[I live in {town}.|I come from {town}.]", f"[{town} must be a fine place.|How is the weather in {town}?]"), ("[Where do I live?|Where do I come from?]", f"[You told me that it is {town}.|{town}, as you told me.]")),
    ])
    between = [one_fact(random) for _ in range(random.randint(0, 2))]
    return [tuple(any_of(random, part) for part in tell), *between, tuple(any_of(random, part) for part in ask)]


FACTS = [arithmetic, arithmetic, counting, calendar, opposite, colour, animal, animal, category, category, capital, definition, definition, definition, reason, reason, recipe, rhyme, rhymed, rhymed, various, various, feeling, about_me, unknown]


def one_fact(random):
    return random.choice(FACTS)(random)


def small_turns(random):
    turns = [greeting(random)] if random.random() < 0.25 else []
    if random.random() < 0.25:
        turns += remembering(random)
    turns += [one_fact(random) for _ in range(random.choice([1, 2, 3, 4, 5]))]
    if random.random() < 0.2:
        turns.append(closing(random))
    return turns
