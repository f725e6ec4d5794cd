#include "check/policy_load.h"

const char policy_path[] = ".pycguard";

static int add_file(struct policy *p, const char *file)
{
	struct buf text = BUF_INIT;
	int status;

	if (io_read_file(&text, file, 0, POLICY_MAX_BYTES) < 0)
		status = error_os(errno, "cannot read policy '%s'", file);
	else
		status = policy_add(p, text.ptr, text.len, file);
	buf_free(&text);
	return status;
}

static int add_entry(struct policy *p, struct snapshot *s)
{
	struct buf text = BUF_INIT;
	struct entry e;
	int status = snapshot_find(s, policy_path, &e);

	if (status <= 0)
		return status;
	if (e.mode == MODE_LINK)
		return error_set("cannot read policy '%s': it is a symbolic link", policy_path);
	p->limit = POLICY_TIME;
	status = snapshot_read(s, &e, &text, POLICY_MAX_BYTES + 1);
	if (status == 0)
		status = policy_add(p, text.ptr, text.len, policy_path);
	else if (status > 0)
		status = error_set("cannot read policy '%s': it is too large", policy_path);
	else
		error_prefix("cannot read policy '%s'", policy_path);
	buf_free(&text);
	return status;
}

static int add_disk(struct policy *p, const char *file)
{
	struct stat st;

	if (lstat(file, &st) < 0)
		return errno == ENOENT ? 0 : error_os(errno, "cannot read policy '%s'", file);
	if (!S_ISREG(st.st_mode))
		return error_set("cannot read policy '%s': %s", file,
			S_ISLNK(st.st_mode) ? "it is a symbolic link" : "not a regular file");
	p->limit = POLICY_TIME;
	return add_file(p, file);
}

struct policy *policy_load(
	const struct policy_files *files, struct snapshot *s, const char *file, bool caseless)
{
	struct policy *p = policy_new(caseless);
	int status = files->extend ? add_file(p, files->extend) : 0;

	if (status == 0 && files->policy)
		status = add_file(p, files->policy);
	else if (status == 0 && s)
		status = add_entry(p, s);
	else if (status == 0 && file)
		status = add_disk(p, file);
	if (status == 0)
		return p;
	policy_free(p);
	return NULL;
}
