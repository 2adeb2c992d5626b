// Text for HTML: nothing gets out of its element or attribute.
#include "unit.h"

#include "html.h"

static void check(const char *text, const char *expected)
{
    struct buffer out;
    buffer_init(&out, 1000);
    html_write_text(&out, text);
    assert_string_equal(buffer_text(&out), expected);
    buffer_clear(&out);
}

static void texts_are_escaped(void **state)
{
    (void)state;
    check(NULL, "");
    check("plain, größer 画像", "plain, größer 画像");
    check("<script>alert('a' & \"b\")</script>",
          "&lt;script&gt;alert(&#39;a&#39; &amp; &quot;b&quot;)&lt;/script&gt;");
    check("\" onload=\"x", "&quot; onload=&quot;x");
}

static void what_xml_does_not_allow_is_replaced(void **state)
{
    (void)state;
    check("a\x01"
          "b\x1b[31m\x7f\tc\n",
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd[31m\xef\xbf\xbd\tc\n");
    check("\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd");
    check("\xef\xbf\xbe", "\xef\xbf\xbd");                         // U+FFFE
    check("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); // a lone surrogate
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_escaped),
                                       cmocka_unit_test(what_xml_does_not_allow_is_replaced)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
