#include "check/policy_load.h"

const char policy_path[] = ".pycguard";

static int add_file(struct policy *p, const char *file)
{
	struct buf text = BUF_INIT;
	int status;

	if (io_read_file(&text, file, 0, POLICY_MAX_BYTES) < 0)
		status = error_os(errno, "cannot read policy '%s'", file);
	else
		status = buf_failed(&text) < 0 ? -1 : policy_add(p, text.ptr, text.len, file);
	buf_free(&text);
	return status;
}

static int add_entry(struct policy *p, struct snapshot *s, const struct entry *e)
{
	struct buf text = BUF_INIT;
	int status;

	if (e->mode == MODE_LINK)
		return error_set("cannot read policy '%s': it is a symbolic link", policy_path);
	status = snapshot_read(s, e, &text, POLICY_MAX_BYTES + 1);
	if (status != 0) {
		if (status > 0)
			error_set("it is too large");
		status = error_prefix("cannot read policy '%s'", policy_path);
	} else {
		status = policy_add(p, text.ptr, text.len, policy_path);
	}
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
	return add_file(p, file);
}

/* The .pycguard is `e` of the snapshot, or that file on disk; both NULL: there is none. */
static int load(struct policy **out, const struct policy_files *files, bool caseless,
	struct snapshot *s, const struct entry *e, const char *file)
{
	struct policy *p = policy_new(caseless);
	int status = p ? 0 : -1;

	if (status == 0 && files->extend)
		status = add_file(p, files->extend);
	if (status == 0 && files->policy) {
		status = add_file(p, files->policy);
	} else if (status == 0) {
		p->limit = e || file ? POLICY_TIME : 0;
		if (e)
			status = add_entry(p, s, e);
		else if (file)
			status = add_disk(p, file);
	}
	if (status < 0) {
		policy_free(p);
		p = NULL;
	}
	*out = p;
	return status;
}

int policy_load(
	struct policy **out, const struct policy_files *files, struct snapshot *s, bool caseless)
{
	struct entry e;
	int found = s && !files->policy ? snapshot_find(s, policy_path, &e) : 0;

	*out = NULL;
	return found < 0 ? -1 : load(out, files, caseless, s, found ? &e : NULL, NULL);
}

int policy_load_entry(struct policy **out, const struct policy_files *files, struct snapshot *s,
	const struct entry *e, bool caseless)
{
	return load(out, files, caseless, s, e, NULL);
}

int policy_load_disk(
	struct policy **out, const struct policy_files *files, const char *file, bool caseless)
{
	return load(out, files, caseless, NULL, NULL, file);
}
