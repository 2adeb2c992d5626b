#include "pieces.h"

#include "table.h"

static void makes_objects_of_rows(void **state)
{
    (void)state;
    struct reader reader;
    static struct table table;
    struct error why = {0}, fault = {0};
    read_pieces(&reader,
                "ID,Image Path,A,choice-b,x,Options\n1,p,red,green,9,\n2,q,red,,,one|two\n"
                "3,r,,,,,extra\n",
                1000);
    assert_true(reader_fill(&reader, &why));
    assert_true(table_init(&table, &reader, 1000, &why));
    static const char *const rows[] = {
        "{\"id\":\"1\",\"image_path\":\"p\",\"x\":\"9\",\"options\":{\"a\":\"red\",\"b\":\"green\"}"
        "}",
        "{\"id\":\"2\",\"image_path\":\"q\",\"options\":\"one|two\"}"};
    cJSON *row;
    uint64_t line;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(table_next(&table, &row, &line, &fault, &why), 1);
        assert_non_null(row);
        char *text = cJSON_PrintUnformatted(row);
        assert_string_equal(text, rows[i]);
        assert_int_equal(line, i + 2);
        free(text);
        cJSON_Delete(row);
    }
    assert_int_equal(table_next(&table, &row, &line, &fault, &why), 1);
    assert_null(row);
    assert_int_equal(fault.kind, ERR_RECORD);
    assert_int_equal(table_next(&table, &row, &line, &fault, &why), 0);
    table_clear(&table);
    reader_clear(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(makes_objects_of_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
