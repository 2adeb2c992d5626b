#include "phrase.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { GAP_WORDS = 3 };

static size_t append_run(struct buffer *out, const char *text);
static size_t append_mark(struct buffer *out, const char *text);

void phrase_append(struct buffer *sentences, const char *text)
{
    buffer_append_char(sentences, ' ');
    while (*text != '\0' && !sentences->failed)
        text += isalnum((unsigned char)*text) ? append_run(sentences, text)
                                              : append_mark(sentences, text);
    buffer_append_text(sentences, " \n");
}

static void append_blank(struct buffer *out)
{
    if (out->length > 0 && out->data[out->length - 1] != ' ')
        buffer_append_char(out, ' ');
}

static void append_end(struct buffer *out)
{
    append_blank(out);
    buffer_append_text(out, "\n ");
}

// How long the run of characters is that names and addresses are made of. A full stop, a colon or
// a question mark at its end belongs to the sentence.
static size_t run_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) ||
           (text[length] != '\0' && strchr("_./:@%#?=&+~-", text[length]) != NULL))
        length++;
    while (length > 1 && strchr("./:?", text[length - 1]) != NULL)
        length--;
    return length;
}

static bool is_address(const char *run, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++)
        if (strncmp(run + i, "://", 3) == 0)
            return true;
    return false;
}

// A model's, key's or account's name: a letter, a digit and a hyphen ("base64-encoded" is none).
static bool is_name(const char *run, size_t length)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < length; i++) {
        digit = digit || isdigit((unsigned char)run[i]);
        letter = letter || isalpha((unsigned char)run[i]);
    }
    return digit && letter && memchr(run, '-', length) != NULL && strncmp(run, "base64", 6) != 0;
}

// Whether a word begins within "camelCase", "APIKey" or "5MB".
static bool is_seam(const char *run, size_t at, size_t length)
{
    unsigned char before = (unsigned char)run[at - 1], here = (unsigned char)run[at];
    if (isdigit(before))
        return isalpha(here);
    return isupper(here) && (islower(before) || (isupper(before) && at + 1 < length &&
                                                 islower((unsigned char)run[at + 1])));
}

// Words that are to be read as others: names that look as if they were made of several, and one
// that is two.
static size_t append_known(struct buffer *out, const char *run)
{
    static const char *const known[][2] = {{"OpenAI", "openai"},
                                           {"OAuth", "oauth"},
                                           {"cannot", "can not"},
                                           {"Cannot", "can not"},
                                           {"CANNOT", "can not"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(run, known[i][0], strlen(known[i][0])) == 0) {
            buffer_append_text(out, known[i][1]);
            return strlen(known[i][0]);
        }
    return 0;
}

static size_t append_run(struct buffer *out, const char *text)
{
    size_t length = run_length(text);
    if (is_address(text, length) || is_name(text, length)) {
        append_blank(out);
        return length;
    }
    for (size_t i = append_known(out, text); i < length; i++) {
        if (i > 0 && is_seam(text, i, length))
            append_blank(out);
        if (isalnum((unsigned char)text[i]))
            buffer_append_char(out, (char)tolower((unsigned char)text[i]));
        else
            append_blank(out);
    }
    return length;
}

// Marks that are more than one byte, and what stands for them.
static const struct {
    const char *mark;
    char means; // '.': a sentence ends
} marks[] = {{"。", '.'}, {"；", '.'}, {"！", '.'}, {"？", '.'}, {"，", ' '}, {"、", ' '},
             {"：", ' '}, {"（", ' '}, {"）", ' '}, {"“", ' '},  {"”", ' '},  {"‘", ' '},
             {"「", ' '}, {"」", ' '}, {"《", ' '}, {"》", ' '}, {"【", ' '}, {"】", ' '},
             {"…", ' '},  {"’", '\''}, {"–", ' '},  {"—", ' '}};

// "doesn't" becomes "does not", "can't" and "cannot" become "can not". Returns how much was taken.
static size_t append_negation(struct buffer *out, const char *after)
{
    if (out->length < 2 || out->data[out->length - 1] != 'n' || strncasecmp(after, "t", 1) != 0 ||
        isalnum((unsigned char)after[1]))
        return 0;
    if (out->length < 4 || memcmp(out->data + out->length - 4, " can", 4) != 0)
        out->length--;
    buffer_append_text(out, " not");
    return 1;
}

static size_t append_mark(struct buffer *out, const char *text)
{
    size_t length = 1;
    char means = *text;
    for (size_t i = 0; (*text & 0x80) != 0 && i < sizeof marks / sizeof *marks; i++)
        if (strncmp(text, marks[i].mark, strlen(marks[i].mark)) == 0) {
            length = strlen(marks[i].mark);
            means = marks[i].means;
        }
    if (length == 1 && (*text & 0x80) != 0)
        buffer_append_char(out, *text); // a letter of another script
    else if (means == '\'')
        length += append_negation(out, text + length);
    else if (means == '.' && length == 1 && isalnum((unsigned char)text[1]))
        append_blank(out);
    else if (strchr(".!?;", means) != NULL)
        append_end(out);
    else
        append_blank(out);
    return length;
}

void phrase_hide(struct buffer *sentences, const char *name)
{
    struct buffer words;
    buffer_init(&words, 1000);
    phrase_append(&words, name);
    // " qwen vl \n" is looked for without its line break. A name of one word may be any word.
    if (words.length > 3 && memchr(words.data + 1, ' ', words.length - 3) != NULL &&
        !words.failed && !sentences->failed && sentences->length > 0) {
        words.data[words.length - 1] = '\0';
        for (char *at = strstr(sentences->data, words.data); at != NULL;
             at = strstr(at, words.data))
            memset(at, ' ', strlen(words.data));
    }
    buffer_clear(&words);
}

// ---- Looking for words --------------------------------------------------------------------------

struct span {
    const char *begin, *end;
};

// The text itself begins with a blank.
static bool begins_word(const char *at)
{
    return (*at & 0x80) != 0 || at[-1] == ' ' || (at[-1] & 0x80) != 0;
}

// Where the words begin next, at the beginning of a word; NULL: nowhere.
static const char *find_words(struct span within, const char *words, size_t length)
{
    for (const char *at = within.begin; at != NULL && at < within.end; at++) {
        at = memmem(at, (size_t)(within.end - at), words, length);
        if (at == NULL || begins_word(at))
            return at;
    }
    return NULL;
}

// The few words that follow, up to the sentence's end. What begins within the last may go beyond.
static struct span words_behind(const char *at, const char *end, size_t beyond)
{
    struct span behind = {at, at};
    int words = 0;
    while (behind.end < end && *behind.end != '\n' && words <= GAP_WORDS)
        words += *behind.end++ == ' ' && *behind.end != ' ';
    for (; beyond > 0 && behind.end < end && *behind.end != '\n'; beyond--)
        behind.end++;
    return behind;
}

// Where one alternative, "not~found" say, begins; NULL: nowhere.
static const char *find_one(struct span within, const char *wanted, size_t length)
{
    const char *gap = memchr(wanted, '~', length);
    size_t head = gap != NULL ? (size_t)(gap - wanted) : length, tail = length - head;
    for (struct span rest = within; rest.begin < rest.end;) {
        const char *at = find_words(rest, wanted, head);
        if (at == NULL || gap == NULL)
            return at;
        if (find_words(words_behind(at + head, within.end, tail), gap + 1, tail - 1) != NULL)
            return at;
        rest.begin = at + 1;
    }
    return NULL;
}

static bool holds_any(struct span within, const char *alternatives)
{
    for (const char *at = alternatives; *at != '\0';) {
        size_t length = strcspn(at, "|");
        if (length > 0 && find_one(within, at, length) != NULL)
            return true;
        at += length;
        at += *at == '|';
    }
    return false;
}

static struct span sentence_around(const char *at, const char *begin)
{
    struct span sentence = {at, at + strcspn(at, "\n")};
    while (sentence.begin > begin && sentence.begin[-1] != '\n')
        sentence.begin--;
    return sentence;
}

// Whether a sentence that holds the alternative holds one of `about` too.
static bool says_one(struct span text, const char *about, const char *wanted, size_t length)
{
    for (struct span rest = text; rest.begin < rest.end;) {
        const char *at = find_one(rest, wanted, length);
        if (at == NULL)
            return false;
        struct span sentence = sentence_around(at, text.begin);
        if (about == NULL || holds_any(sentence, about))
            return true;
        rest.begin = sentence.end;
    }
    return false;
}

bool phrase_says(const char *sentences, const char *about, const char *says)
{
    struct span text = {sentences, sentences + strlen(sentences)};
    if (says == NULL)
        return about != NULL && holds_any(text, about);
    for (const char *at = says; *at != '\0';) {
        size_t length = strcspn(at, "|");
        if (length > 0 && says_one(text, about, at, length))
            return true;
        at += length;
        at += *at == '|';
    }
    return false;
}
