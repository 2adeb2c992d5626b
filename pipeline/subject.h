// An image and its items: the small state machines that calls are fed to.
//
// A subject knows what is to be asked next and what each item came to. It is fed stored calls and
// new ones alike, in the order of each chain, and never touches the store, the network or the
// clock: the same calls always give the same items. run.c carries the calls.
#ifndef VQAGEN_SUBJECT_H
#define VQAGEN_SUBJECT_H

#include "answer.h"
#include "budget.h"
#include "distractor.h"
#include "draft.h"
#include "estimate.h"
#include "image.h"
#include "pace.h"
#include "provider.h"
#include "recipe.h"

struct item_call {
    enum call_step step;
    unsigned repeat, try_number;
    struct digest key;
    char *endpoint; // who answered; owned; or NULL
};

enum item_step { ITEM_NEEDS_QUESTION, ITEM_NEEDS_ANSWER, ITEM_NEEDS_OPTIONS, ITEM_ENDED };

struct item {
    struct subject *subject;
    char *id;       // owned
    int64_t place;  // in the input, 0-based
    int64_t number; // the store's row
    unsigned slot;  // 1 ...: of the subject's draft
    unsigned round; // of calls
    enum item_step step;
    enum item_state state; // ITEM_OPEN until it ended
    bool kept;             // finished in an earlier run: nothing to do
    bool reported;         // its end was written to the store
    enum question_type type;
    struct answer_chain *answers; // owned; `repeat` of them
    struct distractors distractors;
    struct draft
        *own_draft;      // in a later round, for a question that the image's draft lacked; owned
    struct call *stored; // calls of earlier runs; owned
    size_t stored_count;
    struct item_call *calls; // that its record stands on, in the order they were taken; owned
    size_t call_count;
    long long input_tokens, output_tokens; // -1 once a call did not say
    char *line;       // of dataset.jsonl or failures.jsonl, once it ended; owned
    const char *kind; // of the failure; static or owned by a chain
};

struct subject {
    struct question question; // the record; owned
    uint64_t order;           // of admission
    struct batch *batch;
    struct noted_stretch *noted; // that waits for its rows; NULL: none does
    struct image *image;         // NULL: the record names none that can be had
    struct subject *next_of_image;
    bool begun;           // its items were admitted: the image's digest is known
    char *image_shown;    // in the dataset; owned
    struct digest digest; // of the image's bytes, once known
    struct item *items;   // owned
    unsigned item_count, open_items;
    int64_t first_place;
    struct draft draft;
    unsigned repeat; // answer chains of each item
    int64_t when_ms; // wall clock of the call last taken
    bool drafting;   // the draft is part of this subject's work
    struct {         // of each draft call taken, for its keys and its share of tokens
        struct digest key;
        char *endpoint; // owned; or NULL
        long long input_tokens, output_tokens;
        unsigned asked; // slots
    } * draft_calls;    // owned
    unsigned draft_call_count;
    // The run's own: where this subject stands in its queues.
    struct task *ready, *ready_last; // calls that could be sent now
    unsigned in_flight, waiting;
    size_t heap_place; // in the queue of subjects with ready calls; SIZE_MAX: not in it
    struct subject *next, *previous; // all subjects under work, by order
};

struct upstream;

// A call that is wanted: to be looked up in the store, sent, or waiting for its time.
struct task {
    struct subject *subject;
    struct item *item; // NULL: the subject's draft
    struct plan plan;
    struct digest key;
    size_t prompt_bytes;
    struct demand demand;         // as it was last sent
    struct pace_call pace;        // of the request under way
    unsigned attempts;            // requests sent
    unsigned retries;             // of them, counted against --retries
    int64_t due_ms;               // monotonic, while it waits
    int64_t sent_ms;              // monotonic: when it was last sent
    int64_t failed_ms;            // and when it first failed; 0: not yet
    struct upstream *upstream;    // that it was last sent to
    struct guess guess;           // of what that may cost
    struct endpoint_lessons sent; // lessons in force there when it was sent
    struct task *next;
    size_t heap_place;
    struct task *followers;  // equal calls of other items, which take what this one brings
    struct task *next_asked; // see asked.h
    bool is_asked;
};

void task_free(struct task *task); // with its followers; NULL is fine

// A subject for a record, with its items (ids, types; nothing asked yet). Takes the question. NULL:
// ERR_MEMORY. first_place: of its first item.
struct subject *subject_new(struct question *question, const struct recipe *recipe,
                            int64_t first_place, struct error *why);
void subject_free(struct subject *subject);

// How many items a record makes.
unsigned subject_item_count(const struct question *question, const struct recipe *recipe);

// The digest of all that an item's record depends on, beside the recipe and the replies.
struct digest subject_fingerprint(const struct subject *subject, const struct item *item);

// What an item holds by now; NULL while it is missing.
const char *item_question(const struct item *item);
const struct topic *item_topic(const struct item *item, const struct recipe *recipe);
const char *item_topic_name(const struct item *item); // as drafted, else as given; or NULL
const char *item_answer(const struct item *item, unsigned repeat);
bool item_has_given_options(const struct item *item, const char *answer);

struct draft_slot *item_slot(const struct item *item); // NULL: its question was given
struct answer_ask item_answer_ask(const struct item *item, const struct recipe *recipe);

// The prompt of a task, as its item stands now.
void task_write_prompt(const struct task *task, const struct recipe *recipe, struct buffer *out);

// What a task asks with that prompt; all texts are borrowed.
struct ask task_ask(const struct task *task, const struct recipe *recipe, const char *prompt);

#endif
