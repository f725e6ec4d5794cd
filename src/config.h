/*
 * config - whether the configuration has been read. Not for others than repository.c.
 */
#ifndef PYCGUARD_CONFIG_H
#define PYCGUARD_CONFIG_H

#include "git.h"

/**
 * libgit2 takes a configuration file that it cannot reach for one that is not there; that file may
 * say that case is to be ignored.
 *
 * @return 0 when each file that is there has been read; -1 with the failure recorded
 */
int config_check(const struct repository *r);

#endif
