#include "unit.h"

#include "digest.h"
#include "random.h"

#include <string.h>

static void hashes_the_vector_of_fips_180(void **state)
{
    (void)state;
    char hex[DIGEST_HEX + 1];
    struct digest digest = digest_of("abc", 3), back;
    digest_hex(&digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(digest_from_hex(hex, &back));
    assert_true(digest_equal(&digest, &back));
    hex[3] = 'x';
    assert_false(digest_from_hex(hex, &back));
    assert_false(digest_from_hex("ba78", &back));
}

static struct digest fields(const char *a, const char *b)
{
    struct digester digester = digester_begin();
    digester_add_field(&digester, a);
    digester_add_field(&digester, b);
    return digester_end(&digester);
}

static void fields_do_not_run_together(void **state)
{
    (void)state;
    struct digest one = fields("ab", "c"), two = fields("a", "bc"), three = fields("", "abc"),
                  four = fields(NULL, "abc"), again = fields("ab", "c");
    assert_false(digest_equal(&one, &two));
    assert_false(digest_equal(&three, &four));
    assert_true(digest_equal(&one, &again));
}

// However a text is cut into pieces, the digest is that of the whole.
static void pieces_make_the_whole(void **state)
{
    (void)state;
    static char text[5000];
    uint64_t random = 9;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)random_next(&random);
    for (int round = 0; round < 300; round++) {
        static const size_t most[] = {3, 40, 512, 513, 514, 1200};
        size_t length = random_below(&random, sizeof text), done = 0;
        struct digester digester = digester_begin();
        while (done < length) {
            size_t piece = random_below(&random, most[round % 6] + 1);
            piece = piece < length - done ? piece : length - done;
            digester_add(&digester, text + done, piece);
            done += piece;
        }
        struct digest pieces = digester_end(&digester), whole = digest_of(text, length);
        assert_true(digest_equal(&pieces, &whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hashes_the_vector_of_fips_180),
                                       cmocka_unit_test(fields_do_not_run_together),
                                       cmocka_unit_test(pieces_make_the_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
