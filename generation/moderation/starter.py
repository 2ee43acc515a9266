"""The rules a fresh installation begins with: short, and the operator's to replace. Pure.

They name what is wanted, not who: no names of persons, and no slur that a search would be needed
to find. What they let by is for the operator's own list or a model.
"""

from __future__ import annotations

from generation.moderation.types import Action, Category, Rule, Scope

VERSION = 0

_MINORS = (
    "child|children|kid|kids|toddler|baby|infant|minor|underage|preteen|schoolgirl|schoolboy|"
    "little girl|little boy|young girl|young boy|girl aged|boy aged|year old girl|year old boy|"
    "儿童|小孩|孩子|女童|男童|幼女|幼童|婴儿|未成年|小学生|初中生|中学生|小女孩|小男孩|萝莉|正太"
)
_EXPLICIT = (
    "porn*|sex|sexual|sexually|sexy|erotic|erotica|nsfw|nude|nudes|naked|topless|undressed|"
    "lingerie|masturbat*|genitals|orgasm|blowjob|hentai|molest*|"
    "色情|情色|裸体|全裸|赤裸|裸照|裸露|性爱|性交|做爱|性感|性侵|猥亵|情趣内衣|没穿衣服|脱光"
)
_KILLING = "kill|kills|killing|exterminate|gas|lynch|behead|杀光|杀死|灭绝|消灭|屠杀"
_PEOPLES = (
    "jews|muslims|christians|blacks|black people|asians|chinese people|immigrants|refugees|gays|"
    "犹太人|穆斯林|黑人|亚洲人|少数民族|同性恋|移民|难民"
)
# A word that ends where another begins: 特色 + 情侣 holds 色情.
_COLOURS = (
    "特色|角色|景色|彩色|红色|蓝色|白色|黑色|粉色|绿色|紫色|金色|银色|灰色|棕色|橙色|黄色|肉色"
)
_FEELINGS = "情侣|情人|情书|情感|情调|情怀|情节|情绪|情景|情趣|情况|情意|情歌|情诗"
_ACROSS = "|".join(
    colour + feeling for colour in _COLOURS.split("|") for feeling in _FEELINGS.split("|")
)


def _rule(
    rule_id: str,
    category: Category,
    action: Action,
    patterns: str,
    near: str = "",
    scope: Scope = "all",
    note: str = "",
) -> Rule:
    beside = tuple(near.split("|")) if near else ()
    return Rule(rule_id, tuple(patterns.split("|")), category, action, beside, scope, note)


RULES: tuple[Rule, ...] = (
    _rule(
        "minors-explicit", "sexual_minors", "block", _MINORS, near=_EXPLICIT, scope="prompt",
        note="What is kept out may name both; the next rule reads that too.",
    ),
    _rule(
        "minors-terms", "sexual_minors", "block",
        "child porn*|kiddie porn*|child pornography|csam|lolicon|shotacon|jailbait|pedo porn*|"
        "paedophil*|pedophil*|儿童色情|幼女色情|恋童|炼铜|萝莉控",
    ),
    _rule(
        "sexual-explicit", "sexual", "block",
        "porn|porno|pornography|pornographic|hardcore sex|having sex|sex scene|sex tape|blowjob|"
        "cumshot|gangbang|deepfake nude|revenge porn|undress her|"
        "色情|淫秽|性交|做爱|口交|肛交|裸聊|偷拍裙底|一键脱衣",
        scope="prompt",
    ),
    _rule(
        "sexual-suggestive", "sexual", "log",
        "nude|nudes|naked|topless|erotic|nsfw|hentai|裸体|全裸|裸照|情色|情趣内衣", scope="prompt",
    ),
    _rule(
        "sexual-violence", "sexual", "block",
        "rape|raped|raping|rapist|molest*|强奸|轮奸|迷奸|性侵",
    ),
    _rule(
        "gore-real", "gore", "block",
        "beheading video|snuff film|snuff video|dismember*|disembowel*|mutilated corpse|"
        "肢解|分尸|虐杀|斩首视频|开膛破肚", scope="prompt",
    ),
    _rule(
        "hate-killing", "hate", "block", _KILLING, near=_PEOPLES, scope="prompt",
        note="Calls to kill a people. Reports of such crimes belong to the operator's allow list.",
    ),
    _rule(
        "hate-terms", "hate", "block",
        "heil hitler|white power|gas the jews|race war now|种族清洗万岁|纳粹万岁|支那猪|尼哥",
    ),
    _rule("hate-signs", "hate", "review", "swastika|nazi flag|纳粹旗|卍字旗", scope="prompt"),
    _rule(
        "self-harm", "self_harm", "block",
        "kill myself|commit suicide|suicide method*|how to hang myself|slit my wrists|"
        "cutting myself|pro ana|自杀方法|自杀教程|怎么自杀|割腕|自残教程", scope="prompt",
    ),
    _rule("self-harm-topic", "self_harm", "log", "suicide|self harm|自杀|自残", scope="prompt"),
    _rule(
        "weapons-making", "weapons", "block",
        "how to make a bomb|build a bomb|bomb making instructions|pipe bomb instructions|"
        "make explosives|3d printed gun|ghost gun blueprint|make nerve gas|synthesize sarin|"
        "自制炸弹|制作炸弹|炸弹制作|炸药配方|制造枪支|自制枪支|枪支图纸|3d打印枪|制毒教程",
    ),
    _rule(
        "extremism", "extremism", "block",
        "isis recruitment|join isis|terrorist recruitment|jihadist propaganda|"
        "恐怖袭击教程|招募圣战|圣战宣传",
    ),
    _rule(
        "political-fake", "political_impersonation", "review",
        "deepfake|fake speech|fake news|face swap|fake statement|fabricated statement|"
        "换脸|伪造讲话|伪造声明|假新闻|冒充",
        near="president|prime minister|chancellor|senator|minister|candidate|politician|election|"
        "主席|总统|总理|总书记|部长|领导人|候选人|选举", scope="prompt",
        note="Names are for the operator's own list: who is in office changes.",
    ),
    # What ordinary words would otherwise set off.
    _rule(
        "ordinary-words", "other", "allow",
        "sexy beast|naked eye|naked mole rat|naked cake|naked juice|bare naked ladies|"
        "sex and the city|sex pistols|baby shark|baby blue|baby yoda|baby's breath|baby grand|"
        "baby pink|kid leather|minor key|minor chord|a minor|b minor|c minor|d minor|e minor|"
        "f minor|g minor|ursa minor|asia minor|minor details|minor detail|rape seed|rape flower*|"
        "rape blossom*|rape field|oilseed rape|gas station*|gas lamp*|gas mask*|gas giant*|"
        "gas balloon*|gas stove*|kill bill|infant jesus|baby spinach|white power station|"
        "white power plant|white power cable|white power bank|white power adapter|"
        "强奸臣|做爱心|口交错|口交通|口交汇|口交叉|口交界|口交接|口交流|口交易|口交代|口交付|"
        "裸色|裸眼|裸妆|裸麦|裸辞|裸机|裸婚|裸车|裸子植物|裸鼹鼠|孩子气",
    ),
    _rule("words-that-meet", "other", "allow", _ACROSS),
)  # fmt: skip
