"""What the small model is told about the world, besides its stories."""
from .lexicon import words


def pairs(text):
    return [tuple(part.strip() for part in line.split("=")) for line in text.replace(";", "\n").split("\n") if "=" in line]


DAYS = words("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = words("January, February, March, April, May, June, July, August, September, October, November, December")
NUMBERS = words("zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty")
OPPOSITES = pairs("""hot=cold; big=small; tall=short; fast=slow; day=night; up=down; happy=sad; wet=dry; old=young; new=old; light=dark; heavy=light; hard=soft; loud=quiet;
open=closed; full=empty; rich=poor; strong=weak; early=late; left=right; good=bad; clean=dirty; near=far; high=low; in=out; thick=thin; wide=narrow; deep=shallow; sharp=blunt;
sweet=sour; begin=end; win=lose; give=take; love=hate; summer=winter; yes=no; first=last; easy=difficult; brave=afraid; awake=asleep; rough=smooth; true=false; push=pull; buy=sell; laugh=cry; question=answer; black=white; always=never; above=below; inside=outside; warm=cool; long=short; safe=dangerous; friend=enemy""")
COLOUR_OF = pairs("""the sky=blue; grass=green; snow=white; a banana=yellow; a lemon=yellow; a tomato=red; a strawberry=red; a carrot=orange; coal=black; milk=white; the sun=yellow;
a frog=green; chocolate=brown; a crow=black; an elephant=grey; a flamingo=pink; a pumpkin=orange; a plum=purple; blood=red; the sea=blue; a cucumber=green; honey=golden; a fire engine=red; a polar bear=white; wood=brown; a violet=purple; a leaf in spring=green; the night sky=black; salt=white; a cherry=red; an orange=orange; a mouse=grey; a fox=red; a swan=white""")
MIXES = [("red", "yellow", "orange"), ("blue", "yellow", "green"), ("red", "blue", "purple"), ("red", "white", "pink"), ("black", "white", "grey")]
ANIMAL_FACTS = [tuple(part.strip() for part in line.split("/")) for line in """
dog/barks/puppy/in a house or a kennel/meat and bones/four
cat/meows/kitten/in a house/mice and fish/four
cow/moos/calf/in a barn/grass/four
horse/neighs/foal/in a stable/hay and oats/four
sheep/bleats/lamb/on a meadow/grass/four
pig/grunts/piglet/in a sty/almost everything/four
hen/clucks/chick/in a hen house/grains and worms/two
duck/quacks/duckling/at a pond/plants and small fish/two
frog/croaks/tadpole/at a pond/flies/four
lion/roars/cub/on the grasslands of Africa/meat/four
bee/hums/larva/in a hive/nectar from flowers/six
owl/hoots/owlet/in a hollow tree/mice/two
bear/growls/cub/in a cave in the forest/berries, fish and honey/four
wolf/howls/cub/in the forest/meat/four
mouse/squeaks/pup/in a hole/grains and cheese/four
snake/hisses/snakelet/under stones/mice and frogs/no
crow/caws/chick/in a nest/almost everything/two
goat/bleats/kid/on hills and farms/grass and leaves/four
elephant/trumpets/calf/in Africa and Asia/grass and leaves/four
monkey/chatters/infant/in the trees of the jungle/fruit/two
penguin/squawks/chick/on the ice in the south/fish/two
donkey/brays/foal/in a stable/hay/four
goose/honks/gosling/at a lake/grass/two
spider/makes no sound/spiderling/in a web/flies/eight
fish/makes no sound/fry/in water/plants and small animals/no
rabbit/is very quiet/kit/in a burrow/grass and carrots/four
squirrel/chatters/kit/in a tree/nuts/four
fox/barks/cub/in a den/mice and berries/four
deer/is very quiet/fawn/in the forest/leaves and grass/four
giraffe/is very quiet/calf/on the grasslands of Africa/leaves from tall trees/four
tiger/roars/cub/in the forests of Asia/meat/four
ant/makes no sound/larva/in an ant hill/almost everything/six""".strip().split("\n")]
FLY, NO_FLY = words("owl, duck, bee, crow, goose, eagle, butterfly, bat, sparrow, fly"), words("dog, fish, cow, elephant, penguin, snail, horse, pig, mouse, frog")
SWIM, NO_SWIM = words("fish, duck, frog, whale, penguin, seal, otter, beaver, swan"), words("hen, snail, crow, butterfly, mole, bee")
KINDS = {
    "fruit": words("apple, pear, banana, cherry, plum, orange, grape, lemon, peach, melon"), "vegetable": words("carrot, potato, onion, bean, cabbage, cucumber, pea, pumpkin"),
    "animal": words("dog, cat, horse, fox, bear, rabbit, lion, tiger, mouse, elephant, frog"), "bird": words("owl, crow, duck, swan, goose, eagle, sparrow, penguin"), "farm animal": words("cow, pig, sheep, hen, goat, horse, donkey"),
    "colour": words("red, blue, green, yellow, black, white, pink, purple, orange, brown"), "tool": words("hammer, saw, spade, broom, ladder, brush"), "toy": words("ball, kite, doll, drum, puzzle, hoop, balloon"),
    "drink": words("water, milk, tea, juice, coffee"), "shape": words("circle, square, triangle, star, heart"), "vehicle": words("car, bus, train, boat, bike, plane, truck"), "piece of clothing": words("hat, coat, scarf, shoe, sock, shirt, glove"),
    "musical instrument": words("flute, drum, piano, violin, guitar, trumpet"), "planet": words("Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune"), "season": words("spring, summer, autumn, winter"),
    "flower": words("rose, tulip, daisy, sunflower, violet"), "tree": words("oak, pine, willow, birch, apple tree"), "feeling": words("joy, fear, anger, sadness, love, pride"), "piece of furniture": words("table, chair, bed, shelf, desk, lamp"),
}
CAPITALS = pairs("""France=Paris; Germany=Berlin; Italy=Rome; Spain=Madrid; England=London; Portugal=Lisbon; Austria=Vienna; Greece=Athens; Japan=Tokyo; China=Beijing; Russia=Moscow; Egypt=Cairo; Norway=Oslo; Sweden=Stockholm; Denmark=Copenhagen; Poland=Warsaw; Ireland=Dublin; Finland=Helsinki; Hungary=Budapest; India=New Delhi; Kenya=Nairobi; Canada=Ottawa; Belgium=Brussels; Peru=Lima; Cuba=Havana; Turkey=Ankara; the Netherlands=Amsterdam; Switzerland=Bern; the United States=Washington""")
IS = pairs("""gravity=the force that pulls everything towards the earth; that is why things fall down
a volcano=a mountain with an opening, from which hot melted rock can come out
a bicycle=a vehicle with two wheels that you move with your feet
a computer=a machine that works with numbers and can show text, pictures and sound
a phone=a small machine with which people talk over a distance
a model=a program that has learned from many texts which words follow each other
HTML=the language in which web pages are written
a rainbow=a bow of colours that we see when the sun shines on rain
an island=a piece of land with water all around it
a desert=a very dry place where it hardly ever rains
the moon=a ball of rock that goes around the earth and shines in the light of the sun
the sun=a very hot star that gives us light and warmth
a star=a huge ball of hot gas, very far away
the earth=the planet on which we live
a planet=a big ball that goes around a star
a river=water that flows from the hills to the sea
the sea=a very large body of salt water
a mountain=a very high piece of land
a forest=a place with many trees
a spoon=a tool for eating soup
a knife=a tool for cutting
a hammer=a tool for driving nails into wood
a ladder=a tool for climbing up to high places
an umbrella=a thing that keeps you dry in the rain
a kite=a toy that flies in the wind on a long string
a compass=a thing whose needle points to the north
a clock=a thing that shows the time
a map=a picture that shows where places are
a book=many pages of text or pictures, bound together
a library=a house full of books that you can borrow
a school=a place where children learn
a hospital=a house where ill people are cared for
a market=a place where people buy and sell things
a bridge=a way over a river or a road
a harbour=a place where ships are safe
a farm=a place where people grow food and keep animals
a friend=somebody who likes you and helps you
a poem=a short text with rhythm, and often with rhymes
music=an order of sounds that is good to hear
rain=water that falls from the clouds in drops
snow=water that has frozen into small white stars
ice=frozen water
wind=air that moves
a cloud=a very large number of tiny drops of water in the air
thunder=the loud sound that a flash of lightning makes
fire=what we see when something burns; it gives heat and light
weather=what happens in the sky today: sun, rain, wind or snow
a seed=the small beginning of a plant
a tree=a tall plant with a trunk of wood
a flower=the part of a plant that makes seeds, often in bright colours
a bee=a small insect that makes honey
a baker=a person who makes bread and cakes
a doctor=a person who helps people who are ill
a teacher=a person who helps others to learn
a farmer=a person who grows food
a sailor=a person who works on a ship
a fisherman=a person who catches fish
a circle=a round shape without corners
a triangle=a shape with three corners
a square=a shape with four equal sides
honesty=telling the truth, even when it is hard
courage=doing the right thing although you are afraid
patience=waiting without becoming angry
a room=a place where several devices run one model together
machine learning=the way in which a computer learns from examples
water=a clear liquid that every living thing needs""")
WHY = pairs("""is the sky blue=Sunlight holds all the colours. The air scatters blue light more than the others, so the sky looks blue.
does it rain=Water rises from the sea into the air and makes clouds. When the drops grow heavy, they fall as rain.
is it dark at night=At night our side of the earth is turned away from the sun.
do we sleep=When we sleep, the body rests and the head puts the day in order.
do leaves fall in autumn=Trees keep their water for the winter, so they let their leaves go.
do birds fly south=In winter there is little food in the north, so many birds fly south.
do bees visit flowers=Bees collect nectar from flowers and make honey of it.
does ice melt=Ice becomes water when it is warmer than zero degrees.
do ships float=A ship pushes away as much water as it weighs, so the water carries it.
do we have seasons=The earth is tilted, so each part gets more sun in summer and less in winter.
is snow white=Snow is made of many small crystals that send back all the light.
do cats purr=Cats often purr when they feel safe and happy.
should we brush our teeth=It keeps the teeth clean, so that they stay strong.
do we need water=The body is mostly made of water and loses some of it every day.
do plants need light=Plants make their food from light, water and air.
is the sea salty=Rivers carry a little salt from the rocks into the sea, and there it stays.
do things fall down=Gravity pulls them towards the earth.
does the moon shine=The moon sends back the light of the sun.
do dogs wag their tails=Dogs often wag their tails when they are glad or excited.
do we say thank you=It shows others that we are glad about what they did.""")
HOW = pairs("""boil an egg=First boil some water. Put the egg in with a spoon. Wait for about seven minutes. Then cool it with cold water.
make tea=Boil some water. Put the tea into a cup. Pour the hot water over it, wait three minutes, and drink it slowly.
make a sandwich=Take two slices of bread. Put butter and cheese between them. Add some tomato if you like.
make pancakes=Mix flour, milk, eggs and a little salt. Heat some butter in a pan. Pour in the dough and bake each side until it is brown.
plant a seed=Make a small hole in the earth. Put the seed in and cover it. Give it water and light, and be patient.
brush my teeth=Put a little paste on the brush. Brush every side of your teeth for two minutes. Then rinse with water.
wash my hands=Make your hands wet and take some soap. Rub them for twenty seconds. Then rinse and dry them.
make a friend=Smile and say hello. Ask the other one a question and listen well. Be kind and share.
fly a kite=Wait for a windy day. Hold the kite high and run against the wind. Then let out the string slowly.
fall asleep=Make the room dark and quiet. Put your phone away. Breathe slowly and think of a calm place.
build a snowman=Roll three balls of snow. Put the big one below and the small one on top. Give it a carrot for a nose.
draw a house=Draw a square. Put a triangle on top for the roof. Add a door and two windows.
make soup=Cut some vegetables. Cook them in hot water with a little salt. After half an hour the soup is ready.
paint a picture=Look at the thing for a long time. Start with the big shapes. Add the small ones at the end.
cross the street=Stop at the side. Look to the left, to the right, and to the left again. Walk when no car comes.
find my way=Look around and stay calm. Search for a sign or a tall building. Ask a kind person if you need help.
start a fire=Only do that with a grown-up. Put dry leaves under thin sticks, and thicker wood on top.
make a paper boat=Fold the paper in half. Fold the corners to the middle. Fold up both edges and pull it open.""")
VARIOUS = pairs("""What do bees make?=Bees make honey.
What is the largest ocean on Earth?=The largest ocean is the Pacific Ocean.
What is the boiling point of water in Celsius?=Water boils at 100 degrees.
Who wrote Romeo and Juliet?=William Shakespeare wrote it.
How many legs does a spider have?=A spider has eight legs.
How many days are in a week?=A week has seven days.
How many months are in a year?=A year has twelve months.
How many hours are in a day?=A day has 24 hours.
How many minutes are in an hour?=An hour has 60 minutes.
How many seasons are there?=There are four seasons: spring, summer, autumn and winter.
Name the four seasons.=The four seasons are spring, summer, autumn and winter.
Name four seasons.=Spring, summer, autumn and winter.
Name the planets of the solar system in order.=Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune.
Name the days of the week.=Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.
Name the months.=January, February, March, April, May, June, July, August, September, October, November and December.
Name the colours of the rainbow.=Red, orange, yellow, green, blue and purple.
What is the biggest animal?=The blue whale is the biggest animal.
What is the tallest animal?=The giraffe is the tallest animal.
What is the fastest animal on land?=The cheetah is the fastest animal on land.
What do we breathe?=We breathe air.
What do cows give?=Cows give milk.
What do hens lay?=Hens lay eggs.
What do we get from sheep?=We get wool from sheep.
What comes after night?=After night comes the morning.
Where does the sun rise?=The sun rises in the east.
Where does the sun set?=The sun sets in the west.
How many fingers do I have?=Most people have ten fingers.
How many wheels has a bike?=A bike has two wheels.
How many wheels has a car?=A car has four wheels.
What is the alphabet?=The alphabet has 26 letters, from A to Z.
What do you do with a key?=With a key you open a lock.
What do you do with a broom?=With a broom you sweep the floor.
What is the coldest season?=Winter is the coldest season.
What is the hottest season?=Summer is the hottest season.
What falls from the sky in winter?=In winter snow falls from the sky.
What can I see at night in the sky?=At night you can see the moon and the stars.
How does a bicycle stay upright?=While it rolls, its wheels and small turns of the bars keep it upright.
What is the speed of light?=Light travels about 300000 kilometres in one second.
Translate 'good morning' to Spanish.='Good morning' is 'buenos días' in Spanish.""")
RHYMES = [words(line) for line in ["cat, hat, mat", "day, play, way, may", "night, light, bright, kite", "sea, tree, bee, free", "moon, soon, spoon", "house, mouse", "star, far, car", "rain, train, again", "snow, go, slow, know", "sun, fun, run", "fox, box, socks", "bear, chair, hair, air", "goat, boat, coat", "book, look, cook", "ring, sing, king, spring", "dog, frog, log"]]
