"""Words cut to their stems, so that «свечу» finds «свеча» and "candles" finds "candle"."""

from __future__ import annotations

import re
from functools import lru_cache

from sandbox.llm.folding import REMEMBERED, fold
from sandbox.llm.things import RUSSIAN_NAMES

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+")
_CYRILLIC = re.compile(r"[а-яіїєґәғқңөұүһ]")

RUSSIAN_ROOT = 6  # letters: «примерить» and «примерка» are one matter

# Longest first; what remains must keep three letters.
_RUSSIAN = """
    иями ьями ьем ьям ьев ье ями ами ого его ому ему ыми ими ией иям иях ешь ете ают яют ует ить ать ять
    ает ях ах ов ев ей ой ый ий ая яя ое ее ые ие ую юю ом ем ам ям ия ья ию ью ет ит ут ют ат ят у ю а
    я о е ы и ь й
"""
_RUSSIAN_ENDINGS = tuple(_RUSSIAN.split())
_ENGLISH_ENDINGS = ("'s", "ings", "ing", "ied", "ies", "ed", "ly", "es", "s", "e")

# Words that say nothing about the matter asked about.
_STOP = """
    а и в во на с со к ко у о об от до за из по под над при для без про или но же ли бы не ни да нет то
    это этот эта эти этого этой эту такой такая такое такие такого такую там тут здесь вот так как что
    чтобы кто где когда куда откуда какой какая какое какие каких сколько скок почем можно нужно надо
    хочу хотела хотел хотим буду есть был была будет будут был быть я мы вы он она оно они меня мне нас
    нам вас вам ваш ваша ваши вашей ваших наш мой моя мои мою себе себя свой еще уже очень просто только
    тоже если вдруг подскажите пожалуйста скажите здравствуйте привет добрый день вечер спасибо девочки
    фото фотке фотографии который которая которые данный данная один одна штук шт ну ой ага интересует
    интересно узнать подскажи плиз пжл именно какую какого вообще сейчас сегодня завтра the a an and or
    but of to in on at for from with by is are was be been it its it's this that these those there here
    i you we they he she me my your our us do does did can could would will should have has had what
    which who where when how much many any some please pls hi hello hey thanks thank guys just so very
    also about if not no yes food option options something anything вариант варианты еда нибудь могу оно
    мочь one ones get got want wanna like need know tell picture photo pic now today tomorrow what's
    whats
"""
STOP_WORDS = frozenset(_STOP.split())


def stem(word: str) -> str:
    """`word` (folded) without its ending; a common thing named in another language by its Russian stem."""
    word = RUSSIAN_NAMES.get(word, word)
    russian = _CYRILLIC.search(word) is not None
    for ending in _RUSSIAN_ENDINGS if russian else _ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:RUSSIAN_ROOT] if russian else word


@lru_cache(REMEMBERED)
def stems(text: str) -> tuple[str, ...]:
    """The stems of all words that carry meaning, in order."""
    words = _WORD.findall(fold(text).text)
    return tuple(stem(word) for word in words if word not in STOP_WORDS and len(word) > 1)
