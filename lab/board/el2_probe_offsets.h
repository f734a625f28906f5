// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

// The layouts of El2Request and Reading, for el2_probe.S; el2_main.cc compares them with the
// structures.
#define REQUEST_STUB 0
#define REQUEST_COUNTERPART 16
#define REQUEST_HCR 32
#define REQUEST_WRITES 48

#define READING_ESR 0
#define READING_VALUE 16
