"""Words that are not the ones to be found: common English words, parts of the keywords, and syllables that mean
nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Everyday words of many sounds and lengths. A keyword among them is left out for its data set.
_COMMON = """
a about above across after again air all almost along also always and animal another answer any apple are arm around
as ask at away baby back bag ball bank bath be because before begin behind below best better big bird black blue boat
body book both box boy bread break bring brother brown build bus but buy by call car care carry chair child city class
clean clear close cloud coat cold come cook cool could country cow cup cut dance dark daughter day deep dinner do
doctor dog door down draw drink drive dry each ear early earth east easy eat egg eight end enough even evening ever
every eye face family far farm fast father feel few field find fine finger fire first fish five floor flower fly
follow food foot for forget four friend from front fruit full game garden get girl give glass go good grass great
green ground group grow hair half hand hard hat have he head hear heart heavy hello help her here high hill him his
hold home horse hot hour house how hundred ice idea if in iron island it job jump just keep key kind king kitchen know
lady land large last late laugh learn leave left leg less let letter life light like line lion listen little live long
look lose love low lunch make man many map marvin may me meat meet milk mind minute moon more morning mother mountain
mouse mouth move much music must my name near neck need never new next nice night nine north nose not nothing now
number ocean of off office often oh okay old on once one only open orange other our out over page paint paper parent
park part party pass pay pen people person phone piece place plane plant play please point poor possible power pretty
problem pull push put queen question quick quiet rain read ready red remember rest rice rich right river road rock
room round run sad safe said salt same sand say school sea second see seven shall she sheila ship shirt shoe shop
short should show shut sick side sing sister sit six skin sky sleep slow small smile snow so some son song soon sorry
sound south speak spoon spring stand star start station stay stone stop storm story street strong study sugar summer
sun sure swim table take talk tall tea teach tell ten test than thank that the their then there they thing think this
though thousand three time tired to today together tomorrow too town train travel tree true try turn twelve two uncle
under until up use very visit voice wait walk wall want warm wash watch water way we wear weather week well west wet
what wheel when where white who why wife will wind window winter wish with woman wonder wood word work world would wow
write wrong yard year yellow yesterday yet you young zero
"""
COMMON_WORDS = tuple(_COMMON.split())

_SOUNDS = """
b d f g h j k l m n p r s S t tS v w z bl br dr fl gr kl kr pl pr sl sp st tr
a E I 0 V U i: u: 3: eI aI OI oU aU O: A:
b d f g k l m n N p s S t v z nd st ks mp lt
"""
_ONSETS, _VOWELS, _CODAS = (tuple(line.split()) for line in _SOUNDS.strip().splitlines())
_CODAS = ("", "", *_CODAS)
_SINGLE_CONSONANTS = _ONSETS[:19]


def nonsense(count: int, rng: np.random.Generator) -> list[str]:
    """Random words of one to three syllables, as espeak-ng phonemes in [[...]]."""
    words = []
    for _ in range(count):
        syllables = [
            f"{rng.choice(_ONSETS)}{{}}{rng.choice(_VOWELS)}{rng.choice(_CODAS)}"
            for _ in range(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
        ]
        stressed = int(rng.integers(len(syllables)))
        words.append("[[" + "".join(s.format("'" if i == stressed else "") for i, s in enumerate(syllables)) + "]]")
    return words


def near_misses(keywords: Sequence[Sequence[str]], rng: np.random.Generator, count: int) -> list[str]:
    """Words almost like a keyword: a sound left out, or replaced by another one; espeak-ng phonemes in [[...]].

    keywords: the phonemes of each keyword, as synthesis.phonemes gives them.
    """
    targets = {"".join(k) for k in keywords}
    words: list[str] = []
    while len(words) < count:
        sounds = list(keywords[int(rng.integers(len(keywords)))])
        place = int(rng.integers(len(sounds)))
        stress = "'" if sounds[place].startswith("'") else ""
        vowel = _is_vowel(sounds[place])
        if rng.random() < 0.4 and len(sounds) > 1 and not vowel:
            del sounds[place]
        else:
            sounds[place] = stress + str(rng.choice(_VOWELS if vowel else _SINGLE_CONSONANTS))
        if "".join(sounds) not in targets:
            words.append("[[" + "".join(sounds) + "]]")
    return words


def _is_vowel(sound: str) -> bool:
    return sound.lstrip("',")[:1] in set("aAeEiIoOuUV03@")
