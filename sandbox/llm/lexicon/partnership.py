"""Advertising, barter, wholesale and jobs."""

from __future__ import annotations

from sandbox.llm.cue import Cue

PARTNERSHIP = (
    Cue(
        3,
        "предлагает сотрудничество",
        "offers a collaboration",
        (
            r"сотруднич",
            r"(?:бартер|коллаб|амбассадор|партнерств|партнерк|партнер(?:ск|ами|ы|ом))",
            (
                r"(?:работаете|сотрудничаете|ищете|нужны|берете)\b.{0,20}(?:блогер|модел|инфлюенс|фотограф|"
                r"сотрудник|персонал|продавц|мастер|флорист|администратор|менеджер)"
            ),
            (
                r"(?:я|мы) (?:\w+ )?(?:блогер|фотограф|smm|сммщик|дизайнер|видеограф|таргетолог|стилист|"
                r"визажист|копирайтер)\b.{0,40}"
            ),
            r"collab(?:s|oration|orate|orating)?\b",
            r"(?:partner(?:ship|ing| with|ed)?|brand ambassador|ambassador program|sponsor\w*|affiliate)\b",
            r"(?:work|working) (?:together|with (?:influencers|bloggers|creators|you|your brand|models))",
            r"(?:influencer|blogger|content creator|ugc|photographer|media kit)\b",
            r"(?:zusammenarbeit|kooperation)",
            r"співпрац",
            r"(?:снять|сниму|сделаю|снимаю) (?:для вас )?(?:ролик|видео|рилс|обзор|контент)",
            r"\bкп\b|за продукт(?:ы|цию)?\b|на бартер|предложение (?:для|к) (?:ваш|вам)",
            r"feature (?:you|your|this)|gift guide|affiliate",
            (
                r"(?:рассказать|отметить|упомянуть|сделать обзор|показать)\b.{0,20}(?:в сторис|в блоге|"
                r"на канале|в рилс)|за подарок|в обмен на"
            ),
            r"(?:shoot|film|photograph|review|promote) (?:your|for you)|in exchange for|sponsor",
        ),
    ),
    Cue(
        3,
        "реклама",
        "advertising",
        (
            (
                r"(?:разместить|размещени\w+|закупа\w+|купить|заказать|сделать|предлож\w+|"
                r"интересует)\b.{0,20}реклам"
            ),
            (
                r"(?:реклам[аыу]|прайс на реклам|рекламн\w+ (?:интеграц|предложен|пост))\b.{0,25}(?:у вас|"
                r"сколько|стои|условия|цена|в (?:вашем|сторис)|интеграц|размещ|предлож)?"
            ),
            (
                r"(?:предлагаем|предложить|хотим предложить|приглаша(?:ем|ю)|"
                r"хотели бы пригласить)\b.{0,30}(?:вам|вас|услуг|участи|сотруд|маркет|ярмарк|фестивал|"
                r"выставк)"
            ),
            r"(?:участи\w+ в|участвовать в) (?:маркет|ярмарк|фестивал|выставк|фуд-?корт)",
            r"advertis\w+ (?:with|on|in|rates)|paid (?:post|promotion|partnership)",
            r"feature (?:your|you) (?:brand|product)|pr (?:package|list|box|collab)",
            (
                r"(?:market|fair|festival|pop-?up|trade show|exhibition|vendor)\b.{0,30}(?:invite|join|"
                r"participat|interested|stall|booth|vendor)"
            ),
            r"реклам",
            r"(?:сда(?:ем|ю)|аренд\w*)\b.{0,20}(?:помещен|площад|торгов|место)",
            (
                r"(?:handles|in charge of|responsible for|contact for) (?:your )?(?:pr|marketing|"
                r"partnerships|collabs|press)"
            ),
            r"(?:have|send you|business) (?:a )?proposal",
            r"(?:коммерческ\w+ предложен|предложени\w+ (?:для вас|о сотруд|по реклам))",
        ),
    ),
    Cue(
        3,
        "опт",
        "wholesale",
        (
            r"опт(?:ом|ов|овые|овых|овая|овый|овик|а)?\b|мелкий опт|дропшип|франшиз|дистриб",
            r"закупк[аиу] (?:для|оптом)|для (?:магазин|перепродаж|реализац|салон|кафе|отел|офис)\w*",
            r"реализаци|корпоратив\w+ (?:заказ|подар|набор)",
            r"wholesale|whole sale|bulk (?:order|price|discount)?|resell(?:er|ing)?|retailer|stockist",
            r"distribut\w+|franchis\w+|drop ?ship(?:ping)? (?:program|with)|corporate (?:order|gift)",
            r"(?:stock|sell|carry) your (?:\w+ ){0,3}(?:in|at) (?:our|my)",
            r"закуп(?:ать|ку|ки|ка|аем|имся)",
            (
                r"(?:carry|stock|resell|distribute|sell) your (?:line|brand|products?|goods|collection|"
                r"candles|range)"
            ),
            (
                r"(?:we|i) (?:run|own|have) (?:a|an) (?:\w+ )?(?:boutique|shop|store|gallery|salon|cafe|"
                r"hotel|spa|concept store)\b"
            ),
            r"\d{2,} (?:units|pieces|pcs|штук|комплект)",
            r"for our (?:hotel|office|event|company|store|cafe|restaurant|employees|team)",
            r"для (?:нашего|нашей|нашей) (?:отеля|кафе|компании|сотрудников|офиса|салона)",
            (
                r"на (?:полк[иу]|реализац|витрин)|(?:мы|наш) (?:\w+ )?(?:магазин|салон|кафе|отель|шоурум|"
                r"бутик) (?:из|в)\b"
            ),
        ),
    ),
    Cue(
        3,
        "ищет работу или нанимает",
        "a job",
        (
            r"ваканси|резюме|ищу работу|нужны (?:ли )?(?:вам )?(?:сотрудник|работник|продавц|курьер|люди)",
            r"ищете (?:ли )?(?:сотрудник|работник|продавц|персонал|людей)|возьм(?:ете|ите) на работу",
            r"(?:хочу|можно) (?:у вас |к вам )?(?:работать|устроиться|на стажировк)|устроиться к вам",
            r"есть (?:ли )?(?:у вас )?работа",
            (
                r"(?:не нужен|нужен ли|не нужны|нужны ли|требуется ли)\b.{0,10}(?:вам )?(?:\w+[- ])?(?:smm|"
                r"смм|специалист|фотограф|дизайнер|менеджер|продавец|курьер|помощник|таргетолог|мастер|"
                r"флорист|бариста|повар)"
            ),
            r"(?:are you|you) (?:guys )?(?:hiring|recruiting)",
            (
                r"(?:(?<!great )(?<!good )(?<!nice )jobs?|vacanc(?:y|ies)|internship|job opening|career)\b|"
                r"send (?:you )?my (?:cv|resume)"
            ),
            r"join (?:the|your) team|apply (?:for|to work)",
            (
                r"(?:looking for|need) (?:staff|employees|a (?:photographer|designer|social media|barista|"
                r"cook))"
            ),
            r"job (?:opening|offer|vacanc|position)|openings? for|вы нанимаете",
            r"набираете (?:людей|персонал|сотруд)",
            r"(?:вам )?нужны (?:ли )?(?:\w+еры|\w+исты|\w+тели|люди|продавцы|мастера|сотрудники)\b",
        ),
    ),
)
