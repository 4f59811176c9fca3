"""The words of the small world: who lives in it, what they own, where they go."""
from dataclasses import dataclass


def words(text):
    return [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]


GIRLS = words("""Lily, Mia, Anna, Ella, Nora, Ruby, Clara, Ivy, Lena, Maya, Rosa, Zoe, Emma, Alice, Amy, Bella, Daisy, Eva, Grace, Hanna,
Iris, Jane, Kate, Lucy, Mary, Nina, Olga, Pia, Sara, Tess, Una, Vera, Wendy, Yara, Fatima, Aisha, Mei, Sofia, Leila, Priya""")
BOYS = words("""Tom, Ben, Max, Leo, Sam, Finn, Jack, Oscar, Hugo, Theo, Adam, Bob, Carl, Dan, Eric, Fred, George, Henry, Ivan, John,
Karl, Luke, Mark, Noah, Otto, Paul, Ravi, Simon, Tim, Victor, Will, Yusuf, Omar, Ali, Kofi, Hiro, Pedro, Mateo, Jonas, Emil""")
ANIMAL_NAMES = words("""Bruno, Pip, Dot, Rusty, Hazel, Milo, Coco, Tilly, Biscuit, Nutmeg, Pepper, Olive, Bramble, Fern, Poppy, Sunny, Misty, Maple,
Willow, Ginger, Toffee, Berry, Clover, Domino, Echo, Flint, Jasper, Juniper, Kiki, Momo, Nibbles, Patch, Pebble, Rollo, Scout, Teddy, Twig, Waffle, Ziggy, Luna""")
ANIMALS = words("""fox, bear, rabbit, mouse, cat, dog, owl, duck, hen, pig, goat, sheep, horse, cow, frog, turtle, hedgehog, squirrel, badger, otter,
beaver, deer, wolf, lion, tiger, elephant, monkey, giraffe, penguin, seal, crow, swan, goose, donkey, mole, kitten, puppy, lamb, snail, bee, dragon, dinosaur,
unicorn, robot, crab, parrot, camel, hamster, raccoon, zebra, dolphin, ant, butterfly, spider""")
PEOPLE = words("princess, prince, king, queen, knight, wizard, witch, pirate, sailor, baker, farmer, fairy, giant, painter, shepherd, clown")
SWIMMERS = set(words("duck, frog, otter, beaver, penguin, seal, swan, goose, turtle"))

SHE = {"girl", "hen", "cow", "princess", "queen", "witch", "fairy"}
HE = {"boy", "prince", "king", "wizard", "pirate", "giant"}

COLOURS = words("red, blue, green, yellow, white, black, brown, orange, purple, pink, golden, silver, grey")
TOYS = words("ball, kite, doll, drum, toy boat, puzzle, whistle, hoop, toy train, teddy bear, marble, spinning top, balloon, toy car, paper plane, jump rope")
TREASURES = words("key, ring, shell, coin, bell, button, feather, ribbon, medal, mirror, necklace, pearl, compass, watch, map, book, flute, crown, locket")
CLOTHES = words("hat, scarf, coat, shoe, glove, sock, cap, bag, umbrella, blanket, apron")
TOOLS = words("rope, ladder, net, bucket, lantern, spade, basket, broom, hammer, wheelbarrow, stick, saw, brush, shovel")
FOODS = words("bread, cake, soup, honey, cheese, pie, jam, rice, porridge, salad, popcorn, chocolate")
FRUITS = words("apples, pears, plums, cherries, berries, nuts, grapes, oranges, bananas, peaches, carrots, cookies, pancakes, sandwiches")
CROPS = words("apple tree, sunflower, pumpkin, bean, rose, tulip, carrot, tomato, cherry tree, strawberry plant, melon, pear tree")
TRAITS = words("little, kind, shy, brave, clever, curious, cheerful, quiet, young, gentle, busy, funny, lazy, proud, hungry, patient, careful, lonely, merry, stubborn")
FRIEND_TRAITS = words("old, kind, wise, clever, cheerful, quiet, friendly, strong, tall, small, sleepy, helpful, gentle, funny")

SKILLS = {
    "swim": ("the lake", "[kick with both legs|hold your breath|float on your back first]", "[sank like a stone|swallowed a lot of water|splashed and could not move]", "swam [across the lake|all the way to the other side|like a fish]"),
    "ride a bike": ("the park", "[look ahead and not at the wheels|push hard with both feet|hold the bars with both hands]", "[fell on the grass|rode into a bush|wobbled and tipped over]", "rode [around the park|all the way down the path|in a big circle]"),
    "bake bread": ("the kitchen", "[wait until the dough grows|mix the flour with warm water|knead the dough for a long time]", "[burned the bread|forgot the salt|made bread as hard as a stone]", "baked [a warm and soft loaf|the best bread in town|a loaf for every neighbour]"),
    "sing": ("the barn", "[breathe slowly|listen first and then sing|open your mouth wide]", "[squeaked like a door|forgot the words|sang far too low]", "sang [a long and clear song|so well that everyone clapped|for the whole village]"),
    "paint": ("the attic", "[look for a long time before you paint|use only a little water|start with the sky]", "[spilled the blue paint|made only a brown mess|tore the paper]", "painted [a picture of the sea|the whole valley|a picture of all the friends]"),
    "skate": ("the frozen pond", "[bend your knees|push to the side|keep your arms out]", "[slipped and sat down hard|bumped into a tree|went the wrong way]", "skated [in circles|across the whole pond|without falling once]"),
    "dance": ("the town hall", "[count to three again and again|listen to the drum|move your feet slowly]", "[stepped on every foot|turned the wrong way|fell over a chair]", "danced [until late in the evening|like a leaf in the wind|in front of everyone]"),
    "whistle": ("the meadow", "[make a small round mouth|blow very softly|wet your lips]", "[made only wind|blew and blew without a sound|spat on the ground]", "whistled [a happy tune|like a bird|so loudly that the birds answered]"),
    "read": ("the library", "[take one letter after the other|point at each word|read a short book first]", "[mixed up the letters|read the same line twice|stopped at every long word]", "read [a whole book|a story to all the others|the sign on every door]"),
    "fish": ("the river", "[sit very still|wait and do not talk|use a small piece of bread]", "[caught an old boot|fell into the river|lost the line]", "caught [a big fish|enough fish for everyone|three fish in one hour]"),
    "climb": ("the big oak tree", "[test each branch with your foot|do not look down|use your legs more than your arms]", "[slid back down|got stuck on the first branch|tore a sleeve]", "climbed [to the very top|higher than anyone before|up and down again]"),
    "juggle": ("the market", "[start with two balls|look up and not at your hands|throw each one to the same height]", "[dropped all of them|hit a window|chased the balls down the street]", "juggled [three balls|four apples at once|for all the people there]"),
}


@dataclass(frozen=True)
class Place:
    name: str
    at: str
    spots: tuple
    sight: str

    def __str__(self):
        return self.name


def _place(name, at, spots, sight):
    return Place(name, f"{at} {name}", tuple(spots.split("/")), sight)


PLACES = [
    _place("the forest", "in", "under a fern/behind a fallen log/between the roots of an oak/in a pile of leaves/beside a mushroom", "[the trees were tall and green|birds sang in the trees|the path smelled of pine|sunlight fell through the leaves]"),
    _place("the park", "in", "under a bench/behind the fountain/in the sand box/next to the swing/in the flower bed", "[children played on the swings|the fountain splashed|people sat on the benches|dogs ran across the grass]"),
    _place("the beach", "on", "under a shell/in the wet sand/behind a rock/next to an old boat/in a small pool", "[the waves came and went|the sand was warm|gulls cried above the water|the sea was calm and blue]"),
    _place("the market", "at", "under a table/behind a pile of boxes/in a basket of onions/next to the baker's stall/between two barrels", "[people bought bread and fish|everyone talked at once|it smelled of fresh bread|a man played the flute]"),
    _place("the farm", "on", "in the hay/under the cart/behind the barn/next to the well/in the hen house", "[the hens ran about|the cows ate grass|the rooster stood on the fence|the hay smelled sweet]"),
    _place("the meadow", "in", "in the tall grass/under a daisy/behind a molehill/next to a small stream/in a bush", "[flowers grew everywhere|bees hummed over the flowers|the grass was high|butterflies danced in the air]"),
    _place("the river", "at", "under the bridge/between the reeds/on a flat stone/in the mud/behind a willow", "[the water was clear|fish jumped in the water|the river sang its song|small boats went by]"),
    _place("the hill", "on", "behind a big stone/under a thorn bush/in a hollow tree/next to the path/in a small cave", "[one could see the whole valley|the wind was strong|sheep ate the short grass|the clouds seemed very near]"),
    _place("the garden", "in", "under the rose bush/behind the shed/among the beans/next to the gate/in the watering can", "[the roses were open|tomatoes grew along the wall|a cat slept in the sun|it smelled of mint]"),
    _place("the village", "in", "behind the church/under the stairs/next to the pump/on a window sill/in the old cart", "[smoke rose from the roofs|neighbours talked over the fence|the clock struck ten|someone rang a bell]"),
    _place("the harbour", "at", "in a coil of rope/under a net/behind a barrel/on the old pier/in a fishing boat", "[ships lay side by side|the fishermen mended their nets|flags moved in the wind|it smelled of salt]"),
    _place("the castle", "at", "behind a curtain/under the long table/in a dark tower/on the stairs/in an empty helmet", "[the walls were thick and old|a flag flew from the tower|the gate stood open|steps sounded in the halls]"),
    _place("the school", "at", "under a desk/behind the door/in the music room/next to the blackboard/on the shelf", "[the bell had just rung|children ran in the yard|chalk dust was in the air|all the windows were open]"),
    _place("the lake", "at", "between two stones/under an old boat/in the reeds/next to the jetty/behind a willow tree", "[the water was as flat as a mirror|ducks swam in a row|mist lay over the water|frogs sang]"),
]
FAMILY = {"mother": "she", "father": "he", "grandmother": "she", "grandfather": "he", "aunt": "she", "uncle": "he", "sister": "she", "brother": "he", "teacher": "she", "neighbour": "he"}


class Character:
    """`str()` is the name; `kind` what it is; `he`, `him`, `his` its pronouns."""

    def __init__(self, name, kind, she, trait):
        self.name, self.kind, self.trait = name, kind, trait
        self.he, self.him, self.his = ("she", "her", "her") if she else ("he", "him", "his")

    def __str__(self):
        return self.name


class Thing:
    """`str()` is `red ball`; `noun` is `ball`."""

    def __init__(self, noun, colour):
        self.noun, self.colour = noun, colour

    def __str__(self):
        return f"{self.colour} {self.noun}" if self.colour else self.noun
