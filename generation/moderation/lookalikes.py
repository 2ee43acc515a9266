"""Characters that are read as others: letters of other alphabets, traditional forms, digits. Pure.

Both capital and small letters stand here where they look like different Latin letters, so that the
two cases of a word are read the same.
"""

from __future__ import annotations

_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "є": "e", "ғ": "f", "ԍ": "g",
    "һ": "h", "н": "h", "і": "i", "ї": "i", "ј": "j", "к": "k", "ӏ": "l", "м": "m", "п": "n",
    "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "ц": "u", "ѵ": "v", "ѡ": "w",
    "ԝ": "w", "ш": "w", "х": "x", "у": "y", "ү": "y", "ƨ": "s", "з": "3", "б": "6",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "b", "ϲ": "c", "δ": "d", "ε": "e", "ϝ": "f", "γ": "y", "η": "n", "ι": "i",
    "ϳ": "j", "κ": "k", "λ": "l", "μ": "u", "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "ς": "c",
    "τ": "t", "υ": "u", "ω": "w", "χ": "x", "ζ": "z", "θ": "o",
}  # fmt: skip
_LATIN = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ƀ": "b", "ɓ": "b", "ɗ": "d",
    "ɡ": "g", "ɢ": "g", "ɪ": "i", "ɴ": "n", "ɑ": "a", "ɛ": "e", "ə": "e", "ɩ": "i", "ɯ": "w",
    "ɵ": "o", "ɔ": "o", "ʀ": "r", "ʏ": "y", "ʋ": "v", "ʙ": "b", "ʜ": "h", "ʟ": "l", "ꜱ": "s",
    "ꞩ": "s", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴊ": "j", "ᴋ": "k", "ᴍ": "m", "ᴏ": "o",
    "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ꝑ": "p", "ȥ": "z", "ƒ": "f",
    "æ": "ae", "œ": "oe", "¢": "c", "£": "e", "€": "e", "¥": "y",
}  # fmt: skip
_TRADITIONAL = dict(
    zip(
        "兒製殺槍彈藥習黃漢體寶貝髒髮發買賣資視頻頁圖畫裏裡亂倫強姦姪蘿學學園歲齡級鮮淫蕩褲裙絲襪"
        "處女誘騙屍斷頭斬殘閹獨國慶總統主席書記偽換臉聞報導講話毒販製爆炸騷國萬歲納粹輪滅種絕燒違詞語",
        "儿制杀枪弹药习黄汉体宝贝脏发发买卖资视频页图画里里乱伦强奸侄萝学学园岁龄级鲜淫荡裤裙丝袜"
        "处女诱骗尸断头斩残阉独国庆总统主席书记伪换脸闻报导讲话毒贩制爆炸骚国万岁纳粹轮灭种绝烧违词语",
        strict=True,
    )
)
_BOXED = {chr(0x1F150 + place): chr(97 + place) for place in range(26)}
_SQUARED = {chr(0x1F170 + place): chr(97 + place) for place in range(26)}
_FLAGS = {chr(0x1F1E6 + place): chr(97 + place) for place in range(26)}

READ_AS: dict[str, str] = {
    **_CYRILLIC, **_GREEK, **_LATIN, **_TRADITIONAL, **_BOXED, **_SQUARED, **_FLAGS
}  # fmt: skip

# Digits and signs written for letters; a 1 is read both ways.
LEET: dict[str, str] = {
    "0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "+": "t",
}  # fmt: skip

# Letters by their class, empty to the eye.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u180e")
