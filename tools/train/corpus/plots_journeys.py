"""Plots about time and ways: planting, a thief in the night, a lost child, a race, getting lost, an errand."""
from . import lexicon as l
from .plots_things import s_write


def plant(s):
    """A seed, patience, a danger, a harvest."""
    random = s.random
    danger, cure = random.choice([
        ("no rain fell for weeks", "carried water from the river every evening"), ("the snails came", "picked up every snail and carried it to the meadow"),
        ("a storm bent it down", "tied it to a stick"), ("the nights grew cold", "covered it with straw"), ("a goat wanted to eat it", "built a little fence"),
        ("the weeds grew higher than it", "pulled out the weeds one by one"), ("crows came every morning", "made a scarecrow out of an old coat"),
    ])
    s.put(o=random.choice(l.CROPS), danger=danger, cure=cure, n=random.choice("two three four five six ten".split()))
    s.topic = s.object = s.slots["o"]
    s.open()
    s.say("[One day in spring|In March|One morning] {h.his} {e} gave {h.him} a [small|tiny|dry] seed. \"[What will it be|What is that]?\" asked {h}. \"[A {o}, if you are patient|Plant it and you will see: a {o}|With care it will be a {o}],\" said the {e}.")
    s.say("{h} [dug a hole|made a hole with one finger] in the garden, [put the seed in|laid the seed into the earth] and [gave it water|poured water on it].")
    s.say("[The next day|Every morning|The whole week] {h.he} looked, but [nothing happened|there was only earth|nothing was to be seen]. \"[It does not want to grow|It is a bad seed|It takes so long]!\" said {h}. [{h.his} friend {f}, a {f.trait} {f.kind}, laughed|{f}, a {f.trait} {f.kind}, shook {f.his} head]. \"[Give it time|Good things take time|You cannot hurry a seed],\" said {f}.")
    s.turn()
    s.say("[And then|After {n} weeks|One morning] there was a [green tip|small green leaf|tiny plant]! [It grew|Day by day it grew|It grew a little every day]. [But then|But in summer] {danger}. So {h} and {f} {cure}.")
    s.turn()
    s.say("[In autumn|At the end of summer|When the time came] the {o} was [taller than {h}|the most beautiful in the whole village|big and strong]. [They shared what it gave with all the neighbours|They sat beside it and were proud|Everyone came to look at it]. {H} [kept one seed for the next year|gave a seed to a younger child|put a seed in {h.his} pocket].")
    s.happy()
    s.ask("[What did {h} plant?|What grew in the garden?]", "[{H} planted a {o}.|A {o}.]")
    s.ask("[Who gave {h} the seed?|Where did the seed come from?]", "[{H}'s {e} gave {h.him} the seed.|It came from {h}'s {e}.]")
    s.ask("[What was the danger?|What went wrong?|What did they do against it?]", "[{Danger}, so they {cure}.|{Danger}. They {cure}.]")
    s.close("[good things take time|patience is worth it|one must care for what one loves]")


def thief(s):
    """Something vanishes every night; the watchers find who needs it."""
    random = s.random
    o, why = random.choice([
        ("eggs", "[there were young ones to feed|the winter had been so long]"), ("milk", "[a sick kitten needed it|there was a baby to feed]"),
        ("bread", "[nobody had given anything|there was nothing else to eat]"), ("wool", "[the nest was so cold|the baby had no blanket]"),
        ("apples", "[the little brothers were hungry|the way to the forest was too far]"), ("carrots", "[the snow lay too deep to find food|the old father could not walk any more]"),
        ("straw", "[the roof had a hole|the bed was wet]"), ("candles", "[it was so dark under the earth|somebody was afraid of the dark]"),
        ("socks", "[the feet of the little ones were cold|the nest needed something soft]"), ("nuts", "[the storm had taken everything|the tree had fallen down]"),
    ])
    s.put(o=o, why=s_write(s, why), hide=random.choice(["behind the door", "under the table", "in a barrel", "behind a pile of wood", "up in a tree", "behind the curtain"]))
    s.topic = random.choice(["a thief", o])
    s.object = o
    s.open()
    s.say("[Every morning|Each day|For a week] [some {o} were missing|there were fewer {o} than before|{o} were gone from the kitchen].".replace("were", "was" if o in ("milk", "bread", "wool", "straw") else "were").replace("fewer", "less" if o in ("milk", "bread", "wool", "straw") else "fewer"))
    s.say('"[Somebody takes our {o}|There must be a thief|This is a riddle]!" said {h}. "[I will find out who it is|Tonight I will keep watch|I will catch the thief]."')
    s.turn()
    s.say("[In the evening|That night|When it was dark] {h} hid {hide} and waited. [The clock struck ten, then eleven|The moon rose|It was so quiet that {h.he} heard {h.his} own heart]. [Just before {h.he} fell asleep|At midnight|Then], [the door opened slowly|there were soft steps|something moved in the dark].")
    s.say("It was {f}, a {f.trait} {f.kind}! {F} [took|reached for|picked up] the {o} [very quietly|with care|and looked around]. \"[Stop|So it is you|I have caught you]!\" [called|said|cried] {h}.")
    s.say("{F} [began to shake|was frightened|looked down]. \"[Please do not be angry|I am sorry|Forgive me],\" {f.he} said, \"{why}.\"")
    s.turn()
    s.say("[{H} was not angry any more|Now {h} felt sorry|{H} thought about it]. \"[You only had to ask|Next time, knock at the door]!\" {h.he} said, and [gave {f.him} as much as {f.he} could carry|filled a whole basket for {f.him}|put the {o} in a bag for {f.him}].")
    s.say("[Since then there was always a little basket at the door|From then on {f} came in by day, through the front door|Later {f} helped in the garden, and nothing was missing any more].")
    s.ask("[What was missing?|What did the thief take?]", "[The {o}.|{F} took the {o}.]")
    s.ask("[Who was the thief?|Who took the {o}?|Who was it?]", "[It was {f}, the {f.kind}.|The thief was {f}, a {f.trait} {f.kind}.]")
    s.ask("[Why did {f} take the {o}?|Why did {f} do it?]", "[{F} said: {why}.|Because {why}.]")
    s.ask("[Where did {h} hide?|Where did {h} wait?]", "[{H} hid {hide}.|{H} waited {hide}.]")
    s.close("[it is better to ask than to take|one should first ask why|who is in need needs a friend]")


def child(s):
    """A lost young animal, three who are asked, a mother."""
    random = s.random
    young, mother, mark = random.choice([
        ("duckling", "duck", "the water"), ("lamb", "sheep", "soft wool"), ("kitten", "cat", "a long tail"), ("puppy", "dog", "a wet nose"), ("calf", "cow", "a bell"),
        ("chick", "hen", "brown feathers"), ("foal", "horse", "a long mane"), ("fawn", "deer", "white spots"), ("cub", "bear", "big paws"), ("little owl", "owl", "big round eyes"), ("piglet", "pig", "a curly tail"), ("goat kid", "goat", "two horns"),
    ])
    a, b = random.sample([k for k in l.ANIMALS if k not in (mother, s.hero.kind, s.friend.kind)], 2)
    s.put(y=young, mo=mother, mark=mark, a=a, b=b)
    s.topic = s.object = young
    s.open()
    s.day()
    s.say("{Spot} sat a {y}[, all alone| and cried| and shook with cold]. \"[I have lost my mother|I want to go to my mother|I cannot find the way home]!\" said the {y}. \"[Do not be afraid|Come with me|Do not cry],\" said {h}, \"[we will find her|I will help you]. [What does she look like|How will I know her]?\" \"She has {mark},\" said the {y}.".replace("has the water", "loves the water") if mark != "the water" else
          "{Spot} sat a {y}[, all alone| and cried]. \"[I have lost my mother|I want to go to my mother]!\" said the {y}. \"[Do not be afraid|Come with me],\" said {h}, \"[we will find her|I will help you]. [What does she look like|How will I know her]?\" \"She loves the water,\" said the {y}.")
    s.turn()
    s.say("[First|At first|Soon] they met a {a}. \"[Are you the mother|Is this your child]?\" asked {h}. \"[No|Oh no|No, I am a {a}],\" said the {a}, \"[but try further on|mine are at home|ask the {b}].\"")
    s.say("[Then|Next] they asked a {b}, but [the {b} knew nothing|the {b} only shook its head|the {b} had seen nobody].", 0.7)
    s.say("[Then came {f}|At the crossing stood {f}|On a stone sat {f}], a {f.trait} {f.kind}. \"[I saw a {mo} who called all morning|A {mo} is looking for her child|There is a sad {mo} not far from here],\" said {f}, \"[follow me|I will show you the way|come, it is not far].\"")
    s.turn()
    s.say("[And there she was|There stood the {mo}|They heard the {mo} before they saw her]! [The {y} ran as fast as it could|\"Mother!\" cried the {y}|The {y} made a jump of joy]. [The {mo} held her child close|The {mo} kissed the {y} again and again|The {mo} did not know how to thank them].")
    s.happy()
    s.ask("[Who was lost?|Which animal was lost?|Whom did {h} find?]", "[A {y} was lost.|{H} found a {y}.]")
    s.ask("[Who was the mother?|What was the mother?]", "[The mother was a {mo}.|A {mo}.]")
    s.ask("[Who knew the way?|Who showed them the way?]", "[{F} knew the way.|{F}, the {f.kind}, showed them the way.]")
    s.ask("[Whom did they ask first?|Who was asked first?]", "[First they asked a {a}.|The {a}.]")
    s.close("[nobody should be alone|who asks finds the way|small ones need our help]")


def race(s):
    """A boast, a race, a stop to help or a nap that costs the win."""
    random = s.random
    goal = random.choice(["the old mill", "the bridge", "the big oak", "the red barn", "the end of the beach", "the church", "the other side of the field"])
    prize = random.choice(["a cake", "a golden medal", "a basket of apples", "a blue ribbon", "a jar of honey", "a silver cup"])
    helped = random.random() < 0.5
    third = random.choice([k for k in l.ANIMALS if k not in (s.hero.kind, s.friend.kind)])
    s.put(goal=goal, prize=prize, k=third)
    s.topic, s.object = "a race", prize
    s.open()
    s.say("{f}, a {f.kind}, [was always boasting|liked to boast|told everyone the same thing]: \"[I am the fastest of all|Nobody is as fast as I am|No one can beat me]!\"")
    s.say('"[Then let us race|I will race you|We shall see]," said {h}[| one day| quietly]. [Everybody laughed|{F} laughed loudly|All the others came to watch]. [They would run|The way went] from {p} to {goal}, and the prize was {prize}.')
    s.turn()
    s.say('"[One, two, three, go|Ready, steady, go]!" [called|shouted] a {k}. {F} [was soon far ahead|shot away like an arrow|ran so fast that the dust flew]. {H} [ran at an even pace|came behind, step by step|did not give up].')
    if helped:
        s.say("[Half way|Near the stream|Behind a bend], {f} fell and hurt {f.his} [foot|knee|leg]. {H} [could have run past|saw the goal already|was now in front], but {h.he} stopped. \"[Lean on me|Give me your hand|Come, we will go together],\" said {h}.")
        s.turn()
        s.say("[Side by side|Slowly, arm in arm|Together] they reached {goal}. [\"Who has won?\" asked the {k}|Nobody knew who had won]. \"[{h} has won|The prize belongs to {h}|{h} is the better one],\" said {f}. [So {h} got {prize}|And {h} was given {prize}], and [shared it with {f}|they shared it].")
        s.ask("[Who won the race?|Who was the winner?]", "[{H} won, because {h} stopped to help {f}.|They came in together, and {h} got {prize}.]")
        s.ask("[What happened to {f}?|Why did {h} stop?]", "[{F} fell, and {h} stopped to help.|{F} was hurt, so {h} helped.]")
        lesson = "[helping is worth more than winning|a kind heart wins in the end]"
    else:
        s.put(nap=random.choice(["lay down for a nap", "stopped to eat some berries", "stopped to look at a mirror in a shop", "sat down to tell everyone how fast {f.he} was".replace("{f.he}", s.friend.he), "took a bath in the stream"]))
        s.say('[Half way|After a while|When {f} looked back and saw nobody], {f} thought, "[I have all the time in the world|I can take a rest|It is too easy]," and {nap}.')
        s.turn()
        s.say("[But {h} ran on and on|{h} never stopped|Meanwhile {h} came past, step by step]. When {f} [woke up|remembered the race|looked up], [it was too late|{h} was already there|everyone was cheering]: {h} had reached {goal}. [So {h} got {prize}|And {h} was given {prize}].")
        s.ask("[Who won the race?|Who was the winner?]", "[{H} won the race.|{H} won and got {prize}.]")
        s.ask("[Why did {f} lose?|What did {f} do on the way?]", "[{F} {nap}.|{F} lost because {f.he} {nap}.]")
        lesson = "[slow and steady wins|one should not boast|who stops too early does not win]"
    s.ask("[What was the prize?|What did the winner get?]", "[The prize was {prize}.|{Prize}.]")
    s.ask("[Where did they run to?|Where was the goal?]", "[They ran to {goal}.|The goal was {goal}.]")
    s.close(lesson)


def astray(s):
    """The hero loses the way and gets home by a clue and a guide."""
    random = s.random
    why, clue = random.choice([("followed a butterfly", "the sound of the church bell"), ("looked for mushrooms", "the smell of smoke"), ("ran after a ball", "the light of a window"),
        ("wanted to take a short way", "the North Star"), ("followed a song", "the little stream"), ("picked flower after flower", "the tracks in the snow" if random.random() < 0.3 else "the tracks in the mud"), ("played hide and seek", "the voice of a dog"), ("chased a rabbit", "the old stone wall"), ("counted clouds", "the line of the tall trees")])
    s.put(why=why, clue=clue)
    s.topic, s.object = random.choice(["getting lost", "the way home"]), clue
    s.open()
    s.day()
    s.say("{h} {why} and [did not look at the path|forgot the time|went further than ever before]. [When {h.he} looked up, everything was strange|Suddenly {h.he} did not know where {h.he} was|Then it grew dark, and {h.he} did not know the way].")
    s.sad()
    s.turn()
    s.say("[Then|After a while|In the last light] {f} came along, a {f.trait} {f.kind}. \"[Have you lost your way|What are you doing here so late|Are you lost]?\" [said|asked] {f}. \"[I want to go home, but I do not know how|All the paths look the same|Yes, please help me],\" said {h}.")
    s.say("\"[Be still for a moment|Do not run|First we must think],\" said {f}, \"[what do you hear and see|look around you|there is always a sign].\" [And really|{h} stood still, and then|They waited, and] there was {clue}. \"[I know that from home|That is near our house|We only have to follow it]!\" [cried|said] {h}.")
    s.turn()
    s.say("They followed {clue}[, hand in hand|, step by step| for an hour| through the dark]. [At last they saw the house|Then the house stood before them|And there was the gate of home]. [{h.his} {e} ran out and held {h.him}|{h.his} {e} had been waiting at the door]. [There was hot soup for both|{f} was given a warm bed for the night|They all drank hot chocolate].")
    s.ask("[Why was {h} lost?|How did {h} get lost?]", "[{H} {why}.|Because {h} {why} and forgot the path.]")
    s.ask("[How did they find the way?|What showed them the way?|How did {h} get home?]", "[They followed {clue}.|By {clue}.]")
    s.ask("[Who was waiting at home?|Who was waiting for {h}?]", "[{H}'s {e} was waiting.|The {e}.]")
    s.close("[it is wise to be calm|one should look at the path|there is always a sign if you look for it]")


def errand(s):
    """Something is carried to someone; an obstacle; a clever way."""
    random = s.random
    o = random.choice(["a letter", "a pot of soup", "a basket of eggs", "a warm blanket", "some medicine", "a birthday cake", "a jar of honey", "a new hat", "a bunch of flowers", "a bottle of milk"])
    problem, idea = random.choice([
        ("the bridge was broken", "[walked over a fallen tree|crossed on the stones]"), ("a big dog lay in the way", "[gave the dog a bone|sang until the dog fell asleep]"),
        ("the gate was locked", "[climbed over the wall|crept through a hole in the fence]"), ("a tree had fallen on the road", "[crawled under it|went around it through the corn]"),
        ("the river was too wide", "[asked a fisherman to row across|found a raft in the reeds]"), ("the snow was too deep", "[made a sled out of a board|tied boards under their feet]"),
        ("the road sign was missing", "[asked an old woman|climbed a tree to look around]"), ("a herd of sheep filled the road", "[waited and counted them|helped the shepherd to drive them on]"),
    ])
    s.put(o=o, prob=problem, idea=s_write(s, idea), who=random.choice([w for w in l.FAMILY if w != s.slots["e"].kind]))
    s.topic = s.object = o
    s.open()
    s.say("[One day|One morning|On Sunday] {h.his} {e} said, \"[Can you take|Will you take|Could you carry] {o} to your {who}[, who lives behind {p}|, who is ill in bed|, who waits for it]?\" \"[Gladly|Of course|I will be quick],\" said {h}, and [set off|went on {h.his} way|left at once].")
    s.say("[On the way {h.he} met {f}|At the first corner stood {f} with time to spare], a {f.trait} {f.kind}. [They walked and talked|Together the way was shorter|They sang as they walked].")
    s.turn()
    s.say("[But then {prob}|Half way they had to stop: {prob}|Suddenly they could not go on, for {prob}]. \"[What now|Must we turn back]?\" asked {f}. {H} [thought for a moment|looked around|scratched {h.his} head]. \"[I have an idea|I know what to do|There is always a way],\" {h.he} said. [So they {idea}|And so they {idea}|They {idea}, and it worked].")
    s.turn()
    s.say("[Before evening they were there|At last they knocked at the door|The {who} was at the window already]. \"[How kind of you|What a joy|You came all this way],\" said the {who}. [They had tea and cake|They had to tell everything|They sat by the fire until it was time to go].")
    s.happy()
    s.ask("[What did {h} carry?|What did {h} have to bring?]", "[{H} carried {o}.|It was {o}.]")
    s.ask("[For whom was it?|Where did {h} bring it?|To whom did {h} go?]", "[It was for the {who}.|{H} brought it to the {who}.]")
    s.ask("[What was the problem?|Why did they have to stop?]", "[{Prob}.|They could not go on, for {prob}.]")
    s.ask("[How did they get past?|What was the idea?|What did they do?]", "[They {idea}.|{H} had an idea, and they {idea}.]")
    s.close("[there is always a way|two walk more easily than one|a good idea is better than strong arms]")


JOURNEY_PLOTS = [plant, thief, child, race, astray, errand]
