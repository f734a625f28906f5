// What every test for the host includes. Read from standard input: no include guard.
#include <gtest/gtest.h>
