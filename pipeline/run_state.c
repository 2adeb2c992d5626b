#include "run_state.h"

bool run_write(struct run *run, struct error *why)
{
    if (!run->transaction && !store_begin(run->store, why))
        return false;
    run->transaction = true;
    return true;
}

bool run_commit(struct run *run, struct error *why)
{
    if (!run->transaction)
        return true;
    run->transaction = false;
    return store_commit(run->store, why);
}

void run_stop(struct run *run, const struct error *why)
{
    if (run->stop_why.kind == ERR_NONE)
        run->stop_why = *why;
    run->stopping = true;
}
