#include "option.h"

#include "nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// Shorthands that keep one entry readable: ranges that mean "as large as can be counted".
#define ANY UINT64_MAX
#define MIB (1024u * 1024u)
#define HOURS(n) ((n)*3600000u)

static const struct option_entry table[OPTION_COUNT] = {
    // Input and output
    [OPTION_OUTPUT] =
        {.name = "output",
         .letter = 'o',
         .argument = "DIR",
         .type = TYPE_DIRECTORY,
         .example = "out",
         .group = GROUP_OUTPUT,
         .commands = FOR_GENERATE | FOR_PREPARE | FOR_MERGE,
         .flags = OPTION_NO_FILE,
         .help = "Where the dataset goes, or the prepared images. Made when absent; generate "
                 "with the same DIR goes on where it stopped and pays for no reply twice."},
    [OPTION_LIMIT] = {.name = "limit",
                      .argument = "N",
                      .type = TYPE_WHOLE,
                      .high = INT64_MAX,
                      .initial = "0",
                      .example = "20",
                      .group = GROUP_OUTPUT,
                      .commands = FOR_GENERATE,
                      .help =
                          "Take only the first N images or records; 0 takes all. Raise it later "
                          "to go on in the same DIR."},
    [OPTION_SHARD] = {.name = "shard",
                      .argument = "I/N",
                      .type = TYPE_SHARD,
                      .example = "2/8",
                      .group = GROUP_OUTPUT,
                      .commands = FOR_GENERATE,
                      .flags = OPTION_NO_FILE,
                      .help = "Take only part I of N of the input, each with a DIR of its own, for "
                              "work on several machines; all questions on one image are in one "
                              "part. vqagen merge joins the finished parts."},
    [OPTION_RETRY] = {.name = "retry",
                      .argument = "WHAT",
                      .type = TYPE_CHOICE,
                      .choices = "failed|unknown|rejected",
                      .example = "unknown",
                      .group = GROUP_OUTPUT,
                      .commands = FOR_GENERATE,
                      .flags = OPTION_NO_FILE,
                      .help = "Ask again for items of an earlier run in DIR that ended unknown (no "
                              "verdict could be had), rejected (by the rules), or failed (both)."},
    [OPTION_DRY_RUN] = {.name = "dry-run",
                        .type = TYPE_SWITCH,
                        .initial = "false",
                        .group = GROUP_OUTPUT,
                        .commands = FOR_GENERATE,
                        .flags = OPTION_NO_FILE,
                        .help = "Print what would be asked, how many calls and about how many "
                                "tokens that is. No call is made, nothing is written."},
    [OPTION_SUMMARY_JSON] = {.name = "summary-json",
                             .argument = "FILE",
                             .type = TYPE_FILE,
                             .example = "summary.json",
                             .group = GROUP_OUTPUT,
                             .commands = FOR_GENERATE,
                             .help = "Also write the report of the run (DIR/run.json) to FILE."},

    // Endpoint and key
    [OPTION_ENDPOINT] = {.name = "endpoint",
                         .argument = "NAME|URL",
                         .type = TYPE_TEXT,
                         .example = "openai",
                         .group = GROUP_ENDPOINT,
                         .commands = FOR_GENERATE | FOR_DIAGNOSE,
                         .help =
                             "Where the calls go: a known provider or local server by name, the "
                             "URL of anything that speaks the OpenAI protocol, or \"builtin\", "
                             "a small model inside vqagen that needs neither key nor network. "
                             "Without it, the one provider whose key variable is set."},
    [OPTION_BASE_URL] = {.name = "base-url",
                         .argument = "URL",
                         .type = TYPE_URL,
                         .example = "http://localhost:8000/v1",
                         .group = GROUP_ENDPOINT,
                         .commands = FOR_GENERATE | FOR_DIAGNOSE,
                         .help = "The address in place of the named provider's own, for a gateway "
                                 "or another port."},
    [OPTION_ENDPOINTS] =
        {.name = "endpoints",
         .argument = "KEY=VALUE,...",
         .type = TYPE_ENDPOINTS,
         .example = "base_url=http://gpu2:8000/v1,weight=2",
         .group = GROUP_ENDPOINT,
         .commands = FOR_GENERATE,
         .flags = OPTION_NO_VARIABLE,
         .help = "Several endpoints that share the calls, in place of --endpoint; given once for "
                 "each. Keys: endpoint, base_url, model, model_name, name, weight, role (fallback: "
                 "only while no other can be called), key_variable (of the environment), "
                 "api_key_file, concurrency, max_concurrency, requests_per_minute, "
                 "tokens_per_minute. What is left out is as the options of these names say, but "
                 "for the key."},
    [OPTION_MODEL] = {.name = "model",
                      .letter = 'm',
                      .argument = "NAME",
                      .type = TYPE_TEXT,
                      .example = "gpt-4o-mini",
                      .group = GROUP_ENDPOINT,
                      .commands = FOR_GENERATE | FOR_DIAGNOSE,
                      .flags = OPTION_DATASET,
                      .help = "The model, as the endpoint calls it. It must take images."},
    [OPTION_MODEL_NAME] = {.name = "model-name",
                           .argument = "HOW",
                           .type = TYPE_CHOICE,
                           .choices = "auto|verbatim|normalized",
                           .initial = "auto",
                           .group = GROUP_ENDPOINT,
                           .commands = FOR_GENERATE | FOR_DIAGNOSE,
                           .flags = OPTION_DATASET,
                           .help = "How the model's name is sent. auto: as typed, but a path that "
                                   "begins with '/' is reduced to its last part in lower case, "
                                   "except for local servers. verbatim: always as typed. "
                                   "normalized: always reduced."},
    [OPTION_API_KEY] = {.name = "api-key",
                        .argument = "KEY",
                        .type = TYPE_TEXT,
                        .group = GROUP_ENDPOINT,
                        .commands = FOR_GENERATE | FOR_DIAGNOSE,
                        .flags = OPTION_SECRET | OPTION_NO_ARGV | OPTION_NO_FILE,
                        .help = "The key, for whatever endpoint is chosen. It goes before the "
                                "provider's own variable, such as OPENAI_API_KEY."},
    [OPTION_API_KEY_FILE] = {.name = "api-key-file",
                             .argument = "FILE",
                             .type = TYPE_FILE,
                             .example = "~/.config/vqagen/key",
                             .group = GROUP_ENDPOINT,
                             .commands = FOR_GENERATE | FOR_DIAGNOSE,
                             .help = "Read the key from FILE, which nobody but its owner may read "
                                     "(chmod 600)."},
    [OPTION_ALLOW_HTTP] = {.name = "allow-http",
                           .type = TYPE_SWITCH,
                           .initial = "false",
                           .group = GROUP_ENDPOINT,
                           .commands = FOR_GENERATE | FOR_DIAGNOSE,
                           .help = "Send the key over plain http:// to a public host too, where "
                                   "others can read it on the way."},
    [OPTION_CA_FILE] = {.name = "ca-file",
                        .argument = "FILE",
                        .type = TYPE_FILE,
                        .example = "/etc/ssl/private-ca.pem",
                        .group = GROUP_ENDPOINT,
                        .commands = FOR_GENERATE | FOR_DIAGNOSE,
                        .help = "Trust the certificates in FILE (PEM) instead of the system's: "
                                "for an endpoint with a certificate of its own."},
    [OPTION_PROXY] = {.name = "proxy",
                      .argument = "URL",
                      .type = TYPE_TEXT,
                      .group = GROUP_ENDPOINT,
                      .commands = FOR_GENERATE | FOR_DIAGNOSE,
                      .help = "Go through this proxy. Without it the customary https_proxy and "
                              "no_proxy variables hold; loopback is never proxied."},

    // Questions
    [OPTION_PER_IMAGE] = {.name = "per-image",
                          .letter = 'n',
                          .argument = "N",
                          .type = TYPE_WHOLE,
                          .low = 1,
                          .high = 1000,
                          .initial = "4",
                          .group = GROUP_QUESTIONS,
                          .commands = FOR_GENERATE,
                          .flags = OPTION_DATASET,
                          .help = "Items made of each image that comes without a question."},
    [OPTION_FORMAT] = {.name = "format",
                       .argument = "TYPE:SHARE,...",
                       .type = TYPE_SHARES,
                       .initial = "multiple_choice:70,fill_in_blank:30",
                       .example = "multiple_choice:70,fill_in_blank:30",
                       .group = GROUP_QUESTIONS,
                       .commands = FOR_GENERATE,
                       .flags = OPTION_DATASET,
                       .help = "Which question types are drafted, in what proportion. One type "
                               "alone needs no share: --format multiple_choice."},
    [OPTION_LANGUAGE] = {.name = "language",
                         .argument = "CODE",
                         .type = TYPE_CHOICE,
                         .choices = "en|zh",
                         .initial = "en",
                         .group = GROUP_QUESTIONS,
                         .commands = FOR_GENERATE | FOR_DIAGNOSE,
                         .flags = OPTION_DATASET,
                         .help = "Language of prompts and questions: English or Chinese."},
    [OPTION_OPTIONS] = {.name = "options",
                        .argument = "N",
                        .type = TYPE_WHOLE,
                        .low = 2,
                        .high = 26,
                        .initial = "4",
                        .group = GROUP_QUESTIONS,
                        .commands = FOR_GENERATE,
                        .flags = OPTION_DATASET,
                        .help = "Options of a multiple-choice item, the right one included."},
    [OPTION_TOPICS] = {.name = "topics",
                       .argument = "LIST",
                       .type = TYPE_LIST,
                       .example = "counting,position",
                       .group = GROUP_QUESTIONS,
                       .commands = FOR_GENERATE,
                       .flags = OPTION_DATASET,
                       .help = "What drafted questions are about, with commas between; all topics "
                               "without it. Topics of your own stand under own_topics in the "
                               "settings file."},
    [OPTION_TRIES] = {.name = "tries",
                      .argument = "N",
                      .type = TYPE_WHOLE,
                      .low = 1,
                      .high = 20,
                      .initial = "3",
                      .group = GROUP_QUESTIONS,
                      .commands = FOR_GENERATE,
                      .flags = OPTION_DATASET,
                      .help = "How often the model is asked for a step before the item is "
                              "rejected. Each new try says what was wrong with the last."},
    [OPTION_REPEAT] = {.name = "repeat",
                       .argument = "N",
                       .type = TYPE_WHOLE,
                       .low = 1,
                       .high = 100,
                       .initial = "1",
                       .group = GROUP_QUESTIONS,
                       .commands = FOR_GENERATE,
                       .flags = OPTION_DATASET,
                       .help = "Ask each answer N times and keep how far the answers agree."},
    [OPTION_SEED] = {.name = "seed",
                     .argument = "N",
                     .type = TYPE_WHOLE,
                     .high = ANY,
                     .initial = "1",
                     .group = GROUP_QUESTIONS,
                     .commands = FOR_GENERATE,
                     .flags = OPTION_DATASET,
                     .help = "Every random choice (topic, type, order of options) follows from it "
                             "and the item's id, never from order or time."},

    // What the model is told
    [OPTION_SYSTEM_PROMPT] = {.name = "system-prompt",
                              .argument = "TEXT|@FILE",
                              .type = TYPE_PROSE,
                              .example = "@prompt.txt",
                              .group = GROUP_MODEL,
                              .commands = FOR_GENERATE | FOR_DIAGNOSE,
                              .flags = OPTION_DATASET,
                              .help = "The system prompt in place of the built-in one."},
    [OPTION_EXTRA_BODY] = {.name = "extra-body",
                           .argument = "JSON|@FILE",
                           .type = TYPE_JSON,
                           .example = "{\"top_p\": 0.9}",
                           .group = GROUP_MODEL,
                           .commands = FOR_GENERATE | FOR_DIAGNOSE,
                           .flags = OPTION_DATASET,
                           .help = "A JSON object whose members are merged into every request, "
                                   "and replace what vqagen would send."},
    [OPTION_TEMPERATURE] = {.name = "temperature",
                            .argument = "T",
                            .type = TYPE_REAL,
                            .high = 2,
                            .initial = "0.7",
                            .group = GROUP_MODEL,
                            .commands = FOR_GENERATE | FOR_DIAGNOSE,
                            .flags = OPTION_DATASET | OPTION_OR_NONE,
                            .help = "For drafting and wrong options. \"none\" never sends any "
                                    "temperature, for models that refuse the parameter."},
    [OPTION_ANSWER_TEMPERATURE] = {.name = "answer-temperature",
                                   .argument = "T",
                                   .type = TYPE_REAL,
                                   .high = 2,
                                   .initial = "0.2",
                                   .group = GROUP_MODEL,
                                   .commands = FOR_GENERATE,
                                   .flags = OPTION_DATASET,
                                   .help = "For answers. Raised when a rule sent one back."},
    [OPTION_MAX_TOKENS] = {.name = "max-tokens",
                           .argument = "N",
                           .type = TYPE_WHOLE,
                           .low = 16,
                           .high = 1000000,
                           .initial = "4096",
                           .group = GROUP_MODEL,
                           .commands = FOR_GENERATE | FOR_DIAGNOSE,
                           .flags = OPTION_DATASET,
                           .help = "Longest reply in tokens. Models that think before they answer "
                                   "spend it on thoughts first."},

    [OPTION_THINKING] = {.name = "thinking",
                         .argument = "LEVEL",
                         .type = TYPE_CHOICE,
                         .choices = "auto|off|low|medium|high",
                         .initial = "auto",
                         .example = "off",
                         .group = GROUP_MODEL,
                         .commands = FOR_GENERATE,
                         .flags = OPTION_DATASET,
                         .help = "How much the model thinks before it answers, told in the way of "
                                 "each provider. off: not at all, or the least that the model "
                                 "takes; auto: as the model does by itself."},
    [OPTION_PREFIX] = {.name = "prefix",
                       .argument = "WHEN",
                       .type = TYPE_CHOICE,
                       .choices = "auto|on|off",
                       .initial = "auto",
                       .group = GROUP_MODEL,
                       .commands = FOR_GENERATE,
                       .flags = OPTION_DATASET,
                       .help = "Send the beginning of each reply along, so that the model goes on "
                               "in the right form. auto: where the model takes it and no JSON "
                               "schema (DeepSeek)."},
    [OPTION_STREAM] = {.name = "stream",
                       .type = TYPE_SWITCH,
                       .initial = "false",
                       .group = GROUP_MODEL,
                       .commands = FOR_GENERATE,
                       .help = "Ask for replies as streams, and measure when the first token of "
                               "each comes. The dataset is the same; gateways that close silent "
                               "connections see that something happens."},
    [OPTION_RELEARN] = {.name = "relearn",
                        .type = TYPE_SWITCH,
                        .initial = "false",
                        .group = GROUP_MODEL,
                        .commands = FOR_GENERATE,
                        .flags = OPTION_NO_FILE,
                        .help = "Forget what an earlier run in DIR learned from refusals (a "
                                "parameter that the model does not take), and try it again."},

    // Pace and patience
    [OPTION_CONCURRENCY] = {.name = "concurrency",
                            .letter = 'c',
                            .argument = "N",
                            .type = TYPE_WHOLE,
                            .low = 1,
                            .high = 10000,
                            .initial = "16",
                            .group = GROUP_PACE,
                            .commands = FOR_GENERATE,
                            .flags = OPTION_OR_AUTO,
                            .help = "Requests in flight at once. \"auto\" begins with 4 and finds "
                                    "and follows what the endpoint can take, from refusals, "
                                    "rate-limit headers and latency."},
    [OPTION_MAX_CONCURRENCY] = {.name = "max-concurrency",
                                .argument = "N",
                                .type = TYPE_WHOLE,
                                .low = 1,
                                .high = 10000,
                                .initial = "512",
                                .group = GROUP_PACE,
                                .commands = FOR_GENERATE,
                                .help = "How far --concurrency auto goes."},
    [OPTION_REQUESTS_PER_MINUTE] =
        {.name = "requests-per-minute",
         .argument = "N",
         .type = TYPE_WHOLE,
         .high = 100000000,
         .initial = "0",
         .group = GROUP_PACE,
         .commands = FOR_GENERATE,
         .help = "Requests sent within any minute, spread evenly; 0: no limit but the one that the "
                 "endpoint's headers tell."},
    [OPTION_TOKENS_PER_MINUTE] =
        {.name = "tokens-per-minute",
         .argument = "N",
         .type = TYPE_WHOLE,
         .high = 1000000000000,
         .initial = "0",
         .group = GROUP_PACE,
         .commands = FOR_GENERATE,
         .help = "Input and output tokens within any minute, estimated before a call is sent and "
                 "corrected by its answer; 0: no limit but the one that the headers tell."},
    [OPTION_BATCH_SIZE] = {.name = "batch-size",
                           .argument = "N",
                           .type = TYPE_WHOLE,
                           .low = 1,
                           .high = 1000000,
                           .initial = "1000",
                           .group = GROUP_PACE,
                           .commands = FOR_GENERATE,
                           .help = "Items worked on at once. Each finished batch extends the "
                                   "readable DIR/dataset.jsonl.part."},
    [OPTION_TIMEOUT] = {.name = "timeout",
                        .argument = "TIME",
                        .type = TYPE_DURATION,
                        .low = 1,
                        .high = HOURS(24),
                        .initial = "120",
                        .example = "2m",
                        .group = GROUP_PACE,
                        .commands = FOR_GENERATE | FOR_DIAGNOSE,
                        .help = "Longest wait for one whole reply: seconds, or with a unit as in "
                                "500ms, 90s, 2m."},
    [OPTION_CONNECT_TIMEOUT] = {.name = "connect-timeout",
                                .argument = "TIME",
                                .type = TYPE_DURATION,
                                .low = 1,
                                .high = HOURS(1),
                                .initial = "10",
                                .example = "5s",
                                .group = GROUP_PACE,
                                .commands = FOR_GENERATE | FOR_DIAGNOSE,
                                .help = "Longest wait for a connection."},
    [OPTION_FIRST_BYTE_TIMEOUT] =
        {.name = "first-byte-timeout",
         .argument = "TIME",
         .type = TYPE_DURATION,
         .low = 1,
         .high = HOURS(24),
         .flags = OPTION_OR_NONE,
         .initial = "none",
         .example = "60s",
         .group = GROUP_PACE,
         .commands = FOR_GENERATE | FOR_DIAGNOSE,
         .help = "Longest wait from a request's last byte to the reply's first. Without "
                 "streaming a reply comes all at once when the model is done, so by default only "
                 "--timeout counts."},
    [OPTION_IDLE_TIMEOUT] =
        {.name = "idle-timeout",
         .argument = "TIME",
         .type = TYPE_DURATION,
         .low = 1,
         .high = HOURS(24),
         .flags = OPTION_OR_NONE,
         .initial = "none",
         .example = "30s",
         .group = GROUP_PACE,
         .commands = FOR_GENERATE | FOR_DIAGNOSE,
         .help = "Longest time without a byte sent or received, while a request is sent or after "
                 "a reply has begun, also between the events of a stream. Mind servers that send "
                 "a reply's headers before the model has begun."},
    [OPTION_RETRIES] = {.name = "retries",
                        .argument = "N",
                        .type = TYPE_WHOLE,
                        .high = 100,
                        .initial = "3",
                        .group = GROUP_PACE,
                        .commands = FOR_GENERATE,
                        .help = "How often a call that failed is sent again, after --retry-wait or "
                                "when the endpoint says. Only faults that can pass are retried."},
    [OPTION_RETRY_WAIT] = {.name = "retry-wait",
                           .argument = "TIME",
                           .type = TYPE_DURATION,
                           .low = 1,
                           .high = 60000,
                           .initial = "2",
                           .example = "500ms",
                           .group = GROUP_PACE,
                           .commands = FOR_GENERATE,
                           .help = "Longest wait before the first retry, where the endpoint does "
                                   "not say; it doubles each time, up to a minute, and a random "
                                   "part of it is waited."},
    [OPTION_OUTAGE_PATIENCE] =
        {.name = "outage-patience",
         .argument = "TIME",
         .type = TYPE_DURATION,
         .high = HOURS(24 * 7),
         .initial = "15m",
         .example = "2h",
         .group = GROUP_PACE,
         .commands = FOR_GENERATE,
         .help = "How long an endpoint that has answered may be away. Meanwhile calls wait, "
                 "one at a time looks whether it is back, and no retry is used up; then the run "
                 "stops with exit code 4. 0: calls are given up after their retries."},
    [OPTION_MAX_REPLY_BYTES] = {.name = "max-reply-bytes",
                                .argument = "SIZE",
                                .type = TYPE_SIZE,
                                .low = 1024,
                                .high = 1024u * MIB,
                                .initial = "16MiB",
                                .example = "4MiB",
                                .group = GROUP_PACE,
                                .commands = FOR_GENERATE | FOR_DIAGNOSE,
                                .help = "Largest reply that is read."},

    // Money, and whether it is well spent
    [OPTION_MAX_COST] = {.name = "max-cost",
                         .argument = "USD",
                         .type = TYPE_REAL,
                         .high = 1000000,
                         .initial = "none",
                         .example = "5",
                         .group = GROUP_COST,
                         .commands = FOR_GENERATE,
                         .flags = OPTION_OR_NONE,
                         .help = "Stop before DIR has cost more, earlier runs included. A call is "
                                 "sent only when it would fit at its most: the whole prompt, "
                                 "nothing cached, and an answer of --max-tokens. A higher limit "
                                 "goes on where the run stopped."},
    [OPTION_PRICE] = {.name = "price",
                      .argument = "IN,OUT",
                      .type = TYPE_TEXT,
                      .example = "0.15,0.60",
                      .group = GROUP_COST,
                      .commands = FOR_GENERATE,
                      .help = "What the model costs, in US dollars a million tokens of input and "
                              "of output; IN,CACHED,OUT where cached input costs less. It goes "
                              "before --prices and the built-in prices."},
    [OPTION_PRICES] = {.name = "prices",
                       .argument = "FILE",
                       .type = TYPE_FILE,
                       .example = "samples/prices.yaml",
                       .group = GROUP_COST,
                       .commands = FOR_GENERATE,
                       .help = "Prices of models, in YAML, that go before the built-in ones; "
                               "samples/prices.yaml is such a file."},
    [OPTION_PROBE] = {.name = "probe",
                      .argument = "WHEN",
                      .type = TYPE_CHOICE,
                      .choices = "auto|always|never",
                      .initial = "auto",
                      .group = GROUP_ENDPOINT,
                      .commands = FOR_GENERATE,
                      .help = "Show the model a small known picture before the run, one or two "
                              "calls, and refuse one that does not see it. auto: only a remote "
                              "endpoint, and once for each model in DIR."},

    // Images
    [OPTION_MAX_SIDE] = {.name = "max-side",
                         .argument = "PIXELS",
                         .type = TYPE_WHOLE,
                         .low = 16,
                         .high = 16384,
                         .initial = "2048",
                         .group = GROUP_IMAGES,
                         .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                         .flags = OPTION_DATASET,
                         .help = "Longest side of an image as sent. Larger ones are reduced, none "
                                 "is enlarged."},
    [OPTION_QUALITY] = {.name = "quality",
                        .argument = "1-100",
                        .type = TYPE_WHOLE,
                        .low = 1,
                        .high = 100,
                        .initial = "85",
                        .group = GROUP_IMAGES,
                        .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                        .flags = OPTION_DATASET,
                        .help = "JPEG quality tried first."},
    [OPTION_MIN_QUALITY] = {.name = "min-quality",
                            .argument = "1-100",
                            .type = TYPE_WHOLE,
                            .low = 1,
                            .high = 100,
                            .initial = "50",
                            .group = GROUP_IMAGES,
                            .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                            .flags = OPTION_DATASET,
                            .help = "Lowest quality before the sides shrink instead."},
    [OPTION_MAX_BYTES] = {.name = "max-bytes",
                          .argument = "SIZE",
                          .type = TYPE_SIZE,
                          .low = 4096,
                          .high = 10u * MIB,
                          .initial = "7MiB",
                          .example = "500k",
                          .group = GROUP_IMAGES,
                          .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                          .flags = OPTION_DATASET,
                          .help = "Largest base64 of an image: quality, then sides, go down until "
                                  "it fits. k and M are powers of 1000, KiB and MiB of 1024."},
    [OPTION_MAX_PIXELS] = {.name = "max-pixels",
                           .argument = "N",
                           .type = TYPE_SIZE,
                           .low = 1,
                           .high = 1000000000000u,
                           .initial = "200M",
                           .example = "100M",
                           .group = GROUP_IMAGES,
                           .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                           .help = "Pictures that declare more pixels are refused unread."},
    [OPTION_IMAGE_WORKERS] = {.name = "image-workers",
                              .argument = "N",
                              .type = TYPE_WHOLE,
                              .high = 1024,
                              .initial = "0",
                              .group = GROUP_IMAGES,
                              .commands = FOR_GENERATE,
                              .help = "Threads that prepare images; 0 is one a processor."},
    [OPTION_PAYLOAD_MEMORY] = {.name = "payload-memory",
                               .argument = "SIZE",
                               .type = TYPE_SIZE,
                               .low = MIB,
                               .high = (uint64_t)MIB * MIB,
                               .initial = "256MiB",
                               .example = "1GiB",
                               .group = GROUP_IMAGES,
                               .commands = FOR_GENERATE,
                               .help = "Memory for prepared images that wait for their calls."},

    [OPTION_WORKERS] = {.name = "workers",
                        .argument = "N",
                        .type = TYPE_WHOLE,
                        .high = 1024,
                        .initial = "0",
                        .group = GROUP_IMAGES,
                        .commands = FOR_PREPARE,
                        .flags = OPTION_NO_FILE,
                        .help = "Threads that prepare images; 0 is one a processor."},
    [OPTION_IMAGE_MEMORY] = {.name = "image-memory",
                             .argument = "SIZE",
                             .type = TYPE_SIZE,
                             .low = 16u * MIB,
                             .high = (uint64_t)MIB * MIB,
                             .initial = "1GiB",
                             .example = "512MiB",
                             .group = GROUP_IMAGES,
                             .commands = FOR_GENERATE | FOR_PREPARE,
                             .help = "Memory for all images that are worked on at once. Large ones "
                                     "wait their turn; one that alone needs more is refused."},
    [OPTION_ACCEPT_DAMAGED] = {.name = "accept-damaged",
                               .type = TYPE_SWITCH,
                               .initial = "false",
                               .group = GROUP_IMAGES,
                               .commands = FOR_GENERATE | FOR_PREPARE | FOR_DIAGNOSE,
                               .flags = OPTION_DATASET,
                               .help = "Take what can be read of a damaged or cut off picture "
                                       "instead of refusing it."},
    [OPTION_VERIFY] = {.name = "verify",
                       .type = TYPE_SWITCH,
                       .initial = "false",
                       .group = GROUP_IMAGES,
                       .commands = FOR_GENERATE | FOR_PREPARE,
                       .help = "Also decode the JPEGs that are passed on as they are, of which "
                               "otherwise only the markers are read."},
    [OPTION_JSON] = {.name = "json",
                     .type = TYPE_SWITCH,
                     .initial = "false",
                     .group = GROUP_OUTPUT,
                     .commands = FOR_PREPARE | FOR_DIAGNOSE | FOR_SHOW,
                     .flags = OPTION_NO_FILE,
                     .help = "Print what came of it as one line of JSON."},
    [OPTION_FOLLOW] = {.name = "follow",
                       .letter = 'f',
                       .type = TYPE_SWITCH,
                       .initial = "false",
                       .group = GROUP_OUTPUT,
                       .commands = FOR_SHOW,
                       .flags = OPTION_NO_FILE,
                       .help = "Show it again every two seconds, until the run has ended."},
    [OPTION_ITEM] = {.name = "item",
                     .argument = "ID",
                     .type = TYPE_TEXT,
                     .example = "photo.jpg#2",
                     .group = GROUP_OUTPUT,
                     .commands = FOR_SHOW,
                     .flags = OPTION_NO_FILE,
                     .help = "Show one item instead: its record, and each of its calls with the "
                             "reply."},
    [OPTION_IMAGE] = {.name = "image",
                      .argument = "FILE",
                      .type = TYPE_FILE,
                      .example = "photos/one.jpg",
                      .group = GROUP_IMAGES,
                      .commands = FOR_DIAGNOSE,
                      .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                      .help = "Send this picture where an image as configured is tried. Without it "
                              "a detailed one is made, as large as --max-side allows."},
    [OPTION_REPLAY] = {.name = "replay",
                       .argument = "ID",
                       .type = TYPE_TEXT,
                       .example = "photo.jpg#2",
                       .group = GROUP_OUTPUT,
                       .commands = FOR_DIAGNOSE,
                       .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                       .help = "Send the failed call of this item of DIR once more, and find out "
                               "without which part of it it passes."},

    // The simulator's server
    [OPTION_HOST] = {.name = "host",
                     .argument = "ADDRESS",
                     .type = TYPE_TEXT,
                     .initial = "127.0.0.1",
                     .group = GROUP_SERVER,
                     .commands = FOR_SIMULATE,
                     .help = "Address to listen on."},
    [OPTION_PORT] = {.name = "port",
                     .letter = 'p',
                     .argument = "PORT",
                     .type = TYPE_WHOLE,
                     .high = 65535,
                     .initial = "8080",
                     .group = GROUP_SERVER,
                     .commands = FOR_SIMULATE,
                     .help = "Port to listen on; 0 takes any free one and prints it."},
    [OPTION_ALLOW_PUBLIC] = {.name = "allow-public",
                             .type = TYPE_SWITCH,
                             .initial = "false",
                             .group = GROUP_SERVER,
                             .commands = FOR_SIMULATE,
                             .help = "Take a --host that others can reach."},
    [OPTION_KEY] = {.name = "key",
                    .argument = "KEY",
                    .type = TYPE_TEXT,
                    .example = "test-key",
                    .group = GROUP_SERVER,
                    .commands = FOR_SIMULATE,
                    .flags = OPTION_SECRET,
                    .help = "Refuse requests that do not bring this key (401). Not a real secret: "
                            "it opens nothing but this simulator."},
    [OPTION_KEY_FILE] = {.name = "key-file",
                         .argument = "FILE",
                         .type = TYPE_FILE,
                         .example = "key.txt",
                         .group = GROUP_SERVER,
                         .commands = FOR_SIMULATE,
                         .help = "Read that key from FILE."},
    [OPTION_SERVED_MODEL] = {.name = "model",
                             .letter = 'm',
                             .argument = "NAME",
                             .type = TYPE_TEXT,
                             .example = "my-model",
                             .group = GROUP_SERVER,
                             .commands = FOR_SIMULATE,
                             .help = "The only model that exists; requests for others get a 404. "
                                     "Without it any name is served."},
    [OPTION_LOG] = {.name = "log",
                    .argument = "FILE",
                    .type = TYPE_FILE,
                    .example = "requests.jsonl",
                    .group = GROUP_SERVER,
                    .commands = FOR_SIMULATE,
                    .help = "Write a JSON line for each request to FILE."},
    [OPTION_READY_FD] = {.name = "ready-fd",
                         .argument = "N",
                         .type = TYPE_WHOLE,
                         .high = INT32_MAX,
                         .group = GROUP_SERVER,
                         .commands = FOR_SIMULATE,
                         .flags = OPTION_HIDDEN | OPTION_NO_VARIABLE,
                         .help = "Write the port to this descriptor when listening."},
    [OPTION_PARENT_FD] = {.name = "parent-fd",
                          .argument = "N",
                          .type = TYPE_WHOLE,
                          .high = INT32_MAX,
                          .group = GROUP_SERVER,
                          .commands = FOR_SIMULATE,
                          .flags = OPTION_HIDDEN | OPTION_NO_VARIABLE,
                          .help = "End when this descriptor is closed at its other end."},

    // The simulator's behaviour
    [OPTION_ANSWERS] = {.name = "answers",
                        .argument = "HOW",
                        .type = TYPE_CHOICE,
                        .choices = "look|canned",
                        .initial = "look",
                        .group = GROUP_BEHAVIOUR,
                        .commands = FOR_SIMULATE,
                        .help = "look: the model looks at the pixels it was sent. canned: fixed "
                                "answers that cost little CPU, for measuring the client."},
    [OPTION_SERVED_SEED] = {.name = "seed",
                            .argument = "N",
                            .type = TYPE_WHOLE,
                            .high = ANY,
                            .initial = "1",
                            .group = GROUP_BEHAVIOUR,
                            .commands = FOR_SIMULATE,
                            .help = "Answers, latencies and faults follow from it."},
    [OPTION_STRUCTURED] = {.name = "structured",
                           .argument = "WHAT",
                           .type = TYPE_CHOICE,
                           .choices = "schema|object|none",
                           .initial = "schema",
                           .group = GROUP_BEHAVIOUR,
                           .commands = FOR_SIMULATE,
                           .help = "The most that response_format may ask for; more gets a 400."},
    [OPTION_STRICT] = {.name = "strict",
                       .type = TYPE_SWITCH,
                       .initial = "false",
                       .group = GROUP_BEHAVIOUR,
                       .commands = FOR_SIMULATE,
                       .help = "Refuse unknown parameters and values out of range."},
    [OPTION_LATENCY] = {.name = "latency",
                        .argument = "SPEC",
                        .type = TYPE_TEXT,
                        .initial = "0",
                        .example = "fixed:0.5s",
                        .group = GROUP_BEHAVIOUR,
                        .commands = FOR_SIMULATE,
                        .help = "Time to the answer, or to the first token of a stream: "
                                "fixed:0.5s, uniform:A,B or lognormal:MEAN,SIGMA, in seconds."},
    [OPTION_TOKENS_PER_SECOND] = {.name = "tokens-per-second",
                                  .argument = "N",
                                  .type = TYPE_WHOLE,
                                  .high = 1000000,
                                  .initial = "0",
                                  .group = GROUP_BEHAVIOUR,
                                  .commands = FOR_SIMULATE,
                                  .help = "Rate at which the answer is then written: streams come "
                                          "by and by, whole answers that much later; 0: at once."},
    [OPTION_CAPACITY] = {.name = "capacity",
                         .argument = "N[@TIME,...]",
                         .type = TYPE_TEXT,
                         .initial = "0",
                         .example = "40",
                         .group = GROUP_BEHAVIOUR,
                         .commands = FOR_SIMULATE,
                         .help = "Requests worked on at once; 0: no limit. 40@0s,13@20s changes it "
                                 "20 seconds after the first request."},
    [OPTION_CAPACITY_MODE] = {.name = "capacity-mode",
                              .argument = "MODE",
                              .type = TYPE_CHOICE,
                              .choices = "queue|refuse|slow",
                              .initial = "queue",
                              .group = GROUP_BEHAVIOUR,
                              .commands = FOR_SIMULATE,
                              .help = "What becomes of more: they wait, or are refused with the "
                                      "provider's words, or all share the work and get slower "
                                      "together."},
    [OPTION_FAULT] = {.name = "fault",
                      .argument = "KIND[:RATE]",
                      .type = TYPE_LIST,
                      .example = "429:0.1",
                      .group = GROUP_BEHAVIOUR,
                      .commands = FOR_SIMULATE,
                      .help =
                          "Answer a share of the requests (0 to 1, all without it) with a fault: "
                          "an HTTP status such as 429 or 503, or reset, stall, cut, html, "
                          "wrong-json, empty. May be given again for further kinds."},

    // Settings and messages
    [OPTION_SETTINGS] = {.name = "settings",
                         .letter = 's',
                         .argument = "FILE",
                         .type = TYPE_FILE,
                         .example = "settings.yaml",
                         .group = GROUP_GENERAL,
                         .commands = FOR_GENERATE | FOR_DIAGNOSE,
                         .flags = OPTION_NO_FILE,
                         .help = "Read settings from a YAML file, with option names as keys. No "
                                 "file is read without this."},
    [OPTION_SHOW_SETTINGS] = {.name = "show-settings",
                              .type = TYPE_SWITCH,
                              .initial = "false",
                              .group = GROUP_GENERAL,
                              .commands = FOR_GENERATE,
                              .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                              .help = "Print each setting, its value and where that came from, and "
                                      "end."},
    [OPTION_TRACE] = {.name = "trace",
                      .argument = "PARTS",
                      .type = TYPE_LIST,
                      .example = "client,retry",
                      .group = GROUP_GENERAL,
                      .commands = FOR_GENERATE,
                      .help = "Show what happens to each call, on standard error: client "
                              "(requests and answers), retry (what is sent again, and when), pace "
                              "(what limits hold calls back)."},
    [OPTION_LOG_FILE] = {.name = "log",
                         .argument = "FILE",
                         .type = TYPE_FILE,
                         .example = "run.log",
                         .group = GROUP_GENERAL,
                         .commands = FOR_GENERATE,
                         .help = "Append all of that and all messages, shown or not, to FILE as "
                                 "JSON lines. Keys and images are never written in full."},
    [OPTION_QUIET] = {.name = "quiet",
                      .letter = 'q',
                      .type = TYPE_SWITCH,
                      .initial = "false",
                      .group = GROUP_GENERAL,
                      .commands = FOR_ALL & ~FOR_HELP,
                      .help = "Print errors only."},
    [OPTION_VERBOSE] = {.name = "verbose",
                        .letter = 'v',
                        .type = TYPE_SWITCH,
                        .initial = "false",
                        .group = GROUP_GENERAL,
                        .commands = FOR_GENERATE | FOR_PREPARE | FOR_SIMULATE | FOR_DIAGNOSE,
                        .help = "Print more of what is going on."},
    [OPTION_MAN] = {.name = "man",
                    .type = TYPE_SWITCH,
                    .initial = "false",
                    .group = GROUP_GENERAL,
                    .commands = FOR_HELP,
                    .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                    .help = "Print the man page (roff)."},
    [OPTION_COMPLETION] = {.name = "completion",
                           .argument = "SHELL",
                           .type = TYPE_CHOICE,
                           .choices = "bash|zsh|fish",
                           .group = GROUP_GENERAL,
                           .commands = FOR_HELP,
                           .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                           .help = "Print the completion script for a shell."},
    [OPTION_MARKDOWN] = {.name = "markdown",
                         .type = TYPE_SWITCH,
                         .initial = "false",
                         .group = GROUP_GENERAL,
                         .commands = FOR_HELP,
                         .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                         .help = "Print the settings of generate as a Markdown table."},
    [OPTION_HELP] = {.name = "help",
                     .letter = 'h',
                     .type = TYPE_SWITCH,
                     .initial = "false",
                     .group = GROUP_GENERAL,
                     .commands = FOR_ALL,
                     .flags = OPTION_NO_FILE | OPTION_NO_VARIABLE,
                     .help = "Print this help and end."},
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_OUTPUT] = "Input and output", [GROUP_ENDPOINT] = "Endpoint and key",
    [GROUP_QUESTIONS] = "Questions",     [GROUP_MODEL] = "What the model is sent",
    [GROUP_PACE] = "Pace and patience",  [GROUP_COST] = "Cost",
    [GROUP_IMAGES] = "Images",           [GROUP_SERVER] = "Server",
    [GROUP_BEHAVIOUR] = "Behaviour",     [GROUP_GENERAL] = "Settings and messages",
};

const struct option_entry *option_at(enum option_id id)
{
    return &table[id];
}

enum option_id option_id_of(const struct option_entry *option)
{
    return (enum option_id)(option - table);
}

const char *option_group_title(enum option_group group)
{
    return group_titles[group];
}

static bool same_name(const char *name, const char *known)
{
    for (; *name != '\0' && *known != '\0'; name++, known++)
        if (*name != *known && !(*name == '_' && *known == '-'))
            return false;
    return *name == *known;
}

const struct option_entry *option_find(const char *name, unsigned command)
{
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if ((table[id].commands & command) != 0 && same_name(name, table[id].name))
            return &table[id];
    return NULL;
}

bool option_is_listed(const struct option_entry *option, unsigned command)
{
    return (option->commands & command) != 0 &&
           (option->flags & (OPTION_HIDDEN | OPTION_NO_ARGV)) == 0;
}

bool option_is_file_key(const struct option_entry *option)
{
    return (option->commands & FOR_GENERATE) != 0 && (option->flags & OPTION_NO_FILE) == 0;
}

char *option_variable(const struct option_entry *option, char *out)
{
    out[0] = '\0';
    if ((option->flags & OPTION_NO_VARIABLE) != 0)
        return out;
    snprintf(out, OPTION_VARIABLE_BYTES, "VQAGEN_%s%s",
             (option->commands & FOR_SIMULATE) == 0 || (option->commands & FOR_GENERATE) != 0
                 ? ""
                 : "SIMULATOR_",
             option->name);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return out;
}

const char *option_nearest(const char *name, unsigned command)
{
    struct nearest nearest = {.name = name};
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (option_is_listed(&table[id], command))
            nearest_offer(&nearest, table[id].name);
    return nearest.best;
}
