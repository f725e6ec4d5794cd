#include "sha1.h"

#include <stdint.h>
#include <string.h>

#include "big_endian.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>
#define HAVE_SHA_NI 1
#endif

enum { BLOCK = 64, ROUNDS = 80, BETWEEN_STOPS = 1 << 12 };

/** Takes `count` blocks in. */
typedef void take_blocks(uint32_t state[5], const unsigned char *p, size_t count);

static inline uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

typedef uint32_t mix(uint32_t b, uint32_t c, uint32_t d);

static inline uint32_t choose(uint32_t b, uint32_t c, uint32_t d)
{
	return d ^ (b & (c ^ d));
}

static inline uint32_t parity(uint32_t b, uint32_t c, uint32_t d)
{
	return b ^ c ^ d;
}

static inline uint32_t majority(uint32_t b, uint32_t c, uint32_t d)
{
	return (b & c) | (d & (b | c));
}

/* Twenty rounds, five at a time so that the names turn and no value has to. */
static inline void twenty(uint32_t s[5], const uint32_t w[20], mix *f, uint32_t k)
{
	uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];
	int t;

	for (t = 0; t < 20; t += 5, w += 5) {
		e += rotate(a, 5) + f(b, c, d) + k + w[0], b = rotate(b, 30);
		d += rotate(e, 5) + f(a, b, c) + k + w[1], a = rotate(a, 30);
		c += rotate(d, 5) + f(e, a, b) + k + w[2], e = rotate(e, 30);
		b += rotate(c, 5) + f(d, e, a) + k + w[3], d = rotate(d, 30);
		a += rotate(b, 5) + f(c, d, e) + k + w[4], c = rotate(c, 30);
	}
	s[0] = a, s[1] = b, s[2] = c, s[3] = d, s[4] = e;
}

static void take_block(uint32_t state[5], const unsigned char *p)
{
	uint32_t w[ROUNDS], s[5];
	int t;

	for (t = 0; t < 16; t++)
		w[t] = get_be32(p + 4 * t);
	for (; t < ROUNDS; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(s, state, sizeof s);
	twenty(s, w, choose, 0x5a827999);
	twenty(s, w + 20, parity, 0x6ed9eba1);
	twenty(s, w + 40, majority, 0x8f1bbcdc);
	twenty(s, w + 60, parity, 0xca62c1d6);
	for (t = 0; t < 5; t++)
		state[t] += s[t];
}

static void take_plain(uint32_t state[5], const unsigned char *p, size_t count)
{
	for (; count > 0; count--, p += BLOCK)
		take_block(state, p);
}

#ifdef HAVE_SHA_NI
#define SHA_NI __attribute__((target("sha,sse4.1")))

static bool has_sha_ni(void)
{
	unsigned a, b, c, d, b7;

	if (!__get_cpuid_count(7, 0, &a, &b7, &c, &d) || !__get_cpuid(1, &a, &b, &c, &d))
		return false;
	return (b7 & bit_SHA) && (c & bit_SSE4_1);
}

/* Four rounds: `*abcd` goes on, `*e` becomes what the rounds after these take for E. The
 * instruction wants the number of the group of 20 rounds as a constant. */
SHA_NI static inline void four_rounds(__m128i *abcd, __m128i *e, __m128i w, int group)
{
	__m128i before = *abcd;

	switch (group) {
	case 0:
		*abcd = _mm_sha1rnds4_epu32(*abcd, w, 0);
		break;
	case 1:
		*abcd = _mm_sha1rnds4_epu32(*abcd, w, 1);
		break;
	case 2:
		*abcd = _mm_sha1rnds4_epu32(*abcd, w, 2);
		break;
	default:
		*abcd = _mm_sha1rnds4_epu32(*abcd, w, 3);
	}
	*e = before;
}

SHA_NI static inline __m128i load_words(const unsigned char *p)
{
	const __m128i big_endian = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)p), big_endian);
}

SHA_NI static inline __m128i next_words(const __m128i w[4], int i)
{
	__m128i mixed = _mm_sha1msg1_epu32(w[i % 4], w[(i + 1) % 4]);

	return _mm_sha1msg2_epu32(_mm_xor_si128(mixed, w[(i + 2) % 4]), w[(i + 3) % 4]);
}

SHA_NI static void take_sha_ni(uint32_t state[5], const unsigned char *p, size_t count)
{
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1b);
	__m128i e = _mm_set_epi32((int)state[4], 0, 0, 0), w[4];
	int i;

	for (; count > 0; count--, p += BLOCK) {
		__m128i start = abcd, start_e = e;

#ifdef __clang__
#pragma unroll
#else
#pragma GCC unroll 20
#endif
		for (i = 0; i < ROUNDS / 4; i++) {
			w[i % 4] = i < 4 ? load_words(p + 16 * i) : next_words(w, i);
			four_rounds(&abcd, &e,
				i ? _mm_sha1nexte_epu32(e, w[i % 4]) : _mm_add_epi32(e, w[0]),
				i / 5);
		}
		e = _mm_sha1nexte_epu32(e, start_e);
		abcd = _mm_add_epi32(abcd, start);
	}
	_mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1b));
	state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}
#endif

/* The bytes after the last whole block, with the padding: 1 bit, zeros, the length in bits. */
static void take_tail(take_blocks *take, uint32_t state[5], const unsigned char *p, size_t len)
{
	unsigned char tail[2 * BLOCK] = {0};
	size_t rest = len % BLOCK, size = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK, i;
	uint64_t bits = (uint64_t)len * 8;

	if (rest)
		memcpy(tail, p + len - rest, rest);
	tail[rest] = 0x80;
	for (i = 1; i <= 8; i++, bits >>= 8)
		tail[size - i] = (unsigned char)bits;
	take(state, tail, size / BLOCK);
}

static bool hash(take_blocks *take, unsigned char *out, const unsigned char *p, size_t len,
	const atomic_bool *stop)
{
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	size_t blocks = len / BLOCK, n, i;

	for (i = 0; i < blocks; i += n) {
		n = blocks - i < BETWEEN_STOPS ? blocks - i : BETWEEN_STOPS;
		if (stop && atomic_load_explicit(stop, memory_order_relaxed))
			return false;
		take(state, p + i * BLOCK, n);
	}
	take_tail(take, state, p, len);
	for (i = 0; i < SHA1_SIZE; i++)
		out[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
	return true;
}

bool sha1_unless(
	unsigned char out[static SHA1_SIZE], const void *bytes, size_t len, const atomic_bool *stop)
{
#ifdef HAVE_SHA_NI
	if (has_sha_ni())
		return hash(take_sha_ni, out, bytes, len, stop);
#endif
	return hash(take_plain, out, bytes, len, stop);
}

void sha1(unsigned char out[static SHA1_SIZE], const void *bytes, size_t len)
{
	sha1_unless(out, bytes, len, NULL);
}

void sha1_plain(unsigned char out[static SHA1_SIZE], const void *bytes, size_t len)
{
	hash(take_plain, out, bytes, len, NULL);
}
