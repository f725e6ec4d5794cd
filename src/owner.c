#include "owner.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int owner_prepare(void)
{
#if LIBGIT2_AT_LEAST(1, 5)
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0)
		return git_failed("cannot set up libgit2");
#endif
	return 0;
}

struct search {
	const char *dir;
	size_t len;
	bool trusted;
};

/* Later values add, an empty one starts anew, `*` is any, and DIR followed by / and * all below. */
static int weigh(const git_config_entry *entry, void *payload)
{
	struct search *s = payload;
	size_t len = strlen(entry->value);

	if (len == 0)
		s->trusted = false;
	else if (strcmp(entry->value, "*") == 0)
		s->trusted = true;
	else if (len > 2 && strcmp(entry->value + len - 2, "/*") == 0)
		s->trusted =
			s->trusted || (len <= s->len && memcmp(entry->value, s->dir, len - 1) == 0);
	else if (len == s->len || (len == s->len + 1 && entry->value[s->len] == '/'))
		s->trusted = s->trusted || memcmp(entry->value, s->dir, s->len) == 0;
	return 0;
}

/* 1; 0; -1 with the failure recorded. */
static int is_trusted(const char *dir, size_t len)
{
	struct search s = {dir, len, false};
	git_config *config;
	int status;

	if (git_config_open_default(&config) < 0)
		return git_failed("cannot read the configuration");
	status = git_config_get_multivar_foreach(config, "safe.directory", NULL, weigh, &s);
	git_config_free(config);
	if (status < 0 && status != GIT_ENOTFOUND)
		return git_failed("cannot read safe.directory");
	return s.trusted;
}

/* Root by sudo is the user who called it as well. 1; 0; -1 with the failure recorded. */
static int is_ours(const char *path, const struct environment *env)
{
	struct stat st;

	if (!path)
		return 1;
	if (lstat(path, &st) < 0)
		return error_os(errno, "cannot look at '%s'", path);
	if (st.st_uid == geteuid())
		return 1;
	return geteuid() == 0 && env->sudo_uid &&
	       st.st_uid == (uid_t)strtoul(env->sudo_uid, NULL, 10);
}

int owner_check(git_repository *git, const struct environment *env)
{
	const char *top = git_repository_workdir(git), *dir = git_repository_path(git);
	size_t len;
	int status;

	if (env->git_dir)
		return 0;
	status = is_ours(top, env);
	if (status == 1)
		status = is_ours(dir, env);
	if (status != 0)
		return status < 0 ? -1 : 0;
	dir = top ? top : dir;
	len = strlen(dir) - 1;
	status = is_trusted(dir, len);
	if (status != 0)
		return status < 0 ? -1 : 0;
	return error_set("cannot open the repository '%.*s': another user owns it; to trust it: "
			 "git config --global --add safe.directory '%.*s'",
		(int)len, dir, (int)len, dir);
}
