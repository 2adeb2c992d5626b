#include "scale_plan.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Two plans, for luma and for chroma, serve all pictures of one size and subsampling. A folder
// holds pictures of a few cameras, upright and across.
enum { PLANS_KEPT = 24 };

// A plan's weights take some 40 bytes for each sample of the longer sides. Scans of extreme sizes
// are rare, and theirs are not kept: together the plans take 16 MiB at the most.
enum { SIDES_KEPT = 16384 };

// All of a format that makes a difference here. Compared as bytes: no member leaves a gap.
struct key {
    uint32_t from_width, from_height, to_width, to_height;
    int32_t from_family, to_family, subsample_w, subsample_h;
    double left, top, width, height;
};

struct kept_plan {
    struct scale_plan plan; // first: plans are found again from it
    struct key key;
    unsigned users;
    uint64_t used; // when last, as a count of takings
    struct kept_plan *next;
};

struct scale_plans {
    pthread_mutex_t lock;
    struct kept_plan *first; // guarded by lock, and so is all in the list
    unsigned count;
    uint64_t takings;
};

struct scale_plans *scale_plans_new(struct error *why)
{
    struct scale_plans *plans = calloc(1, sizeof *plans);
    if (plans == NULL)
        error_set(why, ERR_MEMORY, "no memory for scaling plans");
    else
        pthread_mutex_init(&plans->lock, NULL);
    return plans;
}

static void free_plan(struct kept_plan *plan)
{
    zimg_filter_graph_free(plan->plan.graph);
    free(plan);
}

void scale_plans_free(struct scale_plans *plans)
{
    if (plans == NULL)
        return;
    while (plans->first != NULL) {
        struct kept_plan *plan = plans->first;
        plans->first = plan->next;
        free_plan(plan);
    }
    pthread_mutex_destroy(&plans->lock);
    free(plans);
}

static struct key key_of(const zimg_image_format *from, const zimg_image_format *to)
{
    return (struct key){
        .from_width = from->width,
        .from_height = from->height,
        .to_width = to->width,
        .to_height = to->height,
        .from_family = from->color_family,
        .to_family = to->color_family,
        .subsample_w = (int32_t)to->subsample_w,
        .subsample_h = (int32_t)to->subsample_h,
        .left = from->active_region.left,
        .top = from->active_region.top,
        .width = from->active_region.width,
        .height = from->active_region.height,
    };
}

// zimg keeps its last error per thread.
bool scale_plan_fail(const zimg_image_format *from, const zimg_image_format *to, struct error *why)
{
    char message[200] = "";
    // When memory runs out inside its own error handling, zimg fails without any message.
    bool out_of_memory = zimg_get_last_error(message, sizeof message) == ZIMG_ERROR_OUT_OF_MEMORY ||
                         message[0] == '\0';
    if (message[0] == '\0')
        snprintf(message, sizeof message, "out of memory");
    return error_set(why, out_of_memory ? ERR_MEMORY : ERR_IMAGE,
                     "scaling %u x %u to %u x %u failed: %s", from->width, from->height, to->width,
                     to->height, message);
}

static struct kept_plan *make_plan(const zimg_image_format *from, const zimg_image_format *to,
                                   struct error *why)
{
    zimg_graph_builder_params settings;
    zimg_graph_builder_params_default(&settings, ZIMG_API_VERSION);
    settings.resample_filter = ZIMG_RESIZE_LANCZOS;
    settings.resample_filter_uv = ZIMG_RESIZE_LANCZOS;
    // Not ZIMG_CPU_AUTO_64B, 4 % faster with AVX-512: with zimg 3.0.4 some planes come out wrong
    // (9 levels off at 200 x 120 to 99 x 59).
    zimg_filter_graph *graph = zimg_filter_graph_build(from, to, &settings);
    size_t room = 0;
    if (graph == NULL || zimg_filter_graph_get_tmp_size(graph, &room) != ZIMG_ERROR_SUCCESS) {
        scale_plan_fail(from, to, why);
        zimg_filter_graph_free(graph);
        return NULL;
    }
    struct kept_plan *plan = malloc(sizeof *plan);
    if (plan == NULL) {
        error_set(why, ERR_MEMORY, "no memory for a scaling plan");
        zimg_filter_graph_free(graph);
        return NULL;
    }
    *plan = (struct kept_plan){.plan = {graph, (room + 64) / 64 * 64}, .users = 1};
    plan->key = key_of(from, to);
    return plan;
}

// With the lock held.
static struct kept_plan *find_plan(struct scale_plans *plans, const struct key *key)
{
    struct kept_plan *plan = plans->first;
    while (plan != NULL && memcmp(&plan->key, key, sizeof *key) != 0)
        plan = plan->next;
    if (plan != NULL) {
        plan->users++;
        plan->used = ++plans->takings;
    }
    return plan;
}

static void keep_plan(struct scale_plans *plans, struct kept_plan *plan)
{
    pthread_mutex_lock(&plans->lock);
    plan->used = ++plans->takings;
    plan->next = plans->first;
    plans->first = plan;
    plans->count++;
    pthread_mutex_unlock(&plans->lock);
}

struct scale_plan *scale_plans_take(struct scale_plans *plans, const zimg_image_format *from,
                                    const zimg_image_format *to, struct error *why)
{
    struct kept_plan *plan = NULL;
    if (plans != NULL) {
        struct key key = key_of(from, to);
        pthread_mutex_lock(&plans->lock);
        plan = find_plan(plans, &key);
        pthread_mutex_unlock(&plans->lock);
    }
    if (plan == NULL) {
        // Two threads may come to make the same plan; the lock is not held for that long.
        plan = make_plan(from, to, why);
        if (plan != NULL && plans != NULL)
            keep_plan(plans, plan);
    }
    return plan != NULL ? &plan->plan : NULL;
}

static bool is_kept(const struct kept_plan *plan)
{
    const struct key *key = &plan->key;
    return key->from_width <= SIDES_KEPT && key->from_height <= SIDES_KEPT;
}

// Takes one plan out of the list that nobody uses: one that is not to be kept, else the one that
// was used longest ago. With the lock held. NULL: nothing is to go.
static struct kept_plan *take_surplus(struct scale_plans *plans)
{
    struct kept_plan **oldest = NULL;
    for (struct kept_plan **at = &plans->first; *at != NULL; at = &(*at)->next) {
        if ((*at)->users > 0)
            continue;
        bool earlier = oldest == NULL || (*at)->used < (*oldest)->used;
        if (!is_kept(*at) || (plans->count > PLANS_KEPT && earlier))
            oldest = at;
        if (!is_kept(*at))
            break;
    }
    if (oldest == NULL)
        return NULL;
    struct kept_plan *plan = *oldest;
    *oldest = plan->next;
    plans->count--;
    return plan;
}

void scale_plans_return(struct scale_plans *plans, struct scale_plan *plan)
{
    if (plan == NULL)
        return;
    struct kept_plan *kept = (struct kept_plan *)plan;
    if (plans == NULL) {
        free_plan(kept);
        return;
    }
    pthread_mutex_lock(&plans->lock);
    kept->users--;
    struct kept_plan *surplus = take_surplus(plans);
    pthread_mutex_unlock(&plans->lock);
    if (surplus != NULL)
        free_plan(surplus);
}
