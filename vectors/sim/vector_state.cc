// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/vector_state.h"

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::vectors {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

extern "C" void TrivetStoreVectors(VectorState* to) {
  sim::ScopedPe::Current().StoreVectors(to->v);
  to->fpcr = Cpu::Read<Fpcr>().raw();
  to->fpsr = Cpu::Read<Fpsr>().raw();
}

extern "C" void TrivetLoadVectors(const VectorState* from) {
  sim::ScopedPe::Current().LoadVectors(from->v);
  Cpu::Write<Fpcr>(Fpcr::FromRaw(from->fpcr));
  Cpu::Write<Fpsr>(Fpsr::FromRaw(from->fpsr));
}

}  // namespace trivet::vectors
