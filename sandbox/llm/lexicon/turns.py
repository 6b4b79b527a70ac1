"""Turns of speech that decide between readings, whatever the matter."""

from __future__ import annotations

import re

CONTRAST = re.compile(r"(?<!\w)(?:но|зато|однако|but|however|though)\b")
# Asks about a rule or a possibility and reports nothing.
POSSIBILITY = re.compile(
    r"(?<!\w)(?:можно ли|могу ли|можно\b|если (?:не|вдруг|мне|цвет|размер|запах)|подходит|подойдет|"
    r"безопасн|гипоаллерг|для аллергик|какие условия|can i|could i|may i|do you (?:offer|accept|give)|"
    r"what if|if (?:it|i|the)|is it (?:safe|ok)|what's your|what is your|hypoallergenic|suitable|"
    r"как (?:отменить|вернуть|обменять) (?!мо))"
)
# Asks whether a fault may happen or what to do about it: «не линяет?», "what if it breaks?".
SUPPOSES = re.compile(
    r"(?:^|[.!,]\s*|\bа )(?:не \w+т(?:ся)?\b|если\b|что делать|как долго|what if|if (?:it|the)|will it|"
    r"does it|is it|do they|are they|what (?:do|should) i)|что делать\s*\?|как (?:быть|исправить|"
    r"сделать,? чтобы)"
)
# Wants a person, or touches what only a person may answer.
HUMAN = re.compile(
    r"(?<!\w)(?:позовите|нужен (?:человек|менеджер)|живо(?:й|го) (?:человек|менеджер)|с менеджером|"
    r"оператор|human|real person|manager|пароль|password|договор|contract|врач|doctor|беременн|pregnan)"
)
# Asks even without a question mark.
ASKING = re.compile(
    r"(?<!\w)(?:сколько|скок|почем|где\b|куда|когда|во сколько|есть ли|можно|подскаж|скажите|интересует|"
    r"хочу (?:за|куп|при)|как (?:за|куп|оф|опл|связ|мож|ст|х)|how (?:much|do|can|to|long|many)|"
    r"what (?:size|is|are|time|col)|where|when (?:do|is|are|will|can)|which|do you|does it|can (?:i|you|"
    r"we)|is (?:it|there|this)|are (?:you|there|these)|pls|please tell|(?:do|should) (?:i|we)\b|"
    r"would (?:this|it|these)|сколько)"
)
# Speaks to the business, not about the writer.
ADDRESSES_US = re.compile(r"(?<!\w)(?:вы|вас|вам|вами|ваш\w*|your?|y'all|you guys)\b")
