// Drafting without a network: topics, types, declined slots and what the next try asks for.
#include "unit.h"

#include "draft.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static struct topics topics;
static struct draft_settings settings;
static char image_id[] = "a.png";

static int set_up(void **state)
{
    (void)state;
    struct error why = {0};
    settings = (struct draft_settings){.topics = &topics,
                                       .seed = 1,
                                       .tries = 3,
                                       .share_multiple_choice = 70,
                                       .share_fill_in_blank = 30};
    return topics_init(&topics, NULL, NULL, 0, &why) ? 0 : -1;
}

static int take_down(void **state)
{
    (void)state;
    topics_clear(&topics);
    return 0;
}

static struct draft new_draft(unsigned slots, const struct question *given)
{
    struct draft draft;
    struct error why = {0};
    if (!draft_init(&draft, &settings, slots, given, &why))
        fail_msg("%s", why.message);
    return draft;
}

static void say(struct draft *draft, const char *text)
{
    struct call call = {.replied = true, .text = text_copy(text), .attempts = 1};
    draft_take(draft, &call);
    call_clear(&call);
}

static void neighbours_have_other_topics(void **state)
{
    (void)state;
    struct question image = {.id = image_id};
    struct draft draft = new_draft((unsigned)topics.count, &image);
    for (unsigned i = 0; i < draft.slot_count; i++)
        for (unsigned j = 0; j < i; j++)
            assert_ptr_not_equal(draft.slots[i].topic, draft.slots[j].topic);
    struct draft again = new_draft((unsigned)topics.count, &image);
    for (unsigned i = 0; i < draft.slot_count; i++)
        assert_ptr_equal(draft.slots[i].topic, again.slots[i].topic);
    draft_clear(&draft);
    draft_clear(&again);
}

static void types_follow_their_weights(void **state)
{
    (void)state;
    int choices = 0;
    for (unsigned slot = 1; slot <= 10000; slot++)
        choices += draft_pick_type(&settings, image_id, slot) == QUESTION_MULTIPLE_CHOICE;
    assert_in_range(choices, 6850, 7150); // 7000 expected, standard deviation 46
}

static void what_the_record_gives_holds_for_its_slots(void **state)
{
    (void)state;
    struct question given = {
        .id = image_id, .topic = (char[]){"Counting"}, .type = QUESTION_FILL_IN_BLANK};
    struct draft draft = new_draft(2, &given);
    for (unsigned i = 0; i < 2; i++) {
        assert_string_equal(draft.slots[i].topic->name, "counting");
        assert_int_equal(draft.slots[i].type, QUESTION_FILL_IN_BLANK);
    }
    draft_clear(&draft);
}

static void a_next_try_asks_for_the_missing_slots_only(void **state)
{
    (void)state;
    struct question image = {.id = image_id};
    struct draft draft = new_draft(3, &image);
    const struct topic *declined = draft.slots[2].topic;
    say(&draft, "{\"questions\":[{\"slot\":1,\"topic\":\"counting\",\"question\":\"How many red "
                "balls lie on the table?\"},{\"slot\":2,\"topic\":\"counting\",\"question\":"
                "\"\"},{\"slot\":3,\"declined\":true}]}");
    assert_int_equal(draft.chain.state, CHAIN_OPEN);
    assert_int_equal(draft.chain.try_number, 2);
    assert_string_equal(draft.slots[0].topic->name, "counting"); // turned to by the model
    assert_int_equal(draft.slots[0].filled_in_try, 1);
    assert_null(draft.slots[1].question);
    assert_ptr_not_equal(draft.slots[2].topic, declined); // turned by the hash
    struct buffer prompt;
    buffer_init(&prompt, 1 << 20);
    draft_write_prompt(&draft, &prompt);
    assert_null(strstr(prompt.data, "Slot 1 "));
    assert_non_null(strstr(prompt.data, "Slot 2 "));
    assert_non_null(strstr(prompt.data, "Slot 3 "));
    assert_non_null(strstr(prompt.data, "How many red balls lie on the table?")); // taken
    buffer_clear(&prompt);
    // What was asked before is not asked again, even by another slot.
    say(&draft,
        "{\"questions\":[{\"slot\":2,\"question\":\"How many red balls lie on the table?\"},"
        "{\"slot\":3,\"question\":\"What stands behind the wooden table?\"}]}");
    assert_null(draft.slots[1].question);
    assert_string_equal(draft.slots[1].rule, "question.duplicate");
    assert_int_equal(draft.slots[2].filled_in_try, 2);
    say(&draft, "nothing that can be read");
    assert_int_equal(draft.chain.state, CHAIN_UNKNOWN);
    draft_clear(&draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_have_other_topics),
        cmocka_unit_test(types_follow_their_weights),
        cmocka_unit_test(what_the_record_gives_holds_for_its_slots),
        cmocka_unit_test(a_next_try_asks_for_the_missing_slots_only)};
    return cmocka_run_group_tests(tests, set_up, take_down);
}
