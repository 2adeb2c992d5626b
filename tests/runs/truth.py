"""Judges answers about the sample images by samples/truth.jsonl, which comes from the scenes' geometry.

Every question form of the built-in model stands in FORMS once more, in English and in Chinese, with
what is right according to the truth alone. A question that is in no form, and an answer to a question
whose truth is not known or not clear, is a fault of the built-in model or of this table: both raise.
Values are compared in English whatever the language of the item.
"""
import json
import math
import re

COLOURS = {"en": "red orange yellow green blue purple pink brown black white grey".split(),
           "zh": "红色 橙色 黄色 绿色 蓝色 紫色 粉色 棕色 黑色 白色 灰色".split()}
PLACES = {"en": ["top left", "top", "top right", "left", "center", "right", "bottom left", "bottom",
                 "bottom right"],
          "zh": "左上角 上方 右上角 左侧 中央 右侧 左下角 下方 右下角".split()}
DIRECTIONS = {"en": ["to the right", "below and to the right", "below", "below and to the left",
                     "to the left", "above and to the left", "above", "above and to the right"],
              "zh": "右边 右下方 下面 左下方 左边 左上方 上面 右上方".split()}
LEVELS = {"en": "dark medium bright".split(), "zh": "昏暗 中等 明亮".split()}
FRAMES = {"en": "landscape portrait square".split(), "zh": "横版 竖版 正方形".split()}
SIDES = {"en": ["the horizontal ones", "the vertical ones", "none, all four are equal"],
         "zh": "水平的两条 竖直的两条 四条一样长".split()}

# Wrong options that are no value of their kind; they hold of no sample.
OTHERS = {
    "level": {"pitch dark", "blindingly white", "half night and half day", "flickering",
              "漆黑一片", "一片惨白", "半明半暗", "忽明忽暗"},
    "frame": {"circular", "triangular", "oval", "hexagonal", "圆形", "三角形", "椭圆形", "六边形"},
    "side": {"only the top one", "only the left one", "only the right one", "只有上边", "只有左边",
             "只有右边"},
    "ground": {"a forest", "a city street", "a sandy beach", "a kitchen", "a snowy mountain",
               "a library", "a flower garden", "a parking lot", "a classroom", "一片森林", "城市街道",
               "沙滩", "厨房", "雪山", "图书馆", "花园", "停车场", "教室"},
}


class Unjudged(Exception):
    """What cannot be judged: an unknown question, an unreadable value, a truth that is not clear."""


def known(value, what):
    if value is None:
        raise Unjudged(f"the truth does not say {what}")
    return value


class Sample:
    """The truth about one image."""

    def __init__(self, line):
        self.truth = json.loads(line)
        self.name = self.truth["image"]

    def field(self, name):
        return known(self.truth.get(name), name)

    @property
    def shapes(self):
        return self.field("shapes")  # the largest first

    def alone(self, key, reverse):
        """The shape that comes first by the key, when no other is nearly there."""
        order = sorted(self.shapes, key=key, reverse=reverse)
        if len(order) > 1 and abs(key(order[0]) - key(order[1])) < 0.03 * max(abs(key(order[0])), 0.05):
            raise Unjudged("two shapes are alike")
        return order[0]

    def extreme(self, axis, last):
        order = sorted((shape[axis] for shape in self.shapes), reverse=last)
        if len(order) < 2 or abs(order[0] - order[1]) < 0.02:
            raise Unjudged(f"no shape alone is the furthest along {axis}")
        return next(shape for shape in self.shapes if shape[axis] == order[0])["colour"]

    def largest(self):
        return self.alone(lambda shape: shape["share"], True)

    def smallest(self):
        if len(self.shapes) < 2:
            raise Unjudged("there is one shape only")
        return self.alone(lambda shape: shape["share"], False)

    def second(self):
        self.largest()
        rest = self.shapes[1:]
        if not rest or (len(rest) > 1 and rest[0]["share"] < 1.05 * rest[1]["share"]):
            raise Unjudged("no shape is the second largest")
        return rest[0]

    def only(self, key, value):
        found = [shape for shape in self.shapes if shape[key] == value]
        if len(found) != 1:
            raise Unjudged(f"{len(found)} shapes are {value}")
        return found[0]

    def direction(self, of, seen_from):
        if of is seen_from:
            raise Unjudged("a shape is asked for as seen from itself")
        angle = math.atan2((of["y"] - seen_from["y"]) * self.truth["height"],
                           (of["x"] - seen_from["x"]) * self.truth["width"]) * 4 / math.pi
        if abs(angle - round(angle)) > 0.45:
            raise Unjudged("the direction lies between two")
        return DIRECTIONS["en"][round(angle) % 8]

    def absent_of(self, family):
        missing = set(family) & set(self.field("absent_colours"))
        if len(missing) != 1:
            raise Unjudged(f"{len(missing)} of {family} are missing")
        return missing.pop()

    def frame_side(self):
        return SIDES["en"][FRAMES["en"].index(self.field("orientation"))]


# Values: each kind reads a text as an English value, or None when it is none.

def reader(table):
    def read(text, language):
        return table["en"][table[language].index(text)] if text in table[language] else None
    return read


def read_number(text, _):
    return int(text) if re.fullmatch(r"\d+", text) else None


def read_percent(text, _):
    return int(text[:-1]) if re.fullmatch(r"\d+%", text) else None


def read_ground(text, language):
    found = re.fullmatch(r"a plain (\w+) background" if language == "en" else r"纯(.+)的背景", text)
    return KINDS["colour"](found[1], language) if found else None


SENTENCES = {
    "en": re.compile(r"A (?P<level>dark|bright|moderately lit) (?P<frame>landscape|portrait|square) scene"
                     r"(?: with (?P<count>\d+) separate shapes? on an? (?P<ground>\w+) background"
                     r"| that is mostly (?P<dominant>\w+)| of several colours)"
                     r"(?:, the largest of them (?P<largest>\w+)|, brightest at the (?P<brightest>.+))?"),
    "zh": re.compile(r"一幅(?P<level>昏暗|中等|明亮|明暗适中)的(?P<frame>横版|竖版|正方形)画面"
                     r"(?:，(?P<ground>[^，]+)背景上有(?P<count>\d+)个独立的图形|，以(?P<dominant>[^，]+)为主"
                     r"|，含有多种颜色)(?:，其中最大的是(?P<largest>.+)|，(?P<brightest>.+)最亮)?")}


def read_sentence(text, language):
    """What a sentence claims: pairs of a field of the truth and its value."""
    found = SENTENCES[language].fullmatch(text)
    if found is None:
        return None
    level = {"moderately lit": "medium", "明暗适中": "medium"}.get(found["level"])
    claims = {"brightness": level or KINDS["level"](found["level"], language),
              "orientation": KINDS["frame"](found["frame"], language)}
    if found["count"]:
        claims["count"] = int(found["count"])
    for group, field, kind in (("ground", "ground", "colour"), ("dominant", "dominant_colour", "colour"),
                               ("largest", "largest_colour", "colour"),
                               ("brightest", "brightest_part", "place")):
        if found[group]:
            claims[field] = KINDS[kind](found[group], language)
    return None if None in claims.values() else claims


KINDS = {"colour": reader(COLOURS), "place": reader(PLACES), "direction": reader(DIRECTIONS),
         "level": reader(LEVELS), "frame": reader(FRAMES), "side": reader(SIDES),
         "number": read_number, "percent": read_percent, "ground": read_ground,
         "sentence": read_sentence}


def percent_of(sample, share, none="a share that can be told"):
    exact = 100 * share
    if abs(exact - 5 * round(exact / 5)) > 2.2:
        raise Unjudged(none)
    return 5 * round(exact / 5)


def ground_share(sample):
    return 1 - sum(shape["share"] for shape in sample.shapes)


def caption(sample):
    return {field: sample.truth.get(field) for field in
            ("brightness", "orientation", "count", "ground", "dominant_colour", "largest_colour",
             "brightest_part")}


# Topic, kind of the answer, the forms in English and Chinese, what is right. {a} and {b} stand for
# colours, {p} for a place; what is right gets them in English.
FORMS = [
    ("concept", "level",
     ["What is the overall lighting level of the image?", "Which lighting level fits the image as a whole?"],
     ["这张图片整体的明暗程度如何？", "整幅画面的明暗属于哪一种？"],
     lambda s, **_: s.field("brightness")),
    ("concept", "colour", ["Which colour sets the overall tone of the image?"],
     ["哪种颜色决定了画面的整体色调？"], lambda s, **_: s.field("dominant_colour")),
    ("visual_recognition", "colour",
     ["Which colour covers most of the image?", "What is the most common colour in the image?"],
     ["画面中面积最大的颜色是什么？", "图片中最常见的颜色是什么？"], lambda s, **_: s.field("dominant_colour")),
    ("visual_recognition", "colour",
     ["What colour is the largest shape in the image?", "Which colour does the largest shape in the image have?"],
     ["图中最大的图形是什么颜色？", "画面里面积最大的图形呈什么颜色？"], lambda s, **_: s.largest()["colour"]),
    ("visual_recognition", "colour", ["What colour is the background behind the shapes in the image?"],
     ["图中图形后面的背景是什么颜色？"], lambda s, **_: s.field("ground")),
    ("visual_recognition", "colour",
     ["Which colour covers most of the {p} part of the image?",
      "What is the most common colour in the {p} part of the image?"],
     ["画面{p}部分面积最大的颜色是什么？", "画面{p}最常见的颜色是什么？"],
     lambda s, p, **_: s.field("field_colours")[PLACES["en"].index(p)]),
    ("visual_recognition", "colour", ["What colour is the shape in the {p} part of the image?"],
     ["画面{p}的图形是什么颜色？"], lambda s, p, **_: s.only("position", p)["colour"]),
    ("caption", "sentence",
     ["Which sentence describes the image best?", "Which short sentence fits the image best?"],
     ["哪一句话最恰当地描述了这张图片？", "下列哪句话最符合这张图片？"], lambda s, **_: caption(s)),
    ("caption", "number", ["The image shows ____ separate shapes on a plain background."],
     ["图中的纯色背景上有____个独立的图形。"], lambda s, **_: s.field("count")),
    ("caption", "colour", ["The colour that fills most of the image is ____."],
     ["画面中占据面积最大的颜色是____。"], lambda s, **_: s.field("dominant_colour")),
    ("place", "ground", ["In what kind of surroundings are the shapes in the image placed?",
                         "What kind of place are the shapes in the image shown in?"],
     ["图中的图形处在什么样的环境里？"], lambda s, **_: s.field("ground")),
    ("object_proportion", "percent",
     ["About what percentage of the image area does the largest shape cover?",
      "About how many percent of the area of the image does the largest shape take up?"],
     ["图中最大的图形约占整幅画面面积的百分之多少？", "最大的图形大约占图片面积的多大比例？"],
     lambda s, **_: percent_of(s, s.largest()["share"])),
    ("object_proportion", "percent", ["About what percentage of the image area does the {a} shape cover?"],
     ["图中{a}的图形约占整幅画面面积的百分之多少？"], lambda s, a, **_: percent_of(s, s.only("colour", a)["share"])),
    ("object_proportion", "percent",
     ["About what percentage of the image area does the plain background cover?"],
     ["图中纯色背景约占整幅画面面积的百分之多少？"], lambda s, **_: percent_of(s, ground_share(s))),
    ("position", "place",
     ["In which part of the image is the brightest area?", "Which part of the image is the brightest?"],
     ["画面中最亮的区域在哪个部分？", "图片的哪个部分最亮？"], lambda s, **_: s.field("brightest_part")),
    ("position", "place",
     ["In which part of the image is the darkest area?", "Which part of the image is the darkest?"],
     ["画面中最暗的区域在哪个部分？", "图片的哪个部分最暗？"], lambda s, **_: s.field("darkest_part")),
    ("position", "place", ["In which part of the image are the colours strongest?",
                           "Which part of the image has the most vivid colours?"],
     ["画面中色彩最鲜艳的区域在哪个部分？", "图片的哪个部分色彩最鲜艳？"], lambda s, **_: s.field("most_colourful_part")),
    ("position", "place",
     ["In which part of the image is the largest shape?", "Where in the image is the largest shape?"],
     ["图中最大的图形在画面的哪个部分？", "最大的图形在哪里？"], lambda s, **_: s.largest()["position"]),
    ("position", "place",
     ["In which part of the image is the smallest shape?", "Where in the image is the smallest shape?"],
     ["图中最小的图形在画面的哪个部分？", "最小的图形在哪里？"], lambda s, **_: s.smallest()["position"]),
    ("position", "place", ["In which part of the image is the {a} shape?", "Where in the image is the {a} shape?"],
     ["图中{a}的图形在画面的哪个部分？", "{a}的图形在哪里？"], lambda s, a, **_: s.only("colour", a)["position"]),
    ("relative_position", "direction",
     ["Where is the largest shape in the image, seen from the second largest shape?"],
     ["从图中第二大的图形看，最大的图形在它的什么方位？"], lambda s, **_: s.direction(s.largest(), s.second())),
    ("relative_position", "direction", ["Where is the {a} shape in the image, seen from the {b} shape?"],
     ["从图中{b}的图形看，{a}的图形在它的什么方位？"],
     lambda s, a, b, **_: s.direction(s.only("colour", a), s.only("colour", b))),
    ("one_of_class", "colour",
     ["One of the shapes in the image differs from all the others in colour: which colour does it have?"],
     ["图中有一个图形的颜色与其他图形都不同，它是什么颜色？"], lambda s, **_: s.field("odd_colour")),
    ("one_of_class", "place",
     ["In which part of the image is the shape whose colour differs from that of all the others?"],
     ["图中颜色与其他图形都不同的那个图形在画面的哪个部分？"], lambda s, **_: s.field("odd_position")),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the smallest one?"],
     ["图中所有图形里，最小的那个是什么颜色？"], lambda s, **_: s.smallest()["colour"]),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the second largest one?"],
     ["图中所有图形里，第二大的那个是什么颜色？"], lambda s, **_: s.second()["colour"]),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the one furthest to the left?"],
     ["图中所有图形里，最靠左的那个是什么颜色？"], lambda s, **_: s.extreme("x", False)),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the one furthest to the right?"],
     ["图中所有图形里，最靠右的那个是什么颜色？"], lambda s, **_: s.extreme("x", True)),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the highest one?"],
     ["图中所有图形里，最靠上的那个是什么颜色？"], lambda s, **_: s.extreme("y", False)),
    ("one_of_class", "colour", ["Of all the shapes in the image, what colour is the lowest one?"],
     ["图中所有图形里，最靠下的那个是什么颜色？"], lambda s, **_: s.extreme("y", True)),
    ("absence", "colour", ["Which primary colour of a painter's palette does not appear in the image?"],
     ["颜料三原色中，哪一种颜色没有出现在画面里？"], lambda s, **_: s.absent_of(["red", "yellow", "blue"])),
    ("absence", "colour", ["Which colour of a traffic signal does not appear in the image?"],
     ["交通信号灯的颜色中，哪一种没有出现在画面里？"], lambda s, **_: s.absent_of(["red", "yellow", "green"])),
    ("absence", "absent",
     ["Which of the colours does not appear in the image?", "Which colour is missing from the image?"],
     ["哪种颜色没有出现在画面里？", "画面里缺少哪种颜色？"], lambda s, **_: set(s.field("absent_colours"))),
    ("orientation", "frame",
     ["Which way is the frame of the image turned?", "What format does the frame of the image have?"],
     ["这张图片的画幅是哪一种？", "图片采用哪种画幅？"], lambda s, **_: s.field("orientation")),
    ("orientation", "side", ["Which sides of the frame of the image are the longer ones?"],
     ["这张图片的画框哪些边比较长？"], lambda s, **_: s.frame_side()),
    ("counting", "number", ["How many separate shapes are there in the image?",
                            "How many separate shapes can be seen in the image?"],
     ["图中有多少个独立的图形？", "画面里一共有几个独立的图形？"], lambda s, **_: s.field("count")),
    ("counting", "number", ["How many {a} shapes are there in the image?"],
     ["图中有多少个{a}的图形？"], lambda s, a, **_: sum(x["colour"] == a for x in s.shapes)),
    ("counting", "number", ["How many different colours do the shapes in the image have?"],
     ["图中的图形一共有多少种不同的颜色？"], lambda s, **_: len({x["colour"] for x in s.shapes})),
]
TOPICS = {form[0] for form in FORMS}


def pattern(text, language):
    names = {"a": COLOURS, "b": COLOURS, "p": PLACES}
    made = re.escape(text)
    for hole, table in names.items():
        # The longest name first, or "top" would be found in "top left".
        words = "|".join(sorted(map(re.escape, table[language]), key=len, reverse=True))
        made = made.replace(re.escape("{" + hole + "}"), f"(?P<{hole}>{words})")
    return re.compile(made)


PATTERNS = {language: [(pattern(text, language), number) for number, form in enumerate(FORMS)
                       for text in form[which]]
            for language, which in (("en", 2), ("zh", 3))}


def find_form(question, language):
    """The number of the question's form and what its holes are filled with, in English."""
    for made, number in PATTERNS[language]:
        found = made.fullmatch(question)
        if found:
            return number, {hole: KINDS["place" if hole == "p" else "colour"](text, language)
                            for hole, text in found.groupdict().items()}
    raise Unjudged("the question is in no form that tests/runs/truth.py knows")


def is_near(option, answer):
    """Whether a place or direction holds of a part of the other: "top" and "top left"."""
    words = {"left", "right", "top", "bottom", "above", "below"}
    one, other = words & set(option.split()), words & set(answer.split())
    return one < other and one != set() or other < one and other != set()


def judge(sample, item, language):
    """Finds what is wrong with an item: a list of sentences, empty when all is right.

    Returns that list, the number of the form, and how many wrong options were compared.
    """
    number, holes = find_form(item["question"], language)
    topic, kind, _, _, right = FORMS[number]
    truth = right(sample, **holes)
    faults, compared = [], 0
    if item["topic"] not in (topic, None):
        faults.append(f"the topic is {item['topic']}, the question is of {topic}")
    texts = list(item["options"].values())
    if item["question_type"] == "multiple_choice":
        if item["options"].get(item["answer"]) != item["answer_text"] or item["correct_option"] != item["answer_text"]:
            faults.append("letter, correct_option, options and answer_text do not agree")
        if len(set(texts)) != len(texts):
            faults.append("an option stands there twice")
    elif texts or item["correct_option"] is not None or item["answer"] != item["answer_text"]:
        faults.append("a fill-in item has options, or two answers")
    if not is_right(kind, truth, item["answer_text"], language):
        faults.append(f"the answer is {item['answer_text']!r}, the truth is {truth}")
    for text in texts:
        if text == item["answer_text"]:
            continue
        compared += 1
        if not is_wrong(kind, truth, text, item["answer_text"], language):
            faults.append(f"the wrong option {text!r} is right, or nearly; the truth is {truth}")
    return faults, number, compared


def is_right(kind, truth, text, language):
    value = KINDS["colour" if kind == "absent" else kind](text, language)
    if value is None:
        raise Unjudged(f"{text!r} cannot be read as {kind}")
    if kind == "absent":
        return value in truth
    if kind == "sentence":
        return all(truth[field] == claimed for field, claimed in value.items())
    return value == truth


def is_wrong(kind, truth, text, answer, language):
    read = KINDS["colour" if kind == "absent" else kind]
    value, answered = read(text, language), read(answer, language)
    if value is None:
        if text in OTHERS.get(kind, ()):
            return True
        raise Unjudged(f"the option {text!r} cannot be read as {kind}")
    if kind == "absent":
        return value not in truth
    if kind == "sentence":
        return any(truth[field] not in (None, claimed) for field, claimed in value.items())
    if kind == "percent":
        return abs(value - truth) >= 10
    if kind in ("place", "direction"):
        return value != truth and not is_near(value, answered)
    return value != truth


def load(path):
    with open(path, encoding="utf-8") as lines:
        return {sample.name: sample for sample in map(Sample, lines)}
