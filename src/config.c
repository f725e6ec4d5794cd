#include "config.h"

#include "io.h"

/* 1 when the file of that level has been read; 0 when not; -1 recorded. */
static int is_read(git_config *config, git_config_level_t level)
{
	git_config *one;
	int status = git_config_open_level(&one, config, level);

	if (status == 0)
		git_config_free(one);
	else if (status != GIT_ENOTFOUND)
		return git_failed("cannot read the configuration");
	return status == 0;
}

static int check_local(git_config *config, const struct repository *r)
{
	struct buf path = BUF_INIT;
	int there = -1, status = 0;

	buf_addf(&path, "%sconfig", r->common);
	if (buf_failed(&path) == 0)
		there = io_exists(path.ptr);
	if (there > 0)
		status = is_read(config, GIT_CONFIG_LEVEL_LOCAL);
	if (there > 0 && status == 0)
		error_set("cannot read the configuration '%s'", path.ptr);
	buf_free(&path);
	return there < 0 || (there > 0 && status <= 0) ? -1 : 0;
}

/* `found` is what libgit2 gives for where the file is. Takes `path` over. */
static int check_at(git_config *config, git_config_level_t level, int found, git_buf *path)
{
	int status = found == 0 ? is_read(config, level) : 1;

	if (found < 0 && found != GIT_ENOTFOUND)
		status = git_failed("cannot find the configuration");
	if (status == 0)
		status = error_set("cannot read the configuration '%s'", path->ptr);
	git_buf_dispose(path);
	return status < 0 ? -1 : 0;
}

static int check_levels(git_config *config)
{
	git_buf system = {0}, xdg = {0}, global = {0};

	if (check_at(config, GIT_CONFIG_LEVEL_SYSTEM, git_config_find_system(&system), &system) < 0)
		return -1;
	if (check_at(config, GIT_CONFIG_LEVEL_XDG, git_config_find_xdg(&xdg), &xdg) < 0)
		return -1;
	return check_at(config, GIT_CONFIG_LEVEL_GLOBAL, git_config_find_global(&global), &global);
}

int config_check(const struct repository *r)
{
	git_config *config;
	int status;

	if (git_repository_config(&config, r->git) < 0)
		return git_failed("cannot read the configuration");
	status = check_local(config, r) < 0 ? -1 : check_levels(config);
	git_config_free(config);
	return status;
}
