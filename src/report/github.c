/*
 * Annotations of GitHub Actions (and of Gitea's and Forgejo's), one line a finding:
 *
 *     ::error file=PATH,title=TITLE::MESSAGE
 *
 * The runner decodes %25 %0D %0A, and in a property %3A %2C too (actions/runner, ActionCommand.cs);
 * no other byte can be written as another. So a path with other control characters, or that is not
 * UTF-8, has U+FFFD for them: the annotation then stands at no file, and MESSAGE names it.
 */
#include "report/report.h"

static void escape(struct buf *out, const char *text, size_t len, const char *special)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_showable(text + i, len - i);
		if (n == 0 && !strchr("\r\n", text[i])) {
			buf_adds(out, "\xef\xbf\xbd");
			n = utf8_length(text + i, len - i);
		} else if (n > 1 || (n && !strchr(special, text[i]))) {
			buf_add(out, text + i, n);
		} else {
			buf_addf(out, "%%%02X", (unsigned char)text[i]);
		}
		n = n ? n : 1;
	}
}

void report_github(struct buf *out, const struct report *r)
{
	static const char *const commands[] = {
		[SEVERITY_NOTE] = "notice",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};
	struct buf message = BUF_INIT;
	size_t i;

	for (i = 0; i < r->findings->count; i++) {
		const struct finding *f = &r->findings->items[i];

		buf_clear(&message);
		path_quote(&message, f->path, f->path_len);
		buf_adds(&message, ": ");
		report_sentence(&message, r, f);
		buf_addf(out, "::%s file=", commands[report_severity(r, f)]);
		escape(out, f->path, f->path_len, "%:,");
		buf_addf(out, ",title=pycguard %s::", rule_text(f->rule)->id);
		escape(out, message.ptr, message.len, "%");
		buf_addc(out, '\n');
	}
	buf_free(&message);
}
