"""What a question or a passage is about in any words: «почём», «ценник» and "how much" are one."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from sandbox.llm.folding import REMEMBERED, fold


class Concept(StrEnum):
    PRICE = "price"
    DELIVERY = "delivery"
    PICKUP = "pickup"
    ADDRESS = "address"
    HOURS = "hours"
    CONTACT = "contact"
    STOCK = "stock"
    COMPOSITION = "composition"
    SIZE = "size"
    VARIANT = "variant"
    LASTING = "lasting"
    RETURN = "return"
    PAYMENT = "payment"
    INSTALMENTS = "instalments"
    ORDERING = "ordering"
    CARE = "care"
    GIFT = "gift"
    DISCOUNT = "discount"
    ALLERGY = "allergy"
    WARRANTY = "warranty"
    BOOKING = "booking"
    CERTIFICATE = "certificate"
    PARKING = "parking"
    PETS = "pets"
    FEEDING = "feeding"
    WIFI = "wifi"
    DIET = "diet"


_PATTERNS: dict[Concept, str] = {
    Concept.PRICE: (
        r"цен[аыуе]\b|ценник|ценой|прайс|стоимост|стоит\b|стоят\b|почем|по чем|сколько\s*\?|сколько$|"
        r"обойдется|ціна|кошту|баға|тұрады|how much|price|pricing|costs?\b|\bpp\b|kostet|kosten|preis|"
        r"wie viel|wieviel|cuanto|precio|combien|prix|quanto|prezzo|fiyat"
    ),
    Concept.DELIVERY: (
        r"достав|отправ(?:ля|ит|ка|им|ляе)|пересыл|шлете|вышл|привез|сдэк|почт(?:а|ой) росс|курьер|"
        r"в регион|deliver|ship(?:ping|s|ped)?\b|courier|cdek|abroad|overseas|international|надсила|жеткіз|"
        r"liefer|versand|envio|envian|livr|spedi|kargo"
    ),
    Concept.PICKUP: (
        r"самовывоз|забрать|заберу|забираю|pick.?up|pick (?:it|them|this|my order) up|collect\b|abholen"
    ),
    Concept.ADDRESS: (
        r"адрес|где вы\b|где (?:вас|находит|располож|магазин|салон|ваш|можно (?:посмотреть|купить|вас))|"
        r"находит|как (?:до вас )?добраться|шоурум|метро\b|де ви|улиц|ул\.|located|location|address|"
        r"where are|where's your|where is (?:your|the)|showroom|street|find you|wo seid|wo ist|donde|"
        r"dove siete|қайда|мекенжай|nerede"
    ),
    Concept.HOURS: (
        r"режим работы|часы работы|график|работаете|открыт|закры(?:ва|т)|до скольк|во сколько|со скольк|"
        r"со? скольки|до которого|до какого часа|с какого часа|выходн|ежедневн|круглосуточ|без перерыва|"
        r"opening|open\b|hours|close[sd]?\b|what time|weekend|every day|offnungszeit|geoffnet|horario|"
        r"horaires"
    ),
    Concept.CONTACT: (
        r"телефон|позвонить|номер (?:телефона|для связи)|контакт|whats ?app|ватсап|связат|phone|call you|"
        r"contact|e-?mail|почта для"
    ),
    Concept.STOCK: (
        r"в наличи|наличие|есть ли|\bесть\b|остал|имеется|в продаже|появ(?:ит|ят)|поступ|распродан|законч|"
        r"in stock|available|availability|sold out|out of stock|restock|back in|do you (?:have|sell|carry)|"
        r"any left|чи є|є в|бар ма|habt ihr|gibt es|hay\b|tienen|avez-vous|avete"
    ),
    Concept.COMPOSITION: (
        r"состав|из чего|материал|ткань|ингредиент|содержит|натуральн|хлопок|воск\b|вискоз|шерст|шелк|"
        r"лен\b|льнян|кожа\b|серебр|дерев|керамик|полиэстер|ингредієнт|made (?:of|from|with)|ingredient|"
        r"material|fabric|contain|natural|cotton|linen|leather|wool\b|silk|silver"
    ),
    Concept.SIZE: (
        r"размер|объем|вес\b|весит|сколько грамм|сколько мл|диаметр|высот|длин[аы]|ширин|габарит|рост\b|"
        r"маломер|size|volume|weigh|how (?:big|large|tall|heavy|long is it)|dimension|length|"
        r"runs? (?:small|large)|grams|ml\b|розмір|grosse|talla|taille"
    ),
    Concept.VARIANT: (
        r"цвет[аеу]?\b|расцветк|оттен|аромат|запах|пахнет|вкус[аы]?\b|colou?r|shade|scent|smell|fragrance|"
        r"flavou?r|farbe"
    ),
    Concept.LASTING: (
        r"(?:сколько|как долго|долго)\b.{0,20}(?:гор|держ|хран|пахн|служ|хват|длит|по времени|занима)|"
        r"время горения|срок (?:годн|хранен|действ)|хватает\b|держится|длительност|продолжительност|"
        r"how long\b.{0,20}(?:last|burn|keep|smell|take)|burn time|shelf life|expir|duration|lasts?\b"
    ),
    Concept.RETURN: r"верну|возврат|возвращ|обмен|return|exchange|refund|повернен|zuruck|devol|umtausch",
    Concept.PAYMENT: (
        r"оплат|оплач|картой|наличными|сбп\b|предоплат|наложенн|pay\b|payment|cards?\b|cash|paypal|"
        r"apple pay|zahlen"
    ),
    Concept.INSTALMENTS: r"рассроч|долями|сплит|частями|в кредит|instal?lment|klarna|afterpay|pay later",
    Concept.ORDERING: (
        r"как (?:\w+ )?(?:заказать|купить|оформить|приобрести)|где (?:\w+ )?(?:заказать|купить|приобрести)|"
        r"оформить заказ|сделать заказ|хочу (?:заказать|купить|приобрести)|можно (?:заказать|купить)|"
        r"how (?:do i|can i|to) (?:order|buy|get|purchase)|where (?:can i|do i|to) (?:buy|order|get)|"
        r"to order|place an order|want to (?:order|buy)|як замовити"
    ),
    Concept.CARE: (
        r"ухаж|уход|стира|чистить|мыть\b|гладить|хранить|коптит|пользоваться|использовать|применять|care\b|"
        r"wash|clean|store it|iron\b|take care|how (?:do i|to) use|smok(?:e|ing)|trim"
    ),
    Concept.GIFT: r"упаков|открытк|коробк|лент[аоу]|в подарок заверн|gift.?wrap|wrap|gift box|packag|ribbon",
    Concept.DISCOUNT: (
        r"скидк|акци[яию]|промокод|распродаж|дешевле|бонус|discount|promo|sale\b|coupon|voucher|offer\b|"
        r"знижк|rabatt"
    ),
    Concept.ALLERGY: r"аллерг|гипоаллерг|чувствительн|allerg|sensitive|hypoallerg",
    Concept.WARRANTY: r"гаранти|warranty|guarantee|garantie",
    Concept.BOOKING: (
        r"запис(?:ат|ь|и)|забронир|брон[иья]|столик|свободн\w+ (?:мест|окош|врем)|book\b|booking|reserv|"
        r"appointment|slot"
    ),
    Concept.CERTIFICATE: r"сертификат|gift (?:card|certificate)|подарочн\w+ карт|gutschein",
    Concept.PARKING: r"парков|стоянк|parking|\bpark\b|parkplatz",
    Concept.PETS: r"с собак|с питом|с живот|dog|pets?\b|hund",
    Concept.FEEDING: r"меню|завтрак|menu|breakfast|lunch|обед\b|ланч",
    Concept.DIET: (
        r"веган|вегетариан|парабен|глютен|без сахара|лактоз|без орехов|vegan|vegetarian|paraben|gluten|"
        r"sugar.free|dairy|lactose|nuts?\b"
    ),
    Concept.WIFI: r"wi-?fi|вай-?фай|розетк",
}
_EXPRESSIONS = {concept: re.compile(rf"(?<!\w)(?:{pattern})") for concept, pattern in _PATTERNS.items()}

# Asked of one product and answered from its own row or sentence.
OF_A_PRODUCT = frozenset(
    {Concept.PRICE, Concept.STOCK, Concept.COMPOSITION, Concept.SIZE, Concept.VARIANT, Concept.LASTING}
)
# Words that ask as well as state: they count only when nothing more exact is asked.
_WEAK = (Concept.STOCK, Concept.PRICE)


@lru_cache(REMEMBERED)
def concepts_in(text: str) -> frozenset[Concept]:
    """Everything `text` is about."""
    folded = fold(text)
    return frozenset(concept for concept, pattern in _EXPRESSIONS.items() if folded.find(pattern))


def concepts_asked(text: str) -> frozenset[Concept]:
    """What `text` asks for: «есть ли доставка» asks for delivery, «сколько стоит доставка» too."""
    asked = set(concepts_in(text))
    for weak in _WEAK:
        if asked - set(_WEAK) - OF_A_PRODUCT:
            asked.discard(weak)
    if Concept.PRICE in asked:
        asked.discard(Concept.STOCK)
    if asked & {Concept.COMPOSITION, Concept.SIZE, Concept.VARIANT, Concept.LASTING}:
        asked.discard(Concept.STOCK)
    if Concept.PICKUP in asked:
        asked.discard(Concept.DELIVERY)
    if Concept.LASTING in asked:
        asked -= {Concept.SIZE, Concept.VARIANT}
    if Concept.DELIVERY in asked:
        asked -= {Concept.ORDERING, Concept.ADDRESS, Concept.LASTING}
    return frozenset(asked)


def naming_words(text: str) -> str:
    """`text` without the words that only name what is asked («сколько стоит свеча» → «свеча»)."""
    rest = fold(text).text
    for concept, pattern in _EXPRESSIONS.items():
        if concept is Concept.DIET:
            continue  # «без глютена» is what is asked for as well as what about
        rest = re.sub(pattern.pattern + r"\w*", " ", rest)
    return rest
