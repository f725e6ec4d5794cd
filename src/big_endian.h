/*
 * big_endian - numbers as git's own files and FIPS 180-4 write them: the highest byte first.
 */
#ifndef PYCGUARD_BIG_ENDIAN_H
#define PYCGUARD_BIG_ENDIAN_H

#include <stdint.h>

static inline uint16_t get_be16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t get_be64(const unsigned char *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

#endif
