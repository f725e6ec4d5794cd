/*
 * nearest - which name of a few a word was probably meant to be.
 */
#ifndef PYCGUARD_NEAREST_H
#define PYCGUARD_NEAREST_H

#include "base/base.h"

/**
 * The name that begins or ends with the word, or is a slip of the finger or two away from it.
 *
 * @param name_of gives name `i` of `count`; NULL: there is none, go on
 * @return borrowed from name_of; NULL: none is near
 */
const char *nearest_name(
	const char *word, size_t len, const char *(*name_of)(size_t i), size_t count);

#endif
