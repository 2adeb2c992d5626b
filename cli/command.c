#include "command.h"

#include "help.h"
#include "log.h"
#include "nearest.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command commands[] = {
    {
        .name = "generate",
        .bit = FOR_GENERATE,
        .operand = "INPUT",
        .reads_files = true,
        .synopsis = "INPUT -o DIR [OPTIONS]",
        .summary = "Make a question-answering dataset from images",
        .description =
            "INPUT is a folder of images (with its subfolders), one image, or questions as JSON, "
            "JSONL or CSV; - reads them from standard input. What a question record gives (id, "
            "image, question, answer, options, topic) is not asked for; what it lacks is.\n"
            "\n"
            "DIR/dataset.jsonl holds the accepted items in input order, DIR/failures.jsonl every "
            "other item with the reason, DIR/run.json what the run did. Ctrl-C finishes what is in "
            "flight; the same command again goes on from there.",
        .examples =
            {
                {"Try it, without key or network", "vqagen generate photos -o out --endpoint "
                                                   "builtin"},
                {"OpenAI, with the key in OPENAI_API_KEY",
                 "vqagen generate photos -o out --endpoint openai --model gpt-4o-mini"},
                {"A server of your own",
                 "vqagen generate photos -o out --base-url http://localhost:8000/v1 --model "
                 "qwen2.5-vl -c 64"},
                {"What would it cost? No call is made",
                 "vqagen generate photos --dry-run --per-image 6"},
                {"Answers and wrong options for given questions",
                 "vqagen generate questions.jsonl -o out --endpoint openai --model gpt-4o-mini"},
                {"Counting and position only, ten images",
                 "vqagen generate photos -o out --endpoint builtin --topics counting,position "
                 "--limit 10"},
                {"Ask again for what no verdict could be had on",
                 "vqagen generate photos -o out --endpoint builtin --retry unknown"},
            },
        .run = generate_run,
    },
    {
        .name = "prepare",
        .bit = FOR_PREPARE,
        .operand = "INPUT",
        .reads_files = true,
        .synopsis = "INPUT -o DIR [OPTIONS]",
        .summary = "Make images ready for a model, and do nothing else",
        .description =
            "INPUT is as for generate. Each image becomes a JPEG: upright, in sRGB, within the "
            "limits, without metadata. One that is all that already keeps its coding, and loses "
            "its metadata.\n"
            "\n"
            "DIR/images holds the JPEGs, named after their SHA-256, DIR/images.jsonl a row for "
            "each image in input order: its status (encoded, passed, skipped, failed), the reason, "
            "format, sides, bytes and about how many tokens it costs at the providers.",
        .examples =
            {
                {"What would be sent of these photographs", "vqagen prepare photos -o out"},
                {"At most 1024 pixels a side, and the counts as JSON",
                 "vqagen prepare photos -o out --max-side 1024 --json"},
                {"Which of them are damaged",
                 "vqagen prepare photos -o out --verify; grep '\"failed\"' out/images.jsonl"},
            },
        .run = prepare_run,
    },
    {
        .name = "merge",
        .bit = FOR_MERGE,
        .operand = "DIR",
        .operand_repeats = true,
        .reads_files = true,
        .synopsis = "DIR... -o WHOLE",
        .summary = "Join the parts of a dataset that were made with --shard",
        .description =
            "Each DIR is a finished part that generate made with --shard I/N; all N are needed, in "
            "any order. WHOLE gets what one run over all of the input would have made: the same "
            "dataset.jsonl, and a store with which generate goes on, for example with --retry.\n"
            "\n"
            "Parts made with --screen are screened again as a whole: images that look alike in "
            "different parts are left out as in one run. An image that only its part left out is "
            "kept, and nothing was asked about it: its items stay open, the exit code is 1, and "
            "the generate command with -o WHOLE and without --shard asks for what is missing.",
        .examples =
            {
                {"Two machines, one dataset",
                 "vqagen generate photos -o part1 --shard 1/2 --endpoint builtin"},
                {"The other one", "vqagen generate photos -o part2 --shard 2/2 --endpoint builtin"},
                {"Join them", "vqagen merge part1 part2 -o whole"},
            },
        .run = merge_run,
    },
    {
        .name = "salvage",
        .bit = FOR_SALVAGE,
        .operand = "DIR",
        .reads_files = true,
        .synopsis = "DIR -o NEW",
        .summary = "Save what is whole of a damaged run",
        .description =
            "For a DIR whose run.db was damaged: by a disk, a copy cut short, a program that wrote "
            "into it. Every row that can be read and is as it was written goes to NEW; DIR is not "
            "changed. The same generate command with -o NEW then makes the same dataset, and pays "
            "only for the replies that were lost.",
        .examples =
            {
                {"Save it", "vqagen salvage out -o saved"},
                {"And go on there", "vqagen generate photos -o saved --endpoint builtin"},
            },
        .run = salvage_run,
    },
    {
        .name = "diagnose",
        .bit = FOR_DIAGNOSE,
        .operand = "DIR",
        .operand_optional = true,
        .reads_files = true,
        .synopsis = "[DIR] [OPTIONS]",
        .summary = "Find out why calls fail, and what to do about it",
        .description =
            "Without DIR: tries an endpoint step by step, from the settings, name, connection, "
            "certificate, path, key and model up to images, parameters, structured output, a "
            "stream and three calls at once. It stops at the first step that fails and names "
            "the cause and the fix. A request that is refused is sent again with parts left out, "
            "until the smallest change that makes it pass is known. At most 20 requests are sent, "
            "small ones first.\n"
            "\n"
            "With DIR: the failures of a run, by kind and cause, with what to do; --replay ID "
            "sends the failed call of one item again and finds out without what it passes. "
            "Nothing in DIR is changed.\n"
            "\n"
            "Exit code 0: all is well. 1: the cause is known. 7: it is not.",
        .examples =
            {
                {"Why is nothing answered?", "vqagen diagnose --endpoint openai --model "
                                             "gpt-4o-mini"},
                {"A server of your own, with the largest of your pictures",
                 "vqagen diagnose --base-url http://localhost:8000/v1 --model qwen2.5-vl --image "
                 "photos/large.jpg"},
                {"What failed in a run", "vqagen diagnose out"},
                {"One failed call again, and the result as JSON",
                 "vqagen diagnose out --replay photo.jpg#2 --json"},
            },
        .run = diagnose_run,
    },
    {
        .name = "tune",
        .bit = FOR_TUNE,
        .operand = "INPUT",
        .operand_repeats = true,
        .reads_files = true,
        .synopsis = "INPUT [OPTIONS]",
        .summary = "Find the settings to run with at an endpoint",
        .description =
            "Asks about the first images of INPUT, as generate would, with 1, 2, 4, 8, ... calls "
            "in flight, until the endpoint gives no more, and twice more near that knee. Then it "
            "compares questions drafted a call, and image sizes by how far the answers agree with "
            "those at the largest. It stops by itself at --max-calls, before --max-cost, and when "
            "more than one call in ten fails.\n"
            "\n"
            "Prints what was measured and what is recommended, with the reason. -o DIR keeps the "
            "result as DIR/tune.json, which --compare reads.",
        .examples =
            {
                {"Try it, without key or network", "vqagen tune photos --endpoint builtin"},
                {"A server of your own, and a settings file for generate",
                 "vqagen tune photos --base-url http://localhost:8000/v1 --model qwen2.5-vl "
                 "--write vqagen.yaml"},
                {"At most a dollar, with a page of charts",
                 "vqagen tune photos --endpoint openai --model gpt-4o-mini --max-cost 1 --page "
                 "tune.html"},
                {"The number of calls in flight alone",
                 "vqagen tune photos --endpoint builtin --sides none --drafts none"},
                {"Two results side by side", "vqagen tune --compare monday tuesday"},
            },
        .run = tune_run,
    },
    {
        .name = "show",
        .bit = FOR_SHOW,
        .operand = "DIR",
        .reads_files = true,
        .synopsis = "DIR [OPTIONS]",
        .summary = "Show what a run did, or is doing",
        .description =
            "DIR is where generate put its dataset. Items by state, topic and kind of failure, "
            "replies a minute, latency, tokens and cost, endpoints, the slowest calls, what was "
            "learned from refusals. A run may be going on, have been killed, or be over: nothing "
            "is changed, and DIR may be read-only.\n"
            "\n"
            "With --item: one item's record, and each of its calls with the reply.",
        .examples =
            {
                {"What came of it", "vqagen show out"},
                {"Watch a run from another terminal", "vqagen show out --follow"},
                {"What did it cost so far", "vqagen show out --json | jq .cost_usd"},
                {"Why was this one rejected", "vqagen show out --item photo.jpg#2"},
            },
        .run = show_run,
    },
    {
        .name = "simulate",
        .bit = FOR_SIMULATE,
        .synopsis = "[OPTIONS]",
        .summary = "Run a model endpoint on this machine, with the faults you name",
        .description =
            "Serves the protocols of OpenAI, Anthropic (/v1/messages) and Gemini "
            "(/v1beta/models/MODEL:generateContent), whole or as streams, on a loopback port. Its "
            "model truly looks at the pixels it is sent and answers simple questions about them. "
            "Latency, capacity, rate limits and faults are as told, in the words and headers of "
            "the provider that it plays, so that a run can be rehearsed before it costs money.\n"
            "\n"
            "Prints the address on standard output and serves until it is interrupted. GET /stats "
            "tells what it has seen, and what a provider would have billed.",
        .examples =
            {
                {"An endpoint on port 8080", "vqagen simulate"},
                {"A slow one that fails now and then",
                 "vqagen simulate --latency lognormal:2,0.5 --fault 429:0.05 --fault reset:0.01"},
                {"One with a key and a limit of 8 requests at once",
                 "vqagen simulate --port 9000 --key test-key --capacity 8"},
                {"A vLLM server that slows above 40 requests at once, and has less after a minute",
                 "vqagen simulate --play vllm --latency 2 --capacity 40@0s,13@60s --capacity-mode "
                 "slow"},
                {"An endpoint that takes no images over 1 MB",
                 "vqagen simulate --play anthropic --max-image-bytes 1MB"},
            },
        .run = simulate_run,
    },
    {
        .name = "help",
        .bit = FOR_HELP,
        .operand = "COMMAND",
        .operand_optional = true,
        .synopsis = "[COMMAND] [OPTIONS]",
        .summary = "Explain vqagen or one of its commands",
        .description = "Without COMMAND: what vqagen does and how to begin. With one: examples and "
                       "all options of it.",
        .examples =
            {
                {"All options of generate", "vqagen help generate"},
                {"The man page", "vqagen help --man > vqagen.1"},
                {"Completion for this shell", "eval \"$(vqagen help --completion bash)\""},
            },
        .run = help_run,
    },
};

const struct command *command_at(size_t index)
{
    return index < sizeof commands / sizeof commands[0] ? &commands[index] : NULL;
}

const struct command *command_of(unsigned bit)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (commands[i].bit == bit)
            return &commands[i];
    return NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

bool command_refuse(const char *name, struct error *why)
{
    struct nearest nearest = {.name = name};
    for (size_t i = 0; command_at(i) != NULL; i++)
        nearest_offer(&nearest, commands[i].name);
    if (nearest.best != NULL)
        return error_set(why, ERR_USAGE, "\"%.80s\" is not a command; did you mean %s?", name,
                         nearest.best);
    if (name[0] == '-')
        return error_set(why, ERR_USAGE,
                         "a command comes first, then its options: vqagen generate INPUT -o DIR");
    if (access(name, F_OK) == 0)
        return error_set(why, ERR_USAGE,
                         "a command comes first. To make a dataset from %s: vqagen generate %s -o "
                         "DIR",
                         name, name);
    return error_set(why, ERR_USAGE, "\"%.80s\" is not a command; `vqagen help` lists them", name);
}

static bool run_help(char **words, char *const *environment, int *exit_code, struct error *why)
{
    struct settings settings;
    settings_init(&settings, FOR_HELP);
    int count = 0;
    while (words[count] != NULL)
        count++;
    bool good = settings_read(&settings, count, words, environment, why) &&
                help_run(&settings, environment, exit_code, why);
    settings_clear(&settings);
    return good;
}

static bool run(const struct command *command, struct settings *settings, char *const *environment,
                int *exit_code, struct error *why)
{
    log_set_level(settings_switch(settings, OPTION_QUIET)     ? LOG_QUIET
                  : settings_switch(settings, OPTION_VERBOSE) ? LOG_VERBOSE
                                                              : LOG_NORMAL);
    return command->run(settings, environment, exit_code, why);
}

bool command_run(int count, char **arguments, char *const *environment, int *exit_code,
                 struct error *why)
{
    static char help_word[] = "help";
    if (count < 2)
        return error_set(why, ERR_USAGE,
                         "no command is given: vqagen generate INPUT -o DIR makes a dataset, "
                         "`vqagen help` tells more");
    if (strcmp(arguments[1], "--version") == 0 || strcmp(arguments[1], "-V") == 0) {
        printf("vqagen " VQAGEN_VERSION "\n");
        return true;
    }
    if (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
        char *words[] = {help_word, NULL};
        return run_help(words, environment, exit_code, why);
    }
    const struct command *command = command_find(arguments[1]);
    if (command == NULL)
        return command_refuse(arguments[1], why);
    struct settings settings;
    settings_init(&settings, command->bit);
    bool good = settings_read(&settings, count - 1, arguments + 1, environment, why);
    if (good && settings_switch(&settings, OPTION_HELP))
        good = help_print(command, why);
    else if (good)
        good = run(command, &settings, environment, exit_code, why);
    settings_clear(&settings);
    return good;
}
