/*
 * bytecode - what a file's name and first bytes say of it, and what Python makes of that. Pure: no
 * I/O, no allocation but in a buf.
 *
 * Names (PEP 3147, PEP 488):
 *
 *     d/__pycache__/m.cpython-313.opt-1.pyc     a cache of d/m.py; tag cpython-313, level opt-1
 *     d/__pycache__/m.cpython-313-pytest-8.3.4.pyc              tags may hold dots
 *     d/m.pyc, d/m.pyo                          at the source's own place: d/m.py
 *     d/m$py.class                              Jython's, likewise
 *     d/m.pyd                                   a Windows extension module: no source
 *     d/__pycache__/toolcpython-313.pyc         a cache of d/tool, whose name has no suffix: taken
 *                                               as one without a source
 *
 * Headers (little endian; PEP 552; Lib/importlib/_bootstrap_external.py of each version):
 *
 *     all                 magic u16, "\r\n"
 *     2.x, 3.0 to 3.2     mtime u32
 *     3.3 to 3.6          mtime u32, size u32
 *     from 3.7            flags u32, then  flags bit 0 clear: mtime u32, size u32
 *                                          flags bit 0 set: 8 bytes of hash of the source,
 *                                          bit 1: checked against the source at import
 */
#ifndef PYCGUARD_BYTECODE_H
#define PYCGUARD_BYTECODE_H

#include "python/siphash.h"

/** The directory of caches, beside their sources. */
#define BYTECODE_CACHES "__pycache__"

/** What a name says. */
enum bytecode_kind {
	BYTECODE_NONE,      /* not bytecode by name */
	BYTECODE_CACHE,     /* a .pyc or .pyo straight in __pycache__ */
	BYTECODE_LEGACY,    /* a .pyc or .pyo elsewhere: at its source's own place */
	BYTECODE_JYTHON,    /* NAME$py.class */
	BYTECODE_EXTENSION, /* NAME.pyd */
};

/** A name taken apart. The slices are of the path parsed; .ptr is NULL where absent. */
struct bytecode_slice {
	const char *ptr;
	size_t len;
};

struct bytecode_name {
	enum bytecode_kind kind;
	struct bytecode_slice package; /* the source's directory with its slash; len 0 at the top */
	struct bytecode_slice module;  /* the source's name without .py; absent if there is none */
	struct bytecode_slice tag;     /* cpython-313; a cache's only */
	struct bytecode_slice level; /* 1 of opt-1; a cache's only. `.opt-.` is not absent: len 0 */
	bool optimized;              /* ends in .pyo */
	bool migration;              /* the package directory is named migrations */
};

/**
 * Take a path apart. Where the part before the suffix has several dots, the module ends at the
 * first segment that looks like an interpreter's tag (cpython-313, pypy39, ...), else at the first
 * dot: a module that can be imported has none.
 *
 * @param caseless as core.ignoreCase: `__PYCACHE__` and `.PYC` count
 */
void bytecode_name(struct bytecode_name *out, const char *path, size_t len, bool caseless);

/** Whether Django takes a module of that name in a migrations package for a migration: not when it
 * begins with `_` or `~` (MigrationLoader.load_disk). */
bool bytecode_is_migration_name(const char *module, size_t len);

/** Whether a path component may be why a built-in pattern matches a path. False: it is not, in any
 * case of letters. Quick, for millions of names; what decides is the pattern. */
bool bytecode_suspect(const char *name, size_t len);

/** Append the path of the source, `PACKAGE/MODULE.py`. False: there is none. */
bool bytecode_source(struct buf *out, const struct bytecode_name *name);

/** The Python version a tag is for: `cpython-313` is 3.13 (cpython-27 is 2.7), packed as
 * BYTECODE_VERSION(3, 13). 0 when the tag is not exactly one of CPython's (pytest's are not). */
unsigned bytecode_tag_version(struct bytecode_slice tag);

#define BYTECODE_VERSION(major, minor) ((unsigned)(major) << 8 | (unsigned)(minor))

enum { BYTECODE_HEADER_MAX = 16 };

enum bytecode_invalidation {
	INVALIDATION_UNKNOWN,
	INVALIDATION_TIMESTAMP,
	INVALIDATION_CHECKED_HASH,
	INVALIDATION_UNCHECKED_HASH,
};

/** What the first bytes are. */
enum bytecode_magic {
	MAGIC_NONE,    /* no header: too short, or bytes 2 and 3 are not CR LF */
	MAGIC_FOREIGN, /* a header, of an interpreter that is not in magic.def (PyPy, ...) */
	MAGIC_KNOWN,   /* CPython, `version` */
};

struct bytecode_header {
	enum bytecode_magic magic;
	uint16_t number;  /* the magic number; 0 for MAGIC_NONE */
	unsigned version; /* BYTECODE_VERSION; 0 unless MAGIC_KNOWN */
	bool prerelease;  /* an alpha's, a beta's or a release candidate's number */
	bool complete;    /* all the bytes its version's header has are there */
	bool reserved;    /* reserved flag bits are set: its interpreter refuses it (ImportError) */
	enum bytecode_invalidation invalidation; /* UNKNOWN unless known, complete, not reserved */
	bool has_size; /* of the source, in `size` (timestamp headers from 3.3 on) */
	uint32_t flags, mtime, size;
	unsigned char hash[8];
};

/** Decode a header from the first bytes of a file: 16 are enough; fewer are all there are. */
void bytecode_header(struct bytecode_header *out, const void *bytes, size_t len);

/** "timestamp", "checked-hash", "unchecked-hash", or NULL for INVALIDATION_UNKNOWN. */
const char *bytecode_invalidation_name(enum bytecode_invalidation i);

/**
 * The source's side of the comparison, fed piece by piece: its size, its size with CRLF and with LF
 * line ends, and its hash under both. Hash: SipHash-2-4 up to 3.10, SipHash-1-3 from 3.11, keyed
 * with the magic word (k0 = the first four header bytes as u32, k1 = 0).
 */
struct bytecode_sum {
	struct bytecode_header header;
	bool hashed;   /* the header holds a hash: those of the forms are kept up */
	bool after_cr; /* the byte before was CR, and is not in `lf` yet */
	struct bytecode_form {
		uint64_t size;
		struct siphash hash;
	} asis, crlf, lf;
};

/** How a source fits a header. */
enum bytecode_fit {
	FIT_UNKNOWN,  /* the header or the source cannot tell */
	FIT_EXACT,    /* the source as it is */
	FIT_LINEENDS, /* not as it is, but with its line ends turned to CRLF or to LF (autocrlf) */
	FIT_NOT,
};

/** Whether the source's size, modulo 2^32, is the header's. True: FIT_EXACT, without reading a byte
 * of the source. False: only its bytes tell FIT_LINEENDS from FIT_NOT, or decide by a hash. */
bool bytecode_fits_size(const struct bytecode_header *h, uint64_t source_size);

/**
 * Whether a source of this mtime (st_mtim of stat) has the time in a timestamp header, as that
 * version compares them. From 3.7 on modulo 2^32; 3.3 to 3.6 as they are; both through a floating
 * point number, in which 1e9-1 nanoseconds are the next second. Up to 3.2 modulo 2^32, but the
 * header's is read as signed, so that nothing from 2038 on fits (where long has 64 bits).
 */
bool bytecode_fits_mtime(const struct bytecode_header *h, int64_t seconds, long nanoseconds);

struct bytecode_sum bytecode_sum_of(const struct bytecode_header *h);
void bytecode_sum_add(struct bytecode_sum *sum, const void *bytes, size_t len);
/** The answer for what was added so far. FIT_UNKNOWN for a header without size and hash. */
enum bytecode_fit bytecode_sum_fit(const struct bytecode_sum *sum);

/** What the interpreter that wrote a file imports for that module. */
enum bytecode_loads {
	LOADS_UNKNOWN,
	LOADS_CACHE,
	LOADS_SOURCE,
	LOADS_CACHE_IF_MTIME_KEPT,
	LOADS_NOTHING,
};

/** All that decides it. */
struct bytecode_facts {
	const struct bytecode_name *name;
	const struct bytecode_header *header; /* NULL: not read */
	bool source_present;
	bool package_present; /* PACKAGE/MODULE/__init__.py, or .pyc, is there: Python takes that */
	enum bytecode_fit fit;
	bool mtime_known; /* both files are on disk: `mtime` decides, not a checkout */
	bool mtime_fits;  /* bytecode_fits_mtime of the source */
};

/**
 * Where an interpreter reads a file only when it runs with -O (.pyo, opt-1), the answer is for that
 * mode. A header is believed: that the code after it is cut short or broken (an exception at
 * import) is not seen. With package_present LOADS_SOURCE stands for the package.
 *
 * Never LOADS_CACHE_IF_MTIME_KEPT when mtime_known. After a checkout that changes line ends,
 * FIT_LINEENDS would be FIT_EXACT; a checkout of the bytes as they are is what is answered for, so
 * FIT_LINEENDS loads the source.
 */
enum bytecode_loads bytecode_loads(const struct bytecode_facts *f);

/** The words of the contract: "cache", "source", "cache-if-mtime-kept", "nothing", "unknown". */
const char *bytecode_loads_name(enum bytecode_loads l);

/**
 * The rules that need no policy to hold, the first that does; see rules.def for what each means.
 *
 * A ghost is so by its name, whatever its header: Django lists it and fails to import it. What no
 * interpreter takes for a module is not one: a name with dots (m.cpython-313.pyc out of its
 * __pycache__), or a module that a package hides.
 */
enum bytecode_lie {
	LIE_NONE,
	LIE_GHOST,     /* at its source's own place, and no source: can be imported, or Jython's */
	LIE_UNCHECKED, /* an unchecked-hash cache that is run, though the hash differs */
	LIE_ORPHAN,    /* in __pycache__, and no source */
	LIE_STALE,     /* size or checked hash is not the source's */
};

enum bytecode_lie bytecode_lie(const struct bytecode_facts *f);

#endif
