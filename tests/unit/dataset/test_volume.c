#include "case.h"

#include "volume.h"

static void knows_network_file_systems(void **state)
{
    (void)state;
    const char *name;
    assert_int_equal(volume_judge(0x6969, &name), VOLUME_UNFIT);
    assert_string_equal(name, "NFS");
    // statfs gives a signed type on some machines.
    assert_int_equal(volume_judge((unsigned long)(int)0xff534d42, &name), VOLUME_UNFIT);
    assert_string_equal(name, "CIFS");
    assert_int_equal(volume_judge(0x01021997, &name), VOLUME_DOUBTFUL);
    assert_string_equal(name, "9P");
    assert_int_equal(volume_judge(0xef53, &name), VOLUME_FINE);     // ext4
    assert_int_equal(volume_judge(0x01021994, &name), VOLUME_FINE); // tmpfs
}

static void checks_a_folder(void **state)
{
    (void)state;
    struct error why = {0};
    assert_true(volume_check("/tmp", &why));
    assert_false(volume_check("/nowhere/at/all", &why));
    assert_int_equal(why.kind, ERR_DISK);
}

static void tells_a_full_one(void **state)
{
    (void)state;
    struct error why = {0};
    assert_true(volume_check_room("/tmp", 1, &why));
    assert_false(volume_check_room("/tmp", UINT64_MAX, &why));
    assert_int_equal(why.kind, ERR_DISK);
    assert_non_null(strstr(why.message, "the disk of /tmp is full"));
    error_clear(&why);
    assert_false(volume_check_room("/nowhere/at/all", 1, &why));
    assert_int_equal(why.kind, ERR_DISK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_network_file_systems),
        cmocka_unit_test(checks_a_folder),
        cmocka_unit_test(tells_a_full_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
