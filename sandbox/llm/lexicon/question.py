"""Asking about products, prices, stock, delivery, address and how-to, in several languages."""

from __future__ import annotations

from sandbox.llm.cue import Cue

QUESTION = (
    Cue(
        3,
        "спрашивает о цене",
        "asks about the price",
        (
            (
                r"(?:сколько|скок\w?|скільки|почем|по чем)\b.{0,25}(?:сто[ия]|цена|кошту|выйдет|обойдется|"
                r"будет|рублей|за)"
            ),
            r"цен[аыуе]\b|ценник|прайс|стоимост|стоит\s?\?|почем|по чем|сколько\s?\?|сколько$|ціна|баға",
            r"қанша|канша",
            r"(?:how much|price|prices|pricing|cost\b|costs\b|pp\b|price ?list|how expensive)",
            r"was kostet|wie viel|wieviel|kostet|preis|cuanto|precio|combien|prix|quanto (?:costa|custa)",
            r"prezzo|preco|ne kadar|fiyat",
            r"сколько\b",
        ),
    ),
    Cue(
        3,
        "спрашивает о доставке",
        "asks about delivery",
        (
            r"достав(?:ка|ляете|ите|ку|ки|кой|ить|лять)|отправ(?:ляете|ите|ка|ить|ляют|ку)|пересыл|шлете",
            r"самовывоз|вышлете|привез(?:ете|ти)|доезжа|довез",
            r"(?:deliver(?:y|ies)?\b|ship(?:ping|s|ped)?\b|pick ?up|pickup|international|courier)",
            r"(?:доставк|надсила|відправ|жеткізу|жеткіз|liefer|versand|envio|envian|livr|spedi|kargo)",
        ),
    ),
    Cue(
        3,
        "спрашивает, где и когда",
        "asks where and when",
        (
            (
                r"(?:где|куда|как)\b.{0,20}(?:находит|вы\b|купить|можно|добраться|заказать|магазин|"
                r"приобрести|посмотреть|ближайш|проехать|найти|связат)"
            ),
            r"(?:адрес|график|режим работы|часы работы|телефон|контакт)",
            (
                r"(?:во? скольк|до скольк|со скольк|с какого час|до какого час|до которого|"
                r"когда)\b.{0,25}(?:работа|откр|закр|будет|привез|появ|поступ|час|верн|жд)?"
            ),
            r"(?:работаете|открыты)\b.{0,25}(?:\?|в |по |завтра|сегодня|ли|до|на )",
            r"where (?:are|is|can|do|to|exactly)|located|location|address|opening hours",
            r"open (?:on|today|tomorrow|until|till|at)|what time|when (?:do|does|is|are|will|can)|hours\b",
            r"phone number",
            r"wo (?:ist|seid|kann|finde)|adresse|offnungszeiten|donde|ou (?:etes|se)|dove|nerede",
            r"де (?:ви|знаход|купити|можна)|қайда|кайда|мекенжай",
            r"(?:во сколько|с какого|с какой|до какого|до какой|в какое|по каким|на какой|на какие|какого)\b",
            r"(?:парковк|вход|стоянк|метро)\w*\b.{0,20}(?:есть|рядом|бесплатн|где)",
        ),
    ),
    Cue(
        3,
        "спрашивает о наличии и выборе",
        "asks about stock and choice",
        (
            (
                r"(?:есть|бывает|остал\w+|будет|будут|появ\w+|імеется|имеется|имеются)\b.{0,25}(?:в наличи|"
                r"ли\b|еще|у вас|в продаже|размер|цвет|скидк|сертификат|доставка|друг)"
            ),
            r"в наличи|наличие|размер|цвета\b|расцветк|ассортимент|каталог|состав\b|из чего",
            r"какой (?:материал|состав|объем|размер|вес|аромат|запах|цвет)|как(?:ая|ие|их)\b(?! же)",
            r"in stock|available|availability|sold out\?|restock|back in",
            r"do you (?:have|sell|offer|do|make|take|accept|use|ship|deliver|know|cater|still)",
            r"does (?:it|this|that) (?:come|have|fit|work|contain|include|last)",
            r"is (?:it|this|that|there|the)|are (?:these|they|there|those|you)",
            r"what (?:size|colou?r|is|are|material|kind|scent|does|do|about|other|flavou?r)|what's|whats",
            r"which|made (?:of|from)|ingredients|can (?:i|you|we|it|this)|could (?:i|you|we)",
            r"how (?:do|can|to|long|many|big|is|does|often|should|late|old)",
            r"haben sie|habt ihr|gibt es|ist das|kann (?:man|ich)|чи є|чи можна|є в наявн|бар ма|hay\b",
            r"tienen|avez-vous|avete|var mi",
            r"(?:есть|бывает) (?:ли )?\w+[^.!]{0,25}$",
            r"(?:do|should|would|will|could|must|does|did) (?:i|we|you|this|it|these|that)\b",
        ),
    ),
    Cue(
        2.5,
        "хочет заказать или просит подсказать",
        "wants to order or asks for advice",
        (
            r"подскажите|подскажи|скажите|расскажите|поясните|объясните|уточните",
            r"напишите (?:цену|стоимость|адрес|размер)|интересует|интересно,? (?:а|как|сколько|есть)",
            r"посоветуйте|вопрос\b",
            r"можно (?:ли|узнать|у вас|заказать|вернуть|купить|оплатить|записат|забронир|прийти|с |к вам)",
            (
                r"как (?:заказать|купить|оформить|оплатить|записаться|ухаживать|пользоваться|связаться|"
                r"правильно|стирать|хранить|выбрать|вернуть|получить|приготовить)"
            ),
            (
                r"(?:хочу|хотела бы|хотел бы|хотим|можно|буду|давайте)\b.{0,10}(?:заказать|купить|"
                r"приобрести|записат|забронир|оформить)"
            ),
            (
                r"(?:принимаете|продаете|делаете|шьете|печете|проводите|обучаете|возите|подходит|подойдет|"
                r"вернуть|обменять|оплат\w+ (?:при|картой|частями))\b"
            ),
            r"i'd like to order|want to (?:order|buy|book)|would like to (?:order|buy|book)|i wonder",
            r"wondering|tell me|let me know|(?:any|more) (?:info|details|discount|plans)|details please",
            r"info please|info\b\??$|link\??$|how\??$|where\??$|when\??$|size\??$|book (?:a|an)",
            r"(?:в|на|для) (?:подарок|мужчин|детей|ребенк)\w*\?",
            r"подскажіть|як замовити|қалай|калай|bitte sagen|como (?:compro|puedo|hago)",
            r"comment (?:commander|faire)|come (?:posso|si)",
        ),
    ),
    Cue(
        1.5,
        "задаёт вопрос",
        "asks a question",
        (
            r"(?:а|и|но|или)\b[^?]{0,40}\?",
            (
                r"(?:кто|что|где|когда|как|почему|зачем|какой|какая|какие|какое|куда|откуда|чем|чей|"
                r"сколько|можно|есть|будет|are|is|do|does|did|can|could|will|would|what|which|who|how|why|"
                r"any|anyone)\b[^?]{0,80}\?"
            ),
            r"[^?]*\?",
        ),
    ),
)

# Topics that make a question one for the shop even when it is put to a friend or to everybody.
BUSINESS_TOPICS = QUESTION[:4]
