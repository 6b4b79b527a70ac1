"""What customers ask small businesses about, in their words and in the words of the answers.

«Цена?» shares no word with “4 990 ₽”. Each line is one matter; `*` stands for any ending. The lines hold what
shops, cafés, salons, repairers and schools are asked in general, and no names of anybody's products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final


class Matter(StrEnum):
    """What a line asks for, where that decides more than its words."""

    PRICE = "price"  # rows of products answer it, whatever words they hold
    STOCK = "stock"  # as the price
    QUANTITY = "quantity"  # “how many” of these is no question about a price


_LINES: Final = """
price: цен* ценник* стоимост* стоит стоят стоить почем прайс* тариф* price* cost* much expensive
stock: наличи* остал* остат* осталось имеется stock availab*
quantity: срок* дней день долго когда ждать дня минут* недел* days long when soon week*
quantity: хран* годност* свеж* испорт* storage keep* shelf* fresh
quantity: вес вес* грамм* килограмм* кг weight grams kg kilo*
quantity: человек гост* персон* порци* people guests persons serve* portion*
quantity: гарант* warrant* guarant*
quantity: час часы часов работает* работаем открыт* закры* график* режим* выходн* праздник* обед*
  open* clos* hours weekend* until
quantity: размер* рост* габарит* длин* объем* маломер* обхват* грудь ог талия бедр* об xs s m l xl м л
  size* fit* length chest waist
достав* привез* привози* перевез* перевоз* отправ* пересыл* посылк* курьер* сдэк* почт* шлете шлет* вышлет*
  довез* deliver* ship* courier* parcel* send
самовывоз* забрать заберу забир* выдач* pick* collect*
оплат* платеж* картой карта карты картами наличн* налож* рассроч* долями частями сбп кредит*
  pay* card cash instal*
возврат* верн* возвращ* сдать refund* return*
обмен* поменя* замен* смен* exchange* swap* replac*
деньги денег money
брак* дефект* неисправ* перестал* сломал* ломает* порвал* разошл* разошел* треснул* отвал*
  faulty defect* broken
привоз привоза привозе привозу появит* появят* поступ* ожида* завоз* restock*
адрес* улиц* ул проспект* вход этаж находит* находимся где добра* доех* доезд* метро шоурум* филиал* точка
  ориентир* address* where locat* showroom* directions street avenue floor
скидк* акци* промокод* распродаж* купон* бонус* дешевле выгод* discount* sale promo* coupon*
рождени* др днюх* именин* birthday*
подар* дарит* gift* present*
сертификат* карт* certificat* voucher*
упак* упаков* обертк* коробк* лент* wrap* packag* box
состав* материал* ткан* сделан* сдела* ингредиент* натуральн* composition material* made fabric*
  ingredient*
аллерг* allerg*
орех* арахис* миндал* фундук* nut nuts peanut* almond*
глютен* мук* пшени* целиак* gluten* flour wheat
веган* вегетариан* постн* растительн* лактоз* vegan* vegetarian* lactose dairy
сахар* диабет* эритрит* sugar* diabet*
халяль* кошер* желатин* свинин* halal kosher
алкогол* спирт* ром коньяк* alcohol*
красител* краск* натуральн* colorant* dye*
стира* постира* стирк* уход* ухаж* отстир* сушит* сушк* машинк* wash* laundry care dry
чист* почист* clean*
садит* усадк* сел села shrink*
запис* брон* столик* резерв* book* reserv* appointment* table
детск* дети детям детей ребен* реб* дочк* сын* лет kid kids child* year years
мужск* мужчин* парн* муж men mens male
подогн* подгон* подшит* ушит* укорот* удлин* перешит* пошив* мерк* рукав* alter* tailor* hem
шьют шьете шьем шили производ* производств* фабрик* manufactur* factory produce*
опт* оптов* сотруднич* магазин* закуп* дилер* wholesale* stockist* reseller*
тепл* мороз* минус* градус* температур* холод* warm* cold temperature
дожд* намок* промок* вод* влаг* влаж* утоп* утон* залил* залит* жидкост* непромок* rain* water* wet
экран* дисплей* тачскрин* screen* display*
аккумулят* акб батаре* батарейк* емкост* battery batteries
заряж* зарядк* зарядит* разъем* charg* connector*
динамик* звук* хрип* слышн* speaker* sound
камер* фокус* объектив* camera*
стекл* стеклыш* пленк* бронестекл* glass protector*
наклеи* наклейк* клеит* приклеи* stick
данн* фотк* фото фотогр* переписк* контакт* копи* бэкап* data photos contacts backup
удал* стерет* стерт* сотрет* сотрут* стира* пропад* delete* erase* lose
перенос* перенест* перекин* transfer* move
отмен* отказ* cancel* call
отпечат* face фейс fingerprint
пароль* пароля блокиров* разблок* забыл* код icloud айклауд password* unlock* passcode*
срочн* быстр* побыстр* очеред* urgent* fast*
завтра следующ* tomorrow next
предоплат* аванс* задат* prepay* deposit* advance
замор* замораж* морозил* freez* frozen
юрлиц* юр юридич* организац* компани* безнал* договор* ооо ип company invoice*
студент* школьник* пенсионер* льгот* student* senior*
трек* отслеж* номер статус* track*
помял* помят* разбил* поврежд* мятый damaged crushed
картинк* фото снимк* дизайн* эскиз* пинтерест* рисун* design* picture*
пример* мерить померит* меря* try fitting
ноут* ноутбук* компьют* планшет* приставк* laptop* computer* notebook* tablet*
выкуп* зачет* трейд* скупк* продать trade buyback
оригинал* копи* аналог* подделк* original* copy genuine fake
подменн* замену взамен временн* replacement loan*
диагност* осмотр* проверк* провер* diagnos* inspect* check*
смотреть посмотр* присутств* watch look
мк мастер мастеркласс* воркшоп* workshop* masterclass*
курс* занят* урок* обучен* групп* course* lesson* class classes group*
онлайн zoom зум дистанц* удаленн* online remote
пробн* тест* попроб* дегустац* trial sample* taste tasting
преподав* учител* педагог* носител* мастер* специалист* teacher* tutor native specialist*
документ* диплом* свидетельств* лицензи* diploma licen*
начинк* вкус* filling* flavour* flavor*
собак* кошк* животн* питом* dog dogs pet pets
парков* машину автомобил* parking park
беременн* pregnan*
кожа кожан* leather
шерст* меринос* альпак* wool merino
колет* колют* колюч* чешет* itch*
цвет* расцвет* оттен* colou*
английск* english
менедж* оператор* администр* human manager*
спб питер* петербург*
мск москв*
росси* город* регион* области
стран* зарубеж* заграниц* границ* европ* abroad international* worldwide countr*
казахстан* алматы алмата астан* kazakhstan almaty astana
беларус* минск* гомель belarus minsk
армени* ереван* armenia yerevan
айфон* iphone* эпл apple
айпад* ipad*
самсунг* samsung*
галакси galaxy
сяоми ксиоми ксяоми xiaomi
редми redmi
нот ноут note
хуавей huawei
хонор honor
про pro
макс max
мини mini
росси* город* регион* < москв* мск питер* спб петербург* казан* новосиб* екатеринб* екб нижн* челябинск*
  самар* омск* ростов* уф* красноярск* воронеж* перм* волгоград* краснодар* саратов* тюмен* тольятти ижевск*
  барнаул* иркутск* хабаровск* владивосток* ярославл* махачкал* томск* оренбург* кемеров* рязан* астрахан*
  пенз* липецк* тул* киров* чебоксар* калининград* курск* сочи ставропол* улан* твер* магнитогорск* иванов*
  брянск* белгород* сургут* владимир* архангельск* чит* калуг* смоленск* мурманск* якутск* саранск* вологд*
  орел псков* сибир* урал* сахалин* камчат* подмосков*
стран* границ* зарубеж* < герман* франц* итал* испан* польш* чех* турц* груз* тбилиси серб* израил* сша
  америк* канад* англи* лондон* берлин* париж* стамбул* дубай* оаэ кипр* литв* латв* эстон* финлянд* украин*
  киев* узбек* ташкент* кирг* бишкек* таджик* азербайдж* баку молдов* кита* япон* коре* австрал* germany
  france italy spain poland turkey georgia serbia israel usa america canada uk england london berlin paris
  dubai europe ukraine uzbekistan
"""
"""A matter of its own name stands before a colon. Before `<` stand the words of the answer where they are
other ones: towns and countries, and the words by which rules of delivery mean them all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Words that a matter is asked by, and words that it is answered by."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    matter: Matter | None = None


def groups_of(word: str) -> list[Group]:
    """The matters that `word`, folded, may stand for."""
    return [group for group in _groups() if any(_fits(pattern, word) for pattern in group.asked)]


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


@cache
def _groups() -> tuple[Group, ...]:
    return tuple(map(_group, _joined()))


def _joined() -> Iterator[str]:
    """Lines with those that go on under them."""
    line = ""
    for part in _LINES.strip("\n").split("\n"):
        if line and not part.startswith(" "):
            yield line
            line = ""
        line += part
    yield line


def _group(line: str) -> Group:
    name, colon, rest = line.partition(":")
    matter = Matter(name) if colon else None
    answered, other, asked = (rest if colon else line).partition("<")
    return Group(tuple((asked if other else answered).split()), tuple(answered.split()), matter)
