"""Plots about what one does and feels: learning, fear, hunger, weather, contests, the way home."""
from . import lexicon as l
from .plots_things import s_write, thing


def learn(s):
    """The hero cannot do something, is taught, fails, and can."""
    random = s.random
    skill = random.choice([k for k in l.SKILLS if not (k == "swim" and s.hero.kind in l.SWIMMERS)])
    where, tip, failure, success = l.SKILLS[skill]
    s.put(k=skill, w=where, tip=s_write(s, tip), fail=s_write(s, failure), win=s_write(s, success))
    s.topic, s.object = f"learning to {skill}", skill
    s.open()
    s.say("[All the others could {k}, only {h} could not|More than anything {h.he} wanted to {k}|{h} could not {k}, and that made {h.him} sad|Every night {h.he} dreamed that {h.he} could {k}].")
    s.say("[One day|One morning|On [Monday|Friday|Sunday]], {h.he} tried it [alone|in secret]. But {h.he} {fail}.")
    s.say('"[I will never learn it|It is too hard|I am not made for this]," {h.he} [thought|sighed|said].')
    s.turn()
    s.say("{f}, a {f.trait} {f.kind}, [had seen it|saw everything|was sitting near by]. \"[I will show you|I could not {k} at first either|Nobody can {k} on the first day],\" said {f}. \"[You only have to {tip}|The secret is this: {tip}|First, {tip}].\"")
    s.say("[So {h} tried again|{h} tried once more|The next day they met at {w} and began]. [The first time {h.he} {fail}[ again|]|It went wrong again|It was a little better, but not good]. [But {f} did not laugh|\"Again,\" said {f}|\"Much better,\" said {f}].")
    s.say("[They practised every day|Day after day they practised|A week went by|{h} tried ten times, and then ten times more].")
    s.turn()
    s.say("[And then|One evening|At last|On the seventh day] it happened: {h} {win}!")
    s.happy()
    s.say('"[I can do it|Look, I can {k}|Now I know how]!" [cried|called|shouted] {h}. "[I knew it|I always knew that you could|Well done]," said {f}.')
    s.ask("[What did {h} want to learn?|What did {h} learn to do?]", "[{H} wanted to learn to {k}.|{H} learned to {k}.]")
    s.ask("[What did {f} say?|What was the secret?|What was the advice?]", "[{F} said: {tip}.|The secret was this: {tip}.]")
    s.ask("[What went wrong at first?|What happened the first time?]", "[{H} {fail}.|The first time {h} {fail}.]")
    s.ask("[Did {h} learn it in the end?|How did it end?]", "[Yes, in the end {h} {win}.|Yes. {H} {win}.]")
    s.close("[practice makes you better|nobody is good at the first try|you must not give up]")


def rescue(s):
    """A creature is stuck; one tool fails, another helps."""
    random = s.random
    trap, good, bad = random.choice([
        ("at the bottom of a deep hole", "rope/ladder", "stick/net/broom"),
        ("high up in a tree", "ladder/blanket", "stick/bucket/spade"),
        ("on a rock in the middle of the water", "boat/rope/long plank", "stick/broom/basket"),
        ("under a heavy branch", "saw/strong rope", "brush/broom/spoon"),
        ("in the mud", "rope/board", "spoon/bucket/basket"),
        ("behind a locked gate", "key/hammer", "spoon/feather/broom"),
        ("in an old net", "knife/pair of scissors", "stick/rope/spade"),
        ("in the cold snow", "spade/shovel", "spoon/brush/stick"),
    ])
    s.put(trap=trap, good=random.choice(good.split("/")), bad=random.choice(bad.split("/")))
    s.topic = s.object = s.slots["good"]
    s.open()
    s.day()
    s.say("[Suddenly|Then|All at once] {h.he} heard a [small|weak|sad] voice[.|: \"Help!\"|: \"Is anybody there?\"] {F}, a {f.trait} {f.kind}, was stuck {trap}.")
    s.say('"[How did you get there|What happened to you|Are you hurt]?" asked {h}. "[I was chasing a butterfly|I wanted to take a short way|I did not look where I was going|I was playing and forgot the time]," said {f}.')
    s.turn()
    s.say("[First|At first] {h} [tried it with|took|came with] a {bad}[, but it was too short|, but it broke|, but that did not help]. [Then {h.he} had an idea|{h} thought hard|But {h.he} did not give up].")
    s.say("{h.he} [ran home|ran to {h.his} {e}|asked at the next house] and [came back with|fetched|borrowed] a {good}. [Slowly and carefully|With all {h.his} strength|Step by step], {h.he} [freed {f}|got {f} out|helped {f} out] with the {good}.")
    s.happy("f")
    s.turn()
    s.say('"[You saved me|Thank you, I was so afraid|I will never forget this]," said {f}.')
    if random.random() < 0.5:
        thing(s, l.TREASURES)
        s.topic = s.object = s.slots["good"]
        s.say("[As thanks|The next day|A week later], {f} [gave {h} a {o}|brought {h.him} a {o}|came with a present: a {o}].")
        s.ask("[What did {f} give to {h}?|Did {h} get a present?|What was the present?]", "[{F} gave {h} a {o}.|Yes, a {o}.|It was a {o}.]")
    else:
        s.say("[A week later {h} hurt {h.his} foot, and it was {f} who carried {h.him} home|When {h} was ill in winter, {f} came every day with soup|Later {h} lost the way in the fog, and {f} showed {h.him} the path].")
    s.ask("[Where was {f} stuck?|What happened to {f}?|Where was {f}?]", "[{F} was stuck {trap}.|{F} was {trap} and could not get out.]")
    s.ask("[How did {h} help?|What did {h} use?|How did {h} get {f} out?]", "[{H} used a {good}.|{H} helped with a {good}.]")
    s.ask("[What did {h} try first?|What did not work?|Did the {bad} help?]", "[First {h} tried a {bad}, but that did not work.|The {bad} did not help.]")
    s.close("[who helps others is helped as well|one should never walk past a call for help|a clear head is better than a fast hand]")


def share(s):
    """Food, a hungry stranger, a no that becomes a yes."""
    random = s.random
    food = random.choice(l.FRUITS + ["bread", "cheese", "cake", "soup", "honey", "pie"])
    s.put(o=food)
    s.topic = s.object = food
    s.open()
    s.say("{h} had [a basket of {o}|a lot of {o}|more {o} than {h.he} could eat][| and wanted to keep everything| and was very proud of it| for the long winter].")
    s.day()
    s.meet()
    s.say('"[I have not eaten since yesterday|I am so hungry|My stomach is empty]," said {f}. "[May I have some of your {o}|Could you share your {o} with me|Would you give me a little]?"')
    refuse = random.random() < 0.6
    if refuse:
        s.say('"[No, this is mine|No, I need it myself|Find your own food]," said {h} and [walked on|turned away|held it tight].')
        s.turn()
        s.say("[But the food did not taste good any more|But {h} had to think of {f} all the time|After a few steps {h} stopped|But alone it tasted of nothing]. [\"I was not kind,\" {h.he} thought|{h} was ashamed]. {H} [went back|turned around|ran back] and [gave {f} half of it|shared everything with {f}|said that there was enough for two].")
    else:
        s.turn()
        s.say('"[Of course|Gladly|Sit down with me]," said {h}[, and they ate together|, and gave {f} half of it|].')
    s.say("[They sat {spot} and talked|They ate and told each other stories|It had never tasted so good], [and the time flew by|until the sun went down|and both were full].")
    s.turn()
    s.say("[In winter|Some weeks later|The next year], {h} [had nothing left to eat|was ill and could not look for food|lost everything in a storm]. [Who knocked at the door? It was {f}|Then {f} came], with [a pot of soup|a bag of nuts|fresh bread|a basket full of food]. \"[You shared with me, now I share with you|Now it is my turn],\" said {f}.")
    s.happy()
    s.ask("[What did {h} have?|What food was it?|What did {f} ask for?]", "[It was {o}.|{H} had {o}.|{F} asked for {o}.]")
    s.ask("[Did {h} share at once?|Was {h} kind at first?]", "[No, at first {h} said no, but then {h} shared.|No. {H} was ashamed later and came back.]" if refuse else "[Yes, {h} shared at once.|Yes, {h} was kind from the beginning.]")
    s.ask("[How did {f} thank {h}?|What did {f} do later?|What happened later?]", "[Later {f} brought food when {h} had none.|When {h} needed help, {f} came with food.]")
    s.close("[what you give comes back to you|food tastes better when it is shared|it is good to share]")


def afraid(s):
    """A frightening sound turns out to be something small."""
    random = s.random
    sound, truth = random.choice([
        ("a scratching", "a little mouse looking for crumbs"), ("a deep hum", "a bee that had lost its way"), ("a knocking", "a branch that hit the window"),
        ("a howling", "the wind in the chimney"), ("a long sigh", "an old dog that was dreaming"), ("a soft crying", "a kitten that wanted to come in"),
        ("a rattling", "an old shutter in the wind"), ("slow steps", "a hedgehog in the dry leaves"), ("a whisper", "the leaves of the old tree"),
        ("a splashing", "a frog in the rain barrel"), ("a drumming", "the rain on a tin roof"), ("a squeaking", "a door that needed some oil"),
        ("a whistle", "the kettle that somebody forgot"), ("a rustling", "a squirrel hiding its nuts"),
    ])
    s.put(sound=sound, truth=truth, tool=random.choice(["lantern", "candle", "torch", "lamp"]))
    s.topic = random.choice(["a strange sound", "being afraid", "the dark"])
    s.object = truth
    s.open()
    s.say("{h} was afraid of [the dark|the night|being alone|the cellar|thunder], [but {h.he} told nobody|and everybody knew it|though {h.he} did not like to say so].")
    s.say("[One night|One stormy night|Late one evening|When all were asleep], {h.he} heard {sound} [outside|near the door|under the window|behind the wall]. [{h} pulled the blanket over {h.his} head|{h.his} heart beat fast|{h} did not dare to move].")
    s.say('"[It is a ghost|It must be a monster|Somebody is there]," {h.he} [thought|whispered].')
    s.turn()
    s.say("[Then {h.he} thought of {f}, a {f.trait} {f.kind} who lived next door|{H} crept to {f}, a {f.trait} {f.kind}|{H} woke {f}, a {f.trait} {f.kind} who was visiting]. \"[Do you hear that|Did you hear that sound]?\" [whispered|asked] {h}. \"[Let us go and look|We will see what it is|I am a little afraid too, but let us go],\" said {f}.")
    s.say("They took a {tool} and [went outside|opened the door|went closer, step by step]. [It was cold and dark|The steps creaked|{h} held {f} tightly]. [And what did they see|And what was it]? [It was only|It was nothing but] {truth}!")
    s.turn()
    s.say("{h} [laughed|had to laugh|breathed again]. \"[And I was afraid of that|So that was my monster|How small it is]!\" {h.he} said. [They went back to bed|They drank warm milk and went to sleep|Both laughed until they were tired].")
    s.ask("[What did {h} hear?|What was the sound like?]", "[{H} heard {sound}.|It was {sound}.]")
    s.ask("[What was it really?|What made the sound?|Was it a monster?|Was it a ghost?]", "[No, it was only {truth}.|It was {truth}.|It was nothing but {truth}.]")
    s.ask("[What did they take with them?|Did they have a light?]", "[They took a {tool}.|Yes, they had a {tool}.]")
    s.close("[things are small when you look at them closely|it helps to look at what you are afraid of|courage means to go although you are afraid]")


def weather(s):
    """A trip is spoiled by weather and saved by shelter and company."""
    random = s.random
    storm, after = random.choice([
        ("a thunderstorm", "[a rainbow stood over the hills|the air smelled fresh and clean]"), ("heavy rain", "[the sun came out again|a rainbow stood in the sky]"),
        ("thick fog", "[the fog rose and the sun broke through|they could see the path again]"), ("a snowstorm", "[everything was white and silent|they built a snowman]"),
        ("a strong wind", "[it was calm and quiet|the sky was blue again]"), ("hail", "[the white stones melted in the sun|the birds began to sing again]"),
    ])
    trip = random.choice(["have a picnic", "fly a kite", "pick berries", "visit an old friend", "look for shells", "watch the ships", "gather mushrooms", "draw the valley"])
    shelter = random.choice(["a small cave", "an old barn", "a hollow tree", "an empty hut", "a mill", "a boat house", "the porch of a lonely house", "a tent"])
    game = random.choice(["told each other stories", "sang every song they knew", "played a guessing game", "counted the seconds between the thunder claps" if storm == "a thunderstorm" else "counted to one hundred", "shared their last sandwich", "made plans for the summer"])
    s.put(storm=storm, after=s_write(s, after), trip=trip, sh=shelter, game=game)
    s.topic, s.object = random.choice([storm, "a storm" if "storm" in storm else storm]), storm
    s.open()
    s.say("[One morning|One day|On Sunday|In the holidays], {h.he} and {h.his} friend {f}, a {f.trait} {f.kind}, [went to {p} to {trip}|wanted to {trip} {p.at}].")
    s.say("[At first everything was fine:|There|When they came there,] " + s.place.sight + ".", 0.8)
    s.say("[But then the sky grew dark|But at noon the air changed|Then {f} looked up and frowned]. [Soon|Before long|A moment later] there was {storm}. \"[We have to find shelter|Quick, we must get inside|Run]!\" [cried|shouted|called] {f}.")
    s.turn()
    s.say("They [ran|hurried|found their way] to {sh}. [There they were safe|Inside it was dry|They were cold, but safe]. {H} [was afraid|was sad about the day|shivered]. \"[The day is spoiled|Now we cannot {trip}|This is bad luck],\" said {h}. \"[Wait and see|It will pass|We have each other],\" said {f}.")
    s.say("[So they|To pass the time they|While they waited, they] {game}[, and it was almost cosy|, and soon {h} laughed again|].")
    s.turn()
    s.say("[After an hour|When it was over|In the afternoon|At last it stopped, and] {after}. [And they could {trip} after all|Now they could {trip}, and it was better than before|They went home slowly and were glad].")
    s.ask("[What did they want to do?|Why did they go to {p}?]", "[They wanted to {trip}.|{H} and {f} wanted to {trip}.]")
    s.ask("[What was the weather like?|What happened then?|Why did they stop?]", "[There was {storm}.|{Storm} came.]")
    s.ask("[Where did they hide?|Where did they find shelter?|Where did they wait?]", "[They waited in {sh}.|They found shelter in {sh}.]".replace("in the porch", "on the porch"))
    s.ask("[What did they do while they waited?|How did they pass the time?]", "[They {game}.|While they waited, they {game}.]")
    s.close("[bad weather is half as bad with a friend|after rain comes sunshine|a spoiled day can still be a good day]")


LIFE_PLOTS = [learn, rescue, share, afraid, weather]
