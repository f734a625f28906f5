// The register descriptions, with a faulty description in its overlay.
#include "hal/registers.h"
