// vqagen merge: the parts of a dataset become the whole.
#include "merge.h"

#include "command.h"
#include "log.h"

bool merge_run(struct settings *settings, char *const *environment, int *exit_code,
               struct error *why)
{
    (void)environment;
    const char *directory = settings_text(settings, OPTION_OUTPUT);
    if (settings->operand_count == 0)
        return error_set(why, ERR_USAGE,
                         "the parts are missing: vqagen merge part1 part2 -o whole");
    if (directory == NULL)
        return error_set(why, ERR_USAGE,
                         "where shall the whole go? Give -o DIR, as in vqagen merge part1 part2 -o "
                         "whole");
    struct merge_settings merge = {.parts = (const char *const *)settings->operands,
                                   .part_count = settings->operand_count,
                                   .directory = directory};
    struct merge_summary summary;
    if (!merge_parts(&merge, &summary, why))
        return false;
    log_note("%lld items: %lld accepted, %lld rejected, %lld unknown%s", summary.items,
             summary.accepted, summary.rejected, summary.unknown,
             summary.open > 0 ? ", the others still open" : "");
    if (summary.screening_left)
        log_note("The parts' screening.jsonl, of --screen report, are not joined: the parts' "
                 "generate command without --shard, and with -o %s, writes one without a call.",
                 directory);
    if (summary.open > 0) {
        *exit_code = error_exit_code(ERR_ITEMS);
        log_note("%lld items are open: screening over the whole keeps their images, which a part "
                 "had left out, so that nothing was asked about them. To complete the dataset: the "
                 "parts' generate command without --shard, and with -o %s.",
                 summary.open, directory);
        return true;
    }
    log_note("%s/dataset.jsonl holds the dataset, %s/run.json the report.", directory, directory);
    return true;
}
