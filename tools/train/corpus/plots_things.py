"""Plots about things: lost, broken, traded, made, given."""
from . import lexicon as l


def thing(story, nouns=None):
    random = story.random
    noun = random.choice(nouns or random.choice([l.TOYS, l.TREASURES, l.CLOTHES]))
    made = l.Thing(noun, random.choice(l.COLOURS))
    story.put(o=made)
    story.topic = str(made) if random.random() < 0.3 else noun
    story.object = noun
    return made


def lost(s):
    """Something is lost, looked for in wrong places, found where it fell."""
    thing(s)
    first, second = s.random.sample([p for p in s.place.spots if p != s.slots["spot"]], 2)
    s.put(a=first, b=second, x=s.random.choice(l.TREASURES + l.CLOTHES + ["frog", "snail", "nut", "worm", "bottle"]))
    s.open()
    s.say("{h} had a {o} [and loved it|that [shone in the sun|was a gift from {h.his} {e}|was older than {h.he} was]|and took it everywhere|and never went out without it].")
    s.day()
    cause = s.random.choice(["there was a hole in {h.his} [bag|pocket]", "the wind [took|blew] it away", "{h.he} [ran too fast|jumped over a stream|played wildly] and it fell out", "{h.he} had put it down to [pick flowers|eat an apple|watch a bird]"])
    s.put(cause=s_write(s, cause))
    s.say("[But on the way,|But after a while,|When {h.he} wanted to play,|Then {h.he} stopped in surprise:] [the {o} was gone|{h.he} could not find the {o}|there was no {o.noun} any more].")
    s.sad()
    s.turn()
    s.meet()
    s.say('"[What is wrong|Why are you sad|What happened|Why do you cry]?" asked {f}. "[My {o.noun} is gone|I lost my {o}|I cannot find my {o.noun}]," said {h}. "[Let us look together|Do not worry, we will find it|I will help you|Two can look better than one]," said {f}.')
    s.say("[First|So first] they looked {a}, but [it was not there|there was only a {x}|they found nothing but a {x}].")
    s.say("[Then|Next|After that] they looked {b}[, but there was nothing|, again without luck|, but it was empty there].", 0.75)
    s.say("[At last|Finally|In the end|Just before dark] {f} looked {spot}. [There it was|There lay the {o}|Something {o.colour} was there: the {o.noun}]!")
    s.turn()
    s.say("[It was there because {cause}.|So that was it: {cause}.|Now {h} understood: {cause}.]", 0.8)
    s.happy()
    s.say('"[Thank you|Thank you so much|You are a true friend]," [said|cried] {h}[| and hugged {f}| with shining eyes].')
    s.ask("[What did {h} lose?|What was lost?|What was gone?]", "[{H} lost a {o}.|It was a {o}.|The {o} was lost.]")
    s.ask("[Where was the {o.noun}?|Where did they find it?|Where did they find the {o.noun}?]", "[It was {spot}.|They found it {spot}.|{F} found it {spot}.]")
    s.ask("[What colour was the {o.noun}?|What colour was it?]", "[It was {o.colour}.|The {o.noun} was {o.colour}.]")
    s.ask("[Why was it lost?|How did {h} lose the {o.noun}?]", "[It was lost because {cause}.|{H} lost it because {cause}.]")
    s.close("[a friend can help you find what is lost|two see more than one|it is good to ask for help]")


def s_write(s, template):
    from .grammar import choose, fill

    return fill(choose(s.random, template), s.slots)


def broken(s):
    """The hero breaks another's thing, hides it, tells the truth, mends it."""
    thing(s, ["flute", "mirror", "drum", "toy boat", "kite", "watch", "doll", "toy train", "puzzle", "umbrella", "map", "lantern", "basket", "cup", "vase", "lamp"])
    s.put(hide=s.random.choice(["under the bed", "behind the curtain", "in a box", "under a pile of leaves", "in the cellar", "behind the oven"]), glue=s.random.choice(["glue", "string", "a needle and thread", "a small hammer", "wire", "tape"]))
    s.open()
    s.say("{h}'s friend was {f}, a {f.trait} {f.kind}. {F} had a {o}[| and was proud of it| and kept it on a shelf].")
    s.say("[One day|One evening|While {f} was away|When nobody was there], {h} [took the {o.noun} to play with it|wanted to see the {o.noun} and picked it up|touched the {o.noun}, though {h.he} was not allowed to]. [It fell down and broke|Crack! It broke in two|It slipped from {h.his} hands and broke].")
    s.say("{h} was [afraid|frightened|ashamed] and hid [it|the {o.noun}|the pieces] {hide}.")
    s.turn()
    s.say('[Soon|The next day|Later] {f} came and asked, "[Have you seen my {o.noun}|Where is my {o.noun}|Do you know where my {o} is]?" {H} [looked at the floor|turned red|shook {h.his} head] and said, "[No|I do not know|I have not seen it]."')
    s.say("[But {h} could not sleep that night|{H} had a bad feeling all day|The lie felt like a stone in {h.his} stomach|{H} did not want to eat or play]. [So|In the morning|At last] {h.he} [went to {f}|ran to {f}|took all {h.his} courage].")
    s.say('"[I broke your {o.noun}|It was me. I broke the {o.noun}]," {h.he} said[| quietly]. "[I am so sorry|I was afraid to tell you|Please forgive me]."')
    s.say('{F} was [quiet for a moment|sad at first|angry, but only for a short time]. Then {f.he} said, "[Thank you for telling me the truth|I am glad that you told me|The truth is worth more than a {o.noun}]."')
    s.turn()
    s.say("[Together they mended it|They sat down and mended the {o.noun}|Then they mended it side by side] with {glue}[| and it was almost as good as new| and it took all afternoon].")
    s.happy("f")
    s.ask("[What did {h} break?|What broke?]", "[{H} broke {f}'s {o}.|The {o.noun} broke.|It was {f}'s {o}.]")
    s.ask("[Where did {h} hide it?|Where was the {o.noun} hidden?]", "[{H} hid it {hide}.|It was {hide}.]")
    s.ask("[How did they mend it?|What did they use to mend it?]", "[They mended it with {glue}.|They used {glue}.]")
    s.ask("[Was {f} angry?|What did {f} say?|Did {f} forgive {h}?]", "[{F} forgave {h}, because {h} told the truth.|{F} was glad that {h} told the truth.]")
    s.close("[it is better to tell the truth|a lie is heavy and the truth is light|friends forgive you when you are honest]")


def trade(s):
    """The hero wants a thing and trades twice for it."""
    thing(s)
    first, second = s.random.sample(l.FRUITS, 2)
    other = s.random.choice([k for k in l.ANIMALS if k not in (s.hero.kind, s.friend.kind)])
    s.put(a=first, tool=s.random.choice(l.TOOLS), k=other, r=second)
    s.open()
    s.say("{h} [wished for|wanted|dreamed of] a {o}, but {h.he} had [only some {a}|nothing but {a}].")
    s.day()
    s.meet()
    s.say('{F} [was hungry|had not eaten all day|looked at the {a}]. "[I will give you|You may have|Take] my {tool} for [the|your] {a}," [said {f}|{f.he} said]. {H} [agreed|nodded|thought for a moment and agreed].')
    s.turn()
    s.say("[A little later|Further on|Behind the next corner|Not far away], a {k} [needed|was looking for] a {tool} [to work|for the house|more than anything]. [The {k} had|And the {k} owned] a {o} and [did not need it|never used it|had grown tired of it].")
    s.say('"[Shall we trade|Do you want to trade|My {tool} for your {o.noun}]?" asked {h}. "[Gladly|Yes, please|With pleasure]," said the {k}.')
    s.say("[So {h} got the {o}|Now the {o} belonged to {h}|That is how {h} came home with a {o}] [and everyone had what they needed|and all three were content|without paying a single coin].")
    s.happy()
    s.ask("[What did {h} want?|What did {h} wish for?]", "[{H} wanted a {o}.|A {o}.]")
    s.ask("[What did {h} give to {f}?|What did {f} get?]", "[{F} got the {a}.|{H} gave {f} the {a}.]")
    s.ask("[How did {h} get the {o.noun}?|What did {h} give for the {o.noun}?]", "[{H} traded a {tool} for it.|{H} gave the {k} a {tool} and got the {o.noun}.]")
    s.close("[everyone has something that another needs|a fair trade makes both sides happy|with patience you can get far]")


def build(s):
    """Two friends gather three materials and make something."""
    random = s.random
    what, materials, use = random.choice([
        ("tree house", "boards/nails/a rope/an old door/a window", "[They sat up there and looked far over {p}|They slept there under the stars]"),
        ("raft", "logs/a rope/an old shirt for a sail/a long stick", "[They floated across the water like two captains|The raft did not sink, and they sang loudly]"),
        ("kite", "paper/thin sticks/string/a tail of ribbons/glue", "[It rose higher than the trees|It danced in the wind all afternoon]"),
        ("snowman", "snow/a carrot/two stones/an old hat/a broom", "[It stood there until spring|Everyone who came by greeted it]"),
        ("boat", "wood/nails/a sail/paint/a rope", "[It carried them to a small island|It rocked gently on the waves]"),
        ("hut", "branches/leaves/moss/stones/clay", "[When the rain came, they sat inside and stayed dry|Inside it was warm and quiet]"),
        ("bridge", "planks/stones/a rope/nails", "[Now nobody had to walk through the cold water|Even the oldest neighbours could cross the stream]"),
        ("swing", "a rope/a board/a strong branch", "[They took turns until it was dark|They flew up to the leaves and back]"),
        ("scarecrow", "straw/an old coat/two sticks/a hat/buttons", "[The crows stayed away from the corn|The crows laughed, but they did not come near]"),
        ("bird house", "boards/nails/a little roof/red paint", "[In spring a family of birds moved in|Soon a small bird looked out of the door]"),
        ("sand castle", "wet sand/shells/sticks/feathers/a bucket", "[The water came and took it, but they only laughed|A crab moved in and was its king]"),
    ])
    picked = random.sample(materials.split("/"), 3)
    s.put(w=what, m1=picked[0], m2=picked[1], m3=picked[2], use=s_write(s, use))
    s.topic = s.object = what
    s.open()
    s.say("[{h.his} best friend was {f}|{h} had a friend named {f}|Next door lived {f}], a {f.trait} {f.kind}.")
    s.say('[One [sunny|windy|cold|quiet] morning|One day|On [Saturday|Sunday]|In the holidays], {h} said, "[Let us build a {w}|I want to build a {w}|We could build a {w}] {p.at}!" "[What do we need|Good idea! What do we need|But how]?" asked {f}. "[We need|It takes] {m1}, {m2} and {m3}," [said|answered] {h}.')
    s.turn()
    s.say("{h} [found|brought|got] {m1} [at home|in the shed|in a corner] and {f} [carried|brought|fetched] {m2}. [Now they still needed|The only thing missing was|Only one thing was missing:] {m3}.")
    s.say("[They asked {h}'s {e}, who [smiled and gave it to them|had just what they needed]|An old neighbour gave it to them for a song].")
    s.say("[They worked [all day|until noon|until their hands were sore]|It was hard work, but nobody gave up|Once everything fell down, and they began again]. [At last|In the evening|Then] the {w} was [finished|ready|done].")
    s.turn()
    s.say("{use}.")
    s.happy()
    s.ask("[What did they build?|What did {h} and {f} build?|What did {h} want to build?]", "[They built a {w}.|{H} and {f} built a {w}.]")
    s.ask("[What did they need?|What did they use?|What was it made of?]", "[They needed {m1}, {m2} and {m3}.|They used {m1}, {m2} and {m3}.]")
    s.ask("[What was missing?|What did they not have?|What did {f} bring?]", "[{F} brought {m2}, and {m3} was missing.|At first {m3} was missing; {f} brought {m2}.]")
    s.close("[work is easier together|who does not give up gets far|it is good to make things with your own hands]")


def gift(s):
    """A birthday that seems forgotten and is not."""
    thing(s)
    s.put(age=s.random.choice("four five six seven eight nine ten".split()), cake=s.random.choice(["chocolate", "honey", "cherry", "carrot", "apple", "nut", "lemon"]))
    s.open()
    s.say("[Today was {h.his} birthday|It was {h.his} birthday], and {h.he} was {age} years old. [But nobody said a word|But at breakfast nobody talked about it|But everyone seemed to have forgotten it].")
    s.sad()
    s.say("[So {h.he} walked to {p} alone|{h} went to {p} to be alone|To forget it, {h.he} went to {p}]. " + "[There|Everything was as always:] " + s.place.sight + ".")
    s.turn()
    s.say('[Suddenly|Then|After an hour] {f}, a {f.trait} {f.kind}, [came running|stood there, out of breath|called from far away]. "[Come quickly|Please come with me|You must see this]!" {f.he} [cried|shouted]. {H} [followed|ran after {f.him}|did not understand, but went along].')
    s.say("[Behind the house|In the garden|In the kitchen|Under the big tree] [everyone was waiting|all the friends stood in a row|there was a long table with candles]. [There was a {cake} cake|In the middle stood a {cake} cake] with {age} candles.")
    s.say('"[Happy birthday|Surprise]!" they [all shouted|sang]. {F} gave {h.him} a [big|small|heavy|round] box. [Inside was|In it lay] a {o}[, just what {h.he} had wished for|, the finest {h.he} had ever seen|].')
    s.happy()
    s.ask("[Whose birthday was it?|Who had a birthday?|How old was {h}?]", "[It was {h}'s birthday: {age} years.|{H} was {age} years old that day.]")
    s.ask("[What was the present?|What did {h} get?|What was in the box?]", "[It was a {o}.|{H} got a {o}.|In the box was a {o}.]")
    s.ask("[What kind of cake was it?|What cake did they have?]", "[It was a {cake} cake.|They had a {cake} cake with {age} candles.]")
    s.ask("[Why was {h} sad at first?|Why was {h} sad?]", "[{H} thought that everyone had forgotten the birthday.|Because nobody said a word about the birthday.]")
    s.close("[good friends do not forget you|waiting can end in joy]")


THING_PLOTS = [lost, broken, trade, build, gift]
