// SPDX-License-Identifier: Apache-2.0 OR MIT
// Takes EL2 from the running kernel when it is loaded, and gives it back when it is unloaded.
#include "trivet.h"

#include <linux/module.h>

ulong hyp_stub_vectors;
module_param(hyp_stub_vectors, ulong, 0444);
MODULE_PARM_DESC(hyp_stub_vectors, "address of __hyp_stub_vectors in /proc/kallsyms");
ulong boot_cpu_mode;
module_param(boot_cpu_mode, ulong, 0444);
MODULE_PARM_DESC(boot_cpu_mode, "address of __boot_cpu_mode in /proc/kallsyms, if that has data");
bool any_machine;
module_param(any_machine, bool, 0444);
MODULE_PARM_DESC(any_machine, "load on machines other than QEMU's virt, where nobody has tried it");
uint refuse_cpu;
module_param(refuse_cpu, uint, 0644);
MODULE_PARM_DESC(refuse_cpu, "for tests: this CPU refuses,");
uint refuse_step;
module_param(refuse_step, uint, 0644);
MODULE_PARM_DESC(refuse_step, "at this step: 1 vectors, 2 check, 3 before and 4 after the change; 0: none");

static int __init trivet_start(void) {
  int error = check_kernel();

  if (!error) error = launch_make();
  if (error) return error;
  error = rounds_start();
  if (error) goto free;
  error = sysfs_make();
  if (error) goto stop;
  error = device_make();
  if (error) goto folder;
  error = take_all();
  if (!error) return 0;
  device_free();
folder:
  sysfs_free();
stop:
  rounds_stop();
free:
  launch_free();
  return error;
}

/// Unloading cannot be refused. If EL2 cannot be given back its memory stays: the CPUs are in it.
static void __exit trivet_stop(void) {
  device_free();
  sysfs_free();
  const int error = is_taken() ? give_all() : 0;
  rounds_stop();
  if (!error) return launch_free();
  pr_emerg("EL2 was not given back: its 2 MiB stay\n");
}

module_init(trivet_start);
module_exit(trivet_stop);
MODULE_DESCRIPTION("Takes EL2 from the running kernel by Trivet, and gives it back");
/// Trivet is Apache-2.0 OR MIT; of the kernel's names for licences this one has MIT in it.
MODULE_LICENSE("Dual MIT/GPL");
