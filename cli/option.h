// The options and settings of all commands: one constant entry each, in the option_*.c of its part.
//
// From these entries come parsing, defaults, ranges, the help texts, the man page, shell
// completion, the keys of the settings file, the environment variables and the settings table of
// the README.
#ifndef VQAGEN_OPTION_H
#define VQAGEN_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_command {
    FOR_GENERATE = 1,
    FOR_SIMULATE = 2,
    FOR_HELP = 4,
    FOR_PREPARE = 8,
    FOR_MERGE = 16,
    FOR_DIAGNOSE = 32,
    FOR_SHOW = 64,
    FOR_TUNE = 128,
    FOR_SALVAGE = 256,
    FOR_ALL = 511
};

enum option_id {
    OPTION_OUTPUT,
    OPTION_LIMIT,
    OPTION_SHARD,
    OPTION_RETRY,
    OPTION_DURABLE,
    OPTION_DRY_RUN,
    OPTION_SUMMARY_JSON,

    OPTION_ENDPOINT,
    OPTION_BASE_URL,
    OPTION_ENDPOINTS,
    OPTION_MODEL,
    OPTION_MODEL_NAME,
    OPTION_API_KEY,
    OPTION_API_KEY_FILE,
    OPTION_ALLOW_HTTP,
    OPTION_CA_FILE,
    OPTION_PROXY,

    OPTION_PER_IMAGE,
    OPTION_FORMAT,
    OPTION_LANGUAGE,
    OPTION_OPTIONS,
    OPTION_TOPICS,
    OPTION_TRIES,
    OPTION_REPEAT,
    OPTION_SEED,

    OPTION_SYSTEM_PROMPT,
    OPTION_EXTRA_BODY,
    OPTION_TEMPERATURE,
    OPTION_ANSWER_TEMPERATURE,
    OPTION_MAX_TOKENS,

    OPTION_THINKING,
    OPTION_PREFIX,
    OPTION_STREAM,
    OPTION_RELEARN,

    OPTION_CONCURRENCY,
    OPTION_MAX_CONCURRENCY,
    OPTION_REQUESTS_PER_MINUTE,
    OPTION_TOKENS_PER_MINUTE,
    OPTION_BATCH_SIZE,
    OPTION_TIMEOUT,
    OPTION_CONNECT_TIMEOUT,
    OPTION_FIRST_BYTE_TIMEOUT,
    OPTION_IDLE_TIMEOUT,
    OPTION_RETRIES,
    OPTION_RETRY_WAIT,
    OPTION_OUTAGE_PATIENCE,
    OPTION_MAX_REPLY_BYTES,

    OPTION_MAX_COST,
    OPTION_PRICE,
    OPTION_PRICES,
    OPTION_PROBE,

    OPTION_MAX_SIDE,
    OPTION_QUALITY,
    OPTION_MIN_QUALITY,
    OPTION_MAX_BYTES,
    OPTION_MAX_PIXELS,
    OPTION_IMAGE_WORKERS,
    OPTION_PAYLOAD_MEMORY,
    OPTION_WORKERS,
    OPTION_IMAGE_MEMORY,
    OPTION_ACCEPT_DAMAGED,
    OPTION_VERIFY,
    OPTION_SCREEN,
    OPTION_SCREEN_MIN_SIDE,
    OPTION_SCREEN_CONTRAST,
    OPTION_SCREEN_BLUR,
    OPTION_SCREEN_DISTANCE,
    OPTION_JSON,
    OPTION_FOLLOW,
    OPTION_ITEM,
    OPTION_IMAGE,
    OPTION_REPLAY,

    OPTION_HOST,
    OPTION_PORT,
    OPTION_ALLOW_PUBLIC,
    OPTION_KEY,
    OPTION_KEY_FILE,
    OPTION_PLAY,
    OPTION_SERVED_MODEL,
    OPTION_PATH,
    OPTION_PATH_ERROR,
    OPTION_ANSWERS,
    OPTION_SERVED_SEED,
    OPTION_STRUCTURED,
    OPTION_STRICT,
    OPTION_LATENCY,
    OPTION_TOKENS_PER_SECOND,
    OPTION_CAPACITY,
    OPTION_CAPACITY_MODE,
    OPTION_SERVED_REQUESTS,
    OPTION_SERVED_TOKENS,
    OPTION_MAX_IMAGE_BYTES,
    OPTION_MAX_IMAGE_SIDE,
    OPTION_MAX_IMAGES,
    OPTION_MAX_PROMPT,
    OPTION_MAX_OUTPUT_TOKENS,
    OPTION_MAX_BODY_BYTES,
    OPTION_REFUSE_PARAMETER,
    OPTION_BLIND,
    OPTION_EARLY,
    OPTION_CACHE_IMAGES,
    OPTION_FAULT,
    OPTION_FAULT_MODELS,
    OPTION_LOG,
    OPTION_READY_FD,
    OPTION_PARENT_FD,

    OPTION_MAX_CALLS,
    OPTION_GOAL,
    OPTION_LATENCY_GOAL,
    OPTION_SIDES,
    OPTION_DRAFTS,
    OPTION_WRITE,
    OPTION_PAGE,
    OPTION_COMPARE,

    OPTION_SETTINGS,
    OPTION_SHOW_SETTINGS,
    OPTION_TRACE,
    OPTION_LOG_FILE,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_MAN,
    OPTION_COMPLETION,
    OPTION_MARKDOWN,
    OPTION_HELP,
    OPTION_COUNT
};

enum option_type {
    TYPE_SWITCH,    // no argument; true or false in files and variables
    TYPE_TEXT,      // any text
    TYPE_PROSE,     // text, or @FILE to read it from a file
    TYPE_JSON,      // a JSON object, or @FILE
    TYPE_LIST,      // names with commas between; may be given again, which adds
    TYPE_ENDPOINTS, // endpoints in short (see endpoints.h); given again, one more
    TYPE_CHOICE,    // one of choices
    TYPE_FILE,      // a path
    TYPE_DIRECTORY, // a path
    TYPE_URL,       // http:// or https://
    TYPE_WHOLE,     // a whole number in low..high
    TYPE_REAL,      // a number in low..high
    TYPE_SIZE,      // bytes in low..high: 500k, 7MiB
    TYPE_DURATION,  // milliseconds in low..high, seconds without a unit: 120, 500ms, 2m
    TYPE_SHARES,    // question types with weights
    TYPE_SHARD,     // a part of the input: I/N
};

enum option_group {
    GROUP_OUTPUT,
    GROUP_ENDPOINT,
    GROUP_QUESTIONS,
    GROUP_MODEL,
    GROUP_PACE,
    GROUP_COST,
    GROUP_IMAGES,
    GROUP_SCREENING,
    GROUP_SERVER,
    GROUP_BEHAVIOUR,
    GROUP_GENERAL,
    GROUP_COUNT
};

enum option_flag {
    OPTION_SECRET = 1,       // never shown in full; refused in the settings file
    OPTION_NO_ARGV = 2,      // only from the environment: a value on the command line is refused
    OPTION_NO_FILE = 4,      // not from the settings file: of this one command only
    OPTION_HIDDEN = 8,       // of vqagen itself: in no help text
    OPTION_DATASET = 16,     // another value makes another dataset, and needs another DIR
    OPTION_OR_NONE = 32,     // a number that may be "none"
    OPTION_NO_VARIABLE = 64, // no environment variable
    OPTION_OR_AUTO = 128,    // a whole number that may be "auto", which is 0
};

struct option_entry {
    enum option_id id;
    const char *name;     // as on the command line, without dashes; the key of the settings file
    char letter;          // short form, or 0
    const char *argument; // what stands for the value in help; NULL: a switch
    enum option_type type;
    uint64_t low, high;  // range of numbers, sizes, durations
    const char *choices; // of TYPE_CHOICE, with '|' between
    const char *initial; // default, as it would be typed; NULL: none
    const char *implied; // of TYPE_CHOICE, when the name stands alone; NULL: it needs a value
    const char *example; // a good value, for messages
    enum option_group group;
    unsigned commands; // enum option_command
    unsigned flags;    // enum option_flag
    const char *help;  // sentences, each ending in a full stop
};

// The entry; id < OPTION_COUNT.
const struct option_entry *option_at(enum option_id id);

// The option of a command by its long name ('_' counts as '-'); NULL: none.
const struct option_entry *option_find(const char *name, unsigned command);

const char *option_group_title(enum option_group group);

// Whether the default help shows it for the command.
bool option_is_listed(const struct option_entry *option, unsigned command);

// The group's next option that is listed for the command, behind `before`; NULL begins, and ends.
const struct option_entry *option_next(const struct option_entry *before, enum option_group group,
                                       unsigned command);

// Whether the settings file may hold it.
bool option_is_file_key(const struct option_entry *option);

// "VQAGEN_PER_IMAGE"; simulate's own are "VQAGEN_SIMULATOR_PORT". out needs 64 bytes; "" when the
// option has none. Returns out.
enum { OPTION_VARIABLE_BYTES = 64 };
char *option_variable(const struct option_entry *option, char *out);

// The nearest name to a mistyped one among the command's options; NULL when none is near.
const char *option_nearest(const char *name, unsigned command);

#endif
