"""Four short lines about one thing; the second and the fourth rhyme."""
from .grammar import write

SUBJECTS = {
    "the moon": ("the moon", "night"), "the sea": ("the sea", "day"), "the rain": ("the rain", "day"), "a cat": ("my cat", "home"), "winter": ("the winter", "snow"), "spring": ("the spring", "day"),
    "a friend": ("my friend", "home"), "a star": ("one star", "night"), "the wind": ("the wind", "day"), "a tree": ("the tree", "day"), "a bird": ("a bird", "day"), "the night": ("the night", "night"),
    "a mouse": ("the mouse", "home"), "a boat": ("the boat", "day"), "the snow": ("the snow", "snow"), "a dog": ("my dog", "home"), "the garden": ("the garden", "day"), "a river": ("the river", "day"),
}
ENDINGS = {
    "night": [("[shines so clear and bright|looks down so soft and white]", "[and gives us all its light|and watches through the night]"), ("[is up there, very far|looks where the sleepers are]", "[beside a silver star|and asks us who we are]")],
    "day": [("[goes along its way|is beautiful today]", "[and asks us out to play|and will not go away]"), ("[is singing, wild and free|is all the world to me]", "[as far as I can see|above the apple tree]")],
    "home": [("[is sleeping in the sun|is always out for fun]", "[until the day is done|and loves to jump and run]"), ("[is waiting on the stair|is sitting on my chair]", "[with sunlight in the air|and I am glad we share]")],
    "snow": [("[comes silently and slow|is wonderful, I know]", "[as far as we can go|where flowers used to grow]")],
}
BETWEEN = "[The world is quiet, warm and still|The air is fresh upon the hill|I listen from my window sill|A little bell rings, clear and shrill|The clouds are passing as they will|The children run along the hill]"


def poem(random):
    """What it is about, and its lines."""
    about = random.choice(list(SUBJECTS))
    subject, mood = SUBJECTS[about]
    first, last = random.choice(ENDINGS[mood])
    opening = "[Up above the roofs of town|When the evening settles down|Every time I look around|Softly, almost without sound|In the early morning hour|Near a little yellow flower]"
    lines = [f"{opening},", f"{subject} {first}.", f"{BETWEEN},", f"{last}."]
    return about, "\n".join(write(random, line) for line in lines)
