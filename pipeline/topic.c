#include "topic.h"

#include "buffer.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const struct topic table[] = {
    {"concept",
     {"ask about an idea that the image shows through visible signs: an activity, an occupation, a "
      "season, a mood, a material, a sport, a style or the use of a thing",
      "询问画面中可见迹象所体现的概念：活动、职业、季节、情绪、材质、运动项目、风格或物品的用途"},
     {"a word or a short noun phrase", "一个词或简短的名词短语"},
     {"point at the visible thing from which the idea follows; do not ask for a definition or for "
      "anything that is known without the image",
      "要指明从画面中哪一处看出来；不问定义，也不问不看图就知道的常识"},
     {"What job do the helmet and the fire hose suggest for the person on the ladder?",
      "从梯子上那个人的头盔和手中的水带看，他从事什么职业？"},
     {"definition of", "define the", "的定义", "是什么意思"},
     {"concepts", "概念", "概念理解"}},
    {"visual_recognition",
     {"ask what one visible thing is or looks like: the kind of object, animal, plant, food or "
      "vehicle, its colour, shape, pattern or material, or what someone is doing",
      "询问画面中某一可见事物是什么或什么样：物体、动物、植物、食物或车辆的种类，颜色、形状、图案、"
      "材质，或某人正在做什么"},
     {"a word or a short noun phrase", "一个词或简短的名词短语"},
     {"single the thing out by its place or by its look, without its own name when the name is "
      "what is asked for; never ask who a person is",
      "用位置或外观来指明该事物，若问的是名称则题干不得出现名称；不得询问人物的身份"},
     {"What kind of animal is lying on the windowsill?", "躺在窗台上的是什么动物？"},
     {"who is this", "who is that", "name of the person", "name of this person", "person's name",
      "这个人是谁", "叫什么名字"},
     {"recognition", "visual", "视觉识别", "识别"}},
    {"caption",
     {"ask which short sentence describes the whole image, or one clearly named part of it, best; "
      "for fill_in_blank write a caption of the image with its most telling word left out as ____",
      "询问哪一句话最恰当地描述整幅图片或其中明确指出的部分；若题型为 "
      "fill_in_blank，则写出一句图片描述，"
      "并把其中最关键的词换成 ____"},
     {"one short sentence; for a blank, the missing word", "一个短句；填空题则为缺少的词"},
     {"the sentence must hold for what is visible, not for a mood or a guess; never a question of "
      "yes or no",
      "描述只依据可见内容，不写情绪或猜测；不得是是非题"},
     {"Which sentence describes the scene at the market stall best?",
      "哪一句话最恰当地描述了摊位前的场景？"},
     {"is there", "are there any", "how many", "is this caption", "有没有", "是否", "有多少"},
     {"captions", "captioning", "image_caption", "图片描述", "描述"}},
    {"place",
     {"ask what kind of place the image shows, or in what kind of place a visible thing is: a "
      "room, "
      "a building, a street, a landscape, a shop",
      "询问画面展示的是哪一类地点，或某一可见事物处在哪一类地点：房间、建筑、街道、自然景观、店铺"
      "等"},
     {"a kind of place in a few words", "用几个字说明的地点类型"},
     {"it must be decided by visible signs; ask for a proper name only when it can be read in the "
      "image",
      "必须能由可见线索判断；只有当画面中能读到地名时才可询问专有名称"},
     {"In what kind of room does the long wooden table stand?", "长木桌摆放在什么样的房间里？"},
     {"capital of", "latitude", "longitude", "gps", "的首都", "经纬度"},
     {"location", "places", "scene", "地点", "场景"}},
    {"text_association",
     {"ask about writing that can be read in the image, tied to the thing that bears it: a sign, a "
      "label, a screen, a shirt, a number plate",
      "询问画面中能读清的文字，并与其所在的物体联系起来：招牌、标签、屏幕、衣服、车牌等"},
     {"the words or figures exactly as they are written", "与画面中完全一致的文字或数字"},
     {"apply it only when the writing is sharp enough to be read without guessing; name the thing "
      "and not the words",
      "只有在文字清晰、无需猜测时才适用；题干指明物体，不得写出文字本身"},
     {"Which word stands on the round sign above the door?", "门上方圆形招牌写着哪个词？"},
     {"caption of", "text of the question", "translate", "翻译"},
     {"text", "ocr", "text_recognition", "文字关联", "文字"}},
    {"object_proportion",
     {"ask how much of the image, or of a larger visible thing, one thing takes up, or how its "
      "size "
      "compares with that of another visible thing",
      "询问某一事物在画面中或在另一较大可见事物中所占的比例，或它与另一可见事物的大小之比"},
     {"a round share such as 25% or one third, or a comparison such as twice as tall",
      "一个整比例，如 25% 或三分之一，或一个比较，如两倍高"},
     {"say of what the share is taken (width, height or area) and choose a thing whose outline is "
      "clear and whose share is plain",
      "要说明是宽度、高度还是面积的比例，并选择轮廓清楚、比例明显的事物"},
     {"About what share of the height of the image does the lighthouse take up?",
      "灯塔的高度大约占整幅画面高度的几分之几？"},
     {"how many pixels", "in centimetres", "in centimeters", "in metres", "in meters", "多少像素",
      "多少厘米"},
     {"proportion", "object_size", "size", "物体比例", "比例"}},
    {"position",
     {"ask in which part of the image one thing is: left, right, top, bottom, centre, a corner, "
      "foreground or background",
      "询问某一事物位于画面的哪个部分：左、右、上、下、中间、某个角落、前景或背景"},
     {"a part of the image such as lower left", "画面的某个部分，如左下角"},
     {"as the viewer sees it; the thing must lie wholly in one part, and only one such thing may "
      "be visible",
      "以观看者的视角为准；该事物应完整地位于一个区域，并且画面中只有一个这样的事物"},
     {"In which part of the image is the red mailbox?", "红色邮筒位于画面的哪个部分？"},
     {"is it on the left", "gps", "relative to each other", "是不是在", "是否在"},
     {"location_in_image", "absolute_position", "位置", "绝对位置"}},
    {"relative_position",
     {"ask where one visible thing is as seen from another: left or right of it, above, below, in "
      "front, behind, inside, on top, between two",
      "询问一个可见事物相对于另一个可见事物的位置：左边、右边、上方、下方、前面、后面、里面、上面或"
      "两者之间"},
     {"a relation such as behind the bench, or the thing that stands in it",
      "一种方位关系，如在长椅后面，或处在该方位的事物"},
     {"both things must be named so that only one of each can be meant; left and right as the "
      "viewer sees them",
      "两个事物都要指明得唯一；左右以观看者的视角为准"},
     {"What stands directly to the left of the street lamp?", "路灯紧左边的是什么？"},
     {"how far", "what distance", "多远", "距离是多少"},
     {"relative_location", "spatial_relation", "spatial", "相对位置", "方位关系"}},
    {"one_of_class",
     {"where several things of one class are visible, single one out by a visible mark and ask for "
      "another property of it, or ask which one has a given property",
      "当画面中有多个同类事物时，用一个可见特征指明其中一个并询问它的另一项属性，或询问哪一个具有某"
      "项属性"},
     {"a word or a short noun phrase", "一个词或简短的名词短语"},
     {"apply it only when at least two of the class are visible; the mark must fit exactly one of "
      "them",
      "至少有两个同类事物可见时才适用；所用特征必须只符合其中一个"},
     {"Of the three cyclists, what colour is the jacket of the one in the middle?",
      "三位骑车人中，中间那位的外套是什么颜色？"},
     {"how many", "有多少", "有几"},
     {"one_among_several", "one_of_several", "instance", "同类之一", "类中之一"}},
    {"absence",
     {"ask what is not there although it would be expected, or which part a visible thing lacks "
      "that its like have",
      "询问本应出现却没有出现的事物，或某一可见事物缺少了同类具有的哪一部分"},
     {"a word or a short noun phrase", "一个词或简短的名词短语"},
     {"the question must not name the missing thing; it must be plain to see that it is missing, "
      "and for fill_in_blank only one thing may fit",
      "题干不得说出缺少的事物；缺失必须一目了然，且 fill_in_blank 只能有一个合适的答案"},
     {"Which part does the bicycle at the front of the rack lack?",
      "车架最前面那辆自行车缺少哪个部件？"},
     {"is there", "are there any", "is there no", "有没有", "是否有", "是不是没有"},
     {"missing", "negation", "absent", "缺失", "不存在"}},
    {"orientation",
     {"ask which way one visible thing faces, points, leans, looks or moves",
      "询问某一可见事物朝向、指向、倾斜、注视或移动的方向"},
     {"a direction such as to the left or towards the camera", "一个方向，如向左或朝向镜头"},
     {"the thing must have a clear front or direction; left and right as the viewer sees them, and "
      "no compass directions unless the image shows them",
      "该事物必须有明确的正面或方向；左右以观看者的视角为准；除非画面标明，否则不用东南西北"},
     {"Which way is the white horse facing?", "白马面朝哪个方向？"},
     {"is it facing", "compass direction", "是否朝", "是不是朝"},
     {"direction", "facing", "朝向", "方向"}},
    {"counting",
     {"ask how many things of one kind are visible in the image or in a clearly named part of it",
      "询问画面中或其中明确指出的部分里，某一类事物有多少个"},
     {"a whole number", "一个整数"},
     {"say exactly what counts; all of them must be plain to see, none cut off so that its kind is "
      "in doubt, and there should be 2 to 15",
      "要明确说明数什么；每一个都必须清楚可见，不得因遮挡而难以判断，数量宜为 2 到 15"},
     {"How many boats are tied to the near side of the jetty?", "码头近侧系着多少条船？"},
     {"is there", "are there any", "are there more than", "有没有", "是否有", "超过"},
     {"count", "number", "计数", "数量"}},
};

const struct topic *topic_table(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

bool language_find(const char *name, enum language *language)
{
    static const struct {
        const char *name;
        enum language language;
    } names[] = {{"en", LANGUAGE_EN},    {"english", LANGUAGE_EN}, {"zh", LANGUAGE_ZH},
                 {"zh-cn", LANGUAGE_ZH}, {"cn", LANGUAGE_ZH},      {"chinese", LANGUAGE_ZH},
                 {"中文", LANGUAGE_ZH}};
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++)
        if (text_same_folded(name, names[i].name)) {
            *language = names[i].language;
            return true;
        }
    return false;
}

const char *language_name(enum language language)
{
    return language == LANGUAGE_ZH ? "zh" : "en";
}

// Names are compared folded, with '-', '_' and blanks alike. NULL without memory.
static char *fold_name(const char *name)
{
    char *folded = text_fold(name);
    for (char *at = folded; at != NULL && *at != '\0'; at++)
        if (*at == '-' || *at == ' ')
            *at = '_';
    return folded;
}

static bool same_name(const char *folded, const char *name)
{
    char *other = fold_name(name);
    bool same = other != NULL && strcmp(folded, other) == 0;
    free(other);
    return same;
}

const struct topic *topics_find(const struct topics *topics, const char *name)
{
    for (size_t i = 0; name != NULL && i < topics->count; i++)
        if (text_equal(name, topics->list[i].name))
            return &topics->list[i];
    char *folded = name != NULL ? fold_name(name) : NULL;
    const struct topic *found = NULL;
    for (size_t i = 0; folded != NULL && found == NULL && i < topics->count; i++)
        if (same_name(folded, topics->list[i].name))
            found = &topics->list[i];
    for (size_t i = 0; folded != NULL && found == NULL && i < topics->count; i++)
        for (const char *const *alias = topics->list[i].aliases; *alias != NULL; alias++)
            if (found == NULL && same_name(folded, *alias))
                found = &topics->list[i];
    free(folded);
    return found;
}

// The user's strings, one behind the other in a block that never moves.
struct arena {
    char *at, *end;
};

static const char *arena_copy(struct arena *arena, const char *text, const char *otherwise)
{
    if (text_is_blank(text))
        return otherwise;
    size_t size = strlen(text) + 1;
    if (size > (size_t)(arena->end - arena->at))
        return otherwise; // cannot happen: the block was measured with the same strings
    char *copy = memcpy(arena->at, text, size);
    arena->at += size;
    return text_one_line(copy);
}

static size_t definition_size(const struct topic_definition *own)
{
    const char *const texts[] = {own->name, own->intent, own->answer_type, own->constraints,
                                 own->example};
    size_t size = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
    return size;
}

static bool add_own(struct topics *topics, const struct topic_definition *own, struct arena *arena,
                    struct error *why)
{
    if (text_is_blank(own->name))
        return error_set(why, ERR_SETTINGS, "a topic of the settings has no name; give it one");
    if (text_is_blank(own->intent))
        return error_set(why, ERR_SETTINGS,
                         "the topic \"%s\" has no intent; say what its questions ask for",
                         own->name);
    if (strpbrk(own->name, ",|:\n") != NULL)
        return error_set(why, ERR_SETTINGS,
                         "the topic name \"%s\" holds a comma, bar, colon or line break; use "
                         "letters, digits and '_'",
                         own->name);
    char *folded = fold_name(own->name);
    if (folded == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the topics");
    size_t place = 0;
    while (place < topics->count && !same_name(folded, topics->list[place].name))
        place++;
    free(folded);
    struct topic *topic = &topics->list[place];
    if (place == topics->count)
        topics->count++;
    *topic = (struct topic){.name = arena_copy(arena, own->name, "")};
    topic->intent[0] = topic->intent[1] = arena_copy(arena, own->intent, "");
    topic->answer_type[0] = arena_copy(arena, own->answer_type, NULL);
    topic->answer_type[1] = topic->answer_type[0];
    if (topic->answer_type[0] == NULL) {
        topic->answer_type[0] = "a word or a few words";
        topic->answer_type[1] = "一个词或几个字";
    }
    topic->constraints[0] = topic->constraints[1] = arena_copy(arena, own->constraints, "");
    topic->example[0] = topic->example[1] = arena_copy(arena, own->example, "");
    return true;
}

static bool unknown_topic(const struct topics *all, const char *name, struct error *why)
{
    struct buffer known;
    buffer_init(&known, 700);
    for (size_t i = 0; i < all->count; i++)
        buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", all->list[i].name);
    error_set(why, ERR_SETTINGS, "there is no topic \"%s\"; the known ones are: %s", name,
              buffer_text(&known));
    buffer_clear(&known);
    return false;
}

// Marks in wanted[] what names lists.
static bool choose(const struct topics *all, const char *names, bool *wanted, struct error *why)
{
    bool any = false;
    char *copy = text_copy(names), *rest = copy;
    if (copy == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the topics");
    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        text_trim(name);
        if (*name == '\0')
            continue;
        const struct topic *topic = topics_find(all, name);
        if (topic == NULL) {
            unknown_topic(all, name, why);
            free(copy);
            return false;
        }
        wanted[topic - all->list] = any = true;
    }
    free(copy);
    return any || error_set(why, ERR_SETTINGS, "no topic is chosen; name at least one");
}

// What was not chosen leaves; the order stays the table's, so that "a,b" and "b,a" are one dataset.
static bool keep_chosen(struct topics *topics, const char *names, struct error *why)
{
    bool *wanted = calloc(topics->count, sizeof *wanted);
    if (wanted == NULL)
        return error_set(why, ERR_MEMORY, "no memory for the topics");
    bool chosen = choose(topics, names, wanted, why);
    size_t count = 0;
    for (size_t i = 0; chosen && i < topics->count; i++)
        if (wanted[i])
            topics->list[count++] = topics->list[i];
    if (chosen)
        topics->count = count;
    free(wanted);
    return chosen;
}

bool topics_init(struct topics *topics, const char *names, const struct topic_definition *own,
                 size_t own_count, struct error *why)
{
    size_t built_in = sizeof table / sizeof *table, size = 1;
    for (size_t i = 0; i < own_count; i++)
        size += definition_size(&own[i]);
    *topics = (struct topics){.list = calloc(built_in + own_count, sizeof *topics->list),
                              .text = malloc(size)};
    bool ready = topics->list != NULL && topics->text != NULL;
    if (!ready)
        error_set(why, ERR_MEMORY, "no memory for the topics");
    if (ready) {
        memcpy(topics->list, table, sizeof table);
        topics->count = built_in;
    }
    struct arena arena = {topics->text, (char *)topics->text + (ready ? size : 0)};
    for (size_t i = 0; ready && i < own_count; i++)
        ready = add_own(topics, &own[i], &arena, why);
    if (ready && names != NULL)
        ready = keep_chosen(topics, names, why);
    if (!ready)
        topics_clear(topics);
    return ready;
}

void topics_clear(struct topics *topics)
{
    free(topics->list);
    free(topics->text);
    *topics = (struct topics){0};
}
