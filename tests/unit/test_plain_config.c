/* What the screen takes for a configuration that moves nothing, and what it does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "plain_config.h"

static const char *const plain[] = {
	"",
	"\n",
	"# a comment\n ; \"another\"\n\t\n",
	"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n",
	"[core]\n\tRepositoryFormatVersion=1 \n\tBARE = False\n\tignorecase = TRUE\t\n",
	"[remote \"origin\"]\n\turl = https://example.org/x.git\n\tfetch = +refs/heads/*:refs/x/*\n",
	"[branch \"a b.c/d\"] \n  merge = refs/heads/x ; y\n\n# c\n[user]\n\tname = \xc3\xa9\n",
	"[a]\n\tb =\n[a-1]\nc-2 = 3\n",
};

static const char *const odd[] = {
	"[core]",
	"[core]\n\tx = y",
	"x = y\n",
	"# c\nx = y\n",
	" [core]\n",
	"[]\n",
	"[core\n",
	"[core] x = y\n",
	"[core.sub]\n",
	"[core \"a]\n",
	"[core \"a\\\"b\"]\n",
	"[core \"a\"x]\n",
	"[core x]\n",
	"[include]\n\tpath = x\n",
	"[includeIf \"gitdir:x\"]\n\tpath = y\n",
	"[Extensions]\n\tobjectFormat = sha256\n",
	"[core]\n\tworktree = ..\n",
	"[core]\n\tworktree =\n",
	"[core]\n\tbare = true\n",
	"[core]\n\tbare = false x\n",
	"[core]\n\tbare =\n",
	"[core]\n\tbare\n",
	"[core]\n\tbarefoot = false\n",
	"[core]\n\tignorecase = perhaps\n",
	"[core]\n\trepositoryformatversion = 2\n",
	"[core]\n\trepositoryformatversion = 10\n",
	"[core]\n\tx = \"y\"\n",
	"[core]\n\tx = y\\\n\tz\n",
	"[core]\n\tx\n",
	"[core]\n\t1x = y\n",
	"[core]\n\t-x = y\n",
	"[core]\n\tx_y = z\n",
	"\xef\xbb\xbf[core]\n",
};

static void test_plain(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof plain / sizeof *plain; i++)
		if (!plain_config(plain[i], strlen(plain[i])))
			fail_msg("not plain: %s", plain[i]);
}

static void test_odd(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof odd / sizeof *odd; i++)
		if (plain_config(odd[i], strlen(odd[i])))
			fail_msg("plain: %s", odd[i]);
	assert_false(plain_config("[a]\n\0\n", 6));
	assert_false(plain_config("[a]\nb = \0\n", 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_odd)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
