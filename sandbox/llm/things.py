"""Names of common things in several languages, so that "dress" under a Russian post finds «платье»."""

from __future__ import annotations

# One thing a line: its Russian name, then words of other languages in their usual forms.
_THINGS = """
    платье: dress dresses kleid сукня көйлек
    юбка: skirt rock спідниця
    сумка: bag handbag tasche
    рубашка: shirt hemd
    футболка: t-shirt tshirt tee
    брюки: trousers pants hose
    джинсы: jeans
    куртка: jacket jacke
    пальто: coat mantel
    свитер: sweater jumper pullover
    обувь: shoes schuhe взуття
    туфли: heels pumps
    кроссовки: sneakers trainers
    кольцо: ring кільце
    серьги: earrings ohrringe
    браслет: bracelet armband
    свеча: candle candles kerze kerzen свічка балауыз
    саше: sachet sachets duftsackchen
    мыло: soap soaps seife мило сабын
    диффузор: diffuser diffusers diffusor
    набор: set sets kit набір жиынтық
    соль: salt salts salz сіль тұз
    крем: cream creme
    духи: perfume parfum
    букет: bouquet strauss
    роза: rose roses rosen
    торт: cake cakes torte kuchen
    хлеб: bread brot
    кофе: coffee kaffee кава
    капучино: cappuccino
    чай: tea tee
    завтрак: breakfast fruhstuck
    пицца: pizza
    маникюр: manicure manikure
    педикюр: pedicure pedikure
    стрижка: haircut haarschnitt
    массаж: massage
    курс: course courses kurs
    урок: lesson lessons class
    абонемент: membership subscription
    игрушка: toy toys spielzeug
    корм: feed petfood futter
    чехол: case hulle
    зарядка: charger ladegerat
    лампа: lamp lampe
    кружка: mug cup tasse
    плед: blanket decke
    подушка: pillow kissen
    сертификат: certificate gutschein
    лаванда: lavender lavendel
"""
RUSSIAN_NAMES = {
    word: russian
    for line in _THINGS.strip().splitlines()
    for russian, words in [line.strip().split(": ", 1)]
    for word in words.split()
}
