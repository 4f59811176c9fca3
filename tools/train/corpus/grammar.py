"""Text with alternatives: `[a|b|]` picks one, nested as deep as wanted; `{x}` is a slot, `{x.he}` an attribute of it, `{X}` its capital form."""
import re

_innermost = re.compile(r"\[([^\[\]]*)\]")
_slot = re.compile(r"\{([A-Za-z]\w*)(?:\.(\w+))?\}")
_article = re.compile(r"\b([Aa]) (?=(?:[aeiou]|hour)(?!ne |nic|se))")


def choose(random, template):
    """Every bracket's alternative, innermost first."""
    while True:
        found = _innermost.search(template)
        if found is None:
            return template
        picked = random.choice(found.group(1).split("|"))
        template = template[: found.start()] + picked + template[found.end() :]


def fill(template, slots):
    def value(match):
        name, attribute = match.groups()
        key = name[0].lower() + name[1:]
        found = slots[key]
        text = str(getattr(found, attribute) if attribute else found)
        return text[0].upper() + text[1:] if name[0].isupper() else text

    return _slot.sub(value, template)


def polish(text):
    """Articles before vowels, capitals at sentence starts; what follows a spoken `?"` or `!"` keeps its case."""
    text = _article.sub(r"\1n ", re.sub(r" +", " ", text).strip())
    text = re.sub(r" ([.,!?])", r"\1", text)
    text = re.sub(r"(^|[.!?] |\n)(\"?)([a-z])", lambda m: m[1] + m[2] + m[3].upper(), text)
    return re.sub(r"((?:^|[^,])\s|^)\"([a-z])", lambda m: m[1] + '"' + m[2].upper(), text)


def write(random, template, slots=None):
    text = choose(random, template)
    return polish(fill(text, slots) if slots else text)
