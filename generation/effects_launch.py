"""The effects of the launch, each with its words in every language of the portal.

A change is a higher version of the same code; what jobs were made by stays as it was.
"""

from __future__ import annotations

from generation.effects import EffectInput, EffectOffer, Texts


def _words(en: str, zh: str) -> Texts:
    return {"en": en, "zh-hans": zh}


def _photo(hint_en: str, hint_zh: str, *, person: bool) -> EffectInput:
    return EffectInput(
        "photo", _words("Photograph", "照片"), _words(hint_en, hint_zh), person=person
    )


_NO_ACCIDENTS = "distorted faces, extra fingers, extra limbs, text, letters, flicker"

EFFECTS: tuple[EffectOffer, ...] = (
    EffectOffer(
        code="old-photo-alive",
        version=1,
        name=_words("Old photo to life", "老照片动起来"),
        description=_words(
            "The people in an old photograph breathe, look at you and smile.",
            "老照片里的人会呼吸，看着你，向你微笑。",
        ),
        inputs=(
            _photo(
                "A scan or a photo of the print, faces well seen.",
                "老照片的扫描件或翻拍，脸要看得清楚。",
                person=True,
            ),
        ),
        framing="start",
        prompt=(
            "the people in the old photograph come to life: they breathe, blink, turn their eyes "
            "to the viewer and smile gently, natural slow motion, camera zooms in"
        ),
        prompts=_words(
            "They breathe, blink, look at the viewer and smile gently.",
            "照片里的人呼吸、眨眼，望向镜头，轻轻微笑。",
        ),
        negative_prompt=_NO_ACCIDENTS,
        camera={"zoom": 2},
        lengths=(5, 10),
    ),
    EffectOffer(
        code="embrace-across-time",
        version=1,
        name=_words("Embrace across time", "穿越时空的拥抱"),
        description=_words(
            "Two people from two photographs turn to each other and embrace.",
            "两张照片里的两个人转过身来，紧紧相拥。",
        ),
        inputs=(
            EffectInput(
                "left",
                _words("The one on the left", "左边的人"),
                _words("One person, to the waist.", "一个人，半身照。"),
                person=True,
            ),
            EffectInput(
                "right",
                _words("The one on the right", "右边的人"),
                _words(
                    "The other person, or the same one years ago.",
                    "另一个人，或者多年前的同一个人。",
                ),
                person=True,
            ),
        ),
        framing="beside",
        prompt=(
            "two people stand side by side, turn to each other, walk together and embrace warmly, "
            "natural slow motion"
        ),
        prompts=_words(
            "They turn to each other, come closer and embrace warmly.",
            "两人转过身，走近彼此，温暖地拥抱。",
        ),
        negative_prompt=_NO_ACCIDENTS,
        lengths=(5,),
    ),
    EffectOffer(
        code="forty-years-ago",
        version=1,
        name=_words("Photos from forty years ago", "四十年前的照片"),
        description=_words(
            "A photograph of today becomes one from the family album of forty years ago.",
            "今天的照片，慢慢变成四十年前相册里的那一张。",
        ),
        inputs=(_photo("A photograph of today.", "一张现在的照片。", person=True),),
        framing="aged",
        prompt=(
            "the photograph turns into an old photo look from forty years ago: faded warm "
            "colours, soft grain, the people stay as they are and move a little"
        ),
        prompts=_words(
            "The picture fades into the warm colours and the grain of an old print.",
            "画面渐渐褪成暖色，带着老相纸的颗粒。",
        ),
        negative_prompt=_NO_ACCIDENTS,
        lengths=(5,),
    ),
    EffectOffer(
        code="then-and-now",
        version=1,
        name=_words("Then and now", "昔日与今天"),
        description=_words(
            "From a photograph of then to one of now, as if the years passed while you look.",
            "从昔日的照片到今天的照片，岁月就在眼前流过。",
        ),
        inputs=(
            EffectInput(
                "then",
                _words("Then", "昔日"),
                _words("How it was. The clip starts with it.", "从前的样子，视频由此开始。"),
                person=True,
            ),
            EffectInput(
                "now",
                _words("Now", "今天"),
                _words("How it is. The clip ends with it.", "现在的样子，视频到此结束。"),
                person=True,
            ),
        ),
        framing="from_to",
        prompt=(
            "years pass: the same person and place change smoothly from the first picture to the "
            "last one, one steady shot"
        ),
        prompts=_words(
            "The years pass: the first picture changes smoothly into the second.",
            "岁月流逝，第一张照片平稳地变成第二张。",
        ),
        negative_prompt=_NO_ACCIDENTS,
        lengths=(5, 10),
    ),
    EffectOffer(
        code="wave-hello",
        version=1,
        name=_words("A wave hello", "挥手问好"),
        description=_words(
            "The person in the photograph looks up, waves and laughs.",
            "照片里的人抬起头，挥挥手，笑了起来。",
        ),
        inputs=(
            _photo(
                "One person, both arms in the picture.", "一个人，双臂都在画面里。", person=True
            ),
        ),
        framing="start",
        prompt="the person looks up, raises one hand, waves to the viewer and laughs",
        prompts=_words(
            "Looks up, raises a hand, waves and laughs.", "抬头，举起一只手挥一挥，开心地笑。"
        ),
        negative_prompt=_NO_ACCIDENTS,
        lengths=(5,),
    ),
    EffectOffer(
        code="pet-at-play",
        version=1,
        name=_words("Pet at play", "宠物动起来"),
        description=_words(
            "Your cat or dog wags, looks about and comes nearer.",
            "你的猫或狗摇摇尾巴，四处张望，慢慢走近。",
        ),
        inputs=(_photo("The animal, whole and sharp.", "完整清晰的宠物照片。", person=False),),
        framing="start",
        prompt="the animal wags its tail, looks about, comes nearer and sniffs, playful",
        prompts=_words(
            "Wags its tail, looks about and comes nearer.", "摇着尾巴，四处张望，慢慢走近。"
        ),
        negative_prompt="extra legs, extra tails, text, letters, flicker",
        lengths=(5, 10),
    ),
    EffectOffer(
        code="into-the-painting",
        version=1,
        name=_words("Into the painting", "走进画中"),
        description=_words(
            "A painting or a drawing gets depth: water runs, leaves stir, you walk in.",
            "让一幅画有了纵深：水在流，叶在动，你走了进去。",
        ),
        inputs=(
            EffectInput(
                "painting",
                _words("Painting or drawing", "画作"),
                _words("One you may use.", "你有权使用的画。"),
            ),
        ),
        framing="start",
        prompt=(
            "the painting comes alive with depth: water flows, leaves and clouds move, "
            "camera zooms in"
        ),
        prompts=_words(
            "Water flows, leaves and clouds move, we go slowly in.",
            "流水潺潺，枝叶与云朵轻轻摇动，镜头缓缓深入。",
        ),
        negative_prompt="frame, text, letters, flicker",
        camera={"zoom": 5},
        lengths=(5, 10),
    ),
    EffectOffer(
        code="product-on-stage",
        version=1,
        name=_words("Product on stage", "商品登台"),
        description=_words(
            "The camera goes round a product as on a stage, in soft light.",
            "柔和的灯光下，镜头环绕商品，如同登上舞台。",
        ),
        inputs=(
            EffectInput(
                "product",
                _words("Product picture", "商品图"),
                _words("On a plain ground, nothing cut off.", "纯色背景，主体完整。"),
            ),
        ),
        framing="start",
        prompt=(
            "the product stands on a stage, soft studio light glides over it, "
            "camera moves right around it"
        ),
        prompts=_words(
            "Soft light glides over the product while we go round it.",
            "柔光掠过商品，镜头缓缓环绕。",
        ),
        negative_prompt="people, hands, text, letters, deformed product, flicker",
        camera={"horizontal": 4, "pan": -4},
        lengths=(5,),
    ),
    EffectOffer(
        code="first-snow",
        version=1,
        name=_words("First snow", "初雪"),
        description=_words(
            "Snow begins to fall on the place in your picture.",
            "雪花开始飘落在照片里的地方。",
        ),
        inputs=(_photo("A street, a house, a landscape.", "街道、房屋或风景。", person=False),),
        framing="start",
        prompt="snow begins to fall, thick soft flakes, the ground slowly turns white, calm",
        prompts=_words(
            "Thick soft flakes begin to fall; the ground slowly turns white.",
            "大片雪花静静飘落，大地慢慢变白。",
        ),
        negative_prompt="text, letters, flicker",
        lengths=(5, 10),
    ),
    EffectOffer(
        code="fly-over",
        version=1,
        name=_words("Fly over it", "凌空飞越"),
        description=_words(
            "The camera rises and flies over the landscape in your picture.",
            "镜头升起，飞越照片里的风景。",
        ),
        inputs=(_photo("A landscape with a far view.", "视野开阔的风景。", person=False),),
        framing="start",
        prompt="the camera rises and flies forward over the landscape, wide view, camera moves up",
        prompts=_words(
            "We rise and fly forward over the landscape.", "镜头升高，向前飞越整片风景。"
        ),
        prompt_editable=False,
        negative_prompt="text, letters, flicker",
        camera={"vertical": 5, "zoom": 4, "tilt": -3},
        lengths=(5, 10),
    ),
)
