// row_sum(...): a number over the values of a row, stored beside it. SQLite notices pages that
// cannot be pages, not bytes that became others within one; with a reply, an item's line or an
// image's digest that would be a wrong dataset.
#include "store_private.h"

#include "digest.h"

#include <string.h>

static void add_value(struct digester *digester, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    unsigned char first = (unsigned char)type;
    digester_add(digester, &first, 1);
    if (type == SQLITE_INTEGER) {
        int64_t number = sqlite3_value_int64(value);
        digester_add(digester, &number, sizeof number);
    } else if (type == SQLITE_FLOAT) {
        double number = sqlite3_value_double(value);
        digester_add(digester, &number, sizeof number);
    } else if (type != SQLITE_NULL) {
        const void *bytes = sqlite3_value_blob(value);
        int64_t length = sqlite3_value_bytes(value);
        digester_add(digester, &length, sizeof length);
        digester_add(digester, bytes, (size_t)length);
    }
}

// The first eight bytes of a SHA-256: by chance a changed row keeps its sum once in 2^64.
static void row_sum(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct digester digester = digester_begin();
    for (int i = 0; i < count; i++)
        add_value(&digester, values[i]);
    struct digest digest = digester_end(&digester);
    int64_t sum;
    memcpy(&sum, digest.bytes, sizeof sum);
    sqlite3_result_int64(context, sum);
}

bool store_add_sums(struct store *store, struct error *why)
{
    return sqlite3_create_function(store->database, "row_sum", -1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, row_sum, NULL,
                                   NULL) == SQLITE_OK ||
           store_fail(store, "open", why);
}
