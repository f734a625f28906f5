// Includes the register descriptions; the overlay has a faulty one.
#include "hal/registers.h"
