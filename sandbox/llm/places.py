"""Places a customer may name, so that «а в Алматы?» meets «В Казахстан отправляем…»."""

from __future__ import annotations

import re
from functools import lru_cache

from sandbox.llm.folding import REMEMBERED, fold

WORLD = "world"
ELSEWHERE = "elsewhere"  # «в другие страны», "abroad"

# Country by country: its names, then its cities as stems.
_COUNTRIES: dict[str, tuple[str, str]] = {
    "ru": (
        r"росси[яиюей]|по рф\b|рф\b|russia",
        (
            r"москв|мск\b|moscow|петербург|питер|спб\b|petersburg|казан|kazan|новосиб|novosib|екатеринб|"
            r"екб\b|yekaterin|нижн\w+ новг|самар|омск|челябин|ростов|уф[аеуы]\b|красноярск|перм[ьи]|"
            r"воронеж|волгоград|краснодар|тюмен|саратов|сочи\b|калининград|владивосток|хабаровск|иркутск|"
            r"ярослав|томск|тул[аеу]\b|рязан|махачкал|мурманск"
        ),
    ),
    "kz": (
        r"казахстан|қазақстан|kazakhstan",
        r"алмат|almaty|астан[аеуы]|astana|шымкент|караганд|актау|атырау",
    ),
    "by": (r"белорус|беларус|belarus", r"минск|minsk|гомел|брест|гродно|витебск|могилев"),
    "ua": (r"украин|україн|ukraine", r"киев|київ|kyiv|kiev|харьков|одесс|львов|львів|днепр\b"),
    "uz": (r"узбекист|uzbekist", r"ташкент|tashkent|самарканд"),
    "kg": (r"кыргыз|киргиз|kyrgyz", r"бишкек|bishkek"),
    "am": (r"армени|armenia", r"ереван|yerevan"),
    "ge": (r"грузи[яиюей]|georgia\b", r"тбилиси|tbilisi|батуми|batumi"),
    "tr": (r"турци|turkey|turkiye", r"стамбул|istanbul|анталь|antalya"),
    "de": (r"германи|germany|deutschland", r"берлин|berlin|мюнхен|munich|hamburg"),
    "fr": (r"франци|france", r"париж|paris"),
    "es": (r"испани|spain|espana", r"мадрид|madrid|барселон|barcelona"),
    "it": (r"итали[яиюей]|italy", r"рим\b|rome|милан|milan"),
    "pl": (r"польш|poland", r"варшав|warsaw"),
    "cz": (r"чехи[яиюей]|czech", r"праг[аеу]|prague"),
    "rs": (r"серби|serbia", r"белград|belgrade"),
    "lv": (r"латви|latvia", r"риг[аеу]\b|riga"),
    "lt": (r"литв|lithuania", r"вильнюс|vilnius"),
    "il": (r"израил|israel", r"тель-авив|tel aviv|иерусалим"),
    "ae": (r"эмират|оаэ\b|uae\b|emirates", r"дубай|дубаи|dubai|abu dhabi"),
    "us": (
        r"сша\b|америк|usa\b|united states|the us\b|the states",
        r"нью-йорк|new york|los angeles|chicago|miami",
    ),
    "gb": (r"англи[яиюей]|британи|uk\b|united kingdom|england", r"лондон|london"),
    "ca": (r"канад|canada", r"торонто|toronto|vancouver"),
    "cn": (r"кита[йяею]\b|china", r"пекин|beijing|шанхай|shanghai"),
    "eu": (r"европ|europe|eu\b", r"\beu countries"),
}
_COUNTRY = {code: re.compile(rf"(?<!\w)(?:{names})") for code, (names, _) in _COUNTRIES.items()}
_CITY = {code: re.compile(rf"(?<!\w)(?:{cities})") for code, (_, cities) in _COUNTRIES.items()}
_WORLD = re.compile(
    r"(?<!\w)(?:по всему миру|в любую (?:точку|страну)|worldwide|anywhere in the world|all over the world)"
)
_ELSEWHERE = re.compile(
    r"(?<!\w)(?:други[ех] стран|за рубеж|за границ|зарубеж|other countr|abroad|overseas|international|"
    r"outside)"
)


@lru_cache(REMEMBERED)
def places_in(text: str) -> frozenset[str]:
    """Countries as `kz`, cities as `kz:алмат`, and WORLD or ELSEWHERE."""
    folded = fold(text)
    found = {code for code, pattern in _COUNTRY.items() if folded.find(pattern)}
    for code, pattern in _CITY.items():
        found |= {f"{code}:{city[:5]}" for city in pattern.findall(folded.text)}
    if folded.find(_WORLD):
        found.add(WORLD)
    if folded.find(_ELSEWHERE):
        found.add(ELSEWHERE)
    return frozenset(found)


def covers(named: frozenset[str], asked: frozenset[str]) -> bool:
    """Whether a sentence naming `named` speaks of every place in `asked`; a country speaks of its cities."""
    return WORLD in named or all(place in named or place.split(":")[0] in named for place in asked)
