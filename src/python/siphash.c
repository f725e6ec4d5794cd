#include "python/siphash.h"

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

/* SipRound, figure 2.1 of the paper. */
static void rounds(uint64_t v[4], unsigned n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void compress(uint64_t v[4], uint64_t word, unsigned c)
{
	v[3] ^= word;
	rounds(v, c);
	v[0] ^= word;
}

void siphash_init(struct siphash *s, uint64_t k0, uint64_t k1, unsigned c, unsigned d)
{
	*s = (struct siphash){
		.v = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			k1 ^ 0x7465646279746573},
		.c = c,
		.d = d,
	};
}

void siphash_add(struct siphash *s, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (; len > 0; p++, len--) {
		s->word |= (uint64_t)*p << 8 * (s->len % 8);
		if (++s->len % 8 == 0) {
			compress(s->v, s->word, s->c);
			s->word = 0;
		}
	}
}

uint64_t siphash_value(const struct siphash *s)
{
	uint64_t v[4] = {s->v[0], s->v[1], s->v[2], s->v[3]};

	compress(v, s->word | s->len << 56, s->c);
	v[2] ^= 0xff;
	rounds(v, s->d);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
