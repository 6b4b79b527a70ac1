"""The words of a reply in Russian and English. No numbers and no facts: those come from the sources."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Whole phrases; those in tuples are chosen between by the comment's hash."""

    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    invitations: tuple[str, ...]  # to write by DM
    thanks: tuple[str, ...]
    apologies: tuple[str, ...]
    holdings: tuple[str, ...]
    health: tuple[str, ...]
    partnership: tuple[str, ...]
    check_back: tuple[str, ...]
    which_product: tuple[str, ...]
    neutral: tuple[str, ...]
    rest_later: str
    price_by_dm: str
    warmth: str
    regret: str
    price: str
    stock: str
    stock_price: str
    sold_out: str
    field: str
    available: str
    unavailable: str
    delivery_sum: str
    delivery_sum_least: str
    delivery_time: str
    hours: str
    phone: str
    address: str
    returns: str
    units: dict[str, str]
    this_product: str


RUSSIAN = Phrases(
    greetings=("Здравствуйте!", "Добрый день!", "Здравствуйте, спасибо за вопрос!"),
    closings=(
        "Будем рады помочь с заказом 😊",
        "Если появятся вопросы, спрашивайте!",
        "Хорошего вам дня! 🌿",
        "С удовольствием подскажем ещё!",
    ),
    invitations=(
        "Напишите нам в Директ — поможем с выбором и заказом!",
        "Ждём вас в Директе, там всё подробно расскажем 😊",
        "Напишите в Директ, и мы всё оформим.",
    ),
    thanks=(
        "Спасибо вам большое! 💛",
        "Как приятно это читать, спасибо!",
        "Спасибо за тёплые слова! 🌿",
        "Очень рады, что вам нравится!",
        "Благодарим от всей команды! 😊",
        "Вы нас очень порадовали, спасибо! ✨",
        "Спасибо, что делитесь! Нам очень приятно 🤍",
        "Ради таких слов и стараемся, спасибо!",
    ),
    apologies=(
        (
            "Нам очень жаль, что так вышло. Напишите нам, пожалуйста, в Директ, что случилось, — хотим "
            "разобраться."
        ),
        "Простите, пожалуйста, за такой опыт. Расскажите подробнее в Директе, чтобы мы разобрались.",
        (
            "Нам жаль это читать, извините. Напишите нам в Директ, пожалуйста: нам важно понять, что пошло "
            "не так."
        ),
        (
            "Извините нас, пожалуйста. Спасибо, что сказали прямо. Напишите в Директ, и мы внимательно всё "
            "изучим."
        ),
    ),
    holdings=(
        (
            "Нам очень жаль, что так получилось. Напишите нам, пожалуйста, в Директ номер заказа и телефон — "
            "с вами свяжется менеджер."
        ),
        (
            "Понимаем ваше беспокойство, извините. Пришлите, пожалуйста, детали в Директ — ситуацию "
            "посмотрит менеджер."
        ),
        "Извините за эту ситуацию. Напишите нам, пожалуйста, в Директ: вопросом займётся менеджер.",
    ),
    health=(
        (
            "Нам очень жаль. Пожалуйста, больше не пользуйтесь товаром, а при любых симптомах обратитесь к "
            "врачу. "
            "Напишите нам в Директ — с вами свяжется менеджер."
        ),
        (
            "Очень сочувствуем. Пожалуйста, прекратите использование и при необходимости покажитесь врачу. "
            "Ждём подробности в Директе, их посмотрит менеджер."
        ),
    ),
    partnership=(
        "Спасибо за предложение! Напишите нам, пожалуйста, в Директ пару слов о себе и контакты для связи.",
        "Спасибо за интерес к нам! Пришлите, пожалуйста, подробности и контакт в Директ — там и обсудим.",
        "Рады, что написали! Расскажите о вашем предложении в Директе и оставьте, пожалуйста, контакт.",
    ),
    check_back=(
        "Спасибо за вопрос! Уточним и вернёмся с ответом.",
        "Хороший вопрос! Проверим информацию и ответим вам здесь.",
        "Спасибо, что спросили! Уточним у коллег и напишем.",
        "Сейчас уточним этот момент и вернёмся к вам.",
    ),
    which_product=(
        "Подскажите, пожалуйста, какой товар вас интересует, — уточним и ответим.",
        "Напишите, пожалуйста, о каком товаре речь, и мы вернёмся с ответом.",
        "Уточните, пожалуйста, что именно вам понравилось, — всё подскажем.",
    ),
    neutral=(
        "Спасибо за комментарий! Если есть вопрос о наших товарах, напишите нам в Директ.",
        "Спасибо, что заглянули! Будут вопросы — пишите нам в Директ.",
    ),
    rest_later="Остальное уточним и вернёмся с ответом.",
    price_by_dm="Стоимость подскажем в Директе.",
    warmth="Нам очень приятно ваше внимание 🤍",
    regret="Извините за неудобства.",
    price="{name} — {price}",
    stock="{name} есть в наличии",
    stock_price="{name} есть в наличии, цена — {price}",
    sold_out="{name}: сейчас нет в наличии",
    field="{name} — {field}",
    available="есть в наличии",
    unavailable="сейчас нет в наличии",
    delivery_sum="Доставка — {sum}",
    delivery_sum_least="Доставка — от {sum}",
    delivery_time="срок — {span} {unit}",
    hours="Мы открыты с {open} до {close}.",
    phone="Наш телефон: {phone}.",
    address="Наш адрес: {address}.",
    returns="Вернуть товар можно в течение {span} {unit}.",
    units={"days": "дней", "weeks": "недель", "hours": "часов"},
    this_product="Этот товар",
)

ENGLISH = Phrases(
    greetings=("Hello!", "Hi there!", "Hi, thank you for asking!"),
    closings=(
        "Happy to help with your order 😊",
        "Just ask if you would like to know more!",
        "Have a lovely day! 🌿",
        "Let us know if we can help with anything else!",
    ),
    invitations=(
        "Send us a DM and we will help you choose and order!",
        "Message us by DM for all the details 😊",
        "Drop us a DM and we will arrange everything.",
    ),
    thanks=(
        "Thank you so much! 💛",
        "This is lovely to read, thank you!",
        "Thank you for your kind words! 🌿",
        "So glad you like it!",
        "A big thank you from the whole team! 😊",
        "You made our day, thank you! ✨",
        "Thank you for sharing, it means a lot 🤍",
        "Words like these keep us going, thank you!",
    ),
    apologies=(
        "We are very sorry about this. Please tell us what happened by DM, we want to understand it.",
        "We apologise for this experience. Please send us the details by DM so that we can look into it.",
        "Sorry to read this. Please write to us by DM: it matters to us what went wrong.",
        "We are sorry, and thank you for telling us openly. Please DM us and we will look at it carefully.",
    ),
    holdings=(
        (
            "We are very sorry about this. Please send us your order number and phone by DM, "
            "a manager will get in touch with you."
        ),
        (
            "We understand your concern and apologise. Please DM us the details, a manager will look at your "
            "case."
        ),
        "Sorry for this situation. Please write to us by DM: a manager will take care of it.",
    ),
    health=(
        (
            "We are very sorry. Please stop using the product and see a doctor if you have any symptoms. "
            "Send us a DM, a manager will get in touch with you."
        ),
        (
            "So sorry to hear this. Please do not use it any more and see a doctor if needed. "
            "Please DM us the details, a manager will look at them."
        ),
    ),
    partnership=(
        "Thank you for the idea! Please send us a DM with a few words about yourself and your contact.",
        "Thanks for your interest! Please DM us the details and a contact, and we can talk there.",
        "Glad you wrote! Please tell us about your offer by DM and leave a contact.",
    ),
    check_back=(
        "Thank you for asking! We will check and come back to you.",
        "Good question! Let us check this and answer you here.",
        "Thanks for asking! We will ask our colleagues and write to you.",
        "We will check this and get back to you.",
    ),
    which_product=(
        "Could you tell us which item you mean? We will check and come back to you.",
        "Which item do you have in mind? Tell us and we will get back to you.",
        "Please tell us what exactly you liked, and we will let you know.",
    ),
    neutral=(
        "Thank you for your comment! If you have a question about our products, send us a DM.",
        "Thanks for stopping by! If anything comes up, we are here in DM.",
    ),
    rest_later="We will check the rest and come back to you.",
    price_by_dm="We will tell you the price by DM.",
    warmth="Your interest means a lot to us 🤍",
    regret="Sorry for the inconvenience.",
    price="{name} is {price}",
    stock="{name} is in stock",
    stock_price="{name} is in stock and costs {price}",
    sold_out="{name}: out of stock at the moment",
    field="{name}: {field}",
    available="in stock",
    unavailable="out of stock at the moment",
    delivery_sum="Delivery is {sum}",
    delivery_sum_least="Delivery starts at {sum}",
    delivery_time="it takes {span} {unit}",
    hours="We are open from {open} to {close}.",
    phone="Our phone number is {phone}.",
    address="You can find us here: {address}.",
    returns="Returns are possible within {span} {unit}.",
    units={"days": "days", "weeks": "weeks", "hours": "hours"},
    this_product="This item",
)


def phrases(language: str) -> Phrases:
    """Russian for Russian; English for everybody else."""
    return RUSSIAN if language == "ru" else ENGLISH
