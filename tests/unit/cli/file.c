/* Files that the user names. */
#include "file.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/trapeze-test-XXXXXX";
static char path[64];

static void given_a_folder(void)
{
    cr_redirect_stderr();
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

static void finish(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(file, .init = given_a_folder, .fini = finish);

Test(file, what_is_written_is_read)
{
    static uint8_t bytes[10000];
    size_t size;
    memset(bytes, 7, sizeof bytes);
    cr_expect(file_write(path, bytes, sizeof bytes));
    uint8_t *back = file_read(path, &size);
    cr_assert_not_null(back);
    cr_expect_eq(size, sizeof bytes);
    cr_expect_arr_eq(back, bytes, sizeof bytes);
    free(back);
}

Test(file, writing_replaces_and_leaves_nothing_beside)
{
    size_t size;
    cr_expect(file_write(path, "long", 4));
    cr_expect(file_write(path, "x", 1));
    free(file_read(path, &size));
    cr_expect_eq(size, 1);
    unlink(path);
    cr_expect_eq(rmdir(folder), 0, "the folder is empty");
}

Test(file, a_write_that_fails_leaves_nothing_behind)
{
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_not(file_write(path, "x", 1), "a folder is in its place");
    rmdir(path);
    cr_expect_eq(rmdir(folder), 0, "the folder is empty");
}

Test(file, a_pipe_is_written_to_and_not_replaced)
{
    char got[8] = "";
    struct stat found;
    cr_assert_eq(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    cr_expect(file_write(path, "hello", 5));
    cr_expect_eq(read(fd, got, sizeof got), 5);
    cr_expect_str_eq(got, "hello");
    close(fd);
    cr_expect_eq(stat(path, &found), 0);
    cr_expect(S_ISFIFO(found.st_mode));
}

Test(file, what_cannot_be_read_is_named)
{
    size_t size;
    cr_expect_null(file_read("/tmp/no/such", &size));
    fflush(stderr);
    cr_expect_stderr_eq_str("trapeze: /tmp/no/such: No such file or directory\n");
}

Test(file, a_folder_is_not_a_file)
{
    size_t size;
    cr_expect_null(file_read("/tmp", &size));
    cr_expect_not(file_write("/tmp/no/such", "x", 1));
}
