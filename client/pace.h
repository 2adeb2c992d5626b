// How many calls may be in flight at an endpoint, and when the next one may begin: a state machine
// without a clock, a socket or a thread of its own. Time is an argument, in milliseconds of any
// clock that does not go back.
//
// Fixed: as many as the settings say.
//
// Automatic: begins with 4 and finds what the endpoint can take. By Little's law throughput is the
// number in flight over the mean latency; so what more calls in flight bring is seen in what they
// do to latency. One step after the other is tried for a window of calls (pace_window.h) and kept
// as far as throughput grew by more than half of the step, which is where throughput over latency,
// the "power" of a queue (Kleinrock 1979), is largest:
//
//     first    doubling while that helps
//     then     a quarter more, in turn with the level as it is; larger steps after success
//     slower   a fifth less where calls take longer than they did with fewer in flight; as much
//              less as they got slower when they suddenly did. What does not help is taken back
//     refused  a tenth less than were taken, at most once a latency; calls begin again one by one
//              as others end, and wait in growing steps while they are refused. The level that was
//              refused is tried again after six latencies. After a time when all was refused it
//              begins anew
//
// Rates a minute, of requests and of tokens, are kept beside that: see bucket.h.
#ifndef VQAGEN_PACE_H
#define VQAGEN_PACE_H

#include "bucket.h"
#include "pace_window.h"

struct pace_settings {
    bool automatic;
    unsigned concurrency;                             // fixed: how many; automatic: at most
    long long requests_per_minute, tokens_per_minute; // 0: none but what headers say
};

// Why the number stands where it does.
enum pace_reason {
    PACE_FIXED,    // by the settings
    PACE_BEGINS,   // still doubling
    PACE_KNEE,     // more in flight only takes longer
    PACE_REFUSALS, // the endpoint refuses more
    PACE_CEILING,  // the settings allow no more
};

enum pace_phase { PACE_START, PACE_WATCH, PACE_UP, PACE_DOWN };

struct pace {
    bool automatic;
    unsigned most;      // by the settings
    unsigned limit;     // in flight, now
    unsigned in_flight; //
    enum pace_reason reason;
    unsigned lowest, highest; // that the limit has been, since it was first settled
    struct buckets buckets;

    // Measuring.
    struct pace_window window;
    struct pace_offsets offsets;
    struct pace_recent recent;
    double latency_ms; // of late; 0: not known
    enum pace_phase phase;
    unsigned base_limit;   // that the step under trial began from
    double base_level;     // its latency's logarithm; NAN: not known
    double best_level;     // the lowest of late
    double step;           // of the next trial upwards
    unsigned windows;      // read so far
    bool slowed;           // calls suddenly take longer: this window tells how much
    int64_t ramp_since_ms; // the limit is reached by and by
    unsigned ramp_from;    //
    double ramp_ms;        //

    // Refusals.
    unsigned refused_at;        // so many were too many; 0: not known
    double refused_cost_ms;     // how long nothing could be sent for it
    int64_t refused_ms;         // when, last
    int64_t decreased_ms;       // when the limit was last lowered for it
    unsigned refused_in_a_row;  // calls, without one taken that began later
    bool shut;                  // nothing at all is taken
    unsigned hold;              // calls that must end before the next begins
    int64_t hold_until_ms;      // or this time come
    long long refusals, starts; // in all
};

// What is to be kept with a call while it is out.
struct pace_call {
    int64_t began_ms;
    unsigned window, kind;
    struct bucket_cost cost;
};

enum pace_outcome {
    PACE_REPLIED,
    PACE_REFUSED, // too many, or too busy: 429, 503, 529
    PACE_FAILED,  // says nothing about the load
};

struct pace_result {
    enum pace_outcome outcome;
    double latency_ms;
    double wait_ms; // of a refusal: until when nothing at all shall be sent; 0 or less: not said
    struct bucket_cost used;            // -1: not said
    const struct limit_headers *limits; // NULL: none came
};

void pace_init(struct pace *pace, const struct pace_settings *settings);

// How long until another call of that cost may begin, as far as time alone decides; 0: now. -1:
// only the end of a call can make room.
int64_t pace_wait_ms(const struct pace *pace, const struct bucket_cost *cost, int64_t now_ms);

// kind: which sort of calls it is, 0 ... PACE_KINDS-1: those of a kind take about as long.
struct pace_call pace_begin(struct pace *pace, unsigned kind, const struct bucket_cost *cost,
                            int64_t now_ms);

// True when the number settled, or changed much since it was last worth telling.
bool pace_end(struct pace *pace, const struct pace_call *call, const struct pace_result *result,
              int64_t now_ms);

// "more in flight only takes longer", ...: behind "N in flight: ".
const char *pace_reason_text(enum pace_reason reason);
const char *pace_phase_word(enum pace_phase phase);    // "start", "watch", "up", "down"
const char *pace_reason_word(enum pace_reason reason); // "knee", "refusals", ...

#endif
