// What goes in and where the result goes.
#include "option_list.h"

static const struct option_entry entries[] = {
    {.id = OPTION_OUTPUT,
     .name = "output",
     .letter = 'o',
     .argument = "DIR",
     .type = TYPE_DIRECTORY,
     .example = "out",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE | FOR_PREPARE | FOR_MERGE | FOR_SALVAGE | FOR_TUNE,
     .flags = OPTION_NO_FILE,
     .help = "Where the dataset goes, the prepared images, or tune.json. Made when absent; "
             "generate with the same DIR goes on where it stopped and pays for no reply twice."},
    {.id = OPTION_LIMIT,
     .name = "limit",
     .argument = "N",
     .type = TYPE_WHOLE,
     .high = INT64_MAX,
     .initial = "0",
     .example = "20",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .help = "Take only the first N images or records; 0 takes all. Raise it later to go on in the "
             "same DIR."},
    {.id = OPTION_SHARD,
     .name = "shard",
     .argument = "I/N",
     .type = TYPE_SHARD,
     .example = "2/8",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .flags = OPTION_NO_FILE,
     .help = "Take only part I of N of the input, each with a DIR of its own, for work on several "
             "machines; all questions on one image are in one part. vqagen merge joins the "
             "finished parts."},
    {.id = OPTION_RETRY,
     .name = "retry",
     .argument = "WHAT",
     .type = TYPE_CHOICE,
     .choices = "failed|unknown|rejected",
     .example = "unknown",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .flags = OPTION_NO_FILE,
     .help = "Ask again for items of an earlier run in DIR that ended unknown (no verdict could be "
             "had), rejected (by the rules), or failed (both)."},
    {.id = OPTION_DURABLE,
     .name = "durable",
     .type = TYPE_SWITCH,
     .initial = "false",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .help = "Wait for the disk whenever replies are stored, so that a power cut takes none of "
             "them. Without it a power cut may take the newest, which are asked for again; it "
             "never harms what is older. A crash or kill -9 takes nothing either way."},
    {.id = OPTION_DRY_RUN,
     .name = "dry-run",
     .type = TYPE_SWITCH,
     .initial = "false",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .flags = OPTION_NO_FILE,
     .help = "Print what would be asked, how many calls and about how many tokens that is. No call "
             "is made, nothing is written."},
    {.id = OPTION_SUMMARY_JSON,
     .name = "summary-json",
     .argument = "FILE",
     .type = TYPE_FILE,
     .example = "summary.json",
     .group = GROUP_OUTPUT,
     .commands = FOR_GENERATE,
     .help = "Also write the report of the run (DIR/run.json) to FILE."},
};

const struct option_list option_list_output = {entries, sizeof entries / sizeof entries[0]};
