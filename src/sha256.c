#include "sha256.h"

#include <stdint.h>
#include <string.h>

#include "big_endian.h"

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8 };

/* The first 32 bits of the fractions of the square roots of the first 8 primes (5.3.3), and of the
 * cube roots of the first 64 (4.2.2). */
static const uint32_t start[WORDS] = {
	0x6a09e667,
	0xbb67ae85,
	0x3c6ef372,
	0xa54ff53a,
	0x510e527f,
	0x9b05688c,
	0x1f83d9ab,
	0x5be0cd19,
};
static const uint32_t constants[ROUNDS] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

static uint32_t turn(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void schedule(uint32_t w[ROUNDS], const unsigned char *block)
{
	size_t i;

	for (i = 0; i < BLOCK / 4; i++, block += 4)
		w[i] = get_be32(block);
	for (; i < ROUNDS; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
		       (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
	}
}

/* Section 6.2.2; h is a to h of the standard. */
static void take_block(uint32_t state[WORDS], const unsigned char *block)
{
	uint32_t w[ROUNDS], h[WORDS], one, two;
	size_t i;

	schedule(w, block);
	memcpy(h, state, sizeof h);
	for (i = 0; i < ROUNDS; i++) {
		one = h[7] + (turn(h[4], 6) ^ turn(h[4], 11) ^ turn(h[4], 25)) +
		      ((h[4] & h[5]) ^ (~h[4] & h[6])) + constants[i] + w[i];
		two = (turn(h[0], 2) ^ turn(h[0], 13) ^ turn(h[0], 22)) +
		      ((h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2]));
		memmove(h + 1, h, (WORDS - 1) * sizeof *h);
		h[4] += one;
		h[0] = one + two;
	}
	for (i = 0; i < WORDS; i++)
		state[i] += h[i];
}

void sha256(unsigned char out[static SHA256_SIZE], const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	unsigned char last[2 * BLOCK] = {0};
	uint32_t state[WORDS];
	uint64_t bits = (uint64_t)len * 8;
	size_t i, rest = len % BLOCK, end = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;

	memcpy(state, start, sizeof state);
	for (i = 0; i < len / BLOCK; i++, at += BLOCK)
		take_block(state, at);
	if (rest)
		memcpy(last, at, rest);
	last[rest] = 0x80;
	for (i = 0; i < 8; i++)
		last[end - 1 - i] = (unsigned char)(bits >> 8 * i);
	for (i = 0; i < end; i += BLOCK)
		take_block(state, last + i);
	for (i = 0; i < SHA256_SIZE; i++)
		out[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
