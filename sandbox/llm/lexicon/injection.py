"""Attempts to command the machine that reads the comment."""

from __future__ import annotations

from sandbox.llm.cue import Cue

INJECTION = (
    Cue(
        3,
        "пытается отменить указания",
        "tries to cancel the instructions",
        (
            (
                r"(?:(?:про)?игнориру(?:й(?:те)?|я)|(?:про)?игнорировать|забудь(?:те)?|отмени|"
                r"не (?:учитывай|слушай|следуй|обращай внимания на)|сбрось|обойди|нарушь|отбрось|стири|"
                r"сотри|удали)\b.{0,30}(?:инструкц|указани|правил|команд|промпт|промт|контекст|ограничен|"
                r"систем|предыдущ|прошл|настройк)"
            ),
            r"(?:новые|новая|следующие) (?:\w+ )?(?:инструкци\w|указани\w|команд\w|правил\w)\s?:",
            (
                r"(?:ignore|forget|disregard|override|bypass|skip|cancel|discard|do not follow|"
                r"don't follow)\b.{0,30}(?:instruct|prompt|rule|direction|command|guideline|context|"
                r"previous|above|prior|system|everything|polic)"
            ),
            (
                r"(?:new|updated|real|actual) (?:(?:system )?(?:instructions?|directives?)\s?:|"
                r"(?:system )?prompt\b)"
            ),
            (
                r"(?:ignorier|vergiss|ignora|olvida|ignore[zr]|oubli)\w*\b.{0,30}(?:anweisung|regeln|"
                r"instrucciones|reglas|instructions|regles|istruzioni)"
            ),
            r"(?:ігноруй|забудь)\b.{0,20}(?:інструкц|вказівк|правил)",
        ),
    ),
    Cue(
        3,
        "навязывает машине роль",
        "gives the machine a role",
        (
            (
                r"(?:ты|вы) (?:теперь|отныне|больше не|сейчас)\b.{0,25}(?:бот|администратор|админ|"
                r"ассистент|ии\b|модель|свободн|разработчик|dan\b|чат|систем|помощник|хакер|без огранич)"
            ),
            r"(?:представь|притворись|веди себя|действуй|сыграй),? (?:что ты|как|роль|будто)",
            r"(?:режим (?:разработчика|бога|отладки|администратора)|джейлбрейк)",
            r"you(?: are|'re|re) now (?:a|an|in|dan|free|my|unrestricted)\b",
            r"from now on,? (?:you|act|reply|answer)\b",
            (
                r"(?:act as|pretend (?:to be|you are)|roleplay as|behave as|simulate)\b.{0,20}(?:admin|"
                r"developer|different|ai\b|bot|unrestricted|dan\b|system|assistant|owner|manager)"
            ),
            r"(?:developer mode|dan mode|jailbreak|god mode|debug mode|admin(?:istrator)? mode|sudo\b)",
        ),
    ),
    Cue(
        3,
        "выпытывает указания",
        "asks for the instructions",
        (
            (
                r"(?:систем\w+|скрыт\w+|исходн\w+|начальн\w+|тво[йиюе]\w*|ваш\w*) (?:\w+ )?(?:промпт|промт|"
                r"инструкци|указани|prompt)"
            ),
            (
                r"(?:покажи|выведи|раскрой|напечатай|повтори|процитируй|пришли|"
                r"скинь)(?:те)?\b.{0,25}(?:промпт|промт|инструкци|указани|prompt|токен|ключ|api)"
            ),
            (
                r"(?:reveal|show|print|repeat|output|leak|display|tell me|give me|"
                r"send)\b.{0,30}(?:system prompt|your (?:\w+ )?prompt|your (?:\w+ )?instructions|"
                r"hidden (?:prompt|rules|instructions)|api key|access token|password)"
            ),
            r"system prompt",
        ),
    ),
    Cue(
        3,
        "подделывает служебный текст",
        "forges service text",
        (
            r"(?:system|assistant|developer|система)\s?(?::|\]|>|\|)",
            r"<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>?|\[/?(?:inst|system)\]",
            r"###\s?(?:instruction|system|response)",
            r"(?:\"|')?(?:category|needs_human|injection_suspected|answerable|used_ids)(?:\"|')?\s?[:=]",
            r"(?:begin|end)_?of_?(?:prompt|instructions|text)",
        ),
    ),
    Cue(
        3,
        "диктует решение",
        "dictates the decision",
        (
            (
                r"(?:ответь(?:те)?|напиши|скажи|опубликуй|выведи|отвечай)\b.{0,15}(?:только|ровно|дословно|"
                r"слово в слово|что все бесплатно|что у вас|«|\"|:)"
            ),
            (
                r"(?:выдай|создай|сгенерируй|раздай|опубликуй)(?:те)?\b.{0,12}(?:мне |всем |"
                r"нам )?(?:\w+ )?(?:промокод|купон|скидку \d|код скидки)"
            ),
            (
                r"(?:одобри|подтверди|утверди|опубликуй|пропусти)(?:те)?\b.{0,20}(?:этот|автоматически|"
                r"комментарий|ответ|заявк)"
            ),
            (
                r"(?:reply|respond|answer|say|write|output|publish|post)\b.{0,12}(?:only (?:with|the word|"
                r"\"|yes)|exactly|with (?:only|exactly|a \d|the word|code|\"|yes)|the following|"
                r"word for word|that everything is free)"
            ),
            r"(?:approve|publish|accept|auto-?approve) (?:this|the|my|all|automatically)\b",
            (
                r"(?:mark|classify|label|categori[sz]e|treat|set) (?:this|it|me|my|the) (?:comment|message|"
                r"category)?\b.{0,15}(?:as|to)\b"
            ),
            r"(?:пометь|классифицируй|отметь|считай)\b.{0,20}(?:как|комментарий|сообщени)",
            (
                r"(?:generate|create|issue|publish)\b.{0,15}(?:a |me |us |everyone )*(?:free |new |"
                r"\d+% ?(?:off )?)*(?:promo|discount|coupon|voucher) ?codes?"
            ),
        ),
    ),
)
