#include "verbs.h"

#include <string.h>

#include "path.h"

enum { LIST_MAX = 100 };

int verb_repair_usage(const struct invocation *in)
{
	if (in->paths_only || strcmp(in->format, "human") == 0)
		return 0;
	return error_set("--%s reports for people or, with -z, the paths alone; not '%s'",
		cli_verb_name(in->verb), in->format);
}

void verb_repair_list(struct buf *out, const struct invocation *in, const struct pathset *paths)
{
	size_t i, shown = in->verbose || paths->count <= LIST_MAX ? paths->count : LIST_MAX;

	for (i = 0; i < shown; i++) {
		buf_adds(out, "  ");
		path_quote(out, paths->items[i].path, paths->items[i].len);
		buf_adds(out, "\n");
	}
	if (shown < paths->count)
		buf_addf(out, "  and %zu more (-v lists all)\n", paths->count - shown);
}

int verb_repair_report(
	const struct invocation *in, const struct pathset *paths, const struct buf *text)
{
	struct buf out = BUF_INIT;
	int status;
	size_t i;

	for (i = 0; in->paths_only && i < paths->count; i++)
		buf_add(&out, paths->items[i].path, paths->items[i].len + 1);
	if (!in->paths_only && !in->quiet)
		buf_add(&out, text->ptr, text->len);
	out.failed = out.failed || text->failed;
	status = report_write(&out);
	buf_free(&out);
	return status;
}
