/*
 * examine - what one file of a snapshot is: its name, its header, its source and how the two fit.
 *
 * The source of a cache need not end in .py: where there is none, a file of the cache's stem
 * (m.pyw, gunicorn.conf) whose size or hash is the header's is the source. Where attributes change
 * the text at checkout, size and hash of the blob say nothing: whether it fits is not known.
 *
 * Reads no more than it must: 16 bytes of the cache, and of its source first the size, then the
 * text only where the header has a hash or the size might differ by line ends alone.
 */
#ifndef PYCGUARD_EXAMINE_H
#define PYCGUARD_EXAMINE_H

#include "git/snapshot.h"
#include "python/bytecode.h"

struct examined {
	struct bytecode_name name; /* its slices lie in the path of the entry examined */
	struct buf source;         /* the path of the source it should have; empty: none */
	struct entry source_entry; /* what is there of that name, if source_present */
	struct bytecode_header header;
	bool header_read;       /* false: no bytecode by name, a symbolic link, or too large */
	bool source_present;    /* by its name: a link counts, wherever it leads */
	bool source_dangles;    /* a link that leads to no file: Python finds no source */
	bool source_elsewhere;  /* a link out of the snapshot: nobody knows here to what */
	bool package_present;   /* m/__init__.py or .pyc is there beside m.py */
	bool migrations_loaded; /* its migrations package has an __init__: Django loads it */
	bool mtime_known;       /* the source is on disk */
	bool mtime_fits;        /* and its mtime is the header's */
	enum bytecode_fit fit;
	enum bytecode_loads loads;
	enum bytecode_lie lie;
};

/**
 * Examine an entry.
 *
 * @param x for examined_free, also on failure; `e->path` must outlive it
 * @return 0; -1 with the failure recorded (a missing object, no memory, ...)
 */
int examine(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless);

/**
 * The same in two steps: first what names tell, which reads no file (source and source_present are
 * known then); and then the rest, which may fail, and after that be asked for without the bytes of
 * any file.
 */
int examine_names(struct examined *x, struct snapshot *s, const struct entry *e, bool caseless);
int examine_bytes(struct examined *x, struct snapshot *s, const struct entry *e);
void examine_no_bytes(struct examined *x);

void examined_free(struct examined *x);

#endif
